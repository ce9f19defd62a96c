"""The words around a chart that say what it is about: its title, and those at its axes."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from pincite.ingest.plotted_chart import Chart
from pincite.ingest.plotted_labels import Label
from pincite.ingest.plotted_numbers import amount

_LONGEST = 60  # characters of the words at an axis


def title_of(chart: Chart, labels: Sequence[Label]) -> Label | None:
    """Return the largest line above a chart, the nearest of several such."""
    return max(_titles(chart, labels), key=lambda label: label.box[1], default=None)


def has_two_titles(chart: Chart, labels: Sequence[Label]) -> bool:
    """Return True when titles stand side by side above what seems to be one chart."""
    titles = _titles(chart, labels)
    return any(abs(b.box[1] - a.box[1]) < 0.5 * a.height for a, b in combinations(titles, 2))


def _titles(chart: Chart, labels: Sequence[Label]) -> list[Label]:
    """Return the largest lines above a chart."""
    x0, y0, x1, _ = chart.box
    above = [
        label
        for label in labels
        if not chart.used & set(label.lines)
        and label.box[3] <= y0 + 0.5 * label.height
        and x0 - 0.3 * (x1 - x0) <= (label.box[0] + label.box[2]) / 2 <= x1
        and not label.upright
        and amount(label.text) is None
    ]
    tallest = max((label.height for label in above), default=0.0)
    return [label for label in above if label.height >= 0.85 * tallest]


def axis_titles(chart: Chart, title: Label | None, labels: Sequence[Label]) -> tuple[str, str]:
    """Return the words at the axis of the categories and of the values, "" for none."""
    x0, y0, x1, y1 = chart.box
    free = [
        label
        for label in labels
        if not chart.used & set(label.lines)
        and label is not title
        and len(label.text) <= _LONGEST
        and amount(label.text) is None
    ]
    below = [
        label
        for label in free
        if not label.upright
        and -0.5 * label.height <= label.box[1] - y1 <= 3 * label.height
        and abs(label.box[0] + label.box[2] - x0 - x1) <= 0.3 * (x1 - x0)
    ]
    beside = [
        label
        for label in free
        if label.upright
        and label.box[2] <= x0
        and abs(label.box[1] + label.box[3] - y0 - y1) <= 0.5 * (y1 - y0)
    ]
    over = [
        label
        for label in free
        if title is not None
        and not label.upright
        and title.box[3] - 0.5 * label.height <= label.box[1]
        and label.box[3] <= y0 + 1.5 * label.height
        and label.box[0] < x1
    ]
    under = min(below, key=lambda label: label.box[1]).text if below else ""
    aside = max(beside, key=lambda label: label.box[2]).text if beside else ""
    if len(over) == 1:  # the unit, or what else is said of the values
        under, aside = (
            (under or over[0].text, aside) if chart.axis.level else (under, aside or over[0].text)
        )
    return (aside, under) if chart.axis.level else (under, aside)
