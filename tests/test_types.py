"""Locators and how a part of a segment is placed in its asset."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pincite.errors import UsageError
from pincite.types import (
    Anchor,
    Cells,
    ImageRegion,
    PageRegion,
    Segment,
    TextSpan,
    TimeSpan,
    cell_corners,
    cell_range,
    cover,
    locator_from_json,
    locator_to_json,
    segment_id,
)

fraction = st.floats(0, 1)
boxes = st.tuples(fraction, fraction, fraction, fraction)
locators = st.one_of(
    st.builds(TextSpan, st.integers(0, 99), st.integers(0, 99)),
    st.builds(PageRegion, st.integers(1, 9), boxes),
    st.builds(ImageRegion, boxes),
    st.builds(TimeSpan, fraction, fraction, st.none() | boxes),
    st.builds(Cells, st.text(), st.just("B2:D7")),
)


@given(locators)
def test_a_locator_survives_its_json_form(locator):
    assert locator_from_json(locator_to_json(locator)) == locator


def test_an_unknown_kind_of_locator_is_refused():
    with pytest.raises(UsageError, match="got 'planet'"):
        locator_from_json({"kind": "planet"})


@given(st.integers(1, 20000), st.integers(1, 20000), st.integers(1, 800), st.integers(1, 800))
def test_a_cell_range_names_its_corners(column, row, width, height):
    name = cell_range(column, row, column + width, row + height)
    assert cell_corners(name) == ((column, row), (column + width, row + height))


def page_segment() -> Segment:
    lines = (
        Anchor(0, 5, PageRegion(3, (0.1, 0.1, 0.5, 0.2))),
        Anchor(6, 11, PageRegion(3, (0.1, 0.2, 0.6, 0.3))),
    )
    whole = PageRegion(3, (0.1, 0.1, 0.9, 0.9))
    return Segment("s", "a", "text", whole, "alpha gamma", anchors=lines)


@pytest.mark.parametrize(
    ("start", "end", "box"),
    [
        pytest.param(0, 5, (0.1, 0.1, 0.5, 0.2), id="one line"),
        pytest.param(0, 11, (0.1, 0.1, 0.6, 0.3), id="two lines give the box around both"),
        pytest.param(5, 6, (0.1, 0.1, 0.9, 0.9), id="between anchors: the whole segment"),
    ],
)
def test_a_part_of_a_page_is_placed_by_its_anchors(start, end, box):
    assert page_segment().locate(start, end) == PageRegion(3, box)


def test_a_part_of_a_text_is_placed_by_counting_characters():
    segment = Segment("s", "a", "text", TextSpan(100, 111), "alpha gamma")
    assert segment.locate(6, 11) == TextSpan(106, 111)


@pytest.mark.parametrize(("start", "end"), [(3, 3), (-1, 2), (4, 99)])
def test_a_span_outside_the_text_is_refused(start, end):
    with pytest.raises(UsageError, match="is not in it"):
        page_segment().locate(start, end)


def test_times_cover_from_first_to_last_and_keep_a_box_only_if_all_have_one():
    box = (0.0, 0.0, 0.5, 0.5)
    assert cover([TimeSpan(2, 3, box), TimeSpan(1, 2, box)]) == TimeSpan(1, 3, box)
    assert cover([TimeSpan(2, 3, box), TimeSpan(1, 2)]) == TimeSpan(1, 3)


def test_cells_cover_as_a_rectangle():
    assert cover([Cells("s", "B2"), Cells("s", "D4:D7")]) == Cells("s", "B2:D7")


def test_different_kinds_are_not_covered_together():
    with pytest.raises(UsageError, match="one kind"):
        cover([TextSpan(0, 1), TimeSpan(0, 1)])


def test_a_segment_id_depends_on_content_place_and_extractor():
    ids = {
        segment_id("a", TextSpan(0, 1), "text-1"),
        segment_id("b", TextSpan(0, 1), "text-1"),
        segment_id("a", TextSpan(0, 2), "text-1"),
        segment_id("a", TextSpan(0, 1), "text-2"),
    }
    assert len(ids) == 4
    assert segment_id("a", TextSpan(0, 1), "text-1") in ids
