"""One chart: its bars, the values printed at them, and the names of both, if all agree."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pincite.ingest.ocr import Picture
from pincite.ingest.plotted_bars import Axis, Bar, Colour
from pincite.ingest.plotted_categories import Naming, categories_of
from pincite.ingest.plotted_labels import Label
from pincite.ingest.plotted_legend import legend_of
from pincite.ingest.plotted_numbers import Scale, amount, multiplier, scale_of
from pincite.types import Box, union_box

FEWEST = 3
"""Values and categories that a chart has at least."""
_AGREE = 0.7  # share of the printed values that must fit the lengths of their bars


@dataclass(frozen=True, slots=True, eq=False)
class Point:
    """A printed value with what it stands for; `series` is "" when there is only one."""

    category: str
    series: str
    value: Label


@dataclass(frozen=True, slots=True, eq=False)
class Chart:
    """One chart.

    Attributes:
        points: Its values, category after category.
        used: Numbers of the lines that are said in its rows, and of its ticks.
        box: The box around bars, values and categories, in pixels.
        axis: Where its bars stand.
    """

    points: tuple[Point, ...]
    used: frozenset[int]
    box: Box
    axis: Axis


@dataclass(frozen=True, slots=True, eq=False)
class ChartReader:
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

    def chart(self, printed: Mapping[Bar, Label]) -> Chart | None:
        """Return the chart with the values printed at its bars, or None when it is not certain."""
        if len(printed) < max(FEWEST, 0.5 * len(self.bars)):
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
        enough = len(near) >= max(FEWEST, _AGREE * len(printed)) and len(spread) > 1
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
    ) -> Chart | None:
        order = {id(label): label.across for label in naming.labels}
        told = sorted(
            (bar for bar in printed if bar in naming.names),
            key=lambda bar: (order[id(naming.names[bar])], bar.middle),
        )
        points = tuple(
            Point(naming.names[bar].text, series[bar.colour], printed[bar]) for bar in told
        )
        if len({point.category for point in points}) < FEWEST:
            return None
        said = [*(p.value for p in points), *(naming.names[bar] for bar in told), *beside]
        boxes = [self.axis.back(bar.seen) for bar in self.bars]
        boxes += [label.box for label in (*naming.labels, *printed.values())]
        used = frozenset(i for label in said for i in label.lines)
        return Chart(points, used, union_box(boxes), self.axis)


def _without(labels: Iterable[Label], gone: Iterable[Label]) -> list[Label]:
    """Return the labels but those of which a line is among the ones gone."""
    lines = {i for label in gone for i in label.lines}
    return [label for label in labels if not lines & set(label.lines)]


def _are_apart(naming: Naming) -> bool:
    """Return True when no two categories have the same name."""
    names = [label.text for label in naming.labels]
    return len(set(names)) == len(names)
