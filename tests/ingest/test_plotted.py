"""Charts in pictures: what their printed values stand for, and what is no chart."""

import io
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pincite.config import load_config
from pincite.generate.sentences import statements
from pincite.ingest.embedded import Embedded, PictureReader
from pincite.ingest.flow import Flow
from pincite.ingest.image import ImageParser
from pincite.ingest.layout import Piece
from pincite.ingest.ocr import OcrLine, Picture, read_lines
from pincite.ingest.pdf_charts import charts_among, with_charts
from pincite.ingest.plotted import read_plots
from pincite.ingest.plotted_ink import tight_box
from pincite.ingest.plotted_numbers import amount
from pincite.ingest.screen import ScreenReader
from pincite.types import WHOLE, Asset, Box, Extracted, ImageRegion, Segment
from tests.ingest.charted import Chart, Printed, array, draw, gallery, judged, left_alone, overlap
from tests.ingest.uncharted import uncharted

CHARTS = {chart.name: chart for chart in [*gallery(), *left_alone()]}


@lru_cache(maxsize=64)
def seen(name: str) -> tuple[tuple[OcrLine, ...], Picture, list[Printed]]:
    """A chart as OCR reads it, its pixels, and what is printed in it."""
    picture, printed = draw(CHARTS[name])
    rgb = array(picture)
    return tuple(read_lines(rgb, load_config())), rgb, printed


def segment_of(name: str, folder: Path) -> Segment:
    """The segment of a chart that is saved as a picture file."""
    path = folder / "chart.png"
    Image.fromarray(seen(name)[1]).save(path)
    config = load_config({}, environ={}, folder=folder)
    events = ImageParser().parse(path, Asset("0" * 64, str(path), "image/png"), config)
    return next(event.segment for event in events if isinstance(event, Extracted))


def rows(name: str) -> list[str]:
    lines, rgb, _ = seen(name)
    return read_plots(lines, rgb).flow.text.split("\n")


# -- what a value stands for ----------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    ["plain", "two-right", "three-below", "horizontal-two", "inside", "negative", "turned-45",
     "chinese-two", "one-dark", "two-lines", "names-above", "line-two"],
)  # fmt: skip
def test_each_value_is_told_with_its_category_its_series_and_its_own_box(name: str) -> None:
    lines, rgb, printed = seen(name)
    score = judged(read_plots(lines, rgb), printed)
    assert (score.right, score.wrong) == (score.printed, 0)


def test_a_row_of_a_chart_is_cited_where_its_value_is_printed(tmp_path: Path) -> None:
    printed = seen("two-right")[2]
    segment = segment_of("two-right", tmp_path)
    start = segment.text.index("May | 2024 | 41.7")
    place = segment.locate(start, start + len("May | 2024 | 41.7"))
    value = next(p for p in printed if (p.category, p.series) == ("May", "2024"))
    assert isinstance(place, ImageRegion)
    assert overlap(place.box, value.box) > 0.5


def test_the_statements_of_a_chart_have_the_title_as_the_name_of_the_value(tmp_path: Path) -> None:
    segment = segment_of("two-right", tmp_path)
    fields = [
        {segment.text[f.start : f.end]: f.key for f in statement.fields}
        for statement in statements(segment)
    ]
    title = "Strongest gust by month (km/h)"
    assert segment.text.startswith(title)
    assert {"May": title, "2024": "", "41.7": title} in fields


def test_the_columns_are_named_by_the_words_at_the_axes() -> None:
    lines, rgb, _ = seen("long-names")
    text = read_plots(lines, rgb).flow.text
    assert "Part of the house | Electricity used last winter\nKitchen and hall | 412 kWh" in text


def test_a_line_below_the_title_names_the_values_too() -> None:
    lines, rgb, _ = seen("subtitle")
    header = read_plots(lines, rgb).flow.text.split("\n")[2]
    assert header.endswith(" | Strongest gust by month km/h, roof of the station")


def test_lines_that_belong_to_no_chart_are_kept_in_order() -> None:
    lines, rgb, _ = seen("subtitle")
    note = OcrLine("Source: station log", (0.02, 0.95, 0.3, 0.99), 1.0)
    rest = read_plots([note, *lines], rgb).rest
    assert [line.text for line in rest] == ["Source: station log", "km/h, roof of the station"]


def test_the_numbers_of_the_axis_are_no_values() -> None:
    lines, rgb, _ = seen("plain")
    assert {"10", "20", "30", "40", "50"} <= {line.text for line in lines}
    plotted = read_plots(lines, rgb)
    assert not [row for row in plotted.flow.text.split("\n") if row.endswith(" | 40")]
    assert not plotted.rest


def test_bars_without_a_name_at_the_axis_are_not_told() -> None:
    told = [row for row in rows("skipped") if row.split(" | ")[-1].replace(".", "").isdigit()]
    assert told == [
        "Jan | 27.4",
        "Mar | 22.8",
        "May | 41.7",
        "Jul | 24.9",
        "Sep | 33.6",
        "Nov | 26.1",
    ]


def test_a_misread_number_that_does_not_fit_its_bar_is_not_told() -> None:
    lines, rgb, _ = seen("plain")
    misread = [replace(line, text="417") if line.text == "41.7" else line for line in lines]
    plotted = read_plots(misread, rgb)
    assert "May" not in plotted.flow.text
    assert {"May", "417"} <= {line.text for line in plotted.rest}


