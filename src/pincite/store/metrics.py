"""How vectors are compared, and what can be asked for those nearest to a vector.

Stored vectors have length 1, so all metrics rank them alike: the cosine decides, and what is
asked for is worked out of it.
"""

from __future__ import annotations

from typing import Literal, Protocol, get_args

import numpy as np
import numpy.typing as npt

from pincite.errors import UsageError, did_you_mean
from pincite.types import Vectors

Metric = Literal["cosine", "l2", "dot"]
"""Cosine, negative Euclidean distance, inner product: a larger score is always nearer."""

Ranked = list[tuple[str, float]]
"""Segment ids with scores, best first; equal scores by id."""


class Nearest(Protocol):
    """What finds the nearest vectors: a knowledge base, or its vectors held in memory."""

    def nearest(
        self,
        space: str,
        vector: Vectors,
        k: int,
        where: str = "",
        *,
        metric: Metric = "cosine",
        exact: bool = False,
    ) -> Ranked:
        """Return (segment id, score) of the `k` segments nearest to `vector` (d,) in `space`."""
        ...


def check_metric(metric: str) -> None:
    """Refuse metrics that are not known."""
    known = get_args(Metric)
    if metric not in known:
        hint = did_you_mean(metric, known)
        raise UsageError(f"no metric named {metric!r}; known: {', '.join(known)}.{hint}")


def query_lengths(queries: Vectors) -> Vectors:
    """Return the length of each query vector of (m, d), (m,).

    Raises:
        UsageError: One is zero, or holds numbers that are not finite.
    """
    lengths: Vectors = np.linalg.norm(queries, axis=1)
    if not np.isfinite(lengths).all() or not lengths.all():
        raise UsageError(
            "the query vector is zero or holds numbers that are not finite; the encoder failed"
        )
    return lengths


def scored(cosines: Vectors, lengths: Vectors, metric: Metric) -> npt.NDArray[np.float64]:
    """Return the scores of unit vectors by their cosine to queries of the given lengths.

    With |x| = 1: q·x = |q| cos, and |q - x|² = (|q| - 1)² + 2 |q| (1 - cos).

    Example:
        >>> scored(np.float32([0.5]), np.float32([2]), "l2").round(4).tolist()
        [-1.7321]
    """
    cosine, length = cosines.astype(np.float64), lengths.astype(np.float64)
    if metric == "cosine":
        return cosine
    if metric == "dot":
        return length * cosine
    squared = (length - 1.0) ** 2 + 2.0 * length * np.maximum(0.0, 1.0 - cosine)
    distance: npt.NDArray[np.float64] = np.sqrt(squared)
    return -distance
