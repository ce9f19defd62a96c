"""The changes a knowledge base knows: take files in, forget them, note where they lie, encode."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from pincite.errors import NotFound, UsageError
from pincite.store.engine import one_of
from pincite.store.ledger import Ingested, LedgerEntry, LedgerRow, Source
from pincite.store.rows import evidence_of, evidence_table, moved, segments_table
from pincite.store.transaction import Change, in_parts
from pincite.store.vectors import column, vectors_by_id, with_vectors
from pincite.types import Embeddings


def ingest(work: Change, batch: Sequence[Ingested]) -> str:
    """Put files in place of whatever their content, or their path, was before."""
    files = _merged(batch)
    _leave_paths(work, files)
    work.remove_rows({*files, *work.drop})
    table = segments_table(list(files.values()), work.spaces)
    known = {field.name for field in work.spaces.values()}
    work.segments.add_columns([f for f in table.schema if _is_new_vector(f.name, known)])
    work.segments.append(table)
    work.evidence.append(evidence_table(files.values()))
    for asset_id, item in files.items():
        work.put[asset_id] = _counted(item)
    return f"{len(files)} files taken in"


def _is_new_vector(name: str, known: Collection[str]) -> bool:
    return name.startswith("vector_") and name not in known


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


def encode(work: Change, embeddings: Embeddings, done: Mapping[str, LedgerEntry]) -> str:
    """Give stored segments vectors of one space; ids that are not there are none.

    Raises:
        SpaceMismatch: The space has another width in the knowledge base.
        StoreError: Vectors of another space are damaged.
    """
    field = column(embeddings, work.spaces)
    if embeddings.space not in work.spaces and embeddings.ids:
        work.segments.add_columns([field])
    by_id = vectors_by_id(work.base.uri, embeddings)
    for part in in_parts(embeddings.ids):
        condition = one_of("id", part)
        rows = work.segments.dataset.to_table(filter=condition)
        work.segments.delete(condition)
        work.segments.append(with_vectors(rows, field, by_id))
    for asset_id, seen in done.items():
        row = work.base.rows.get(asset_id)
        if row is not None and row.entry == seen:
            spaces = tuple(sorted({*seen.spaces, embeddings.space}))
            work.put[asset_id] = replace(row, entry=replace(seen, spaces=spaces))
    return f"{len(embeddings.ids)} segments encoded"


def _move(work: Change, sources: Mapping[str, tuple[Source, ...]]) -> None:
    entries = {a: _moved(work.base.rows[a].entry, places) for a, places in sources.items()}
    changed = [
        asset_id
        for asset_id, entry in entries.items()
        if entry.segments and entry.asset != work.base.rows[asset_id].entry.asset
    ]
    for part in in_parts(sorted(changed)):
        condition = one_of("asset_id", part)
        rows = work.segments.dataset.to_table(filter=condition)
        work.segments.delete(condition)
        work.segments.append(moved(rows, {a: entries[a].asset for a in part}))
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
