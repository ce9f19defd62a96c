"""Bars in a picture: rectangles of one colour that stand on one line and are equally thick."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

import cv2
import numpy as np
import numpy.typing as npt

from pincite.ingest.ocr import Picture
from pincite.types import Box

Colour = tuple[int, int, int]
Mask = npt.NDArray[np.uint8]

ALIKE = 24
"""Two colours are one when no channel differs by more than this."""
_MOST_COLOURS = 16
_FEWEST_PIXELS = 0.0006  # share of the picture that a colour of bars covers
_MOST_RECTANGLES = 200
_FILLED = 0.88  # share of its box that a bar fills; corners may be round
_INKED = 0.5  # share of it that has its colour; the rest is words
_THINNEST_PX = 6


@dataclass(frozen=True, slots=True)
class Rectangle:
    """A rectangle of one colour; `box` is in pixels."""

    box: Box
    colour: Colour


@dataclass(frozen=True, slots=True)
class Axis:
    """The line on which bars stand, and with it the two directions of a chart.

    Across is the direction in which categories follow one another; along is the direction in
    which values grow, counted from the line, so that a negative bar reaches below 0.

    Attributes:
        level: True when the bars lie level and the line is upright.
        base: Place of the line, in pixels.
    """

    level: bool
    base: float

    def turned(self, box: Box) -> Box:
        """Return a box as (across, along, across, along), along growing with the value.

        Example:
            >>> Axis(level=False, base=100).turned((10, 40, 20, 100))
            (10, 0, 20, 60)
        """
        x0, y0, x1, y1 = box
        if self.level:
            return (y0, x0 - self.base, y1, x1 - self.base)
        return (x0, self.base - y1, x1, self.base - y0)

    def back(self, seen: Box) -> Box:
        """Return the box in pixels of one given as (across, along, across, along)."""
        start, low, end, high = seen
        if self.level:
            return (self.base + low, start, self.base + high, end)
        return (start, self.base - high, end, self.base - low)


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar, seen from its axis.

    Attributes:
        start: Where it begins across.
        end: Where it ends across.
        tip: How far it reaches along; below 0 for a negative bar.
        colour: Its colour.
    """

    start: float
    end: float
    tip: float
    colour: Colour

    @property
    def middle(self) -> float:
        """Its middle across."""
        return (self.start + self.end) / 2

    @property
    def thickness(self) -> float:
        """Its extent across."""
        return self.end - self.start

    @property
    def seen(self) -> Box:
        """Its box as (across, along, across, along)."""
        return (self.start, min(0.0, self.tip), self.end, max(0.0, self.tip))


def colour_mask(rgb: Picture, colour: Colour) -> Mask:
    """Return where a picture (h, w, 3) has a colour: (h, w), 255 or 0."""
    low = np.array([max(0, c - ALIKE) for c in colour], dtype=np.uint8)
    high = np.array([min(255, c + ALIKE) for c in colour], dtype=np.uint8)
    return np.asarray(cv2.inRange(rgb, low, high), dtype=np.uint8)


def colours_of(rgb: Picture) -> list[Colour]:
    """Return the colours that cover most of a picture, the most frequent first."""
    coarse = rgb.astype(np.uint16) >> 4
    codes = (coarse[..., 0] << 8) | (coarse[..., 1] << 4) | coarse[..., 2]
    counts = np.bincount(codes.ravel(), minlength=4096)
    found: list[Colour] = []
    for code in np.argsort(-counts, kind="stable")[: 8 * _MOST_COLOURS]:
        if counts[code] < _FEWEST_PIXELS * codes.size or len(found) == _MOST_COLOURS:
            break
        near = tuple(16 * (int(code) >> shift & 15) + 8 for shift in (8, 4, 0))
        if any(alike(near, other) for other in found):
            continue
        r, g, b = (int(v) for v in np.median(rgb[codes == code], axis=0))
        if not any(alike((r, g, b), other) for other in found):
            found.append((r, g, b))
    return found


def alike(one: Sequence[int], other: Colour) -> bool:
    """Return True when two colours look the same.

    Example:
        >>> alike((200, 10, 10), (210, 0, 20)), alike((200, 10, 10), (10, 10, 200))
        (True, False)
    """
    return max(abs(a - b) for a, b in zip(one, other, strict=True)) <= ALIKE


