"""The sum over sources. With one feature and one value a statement the shares are known by hand."""

import math

import numpy as np
import pytest

from pincite.generate.calibrate import Weights, softmax, statement_posterior, weights_for
from pincite.generate.compose import belief_features, proposals
from pincite.generate.question import read
from pincite.generate.score import STATEMENT_FEATURES, read_evidence
from pincite.generate.value_score import VALUE_FEATURES

from .evidence import source


def only_the_prior() -> Weights:
    """Weights under which a statement is worth its prior and values are all alike."""
    worth = tuple(1.0 if name == "prior" else 0.0 for name in STATEMENT_FEATURES)
    return Weights(worth, (0.0,) * len(VALUE_FEATURES), ())


def read_all(question, evidence):
    return read_evidence(read(question), evidence)


def test_equal_values_are_summed_over_sources():
    """P(7) = P(a) + P(c) = 0.5 + 0.2, P(9) = P(b) = 0.3."""
    evidence = [
        source("The pier has 7 lamps.", "a.txt", prior=0.5),
        source("The pier has 9 lamps.", "b.txt", prior=0.3),
        source("The pier has seven lamps.", "c.txt", prior=0.2),
    ]
    reading = read_all("How many lamps has the pier?", evidence)
    found = {p.norm: p.probability for p in proposals(reading, evidence, only_the_prior())}
    assert found["7"] == pytest.approx(0.7)
    assert found["9"] == pytest.approx(0.3)


def test_the_grounds_of_a_value_carry_the_posterior_of_their_source():
    """P(a | q, 7) = 0.5 / 0.7."""
    evidence = [
        source("The pier has 7 lamps.", "a.txt", prior=0.5),
        source("The pier has 9 lamps.", "b.txt", prior=0.3),
        source("The pier has seven lamps.", "c.txt", prior=0.2),
    ]
    reading = read_all("How many lamps has the pier?", evidence)
    best = proposals(reading, evidence, only_the_prior())[0]
    assert best.norm == "7"
    assert [g.share / best.probability for g in best.grounds] == pytest.approx([5 / 7, 2 / 7])


def test_all_shares_together_are_one():
    evidence = [
        source("The pier has 7 lamps and 3 ladders. Paint it in May.", "a.txt", prior=0.6),
        source("Lamps are cleaned by Ida Berg.", "b.txt", prior=0.4),
    ]
    reading = read_all("Who cleans the lamps?", evidence)
    assert float(statement_posterior(reading, only_the_prior()).sum()) == pytest.approx(1.0)
    assert sum(p.probability for p in proposals(reading, evidence, only_the_prior())) <= 1.0 + 1e-9


def test_a_number_that_stands_in_an_unrelated_sentence_is_no_ground():
    evidence = [
        source("The pier has 7 lamps.", "a.txt", prior=0.5),
        source("Breakfast is at table 7.", "b.txt", prior=0.5),
    ]
    reading = read_all("How many lamps has the pier?", evidence)
    best = proposals(reading, evidence, weights_for(reading.lens.question))[0]
    assert [g.scored.source for g in best.grounds] == [0]


def test_softmax_keeps_the_ratio_of_exponentials():
    shares = softmax(np.array([1000.0, 1000.0 - math.log(3)]))
    assert list(shares) == pytest.approx([0.75, 0.25])


def test_chinese_and_english_questions_have_weights_of_their_own():
    english, chinese = weights_for(read("Who is it?")), weights_for(read("是谁？"))
    assert english != chinese


def test_a_statement_without_any_value_of_the_kind_asked_for_speaks_against_itself():
    evidence = [source("Copy to the harbour office.", "a.txt", prior=1.0)]
    reading = read_all("What is the phone number of the harbour office?", evidence)
    weights = weights_for(reading.lens.question)
    best = proposals(reading, evidence, weights)[0]
    assert belief_features(reading, best, weights)["type"] == 0.0
