"""Whether answers are right: exact match and token F1 of SQuAD, and the accuracy of VQA.

What counts of an answer stands in `pincite.evaluate.tokens.answer_tokens`. An item without
references has no right answer: then saying nothing is right (SQuAD 2.0).
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from pincite.evaluate.measure import Kind, Measure
from pincite.evaluate.tokens import answer_tokens, fold, joined, language
from pincite.evaluate.types import Written


@dataclass(frozen=True)
class _Answer(Measure[Written]):
    kind: ClassVar[Kind] = "answer"
    item: ClassVar[type] = Written


@dataclass(frozen=True)
class ExactMatch(_Answer):
    """1 if the answer is one of the right ones in all that counts, else 0."""

    name: ClassVar[str] = "EM"

    def scores(self, items: Sequence[Written]) -> list[float]:
        """Return 1 or 0 for each answer: (n,)."""
        return [float(any(a == b for a, b in _pairs(item))) for item in items]


@dataclass(frozen=True)
class TokenF1(_Answer):
    """Harmonic mean of precision and recall of the tokens, of the best of the right answers."""

    name: ClassVar[str] = "F1"

    def scores(self, items: Sequence[Written]) -> list[float]:
        """Return the F1 of each answer: (n,)."""
        return [max(token_f1(a, b) for a, b in _pairs(item)) for item in items]


def token_f1(one: Sequence[str], other: Sequence[str]) -> float:
    """Return 2 * common / (length + length), counting a token as often as both hold it.

    If one has no tokens, 1 if neither has, else 0.

    Example:
        >>> token_f1(["42", "km", "north"], ["42", "km"])
        0.8
    """
    if not one or not other:
        return float(list(one) == list(other))
    common = sum((Counter(one) & Counter(other)).values())
    return 2 * common / (len(one) + len(other))


def _pairs(item: Written) -> list[tuple[list[str], list[str]]]:
    pairs = []
    for right in item.references or ("",):
        said = language(right, item.language)
        pairs.append((answer_tokens(item.hypothesis, said), answer_tokens(right, said)))
    return pairs


LEAST_ANSWERS = 4
"""With fewer, no answer could reach 1 after one is left out."""
_COMMA = re.compile(r"(?<=\d),(?=\d)")
_POINT = re.compile(r"\.(?!\d)")
_NUMBERS = {
    word: str(number)
    for number, word in enumerate("zero one two three four five six seven eight nine ten".split())
} | {"none": "0"}
_ARTICLES = frozenset(("a", "an", "the"))


@dataclass(frozen=True)
class VQAAccuracy(_Answer):
    """Share of people who gave the answer, three being enough: mean of min(count / 3, 1).

    The mean is over all ways to leave one of the people out (Antol et al. 2015, section 3), ten
    of them as a rule. NaN with fewer than four references.
    """

    name: ClassVar[str] = "VQA"

    def scores(self, items: Sequence[Written]) -> list[float]:
        """Return the accuracy of each answer: (n,)."""
        return [_vqa(item) for item in items]


def _vqa(item: Written) -> float:
    people = [vqa_answer(right) for right in item.references]
    if len(people) < LEAST_ANSWERS:
        return float("nan")
    said = vqa_answer(item.hypothesis)
    count = people.count(said)
    left = [min((count - (person == said)) / 3, 1.0) for person in people]
    return sum(left) / len(left)


def vqa_answer(text: str) -> str:
    """Return an answer in the form that VQA compares.

    Lower case; no articles, no apostrophes, no commas within numbers; numbers up to ten as digits;
    other marks part words, points only where no digit follows.

    Example:
        >>> vqa_answer("The two dogs!"), vqa_answer("1,000.5"), vqa_answer("isn't")
        ('2 dogs', '1000.5', 'isnt')
    """
    plain = _POINT.sub(" ", _COMMA.sub("", fold(text)))
    kept = "".join(_vqa_mark(mark) for mark in plain)
    words = [_NUMBERS.get(word, word) for word in kept.split()]
    return joined([word for word in words if word not in _ARTICLES])


def _vqa_mark(mark: str) -> str:
    if mark in "'’":
        return ""
    apart = unicodedata.category(mark)[0] == "P" and mark not in ".:%$#&*"
    return " " if apart or mark in "=+><`" else mark
