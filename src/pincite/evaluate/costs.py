"""What answers cost: time and memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from pincite.evaluate.measure import Cut, Kind, Scores, Whole
from pincite.evaluate.types import Spent


@dataclass(frozen=True)
class _Cost(Whole[Spent]):
    kind: ClassVar[Kind] = "cost"
    item: ClassVar[type] = Spent
    higher_is_better: ClassVar[bool] = False
    bounds: ClassVar[tuple[float, float]] = (0.0, float("inf"))


@dataclass(frozen=True)
class Latency(_Cost):
    """Milliseconds an item took: the median, or the percentile behind `@`, as in `Latency@95`.

    Between two items it is interpolated linearly. Items that were not timed are left out.
    """

    name: ClassVar[str] = "Latency"
    cut: ClassVar[Cut | None] = Cut("percentile", least=0, most=100)

    def scores(self, items: Sequence[Spent]) -> Scores:
        """Return the milliseconds of each item: (n,)."""
        return np.array([np.nan if i.latency_ms is None else i.latency_ms for i in items])

    def of_all(self, items: Sequence[Spent]) -> float:
        """Return the percentile of these items."""
        known = [item.latency_ms for item in items if item.latency_ms is not None]
        cutoff = 50.0 if self.cutoff is None else self.cutoff
        return float(np.percentile(known, cutoff)) if known else float("nan")


@dataclass(frozen=True)
class Memory(_Cost):
    """Megabytes that were held at most, over all items that say so."""

    name: ClassVar[str] = "Memory"

    def scores(self, items: Sequence[Spent]) -> Scores:
        """Return the megabytes of each item: (n,)."""
        return np.array([np.nan if i.memory_mb is None else i.memory_mb for i in items])

    def of_all(self, items: Sequence[Spent]) -> float:
        """Return the most of these items."""
        known = [item.memory_mb for item in items if item.memory_mb is not None]
        return float(max(known)) if known else float("nan")