def rectangles_of(rgb: Picture, colours: Sequence[Colour]) -> list[Rectangle]:
    """Return the rectangles of each colour in a picture (h, w, 3); words in them do not matter."""
    found: list[tuple[float, Rectangle]] = []
    gaps, strokes = np.ones((3, 3), np.uint8), np.ones((5, 5), np.uint8)
    for colour in colours:
        mask = cv2.morphologyEx(colour_mask(rgb, colour), cv2.MORPH_CLOSE, gaps)
        mask = cv2.morphologyEx(mask, cv2.MORPH_OPEN, strokes)  # words that touch a bar go
        outlines, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
        for outline in outlines:
            x, y, w, h = cv2.boundingRect(outline)
            if min(w, h) < _THINNEST_PX - 1:
                continue
            area = cv2.contourArea(outline) + (w + h)  # the outline runs through pixel middles
            inked = cv2.countNonZero(mask[y : y + h, x : x + w]) >= _INKED * w * h
            if area >= _FILLED * w * h and inked and w * h < 0.4 * mask.size:
                box = (float(x), float(y), float(x + w), float(y + h))
                found.append((w * h, Rectangle(box, colour)))
    found.sort(key=lambda item: -item[0])
    return [rectangle for _, rectangle in found[:_MOST_RECTANGLES]]


def standing(rectangles: Sequence[Rectangle], slack: float) -> Iterator[tuple[Axis, list[Bar]]]:
    """Yield the rows of at least three equally thick bars on one line, the longest row first.

    Args:
        rectangles: What there is.
        slack: How far from the line a bar may begin, in pixels.
    """
    rows: list[tuple[Axis, list[Bar]]] = []
    for level in (False, True):
        ends = sorted(edge for r in rectangles for edge in (r.box[0::2] if level else r.box[1::2]))
        edges = [
            edge
            for edge in sorted({round(end) for end in ends})
            if bisect_right(ends, edge + slack) - bisect_left(ends, edge - slack) >= 3
        ]
        seen: set[frozenset[Bar]] = set()
        for edge in edges:
            axis = Axis(level, float(edge))
            for bars in _panels(_equal(_on(axis, rectangles, slack))):
                key = frozenset(Bar(b.start, b.end, 0, b.colour) for b in bars)
                if len(bars) >= 3 and key not in seen:
                    seen.add(key)
                    rows.append((axis, bars))
    yield from sorted(rows, key=lambda row: -len(row[1]))


def _on(axis: Axis, rectangles: Sequence[Rectangle], slack: float) -> list[Bar]:
    bars = []
    for rectangle in rectangles:
        start, low, end, high = axis.turned(rectangle.box)
        if end - start < _THINNEST_PX or high - low <= slack:
            continue
        if abs(low) <= slack:
            bars.append(Bar(start, end, high, rectangle.colour))
        elif abs(high) <= slack:
            bars.append(Bar(start, end, low, rectangle.colour))
    return sorted(bars, key=lambda b: b.start)


def _equal(bars: list[Bar]) -> list[Bar]:
    """Return the bars of the thickness that most of them have."""
    best: list[Bar] = []
    for bar in bars:
        slack = max(2.5, 0.12 * bar.thickness)
        group = [b for b in bars if abs(b.thickness - bar.thickness) <= slack]
        if (len(group), bar.thickness) > (len(best), best[0].thickness if best else 0.0):
            best = group
    return best


def _panels(bars: list[Bar]) -> Iterator[list[Bar]]:
    """Yield the bars together, and those of each side of a gap: it may part two charts."""
    bars = [b for a, b in pairwise([None, *bars]) if b and not (a and _is_again(a, b))]
    if len(bars) < 3:
        return
    colours = {bar.colour for bar in bars}
    steps = [
        b.middle - a.middle
        for colour in colours
        for a, b in pairwise([bar for bar in bars if bar.colour == colour])
    ]
    pitch = median(steps or [b.middle - a.middle for a, b in pairwise(bars)])
    panels = [[bars[0]]]
    for a, b in pairwise(bars):
        if b.middle - a.middle > 1.5 * pitch:
            panels.append([])
        panels[-1].append(b)
    yield bars
    if len(panels) > 1:
        yield from panels


def _is_again(one: Bar, other: Bar) -> bool:
    """Return True when a bar is one seen before, in another shade."""
    return other.start < one.end - 0.5 * one.thickness
