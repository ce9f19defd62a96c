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
    "value", "statement", "agreement", "key", "limits",
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
    ),
    value=(4.0, 3.0, 1.0, -3.0, -0.3, 3.0, 0.3, -0.3, 1.0, 0.5, 1.5, 0.3, 0.0, 1.0),
    belief=(-6.5, 4.0, 4.0, 3.0, -2.0, 0.7, 0.5, 1.0, 2.0, 0.5, 0.5, 0.5, 0.5, -2.5),
)
_EN = Weights(
    statement=(7.79, -0.25, 2.00, 1.27, 0.85, 2.04, 0.53, 1.99, -0.73, 0.94, 4.00, 1.28,
               -3.00, 3.00, 0.06, -0.12, 1.96),
    value=(2.92, 4.80, 1.49, -0.57, 0.20, 2.48, 0.80, -0.23, 1.22, 0.21, 1.50, 1.27, -0.22, 0.04),
    belief=(-6.09, 3.29, 3.11, 2.99, -1.81, 0.38, 0.34, 2.29, 2.00, -0.49, 0.90, 0.66, 1.63, -2.50),
)  # fmt: skip
_ZH = Weights(
    statement=(6.76, 1.53, 3.31, 0.80, 0.58, 2.15, 1.49, 2.24, -0.61, 0.87, 4.00, 0.88,
               -3.00, 3.00, 0.33, 0.04, 1.81),
    value=(1.68, 2.83, 1.28, -0.90, 1.86, 1.41, -0.14, -0.43, 1.82, 0.27, 1.57, 0.30, 0.57, 0.14),
    belief=(-6.94, 3.44, 4.06, 2.34, 0.17, 0.37, 0.21, 1.61, 2.00, -0.22, 0.94, 0.35, 1.76, -2.50),
)  # fmt: skip
_EN_DENSE = Weights(
    statement=(6.95, -0.44, 2.23, 1.36, 0.57, 2.11, 0.42, 1.97, -0.42, 0.66, 5.07, 0.54,
               -3.00, 3.00, -0.12, 0.05, 2.06),
    value=(2.89, 4.82, 1.49, -0.58, 0.20, 2.48, 0.82, -0.22, 1.21, 0.21, 1.50, 1.28, -0.21, 0.04),
    belief=(-6.76, 2.80, 2.45, 2.58, -2.24, 0.10, 0.04, 1.35, 4.46, -0.59, 0.82, 0.77, 1.42, -2.50),
)  # fmt: skip
_ZH_DENSE = Weights(
    statement=(6.93, 1.38, 3.09, 1.18, -0.04, 2.32, 1.74, 2.11, 0.04, 0.91, 2.86, 0.79,
               -3.00, 3.00, 0.23, 0.18, 1.78),
    value=(1.88, 3.06, 1.61, -0.71, 1.63, 1.21, -0.06, -0.01, 1.64, 0.37, 1.83, 0.71, 0.49, 0.14),
    belief=(-6.99, 3.68, 3.96, 2.14, 0.01, 0.60, -0.20, 1.06, 1.71, -1.59, 1.68, 0.34, 1.90, -2.50),
)  # fmt: skip
TABLE: Mapping[str, Weights] = MappingProxyType(
    {"en": _EN, "zh": _ZH, "en dense": _EN_DENSE, "zh dense": _ZH_DENSE}
)
"""Fitted weights by language of the question; languages without a row use that of English."""


def weights_for(question: Question, *, dense: bool = False) -> Weights:
    """Return the weights for a question's language, with or without dense similarity."""
    language = "zh" if question.language in ("zh", "ja") else "en"
    return TABLE[f"{language} dense" if dense else language]


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
