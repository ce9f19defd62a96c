"""Charts in pictures: each printed value said with its category and its series."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from pincite.ingest.flow import CELL, Flow, Mark
from pincite.ingest.ocr import OcrLine, Picture
from pincite.ingest.plotted_bars import (
    Axis,
    Bar,
    Colour,
    Rectangle,
    colours_of,
    rectangles_of,
    standing,
)
from pincite.ingest.plotted_chart import FEWEST, Chart, ChartReader
from pincite.ingest.plotted_ink import tight_box
from pincite.ingest.plotted_labels import Label, printed_at, seen_from
from pincite.ingest.plotted_lines import marked_on_lines
from pincite.ingest.plotted_numbers import amount
from pincite.ingest.plotted_titles import axis_titles, has_two_titles, title_of
from pincite.ingest.segment import Block
from pincite.types import Box

_LONG_SIDE = 1600  # pixels of the copy in which bars are looked for
_MOST_CHARTS = 6


@dataclass(frozen=True, slots=True)
class Plotted:
    """What the charts of a picture say, and what else is written in it.

    Attributes:
        flow: Title and rows of each chart; empty when there is none. Boxes are fractions.
        rest: The lines that belong to no chart, in the order given.
    """

    flow: Flow
    rest: list[OcrLine]


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
        title = title_of(chart, labels)
        boxes = [
            tight_box(rgb, line.box) if i in chart.used else line.box for i, line in enumerate(rest)
        ]
        _write(flow, chart, title, labels, boxes)
        gone = chart.used | (set(title.lines) if title else set())
        rest = [line for i, line in enumerate(rest) if i not in gone]
    return Plotted(flow, rest)


def _first_chart(lines: Sequence[OcrLine], rgb: Picture) -> tuple[Chart, list[Label]] | None:
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
    colours = colours_of(small)
    for points in styles:
        for axis, printed, bars in _rows(labels, small, colours, points):
            chart = ChartReader(axis, bars, seen_from(axis, labels), small, points).chart(printed)
            if chart is not None and not has_two_titles(chart, labels):
                return chart, labels
    return None


def _number_styles(lines: Sequence[OcrLine]) -> list[str]:
    """Return the ways to read the numbers that give different ones; [] when there are too few."""
    if len(lines) < 2 * FEWEST:
        return []
    read = {points: [amount(line.text, points) for line in lines] for points in ("en", "eu")}
    styles = [p for p, found in read.items() if sum(v is not None for v in found) >= FEWEST]
    return styles[:1] if read["en"] == read["eu"] else styles


def _rows(
    labels: Sequence[Label], rgb: Picture, colours: Sequence[Colour], points: str
) -> Iterator[tuple[Axis, Mapping[Bar, Label], Sequence[Bar]]]:
    """Yield each row of bars, and of marks on lines, with the values printed at them."""
    numbers = [label for label in labels if amount(label.text, points) is not None]
    slack = max(3.0, 0.003 * max(rgb.shape))
    rectangles = rectangles_of(rgb, colours)
    for axis, bars in standing(rectangles, slack):
        printed = printed_at(bars, seen_from(axis, numbers), axis.level)
        if len(printed) >= FEWEST and not _is_stacked(axis, bars, rectangles, slack):
            yield axis, printed, bars
    for axis, marked in marked_on_lines(rgb, colours, labels, points):
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


# -- what it says ---------------------------------------------------------------------------


def _write(
    flow: Flow,
    chart: Chart,
    title: Label | None,
    labels: Sequence[Label],
    boxes: Sequence[Box],
) -> None:
    """Add the title of a chart and a row for each value; a row lies where its value is printed."""
    if title is not None:
        flow.add(title.text, boxes[title.lines[0]])
    with_series = any(point.series for point in chart.points)
    header = _header(axis_titles(chart, title, labels), title, with_series)
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
