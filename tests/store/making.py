"""Small files as the store takes them: text cut at sentences, with vectors made from words."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from pincite.store.ledger import Ingested, LedgerEntry, Source
from pincite.types import (
    Asset,
    Embeddings,
    Extracted,
    Media,
    Segment,
    TextSpan,
    Vectors,
    segment_id,
)

ROOT = Path(__file__).parents[2]
"""Where processes that use this module are started."""

WIDTH = 16


def vector(text: str, width: int = WIDTH) -> Vectors:
    """A unit vector that two texts of the same words share."""
    found = np.zeros(width, dtype=np.float32)
    for word in text.lower().split():
        found[zlib.crc32(word.encode("utf-8", "replace")) % width] += 1.0
    found[0] += 0.01
    return found / np.linalg.norm(found)


def ingested(
    uri: str,
    *texts: str,
    space: str = "words",
    width: int = WIDTH,
    original: Media | None = None,
    pictures: bool = False,
    title: str | None = None,
) -> Ingested:
    """A file at `uri` whose paragraphs are `texts`."""
    data = "\n".join(texts).encode("utf-8", "surrogatepass")
    digest = hashlib.sha256(data).hexdigest()
    name = uri.rsplit("/", 1)[-1] if title is None else title
    asset = Asset(digest, uri, "text/plain", len(data), 1, name)
    extracts, position = [], 0
    for number, text in enumerate(texts):
        place = TextSpan(position, position + len(text))
        position += len(text) + 1
        segment = Segment(
            segment_id(digest, place, "text-1"), digest, "text", place, text, ordinal=number
        )
        picture = Media("image/png", f"picture of {text}".encode()) if pictures else None
        extracts.append(Extracted(segment, picture))
    ids = tuple(extract.segment.id for extract in extracts)
    vectors = np.array([vector(text, width) for text in texts]).reshape(len(texts), width)
    embeddings = (Embeddings(ids, vectors.astype(np.float32), space),) if space else ()
    entry = LedgerEntry(asset, (Source(uri, len(data), 1),), "complete")
    return Ingested(entry, tuple(extracts), embeddings, original)


def numbered(first: int, count: int) -> list[Ingested]:
    """Files that differ in a number, three paragraphs each, with evidence."""
    return [
        ingested(
            f"/folder/{n}.txt",
            *(f"Paragraph {part} of file {n} speaks of pump{n}." for part in range(3)),
            original=Media("text/plain", f"file {n}".encode()),
        )
        for n in range(first, first + count)
    ]


def ids(items: Sequence[Ingested]) -> list[str]:
    """Asset ids of files."""
    return [item.entry.asset.id for item in items]
