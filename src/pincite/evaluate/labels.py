"""How often decisions are right: labels, and whether to answer at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from pincite.evaluate.measure import Kind, Measure, Pooled, Scores, ratio
from pincite.evaluate.types import Abstained, Labelled


@dataclass(frozen=True)
class Accuracy(Measure[Labelled]):
    """Share of the labels that are right."""

    name: ClassVar[str] = "Accuracy"
    kind: ClassVar[Kind] = "label"
    item: ClassVar[type] = Labelled

    def scores(self, items: Sequence[Labelled]) -> list[float]:
        """Return 1 or 0 for each label: (n,)."""
        return [float(item.predicted == item.gold) for item in items]


@dataclass(frozen=True)
class MacroF1(Pooled[Labelled]):
    """Mean F1 of all labels that are given or right anywhere, rare ones counting as much.

    F1 = 2 TP / (2 TP + FP + FN) of one label against all others.
    """

    name: ClassVar[str] = "MacroF1"
    kind: ClassVar[Kind] = "label"
    item: ClassVar[type] = Labelled

    def counts(self, items: Sequence[Labelled]) -> Scores:
        """Return for each label whether it is both, given, right: (n, 3 * labels)."""
        labels = sorted({name for item in items for name in (item.predicted, item.gold)})
        place = {name: at for at, name in enumerate(labels)}
        counts = np.zeros((len(items), 3, len(labels)))
        for row, item in zip(counts, items, strict=True):
            given, right = place[item.predicted], place[item.gold]
            row[0, given] = given == right
            row[1, given] = row[2, right] = 1.0
        return counts.reshape(len(items), -1)

    def of(self, sums: Scores) -> Scores:
        """Return the mean F1 of the labels that occur, for each row of sums: (r,)."""
        both, given, right = np.moveaxis(sums.reshape(len(sums), 3, -1), 1, 0)
        f1 = ratio(2 * both, given + right)
        return ratio(np.nansum(f1, axis=1), (~np.isnan(f1)).sum(axis=1))


@dataclass(frozen=True)
class Abstention(Pooled[Abstained]):
    """F1 of abstaining, counted as a find: of the questions that cannot be answered.

    F1 = 2 TP / (2 TP + FP + FN), where TP abstains rightly, FP abstains from a question that could
    be answered, FN answers one that could not. Accuracy would praise a system that never abstains
    wherever few questions are unanswerable. NaN if none is, and none was abstained from.
    """

    name: ClassVar[str] = "Abstention"
    kind: ClassVar[Kind] = "abstention"
    item: ClassVar[type] = Abstained

    def counts(self, items: Sequence[Abstained]) -> Scores:
        """Return whether it abstains rightly, abstains, should: (n, 3)."""
        pairs = [(not item.answered, not item.answerable) for item in items]
        return np.array([(a and b, a, b) for a, b in pairs], np.float64)

    def of(self, sums: Scores) -> Scores:
        """Return the F1 of each row of sums: (r,)."""
        return ratio(2 * sums[:, 0], sums[:, 1] + sums[:, 2])

    def scores(self, items: Sequence[Abstained]) -> list[float]:
        """Return 1 for each right decision, 0 for each wrong one: (n,)."""
        return [float(item.answered == item.answerable) for item in items]
