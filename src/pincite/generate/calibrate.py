"""What each feature is worth, and from score to probability.

The numbers stand in `weights.json`: logistic weights fitted by `benchmarks/fit_answers.py` on
question sets of which no part is used to judge; features that those sets do not show keep the
hand-set value that the fit starts from and is pulled towards.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from pincite.generate.question import Question
from pincite.generate.score import STATEMENT_FEATURES, Reading, ScoredStatement
from pincite.generate.value_score import VALUE_FEATURES

BELIEF_FEATURES = (
    "bias", "cover", "reached", "names", "gap", "type", "order", "density", "similarity",
    "value", "statement", "agreement", "key", "limits", "dates", "context", "passage",
    "sought", "subject", "missing", "lacking", "beside", "topic",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Weights:
    """Worth of the features, in the orders of `score.py` and of `BELIEF_FEATURES`."""

    statement: tuple[float, ...]
    value: tuple[float, ...]
    belief: tuple[float, ...]


def _tables() -> Mapping[str, Weights]:
    """Return the tables of `weights.json`, each weight under the name of its feature."""
    source = files("pincite.generate").joinpath("weights.json").read_text("utf-8")
    names = {"statement": STATEMENT_FEATURES, "value": VALUE_FEATURES, "belief": BELIEF_FEATURES}
    return MappingProxyType(
        {
            title: Weights(**{k: tuple(table[k][n] for n in names[k]) for k in names})
            for title, table in json.loads(source).items()
        }
    )


TABLE: Mapping[str, Weights] = _tables()
"""Weights by table: "hand" set by a person, which the fits start from, and the fitted ones by
language of the question and encoder; languages without a row use that of English."""

HAND = TABLE["hand"]


def weights_for(question: Question, *, dense: bool = False) -> Weights:
    """Return the weights for a question's language, with or without dense similarity."""
    language = "zh" if question.language in ("zh", "ja") else "en"
    return TABLE.get(f"{language} dense" if dense else language, TABLE[language])


def statement_posterior(reading: Reading, weights: Weights) -> npt.NDArray[np.float64]:
    """Return P(statement, d | question) over all statements of all evidence: (n,), sums to 1.

    One softmax over everything, with log P(d|question) among the features, so that a document
    that says nothing to the point does not keep its share (shared normalisation).
    """
    if not reading.statements:
        return np.zeros(0)
    features = np.stack([s.features for s in reading.statements])
    return softmax(features @ np.array(weights.statement))


def value_posterior(scored: ScoredStatement, weights: Weights) -> npt.NDArray[np.float64]:
    """Return P(value | statement, question): (m,), sums to 1, empty where there is no value."""
    if not scored.values:
        return np.zeros(0)
    return softmax(scored.value_features @ np.array(weights.value))


def belief(features: Mapping[str, float], weights: Weights) -> float:
    """Return the probability that an answer with these features is right, 0..1."""
    row = np.array([features[name] for name in BELIEF_FEATURES])
    return float(1.0 / (1.0 + np.exp(-(row @ np.array(weights.belief)))))


def softmax(scores: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return the shares that scores on a log scale stand for."""
    shares = np.exp(scores - scores.max())
    return np.asarray(shares / shares.sum(), dtype=np.float64)
