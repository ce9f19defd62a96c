"""Slides: every word is located by the shape, paragraph or cell that a person would point at."""

from __future__ import annotations

import io

import pptx
import pytest
from PIL import Image
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Emu

from pincite.types import PageRegion
from tests.ingest.offices import picture, read, rewritten

WIDTH, HEIGHT = 9_144_000, 6_858_000


@pytest.fixture
def deck():
    return pptx.Presentation()


@pytest.fixture
def slide(deck):
    return deck.slides.add_slide(deck.slide_layouts[6])  # a blank one


@pytest.fixture
def save(deck, tmp_path):
    def saved():
        deck.save(tmp_path / "a.pptx")
        return tmp_path / "a.pptx"

    return saved


def at(x0: float, y0: float, x1: float, y1: float):
    """The place of a shape from fractions of the slide."""
    sizes = (x0 * WIDTH, y0 * HEIGHT, (x1 - x0) * WIDTH, (y1 - y0) * HEIGHT)
    return [Emu(round(size)) for size in sizes]


def box(place: PageRegion):
    return pytest.approx(place.box, abs=1e-3)


def add_text(shapes, place, *lines: str):
    shape = shapes.add_textbox(*place)
    shape.text_frame.text = "\n".join(lines)
    return shape


def test_words_lie_in_the_box_of_their_shape_and_a_slide_covers_its_shapes(slide, save):
    add_text(slide.shapes, at(0.1, 0.1, 0.4, 0.2), "It runs at five bar.")
    add_text(slide.shapes, at(0.5, 0.6, 0.9, 0.7), "It is red.")
    found = read(save())
    [segment] = found.segments
    assert segment.text == "It runs at five bar.\n\nIt is red."
    assert box(found.place("It is red.")) == (0.5, 0.6, 0.9, 0.7)
    assert box(segment.locator) == (0.1, 0.1, 0.9, 0.7)
    assert segment.locator.page == 1


def test_a_bullet_has_its_share_of_the_height(slide, save):
    add_text(slide.shapes, at(0.1, 0.2, 0.9, 0.8), "First.", "Second.", "Third.")
    found = read(save())
    assert box(found.place("Second.")) == (0.1, 0.4, 0.9, 0.6)


def test_a_bullet_of_many_lines_takes_more_of_the_height(slide, save):
    add_text(slide.shapes, at(0.1, 0.2, 0.9, 0.8), "Long words " * 30, "Short.")
    found = read(save())
    assert found.place("Short.").box[1] > 0.65


def test_the_title_comes_first_and_is_the_heading(deck, save):
    slide = deck.slides.add_slide(deck.slide_layouts[5])
    add_text(slide.shapes, at(0.1, 0.01, 0.9, 0.05), "Above the title.")
    slide.shapes.title.text = "Limits"
    deck.core_properties.title = "Resupply"
    [segment] = read(save()).segments
    assert segment.text == "Limits\n\nAbove the title."
    assert segment.heading == "Resupply > Limits"


def test_a_placeholder_without_a_place_has_that_of_its_layout(deck, save):
    slide = deck.slides.add_slide(deck.slide_layouts[1])
    slide.placeholders[1].text_frame.text = "It runs."
    shape = slide.placeholders[1]
    place = read(save()).place("It runs.")
    assert box(place) == (
        shape.left / WIDTH,
        shape.top / HEIGHT,
        (shape.left + shape.width) / WIDTH,
        (shape.top + shape.height) / HEIGHT,
    )


def test_shapes_in_groups_in_groups_lie_where_they_are_seen(slide, save):
    """The inner group is drawn at half its size: 0.4..0.8 becomes 0.4..0.6."""
    outer = slide.shapes.add_group_shape()
    inner = outer.shapes.add_group_shape()
    add_text(inner.shapes, at(0.4, 0.4, 0.8, 0.8), "Inside.")
    left, top, width, height = at(0.4, 0.4, 0.6, 0.6)
    outer.left, outer.top, outer.width, outer.height = left, top, width, height
    assert box(read(save()).place("Inside.")) == (0.4, 0.4, 0.6, 0.6)


def test_a_turned_shape_has_the_box_it_covers(slide, save):
    shape = add_text(
        slide.shapes, [Emu(n) for n in (3_000_000, 3_000_000, 2_000_000, 400_000)], "Up."
    )
    shape.rotation = 90
    x0, y0, x1, y1 = read(save()).place("Up.").box
    assert ((x1 - x0) * WIDTH, (y1 - y0) * HEIGHT) == pytest.approx((400_000, 2_000_000), rel=0.01)


def test_a_cell_of_a_table_has_its_own_box(slide, save):
    table = slide.shapes.add_table(3, 2, *at(0.1, 0.2, 0.9, 0.8)).table
    words = [["Pump", "Bar"], ["North", "5"], ["South", "7"]]
    for row, cells in zip(table.rows, words, strict=True):
        for cell, word in zip(row.cells, cells, strict=True):
            cell.text = word
    found = read(save())
    assert found.text == "Pump: North; Bar: 5\n\nPump: South; Bar: 7"
    assert box(found.place("Bar: 5")) == (0.5, 0.4, 0.9, 0.6)
    assert box(found.place("Pump: South; Bar: 7")) == (0.1, 0.6, 0.9, 0.8)


