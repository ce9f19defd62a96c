"""Fusion of rankings. Expected orders were worked out by hand."""

import math

import numpy as np
import pytest

from pincite.retrieve.align import Alignment
from pincite.retrieve.fuse import (
    CHINESE_ONLY,
    WITH_VECTORS,
    WORDS_ONLY,
    Weights,
    calibrated,
    features,
    reciprocal_rank,
    surrounded,
    weights_for,
)
from pincite.types import Hit, Ranking

NOTHING = Alignment(0.0, 0.0, 0.0)


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
    weights = Weights(lexical=1.0, dense=2.0)
    found = features({"a": 3.0, "b": 1.0}, {"a": 0.1, "b": 0.9}, {"a": NOTHING, "b": NOTHING})
    shares = calibrated(found, weights)
    a, b = math.exp(3.0 + 0.2), math.exp(1.0 + 1.8)
    assert shares == pytest.approx({"a": a / (a + b), "b": b / (a + b)})


def test_a_candidate_a_channel_did_not_bring_up_gets_that_channel_s_lowest_score():
    found = features({"a": 5.0, "b": 2.0}, {"c": 0.4}, dict.fromkeys("abc", NOTHING))
    assert found["c"].lexical == 2.0
    assert found["a"].dense == 0.4


@pytest.mark.parametrize("steps", [WITH_VECTORS, WORDS_ONLY, CHINESE_ONLY])
def test_no_fitted_weight_punishes_a_match(steps):
    """A better match in any channel must never lower a rank."""
    from dataclasses import astuple

    assert min(astuple(steps.alone)) >= 0
    assert min(astuple(steps.full)) >= 0
    assert steps.alone.around == 0 < steps.full.around


@pytest.mark.parametrize("steps", [WORDS_ONLY, CHINESE_ONLY])
def test_words_alone_ignore_the_vectors_they_do_not_have(steps):
    for weights in (steps.alone, steps.full):
        assert weights.dense == weights.dense_standing == 0


@pytest.mark.parametrize(
    ("query", "vectors", "weights"),
    [
        ("Where is the pump?", True, WITH_VECTORS),
        ("Where is the pump?", False, WORDS_ONLY),
        ("水泵在哪里？", False, CHINESE_ONLY),
        ("水泵在哪里？", True, WITH_VECTORS),
    ],
)
def test_weights_are_those_fitted_for_such_a_query(query, vectors, weights):
    assert weights_for(query, vectors=vectors) is weights


def test_standing_is_told_in_deviations_from_the_mean_of_what_the_channel_brought_up():
    """0.2, 0.4 and 0.6 have the mean 0.4 and the deviation sqrt(0.08 / 3)."""
    found = features({"d": 1.0}, {"a": 0.2, "b": 0.4, "c": 0.6}, dict.fromkeys("abcd", NOTHING))
    one = 0.2 / math.sqrt(0.08 / 3)
    standing = {id: x.dense_standing for id, x in found.items()}
    assert standing == pytest.approx({"a": -one, "b": 0.0, "c": one, "d": -one})


def test_standing_of_words_counts_a_candidate_without_any_as_zero_if_all_were_found():
    """4 and 2 have the mean 3 and the deviation 1."""
    found = features({"a": 4.0, "b": 2.0}, {"c": 0.5}, dict.fromkeys("abc", NOTHING), cut=False)
    assert [found[id].lexical_standing for id in "abc"] == pytest.approx([1.0, -1.0, -3.0])


def test_bm25_that_is_all_but_equal_is_not_blown_up():
    found = features({"a": 5.0, "b": 5.02}, {}, dict.fromkeys("ab", NOTHING))
    assert abs(found["b"].lexical_standing) < 0.1


def test_cosines_that_are_all_but_equal_are_not_blown_up():
    found = features({}, {"a": 0.5, "b": 0.505}, dict.fromkeys("ab", NOTHING))
    assert abs(found["b"].dense_standing) < 0.1


def test_without_vectors_no_cosine_stands_out():
    found = features({"a": 5.0, "b": 2.0}, {}, dict.fromkeys("ab", NOTHING))
    assert {(x.dense, x.dense_standing) for x in found.values()} == {(0, 0)}


def test_surroundings_lift_the_candidate_that_is_like_the_best():
    """c and d are told apart by their neighbours alone: c is like a, the best."""
    x, y, z = np.eye(3, dtype=np.float32)
    vectors = {"a": x, "b": y, "c": x, "d": z}
    dense = {"a": 0.9, "b": 0.3, "c": 0.3, "d": 0.3}
    alone = features({}, dense, dict.fromkeys("abcd", NOTHING))
    found = surrounded(alone, vectors, {}, WITH_VECTORS.alone)
    shares = calibrated(found, WITH_VECTORS.full)
    assert shares["a"] > shares["c"] > shares["d"]


@pytest.mark.parametrize("steps", [WORDS_ONLY, CHINESE_ONLY])
def test_by_words_alone_the_piece_next_to_the_best_is_believed_more(steps):
    alone = features({"a": 9.0, "c": 3.0, "d": 3.0}, {}, dict.fromkeys("acd", NOTHING))
    places = {"a": ("x", 0), "c": ("x", 1), "d": ("y", 1)}
    shares = calibrated(surrounded(alone, {}, places, steps.alone), steps.full)
    assert shares["a"] > shares["c"] > shares["d"]


def test_surroundings_are_those_of_the_belief_without_them():
    found = features({"a": 3.0, "b": 1.0}, {"a": 0.5}, dict.fromkeys("ab", NOTHING))
    shares = calibrated(found, WITH_VECTORS.alone)
    near = surrounded(found, {}, {}, WITH_VECTORS.alone)
    assert near["a"].around == pytest.approx(math.log(shares["a"]), abs=1e-6)


def test_huge_scores_do_not_overflow():
    found = features({"a": 1e6, "b": 1.0}, {}, dict.fromkeys("ab", NOTHING))
    assert calibrated(found, WITH_VECTORS.full)["a"] == pytest.approx(1.0)


def test_an_empty_pool_has_no_shares():
    assert calibrated({}, WITH_VECTORS.full) == {}
