"""Bars of charts among the filled shapes of a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from pincite.types import Box

_FEWEST = 3  # bars of a chart
_THINNEST = 0.004  # of the page; what is thinner is a rule or an underline
_LEVEL = 0.002  # of the page, by which the feet of bars may differ
_ALIKE = 0.05  # share by which their thickness may
_CLOSE = 3.0  # times the usual step; a wider gap is between two charts
_APART = 0.15  # of their thickness; cells of a table touch
_KINDS = 0.3  # share of the bars that are of different length at least
_TILED = 0.3  # share of the bars at whose tips another shape may begin; more are cells
_EVEN = 0.1  # share by which most steps from bar to bar agree
_STEPS = 0.45  # share of the steps that do; in pairs of bars every other one
_NAME_SHARE = 0.3  # names of categories for each bar; pairs of bars have one for both
_BELOW, _BESIDE = 0.04, 0.25  # of the page, between the foot of a bar and its name
_VALUE_CHARS = 14


@dataclass(frozen=True, slots=True)
class Words:
    """A piece of text on a page.

    Attributes:
        text: The words.
        box: Where they lie, in fractions of the page.
        heavy: True for letters that are bold or larger than running text.
    """

    text: str
    box: Box
    heavy: bool = False


def bars_of(fills: Sequence[Box], words: Sequence[Words]) -> list[list[Box]]:
    """Return the groups of bars, each those of one chart.

    Bars stand on one line in even steps, are equally thick and differ in length, upright or
    level; names stand at their feet, and nothing but values on them.

    Args:
        fills: Boxes of the shapes filled with a colour.
        words: All words on the page.
    """
    thick = [f for f in fills if min(f[2] - f[0], f[3] - f[1]) >= _THINNEST]
    groups: list[list[Box]] = []
    for across, foot in ((0, 3), (0, 1), (1, 0), (1, 2)):
        for row in _standing(thick, across, foot):
            for bars in _side_by_side(row, across):
                chart = _is_row(bars, across) and _is_told(bars, across, foot, words)
                if chart and not _is_tiled(bars, thick, across, (foot + 2) % 4):
                    groups.append(bars)
    return groups


def _standing(fills: Sequence[Box], across: int, foot: int) -> list[list[Box]]:
    """Return the shapes in groups of equal thickness whose side `foot` lies on one line."""
    groups: list[list[Box]] = []
    for box in sorted(fills, key=lambda b: (round(b[foot] / _LEVEL), b[across])):
        for group in groups:
            level = abs(group[0][foot] - box[foot]) <= _LEVEL
            if level and abs(_thickness(group[0], across) / _thickness(box, across) - 1) <= _ALIKE:
                group.append(box)
                break
        else:
            groups.append([box])
    return [group for group in groups if len(group) >= _FEWEST]


def _thickness(box: Box, across: int) -> float:
    return max(box[across + 2] - box[across], 1e-9)


def _side_by_side(row: list[Box], across: int) -> list[list[Box]]:
    """Return the shapes of a row, doubles left out, parted at wide gaps."""
    ordered = sorted(set(row), key=lambda b: b[across])
    kept = [b for a, b in pairwise(ordered) if b[across] - a[across] > 0.5 * _thickness(a, across)]
    kept = [*ordered[:1], *kept]
    steps = [b[across] - a[across] for a, b in pairwise(kept)]
    usual = median(steps) if steps else 0.0
    groups = [kept[:1]]
    for step, box in zip(steps, kept[1:], strict=True):
        if step > _CLOSE * usual:
            groups.append([])
        groups[-1].append(box)
    return groups


def _is_row(bars: list[Box], across: int) -> bool:
    """Return True for shapes of different length in even steps."""
    if len(bars) < _FEWEST:
        return False
    steps = [b[across] - a[across] for a, b in pairwise(bars)]
    usual = max(steps, key=lambda step: _alike(step, steps))
    if _alike(usual, steps) < max(2.0, _STEPS * len(steps)):
        return False
    along = 1 - across
    lengths = sorted(bar[along + 2] - bar[along] for bar in bars)
    slack = max(0.03 * lengths[-1], _LEVEL)
    kinds = 1 + sum(b - a > slack for a, b in pairwise(lengths))
    gaps = [b[across] - a[across + 2] for a, b in pairwise(bars)]
    apart = min(gaps) > _APART * _thickness(bars[0], across)
    overlap = min(gaps) < -0.1 * _thickness(bars[0], across)
    return kinds >= max(2 if apart else 3, _KINDS * len(bars)) and not overlap


def _alike(step: float, steps: list[float]) -> int:
    return sum(abs(other / step - 1) <= _EVEN for other in steps)


def _is_told(bars: list[Box], across: int, foot: int, words: Sequence[Words]) -> bool:
    """Return True when names stand at the feet of the bars, and nothing but values on them."""
    names = 0
    room = _thickness(bars[0], across)
    first, last = bars[0][across] - room, bars[-1][across + 2] + room
    for word in words:
        middle = (word.box[across] + word.box[across + 2]) / 2
        along = (word.box[1 - across] + word.box[3 - across]) / 2
        on = [b for b in bars if b[across] < middle < b[across + 2]]
        if any(b[1 - across] < along < b[3 - across] for b in on) and not _is_value(word.text):
            return False
        gap = (along - bars[0][foot]) * (1 if foot > 1 else -1)
        names += first < middle < last and 0 < gap < (_BELOW if across == 0 else _BESIDE)
    return names >= max(2.0, _NAME_SHARE * len(bars))


def _is_value(text: str) -> bool:
    return len(text) <= _VALUE_CHARS and any(map(str.isdecimal, text))


def _is_tiled(bars: list[Box], fills: Sequence[Box], across: int, tip: int) -> bool:
    """Return True for cells of a table, and for bars put one upon another: shapes go on."""
    tiled = 0
    for bar in bars:
        low, high = bar[across], bar[across + 2]
        tiled += any(
            abs(other[(tip + 2) % 4] - bar[tip]) <= 2 * _LEVEL
            and min(high, other[across + 2]) - max(low, other[across]) > 0.5 * (high - low)
            for other in fills
        )
    return tiled > _TILED * len(bars)
