"""Vectors of late interaction as the store takes them: pooled ones, and all vectors of each item.

A stored token vector is float16: half the disk, and MaxSim over unit vectors moves by less than
1e-3 a query vector.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeGuard

import numpy as np
import numpy.typing as npt

from pincite.encode import Encoder, LateEncoder
from pincite.errors import UsageError
from pincite.types import Embeddings, TokenVectors, Vectors

Tokens = npt.NDArray[np.float16]


@dataclass(frozen=True, slots=True, eq=False)
class LateEmbeddings(Embeddings):
    """Vectors of the first stage with those of the second.

    Attributes:
        tokens: The vectors of each id, in the order of `ids`, of the same width.
    """

    tokens: TokenVectors = field(kw_only=True)

    def __post_init__(self) -> None:
        Embeddings.__post_init__(self)
        counted, width = len(self.tokens), self.tokens.vectors.shape[-1]
        if counted != len(self.ids) or width != self.vectors.shape[1]:
            raise UsageError(
                f"expected vectors of width {self.vectors.shape[1]} for {len(self.ids)} ids in "
                f"space {self.space!r}, got token vectors of width {width} for {counted}"
            )


def is_late(encoder: Encoder) -> TypeGuard[LateEncoder]:
    """Return whether an encoder gives each item several vectors, without loading its model."""
    return hasattr(encoder, "encode_tokens")


def mean_of(tokens: TokenVectors) -> Vectors:
    """Return the mean of each item's vectors, at unit length: (n, d).

    Example:
        >>> both = np.array([[1, 0], [0, 1], [0, 1]], np.float32)
        >>> mean_of(TokenVectors(both, np.array([0, 2, 3]))).round(3).tolist()
        [[0.7070000171661377, 0.7070000171661377], [0.0, 1.0]]
    """
    width = tokens.vectors.shape[1]
    found = np.zeros((len(tokens), width), np.float32)
    for i in range(len(tokens)):
        found[i] = tokens[i].mean(axis=0)
    lengths = np.linalg.norm(found, axis=1, keepdims=True)
    return np.asarray(found / np.maximum(lengths, 1e-12), np.float32)


def split(tokens: TokenVectors) -> Iterator[Tokens]:
    """Yield the vectors of each item as they are stored, (t, d)."""
    for i in range(len(tokens)):
        yield np.ascontiguousarray(tokens[i], dtype="<f2")


def held_bytes(embeddings: Embeddings) -> int:
    """Return how much memory vectors take."""
    more = embeddings.tokens.vectors.nbytes if isinstance(embeddings, LateEmbeddings) else 0
    return int(embeddings.vectors.nbytes + more)
