"""How well places agree: spans of time, boxes, and what a citation points at."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from pincite.evaluate.measure import Cut, Kind, Measure
from pincite.evaluate.types import Boxed, Cited, Place, Timed
from pincite.types import (
    Cells,
    ImageRegion,
    Locator,
    PageRegion,
    TextSpan,
    TimeSpan,
    cell_corners,
)

_OVERLAP = Cut("overlap", least=0.0, most=1.0)


@dataclass(frozen=True)
class _Overlap(Measure[Any]):
    """Mean overlap with the best of the right places; `@x` is the share of at least x."""

    cut: ClassVar[Cut | None] = _OVERLAP

    def scores(self, items: Sequence[Any]) -> list[float]:
        """Return the overlap of each item, or whether it reaches the cutoff: (n,)."""
        best = [_best(item) for item in items]
        if self.cutoff is None:
            return best
        return [b if math.isnan(b) else float(b >= self.cutoff) for b in best]


def _best(item: Timed | Boxed) -> float:
    if not item.gold:
        return math.nan
    if item.predicted is None:
        return 0.0
    found = _corners(item.predicted)
    return max(box_iou(found, _corners(right)) for right in item.gold)


def _corners(place: Sequence[float]) -> list[tuple[float, float]]:
    """Return (least, most) of each axis."""
    half = len(place) // 2
    return list(zip(place[:half], place[half:], strict=True))


def box_iou(one: Sequence[tuple[float, float]], other: Sequence[tuple[float, float]]) -> float:
    """Return intersection over union of two ranges of any number of axes, each (least, most).

    Two equal ranges without extent agree (1); otherwise what has no extent overlaps nothing.

    Example:
        >>> box_iou([(0, 4), (0, 2)], [(2, 6), (0, 2)])
        0.3333333333333333
    """
    both = math.prod(
        max(0.0, min(a[1], b[1]) - max(a[0], b[0])) for a, b in zip(one, other, strict=True)
    )
    union = _size(one) + _size(other) - both
    return both / union if union > 0 else float(list(one) == list(other))


def _size(place: Sequence[tuple[float, float]]) -> float:
    return math.prod(most - least for least, most in place)


@dataclass(frozen=True)
class TemporalIoU(_Overlap):
    """Intersection over union of the found and the right span of time; `@0.5`: share reaching it.

    The best of several right spans; nothing found is 0; without a right span NaN.
    """

    name: ClassVar[str] = "tIoU"
    kind: ClassVar[Kind] = "time"
    item: ClassVar[type] = Timed


@dataclass(frozen=True)
class BoxIoU(_Overlap):
    """Intersection over union of the found and the right box; `@0.5`: share reaching it.

    The best of several right boxes; nothing found is 0; without a right box NaN.
    """

    name: ClassVar[str] = "IoU"
    kind: ClassVar[Kind] = "box"
    item: ClassVar[type] = Boxed


# -- citations ------------------------------------------------------------------------------


def overlap(one: Place, other: Place) -> float:
    """Return the intersection over union of two places, 0 if they have nothing in common.

    Another asset, page or sheet, or a locator of another kind, has nothing in common; a place
    without locator is the whole asset, and agrees (1) with everything in it. Where both spans of
    time name a part of the frame, it counts too.

    Example:
        >>> overlap(Place("a", TimeSpan(0, 4)), Place("a", TimeSpan(2, 4)))
        0.5
    """
    if one.asset_id != other.asset_id:
        return 0.0
    if one.locator is None or other.locator is None:
        return 1.0
    a, b = _region(one.locator), _region(other.locator)
    if a[0] != b[0]:
        return 0.0
    if len(a[1]) != len(b[1]):  # a span of time that names no part of the frame is all of it
        shared = min(len(a[1]), len(b[1]))
        return box_iou(a[1][:shared], b[1][:shared])
    return box_iou(a[1], b[1])


def _region(locator: Locator) -> tuple[tuple[object, ...], list[tuple[float, float]]]:
    """Return what must be equal for two locators to meet, and the range of each axis."""
    match locator:
        case TextSpan(start, end):
            return (TextSpan,), [(start, end)]
        case PageRegion(page, box):
            return (PageRegion, page), _corners(box)
        case ImageRegion(box):
            return (ImageRegion,), _corners(box)
        case TimeSpan(start_s, end_s, box):
            return (TimeSpan,), [(start_s, end_s), *(_corners(box) if box else [])]
        case Cells(sheet, range_):
            (column, row), (last_column, last_row) = cell_corners(range_)
            return (Cells, sheet), [(column, last_column + 1), (row, last_row + 1)]


@dataclass(frozen=True)
class _Citation(Measure[Cited]):
    kind: ClassVar[Kind] = "citation"
    item: ClassVar[type] = Cited
    cut: ClassVar[Cut | None] = _OVERLAP

    def meets(self, one: Place, other: Place) -> bool:
        """Return whether two places overlap, by at least the cutoff if there is one."""
        shared = overlap(one, other)
        return shared > 0 if self.cutoff is None else shared >= self.cutoff

    def precision(self, item: Cited) -> float:
        """Return the share of the cited places that meet a right one; NaN if none is cited."""
        right = [any(self.meets(place, gold) for gold in item.gold) for place in item.cited]
        return sum(right) / len(right) if right else math.nan

    def recall(self, item: Cited) -> float:
        """Return the share of the right places that meet a cited one; NaN if none is right."""
        found = [any(self.meets(gold, place) for place in item.cited) for gold in item.gold]
        return sum(found) / len(found) if found else math.nan


@dataclass(frozen=True)
class CitationPrecision(_Citation):
    """Share of the cited places that overlap a right one; `@0.5`: with that much overlap (IoU).

    The right asset, and the same page, sheet, region or time. An answer that cites nothing has no
    precision (NaN), but a recall of 0: read them together, or `CitationF1`.
    """

    name: ClassVar[str] = "CitationPrecision"

    def scores(self, items: Sequence[Cited]) -> list[float]:
        """Return the precision of each answer: (n,)."""
        return [self.precision(item) for item in items]


@dataclass(frozen=True)
class CitationRecall(_Citation):
    """Share of the right places that a citation overlaps; `@0.5`: with that much overlap (IoU).

    NaN where nothing is to be cited.
    """

    name: ClassVar[str] = "CitationRecall"

    def scores(self, items: Sequence[Cited]) -> list[float]:
        """Return the recall of each answer: (n,)."""
        return [self.recall(item) for item in items]


@dataclass(frozen=True)
class CitationF1(_Citation):
    """Harmonic mean of precision and recall of the cited places.

    0 if one of cited and right is empty, NaN if both are.
    """

    name: ClassVar[str] = "CitationF1"

    def scores(self, items: Sequence[Cited]) -> list[float]:
        """Return the F1 of each answer: (n,)."""
        return [self._f1(item) for item in items]

    def _f1(self, item: Cited) -> float:
        if not item.cited or not item.gold:
            return 0.0 if item.cited or item.gold else math.nan
        p, r = self.precision(item), self.recall(item)
        return 2 * p * r / (p + r) if p + r else 0.0
