"""Whether a place can be pointed at, lies inside another, or touches it."""

from __future__ import annotations

import math
import re

from pincite.types import (
    Box,
    Cells,
    ImageRegion,
    Locator,
    PageRegion,
    TextSpan,
    TimeSpan,
    cell_corners,
)

_RANGE = re.compile(r"[A-Z]+[1-9][0-9]*(:[A-Z]+[1-9][0-9]*)?")
_SLACK_S = 0.1
"""How far a time may reach beyond a recording: codecs pad their last frame."""


def flaw(locator: Locator) -> str:
    """Return what is wrong with a locator, whatever the asset, or an empty string.

    Example:
        >>> flaw(PageRegion(0)), flaw(TextSpan(2, 7))
        ('pages count from 1', '')
    """
    match locator:
        case TextSpan(start, end):
            return "" if 0 <= start < end else "a span must hold characters, from 0 on"
        case PageRegion(page, box):
            return _box_flaw(box) if page >= 1 else "pages count from 1"
        case ImageRegion(box):
            return _box_flaw(box)
        case TimeSpan(start_s, end_s, box):
            if not (math.isfinite(end_s) and 0.0 <= start_s < end_s):
                return "a time must last, from second 0 on"
            return "" if box is None else _box_flaw(box)
        case Cells(sheet, _):
            return _cells_flaw(locator) if sheet else "a sheet has a name"


def _box_flaw(box: Box) -> str:
    if len(box) != 4 or not all(math.isfinite(edge) for edge in box):
        return "a box is four numbers (x0, y0, x1, y1)"
    x0, y0, x1, y1 = box
    inside = 0.0 <= x0 < x1 <= 1.0 and 0.0 <= y0 < y1 <= 1.0
    return "" if inside else "a box holds fractions of the page, x0 < x1 and y0 < y1, in 0..1"


def _cells_flaw(cells: Cells) -> str:
    if not _RANGE.fullmatch(cells.range):
        return "a range looks like B2 or B2:D7"
    (left, top), (right, bottom) = cell_corners(cells.range)
    ascending = left <= right and top <= bottom
    return "" if ascending else "a range goes from its upper left cell to its lower right one"


def lies_in(part: Locator, whole: Locator) -> bool:
    """Return whether a place lies in an asset that ends at `whole`.

    A `PageRegion` as `whole` names the last page. A part of another kind, such as a picture
    attached to a letter, or of another sheet, cannot be judged and counts as inside.

    Example:
        >>> lies_in(PageRegion(2), PageRegion(3)), lies_in(TextSpan(4, 9), TextSpan(0, 8))
        (True, False)
    """
    match whole, part:
        case TextSpan(), TextSpan():
            return whole.start <= part.start and part.end <= whole.end
        case PageRegion(), PageRegion():
            return part.page <= whole.page
        case TimeSpan(), TimeSpan():
            return whole.start_s <= part.start_s and part.end_s <= whole.end_s + _SLACK_S
        case Cells(), Cells() if part.sheet == whole.sheet:
            (left, top), (right, bottom) = cell_corners(whole.range)
            (x0, y0), (x1, y1) = cell_corners(part.range)
            return left <= x0 and x1 <= right and top <= y0 and y1 <= bottom
    return True


def touch(one: Locator, other: Locator) -> bool:
    """Return whether two places of one kind have something in common.

    Example:
        >>> touch(Cells("s", "A1:B9"), Cells("s", "B2")), touch(TimeSpan(0, 1), TimeSpan(2, 3))
        (True, False)
    """
    match one, other:
        case TextSpan(), TextSpan():
            return one.start < other.end and other.start < one.end
        case PageRegion(), PageRegion():
            return one.page == other.page and _overlap(one.box, other.box)
        case ImageRegion(), ImageRegion():
            return _overlap(one.box, other.box)
        case TimeSpan(), TimeSpan():
            return one.start_s < other.end_s and other.start_s < one.end_s
        case Cells(), Cells():
            return one.sheet == other.sheet and _share_a_cell(one, other)
    return False


def _overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _share_a_cell(one: Cells, other: Cells) -> bool:
    (x0, y0), (x1, y1) = cell_corners(one.range)
    (left, top), (right, bottom) = cell_corners(other.range)
    return x0 <= right and left <= x1 and y0 <= bottom and top <= y1
