"""Charts in pictures: each printed value said with its category and its series."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import cv2
import numpy as np

from pincite.ingest.flow import CELL, Flow, Mark
from pincite.ingest.ocr import OcrLine, Picture
from pincite.ingest.plotted_bars import Axis, Bar, Colour, Rectangle, rectangles_of, standing
from pincite.ingest.plotted_ink import tight_box
from pincite.ingest.plotted_labels import (
    Label,
    Naming,
    categories_of,
    legend_of,
    printed_at,
    seen_from,
)
from pincite.ingest.plotted_lines import marked_on_lines
from pincite.ingest.plotted_numbers import Scale, amount, multiplier, scale_of
from pincite.ingest.segment import Block
from pincite.types import Box, union_box

_LONG_SIDE = 1600  # pixels of the copy in which bars are looked for
_FEWEST = 3  # values and categories of a chart
_MOST_CHARTS = 6
_LONGEST_TITLE = 60  # characters of the words at an axis
_AGREE = 0.7  # share of the printed values that must fit the lengths of their bars


@dataclass(frozen=True, slots=True)
class Plotted:
    """What the charts of a picture say, and what else is written in it.

    Attributes:
        flow: Title and rows of each chart; empty when there is none. Boxes are fractions.
        rest: The lines that belong to no chart, in the order given.
    """

    flow: Flow
    rest: list[OcrLine]


@dataclass(frozen=True, slots=True, eq=False)
class _Point:
    """A printed value with what it stands for; `series` is "" when there is only one."""

    category: str
    series: str
    value: Label


@dataclass(frozen=True, slots=True, eq=False)
class _Chart:
    """One chart.

    Attributes:
        points: Its values, category after category.
        used: Numbers of the lines that are said in its rows, and of its ticks.
        box: The box around bars, values and categories, in pixels.
        axis: Where its bars stand.
    """

    points: tuple[_Point, ...]
    used: frozenset[int]
    box: Box
    axis: Axis


def read_plots(lines: Sequence[OcrLine], rgb: Picture) -> Plotted:
    """Return the charts among the lines of a picture (h, w, 3) uint8.

    A chart has at least three values printed at the ends of bars or inside them, whose lengths
    agree with the values, and names along the axis. Anything less is left as it is.
    """
    flow, rest = Flow(), list(lines)
    while len(flow.blocks) < 2 * _MOST_CHARTS:
        found = _first_chart(rest, rgb)
        if found is None:
            break
        chart, labels = found
        title = _title(chart, labels)
        boxes = [
            tight_box(rgb, line.box) if i in chart.used else line.box for i, line in enumerate(rest)
        ]
        _write(flow, chart, title, labels, boxes)
        gone = chart.used | (set(title.lines) if title else set())
        rest = [line for i, line in enumerate(rest) if i not in gone]
    return Plotted(flow, rest)


def _first_chart(lines: Sequence[OcrLine], rgb: Picture) -> tuple[_Chart, list[Label]] | None:
    styles = _number_styles(lines)
    if not styles:
        return None
    small = _reduced(rgb)
    height, width = small.shape[:2]
    labels = [
        Label(line.text, (x0 * width, y0 * height, x1 * width, y1 * height), (i,))
        for i, line in enumerate(lines)
        for x0, y0, x1, y1 in [line.box]
    ]
    slack = max(3.0, 0.003 * max(height, width))
    rectangles = rectangles_of(small)
    for points in styles:
        for axis, printed, bars in _rows(rectangles, labels, small, points, slack):
            chart = _Reader(axis, bars, seen_from(axis, labels), small, points).chart(printed)
            if chart is not None and not _has_two_titles(chart, labels):
                return chart, labels
    return None


def _number_styles(lines: Sequence[OcrLine]) -> list[str]:
    """Return the ways to read the numbers that give different ones; [] when there are too few."""
    if len(lines) < 2 * _FEWEST:
        return []
    read = {points: [amount(line.text, points) for line in lines] for points in ("en", "eu")}
    styles = [p for p, found in read.items() if sum(v is not None for v in found) >= _FEWEST]
    return styles[:1] if read["en"] == read["eu"] else styles


def _rows(
    rectangles: Sequence[Rectangle],
    labels: Sequence[Label],
    rgb: Picture,
    points: str,
    slack: float,
) -> Iterator[tuple[Axis, Mapping[Bar, Label], Sequence[Bar]]]:
    """Yield each row of bars, and of marks on lines, with the values printed at them."""
    numbers = [label for label in labels if amount(label.text, points) is not None]
    for axis, bars in standing(rectangles, slack):
        printed = printed_at(bars, seen_from(axis, numbers), axis.level)
        if len(printed) >= _FEWEST and not _is_stacked(axis, bars, rectangles, slack):
            yield axis, printed, bars
    for axis, marked in marked_on_lines(rgb, labels, points):
        yield axis, marked, list(marked)


def _reduced(rgb: Picture) -> Picture:
    height, width = rgb.shape[:2]
    scale = _LONG_SIDE / max(height, width)
    if scale >= 1:
        return np.ascontiguousarray(rgb)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def _is_stacked(
    axis: Axis, bars: Sequence[Bar], rectangles: Sequence[Rectangle], slack: float
) -> bool:
    """Return True when more bars begin where these end: their values are parts of a whole."""
    seen = [axis.turned(r.box) for r in rectangles]
    piled = 0
    for bar in bars:
        room = 0.2 * bar.thickness
        piled += any(
            abs(start - bar.start) <= room
            and abs(end - bar.end) <= room
            and abs((low if bar.tip > 0 else high) - bar.tip) <= slack
            for start, low, end, high in seen
        )
    return piled >= 2


# -- one chart ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class _Reader:
    """Reads the chart whose bars stand on one axis.

    Attributes:
        axis: The axis.
        bars: All bars on it.
        labels: All words of the picture, seen from the axis.
        rgb: The picture, (h, w, 3) uint8.
        points: How decimals are written, as `amount` takes it.
    """

    axis: Axis
    bars: Sequence[Bar]
    labels: Sequence[Label]
    rgb: Picture
    points: str

    def chart(self, printed: Mapping[Bar, Label]) -> _Chart | None:
        """Return the chart with the values printed at its bars, or None when it is not certain."""
        if len(printed) < max(_FEWEST, 0.5 * len(self.bars)):
            return None
        scale = self._scale(printed)
        if scale is None:
            return None
        others = _without(self.labels, printed.values())
        times = {1.0, *(multiplier(label.text) for label in printed.values())}
        ticks = self._ticks(others, scale, times)
        naming = categories_of(self.bars, _without(others, ticks), self.axis.level)
        if naming is None or not _are_apart(naming):
            return None
        others = _without(_without(others, ticks), naming.labels)
        series, legend = self._series(naming, others)
        if series is None or self._is_table(naming, _without(others, legend)):
            return None
        sure = {bar: label for bar, label in printed.items() if self._agrees(bar, label, scale)}
        return self._put_together(naming, series, sure, [*ticks, *legend])

    def _amount(self, label: Label) -> float | None:
        return amount(label.text, self.points)

    def _value(self, label: Label) -> float:
        found = self._amount(label)
        return found if found is not None else float("nan")

    # -- is it one? -------------------------------------------------------------------------

    def _slack(self) -> float:
        tips = [bar.tip for bar in self.bars]
        return max(3.0, 0.02 * max(map(abs, tips)))

    def _scale(self, printed: Mapping[Bar, Label]) -> Scale | None:
        """Return how long a bar of a value is, or None when the values do not fit the bars."""
        tips = [bar.tip for bar in printed]
        if max(tips) - min(tips) < max(8.0, 0.03 * max(map(abs, tips))):
            return None
        values = [self._value(label) for label in printed.values()]
        scale = scale_of(values, tips, self._slack())
        if scale is None:
            return None
        near = [bar for bar, label in printed.items() if self._agrees(bar, label, scale)]
        spread = {round(bar.tip / self._slack()) for bar in near}
        enough = len(near) >= max(_FEWEST, _AGREE * len(printed)) and len(spread) > 1
        return scale if enough else None

    def _agrees(self, bar: Bar, label: Label, scale: Scale) -> bool:
        return abs(scale.at(self._value(label)) - bar.tip) <= self._slack()

    def _is_table(self, naming: Naming, others: Sequence[Label]) -> bool:
        """Return True when more words stand level with most bars: a table with bars in cells."""
        start = min(label.seen[1] for label in naming.labels)
        end = max(bar.tip for bar in self.bars)
        level = self.axis.level
        filled = 0
        for label in naming.labels:
            mine = [bar for bar, name in naming.names.items() if name is label]
            if mine:
                low, high = min(b.start for b in mine), max(b.end for b in mine)
                filled += any(
                    low <= other.across <= high and (level or start <= other.along <= end)
                    for other in others
                )
        return filled >= 0.5 * len(naming.labels)

    # -- its parts --------------------------------------------------------------------------

    def _ticks(self, labels: Sequence[Label], scale: Scale, times: set[float]) -> list[Label]:
        """Return the numbers in a line beside the bars that stand where the axis has them.

        `times` is what they may have to be multiplied by: an axis in millions prints 1, 2, 3.
        """
        fitting = [
            label
            for label in labels
            if (value := self._amount(label)) is not None
            and any(abs(scale.at(value * k) - label.along) <= 0.6 * label.height for k in times)
        ]
        start, end = min(b.start for b in self.bars), max(b.end for b in self.bars)
        before = {id(x): start - x.seen[2] for x in fitting if x.across < start}
        after = {id(x): x.seen[0] - end for x in fitting if x.across > end}
        return [
            label
            for gaps in (before, after)
            for label in fitting
            if id(label) in gaps
            and gaps[id(label)] - min(gaps.values()) <= label.height
            and len(gaps) > 1
        ]

    def _series(
        self, naming: Naming, labels: Sequence[Label]
    ) -> tuple[dict[Colour, str] | None, list[Label]]:
        """Return the series by colour and the legend; None when they have no names."""
        colours = list(dict.fromkeys(bar.colour for bar in self.bars))
        legend = legend_of(self.rgb, labels, colours)
        names = {colour: label.text for colour, label in legend.items()}
        entries = list(legend.values())
        if len(colours) == 1:
            return {colours[0]: ""}, []
        if naming.split:
            return (names, entries) if len(set(names.values())) == len(colours) else (None, [])
        categories = {label.text for label in naming.labels}
        if not names or categories & set(names.values()):
            return dict.fromkeys(colours, ""), []
        return names, entries

    def _put_together(
        self,
        naming: Naming,
        series: Mapping[Colour, str],
        printed: Mapping[Bar, Label],
        beside: Sequence[Label],
    ) -> _Chart | None:
        order = {id(label): label.across for label in naming.labels}
        told = sorted(
            (bar for bar in printed if bar in naming.names),
            key=lambda bar: (order[id(naming.names[bar])], bar.middle),
        )
        points = tuple(
            _Point(naming.names[bar].text, series[bar.colour], printed[bar]) for bar in told
        )
        if len({point.category for point in points}) < _FEWEST:
            return None
        said = [*(p.value for p in points), *(naming.names[bar] for bar in told), *beside]
        boxes = [self.axis.back(bar.seen) for bar in self.bars]
        boxes += [label.box for label in (*naming.labels, *printed.values())]
        used = frozenset(i for label in said for i in label.lines)
        return _Chart(points, used, union_box(boxes), self.axis)


def _without(labels: Iterable[Label], gone: Iterable[Label]) -> list[Label]:
    """Return the labels but those of which a line is among the ones gone."""
    lines = {i for label in gone for i in label.lines}
    return [label for label in labels if not lines & set(label.lines)]


def _are_apart(naming: Naming) -> bool:
    """Return True when no two categories have the same name."""
    names = [label.text for label in naming.labels]
    return len(set(names)) == len(names)


# -- what it says ---------------------------------------------------------------------------


def _title(chart: _Chart, labels: Sequence[Label]) -> Label | None:
    """Return the largest line above a chart, the nearest of several such."""
    return max(_titles(chart, labels), key=lambda label: label.box[1], default=None)


def _has_two_titles(chart: _Chart, labels: Sequence[Label]) -> bool:
    """Return True when titles stand side by side above what seems to be one chart."""
    titles = _titles(chart, labels)
    return any(abs(b.box[1] - a.box[1]) < 0.5 * a.height for a, b in combinations(titles, 2))


def _titles(chart: _Chart, labels: Sequence[Label]) -> list[Label]:
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


def _axis_titles(chart: _Chart, title: Label | None, labels: Sequence[Label]) -> tuple[str, str]:
    """Return the words under the categories and those beside the values, "" for none."""
    x0, y0, x1, y1 = chart.box
    free = [
        label
        for label in labels
        if not chart.used & set(label.lines)
        and label is not title
        and len(label.text) <= _LONGEST_TITLE
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
    under = min(below, key=lambda label: label.box[1]).text if below else ""
    aside = max(beside, key=lambda label: label.box[2]).text if beside else ""
    return (aside, under) if chart.axis.level else (under, aside)


def _write(
    flow: Flow,
    chart: _Chart,
    title: Label | None,
    labels: Sequence[Label],
    boxes: Sequence[Box],
) -> None:
    """Add the title of a chart and a row for each value; a row lies where its value is printed."""
    if title is not None:
        flow.add(title.text, boxes[title.lines[0]])
    with_series = any(point.series for point in chart.points)
    header = _header(_axis_titles(chart, title, labels), title, with_series)
    table = Flow(header)
    for point in chart.points:
        cells = [point.category, *([point.series] if with_series else [])]
        start = len(table.text) + 1 if table.text else 0
        value = start + len(CELL.join(cells)) + len(CELL)
        table.text += ("\n" if table.text else "") + CELL.join([*cells, point.value.text])
        table.marks.append(Mark(value, len(table.text), boxes[point.value.lines[0]]))
    table.blocks.append(Block(0, len(table.text), header, "table"))
    flow.extend(table, lambda box: box)


def _header(titles: tuple[str, str], title: Label | None, with_series: bool) -> str:
    """Return the names of the columns in words of the picture, "" when it has none.

    The values are called by the title and the words at their axis; the categories by the words
    at theirs, else as the values are, because a table cannot begin with an empty cell.
    """
    category, value = titles
    values = " ".join(filter(None, (title.text if title else "", value)))
    if not (category or values):
        return ""
    return CELL.join([category or values, *([""] if with_series else []), values or category])
