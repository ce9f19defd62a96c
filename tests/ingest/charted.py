"""Bar and line charts in many styles, drawn with Pillow, and what each printed value is."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from pincite.ingest.plotted import Plotted
from pincite.types import Box

PALETTES = {
    "office": ["#4472c4", "#ed7d31", "#a5a5a5", "#ffc000"],
    "soft": ["#8dd3c7", "#bebada", "#fb8072", "#80b1d3"],
    "sea": ["#0b7285", "#66d9e8", "#ffa94d", "#495057"],
    "grey": ["#444444", "#bbbbbb", "#888888", "#222222"],
}
_FONTS = Path("/usr/share/fonts")
_CJK = "opentype/noto/NotoSansCJK-Regular.ttc"


@dataclass(frozen=True, slots=True)
class Chart:
    """How a chart is drawn.

    Attributes:
        name: What the style is called in a report.
        categories: One a group of bars; "" is not printed.
        series: Name to values, one a category; None is a bar that is missing.
        shown: How a value is printed, such as "{:.1f} km".
        values: Where the printed values stand; "none" prints none.
        turn: Degrees by which the category labels are turned.
        stacked: True puts the series of one category upon each other.
        own: True gives each bar of a single series its own colour.
        zoom: Enlarges everything, as on a screen of many pixels.
        quality: 0 keeps the picture as drawn, else the quality of a JPEG it goes through.
    """

    name: str
    categories: tuple[str, ...]
    series: dict[str, tuple[float | None, ...]]
    title: str = ""
    kind: Literal["vertical", "horizontal", "line"] = "vertical"
    shown: str = "{:.1f}"
    values: Literal["end", "inside", "none"] = "end"
    legend: Literal["right", "below", "above", "none"] = "none"
    category_title: str = ""
    value_title: str = ""
    ticks: bool = True
    grid: bool = True
    dark: bool = False
    turn: int = 0
    stacked: bool = False
    own: bool = False
    palette: str = "office"
    size: tuple[int, int] = (1000, 640)
    letters_px: int = 20
    zoom: float = 1.0
    quality: int = 0
    gap: float = 0.3
    """Share of a group's width that stays free."""
    floor: float | None = None
    """Value at which the axis begins; default 0."""
    round_px: int = 0
    """Radius of the corners of bars."""
    outline: bool = False
    """True draws a darker line around bars."""
    reach: str = ""
    """Words printed in small letters below the title."""
    comma: bool = False
    """True writes 12,4 for 12.4."""
    beside: str = "left"
    """Where the names of level bars stand: "left" of them or "above" them."""


@dataclass(frozen=True, slots=True)
class Printed:
    """A printed value with what it stands for; `box` is in fractions of the picture."""

    category: str
    series: str
    text: str
    box: Box


LEAST_OVERLAP = 0.3


@dataclass(frozen=True, slots=True)
class Score:
    """What was told of one chart.

    Attributes:
        right: Values with their category, series and place.
        wrong: Rows that say something else.
        printed: Values in the picture that have a category.
    """

    right: int
    wrong: int
    printed: int


def draw(chart: Chart) -> tuple[Image.Image, list[Printed]]:
    """Return the picture of a chart and the values printed in it."""
    return _Pen(chart).draw()


def judged(plotted: Plotted, values: Sequence[Printed]) -> Score:
    """Return how the rows of a picture compare with what is printed in it."""
    wanted = {
        " | ".join(filter(None, (_flat(v.category), v.series, v.text))): v.box
        for v in values
        if v.category
    }
    right = wrong = 0
    for mark in plotted.flow.marks:
        row = plotted.flow.text[plotted.flow.text.rfind("\n", 0, mark.start) + 1 : mark.end]
        if " | " not in row:
            continue
        placed = row in wanted and overlap(mark.box, wanted[row]) >= LEAST_OVERLAP
        right, wrong = right + placed, wrong + (not placed)
    return Score(right, wrong, len(wanted))


def overlap(one: Box, other: Box) -> float:
    """Return the intersection over union of two boxes.

    Example:
        >>> overlap((0, 0, 2, 1), (1, 0, 3, 1))
        0.3333333333333333
    """
    width = max(0.0, min(one[2], other[2]) - max(one[0], other[0]))
    height = max(0.0, min(one[3], other[3]) - max(one[1], other[1]))
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (one, other)]
    return width * height / (sum(areas) - width * height)


def _flat(words: str) -> str:
    return " ".join(words.split())


