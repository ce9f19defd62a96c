"""Fusion fitted on judged queries: a listwise softmax regression over what the channels say.

    P(d|q) = exp(w · x_d) / Σ_j exp(w · x_j)

with the negative log of the belief in what is relevant as its loss (Cao et al., ICML 2007), and a
little ridge. Newton steps, halved while they do not help.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
import numpy.typing as npt

from pincite.errors import UsageError
from pincite.retrieve.pool import Pool, standard

FORMAT = "pincite-fusion-1"
RIDGE = 1e-3
_STEPS = 100
Array = npt.NDArray[np.float64]


def inputs(pool: Pool) -> dict[str, dict[str, float]]:
    """Return by segment id what a fitted fusion looks at, by name.

    Of the words: the features of `fuse.Features`. Of other channels: the score in standard
    deviations above what is usual, 0 where a channel says nothing.
    """
    rows = {}
    for id in pool.segments:
        words = asdict(pool.features[id]) if id in pool.features else {}
        rows[id] = words | standard(pool, id)
    return rows


def fit(cases: Sequence[tuple[Pool, Collection[str]]], ridge: float = RIDGE) -> dict[str, float]:
    """Return one weight an input, fitted on queries whose relevant segments are known.

    Each relevant segment is a case of its own, so that all of them rise and not the easiest alone
    (the top-one cross entropy of Cao et al., ICML 2007, for equal grades).

    Args:
        cases: The candidates of each query, and the ids of what is relevant to it.
        ridge: How much large weights cost, per query; of inputs of unit spread.

    Raises:
        UsageError: No relevant segment is among the candidates of any query.
    """
    tables = [(inputs(pool), frozenset(relevant)) for pool, relevant in cases]
    names = sorted({name for rows, _ in tables for row in rows.values() for name in row})
    data = [
        (
            np.array([[row.get(name, 0.0) for name in names] for row in rows.values()]),
            np.array([id == right for id in rows]),
        )
        for rows, relevant in tables
        for right in sorted(relevant & rows.keys())
    ]
    if not data:
        raise UsageError(
            f"none of the {len(cases)} queries has a relevant segment among its candidates, so "
            "there is nothing to learn from; check that the judgements name stored segments"
        )
    spread = np.concatenate([x for x, _ in data]).std(axis=0)
    spread[spread == 0] = 1.0
    fitted = newton([(x / spread, relevant) for x, relevant in data], ridge) / spread
    return {name: float(value) for name, value in zip(names, fitted, strict=True)}


def newton(cases: Sequence[tuple[Array, npt.NDArray[np.bool_]]], ridge: float) -> Array:
    """Return the weights (f,) that minimise the loss over cases of x (n, f) and relevant (n,)."""
    w = np.zeros(cases[0][0].shape[1])
    for _ in range(_STEPS):
        gradient = 2 * ridge * len(cases) * w
        curvature = 2 * ridge * len(cases) * np.eye(len(w))
        for x, relevant in cases:
            p, q = _softmax(x @ w), _softmax(np.where(relevant, x @ w, -np.inf))
            gradient += x.T @ (p - q)
            curvature += (x.T * p) @ x - np.outer(x.T @ p, x.T @ p)
        step = np.linalg.solve(curvature, gradient)
        size, before = 1.0, loss(cases, w, ridge)
        while size > 1e-6 and loss(cases, w - size * step, ridge) > before:
            size /= 2
        w = w - size * step
        if np.abs(size * step).max() < 1e-6:
            break
    return w


def loss(
    cases: Sequence[tuple[Array, npt.NDArray[np.bool_]]], w: Array, ridge: float = RIDGE
) -> float:
    """Return the summed -log P(relevant | query) with its ridge."""
    total = ridge * len(cases) * float(w @ w)
    for x, relevant in cases:
        logits = x @ w
        total += float(np.logaddexp.reduce(logits) - np.logaddexp.reduce(logits[relevant]))
    return total


def write(path: Path, weights: dict[str, float], learned_from: str) -> None:
    """Write fitted weights to a file that the setting `fusion = "learned:FILE"` reads."""
    data = {"format": FORMAT, "learned_from": learned_from, "weights": weights}
    path.write_text(json.dumps(data, indent=2) + "\n", "utf-8")


def _softmax(logits: Array) -> Array:
    powers = np.exp(logits - logits.max())
    return np.asarray(powers / powers.sum())
