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
    pairs = [(a, b) for a, b in pairwise(sequence) if a in weights or b in weights]
    return [
        Alignment(
            coverage=_share(weights, r.vocabulary, total),
            sentence=max((_share(weights, s | r.above, total) for s in r.sentences), default=0.0),
            phrase=_phrase(weights, pairs, r),
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


def _share(weights: Mapping[str, float], present: Iterable[str], total: float) -> float:
    return sum(weights[term] for term in present if term in weights) / total


def _phrase(weights: Mapping[str, float], pairs: Sequence[tuple[str, str]], read: _Read) -> float:
    worth = {pair: weights.get(pair[0], 0.0) + weights.get(pair[1], 0.0) for pair in pairs}
    total = sum(worth.values())
    if not total:
        return 0.0
    neighbours = set(pairwise(read.tokens))
    return sum(value for pair, value in worth.items() if pair in neighbours) / total