def array(picture: Image.Image) -> npt.NDArray[np.uint8]:
    """Return the picture as (h, w, 3) uint8."""
    return np.asarray(picture.convert("RGB"))


class _Pen:
    def __init__(self, chart: Chart) -> None:
        self.chart = chart
        self.z = chart.zoom
        self.width, self.height = (round(side * self.z) for side in chart.size)
        self.paper = "#1e1e28" if chart.dark else "#ffffff"
        self.ink = "#e8e8e8" if chart.dark else "#222222"
        self.pale = "#44444f" if chart.dark else "#dddddd"
        self.image = Image.new("RGB", (self.width, self.height), self.paper)
        self.pen = ImageDraw.Draw(self.image)
        self.small = self._font(0.85)
        self.font = self._font(1.0)
        self.large = self._font(1.45)
        self.colours = PALETTES[chart.palette]
        self.found: list[Printed] = []

    def _font(self, scale: float) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
        size = round(self.chart.letters_px * scale * self.z)
        chart = self.chart
        words = [chart.title, chart.shown, *chart.categories, *chart.series]
        if all(word.isascii() for word in words):
            return ImageFont.load_default(size)
        return ImageFont.truetype(str(_FONTS / _CJK), size)

    # -- the parts ------------------------------------------------------------------------------

    def draw(self) -> tuple[Image.Image, list[Printed]]:
        chart, z = self.chart, self.z
        left = (230 if chart.kind == "horizontal" else 90) * z
        right = self.width - (210 if chart.legend == "right" else 60) * z
        top = (110 if chart.legend == "above" else 85) * z
        deep = 130 if chart.turn else 75
        bottom = self.height - (deep + (45 if chart.legend == "below" else 0)) * z
        self.area = (left, top, right, bottom)
        if chart.title:
            self._text((self.width / 2, 30 * z), chart.title, self.large, "mm")
        if chart.reach:
            self._text((self.width / 2, 58 * z), chart.reach, self.small, "mm")
        self._axis()
        {"vertical": self._bars, "horizontal": self._bars, "line": self._lines}[chart.kind]()
        self._categories()
        self._legend()
        self._titles()
        image = self.image
        if chart.quality:
            buffer = io.BytesIO()
            image.save(buffer, "JPEG", quality=chart.quality)
            image = Image.open(buffer)
            image.load()
        return image, self.found

    def _text(self, at: tuple[float, float], words: str, font: object, anchor: str) -> None:
        self.pen.text(at, words, fill=self.ink, font=font, anchor=anchor)  # type: ignore[arg-type]

    def _limits(self) -> tuple[float, float]:
        chart = self.chart
        flat = [v for values in chart.series.values() for v in values if v is not None]
        if chart.stacked:
            flat += [
                sum(v for v in row if v is not None)
                for row in zip(*chart.series.values(), strict=True)
            ]
        low, high = min(0.0, *flat), max(0.0, *flat)
        if chart.floor is not None:
            low = chart.floor
        step = _nice((high - low) / 5)
        first = step * int(low / step) - (step if low < 0 else 0)
        last = step * (int(high / step) + 1)
        self.step = step
        return first, last

    def _axis(self) -> None:
        low, high = self.limits = self._limits()
        x0, y0, x1, y1 = self.area
        value = low
        while value <= high + 1e-9:
            at = self._at(value)
            words = f"{value:,.10g}"
            if self.chart.kind == "horizontal":
                if self.chart.grid:
                    self.pen.line((at, y0, at, y1), fill=self.pale, width=max(1, round(self.z)))
                if self.chart.ticks:
                    self._text((at, y1 + 8 * self.z), words, self.small, "ma")
            else:
                if self.chart.grid:
                    self.pen.line((x0, at, x1, at), fill=self.pale, width=max(1, round(self.z)))
                if self.chart.ticks:
                    self._text((x0 - 10 * self.z, at), words, self.small, "rm")
            value += self.step
        zero = self._at(max(low, 0.0))
        line = (zero, y0, zero, y1) if self.chart.kind == "horizontal" else (x0, zero, x1, zero)
        self.pen.line(line, fill=self.ink, width=max(1, round(2 * self.z)))

    def _at(self, value: float) -> float:
        """Return the place of a value along the value axis, in pixels."""
        low, high = self.limits
        x0, y0, x1, y1 = self.area
        share = (value - low) / (high - low)
        return x0 + share * (x1 - x0) if self.chart.kind == "horizontal" else y1 - share * (y1 - y0)

    def _slot(self, i: int) -> tuple[float, float]:
        """Return where the group of category `i` begins and ends along the category axis."""
        x0, y0, x1, y1 = self.area
        start, end = (y0, y1) if self.chart.kind == "horizontal" else (x0, x1)
        pitch = (end - start) / len(self.chart.categories)
        free = pitch * self.chart.gap / 2
        return start + i * pitch + free, start + (i + 1) * pitch - free

    def _bars(self) -> None:
        chart = self.chart
        for i in range(len(chart.categories)):
            start, end = self._slot(i)
            count = 1 if chart.stacked else len(chart.series)
            wide = (end - start) / count
            pile = 0.0
            for k, (name, values) in enumerate(chart.series.items()):
                value = values[i]
                if value is None:
                    continue
                a = start + (0 if chart.stacked else k * wide)
                foot = pile if chart.stacked else max(self.limits[0], 0.0)
                tip = foot + value if chart.stacked else value
                self._bar(i, k, name, value, (a, a + wide), (foot, tip))
                pile += value

    def _bar(
        self,
        i: int,
        k: int,
        name: str,
        value: float,
        across: tuple[float, float],
        along: tuple[float, float],
    ) -> None:
        chart = self.chart
        foot, tip = (self._at(v) for v in along)
        colour = self.colours[(i if chart.own else k) % len(self.colours)]
        a, b = across
        level = chart.kind == "horizontal"
        box = (
            (min(foot, tip), a, max(foot, tip), b)
            if level
            else (a, min(foot, tip), b, max(foot, tip))
        )
        if box[2] - box[0] >= 1 and box[3] - box[1] >= 1:
            edge = self.ink if chart.outline else None
            corners = tuple(round(v) for v in box)
            self.pen.rounded_rectangle(corners, chart.round_px * self.z, fill=colour, outline=edge)
        if chart.values == "none":
            return
        away = (1 if value >= 0 else -1) * (-1 if chart.values == "inside" else 1)
        gap = 6 * self.z * away
        words = chart.shown.format(value)
        if chart.comma:
            words = words.replace(".", ",")
        if level:
            at, anchor = (tip + gap, (a + b) / 2), "lm" if away > 0 else "rm"
        else:
            at, anchor = ((a + b) / 2, tip - gap), "mb" if away > 0 else "mt"
        fill = self.ink if chart.values == "end" else _on(colour)
        self._value(i, name, words, at, anchor, fill)

    def _value(
        self, i: int, name: str, words: str, at: tuple[float, float], anchor: str, fill: str
    ) -> None:
        self.pen.text(at, words, fill=fill, font=self.font, anchor=anchor)
        x0, y0, x1, y1 = self.pen.textbbox(at, words, font=self.font, anchor=anchor)
        w, h = self.width, self.height
        series = name if len(self.chart.series) > 1 else ""
        category = self.chart.categories[i]
        self.found.append(Printed(category, series, words, (x0 / w, y0 / h, x1 / w, y1 / h)))

    def _lines(self) -> None:
        chart = self.chart
        for k, (name, values) in enumerate(chart.series.items()):
            colour = self.colours[k]
            points = []
            for i, value in enumerate(values):
                if value is not None:
                    start, end = self._slot(i)
                    points.append((i, (start + end) / 2, self._at(value), value))
            self.pen.line([p[1:3] for p in points], fill=colour, width=round(4 * self.z))
            for i, x, y, value in points:
                r = 7 * self.z
                self.pen.ellipse((x - r, y - r, x + r, y + r), fill=colour)
                if chart.values == "end":
                    words = chart.shown.format(value)
                    self._value(i, name, words, (x, y - 12 * self.z), "mb", self.ink)

    def _categories(self) -> None:
        x0, _, _, y1 = self.area
        for i, words in enumerate(self.chart.categories):
            start, end = self._slot(i)
            middle = (start + end) / 2
            if self.chart.beside == "above":
                self._text((x0 + 4 * self.z, start - 3 * self.z), words, self.small, "lb")
            elif self.chart.kind == "horizontal":
                self.pen.multiline_text(
                    (x0 - 12 * self.z, middle), words, fill=self.ink, font=self.font, anchor="rm",
                    align="right", spacing=5,
                )  # fmt: skip
            elif self.chart.turn:
                self._turned((middle, y1 + 8 * self.z), words)
            else:
                self.pen.multiline_text(
                    (middle, y1 + 10 * self.z), words, fill=self.ink, font=self.font, anchor="ma",
                    align="center", spacing=5,
                )  # fmt: skip

    def _turned(self, at: tuple[float, float], words: str) -> None:
        """Draw words that end at a place, turned as the labels of a crowded axis are."""
        box = self.pen.textbbox((0, 0), words, font=self.font)
        layer = Image.new("L", (round(box[2]) + 4, round(box[3]) + 4), 0)
        ImageDraw.Draw(layer).text((2, 0), words, fill=255, font=self.font)
        layer = layer.rotate(self.chart.turn, expand=True, resample=Image.Resampling.BICUBIC)
        shift = layer.width / 2 if self.chart.turn == 90 else layer.width - 8 * self.z
        self.image.paste(self.ink, (round(at[0] - shift), round(at[1])), layer)

    def _legend(self) -> None:
        chart, z = self.chart, self.z
        if chart.legend == "none":
            return
        x0, y0, x1, y1 = self.area
        side = 18 * z
        widths = [self.pen.textlength(name, font=self.font) + 3.2 * side for name in chart.series]
        x, y = x1 + 25 * z, (y0 + y1) / 2 - 40 * z
        if chart.legend != "right":
            x = (x0 + x1 - sum(widths)) / 2
            y = 72 * z if chart.legend == "above" else self.height - 32 * z
        for k, name in enumerate(chart.series):
            colour = self.colours[k]
            if chart.kind == "line":
                self.pen.line((x - side / 2, y, x + side, y), fill=colour, width=round(4 * z))
            else:
                self.pen.rectangle((x, y - side / 2, x + side, y + side / 2), fill=colour)
            self._text((x + 1.5 * side, y), name, self.font, "lm")
            if chart.legend == "right":
                y += 36 * z
            else:
                x += widths[k]

    def _titles(self) -> None:
        x0, y0, x1, y1 = self.area
        chart = self.chart
        level = chart.kind == "horizontal"
        below, beside = chart.category_title, chart.value_title
        if level:
            below, beside = beside, below
        if below:
            self._text(((x0 + x1) / 2, y1 + 46 * self.z), below, self.small, "ma")
        if beside:
            box = self.pen.textbbox((0, 0), beside, font=self.small)
            layer = Image.new("L", (round(box[2]) + 4, round(box[3]) + 4), 0)
            ImageDraw.Draw(layer).text((2, 0), beside, fill=255, font=self.small)
            layer = layer.rotate(90, expand=True)
            self.image.paste(
                self.ink, (round(6 * self.z), round((y0 + y1 - layer.height) / 2)), layer
            )


