"""Batches: items of one modality together, of like length together, and each back in its place."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import numpy as np

from pincite.content import Content, Footage, Modality, modality_of
from pincite.encode.readable import readable
from pincite.types import Vectors

BATCH = 32
"""Items that go through a model at once, of similar length."""
T = TypeVar("T")


def by_modality(
    encoder: str,
    width: int,
    parts: Mapping[Modality, Callable[[Any], Vectors]],
    items: Sequence[Content],
) -> Vectors:
    """Return one vector per item of a mixed batch, in order: (n, d) float32.

    Args:
        encoder: Its name, for messages.
        width: d.
        parts: For each modality it reads, what turns a list of such items into vectors.
        items: The batch.

    Raises:
        UsageError: One string was given instead of a sequence of items.
        WrongModality: An item is of a modality that is not in `parts`.
    """
    readable(encoder, parts.keys(), items)
    vectors = np.zeros((len(items), width), np.float32)
    for modality, encode in parts.items():
        places = [i for i, item in enumerate(items) if modality_of(item) == modality]
        if places:
            vectors[places] = encode([items[i] for i in places])
    return vectors


def by_length(
    items: Sequence[T],
    lengths: Sequence[int],
    width: int,
    encode: Callable[[list[T]], Vectors],
    batch: int = BATCH,
    most: int | None = None,
) -> Vectors:
    """Return one vector per item, in order, with items of like length encoded together: (n, d).

    Args:
        items: Of one modality.
        lengths: Of each, in tokens, samples or frames; the longest go first.
        width: d.
        encode: Turns up to `batch` items into their vectors.
        batch: How many go together.
        most: Sum of the lengths that may go together, padded to the longest; None: any.
    """
    vectors = np.zeros((len(items), width), np.float32)
    order = sorted(range(len(items)), key=lambda i: -lengths[i])
    start = 0
    while start < len(order):
        longest = max(1, lengths[order[start]])
        fit = batch if most is None else max(1, min(batch, most // longest))
        places = order[start : start + fit]
        vectors[places] = encode([items[i] for i in places])
        start += fit
    return vectors


def frame_means(footages: Sequence[Footage], encode: Callable[[list[Any]], Vectors]) -> Vectors:
    """Return the unit mean of the vectors of each footage's frames: (n, d).

    Args:
        footages: At least one.
        encode: Turns a list of pixels (h, w, 3) into unit vectors.
    """
    return unit(np.stack([encode(list(f.frames)).mean(axis=0) for f in footages]))


def unit(vectors: Vectors) -> Vectors:
    """Return the rows at length 1, float32; a row of zeros becomes the first axis.

    A row that is no number stays so: that is for the caller to see, not to hide.

    Example:
        >>> unit(np.array([[3.0, 4.0], [0.0, 0.0]])).round(2).tolist()
        [[0.6000000238418579, 0.800000011920929], [1.0, 0.0]]
    """
    norms = np.linalg.norm(vectors, axis=-1, keepdims=True)
    rows = np.asarray(vectors / np.where(norms == 0, 1, norms), np.float32)
    rows[..., 0] += norms[..., 0] == 0
    return rows
