"""Words in the form in which a question and a source are compared, each with its place."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from pincite.generate.lexicon import IRREGULAR, NUMBER_WORDS, SYNONYMS
from pincite.language import fold, stem, words


@dataclass(frozen=True, slots=True)
class Token:
    """Characters `start:end` of a text and the term they stand for."""

    start: int
    end: int
    term: str


def tokens(text: str) -> list[Token]:
    """Return the tokens of a text in order; Chinese gives overlapping pairs of characters.

    A date such as 12/03/2018 also gives its year; a label such as P2 is one token.

    Example:
        >>> [token.term for token in tokens("Four pumps were written off in 1,998 水泵坏")]
        ['4', 'pump', 'be', 'writ', 'off', 'in', '1998', '水泵', '泵坏']
    """
    found: list[Token] = []
    for start, end in words(text):
        if found and found[-1].end == start and _is_label(text, found[-1], start):
            start = found.pop().start
        found.append(Token(start, end, term_of(text[start:end])))
        if any(mark in text[start:end] for mark in "/-.") and text[start].isdigit():
            years = re.finditer(r"(?<!\d)(?:1\d|20)\d\d(?!\d)", text[start:end])
            found += [Token(start + y.start(), start + y.end(), y.group()) for y in years]
    return found


def _is_label(text: str, letters: Token, start: int) -> bool:
    """True where digits follow one to three letters without a gap: P2, G3, LR0457."""
    shown = text[letters.start : letters.end]
    return text[start].isdigit() and len(shown) <= 3 and shown.isascii() and shown.isalpha()


@lru_cache(maxsize=100_000)
def term_of(word: str) -> str:
    """Return one word as it is compared: folded, without accents, irregular forms resolved.

    Example:
        >>> [term_of(w) for w in ("Won", "Bogusławskiego", "twelve", "3,400", "Café", "locations")]
        ['win', 'boguslawskiego', '12', '3400', 'cafe', 'locat']
    """
    folded = fold(word)
    if not folded.isascii():
        decomposed = unicodedata.normalize("NFKD", folded).replace("ł", "l").replace("ø", "o")
        folded = "".join(c for c in decomposed if not unicodedata.combining(c))
    for ending in ("'s", "’s"):
        folded = folded.removesuffix(ending)
    if folded in NUMBER_WORDS:
        return str(NUMBER_WORDS[folded])
    if folded[:1].isdigit():
        return folded.replace(",", "").rstrip("%")
    base = IRREGULAR.get(folded)
    if base is None:
        base = IRREGULAR.get(folded.removesuffix("s"), folded)
    return stem(base)


def _synonym_table() -> dict[str, frozenset[str]]:
    table: dict[str, set[str]] = {}
    for group in SYNONYMS:
        stems = {term_of(word) for word in group}
        for word in stems:
            table.setdefault(word, set()).update(stems - {word})
    return {word: frozenset(others) for word, others in table.items()}


_SYNONYMS = _synonym_table()


def synonyms(term: str) -> frozenset[str]:
    """Return the terms that often state what `term` asks for."""
    return _SYNONYMS.get(term, frozenset())


_CALENDAR = {
    term_of(name[:length]): term_of(name)
    for names, length in (
        (("january", "february", "march", "april", "june", "july", "august", "september",
          "october", "november", "december", "monday", "tuesday", "wednesday", "thursday",
          "friday", "sunday"), 3),
        (("september", "tuesday", "thursday"), 4), (("thursday",), 5),
    )
    for name in names
}  # fmt: skip
"""Short names of months and days to the whole ones, as they are compared."""


def kinship(asked: str, found: str) -> float:
    """Return how far a found term answers an asked one: 1 same, less for kin, 0 for strangers.

    Kin are listed synonyms and words that share a long beginning (operate, operation).

    Example:
        >>> kinship("operat", "operation") > 0.5, kinship("high", "height") > 0.5
        (True, True)
        >>> kinship("station", "stable"), kinship("2018", "2019")
        (0.0, 0.0)
    """
    if asked == found:
        return 1.0
    if found in synonyms(asked):
        return 0.6
    if _CALENDAR.get(found) == asked or _CALENDAR.get(asked) == found:
        return 0.9
    if len(asked) == 1 and not asked.isascii() and asked in found:
        return 0.8
    if not (asked.isascii() and asked.isalpha() and found.isascii() and found.isalpha()):
        return 0.0
    shared = _shared_prefix(asked, found)
    return 0.7 if shared >= 5 and shared >= 0.6 * max(len(asked), len(found)) else 0.0


def _shared_prefix(one: str, other: str) -> int:
    length = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        length += 1
    return length


def matching(asked: str, vocabulary: Iterable[str]) -> dict[str, float]:
    """Return the terms of a vocabulary that answer `asked`, each with its kinship."""
    scored = ((term, kinship(asked, term)) for term in vocabulary)
    return {term: score for term, score in scored if score > 0.0}
