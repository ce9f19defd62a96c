"""How closely the words of a passage line up with those of a query.

An index scores bags of words. A person also sees whether the words stand together: in one
sentence, side by side, under the right heading. This reads the few dozen passages that the
channels brought up and says so in numbers, with term weights taken from those passages
themselves: among passages that all match, the words that tell them apart count.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, pairwise

from pincite.language import is_stop_word, sentences, terms_with_characters

K1, B = 1.2, 0.75  # Robertson's usual constants


@dataclass(frozen=True, slots=True)
class Passage:
    """What alignment reads of a segment: its own words, and the words that stand above it."""

    text: str
    heading: str = ""


@dataclass(frozen=True, slots=True)
class Alignment:
    """How one passage lines up with the query; each value is in 0..1.

    Attributes:
        pooled: BM25 with the pool's own statistics, as a share of the pool's best.
        coverage: Weight of the query's terms that the passage holds at all.
        sentence: The same for its best sentence, heading included.
        window: The same for its best two neighbouring sentences.
        phrase: Weight of neighbouring query terms that are neighbours in the passage too.
    """

    pooled: float
    coverage: float
    sentence: float
    window: float
    phrase: float


def align(query: str, passages: Sequence[Passage]) -> list[Alignment]:
    """Return one alignment a passage, in order.

    Example:
        >>> pool = [Passage("The pump failed. Rain fell."), Passage("Rain fell on the pump house.")]
        >>> first, second = align("pump failed", pool)
        >>> first.sentence > second.sentence
        True
    """
    sequence = terms_with_characters(query)
    wanted = list(dict.fromkeys(term for term in sequence if not is_stop_word(term)))
    wanted = wanted or list(dict.fromkeys(sequence))
    read = [_read(passage) for passage in passages]
    weights = _weights(wanted, read)
    total = sum(weights.values())
    if not total:
        return [Alignment(0.0, 0.0, 0.0, 0.0, 0.0) for _ in passages]
    length = sum(len(r.tokens) for r in read) / max(1, len(read))
    pooled = [_bm25(weights, r, length) for r in read]
    best = max(pooled, default=0.0) or 1.0
    pairs = [(a, b) for a, b in pairwise(sequence) if a in weights or b in weights]
    return [
        Alignment(
            pooled=score / best,
            coverage=_share(weights, r.vocabulary, total),
            sentence=max((_share(weights, s | r.above, total) for s in r.sentences), default=0.0),
            window=_best_window(weights, r, total),
            phrase=_phrase(weights, pairs, r),
        )
        for r, score in zip(read, pooled, strict=True)
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


def _weights(wanted: Iterable[str], read: Sequence[_Read]) -> dict[str, float]:
    n = len(read)
    found = {term: sum(term in r.vocabulary for r in read) for term in wanted}
    return {term: math.log(1 + (n - df + 0.5) / (df + 0.5)) for term, df in found.items()}


def _bm25(weights: Mapping[str, float], read: _Read, mean_length: float) -> float:
    counts = Counter(read.tokens)
    norm = K1 * (1 - B + B * len(read.tokens) / max(1.0, mean_length))
    return sum(
        weight * counts[term] * (K1 + 1) / (counts[term] + norm)
        for term, weight in weights.items()
        if term in counts
    )


def _share(weights: Mapping[str, float], present: Iterable[str], total: float) -> float:
    return sum(weights[term] for term in present if term in weights) / total


def _best_window(weights: Mapping[str, float], read: _Read, total: float) -> float:
    windows = [a | b for a, b in pairwise(read.sentences)] or list(read.sentences)
    return max((_share(weights, w | read.above, total) for w in windows), default=0.0)


def _phrase(weights: Mapping[str, float], pairs: Sequence[tuple[str, str]], read: _Read) -> float:
    worth = {pair: weights.get(pair[0], 0.0) + weights.get(pair[1], 0.0) for pair in pairs}
    total = sum(worth.values())
    if not total:
        return 0.0
    neighbours = set(pairwise(read.tokens))
    return sum(value for pair, value in worth.items() if pair in neighbours) / total
