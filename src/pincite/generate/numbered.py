"""Things told apart by a number: tank 3, valve V4, the third train, 六号展厅."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pincite.generate.lexicon import STOP_EN
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
    rf"\b({'|'.join(_ORDINALS[1:])}|(?:\d?[02-9]|1\d)(?:st|nd|rd|th))\s+([a-z]{{2,}})(?:\s+([a-z]{{2,}}))?",
    re.IGNORECASE,
)
_CODE = re.compile(r"\b([A-Z]{1,3})-?(\d{1,4})\b(?!\.\d)")
_CHINESE = re.compile(
    rf"(?<![月\d一二三四五六七八九十])第?([一二三四五六七八九十]{{1,3}}|\d{{1,3}})号(?![是的有在由叫和与跟几多什哪谁里上下从到])([{CJK}]{{2,4}})"
)
_NUMERALS = {c: n for n, c in enumerate("一二三四五六七八九", 1)}


@dataclass(frozen=True, slots=True)
class Numbered:
    """One such thing.

    Attributes:
        noun: What it is, as terms are compared; for a code its letters, for Chinese one pair of
            characters of the noun.
        number: Which one.
        start: Where the number starts in the text.
        end: Where the number ends.
    """

    noun: str
    number: int
    start: int
    end: int


def numbered(text: str) -> tuple[Numbered, ...]:
    """Return the things that a text tells apart by their number.

    Amounts (3 tanks), dates and clocks are none; the first of something is none either, for
    it often only means what comes at the start.

    Example:
        >>> [(n.noun, n.number) for n in numbered("What is wrong with tank three?")]
        [('tank', 3)]
        >>> [(n.noun, n.number) for n in numbered("Three tanks on 4 May, valve V4")]
        [('V', 4)]
        >>> ("展厅", 6) in {(n.noun, n.number) for n in numbered("六号展厅有多大？")}
        True
    """
    return (*_after(text), *_before(text), *_codes(text), *_chinese(text))


def _after(text: str) -> Iterator[Numbered]:
    """Yield nouns that a number follows, unless it counts what comes next: wash 42 casks."""
    for match in _AFTER.finditer(text):
        noun, number, following = match.group(1).lower(), match.group(2).lower(), match.group(3)
        if noun in STOP_EN or noun in _MONTHS or noun in _WORDS:
            continue
        if following and following.lower() not in STOP_EN:
            continue
        value = _WORDS.index(number) + 1 if number in _WORDS else int(number)
        if value < 1000:
            yield Numbered(term_of(noun), value, *match.span(2))


def _before(text: str) -> Iterator[Numbered]:
    """Yield nouns behind an ordinal: the third train, the second search dog."""
    for match in _BEFORE.finditer(text):
        ordinal = match.group(1).lower()
        value = _ORDINALS.index(ordinal) + 1 if ordinal in _ORDINALS else int(ordinal[:-2])
        for noun in match.groups()[1:]:
            if not noun or noun.lower() in STOP_EN or noun.lower() in _MONTHS:
                break
            yield Numbered(term_of(noun), value, *match.span(1))


def _codes(text: str) -> Iterator[Numbered]:
    for match in _CODE.finditer(text):
        yield Numbered(match.group(1), int(match.group(2)), *match.span())


def _chinese(text: str) -> Iterator[Numbered]:
    for match in _CHINESE.finditer(text):
        number, noun = match.groups()
        for i in range(len(noun) - 1):
            yield Numbered(noun[i : i + 2], _value(number), match.start(1), match.end(1) + 1)


def _value(number: str) -> int:
    if number.isascii():
        return int(number)
    tens, ten, ones = number.rpartition("十")
    return (_NUMERALS.get(tens, 1) * 10 if ten else 0) + _NUMERALS.get(ones, 0)


def another(asked: Sequence[Numbered], own: str, around: str) -> bool:
    """Return whether a statement is about another one of a numbered kind than the asked one.

    It is when it names the kind with another number only, or when the number that is asked for
    stands nowhere around it.

    Args:
        asked: The numbered things of the question.
        own: The statement.
        around: The text it stands in, with its headings and title.

    Example:
        >>> asked = numbered("When was generator G3 overhauled?")
        >>> another(asked, "G2 had its overhaul in May.", ""), another(asked, "So had G3.", "G3")
        (True, False)
    """
    said, near = numbered(own), numbered(around)
    numbers = {term.term for term in tokens(f"{own} {around}")}
    for thing in asked:
        kinds = {n.number for n in said if n.noun == thing.noun}
        if kinds and thing.number not in kinds:
            return True
        known = thing.number in {n.number for n in (*said, *near)} or str(thing.number) in numbers
        if not known:
            return True
    return False
