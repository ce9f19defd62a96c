"""The changes a knowledge base knows: take in, forget, note where it lies, encode, drop, tag."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from functools import partial

import pyarrow as pa

from pincite.errors import NotFound, UsageError, did_you_mean
from pincite.store.engine import explained, one_of
from pincite.store.ledger import Ingested, LedgerEntry, LedgerRow, Source
from pincite.store.rows import evidence_of, evidence_table, moved, segments_table, tagged
from pincite.store.schema import (
    ENCODER_KEY,
    SEGMENTS_SCHEMA,
    TAG_FIELDS,
    encoder_of,
    spaces,
    token_columns,
)
from pincite.store.transaction import Change, in_parts
from pincite.store.upkeep import index_words
from pincite.store.vectors import Column, columns, with_columns
from pincite.types import Embeddings

_ROWS_AT_ONCE = 250
"""Rows rewritten together: the token vectors of a page take up to half a megabyte."""


def ingest(work: Change, batch: Sequence[Ingested]) -> str:
    """Put files in place of whatever their content, or their path, was before."""
    files = _merged(batch)
    _leave_paths(work, files)
    work.remove_rows({*files, *work.drop})
    table = segments_table(list(files.values()), work.spaces)
    _make_room(work, [f for f in table.schema if f.name not in SEGMENTS_SCHEMA.names])
    work.segments.append(table)
    work.evidence.append(evidence_table(files.values()))
    for asset_id, item in files.items():
        work.put[asset_id] = _counted(item)
    return f"{len(files)} files taken in"


def _make_room(work: Change, fields: Sequence[pa.Field]) -> None:
    """Add the columns that the table lacks, and note the encoders of those that are filled."""
    if not fields:
        return
    schema = work.segments.dataset.schema
    new = [field for field in fields if field.name not in schema.names]
    work.segments.add_columns(new)
    if {field.name for field in TAG_FIELDS} & {field.name for field in new}:
        work.segments.maintain("indexing the words", index_words)
    known = {field.name: encoder_of(field) for field in spaces(schema).values()}
    for field in spaces(pa.schema(fields)).values():
        if known.get(field.name, encoder_of(field)) != encoder_of(field):
            work.segments.describe(field.name, {ENCODER_KEY.decode(): encoder_of(field)})


def _counted(item: Ingested) -> LedgerRow:
    encoded = tuple(sorted({e.space for e in item.embeddings}))
    count = len({extract.segment.id for extract in item.extracts})
    return LedgerRow(replace(item.entry, segments=count, spaces=encoded), len(evidence_of(item)))


def _merged(batch: Sequence[Ingested]) -> dict[str, Ingested]:
    """Return the files by asset id; two of one content become one with the sources of both."""
    files: dict[str, Ingested] = {}
    owner: dict[str, str] = {}
    for item in batch:
        asset_id = item.entry.asset.id
        first = files.setdefault(asset_id, item)
        if first is not item:
            sources = tuple(dict.fromkeys([*first.entry.sources, *item.entry.sources]))
            files[asset_id] = replace(first, entry=replace(first.entry, sources=sources))
        for source in item.entry.sources:
            if owner.setdefault(source.uri, asset_id) != asset_id:
                raise UsageError(f"{source.uri} is handed over with two contents in one batch")
    return files


def _leave_paths(work: Change, files: Mapping[str, Ingested]) -> None:
    """A path has one content: take it from the asset that lay there before."""
    left: dict[str, set[str]] = {}
    for asset_id, item in files.items():
        for source in item.entry.sources:
            before = work.base.by_uri.get(source.uri)
            if before is not None and before != asset_id and before not in files:
                left.setdefault(before, set()).add(source.uri)
    stay: dict[str, tuple[Source, ...]] = {}
    for asset_id, uris in left.items():
        sources = work.base.rows[asset_id].entry.sources
        stay[asset_id] = tuple(s for s in sources if s.uri not in uris)
    work.drop.update(asset_id for asset_id, sources in stay.items() if not sources)
    _move(work, {asset_id: sources for asset_id, sources in stay.items() if sources})


def forget(work: Change, asset_ids: Collection[str]) -> str:
    """Take files out; ids that are not there are none."""
    work.drop.update(a for a in asset_ids if a in work.base.rows)
    work.remove_rows(work.drop)
    return f"{len(work.drop)} files forgotten"


def relocate(work: Change, sources: Mapping[str, tuple[Source, ...]]) -> str:
    """Note where files lie now; nothing of them is read or encoded again.

    Raises:
        NotFound: There is no such asset.
        UsageError: An asset would lie nowhere.
    """
    for asset_id, places in sources.items():
        if asset_id not in work.base.rows:
            raise NotFound(f"no asset {asset_id!r} in the knowledge base; ingest the file first")
        if not places:
            raise UsageError(f"asset {asset_id!r} would lie nowhere; forget it instead")
    _move(work, sources)
    return f"{len(sources)} files moved"


def encode(work: Change, encoded: Sequence[Embeddings], done: Mapping[str, LedgerEntry]) -> str:
    """Give stored segments vectors, one value a space; ids that are not there are none.

    Raises:
        SpaceMismatch: A space has another width in the knowledge base.
        StoreError: Vectors that are there already are damaged.
    """
    filled = [c for e in encoded for c in columns(work.base.uri, e, work.spaces)]
    _make_room(work, [column.field for column in filled])
    ids = sorted({i for embeddings in encoded for i in embeddings.ids})
    for part in in_parts(ids, _ROWS_AT_ONCE):
        _rewrite(work, one_of("id", part), lambda rows: with_columns(rows, filled))
    for asset_id, seen in done.items():
        row = work.base.rows.get(asset_id)
        if row is not None and row.entry == seen:
            named = tuple(sorted({*seen.spaces, *(e.space for e in encoded)}))
            work.put[asset_id] = replace(row, entry=replace(seen, spaces=named))
    return f"{len(ids)} segments encoded"


def drop_space(work: Change, space: str) -> str:
    """Take a space out: its columns, and its name from the ledger.

    Rows with vectors there are written anew, so that the next purge frees the disk of them.

    Raises:
        NotFound: There is no such space.
        StoreError: Vectors that are there are damaged.
    """
    schema = work.segments.dataset.schema
    found = (spaces(schema).get(space), token_columns(schema).get(space))
    fields = [field for field in found if field is not None]
    holders = {a: row for a, row in work.base.rows.items() if space in row.entry.spaces}
    if not fields and not holders:
        known = ", ".join(sorted(work.spaces)) or "none"
        raise NotFound(
            f"no vector space {space!r} in the knowledge base {work.base.uri}; there are: "
            f"{known}.{did_you_mean(space, work.spaces)}"
        )
    emptied = [Column(field, {}) for field in fields]
    for part in in_parts(_ids_with(work, fields), _ROWS_AT_ONCE):
        _rewrite(work, one_of("id", part), lambda rows: with_columns(rows, emptied))
    work.segments.drop_columns([field.name for field in fields])
    for asset_id, row in holders.items():
        left = tuple(name for name in row.entry.spaces if name != space)
        work.put[asset_id] = replace(row, entry=replace(row.entry, spaces=left))
    return f"space {space} dropped"


def _ids_with(work: Change, fields: Sequence[pa.Field]) -> list[str]:
    """Return the segments with a value in any of the columns."""
    if not fields:
        return []
    condition = " OR ".join(f"{field.name} IS NOT NULL" for field in fields)
    return sorted(
        work.segments.dataset.to_table(columns=["id"], filter=condition)["id"].to_pylist()
    )


def tag(work: Change, tags: Mapping[str, Sequence[str]], origin: str) -> str:
    """Replace the tags of one origin; ids that are not there are none.

    Raises:
        StoreError: A segment is damaged.
    """
    _make_room(work, TAG_FIELDS)
    for part in in_parts(sorted(tags), _ROWS_AT_ONCE):
        _rewrite(work, one_of("id", part), lambda rows: tagged(rows, tags, origin))
    return f"{len(tags)} segments tagged"


def _rewrite(work: Change, condition: str, renewed: Callable[[pa.Table], pa.Table]) -> None:
    """Put rows in place of those that meet a condition."""
    with explained(work.base.uri, "reading segments"):
        rows = work.segments.dataset.to_table(filter=condition)
    if rows.num_rows:
        new = renewed(rows)
        work.segments.delete(condition)
        work.segments.append(new)


def _move(work: Change, sources: Mapping[str, tuple[Source, ...]]) -> None:
    entries = {a: _moved(work.base.rows[a].entry, places) for a, places in sources.items()}
    changed = [
        asset_id
        for asset_id, entry in entries.items()
        if entry.segments and entry.asset != work.base.rows[asset_id].entry.asset
    ]
    for part in in_parts(sorted(changed)):
        condition = one_of("asset_id", part)
        _rewrite(work, condition, partial(moved, assets={a: entries[a].asset for a in part}))
    for asset_id, entry in entries.items():
        work.put[asset_id] = replace(work.base.rows[asset_id], entry=entry)


def _moved(entry: LedgerEntry, sources: tuple[Source, ...]) -> LedgerEntry:
    """Return the entry at its new places; a title that was the file name follows the name."""
    first, asset = sources[0], entry.asset
    title = _name(first.uri) if asset.title == _name(asset.uri) else asset.title
    asset = replace(asset, uri=first.uri, modified_ns=first.modified_ns, title=title)
    return replace(entry, asset=asset, sources=sources)


def _name(uri: str) -> str:
    return uri.replace("\\", "/").rsplit("/", 1)[-1]
