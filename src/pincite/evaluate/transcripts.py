"""How many words and characters of a transcript are wrong, counted by jiwer.

Errors are the fewest substitutions, deletions and insertions that lead from the right text to the
written one. The value is all errors over all words, so long recordings count for more. Unless
`normal` is false, case and marks do not count and Chinese is counted by the character
(`pincite.evaluate.tokens.spoken`). Of several references the one with the lowest rate counts.

Where nothing was said, an item has no rate (NaN), but words written there count as errors.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from pincite.evaluate.measure import Kind, Pooled, Scores, ratio
from pincite.evaluate.tokens import joined, spoken
from pincite.evaluate.types import Written


@dataclass(frozen=True)
class _ErrorRate(Pooled[Written]):
    kind: ClassVar[Kind] = "transcript"
    item: ClassVar[type] = Written
    needs: ClassVar[str] = "jiwer"
    higher_is_better: ClassVar[bool] = False
    bounds: ClassVar[tuple[float, float]] = (0.0, float("inf"))
    normal: bool = True

    def counts(self, items: Sequence[Written]) -> Scores:
        """Return errors, and words or characters of the reference: (n, 2)."""
        return np.array([self._count(item) for item in items], np.float64)

    def of(self, sums: Scores) -> Scores:
        """Return the rates that follow from sums: (r,)."""
        return ratio(sums[:, 0], sums[:, 1])

    def _count(self, item: Written) -> tuple[float, float]:
        if not item.references:
            return np.nan, np.nan
        pairs = [self._errors(right, item.hypothesis) for right in item.references]
        return min(pairs, key=lambda pair: pair[0] / pair[1] if pair[1] else float(pair[0]))

    def _errors(self, right: str, written: str) -> tuple[int, int]:
        raise NotImplementedError


@dataclass(frozen=True)
class WordErrorRate(_ErrorRate):
    """Wrong words over all words that were said; above 1 if many are made up."""

    name: ClassVar[str] = "WER"

    def _errors(self, right: str, written: str) -> tuple[int, int]:
        import jiwer

        if self.normal:
            right, written = " ".join(spoken(right)), " ".join(spoken(written))
        found = jiwer.process_words(right, written)
        return _counted(found.hits, found.substitutions, found.deletions, found.insertions)


@dataclass(frozen=True)
class CharacterErrorRate(_ErrorRate):
    """Wrong characters over all characters; the space between two words is one."""

    name: ClassVar[str] = "CER"

    def _errors(self, right: str, written: str) -> tuple[int, int]:
        import jiwer

        if self.normal:
            right, written = joined(spoken(right)), joined(spoken(written))
        found = jiwer.process_characters(right, written)
        return _counted(found.hits, found.substitutions, found.deletions, found.insertions)


def _counted(hits: int, changed: int, lost: int, added: int) -> tuple[int, int]:
    return changed + lost + added, hits + changed + lost
