"""How well captions agree with those of several people: METEOR and CIDEr.

Tokens are those of `pincite.evaluate.tokens.tokens`. An item without references is left out.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import ClassVar, TypeAlias

from pincite.evaluate.measure import Kind, Measure
from pincite.evaluate.tokens import tokens
from pincite.evaluate.types import Written

Grams: TypeAlias = "Counter[tuple[str, ...]]"


@dataclass(frozen=True)
class METEOR(Measure[Written]):
    """Matches of words and stems, weighed towards recall, less for every break in their order.

    Lavie and Agarwal 2007: with m matches in c chunks, P = m / written, R = m / right,
    F = P R / (0.9 P + 0.1 R), score = F (1 - 0.5 (c / m)^3); the best of the references. Words are
    matched as they stand, then by their Porter stems; synonyms are not looked up. Of several
    alignments the one that pairs last words first is taken, as NLTK does.
    """

    name: ClassVar[str] = "METEOR"
    kind: ClassVar[Kind] = "text"
    item: ClassVar[type] = Written
    needs: ClassVar[str] = "nltk"

    def scores(self, items: Sequence[Written]) -> list[float]:
        """Return the METEOR of each text: (n,)."""
        return [
            max(
                (_meteor(tokens(item.hypothesis), tokens(r)) for r in item.references),
                default=math.nan,
            )
            for item in items
        ]


def _meteor(written: list[str], right: list[str]) -> float:
    pairs = _aligned(written, right)
    if not pairs:
        return 0.0
    m = len(pairs)
    precision, recall = m / len(written), m / len(right)
    f = precision * recall / (0.9 * precision + 0.1 * recall)
    breaks = sum((b[0] - a[0], b[1] - a[1]) != (1, 1) for a, b in pairwise(pairs))
    return f * (1 - 0.5 * ((breaks + 1) / m) ** 3)


def _aligned(written: list[str], right: list[str]) -> list[tuple[int, int]]:
    """Return the places that are matched, by words and then by stems, in order."""
    stem = _stemmer()
    free, other = list(range(len(written))), list(range(len(right)))
    pairs: list[tuple[int, int]] = []
    for form in (lambda word: word, stem):
        places: dict[str, list[int]] = defaultdict(list)
        for j in other:
            places[form(right[j])].append(j)
        found = {i: places[w].pop() for i in reversed(free) if places.get(w := form(written[i]))}
        pairs += found.items()
        free = [i for i in free if i not in found]
        other = [j for j in other if j not in set(found.values())]
    return sorted(pairs)


@lru_cache(maxsize=1)
def _stemmer() -> Callable[[str], str]:
    from nltk.stem.porter import PorterStemmer

    return lru_cache(maxsize=50_000)(PorterStemmer().stem)


@dataclass(frozen=True)
class CIDEr(Measure[Written]):
    """Likeness of TF-IDF vectors of 1- to 4-grams to those of the references, 0..10.

    CIDEr-D (Vedantam et al. 2015, section 6), as the COCO evaluation computes it:
    10 * mean over n and references of
    min(g(c), g(r)) . g(r) / (|g(c)| |g(r)|) * exp(-(length difference)^2 / (2 * 6^2)).
    How rare an n-gram is follows from the references of all items, so a score belongs to its set:
    in a set of one item every score is 0. Resamples keep these frequencies.
    """

    name: ClassVar[str] = "CIDEr"
    kind: ClassVar[Kind] = "text"
    item: ClassVar[type] = Written
    bounds: ClassVar[tuple[float, float]] = (0.0, 10.0)

    def scores(self, items: Sequence[Written]) -> list[float]:
        """Return the CIDEr of each text within this set: (n,)."""
        right = [[_grams(tokens(r)) for r in item.references] for item in items]
        seen: Grams = Counter()
        for grams in right:
            seen.update(set().union(*grams))
        rarity = _Rarity(seen, sum(1 for grams in right if grams))
        return [
            rarity.cider(_grams(tokens(item.hypothesis)), grams) if grams else math.nan
            for item, grams in zip(items, right, strict=True)
        ]


def _grams(words: list[str]) -> Grams:
    return Counter(
        tuple(words[at : at + n]) for n in range(1, 5) for at in range(len(words) - n + 1)
    )


@dataclass(frozen=True)
class _Rarity:
    """In how many of `items` sets of references each n-gram stands."""

    seen: Grams
    items: int

    def cider(self, written: Grams, references: list[Grams]) -> float:
        total = sum(self._alike(written, right) for right in references)
        return 10.0 * total / (4 * len(references))

    def _alike(self, written: Grams, right: Grams) -> float:
        """Return the sum over n of the likeness of two texts."""
        a, b = self._weigh(written), self._weigh(right)
        lengths = [sum(c for g, c in grams.items() if len(g) == 2) for grams in (written, right)]
        penalty = math.exp(-((lengths[0] - lengths[1]) ** 2) / (2 * 6.0**2))
        total = 0.0
        for n in range(4):
            dot = sum(min(w, b[n].get(g, 0.0)) * b[n].get(g, 0.0) for g, w in a[n].items())
            norm = _norm(a[n]) * _norm(b[n])
            total += dot / norm * penalty if norm else 0.0
        return total

    def _weigh(self, grams: Grams) -> list[dict[tuple[str, ...], float]]:
        vectors: list[dict[tuple[str, ...], float]] = [{} for _ in range(4)]
        for gram, count in grams.items():
            idf = math.log(self.items) - math.log(max(1, self.seen[gram]))
            vectors[len(gram) - 1][gram] = count * idf
        return vectors


def _norm(vector: dict[tuple[str, ...], float]) -> float:
    return math.sqrt(sum(weight * weight for weight in vector.values()))
