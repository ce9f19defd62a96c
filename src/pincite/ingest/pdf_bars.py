"""Bars of charts among the filled shapes of a page."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from pincite.types import Box

_FEWEST = 3  # bars of a chart
_THINNEST = 0.004  # of the page; what is thinner is a rule or an underline
_LEVEL = 0.002  # of the page, by which the feet of bars may differ
_ALIKE = 0.05  # share by which their thickness may
_CLOSE = 3.0  # times the usual step; a wider gap is between two charts
_APART = 0.15  # of their thickness; cells of a table touch
_MAX_WORDS = 0.5  # share of a bar that words may take; more is a highlighted line


def bars_of(fills: Sequence[Box], words: Sequence[Box]) -> list[list[Box]]:
    """Return the groups of bars, each those of one chart.

    Bars stand on one line, are equally thick and differ in length, upright or level.

    Args:
        fills: Boxes of the shapes filled with a colour.
        words: Boxes of the words on the page; boxes that are full of them are no bars.
    """
    thick = [f for f in fills if min(f[2] - f[0], f[3] - f[1]) >= _THINNEST]
    groups: list[list[Box]] = []
    for across, foot in ((0, 3), (0, 1), (1, 0), (1, 2)):
        for row in _standing(thick, across, foot):
            groups += [g for g in _side_by_side(row, across) if _is_chart(g, across, words)]
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


def _is_chart(bars: list[Box], across: int, words: Sequence[Box]) -> bool:
    if len(bars) < _FEWEST:
        return False
    along = 1 - across
    lengths = sorted(bar[along + 2] - bar[along] for bar in bars)
    slack = max(0.03 * lengths[-1], _LEVEL)
    kinds = 1 + sum(b - a > slack for a, b in pairwise(lengths))
    gaps = [b[across] - a[across + 2] for a, b in pairwise(bars)]
    apart = min(gaps) > _APART * _thickness(bars[0], across)
    if kinds < (2 if apart else 3) or min(gaps) < -0.1 * _thickness(bars[0], across):
        return False
    return median(_full(bar, words) for bar in bars) < _MAX_WORDS


def _full(bar: Box, words: Sequence[Box]) -> float:
    """Return the share of a bar's length that words on it take."""
    taken = 0.0
    for word in words:
        width = min(bar[2], word[2]) - max(bar[0], word[0])
        height = min(bar[3], word[3]) - max(bar[1], word[1])
        if width > 0 and height > 0.5 * (word[3] - word[1]):
            taken += width * (word[3] - word[1])
    return taken / max((bar[2] - bar[0]) * (bar[3] - bar[1]), 1e-9)
