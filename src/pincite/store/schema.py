"""The three tables: `ledger` of files, `segments` to search, `evidence` to show.

Keys are non-null and marked as primary: without the mark Lance would let two writers insert
one key twice. The vectors of each space are one column of `segments`, added when the space is
first used; a segment that has none there holds null.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping

import pyarrow as pa

from pincite.errors import StoreError

SCHEMA_VERSION = 1
_VERSION_KEY = b"pincite:schema"
_SPACE_KEY = b"pincite:space"


def _key(name: str) -> pa.Field:
    mark = {b"lance-schema:unenforced-primary-key": b"true"}
    return pa.field(name, pa.string(), nullable=False, metadata=mark)


_METADATA = {_VERSION_KEY: str(SCHEMA_VERSION).encode()}

LEDGER_SCHEMA = pa.schema(
    [
        _key("asset_id"),  # "" is the head: the row that says which versions belong together
        pa.field("uri", pa.string()),
        pa.field("title", pa.string()),
        pa.field("media_type", pa.string()),
        pa.field("status", pa.string()),
        pa.field("segments", pa.int32(), nullable=False),
        pa.field("evidence", pa.int32(), nullable=False),
        pa.field("record", pa.string(), nullable=False),  # JSON: the exact entry
        pa.field("digest", pa.int64(), nullable=False),
    ],
    metadata=_METADATA,
)

SEGMENTS_SCHEMA = pa.schema(
    [
        _key("id"),
        pa.field("asset_id", pa.string(), nullable=False),
        pa.field("modality", pa.string(), nullable=False),
        pa.field("media_type", pa.string(), nullable=False),
        pa.field("uri", pa.string(), nullable=False),
        pa.field("title", pa.string(), nullable=False),
        pa.field("text", pa.string(), nullable=False),
        pa.field("heading", pa.string(), nullable=False),
        pa.field("context", pa.string(), nullable=False),
        pa.field("language", pa.string(), nullable=False),
        pa.field("ordinal", pa.int32(), nullable=False),
        pa.field("page", pa.int32()),
        pa.field("start_s", pa.float64()),
        pa.field("end_s", pa.float64()),
        pa.field("modified_ns", pa.int64(), nullable=False),
        pa.field("draft", pa.bool_(), nullable=False),
        pa.field("locator", pa.string(), nullable=False),  # JSON
        pa.field("anchors", pa.string(), nullable=False),  # JSON
        pa.field("search_text", pa.string(), nullable=False),
        pa.field("search_context", pa.string(), nullable=False),
        pa.field("digest", pa.int64(), nullable=False),
        pa.field("vectors_digest", pa.int64(), nullable=False),
    ],
    metadata=_METADATA,
)

EVIDENCE_SCHEMA = pa.schema(
    [
        _key("key"),
        pa.field("asset_id", pa.string(), nullable=False),
        pa.field("media_type", pa.string(), nullable=False),
        pa.field("data", pa.large_binary(), nullable=False),
        pa.field("digest", pa.int64(), nullable=False),
    ],
    metadata=_METADATA,
)

FILTER_COLUMNS = (
    "id",
    "asset_id",
    "modality",
    "media_type",
    "uri",
    "title",
    "text",
    "heading",
    "language",
    "page",
    "start_s",
    "end_s",
    "modified_ns",
)
"""What a `where` expression may speak of."""


def digest(*parts: str | bytes) -> int:
    """Return 64 bits that change when any part does, as a signed number."""
    hasher = hashlib.blake2b(digest_size=8)
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        hasher.update(len(data).to_bytes(8, "little"))
        hasher.update(data)
    return int.from_bytes(hasher.digest(), "little", signed=True)


def check_version(uri: str, schema: pa.Schema) -> None:
    """Refuse tables that a later release wrote.

    Raises:
        StoreError: The schema is newer than this release, or is none of ours.
    """
    found = (schema.metadata or {}).get(_VERSION_KEY, b"").decode()
    if not found.isdecimal():
        raise StoreError(
            f"{uri} holds tables that Pincite did not write; choose another place (--kb)."
        )
    if int(found) > SCHEMA_VERSION:
        raise StoreError(
            f"the knowledge base {uri} has schema {found}, and this release knows schemas up to "
            f"{SCHEMA_VERSION}: a newer Pincite wrote it. Upgrade Pincite to open it."
        )


def vector_field(space: str, width: int) -> pa.Field:
    """Return the column for the vectors of one space.

    Example:
        >>> vector_field("minilm/v2 int8", 384).name
        'vector_minilm_v2_int8_669ee4'
    """
    plain = re.sub(r"[^0-9a-z]+", "_", space.lower()).strip("_")
    tail = hashlib.sha256(space.encode("utf-8", "surrogatepass")).hexdigest()[:6]
    name = f"vector_{plain}_{tail}" if plain != space else f"vector_{plain}"
    metadata = {_SPACE_KEY: space.encode("utf-8", "surrogatepass")}
    return pa.field(name, pa.list_(pa.float32(), width), metadata=metadata)


def spaces(schema: pa.Schema) -> Mapping[str, pa.Field]:
    """Return the vector columns of the segment table by the name of their space."""
    return {
        field.metadata[_SPACE_KEY].decode("utf-8", "surrogatepass"): field
        for field in schema
        if field.metadata and _SPACE_KEY in field.metadata
    }
