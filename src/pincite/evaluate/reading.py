"""Measures of reading itself: the share of files that were read whole, in part, not at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from pincite.evaluate.measure import Kind, Measure
from pincite.evaluate.types import Read


@dataclass(frozen=True)
class Complete(Measure[Read]):
    """Share of files that were read whole."""

    name: ClassVar[str] = "Complete"
    kind: ClassVar[Kind] = "reading"
    item: ClassVar[type] = Read
    status: ClassVar[str] = "complete"

    def scores(self, items: Sequence[Read]) -> Sequence[float]:
        """Return 1 for each file with the status, else 0: (n,)."""
        return [float(item.status == self.status) for item in items]


@dataclass(frozen=True)
class Partial(Complete):
    """Share of files that were read in part."""

    name: ClassVar[str] = "Partial"
    status: ClassVar[str] = "partial"
    higher_is_better: ClassVar[bool] = False


@dataclass(frozen=True)
class Failed(Complete):
    """Share of files that could not be read."""

    name: ClassVar[str] = "Failed"
    status: ClassVar[str] = "failed"
    higher_is_better: ClassVar[bool] = False
