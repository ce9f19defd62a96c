"""Places: overlaps counted cell by cell, and citations by what they point at."""

import itertools
import math
import random

import pytest

from pincite.errors import UsageError
from pincite.evaluate.measures import parse
from pincite.evaluate.places import overlap
from pincite.evaluate.types import Boxed, Cited, Place, Timed
from pincite.types import Cells, ImageRegion, PageRegion, TextSpan, TimeSpan


def cells(ranges):
    return set(itertools.product(*(range(a, b) for a, b in ranges)))


def counted(one, other):
    """Intersection over union of ranges of whole numbers, by counting unit cells."""
    a, b = cells(one), cells(other)
    return len(a & b) / len(a | b)


def ranges(rng, axes):
    return [tuple(sorted(rng.sample(range(8), 2))) for _ in range(axes)]


@pytest.mark.parametrize("seed", range(100))
def test_overlap_in_time_and_space_is_shared_cells_over_all_cells(seed):
    rng = random.Random(seed)
    (one,), (other,) = ranges(rng, 1), ranges(rng, 1)
    found = parse("tIoU").each([Timed(one, (other,))])[0]
    assert found == pytest.approx(counted([one], [other]), abs=1e-9)
    a, b = ranges(rng, 2), ranges(rng, 2)
    boxes = [tuple(zip(*r, strict=True)) for r in (a, b)]
    one, other = ((*r[0], *r[1]) for r in boxes)
    assert parse("IoU").each([Boxed(one, (other,))])[0] == pytest.approx(counted(a, b), abs=1e-9)


def test_boxes_by_hand():
    """Two 2 x 2 boxes that share 1 x 1: 1 / 7."""
    assert parse("IoU").each([Boxed((0, 0, 2, 2), ((1, 1, 3, 3),))])[0] == pytest.approx(1 / 7)


def test_with_a_cutoff_it_is_the_share_that_reaches_it():
    items = [Timed((0, 4), ((2, 4),)), Timed((0, 4), ((3, 4),)), Timed(None, ((0, 1),))]
    assert parse("tIoU").value(items) == pytest.approx((0.5 + 0.25 + 0) / 3)
    assert parse("tIoU@0.5").value(items) == pytest.approx(1 / 3)  # exactly half is enough
    assert parse("tIoU@0.25").value(items) == pytest.approx(2 / 3)


def test_the_best_of_several_right_spans_counts():
    assert parse("tIoU").each([Timed((0, 4), ((8, 9), (2, 4)))])[0] == 0.5


def test_without_a_right_span_there_is_no_score():
    assert math.isnan(parse("tIoU").each([Timed((0, 1), ())])[0])
    assert math.isnan(parse("IoU@0.5").each([Boxed((0, 0, 1, 1), ())])[0])


def test_a_moment_agrees_with_itself_only():
    moment = (3.0, 3.0)
    each = parse("tIoU").each([Timed(moment, (moment,)), Timed(moment, ((2.0, 4.0),))])
    assert each.tolist() == [1, 0]


@pytest.mark.parametrize("span", [(2, 1), (0, math.inf), (math.nan, 1), (1, 2, 3)])
def test_a_span_has_a_start_before_its_end(span):
    with pytest.raises(UsageError, match="a span is"):
        Timed(None, (span,))
    with pytest.raises(UsageError, match="a span is"):
        Timed(span, ())


@pytest.mark.parametrize("box", [(1, 0, 0, 1), (0, 1, 1, 0), (0, 0, 1, math.nan), (0, 0, 1)])
def test_a_box_has_its_corners_in_order(box):
    with pytest.raises(UsageError, match="a box is"):
        Boxed(box, ())


# -- citations ------------------------------------------------------------------------------

TOP, BOTTOM, ALL = (0, 0, 1, 0.5), (0, 0.5, 1, 1), (0, 0, 1, 1)


@pytest.mark.parametrize(
    ("one", "other", "wanted"),
    [
        (TextSpan(0, 10), TextSpan(5, 15), 5 / 15),
        (TextSpan(0, 10), TextSpan(10, 20), 0),
        (PageRegion(4, TOP), PageRegion(4, ALL), 0.5),
        (PageRegion(4, TOP), PageRegion(4, BOTTOM), 0),
        (PageRegion(4), PageRegion(5), 0),
        (ImageRegion(TOP), ImageRegion(ALL), 0.5),
        (ImageRegion(), PageRegion(1), 0),
        (TimeSpan(0, 4), TimeSpan(2, 4), 0.5),
        (TimeSpan(0, 4), TimeSpan(4, 8), 0),
        (TimeSpan(0, 4, TOP), TimeSpan(0, 4, BOTTOM), 0),
        (TimeSpan(0, 4, TOP), TimeSpan(2, 4), 0.5),
        (Cells("s", "A1:B2"), Cells("s", "B2:C3"), 1 / 7),
        (Cells("s", "A1"), Cells("s", "A1"), 1),
        (Cells("s", "A1"), Cells("s", "A2"), 0),
        (Cells("s", "A1"), Cells("t", "A1"), 0),
        (TextSpan(0, 3), TimeSpan(0, 3), 0),
        (PageRegion(4, TOP), None, 1),
    ],
)
def test_places_overlap_where_they_are_of_one_kind_and_meet(one, other, wanted):
    for a, b in ((one, other), (other, one)):
        assert overlap(Place("x", a), Place("x", b)) == pytest.approx(wanted)
        assert overlap(Place("x", a), Place("y", b)) == 0


P1, P2, P3 = (Place("a", PageRegion(n)) for n in (1, 2, 3))


def test_precision_and_recall_of_citations_by_hand():
    """Of three cited two are right; of four right ones two are cited, one of them twice."""
    item = Cited(
        (P1, Place("a", PageRegion(2, TOP)), Place("b", PageRegion(1))),
        (P1, P2, P3, Place("c", None)),
    )
    assert parse("CitationPrecision").each([item])[0] == pytest.approx(2 / 3)
    assert parse("CitationRecall").each([item])[0] == pytest.approx(2 / 4)
    assert parse("CitationF1").each([item])[0] == pytest.approx(2 * (2 / 3) * 0.5 / (2 / 3 + 0.5))


def test_a_cutoff_asks_for_that_much_overlap():
    item = Cited((Place("a", PageRegion(1, TOP)),), (P1,))
    names = ["CitationPrecision", "CitationPrecision@0.5", "CitationPrecision@0.6"]
    assert [parse(n).each([item])[0] for n in names] == [1, 1, 0]
    assert parse("CitationRecall@0.6").each([item])[0] == 0


def test_citing_the_same_place_twice_does_not_raise_recall():
    assert parse("CitationRecall").each([Cited((P1, P1), (P1, P2))])[0] == 0.5


def test_citing_nothing_has_recall_zero_and_no_precision():
    item = Cited((), (P1,))
    assert math.isnan(parse("CitationPrecision").each([item])[0])
    assert parse("CitationRecall").each([item])[0] == 0
    assert parse("CitationF1").each([item])[0] == 0


def test_citing_where_nothing_is_to_be_cited_is_wrong():
    item = Cited((P1,), ())
    assert parse("CitationPrecision").each([item])[0] == 0
    assert math.isnan(parse("CitationRecall").each([item])[0])
    assert parse("CitationF1").each([item])[0] == 0
    assert math.isnan(parse("CitationF1").each([Cited((), ())])[0])


@pytest.mark.parametrize("make", [lambda: Cited([P1], ()), lambda: Cited((), P1)])
def test_places_are_given_as_tuples(make):
    with pytest.raises(UsageError, match="is a tuple"):
        make()
