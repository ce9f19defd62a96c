"""Passing over hits that say the same, and where to stop."""

import itertools
from dataclasses import replace

import numpy as np
import pytest

from pincite.errors import UsageError
from pincite.retrieve.adapt import cut
from pincite.retrieve.diversify import mmr, pages_of, relative, similarities, spread
from pincite.types import PageRegion, Segment, TextSpan


@pytest.mark.parametrize("diversity", [0.0, 0.3, 0.7, 1.0])
def test_each_choice_is_the_best_there_is_by_the_formula(diversity):
    generator = np.random.default_rng(7)
    for _ in range(20):
        n = 7
        relevance = generator.random(n).tolist()
        half = generator.random((n, n))
        alike = (half + half.T) / 2
        order = mmr(relevance, alike, diversity, n)
        assert sorted(order) == list(range(n))
        for place, chosen in enumerate(order):
            before = order[:place]

            def gain(i, before=before, relevance=relevance, alike=alike):
                against = max((alike[i, c] for c in before), default=0.0)
                return (1 - diversity) * relevance[i] - diversity * against

            left = [i for i in range(n) if i not in before]
            assert gain(chosen) == pytest.approx(max(map(gain, left)))


def test_no_diversity_is_the_order_of_relevance():
    assert mmr([0.2, 0.9, 0.5], np.ones((3, 3)), 0.0, 3) == [1, 2, 0]


def test_only_so_many_are_chosen():
    assert mmr([0.2, 0.9, 0.5], np.eye(3), 0.5, 2) == [1, 2]


@pytest.mark.parametrize("diversity", [-0.1, 1.1])
def test_diversity_is_a_share(diversity):
    with pytest.raises(UsageError, match="between 0 and 1"):
        mmr([1.0], np.eye(1), diversity, 1)


def test_likeness_is_the_cosine_or_the_share_of_common_words():
    east, north_east = np.array([1.0, 0.0]), np.array([0.6, 0.8])
    texts = ["red pump", "blue pump", "", "red pump"]
    alike = similarities(texts, [east, north_east, None, None])
    expected = {(0, 1): 0.6, (0, 2): 0.0, (0, 3): 1.0, (1, 2): 0.0, (1, 3): 1 / 3, (2, 3): 0.0}
    for i, j in itertools.combinations(range(4), 2):
        assert alike[i, j] == alike[j, i] == pytest.approx(expected[i, j])
    assert np.diag(alike).tolist() == [1.0] * 4


def test_opposite_vectors_are_no_less_than_unlike():
    alike = similarities(["a", "b"], [np.array([1.0, 0.0]), np.array([-1.0, 0.0])])
    assert alike[0, 1] == 0.0


def test_relevance_is_told_against_the_best():
    assert relative({"a": 0.2, "b": 0.4}, ["b", "a"]) == [1.0, 0.5]
    assert relative({"a": 0.0}, ["a"]) == [0.0]


@pytest.mark.parametrize(
    ("shares", "kept"),
    [
        pytest.param([], 0, id="nothing"),
        pytest.param([1.0], 1, id="one"),
        pytest.param([0.5, 0.4, 0.05, 0.04], 2, id="the largest fall"),
        pytest.param([0.9, 0.09, 0.001], 2, id="the largest of two falls"),
        pytest.param([0.4, 0.3, 0.2, 0.1], 4, id="no fall of three times"),
        pytest.param([0.3, 0.1 - 1e-12, 0.09], 1, id="a fall of just three times"),
        pytest.param([0.6, 0.4, 0.0, 0.0], 2, id="nothing is below anything"),
    ],
)
def test_hits_end_where_belief_falls_off(shares, kept):
    assert cut(shares) == kept


@pytest.mark.parametrize("most", [1, 2, 3])
def test_no_page_has_more_than_its_share_before_the_others_have_theirs(most):
    generator = np.random.default_rng(3)
    for _ in range(20):
        order = [str(i) for i in range(12)]
        pages = {id: int(generator.integers(3)) for id in order if generator.random() < 0.8}
        shown = spread(order, pages, most)
        assert sorted(shown, key=int) == order  # nothing is lost
        ranks = {id: order[: order.index(id)] for id in order}
        late = {id for id in pages if sum(pages.get(b) == pages[id] for b in ranks[id]) >= most}
        early = [id for id in order if id not in late]
        assert shown == early + [id for id in order if id in late]


def test_what_stands_on_no_page_is_not_held_back():
    assert spread(["a", "b", "c"], {}, 1) == ["a", "b", "c"]


def test_the_first_pages_of_two_files_are_two_pages():
    here = Segment("a", "one", "text", PageRegion(1), "words")
    there = replace(here, id="b", asset_id="two")
    beside = replace(here, id="c", locator=PageRegion(2))
    lines = replace(here, id="d", locator=TextSpan(0, 5))
    found = pages_of({segment.id: segment for segment in (here, there, beside, lines)})
    assert len(set(found.values())) == 3
    assert set(found) == {"a", "b", "c"}
