"""Fusion of rankings. Expected orders were worked out by hand."""

import math

import pytest

from pincite.retrieve.align import Alignment
from pincite.retrieve.fuse import (
    WITH_VECTORS,
    WORDS_ONLY,
    Weights,
    calibrated,
    features,
    reciprocal_rank,
)
from pincite.types import Hit, Ranking

NOTHING = Alignment(0.0, 0.0, 0.0, 0.0, 0.0)


def ranking(*ids):
    """A ranking from ids alone; fusion by rank must not look at the scores."""
    return Ranking(tuple(Hit(id, score=float("nan")) for id in ids))


@pytest.mark.parametrize(
    ("rankings", "fused"),
    [
        pytest.param([ranking("a", "b")], ["a", "b"], id="one ranking is kept"),
        pytest.param([ranking("a", "b"), ranking("b")], ["b", "a"], id="agreement: 5/6 > 1/2"),
        pytest.param([ranking("b"), ranking("a")], ["a", "b"], id="a tie falls to the smaller id"),
        pytest.param([ranking(), ranking("a")], ["a"], id="an empty ranking adds nothing"),
        pytest.param([], [], id="nothing in, nothing out"),
    ],
)
def test_order_by_reciprocal_rank(rankings, fused):
    assert [hit.segment_id for hit in reciprocal_rank(rankings, damping=1).hits] == fused


def test_shares_are_the_softmax_of_the_weighted_features():
    weights = Weights(1.0, 0.0, 2.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    found = features({"a": 3.0, "b": 1.0}, {"a": 0.1, "b": 0.9}, {"a": NOTHING, "b": NOTHING})
    shares = calibrated(found, weights)
    a, b = math.exp(3.0 + 0.2), math.exp(1.0 + 1.8)
    assert shares == pytest.approx({"a": a / (a + b), "b": b / (a + b)})


def test_a_candidate_a_channel_did_not_bring_up_gets_that_channel_s_lowest_score():
    found = features({"a": 5.0, "b": 2.0}, {"c": 0.4}, dict.fromkeys("abc", NOTHING))
    assert found["c"].lexical == 2.0
    assert found["a"].dense == 0.4


@pytest.mark.parametrize("weights", [WITH_VECTORS, WORDS_ONLY])
def test_no_fitted_weight_punishes_a_match(weights):
    """A better match in any channel must never lower a rank."""
    from dataclasses import astuple

    assert min(astuple(weights)) >= 0


def test_words_alone_ignore_the_vectors_they_do_not_have():
    assert WORDS_ONLY.dense == 0


def test_huge_scores_do_not_overflow():
    found = features({"a": 1e6, "b": 1.0}, {}, dict.fromkeys("ab", NOTHING))
    assert calibrated(found, WITH_VECTORS)["a"] == pytest.approx(1.0)


def test_an_empty_pool_has_no_shares():
    assert calibrated({}, WITH_VECTORS) == {}
