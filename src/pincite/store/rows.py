"""Segments and evidence to rows of the tables, and back."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pyarrow as pa

from pincite.errors import StoreError, UsageError
from pincite.store.ledger import Ingested
from pincite.store.schema import (
    EVIDENCE_SCHEMA,
    SEARCH_TAGS,
    SEGMENTS_SCHEMA,
    TAG_FIELDS,
    TAGS,
    digest,
)
from pincite.store.searchable import clean, searchable_columns
from pincite.store.tags import searchable_tags, tags_from_json, tags_to_json, words_of
from pincite.store.vectors import DIGEST, array_of, columns_of, vectors_digest
from pincite.types import (
    Anchor,
    Asset,
    Media,
    PageRegion,
    Segment,
    TimeSpan,
    locator_from_json,
    locator_to_json,
)

_DIGESTED = (
    "id",
    "asset_id",
    "modality",
    "text",
    "heading",
    "context",
    "language",
    "ordinal",
    "draft",
    "locator",
    "anchors",
)
SEGMENT_COLUMNS = [*_DIGESTED, "digest"]
"""What has to be read to make a `Segment`, and to know that it is what was written."""


def segment_columns(schema: pa.Schema) -> list[str]:
    """Return `SEGMENT_COLUMNS`, with that of the tags if the table has it."""
    return [*SEGMENT_COLUMNS, *({TAGS} & set(schema.names))]


def segments_table(batch: Sequence[Ingested], known: Mapping[str, pa.Field]) -> pa.Table:
    """Return the rows of the segments of a batch, with the columns of their vectors.

    The columns of tags are there if a segment has any.

    Args:
        batch: Files; no segment id occurs twice with different content.
        known: Vector columns the table has, by space.

    Raises:
        UsageError: Two segments share an id, or vectors belong to no segment of the file.
        SpaceMismatch: Vectors have another width than the space had before.
    """
    rows: dict[str, dict[str, Any]] = {}
    for item in batch:
        for extract in item.extracts:
            row = _segment_row(item.entry.asset, extract.segment)
            other = rows.setdefault(row["id"], row)
            if other["digest"] != row["digest"]:
                raise UsageError(
                    f"two segments of {item.entry.asset.uri} share the id {row['id']} "
                    f"({row['locator']}); the extractor must give each place once"
                )
    vectors = columns_of(batch, rows, known)
    names = sorted(vectors)
    for id_, row in rows.items():
        own = {n: vectors[n].values[id_] for n in names if id_ in vectors[n].values}
        row[DIGEST] = vectors_digest(own)
    tagged = TAG_FIELDS if any(row[TAGS] for row in rows.values()) else ()
    schema = pa.schema([*SEGMENTS_SCHEMA, *tagged], metadata=SEGMENTS_SCHEMA.metadata)
    table = pa.Table.from_pylist(list(rows.values()), schema=schema)
    for name in names:
        column = vectors[name]
        values = array_of(column.field, [column.values.get(i) for i in rows])
        table = table.append_column(column.field, values)
    return table


def _segment_row(asset: Asset, segment: Segment) -> dict[str, Any]:
    if segment.asset_id != asset.id:
        raise UsageError(
            f"segment {segment.id} belongs to asset {segment.asset_id!r} but was handed over "
            f"with asset {asset.id!r}"
        )
    own, around = searchable_columns(asset, segment)
    locator = segment.locator
    row: dict[str, Any] = {
        "id": segment.id,
        "asset_id": asset.id,
        "modality": segment.modality,
        "text": clean(segment.text),
        "heading": clean(segment.heading),
        "context": clean(segment.context),
        "language": segment.language,
        "ordinal": segment.ordinal,
        "page": locator.page if isinstance(locator, PageRegion) else None,
        "start_s": locator.start_s if isinstance(locator, TimeSpan) else None,
        "end_s": locator.end_s if isinstance(locator, TimeSpan) else None,
        "draft": segment.draft,
        "locator": json.dumps(locator_to_json(locator)),
        "anchors": _anchors_to_json(segment.anchors),
        "search_text": own,
        "search_context": around,
        TAGS: tags_to_json((clean(tag), "") for tag in segment.tags),
        SEARCH_TAGS: searchable_tags(segment.tags),
    }
    return row | asset_columns(asset) | {"digest": segment_digest(row)}


def asset_columns(asset: Asset) -> dict[str, Any]:
    """Return the columns of a segment's row that come from its asset."""
    return {
        "media_type": asset.media_type,
        "uri": clean(asset.uri),
        "title": clean(asset.title),
        "modified_ns": asset.modified_ns,
    }


def segment_digest(row: Mapping[str, Any]) -> int:
    """Return the digest of what a segment's row says; one without tags is as before there were."""
    tags = [row[TAGS]] if row.get(TAGS) else []
    return digest(*(str(row[name]) for name in _DIGESTED), *tags)


