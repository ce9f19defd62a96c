"""Things of one kind told apart: tank 3, valve V4, 六号展厅, the west colony."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pincite.generate.lexicon import STOP_EN
from pincite.generate.question import PARTICIPLE
from pincite.generate.terms import term_of, tokens
from pincite.language import CJK

_WORDS = "one two three four five six seven eight nine ten eleven twelve".split()
_ORDINALS = "first second third fourth fifth sixth seventh eighth ninth tenth".split()
_MONTHS = frozenset(
    "january february march april may june july august september october november december "
    "jan feb mar apr jun jul aug sep sept oct nov dec".split()
)
_AFTER = re.compile(
    rf"\b([a-z]{{2,}})[ -]+(?:no\.? |number |#)?(\d{{1,4}}|{'|'.join(_WORDS)})\b"
    r"(?![.,:/]\d)(?= *(\w+))?",
    re.IGNORECASE,
)
_BEFORE = re.compile(
    rf"\b({'|'.join(_ORDINALS[1:])}|(?!1st)\d{{1,2}}(?:st|nd|rd|th))\s+([a-z]{{2,}})(?:\s+([a-z]{{2,}}))?",
    re.IGNORECASE,
)
_CODE = re.compile(r"\b([A-Z]{1,3})-?(\d{1,4})\b(?!\.\d)")
_CHINESE = re.compile(
    rf"(?<![月\d一二三四五六七八九十])第?([一二三四五六七八九十]{{1,3}}|\d{{1,3}})号(?![是的有在由叫和与跟几多什哪谁里上下从到])([{CJK}]{{2,4}})"
)
_NUMERALS = {c: n for n, c in enumerate("一二三四五六七八九", 1)}


@dataclass(frozen=True, slots=True)
class Marked:
    """One of several things of a kind.

    Attributes:
        noun: What it is, as terms are compared; for a code its letters, for Chinese one pair of
            characters of the noun.
        number: Which one.
    """

    noun: str
    number: int


def marked(text: str) -> tuple[Marked, ...]:
    """Return the things that a text tells apart by a number.

    Amounts (3 tanks), dates and clocks are none; the first of something is none either, for
    it often only means what comes at the start.

    Example:
        >>> [(n.noun, n.number) for n in marked("What is wrong with tank three?")]
        [('tank', 3)]
        >>> [(n.noun, n.number) for n in marked("Three tanks on 4 May, valve V4")]
        [('V', 4)]
        >>> ("展厅", 6) in {(n.noun, n.number) for n in marked("六号展厅有多大？")}
        True
    """
    return (*_after(text), *_before(text), *_codes(text), *_chinese(text))


def _after(text: str) -> Iterator[Marked]:
    """Yield nouns that a number follows, unless it counts what comes next: wash 42 casks."""
    for match in _AFTER.finditer(text):
        noun, number, following = match.group(1).lower(), match.group(2).lower(), match.group(3)
        if noun in STOP_EN or noun in _MONTHS or noun in _WORDS:
            continue
        if following and not _goes_on(following.lower()):
            continue
        value = _WORDS.index(number) + 1 if number in _WORDS else int(number)
        if value < 1000:
            yield Marked(term_of(noun), value)


def _goes_on(word: str) -> bool:
    """Return whether a word goes on about a noun and its number: pump 3 is, pump 3 repaired."""
    return word in STOP_EN or PARTICIPLE.fullmatch(word) is not None


def _before(text: str) -> Iterator[Marked]:
    """Yield nouns behind an ordinal: the third train, the second search dog."""
    for match in _BEFORE.finditer(text):
        ordinal = match.group(1).lower()
        value = _ORDINALS.index(ordinal) + 1 if ordinal in _ORDINALS else int(ordinal[:-2])
        for noun in match.groups()[1:]:
            if not noun or noun.lower() in STOP_EN or noun.lower() in _MONTHS:
                break
            yield Marked(term_of(noun), value)


def _codes(text: str) -> Iterator[Marked]:
    for match in _CODE.finditer(text):
        yield Marked(match.group(1), int(match.group(2)))


def _chinese(text: str) -> Iterator[Marked]:
    for match in _CHINESE.finditer(text):
        number, noun = match.groups()
        for i in range(len(noun) - 1):
            yield Marked(noun[i : i + 2], _value(number))


def _value(number: str) -> int:
    if number.isascii():
        return int(number)
    tens, ten, ones = number.rpartition("十")
    return (_NUMERALS.get(tens, 1) * 10 if ten else 0) + _NUMERALS.get(ones, 0)


def numbers_in(text: str) -> frozenset[int]:
    """Return the numbers that stand in a text, in digits, in words or as the mark of a thing."""
    written = (term.term for term in tokens(text))
    return frozenset(int(t) for t in written if t.isdecimal() and len(t) <= 4).union(
        thing.number for thing in marked(text)
    )


def another(asked: Sequence[Marked], own: str, heading: str, around: frozenset[int]) -> bool:
    """Return whether a statement is about another one of a kind than the one that is asked for.

    It is when it names the kind with another number only, or says nothing of the kind and its
    heading does, or when the number that is asked for stands nowhere around it.

    Args:
        asked: The numbered things of the question.
        own: The statement.
        heading: The heading it stands under.
        around: The numbers in the text it stands in, its own and those of its headings and title.

    Example:
        >>> asked = marked("When was generator G3 overhauled?")
        >>> another(asked, "G2 had its overhaul in May.", "", frozenset({2, 3}))
        True
        >>> another(asked, "So had G3.", "", frozenset({3}))
        False
    """
    if not asked:
        return False
    said, above = marked(own), marked(heading)
    for thing in asked:
        numbers = _numbers(said, thing) or _numbers(above, thing)
        if (numbers and thing.number not in numbers) or thing.number not in around:
            return True
    return False


def _numbers(found: Sequence[Marked], thing: Marked) -> frozenset[int]:
    return frozenset(n.number for n in found if n.noun == thing.noun)


def under_another(asked: Sequence[tuple[str, str]], own: str, heading: str) -> bool:
    """Return whether a statement stands under the heading of another one of the kind asked about.

    A heading of two words ("Cairn colony") tells its section from others of the kind.

    Args:
        asked: Neighbouring words of the question, as terms.
        own: The statement.
        heading: The innermost heading.

    Example:
        >>> under_another([("south", "coloni")], "95 nests.", "Cairn colony")
        False
        >>> pair = tuple(t.term for t in tokens("south colony"))
        >>> under_another([pair], "95 nests.", "Cairn colony")
        True
    """
    words = [t.term for t in tokens(heading)]
    if len(words) != 2 or not heading.isascii():
        return False
    mark, noun = words
    said = {t.term for t in tokens(own)}
    return any(n == noun and m != mark and m not in said for m, n in asked)
