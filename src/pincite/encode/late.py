"""Several vectors an item: batches of them put together, and pooled for the first stage."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from pincite.content import Content, Modality, modality_of
from pincite.encode.batches import unit
from pincite.encode.readable import readable
from pincite.types import TokenVectors, Vectors


def token_vectors(
    encoder: str,
    width: int,
    parts: Mapping[Modality, Callable[[Any], Sequence[Vectors]]],
    items: Sequence[Content],
) -> TokenVectors:
    """Return the vectors of each item of a mixed batch, in order, each at unit length.

    Args:
        encoder: Its name, for messages.
        width: d.
        parts: For each modality it reads, what turns a list of such items into a list of (t_i, d).
        items: The batch.

    Raises:
        UsageError: One string was given instead of a sequence of items.
        WrongModality: An item is of a modality that is not in `parts`.
    """
    readable(encoder, parts.keys(), items)
    rows: list[Vectors] = [np.zeros((0, width), np.float32)] * len(items)
    for modality, encode in parts.items():
        places = [i for i, item in enumerate(items) if modality_of(item) == modality]
        if places:
            for i, vectors in zip(places, encode([items[i] for i in places]), strict=True):
                rows[i] = vectors
    offsets = np.cumsum([0, *map(len, rows)]).astype(np.int64)
    return TokenVectors(unit(np.concatenate([np.zeros((0, width), np.float32), *rows])), offsets)


def pooled(tokens: TokenVectors) -> Vectors:
    """Return the unit mean of each item's vectors: (n, d) float32.

    Example:
        >>> both = TokenVectors(np.eye(2, dtype=np.float32), np.array([0, 2]))
        >>> pooled(both).round(3).tolist()
        [[0.7070000171661377, 0.7070000171661377]]
    """
    width = tokens.vectors.shape[1]
    means = np.zeros((len(tokens), width), np.float32)
    for i in range(len(tokens)):
        means[i] = tokens[i].mean(axis=0)
    return unit(means)


def by_like_length(
    items: Sequence[Any],
    lengths: Sequence[int],
    encode: Callable[[list[Any]], Sequence[Vectors]],
    batch: int,
) -> list[Vectors]:
    """Return the vectors of each item, in order, with items of like length encoded together.

    Args:
        items: Of one modality.
        lengths: Of each; the longest go first.
        encode: Turns up to `batch` items into their vectors, (t_i, d) each.
        batch: How many go together.
    """
    rows: dict[int, Vectors] = {}
    order = sorted(range(len(items)), key=lambda i: -lengths[i])
    for start in range(0, len(order), batch):
        places = order[start : start + batch]
        rows.update(zip(places, encode([items[i] for i in places]), strict=True))
    return [rows[i] for i in range(len(items))]