def _on(colour: str) -> str:
    """Return black or white, whichever can be read on a colour."""
    r, g, b = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return "#ffffff" if 0.3 * r + 0.6 * g + 0.1 * b < 150 else "#111111"


def _nice(step: float) -> float:
    size = 10.0 ** int(np.floor(np.log10(max(step, 1e-9))))
    return next(k * size for k in (1, 2, 5, 10) if k * size >= step)


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_WIND = (27.4, 31.2, 22.8, 35.1, 41.7, 18.3, 24.9, 29.5, 33.6, 38.2, 26.1, 30.7)
_SALES = (1240.0, 2875.0, 980.0, 3410.0, 1990.0)


def _pick(values: Sequence[float], shift: int, count: int) -> tuple[float, ...]:
    return tuple(values[(i * 5 + shift) % len(values)] for i in range(count))


def gallery() -> list[Chart]:
    """Return charts whose printed values can all be told."""
    half = _MONTHS[:6]
    two = {"2024": _WIND[:6], "2025": _pick(_WIND, 3, 6)}
    three = {"North": _pick(_WIND, 1, 4), "South": _pick(_WIND, 4, 4), "West": _pick(_WIND, 6, 4)}
    shops = ("Harbour", "Old Town", "Station", "Market", "Airport")
    return [
        Chart("plain", half, {"Wind": _WIND[:6]}, "Strongest gust by month"),
        Chart("one-dark", half, {"Wind": _WIND[:6]}, "Strongest gust", dark=True, palette="sea"),
        Chart("two-right", half, two, "Strongest gust by month (km/h)", legend="right"),
        Chart("two-below", half, two, "Strongest gust by month", legend="below", palette="soft"),
        Chart("two-above", half, two, "Strongest gust", legend="above", palette="sea", grid=False),
        Chart("three-below", ("Q1", "Q2", "Q3", "Q4"), three, "Visitors by gate", legend="below",
              shown="{:.0f}", palette="office"),
        Chart("three-right-dark", ("Q1", "Q2", "Q3", "Q4"), three, "Visitors by gate", dark=True,
              legend="right", shown="{:.1f}", palette="soft", size=(1280, 720)),
        Chart("horizontal", shops, {"Sales": _SALES}, "Sales by shop", "horizontal",
              shown="{:,.0f}"),
        Chart("horizontal-dark", shops, {"Sales": _SALES}, "Sales by shop", "horizontal",
              shown="${:,.0f}", dark=True, palette="soft"),
        Chart("horizontal-two", shops, {"2023": _SALES, "2024": _SALES[::-1]}, "Sales by shop",
              "horizontal", shown="{:,.0f}", legend="below", size=(1000, 760)),
        Chart("horizontal-inside", shops, {"Share": (42.0, 31.0, 58.0, 37.0, 66.0)},
              "Share of returning guests", "horizontal", shown="{:.0f}%", values="inside"),
        Chart("inside", shops, {"Sales": (310.0, 270.0, 480.0, 350.0, 220.0)}, "Loaves a day",
              shown="{:.0f}", values="inside"),
        Chart("percent", ("Walk", "Bike", "Bus", "Car"), {"Share": (14.0, 32.0, 21.0, 33.0)},
              "How staff come to work", shown="{:.0f}%", own=True, grid=False, ticks=False),
        Chart("units", ("Pump A", "Pump B", "Pump C", "Pump D"), {"Head": (12.5, 8.2, 15.9, 10.4)},
              "Pump head", shown="{:.1f} m", category_title="Pump", value_title="Head (m)"),
        Chart("thousands", ("2019", "2020", "2021", "2022", "2023"),
              {"Pups": (1089.0, 1240.0, 968.0, 1532.0, 1710.0)}, "Seal pups counted",
              shown="{:,.0f}", category_title="Year"),
        Chart("seasons", ("2019/20", "2020/21", "2021/22", "2022/23"),
              {"Pups": (1089.0, 1240.0, 968.0, 1532.0), "Dead": (141.0, 205.0, 87.0, 330.0)},
              "Pups by summer", shown="{:,.0f}", legend="above", palette="sea"),
        Chart("negative", half, {"Change": (3.2, -1.5, 4.8, -2.6, 1.9, -0.8)},
              "Change of the water level (cm)"),
        Chart("horizontal-negative", shops, {"Change": (12.0, -8.0, 5.0, -14.0, 9.0)},
              "Change on last year", "horizontal", shown="{:.0f}%", ticks=False),
        Chart("turned-45", ("January", "February", "March", "April", "May", "June", "July"),
              {"Wind": _WIND[:7]}, "Strongest gust", turn=45),
        Chart("turned-90", ("January", "February", "March", "April", "May", "June", "July"),
              {"Wind": _WIND[:7]}, "Strongest gust", turn=90),
        Chart("twelve", _MONTHS, {"Wind": _WIND}, "Strongest gust of each month",
              value_title="km/h", size=(1200, 600)),
        Chart("two-lines", ("North\nharbour", "Old\ntown", "Station\nroad", "Market\nsquare"),
              {"Sales": _SALES[:4]}, "Sales by shop", shown="{:,.0f}"),
        Chart("horizontal-two-lines", ("North\nharbour", "Old town", "Station\nroad", "Market"),
              {"Sales": _SALES[:4]}, "Sales by shop", "horizontal", shown="{:,.0f}"),
        Chart("missing", half, {"2024": _WIND[:6], "2025": (22.0, None, 30.5, 17.2, None, 40.3)},
              "Strongest gust", legend="right"),
        Chart("chinese", ("一月", "二月", "三月", "四月", "五月"), {"降雨": _WIND[:5]},
              "各月降雨量(毫米)"),
        Chart("chinese-two", ("东站", "西站", "南站", "北站"),
              {"去年": (312.0, 455.0, 208.0, 390.0), "今年": (340.0, 420.0, 265.0, 501.0)},
              "各站旅客人数", shown="{:.0f}", legend="right", palette="sea"),
        Chart("chinese-horizontal", ("海鲜", "蔬菜", "水果", "粮油"),
              {"销量": (128.0, 96.0, 154.0, 61.0)}, "各类销量", "horizontal", shown="{:.0f}吨"),
        Chart("jpeg", half, two, "Strongest gust by month", legend="below", quality=60),
        Chart("large", shops, {"2023": _SALES, "2024": _SALES[::-1]}, "Sales by shop",
              shown="{:,.0f}", legend="above", zoom=2.0, quality=85),
        Chart("small", half, {"Wind": _WIND[:6]}, "Strongest gust", zoom=0.7),
        Chart("truncated", half, {"Wind": _WIND[:6]}, "Strongest gust", floor=15.0),
        Chart("grey", half, two, "Strongest gust", legend="right", palette="grey", quality=75),
        Chart("skipped", tuple(m if i % 2 == 0 else "" for i, m in enumerate(_MONTHS)),
              {"Wind": _WIND}, "Strongest gust of each month", size=(1200, 600)),
        Chart("no-title", half, {"Wind": _WIND[:6]}, "", value_title="Gust, km/h"),
        Chart("line", half, {"Wind": _WIND[:6]}, "Strongest gust by month", "line"),
        Chart("line-two", half, {"2024": (10.2, 12.8, 15.1, 13.7, 16.4, 14.9),
              "2025": (31.5, 29.8, 35.2, 33.1, 38.6, 36.0)}, "Mean gust", "line", legend="right"),
        Chart("decimal-comma", shops, {"Umsatz": (12.4, 31.9, 20.5, 8.7, 26.3)}, "Umsatz",
              palette="sea", comma=True),
        Chart("euro", shops, {"Sales": _SALES}, "Sales by shop", shown="{:,.0f} €"),
        Chart("millions", shops, {"Sales": (1.24, 2.88, 0.98, 3.41, 1.99)}, "Sales by shop",
              "horizontal", shown="{:.2f}M", grid=False),
        Chart("rounded", half, {"Wind": _WIND[:6]}, "Strongest gust", round_px=9, grid=False,
              ticks=False, palette="soft"),
        Chart("outlined", half, two, "Strongest gust", outline=True, legend="below"),
        Chart("subtitle", half, {"Wind": _WIND[:6]}, "Strongest gust by month",
              reach="km/h, roof of the station"),
        Chart("names-above", shops, {"Sales": _SALES}, "Sales by shop", "horizontal",
              shown="{:,.0f}", beside="above", gap=0.6, ticks=False, grid=False),
        Chart("many-level", ("Norway", "Iceland", "Sweden", "Faroe Islands", "Denmark", "Finland",
              "Scotland", "Estonia", "Latvia", "Ireland"), {"Catch": _WIND[:10]}, "Catch",
              "horizontal", palette="sea", letters_px=18, size=(900, 640)),
        Chart("long-names", ("Kitchen and hall", "Store rooms", "Guest rooms", "Workshop", "Yard"),
              {"Use": (412.0, 96.0, 655.0, 230.0, 148.0)}, "Electricity used last winter",
              shown="{:.0f} kWh", letters_px=18, category_title="Part of the house"),
        Chart("three-years", ("Lamb", "Ewe", "Ram"), {"2021": (120.0, 310.0, 24.0),
              "2022": (135.0, 298.0, 22.0), "2023": (151.0, 325.0, 29.0)}, "Flock by year",
              shown="{:.0f}", legend="right", palette="soft"),
        Chart("chinese-years", ("2020年", "2021年", "2022年", "2023年"),
              {"产量": (1280.0, 1465.0, 990.0, 1730.0)}, "苹果产量(吨)", shown="{:,.0f}"),
        Chart("wide-dark", half, two, "Gusts", dark=True, legend="above", size=(1280, 720),
              palette="sea", letters_px=24, quality=80),
        Chart("line-dark", ("2019", "2020", "2021", "2022", "2023"), {"Pups": _SALES},
              "Seal pups", "line", shown="{:,.0f}", dark=True, palette="soft"),
    ]  # fmt: skip


def left_alone() -> list[Chart]:
    """Return charts whose values cannot be told with certainty: nothing may be said of them."""
    half = _MONTHS[:6]
    two = {"2024": _WIND[:6], "2025": _pick(_WIND, 3, 6)}
    return [
        Chart("stacked", half, two, "Gusts", stacked=True, values="inside", legend="right"),
        Chart("unprinted", half, two, "Strongest gust", values="none", legend="right"),
        Chart("unprinted-horizontal", half, {"Wind": _WIND[:6]}, "Gust", "horizontal",
              values="none"),
        Chart("unnamed", half, two, "Strongest gust"),
    ]  # fmt: skip
