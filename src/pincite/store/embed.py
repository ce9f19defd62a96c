"""Texts to vectors that are checked before they are believed; those of freshly read files."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby

import numpy as np

from pincite.encode import Encoder
from pincite.errors import ModelMismatch
from pincite.ingest.parsed import Parsed
from pincite.ingest.searchable import embed_text
from pincite.types import Embeddings, Vectors

SLICE = 256
"""Texts given to the encoder at once; it sorts them by length itself."""


def embed(
    files: Sequence[Parsed], encoder: Encoder, on_slice: Callable[[Parsed, int, int], None]
) -> dict[str, Embeddings]:
    """Return the vectors of all segments that have words, by asset id, all files in it.

    Args:
        files: Read files.
        encoder: Maps texts to vectors.
        on_slice: Called with a file, how many texts are done and how many there are, after
            each slice that ends in that file.

    Raises:
        ModelMismatch: The encoder returned other vectors than it promised.
    """
    rows = [
        (file, extract.segment.id, text)
        for file in files
        for extract in file.extracts
        if (text := embed_text(extract.segment)).strip()
    ]
    slices: list[Vectors] = []
    for start in range(0, len(rows), SLICE):
        part = rows[start : start + SLICE]
        slices.append(encode_texts([text for _, _, text in part], encoder))
        on_slice(part[-1][0], start + len(part), len(rows))
    nothing = Embeddings((), np.empty((0, encoder.width), np.float32), encoder.space)
    wordless = {file.asset.id: nothing for file in files}
    return wordless | (dict(_by_asset(rows, slices, encoder.space)) if rows else {})


def _by_asset(
    rows: Sequence[tuple[Parsed, str, str]], slices: Sequence[Vectors], space: str
) -> Iterator[tuple[str, Embeddings]]:
    vectors, start = np.concatenate(slices), 0
    for asset_id, group in groupby(rows, key=lambda row: row[0].asset.id):
        ids = tuple(segment_id for _, segment_id, _ in group)
        yield asset_id, Embeddings(ids, vectors[start : start + len(ids)], space)
        start += len(ids)


def encode_texts(texts: Sequence[str], encoder: Encoder) -> Vectors:
    """Return what the encoder promised: one finite unit vector per text, (n, width).

    Raises:
        ModelMismatch: It returned something else.
    """
    count, vectors = len(texts), encoder.encode(texts, role="document")
    shape, promised = np.shape(vectors), (count, encoder.width)
    if shape != promised:
        found = f"vectors of shape {shape} instead of {promised}"
    elif not np.isfinite(vectors).all():
        found = "vectors that are not numbers"
    elif (np.abs(np.linalg.norm(vectors, axis=1) - 1.0) > 0.01).any():
        found = "vectors that are not of unit length"
    else:
        return np.asarray(vectors, dtype=np.float32)
    raise ModelMismatch(
        f"encoder {encoder.space!r} was given {count} texts and returned {found}; nothing of it "
        f"was kept. Check that it is the model it claims to be, then run the command again."
    )
