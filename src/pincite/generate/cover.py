"""How much of a question a stretch of text meets, word by word."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pincite.generate.question import Question
from pincite.generate.terms import matching

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Lens:
    """A question laid over the words of its sources.

    Attributes:
        question: The question.
        links: Term of the sources to the (keyword, kinship) pairs it meets.
        weights: Worth of each keyword, (number of keywords,): a word that few statements hold is
            worth more, and one that none holds is worth most.
    """

    question: Question
    links: dict[str, list[tuple[int, float]]]
    weights: Floats

    def cover(self, terms: Iterable[str]) -> Floats:
        """Return how far each keyword is met by a collection of terms, 0..1."""
        met = np.zeros(len(self.weights))
        for term in terms:
            for i, kin in self.links.get(term, ()):
                met[i] = max(met[i], kin)
        return self._bridged(met)

    def share(self, met: Floats) -> float:
        """Return the weighted share of the question that is met, 0..1."""
        total = float(self.weights.sum())
        return float((met * self.weights).sum()) / total if total else 0.0

    def _bridged(self, met: Floats) -> Floats:
        """Credit a Chinese pair that spans two words by the characters its neighbours meet."""
        words = self.question.keywords
        bridged = met.copy()
        for i, word in enumerate(words):
            if met[i] >= 1.0 or word.term.isascii() or word.end - word.start != 2:
                continue
            left = i > 0 and words[i - 1].end == word.start + 1 and met[i - 1] >= 0.8
            right = i + 1 < len(words) and words[i + 1].start == word.end - 1 and met[i + 1] >= 0.8
            bridged[i] = max(met[i], 0.45 * (int(left) + int(right)))
        return bridged


def lens(question: Question, statements: Collection[frozenset[str]], other: set[str]) -> Lens:
    """Return the lens of a question over statements (their terms) and other terms around them."""
    vocabulary = other.union(*statements)
    links: dict[str, list[tuple[int, float]]] = {}
    for i, keyword in enumerate(question.keywords):
        for term, kin in matching(keyword.term, vocabulary).items():
            links.setdefault(term, []).append((i, kin))
    seen: Counter[int] = Counter()
    for terms in statements:
        seen.update({i for term in terms for i, kin in links.get(term, ()) if kin > 0.65})
    size = len(statements) + 12
    rarity = [math.log(1 + size / (1 + seen[i])) for i in range(len(question.keywords))]
    weights = [k.weight * r for k, r in zip(question.keywords, rarity, strict=True)]
    return Lens(question, links, np.array(weights) / math.log(1 + size))
