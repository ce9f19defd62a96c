"""Whether a system knows when it is right: ECE, the Brier score, and AUROC."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from pincite.errors import UsageError
from pincite.evaluate.measure import Kind, Measure, Pooled, Scores, Whole, ratio
from pincite.evaluate.types import Believed


@dataclass(frozen=True)
class ExpectedCalibrationError(Pooled[Believed]):
    """Mean gap between confidence and accuracy within bins of equal width.

    Guo et al. 2017, equation 3: sum over bins of share * |accuracy - mean confidence|; bin m of M
    holds confidences in ((m - 1) / M, m / M], and 0 stands in the first.

    Attributes:
        bins: How many, M.
    """

    name: ClassVar[str] = "ECE"
    kind: ClassVar[Kind] = "calibration"
    item: ClassVar[type] = Believed
    higher_is_better: ClassVar[bool] = False
    bins: int = 15

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.bins < 1:
            raise UsageError(f"bins of measure 'ECE' is a number from 1, got {self.bins}")

    def counts(self, items: Sequence[Believed]) -> Scores:
        """Return the gap and the number of items, of each bin: (n, 2 * bins)."""
        confidence = np.array([item.confidence for item in items])
        gap = confidence - np.array([item.correct for item in items], np.float64)
        at = np.searchsorted(np.linspace(0, 1, self.bins + 1)[1:-1], confidence, side="left")
        counts = np.zeros((len(items), 2, self.bins))
        counts[np.arange(len(items)), 0, at] = gap
        counts[np.arange(len(items)), 1, at] = 1.0
        return counts.reshape(len(items), -1)

    def of(self, sums: Scores) -> Scores:
        """Return the error that follows from each row of sums: (r,)."""
        gaps, sizes = np.moveaxis(sums.reshape(len(sums), 2, -1), 1, 0)
        return ratio(np.abs(gaps).sum(axis=1), sizes.sum(axis=1))


@dataclass(frozen=True)
class Brier(Measure[Believed]):
    """Mean of (confidence - correct)^2 (Brier 1950): calibration and sharpness in one."""

    name: ClassVar[str] = "Brier"
    kind: ClassVar[Kind] = "calibration"
    item: ClassVar[type] = Believed
    higher_is_better: ClassVar[bool] = False

    def scores(self, items: Sequence[Believed]) -> list[float]:
        """Return the squared error of each confidence: (n,)."""
        return [(item.confidence - item.correct) ** 2 for item in items]


@dataclass(frozen=True)
class AUROC(Whole[Believed]):
    """Chance that a right answer has a higher confidence than a wrong one, ties counting half.

    NaN if all are right or all are wrong; an item alone has none.
    """

    name: ClassVar[str] = "AUROC"
    kind: ClassVar[Kind] = "calibration"
    item: ClassVar[type] = Believed

    def scores(self, items: Sequence[Believed]) -> Scores:
        """Return NaN for each item: (n,)."""
        return np.full(len(items), np.nan)

    def of_all(self, items: Sequence[Believed]) -> float:
        """Return the area under the curve of these items (Mann and Whitney's U)."""
        right = np.array([item.confidence for item in items if item.correct])
        wrong = np.sort([item.confidence for item in items if not item.correct])
        if not len(right) or not len(wrong):
            return float("nan")
        below = np.searchsorted(wrong, right, side="left")
        upto = np.searchsorted(wrong, right, side="right")
        return float((below + upto).sum() / (2 * len(right) * len(wrong)))