def test_a_cell_merged_downwards_speaks_in_each_of_its_rows(slide, save):
    table = slide.shapes.add_table(3, 2, *at(0.1, 0.2, 0.9, 0.8)).table
    for (row, column), word in {
        (0, 0): "Site",
        (0, 1): "Bar",
        (1, 0): "North",
        (1, 1): "5",
        (2, 1): "7",
    }.items():
        table.cell(row, column).text = word
    table.cell(1, 0).merge(table.cell(2, 0))
    assert read(save()).text == "Site: North; Bar: 5\n\nSite: North; Bar: 7"


def test_a_chart_speaks_its_values(slide, save):
    data = CategoryChartData()
    data.categories = ["North", "South"]
    data.add_series("Bar", (5, 7.5))
    slide.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, *at(0.1, 0.2, 0.9, 0.8), data)
    found = read(save())
    assert found.text == "Bar: North: 5; South: 7.5"
    assert box(found.place("South: 7.5")) == (0.1, 0.2, 0.9, 0.8)
    assert found.codes == []


def test_notes_are_read_and_do_not_widen_the_slide(slide, save):
    add_text(slide.shapes, at(0.1, 0.1, 0.4, 0.2), "It runs.")
    slide.notes_slide.notes_text_frame.text = "Tell of the eggs."
    found = read(save())
    assert box(found.segments[0].locator) == (0.1, 0.1, 0.4, 0.2)
    assert found.place("Tell of the eggs.") == PageRegion(1)


def test_a_hidden_slide_is_read_and_called_hidden(deck, slide, save):
    add_text(slide.shapes, at(0.1, 0.1, 0.4, 0.2), "Seen.")
    other = deck.slides.add_slide(deck.slide_layouts[6])
    add_text(other.shapes, at(0.1, 0.1, 0.4, 0.2), "Unseen.")
    other._element.set("show", "0")
    found = read(save())
    assert found.holding("Seen.").heading == ""
    assert found.holding("Unseen.").heading == "(hidden slide 2)"
    assert found.place("Unseen.").page == 2


def test_a_picture_lies_in_its_box_and_words_in_it_too(slide, save):
    left, top, width, height = at(0.5, 0.5, 0.9, 0.7)
    shape = slide.shapes.add_picture(io.BytesIO(picture("Duty roster")), left, top, width, height)
    shape._element.nvPicPr.cNvPr.set("descr", "A board")
    found = read(save(), ocr="auto")
    segment = found.holding("Duty roster")
    assert segment.modality == "image"
    assert segment.text.startswith("A board\n")
    assert box(segment.locator) == (0.5, 0.5, 0.9, 0.7)
    x0, y0, x1, y1 = found.place("Duty roster").box
    assert 0.5 < x0 < 0.53 < 0.6 < x1 < 0.8
    assert 0.53 < y0 < y1 < 0.67


def test_only_the_part_of_a_picture_that_is_shown_is_kept(slide, save):
    shape = slide.shapes.add_picture(io.BytesIO(picture("Duty roster")), *at(0.1, 0.1, 0.9, 0.5))
    shape.crop_left = 0.75
    [extract] = read(save(), ocr="auto").extracts
    assert extract.segment.text == ""
    assert Image.open(io.BytesIO(extract.picture.data)).size == (100, 120)


def test_pictures_of_one_name_in_one_place_are_segments_of_their_own(slide, save):
    for color in ("red", "blue", "red"):
        shape = slide.shapes.add_picture(io.BytesIO(picture(color=color)), *at(0.1, 0.1, 0.9, 0.5))
        shape.name = "Picture"
    assert len(read(save()).segments) == 3


def test_equal_slides_and_shapes_are_segments_of_their_own(deck, save):
    for _ in range(2):
        slide = deck.slides.add_slide(deck.slide_layouts[6])
        for _ in range(2):
            add_text(slide.shapes, at(0.1, 0.1, 0.9, 0.9), "The same words. " * 100)
    assert len(read(save()).segments) > 4


def test_a_broken_slide_costs_only_itself(deck, slide, save, tmp_path):
    add_text(slide.shapes, at(0.1, 0.1, 0.4, 0.2), "First.")
    other = deck.slides.add_slide(deck.slide_layouts[6])
    add_text(other.shapes, at(0.1, 0.1, 0.4, 0.2), "Second.")
    path = rewritten(
        save(), tmp_path / "b.pptx", lambda n, d: b"<p:sld" if n.endswith("slide1.xml") else d
    )
    found = read(path)
    assert (found.text, found.codes) == ("Second.", ["PART_FAILED"])
    assert found.place("Second.").page == 2


def test_a_recording_on_a_slide_is_told(slide, save):
    add_text(slide.shapes, at(0.1, 0.1, 0.4, 0.2), "Listen.")
    slide.shapes.add_movie(io.BytesIO(b"film"), *at(0.5, 0.5, 0.6, 0.6), mime_type="video/mp4")
    found = read(save())
    assert found.holding("Listen.").modality == "text"
    assert "PART_UNSUPPORTED" in found.codes
