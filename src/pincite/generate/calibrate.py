"""What each feature is worth, and from score to probability.

The numbers are logistic weights fitted by `benchmarks/fit_answers.py` on question sets of
which no part is used to judge; features that those sets do not show keep the hand-set value that
the fit starts from and is pulled towards.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from pincite.generate.question import Question
from pincite.generate.score import Reading, ScoredStatement

BELIEF_FEATURES = (
    "bias", "cover", "reached", "names", "gap", "type", "order", "density", "similarity",
    "value", "statement", "agreement", "key", "limits", "dates", "context", "passage",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Weights:
    """Worth of the features, in the orders of `score.py` and of `BELIEF_FEATURES`."""

    statement: tuple[float, ...]
    value: tuple[float, ...]
    belief: tuple[float, ...]


HAND = Weights(
    statement=(
        6.0,
        2.0,
        2.0,
        1.0,
        1.0,
        1.5,
        1.0,
        2.0,
        -0.3,
        0.7,
        4.0,
        1.0,
        -3.0,
        3.0,
        0.2,
        0.3,
        2.0,
        1.5,
        -3.0,
        0.0,
        1.0,
        2.0,
        2.0,
    ),
    value=(4.0, 3.0, 1.0, -3.0, -0.3, 3.0, 0.3, -0.3, 1.0, 0.5, 1.5, 0.3, 0.0, 1.0),
    belief=(-6.5, 4.0, 4.0, 3.0, -2.0, 0.7, 0.5, 1.0, 2.0, 0.5, 0.5, 0.5, 0.5, -2.5, 1.0, 1.0, 0.5),
)
_EN = Weights(
    statement=(
        6.48,
        -0.10,
        3.36,
        0.64,
        0.70,
        2.26,
        0.41,
        1.85,
        1.37,
        0.43,
        4.00,
        1.39,
        -3.01,
        3.00,
        -0.21,
        -0.40,
        3.00,
        0.44,
        -3.17,
        -0.97,
        1.48,
        2.00,
        2.00,
    ),
    value=(3.49, 3.85, 1.12, -1.45, 0.76, 2.68, 0.11, -0.53, 1.24, 0.04, 1.50, 0.77, -0.85, -0.00),
    belief=(
        -4.89,
        2.55,
        1.42,
        2.75,
        -2.00,
        0.59,
        -0.23,
        1.21,
        2.00,
        0.58,
        1.34,
        0.11,
        1.35,
        -2.50,
        0.65,
        1.00,
        0.50,
    ),
)
_ZH = Weights(
    statement=(
        6.19,
        1.26,
        3.17,
        0.55,
        0.21,
        2.50,
        0.80,
        1.57,
        0.93,
        0.74,
        4.00,
        1.29,
        -3.00,
        2.92,
        -0.17,
        -0.88,
        2.15,
        0.76,
        -3.10,
        -0.47,
        1.19,
        2.00,
        2.00,
    ),
    value=(2.53, 3.65, 0.70, -2.31, 1.19, 2.54, 0.23, 0.29, 1.45, 0.40, 1.57, 1.25, -0.08, -0.04),
    belief=(
        -4.71,
        2.16,
        1.94,
        3.66,
        -2.00,
        0.70,
        -0.63,
        1.11,
        2.00,
        0.18,
        2.06,
        -0.41,
        1.05,
        -2.50,
        0.29,
        1.00,
        0.50,
    ),
)
_EN_DENSE = Weights(
    statement=(
        5.28,
        -0.43,
        2.71,
        1.04,
        0.61,
        1.87,
        0.32,
        1.48,
        1.26,
        0.33,
        4.22,
        -0.15,
        -3.00,
        2.99,
        -0.43,
        0.02,
        2.30,
        0.59,
        -3.29,
        -1.18,
        0.28,
        2.10,
        3.85,
    ),
    value=(3.44, 3.84, 1.13, -1.52, 0.81, 2.68, 0.08, -0.57, 1.25, 0.06, 1.50, 0.76, -1.00, -0.04),
    belief=(
        -5.38,
        1.63,
        0.53,
        1.90,
        -2.00,
        0.93,
        -0.57,
        -0.14,
        2.51,
        -0.03,
        1.66,
        0.64,
        1.17,
        -2.50,
        0.36,
        1.60,
        1.52,
    ),
)
TABLE: Mapping[str, Weights] = MappingProxyType({"en": _EN, "zh": _ZH, "en dense": _EN_DENSE})
"""Fitted weights by language of the question; languages without a row use that of English."""


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
