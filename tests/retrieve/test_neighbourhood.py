"""Belief spreads among passages that are alike."""

import math

import numpy as np
import pytest

from pincite.retrieve.neighbourhood import BESIDE, belief_around


def unit(*values):
    vector = np.array(values, np.float32)
    return vector / np.linalg.norm(vector)


def test_a_neighbour_counts_by_its_likeness():
    """cos(a, b) = 0.6: with sharpness 5 half of the belief times exp(-2) is added."""
    around = belief_around({"a": 0.5, "b": 0.5}, {"a": unit(1, 0), "b": unit(0.6, 0.8)}, {}, 5.0)
    expected = math.log(0.5 + 0.5 * math.exp(5 * (0.6 - 1)))
    assert around == pytest.approx({"a": expected, "b": expected}, abs=1e-6)


def test_of_two_equal_candidates_the_one_in_good_company_is_believed_more():
    vectors = {"best": unit(1, 0, 0), "near": unit(0.9, 0.436, 0), "far": unit(0, 0, 1)}
    around = belief_around({"best": 0.8, "near": 0.1, "far": 0.1}, vectors, {})
    assert around["best"] > around["near"] > around["far"]


def test_a_candidate_without_a_vector_is_like_itself_only():
    around = belief_around({"a": 0.75, "b": 0.25}, {"a": unit(1, 0)}, {}, 30.0)
    assert around == pytest.approx({"a": math.log(0.75), "b": math.log(0.25)}, abs=1e-6)


def test_the_next_piece_of_the_same_file_is_a_neighbour_without_vectors():
    """a, b and c follow each other in one file; d has the place after c, in another."""
    places = {"a": ("x", 3), "b": ("x", 4), "c": ("x", 5), "d": ("y", 6)}
    shares = {"a": 0.4, "b": 0.3, "c": 0.2, "d": 0.1}
    around = belief_around(shares, {}, places, 5.0)
    beside = math.exp(5.0 * (BESIDE - 1))
    sums = {"a": 0.4 + 0.3 * beside, "b": 0.3 + 0.6 * beside, "c": 0.2 + 0.3 * beside, "d": 0.1}
    assert around == pytest.approx({id: math.log(v) for id, v in sums.items()}, abs=1e-3)


def test_a_long_file_does_not_win_by_its_size():
    """Twenty weak pieces far apart add nothing to each other, two that meet do."""
    places = {f"p{i}": ("long", 2 * i) for i in range(20)} | {"a": ("short", 0), "b": ("short", 1)}
    around = belief_around(dict.fromkeys(places, 1 / 22), {}, places)
    assert around["p7"] == pytest.approx(math.log(1 / 22), abs=1e-6)
    assert around["a"] > around["p7"]


def test_neighbours_with_vectors_are_as_alike_as_their_vectors_if_that_is_more():
    places = {"a": ("x", 0), "b": ("x", 1)}
    around = belief_around({"a": 0.5, "b": 0.5}, {"a": unit(1, 0), "b": unit(1, 0)}, places)
    assert around["a"] == pytest.approx(0.0, abs=1e-6)


def test_no_belief_at_all_has_a_finite_log():
    around = belief_around({"a": 1.0, "b": 0.0}, {}, {})
    assert math.isfinite(around["b"])


def test_nothing_in_nothing_out():
    assert belief_around({}, {}, {}) == {}
