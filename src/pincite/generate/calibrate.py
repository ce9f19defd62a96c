"""What each feature is worth, and from score to probability.

The numbers are logistic weights fitted by `benchmarks/fit_calibration.py` on question sets of
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
        6.58,
        -0.07,
        3.34,
        0.58,
        0.57,
        2.27,
        0.34,
        1.64,
        1.18,
        0.43,
        4.00,
        1.05,
        -3.01,
        2.99,
        -0.28,
        -0.02,
        3.02,
        0.58,
        -3.17,
        -1.26,
        1.58,
        2.00,
        2.00,
    ),
    value=(3.50, 3.83, 1.15, -1.45, 0.77, 2.68, 0.11, -0.53, 1.26, 0.04, 1.50, 0.77, -0.81, -0.02),
    belief=(
        -4.97,
        2.50,
        1.21,
        2.25,
        -0.80,
        1.19,
        -0.67,
        0.55,
        2.00,
        0.17,
        1.89,
        -0.20,
        0.64,
        -0.12,
        0.18,
        1.00,
        0.50,
    ),
)
_ZH = Weights(
    statement=(
        6.31,
        1.22,
        3.13,
        0.46,
        -0.07,
        2.48,
        0.72,
        1.38,
        1.07,
        0.74,
        4.00,
        0.73,
        -3.00,
        2.92,
        -0.14,
        -0.37,
        2.12,
        0.77,
        -3.11,
        -1.48,
        1.31,
        2.00,
        2.00,
    ),
    value=(2.49, 3.72, 0.68, -2.29, 1.20, 2.59, 0.22, 0.28, 1.57, 0.40, 1.57, 1.24, -0.07, -0.01),
    belief=(
        -5.34,
        2.00,
        2.13,
        2.30,
        1.13,
        1.12,
        -0.46,
        0.02,
        2.00,
        -0.77,
        2.21,
        -0.33,
        0.26,
        -0.65,
        2.12,
        1.00,
        0.50,
    ),
)
_EN_DENSE = Weights(
    statement=(
        5.32,
        -0.41,
        2.70,
        1.01,
        0.53,
        1.88,
        0.29,
        1.43,
        1.20,
        0.33,
        4.23,
        -0.29,
        -3.00,
        2.99,
        -0.45,
        0.14,
        2.32,
        0.64,
        -3.29,
        -1.30,
        0.32,
        2.10,
        3.88,
    ),
    value=(3.44, 3.82, 1.16, -1.51, 0.82, 2.68, 0.08, -0.56, 1.27, 0.06, 1.50, 0.77, -0.97, -0.05),
    belief=(
        -4.93,
        1.54,
        0.64,
        1.64,
        -0.52,
        1.24,
        -1.12,
        -0.77,
        2.08,
        -0.37,
        2.04,
        0.11,
        0.33,
        -0.45,
        1.17,
        1.50,
        -0.36,
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
