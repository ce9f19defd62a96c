"""The ledger: one entry a file content, saying what became of it.

An entry that can be seen means that all of its segments can. The ledger also holds one row of
another kind, the head: it names the versions of the other two tables that belong to this
version of the ledger, so that one commit of one table moves all three (see `transaction`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

import pyarrow as pa

from pincite.errors import StoreError, UsageError
from pincite.store.schema import LEDGER_SCHEMA, digest
from pincite.store.searchable import clean
from pincite.types import Asset, Embeddings, Extracted, Media, Problem, Status

HEAD_ID = ""


@dataclass(frozen=True, slots=True)
class Source:
    """Where the bytes of an asset were seen; copies of one content are several sources."""

    uri: str
    size_bytes: int
    modified_ns: int


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """What became of one file.

    Attributes:
        asset: The content; its `uri` is that of the first source.
        sources: Where it lies; at least one.
        status: complete, partial or failed.
        problems: What could not be read, and what is worth knowing.
        segments: How many there are; the store counts them itself.
        spaces: Vector spaces in which nothing is left to be encoded: all segments that the
            encoder reads have vectors, or cannot be decoded. The store notes them itself.
        extractor: Parser and version that read it.
        seconds: How long that took.
    """

    asset: Asset
    sources: tuple[Source, ...]
    status: Status
    problems: tuple[Problem, ...] = ()
    segments: int = 0
    spaces: tuple[str, ...] = ()
    extractor: str = ""
    seconds: float = 0.0

    def __post_init__(self) -> None:
        if not self.asset.id or not self.sources:
            raise UsageError(
                f"a ledger entry needs an asset id and at least one source, got id "
                f"{self.asset.id!r} and {len(self.sources)} sources for {self.asset.uri!r}"
            )


@dataclass(frozen=True, slots=True, eq=False)
class Ingested:
    """One file as the store takes it: its entry, segments, vectors and bytes worth keeping."""

    entry: LedgerEntry
    extracts: tuple[Extracted, ...]
    embeddings: tuple[Embeddings, ...] = ()
    original: Media | None = None


@dataclass(frozen=True, slots=True)
class Head:
    """The versions of the other tables that belong to a version of the ledger.

    Attributes:
        segments: Version of the segment table.
        evidence: Version of the evidence table.
        change: What made this version, for people.
    """

    segments: int
    evidence: int
    change: str


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """An entry with what only the store knows: how many pieces of evidence it keeps."""

    entry: LedgerEntry
    evidence: int = 0


def rows_to_table(rows: Iterable[LedgerRow], head: Head) -> pa.Table:
    """Return the Arrow form of ledger rows and of the head."""
    columns: list[dict[str, Any]] = [_entry_row(row) for row in rows]
    columns.append(_row(HEAD_ID, json.dumps(asdict(head))))
    return pa.Table.from_pylist(columns, schema=LEDGER_SCHEMA)


def _entry_row(row: LedgerRow) -> dict[str, Any]:
    asset = row.entry.asset
    record = json.dumps(asdict(row.entry))  # escapes all but ASCII: any file name survives
    return _row(asset.id, record) | {
        "uri": clean(asset.uri),
        "title": clean(asset.title),
        "media_type": asset.media_type,
        "status": row.entry.status,
        "segments": row.entry.segments,
        "evidence": row.evidence,
    }


def _row(asset_id: str, record: str) -> dict[str, Any]:
    return {
        "asset_id": asset_id,
        "segments": 0,
        "evidence": 0,
        "record": record,
        "digest": digest(asset_id, record),
    }


def table_to_rows(table: pa.Table) -> dict[str, LedgerRow]:
    """Return the entries in the columns asset_id, evidence, record and digest, by asset id.

    Raises:
        StoreError: A row is not what was written.
    """
    rows: dict[str, LedgerRow] = {}
    for asset_id, record, evidence in _verified(table, "evidence"):
        if asset_id != HEAD_ID:
            rows[asset_id] = LedgerRow(_entry(json.loads(record)), evidence)
    return rows


def table_to_head(table: pa.Table) -> Head:
    """Return the head in the columns asset_id, record and digest.

    Raises:
        StoreError: There is not exactly one, or it is not what was written.
    """
    heads = [Head(**json.loads(r)) for a, r, _ in _verified(table, "digest") if a == HEAD_ID]
    if len(heads) != 1:
        raise StoreError(
            f"the ledger has {len(heads)} heads instead of one: it is damaged. "
            f"Run `pincite kb check --repair`: it goes back to the newest version that is whole."
        )
    return heads[0]


def _verified(table: pa.Table, extra: str) -> Iterable[tuple[str, str, int]]:
    names = ("asset_id", "record", "digest", extra)
    columns = [table.column(name).to_pylist() for name in names]
    for asset_id, record, promised, value in zip(*columns, strict=True):
        if digest(asset_id, record) != promised:
            raise StoreError(
                f"the ledger's row of asset {asset_id!r} is not what was written: a file of the "
                f"knowledge base is damaged. Run `pincite kb check --repair`."
            )
        yield asset_id, record, value


def _entry(data: dict[str, Any]) -> LedgerEntry:
    return LedgerEntry(
        **data
        | {
            "asset": Asset(**data["asset"]),
            "sources": tuple(Source(**source) for source in data["sources"]),
            "problems": tuple(Problem(**problem) for problem in data["problems"]),
            "spaces": tuple(data["spaces"]),
        }
    )
