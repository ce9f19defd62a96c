"""The three tables: `ledger` of files, `segments` to search, `evidence` to show.

Keys are non-null and marked as primary: without the mark Lance would let two writers insert
one key twice. The vectors of each space are one column of `segments`, added when the space is
first used; a segment that has none there holds null. The column's metadata names the space and
the setting that makes its encoder again.

A space of late interaction has a second column, `tokens_…` beside `vector_…`: the vectors of a
segment, float16, a list as long as the encoder made it. Where such an encoder reads pictures, a
page of a PDF is one item: its *carrier*, the segment of the lowest ordinal on that page, has the
vectors of the whole page as drawn, and the other segments of the page have none.

Tags are two columns, added when the first are written: `tags`, a JSON list of [tag, origin], and
`search_tags`, the same words as the word index reads them.

A table has schema 1 until it gets a column that a release which knows only schema 1 would
overlook (tokens, tags); then it has schema 2, and such a release refuses it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping

import pyarrow as pa

from pincite.errors import StoreError

SCHEMA_VERSION, _FIRST_VERSION = 2, 1
VERSION_KEY = b"pincite:schema"
_SPACE_KEY, _TOKENS_KEY = b"pincite:space", b"pincite:tokens"
ENCODER_KEY = b"pincite:encoder"


def _key(name: str) -> pa.Field:
    mark = {b"lance-schema:unenforced-primary-key": b"true"}
    return pa.field(name, pa.string(), nullable=False, metadata=mark)


_METADATA = {VERSION_KEY: str(_FIRST_VERSION).encode()}

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

TAGS, SEARCH_TAGS = "tags", "search_tags"
TAG_FIELDS = (pa.field(TAGS, pa.string()), pa.field(SEARCH_TAGS, pa.string()))

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


def version_of(schema: pa.Schema) -> int:
    """Return the schema version of a table, 0 if it is none of ours."""
    found = (schema.metadata or {}).get(VERSION_KEY, b"").decode("utf-8", "replace")
    return int(found) if found.isdecimal() else 0


def needs_version(schema: pa.Schema) -> int:
    """Return the schema version that a reader of this segment table has to know."""
    late = token_columns(schema) or TAGS in schema.names
    return SCHEMA_VERSION if late else _FIRST_VERSION


def check_version(uri: str, schema: pa.Schema) -> None:
    """Refuse tables that a later release wrote.

    Raises:
        StoreError: The schema is newer than this release, or is none of ours.
    """
    found = version_of(schema)
    if not found:
        raise StoreError(
            f"{uri} holds tables that Pincite did not write; choose another place (--kb)."
        )
    if found > SCHEMA_VERSION:
        raise StoreError(
            f"the knowledge base {uri} has schema {found}, and this release knows schemas up to "
            f"{SCHEMA_VERSION}: a newer Pincite wrote it. Upgrade Pincite to open it."
        )


def vector_field(space: str, width: int, encoder: str = "") -> pa.Field:
    """Return the column for the vectors of one space; `encoder` is the setting that makes them.

    Example:
        >>> vector_field("minilm/v2 int8", 384).name
        'vector_minilm_v2_int8_669ee4'
    """
    metadata = {_SPACE_KEY: _raw(space)}
    if encoder:
        metadata[ENCODER_KEY] = encoder.encode("utf-8", "replace")
    kind = pa.list_(pa.float32(), width)
    return pa.field(f"vector_{_plain(space)}", kind, metadata=metadata)


def token_field(space: str, width: int) -> pa.Field:
    """Return the column for the token vectors of one space.

    Example:
        >>> token_field("colqwen2", 128).name
        'tokens_colqwen2'
    """
    kind = pa.list_(pa.list_(pa.float16(), width))
    return pa.field(f"tokens_{_plain(space)}", kind, metadata={_TOKENS_KEY: _raw(space)})


def _plain(space: str) -> str:
    plain = re.sub(r"[^0-9a-z]+", "_", space.lower()).strip("_")
    tail = hashlib.sha256(_raw(space)).hexdigest()[:6]
    return f"{plain}_{tail}" if plain != space else plain


def _raw(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def spaces(schema: pa.Schema) -> Mapping[str, pa.Field]:
    """Return the vector columns of the segment table by the name of their space."""
    return _named(schema, _SPACE_KEY)


def token_columns(schema: pa.Schema) -> Mapping[str, pa.Field]:
    """Return the columns of token vectors by the name of their space."""
    return _named(schema, _TOKENS_KEY)


def encoder_of(field: pa.Field) -> str:
    """Return the setting that makes the encoder of a vector column, "" when unknown."""
    return str((field.metadata or {}).get(ENCODER_KEY, b"").decode("utf-8", "replace"))


def holds_vectors(name: str) -> bool:
    """Return whether a column of this name holds vectors, so that their digest covers it."""
    return name.startswith(("vector_", "tokens_"))


def _named(schema: pa.Schema, key: bytes) -> Mapping[str, pa.Field]:
    return {
        field.metadata[key].decode("utf-8", "surrogatepass"): field
        for field in schema
        if field.metadata and key in field.metadata
    }