def test_charts_side_by_side_are_told_apart() -> None:
    left, _ = draw(CHARTS["plain"])
    late = ("Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    right, _ = draw(replace(CHARTS["plain"], title="Lowest pressure", categories=late))
    both = Image.new("RGB", (left.width + right.width, left.height), "white")
    both.paste(left, (0, 0))
    both.paste(right, (left.width, 0))
    rgb = array(both)
    text = read_plots(read_lines(rgb, load_config()), rgb).flow.text
    first, second = text.split("Lowest pressure\n\n")
    assert first.startswith("Strongest gust by month\n\n")
    assert first.count("May | 41.7") == second.count("Nov | 41.7") == 1


# -- what is no chart -----------------------------------------------------------------------


@pytest.mark.parametrize("chart", left_alone(), ids=lambda chart: chart.name)
def test_charts_that_cannot_be_told_with_certainty_are_left_alone(chart: Chart) -> None:
    lines, rgb, _ = seen(chart.name)
    plotted = read_plots(lines, rgb)
    assert (plotted.flow.text, plotted.rest) == ("", list(lines))


@pytest.mark.parametrize(
    "name",
    ["receipt", "striped_table", "ruled_table", "timetable", "calendar", "boxes_with_values",
     "tiles", "heat_map", "plan_of_weeks", "photo", "pie", "podium", "cells_with_bars", "ladder",
     "thermometers"],
)  # fmt: skip
def test_other_pictures_full_of_numbers_are_no_charts(name: str) -> None:
    rgb = array(uncharted()[name])
    lines = read_lines(rgb, load_config())
    plotted = read_plots(lines, rgb)
    assert (plotted.flow.text, plotted.rest) == ("", lines)


def test_categories_of_one_name_are_left_alone() -> None:
    lines, rgb, _ = seen("plain")
    twice = [replace(line, text="Jan") if line.text == "Feb" else line for line in lines]
    assert not read_plots(twice, rgb).flow.text


# -- parts ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "number"),
    [("1 240", 1240), ("−3.5 °C", -3.5), ("(12)", 12), ("$3.4k", 3400), ("2.1M", 2.1e6),
     ("14.5 m²", 14.5), ("45 %", 45), ("12 (34%)", 12), ("May", None), ("2019/20", None),
     ("8:15", None), ("3 May 2019", None), ("1,24", None)],
)  # fmt: skip
def test_a_value_is_a_number_with_at_most_its_unit(text: str, number: float | None) -> None:
    assert amount(text) == number


def test_a_tight_box_leaves_out_what_reaches_in_from_beside() -> None:
    rgb = np.full((100, 200, 3), 255, np.uint8)
    rgb[40:60, 80:120] = 0  # the number
    rgb[0:100, 60:64] = 90  # the edge of a bar
    box = tight_box(rgb, (0.3, 0.2, 0.7, 0.8))
    assert overlap(box, (0.4, 0.4, 0.6, 0.6)) > 0.7


# -- elsewhere than in picture files --------------------------------------------------------


def test_a_chart_that_stays_on_the_screen_is_told_once() -> None:
    rgb = seen("two-right")[1]
    screen = ScreenReader(load_config())
    first, second = screen.read(rgb), screen.read(rgb)
    assert "May | 2024 | 41.7" in first.new.text
    assert second.new.text == ""


def test_a_chart_in_a_document_is_told_below_its_caption() -> None:
    buffer = io.BytesIO()
    Image.fromarray(seen("two-right")[1]).save(buffer, "PNG")
    reader = PictureReader(Asset("0" * 64, "a.docx", "text/plain"), load_config(), "docx-1")
    figure = Embedded(buffer.getvalue(), "chart.png", caption="Figure 2: gusts")
    [found] = [e for e in reader.events(figure, 0) if isinstance(e, Extracted)]
    segment = found.segment
    assert segment.text.startswith("Figure 2: gusts\n\nStrongest gust by month (km/h)\n\n")
    start = segment.text.index("May | 2024 | 41.7")
    place = segment.locate(start, start + len("May | 2024 | 41.7"))
    value = next(p for p in seen("two-right")[2] if (p.category, p.series) == ("May", "2024"))
    assert isinstance(place, ImageRegion)
    assert overlap(place.box, value.box) > 0.5


def test_a_chart_on_a_page_is_told_in_places_of_the_page() -> None:
    lines, rgb, printed = seen("horizontal")
    words = Flow()
    for line in lines:
        words.add(line.text, half(line.box), gap="\n")
    told = with_charts(words, rgb, (0.5, 0.5, 1.0, 1.0))
    start = told.text.index("Old Town | 2,875")
    value = next(p for p in printed if p.category == "Old Town")
    assert overlap(told.box_of(start, start + 16) or WHOLE, half(value.box)) > 0.5


def test_a_figure_without_a_chart_keeps_its_words() -> None:
    words = Flow()
    words.add("Tank\n12.5 m", (0.1, 0.1, 0.2, 0.2))
    assert with_charts(words, seen("plain")[1], WHOLE) is words


def test_what_belongs_to_no_chart_of_a_scan_is_left_to_the_page() -> None:
    lines, rgb, _ = seen("subtitle")
    height, width = rgb.shape[:2]
    pieces = [
        Piece(line.text, (x0 * width, y0 * height, x1 * width, y1 * height))
        for line in lines
        for x0, y0, x1, y1 in [line.box]
    ]
    charts, rest = charts_among(pieces, rgb)
    assert "May | 41.7" in charts.text
    assert [piece.text for piece in rest] == ["km/h, roof of the station"]


def half(box: Box) -> Box:
    """The box in the lower right quarter of a page."""
    x0, y0, x1, y1 = ((1 + side) / 2 for side in box)
    return (x0, y0, x1, y1)