def _anchors_to_json(anchors: Iterable[Anchor]) -> str:
    return json.dumps([[a.start, a.end, locator_to_json(a.locator)] for a in anchors])


def table_to_segments(table: pa.Table) -> dict[str, Segment]:
    """Return the segments in the columns `segment_columns`, by id.

    Raises:
        StoreError: A row is not what was written.
    """
    found: dict[str, Segment] = {}
    for row in table.to_pylist():
        if segment_digest(row) != row.pop("digest"):
            raise StoreError(
                f"segment {row['id']!r} is not what was written: a file of the knowledge base "
                f"is damaged. Run `pincite kb check --repair`, then ingest the folder again."
            )
        anchors = tuple(
            Anchor(start, end, locator_from_json(place))
            for start, end, place in json.loads(row["anchors"])
        )
        locator = locator_from_json(json.loads(row["locator"]))
        tags = words_of(tags_from_json(row.pop(TAGS, None)))
        found[row["id"]] = Segment(**row | {"anchors": anchors, "locator": locator, "tags": tags})
    return found


def evidence_of(item: Ingested) -> dict[str, Media]:
    """Return by key what is kept of a file: its original, and pictures and clips of segments.

    Example:
        >>> from pincite.store.ledger import LedgerEntry, Source
        >>> entry = LedgerEntry(Asset("a1", "/a.png", "image/png"), (Source("/a.png", 1, 1),),
        ...                     "complete")
        >>> list(evidence_of(Ingested(entry, (), original=Media("image/png", b"x"))))
        ['a1/original']
    """
    kept: dict[str, Media | None] = {f"{item.entry.asset.id}/original": item.original}
    for extract in item.extracts:
        kept[f"{extract.segment.id}/picture"] = extract.picture
        kept[f"{extract.segment.id}/clip"] = extract.clip
    return {key: media for key, media in kept.items() if media is not None}


def evidence_table(batch: Iterable[Ingested]) -> pa.Table:
    """Return the rows of the evidence of a batch."""
    rows = [
        {
            "key": key,
            "asset_id": item.entry.asset.id,
            "media_type": media.media_type,
            "data": media.data,
            "digest": digest(key, media.media_type, media.data),
        }
        for item in batch
        for key, media in evidence_of(item).items()
    ]
    return pa.Table.from_pylist(rows, schema=EVIDENCE_SCHEMA)


def table_to_media(table: pa.Table) -> dict[str, Media]:
    """Return the pieces of evidence in a table by their keys.

    Raises:
        StoreError: One is not what was written.
    """
    found: dict[str, Media] = {}
    for row in table.to_pylist():
        if digest(row["key"], row["media_type"], row["data"]) != row["digest"]:
            raise StoreError(
                f"the evidence {row['key']!r} is not what was written: a file of the knowledge "
                f"base is damaged. Run `pincite kb check --repair`, then ingest the folder again."
            )
        found[row["key"]] = Media(row["media_type"], row["data"])
    return found


def moved(table: pa.Table, assets: Mapping[str, Asset]) -> pa.Table:
    """Return whole rows of the segment table with the columns of their assets renewed."""
    plain = table.select(SEGMENTS_SCHEMA.names).to_pylist()
    known = table_to_segments(table.select(segment_columns(table.schema)))
    for row in plain:
        asset = assets[row["asset_id"]]
        own, around = searchable_columns(asset, known[row["id"]])
        row.update(asset_columns(asset) | {"search_text": own, "search_context": around})
    renewed = pa.Table.from_pylist(plain, schema=SEGMENTS_SCHEMA)
    for name in sorted(set(table.schema.names) - set(SEGMENTS_SCHEMA.names)):
        renewed = renewed.append_column(table.schema.field(name), table.column(name))
    return renewed


def tagged(table: pa.Table, tags: Mapping[str, Sequence[str]], origin: str) -> pa.Table:
    """Return whole rows of the segment table with the tags of one origin replaced.

    Raises:
        StoreError: A row is not what was written: a new digest would hide the damage.
    """
    table_to_segments(table.select(segment_columns(table.schema)))
    rows = table.select([*SEGMENT_COLUMNS, TAGS]).to_pylist()
    for row in rows:
        kept = [(tag, of) for tag, of in tags_from_json(row[TAGS]) if of != origin]
        own = [*kept, *((clean(tag), origin) for tag in tags[row["id"]])]
        row[TAGS], row[SEARCH_TAGS] = tags_to_json(own), searchable_tags(words_of(own))
        row["digest"] = segment_digest(row)
    for name in (TAGS, SEARCH_TAGS, "digest"):
        field = table.schema.field(name)
        values = pa.array([row[name] for row in rows], field.type)
        table = table.set_column(table.schema.get_field_index(name), field, values)
    return table
