"""The score of late interaction: for each vector of the query its best match in the document.

    MaxSim(q, d) = Σ_i max_j q_i · d_j                                            (equation 3)

O. Khattab and M. Zaharia, "ColBERT: Efficient and Effective Passage Search via Contextualized
Late Interaction over BERT", SIGIR 2020. Exact, with NumPy alone; vectors are of unit length, so
a score of s query vectors lies between -s and s.

Letters: n documents of t_i vectors each, T their sum; s vectors of one query; width d.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from pincite.errors import UsageError
from pincite.types import TokenVectors, Vectors

BLOCK = 1 << 22
"""Cosines held at once, (s, T) of them: 16 MB, however many documents there are."""


def maxsim(query: Vectors, documents: TokenVectors) -> npt.NDArray[np.float32]:
    """Return the score of each document for one query: (s, d) and n documents to (n,) float32.

    A document without vectors scores -s, the least there is, so it comes last.

    Raises:
        UsageError: Query and documents are not of one width.

    Example:
        >>> red, green = np.eye(2, dtype=np.float32)
        >>> both, one = np.stack([red, green]), red[None]
        >>> documents = TokenVectors(np.concatenate([both, one]), np.array([0, 2, 3]))
        >>> maxsim(both, documents).tolist()
        [2.0, 1.0]
    """
    if query.ndim != 2 or query.shape[1] != documents.vectors.shape[1]:
        raise UsageError(
            f"expected a query of shape (s, {documents.vectors.shape[1]}) for documents of this "
            f"width, got {query.shape}; encode both with one encoder"
        )
    scores = np.full(len(documents), -float(len(query)), np.float32)
    if not len(query):
        return np.zeros_like(scores)
    lengths = np.diff(documents.offsets)
    [filled] = np.nonzero(lengths)  # an empty stretch has no maximum
    for part in _blocks(lengths[filled], max(BLOCK // len(query), 1)):
        ids = filled[part]
        start, end = documents.offsets[ids[0]], documents.offsets[ids[-1] + 1]
        cosines = query @ documents.vectors[start:end].T  # (s, T of the block)
        best = np.maximum.reduceat(cosines, documents.offsets[ids] - start, axis=1)
        scores[ids] = best.sum(axis=0)
    return scores


def maxsim_all(queries: TokenVectors, documents: TokenVectors) -> npt.NDArray[np.float32]:
    """Return the score of each document for each query: m queries, n documents to (m, n) float32.

    Raises:
        UsageError: Queries and documents are not of one width.
    """
    scores = np.empty((len(queries), len(documents)), np.float32)
    for i in range(len(queries)):
        scores[i] = maxsim(queries[i], documents)
    return scores


def _blocks(lengths: npt.NDArray[np.int64], most: int) -> Iterator[slice]:
    """Yield runs of documents that hold at most `most` vectors together, or are one document."""
    ends = np.cumsum(lengths)
    start = 0
    while start < len(lengths):
        before = ends[start - 1] if start else 0
        stop = max(int(np.searchsorted(ends, before + most, side="right")), start + 1)
        yield slice(start, stop)
        start = stop
