"""Marks on the lines of a chart: where a printed value stands above or below its line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

import cv2
import numpy as np
import numpy.typing as npt

from pincite.ingest.ocr import Picture
from pincite.ingest.plotted_bars import Axis, Bar, Colour, colour_mask
from pincite.ingest.plotted_labels import Label
from pincite.ingest.plotted_numbers import amount, scale_of

_FEWEST = 3
_LARGEST = 0.1  # share of the picture that a line covers at most
_REACH = 1.6  # letters' heights between a value and its line
_MOST_PARTS = 2000
_MOST_LEFT_OUT = 0.3  # share of the numbers among the marks that stand at no line


@dataclass(frozen=True, slots=True, eq=False)
class _Drawn:
    """What is drawn in one colour: (h, w) numbers of connected parts, and of its thick spots."""

    colour: Colour
    parts: npt.NDArray[np.int32]
    dots: npt.NDArray[np.int32]


def marked_on_lines(
    rgb: Picture, colours: Sequence[Colour], labels: Sequence[Label], points: str
) -> Iterator[tuple[Axis, dict[Bar, Label]]]:
    """Yield the axis and the values of a line chart, each mark as a bar that reaches up to it.

    Args:
        rgb: (h, w, 3) uint8.
        colours: The colours of the picture.
        labels: All words of the picture.
        points: How decimals are written, as `amount` takes it.
    """
    numbers = {
        id(label): value
        for label in labels
        if (value := amount(label.text, points)) is not None and not label.upright
    }
    mine = [label for label in labels if id(label) in numbers]
    if len(mine) < _FEWEST:
        return
    drawn = list(_drawn(rgb, colours, median(label.height for label in mine)))
    for above in (True, False):
        found = [
            (*mark, colour.colour)
            for colour in drawn
            for mark in _on_line(colour, mine, numbers, above)
        ]
        marks = _on_one_scale(found, numbers)
        if len(marks) >= _FEWEST and _are_most(marks, mine):
            yield _as_bars(marks)


def _drawn(rgb: Picture, colours: Sequence[Colour], height: float) -> Iterator[_Drawn]:
    """Yield what is drawn in each colour, given the usual height of letters in pixels."""
    size = max(5, round(0.2 * height))
    brush = np.ones((size, size), np.uint8)
    for colour in colours:
        mask = colour_mask(rgb, colour)
        if cv2.countNonZero(mask) > _LARGEST * mask.size:
            continue
        count, parts = cv2.connectedComponents(cv2.dilate(mask, brush), connectivity=8)
        if count > _MOST_PARTS:
            continue  # the grain of a photo
        parts *= mask > 0  # letters drawn over a line do not part it
        dots = parts * (cv2.morphologyEx(mask, cv2.MORPH_OPEN, brush) > 0)
        yield _Drawn(colour, parts, dots)


def _on_line(
    drawn: _Drawn, labels: Sequence[Label], numbers: dict[int, float], above: bool
) -> list[tuple[Label, float]]:
    """Return the labels at the longest line of a colour, with the height of the line there."""
    by_part: dict[int, list[tuple[Label, float]]] = {}
    for label in labels:
        at = _nearest_run(drawn.dots, label, above) or _nearest_run(drawn.parts, label, above)
        if at is not None:
            by_part.setdefault(at[0], []).append((label, at[1]))
    best: list[tuple[Label, float]] = []
    for marks in by_part.values():
        places = {round((m.box[0] + m.box[2]) / 2) for m, _ in marks}
        if len(places) >= _FEWEST:
            best = max(best, _fitting(marks, numbers, drawn.parts.shape[0]), key=len)
    return best if len(best) >= _FEWEST else []


def _nearest_run(
    parts: npt.NDArray[np.int32], label: Label, above: bool
) -> tuple[int, float] | None:
    """Return the line nearest to a label, below it or above, and the height of its middle."""
    x0, y0, x1, y1 = label.box
    x = round((x0 + x1) / 2)
    reach = _REACH * label.height
    start, end = (y1 - 0.35 * label.height, y1 + reach) if above else (y0 - reach, y0)
    start, end = max(0, round(start)), min(parts.shape[0], round(end))
    if not 0 <= x < parts.shape[1] or start >= end:
        return None
    column = parts[start:end, x]
    rows = np.flatnonzero(column)
    if not len(rows):
        return None
    first = int(rows[0] if above else rows[-1])
    part = int(column[first])
    whole = np.flatnonzero(parts[:, x] == part)
    runs = np.split(whole, np.flatnonzero(np.diff(whole) > 1) + 1)
    run = next(run for run in runs if run[0] <= start + first <= run[-1])
    if len(run) > 1.2 * label.height:
        return None  # the flank of something large
    return part, float(run[0] + run[-1]) / 2


def _fitting(
    marks: Sequence[tuple[Label, float]], numbers: dict[int, float], height: int
) -> list[tuple[Label, float]]:
    """Return the marks whose heights agree with their values."""
    slack = max(3.0, 0.006 * height)
    scale = scale_of([numbers[id(m)] for m, _ in marks], [-y for _, y in marks], slack)
    if scale is None:
        return []
    return [(m, y) for m, y in marks if abs(scale.at(numbers[id(m)]) + y) <= slack]


def _on_one_scale(
    found: Sequence[tuple[Label, float, Colour]], numbers: dict[int, float]
) -> list[tuple[Label, float, Colour]]:
    """Return the marks of all lines that share the scale of most; each label only once."""
    if not found:
        return []
    slack = 4.0
    scale = scale_of([numbers[id(m)] for m, _, _ in found], [-y for _, y, _ in found], slack)
    if scale is None:
        return []
    best: dict[int, tuple[float, tuple[Label, float, Colour]]] = {}
    for mark in found:
        miss = abs(scale.at(numbers[id(mark[0])]) + mark[1])
        known = best.get(id(mark[0]))
        if miss <= slack and (known is None or miss < known[0]):
            best[id(mark[0])] = (miss, mark)
    return [mark for _, mark in best.values()]


def _are_most(marks: Sequence[tuple[Label, float, Colour]], labels: Sequence[Label]) -> bool:
    """Return True when few other numbers stand among the marks: else it is a table."""
    x0 = min(m.box[0] for m, _, _ in marks)
    x1 = max(m.box[2] for m, _, _ in marks)
    y0 = min(m.box[1] for m, _, _ in marks)
    y1 = max(y for _, y, _ in marks)
    used = {id(m) for m, _, _ in marks}
    within = [
        label
        for label in labels
        if x0 <= (label.box[0] + label.box[2]) / 2 <= x1
        and y0 <= (label.box[1] + label.box[3]) / 2 <= y1
    ]
    left_out = sum(id(label) not in used for label in within)
    return left_out <= _MOST_LEFT_OUT * len(within)


def _as_bars(
    marks: Sequence[tuple[Label, float, Colour]],
) -> tuple[Axis, dict[Bar, Label]]:
    places = sorted((m.box[0] + m.box[2]) / 2 for m, _, _ in marks)
    steps = [b - a for a, b in pairwise(places) if b - a > 4]
    half = 0.25 * min(steps, default=8.0)
    axis = Axis(level=False, base=max(y for _, y, _ in marks) + half)
    bars: dict[Bar, Label] = {}
    for label, y, colour in marks:
        x = (label.box[0] + label.box[2]) / 2
        bars[Bar(x - half, x + half, axis.base - y, colour)] = replace(
            label, seen=axis.turned(label.box)
        )
    return axis, bars
