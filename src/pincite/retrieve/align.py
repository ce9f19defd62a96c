"""How closely the words of a passage line up with those of a query.

An index scores bags of words. A person also sees whether the words stand together: in one
sentence, side by side, under the right heading. This reads the few dozen passages that the
channels brought up and says so in numbers, with term weights taken from those passages
themselves: among passages that all match, the words that tell them apart count.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, pairwise

from pincite.language import sentences, terms_with_characters
from pincite.retrieve.question import question_words


@dataclass(frozen=True, slots=True)
class Passage:
    """What alignment reads of a segment: its own words, and the words that stand above it."""

    text: str
    heading: str = ""


@dataclass(frozen=True, slots=True)
class Alignment:
    """How one passage lines up with the query; each value is in 0..1.

    Attributes:
        coverage: Weight of the query's words that the passage holds at all.
        sentence: The same for its best sentence, heading included.
        phrase: Weight of neighbouring query terms that are neighbours in the passage too.
    """

    coverage: float
    sentence: float
    phrase: float


def align(query: str, passages: Sequence[Passage]) -> list[Alignment]:
    """Return one alignment a passage, in order.

    Example:
        >>> pool = [Passage("The pump failed. Rain fell."), Passage("Rain fell on the pump house.")]
        >>> first, second = align("pump failed", pool)
        >>> first.sentence > second.sentence
        True
    """
    read = [_read(passage) for passage in passages]
    weights = _weights(question_words(query), read)
    total = sum(weights.values())
    if not total:
        return [Alignment(0.0, 0.0, 0.0) for _ in passages]
    sequence = terms_with_characters(query)
    pairs = {(a, b) for a, b in pairwise(sequence) if a in weights or b in weights}
    worth = {pair: sum(weights.get(term, 0.0) for term in pair) for pair in pairs}
    wanted = frozenset(weights)
    return [
        Alignment(
            coverage=_worth(weights, wanted & r.vocabulary) / total,
            sentence=max((_worth(weights, s) for s in _found(wanted, r)), default=0.0) / total,
            phrase=_phrase(worth, r),
        )
        for r in read
    ]


@dataclass(frozen=True, slots=True)
class _Read:
    tokens: tuple[str, ...]
    vocabulary: frozenset[str]
    sentences: tuple[frozenset[str], ...]
    above: frozenset[str]


@lru_cache(maxsize=4096)
def _read(passage: Passage) -> _Read:
    above = tuple(terms_with_characters(passage.heading))
    parts = [
        tuple(terms_with_characters(passage.text[start:end]))
        for start, end in sentences(passage.text)
    ]
    tokens = above + tuple(chain.from_iterable(parts))
    return _Read(tokens, frozenset(tokens), tuple(map(frozenset, parts)), frozenset(above))


def _weights(words: Sequence[tuple[str, ...]], read: Sequence[_Read]) -> dict[str, float]:
    """Return what each unit of the words is worth: the units of a word share its weight."""
    n = len(read)
    weights: defaultdict[str, float] = defaultdict(float)
    for units in words:
        for unit in units:
            df = sum(unit in r.vocabulary for r in read)
            weights[unit] += math.log(1 + (n - df + 0.5) / (df + 0.5)) / len(units)
    return dict(weights)


def _worth(weights: Mapping[str, float], terms: Iterable[str]) -> float:
    return math.fsum(weights[term] for term in terms)


def _found(wanted: frozenset[str], read: _Read) -> set[frozenset[str]]:
    """Return what each sentence holds of what is wanted, with the words above it."""
    above = wanted & read.above
    return {above | (wanted & sentence) for sentence in read.sentences}


def _phrase(worth: Mapping[tuple[str, str], float], read: _Read) -> float:
    total = math.fsum(worth.values())
    if not total:
        return 0.0
    possible = {pair for pair in worth if read.vocabulary.issuperset(pair)}
    neighbours = possible.intersection(pairwise(read.tokens)) if possible else ()
    return math.fsum(worth[pair] for pair in neighbours) / total
