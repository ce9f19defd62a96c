"""Measures of reading itself: the share of files that were read whole, in part, not at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from pincite.evaluate import measures
from pincite.evaluate.measure import Measure
from pincite.evaluate.observed import Read


@dataclass(frozen=True)
class Complete(Measure[Read]):
    """Share of files that were read whole."""

    name = "Complete"
    kind = "label"
    item = Read
    status: ClassVar[str] = "complete"

    def scores(self, items: Sequence[Read]) -> Sequence[float]:
        """Return 1 for each file with the status, else 0: (n,)."""
        return [float(item.status == self.status) for item in items]


@dataclass(frozen=True)
class Partial(Complete):
    """Share of files that were read in part."""

    name = "Partial"
    status = "partial"
    higher_is_better = False


@dataclass(frozen=True)
class Failed(Complete):
    """Share of files that could not be read."""

    name = "Failed"
    status = "failed"
    higher_is_better = False


_OWN = {"complete": Complete, "partial": Partial, "failed": Failed}


def parse(name: str) -> Measure[Any]:
    """Return a measure by its name, those of reading included.

    Raises:
        UnknownPlugin: There is none of that name.
        UsageError: It is not written as a measure.
        MissingExtra: The package that computes it is not installed.
    """
    own = _OWN.get(name.strip().casefold())
    return own() if own else measures.parse(name)
