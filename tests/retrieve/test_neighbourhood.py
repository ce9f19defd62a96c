"""Belief spreads among passages that are alike."""

import math

import numpy as np
import pytest

from pincite.retrieve.neighbourhood import belief_around


def unit(*values):
    vector = np.array(values, np.float32)
    return vector / np.linalg.norm(vector)


def test_a_neighbour_counts_by_its_likeness():
    """cos(a, b) = 0.6: with sharpness 5 half of the belief times exp(-2) is added."""
    around = belief_around({"a": 0.5, "b": 0.5}, {"a": unit(1, 0), "b": unit(0.6, 0.8)}, 5.0)
    expected = math.log(0.5 + 0.5 * math.exp(5 * (0.6 - 1)))
    assert around == pytest.approx({"a": expected, "b": expected}, abs=1e-6)


def test_of_two_equal_candidates_the_one_in_good_company_is_believed_more():
    vectors = {"best": unit(1, 0, 0), "near": unit(0.9, 0.436, 0), "far": unit(0, 0, 1)}
    around = belief_around({"best": 0.8, "near": 0.1, "far": 0.1}, vectors)
    assert around["best"] > around["near"] > around["far"]


def test_a_candidate_without_a_vector_is_like_itself_only():
    around = belief_around({"a": 0.75, "b": 0.25}, {"a": unit(1, 0)}, 30.0)
    assert around == pytest.approx({"a": math.log(0.75), "b": math.log(0.25)}, abs=1e-6)


def test_no_belief_at_all_has_a_finite_log():
    around = belief_around({"a": 1.0, "b": 0.0}, {})
    assert math.isfinite(around["b"])


def test_nothing_in_nothing_out():
    assert belief_around({}, {}) == {}
