"""How well right items are ranked among all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Ranks = npt.NDArray[np.int64]


def ranks(scores: Any, right: Any) -> Ranks:
    """Return the rank of the best right item of each row, from 1: (b,).

    Items that score the same as the best right one stand before it, so that a model that gives
    everything one score earns nothing. Other right items do not count against it.

    Args:
        scores: (b, p), larger is better.
        right: (b, p) bool, at least one True in every row.

    Example:
        >>> ranks([[0.9, 0.5, 0.5, 0.1]], [[False, True, False, True]]).tolist()
        [3]
    """
    scores, right = np.asarray(scores, dtype=np.float64), np.asarray(right, dtype=bool)
    best = np.where(right, scores, -np.inf).max(axis=1, keepdims=True)
    return np.asarray(1 + ((scores >= best) & ~right).sum(axis=1), dtype=np.int64)


def figures(found: Ranks, cutoffs: Sequence[int], prefix: str = "") -> Mapping[str, float]:
    """Return recall@k, the share of rows with a right item among the first k, and MRR.

    With several right items, one of them is enough (Karpukhin et al. 2020 call it top-k
    accuracy). MRR is the mean of 1 / rank.

    Example:
        >>> figures(np.array([1, 4]), (1, 5))
        {'recall@1': 0.5, 'recall@5': 1.0, 'mrr': 0.625}
    """
    recalls = {f"{prefix}recall@{k}": float((found <= k).mean()) for k in cutoffs}
    return {**recalls, f"{prefix}mrr": float((1.0 / found).mean())}
