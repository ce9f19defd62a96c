"""Is the knowledge base whole? Every row is read and compared with what was promised of it.

Lance notices a file that is cut short, but not always one whose bytes were changed; so each row
carries a digest of itself, and its vectors have one, too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import lance
import pyarrow as pa

from pincite.errors import StoreError
from pincite.store.engine import EVIDENCE, SEGMENTS, explained
from pincite.store.ledger import HEAD_ID, LedgerRow, table_to_rows
from pincite.store.rows import segment_columns, segment_digest
from pincite.store.schema import digest, holds_vectors, token_columns
from pincite.store.upkeep import unindexed_rows
from pincite.store.vectors import digests
from pincite.store.view import View

MEANINGS: Mapping[str, str] = {
    "UNREADABLE_FILES": "data files cannot be read; they are cut short, missing or damaged",
    "DAMAGED_ROWS": "rows are not what was written; a data file was changed",
    "DUPLICATE_SEGMENTS": "segments are there more than once",
    "DUPLICATE_EVIDENCE": "pieces of evidence are there more than once",
    "ORPHAN_SEGMENTS": "segments belong to no file of the ledger",
    "ORPHAN_EVIDENCE": "pieces of evidence belong to no file of the ledger",
    "MISSING_SEGMENTS": "files have fewer segments than the ledger says",
    "MISSING_EVIDENCE": "files have fewer pieces of evidence than the ledger says",
    "BROKEN_INDEX": "indexes cannot be read",
    "UNINDEXED_ROWS": "segments are not in the word index yet; they are found, only slower",
}
NOTES = frozenset({"UNINDEXED_ROWS"})
"""What is worth knowing and no damage."""

_SEGMENT_ROWS_AT_ONCE, _LATE_ROWS_AT_ONCE, _EVIDENCE_ROWS_AT_ONCE = 1_024, 64, 8


@dataclass(frozen=True, slots=True)
class CheckProblem:
    """One kind of damage.

    Attributes:
        code: Stable name, one of `MEANINGS`.
        message: What was found, with the first few by name.
        count: How many.
    """

    code: str
    message: str
    count: int


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What a check found.

    Attributes:
        assets: Files in the ledger.
        segments: Segments that can be read.
        problems: What is wrong; notes do no harm to `ok`.
        repaired: What was done about it, sentences.
    """

    assets: int
    segments: int
    problems: tuple[CheckProblem, ...]
    repaired: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """True when nothing is damaged."""
        return all(problem.code in NOTES for problem in self.problems)

    def to_json(self) -> dict[str, Any]:
        """Return the report as `kb check --json` prints it."""
        return {"ok": self.ok} | asdict(self)


@dataclass
class TableFindings:
    """What was read of one table.

    Attributes:
        counts: Sound rows by asset id.
        keys: How often each key occurs.
        damaged: Keys of rows that are not what was written.
        suspects: Assets that such rows name.
        unreadable: Numbers and file names of fragments that cannot be read.
    """

    counts: Counter[str] = field(default_factory=Counter)
    keys: Counter[str] = field(default_factory=Counter)
    damaged: list[str] = field(default_factory=list)
    suspects: set[str] = field(default_factory=set)
    unreadable: dict[int, str] = field(default_factory=dict)

    @property
    def twice(self) -> list[str]:
        """Keys that occur more than once."""
        return sorted(key for key, count in self.keys.items() if count > 1)


@dataclass
class Findings:
    """What a check read, before it is put into words."""

    rows: dict[str, LedgerRow]
    damaged_entries: list[str]
    tables: dict[str, TableFindings]
    broken_indexes: list[str]
    unindexed: int

    def orphans(self, table: str) -> list[str]:
        """Return asset ids that a table names and the ledger does not know."""
        return sorted(set(self.tables[table].counts) - set(self.rows))

    def short(self, table: str, promised: Callable[[LedgerRow], int]) -> list[str]:
        """Return assets of which a table holds another number of rows than promised."""
        counts = self.tables[table].counts
        return sorted(a for a, row in self.rows.items() if counts[a] != promised(row))


def examine(view: View) -> Findings:
    """Read every row of a knowledge base.

    Raises:
        StoreError: A table as a whole cannot be opened.
    """
    rows, damaged = _examine_ledger(view)
    return Findings(
        rows,
        damaged,
        {
            SEGMENTS: _examine(
                view.segments, _segment_columns(view), _sound_segments, _segment_rows(view)
            ),
            EVIDENCE: _examine(view.evidence, None, _sound_evidence, _EVIDENCE_ROWS_AT_ONCE),
        },
        _broken_indexes(view.segments),
        unindexed_rows(view.segments),
    )


def _examine_ledger(view: View) -> tuple[dict[str, LedgerRow], list[str]]:
    with explained(view.uri, "reading the ledger"):
        table = view.ledger.to_table(columns=["asset_id", "record", "digest", "evidence"])
    rows: dict[str, LedgerRow] = {}
    damaged: list[str] = []
    for i, asset_id in enumerate(table["asset_id"].to_pylist()):
        try:
            rows |= table_to_rows(table.slice(i, 1))
        except StoreError:
            damaged.append(asset_id)
    return rows, [a for a in damaged if a != HEAD_ID]


def _segment_rows(view: View) -> int:
    late = token_columns(view.segments.schema)
    return _LATE_ROWS_AT_ONCE if late else _SEGMENT_ROWS_AT_ONCE


def _segment_columns(view: View) -> list[str]:
    schema = view.segments.schema
    vectors = sorted(name for name in schema.names if holds_vectors(name))
    return [*segment_columns(schema), "search_text", "vectors_digest", *vectors]


def _examine(
    dataset: lance.LanceDataset,
    columns: list[str] | None,
    sound: Callable[[pa.RecordBatch], Iterable[tuple[str, str, bool]]],
    rows_at_once: int,
) -> TableFindings:
    found = TableFindings()
    for fragment in dataset.get_fragments():
        try:
            with explained(dataset.uri, "reading"):
                seen = [
                    row
                    for batch in fragment.to_batches(columns=columns, batch_size=rows_at_once)
                    for row in sound(batch)
                ]
        except StoreError:
            names = ", ".join(f"data/{file.path}" for file in fragment.data_files())
            found.unreadable[int(fragment.fragment_id)] = names
            continue
        for key, asset_id, is_sound in seen:
            found.keys[key] += 1
            found.counts[asset_id] += is_sound
            if not is_sound:
                found.damaged.append(key)
                found.suspects.add(asset_id)
    return found


def _sound_segments(batch: pa.RecordBatch) -> Iterable[tuple[str, str, bool]]:
    plain = batch.select([n for n in batch.schema.names if not holds_vectors(n)])
    for row, vectors_digest in zip(plain.to_pylist(), digests(batch), strict=True):
        whole = segment_digest(row) == row["digest"] and vectors_digest == row["vectors_digest"]
        yield row["id"], row["asset_id"], whole


def _sound_evidence(batch: pa.RecordBatch) -> Iterable[tuple[str, str, bool]]:
    for row in batch.to_pylist():
        whole = digest(row["key"], row["media_type"], row["data"]) == row["digest"]
        yield row["key"], row["asset_id"], whole


def _broken_indexes(segments: lance.LanceDataset) -> list[str]:
    broken = []
    for index in segments.describe_indices():
        try:
            with explained(segments.uri, "reading an index"):
                segments.prewarm_index(index.name)
        except StoreError:
            broken.append(str(index.name))
    return broken


def report(findings: Findings, repaired: tuple[str, ...] = ()) -> CheckReport:
    """Return findings in words."""
    segments, evidence = findings.tables[SEGMENTS], findings.tables[EVIDENCE]
    unreadable = [
        f"{t}.lance/{n}" for t, f in findings.tables.items() for n in f.unreadable.values()
    ]
    listed: dict[str, list[str]] = {
        "UNREADABLE_FILES": unreadable,
        "DAMAGED_ROWS": [*findings.damaged_entries, *segments.damaged, *evidence.damaged],
        "DUPLICATE_SEGMENTS": segments.twice,
        "DUPLICATE_EVIDENCE": evidence.twice,
        "ORPHAN_SEGMENTS": findings.orphans(SEGMENTS),
        "ORPHAN_EVIDENCE": findings.orphans(EVIDENCE),
        "MISSING_SEGMENTS": _named(findings, SEGMENTS, lambda row: row.entry.segments),
        "MISSING_EVIDENCE": _named(findings, EVIDENCE, lambda row: row.evidence),
        "BROKEN_INDEX": findings.broken_indexes,
    }
    problems = [_problem(code, items, len(items)) for code, items in listed.items() if items]
    if findings.unindexed:
        problems.append(_problem("UNINDEXED_ROWS", [], findings.unindexed))
    count = sum(segments.counts.values())
    return CheckReport(len(findings.rows), count, tuple(problems), repaired)


def _named(findings: Findings, table: str, promised: Callable[[LedgerRow], int]) -> list[str]:
    return [findings.rows[a].entry.asset.uri for a in findings.short(table, promised)]


def _problem(code: str, items: list[str], count: int) -> CheckProblem:
    first = f": {', '.join(items[:3])}{', …' if len(items) > 3 else ''}" if items else ""
    return CheckProblem(code, f"{count} {MEANINGS[code]}{first}", count)


def damaged_assets(findings: Findings) -> set[str]:
    """Return the assets that are not whole, whatever the reason."""
    found = set(findings.damaged_entries)
    found.update(findings.short(SEGMENTS, lambda row: row.entry.segments))
    found.update(findings.short(EVIDENCE, lambda row: row.evidence))
    for table in findings.tables.values():
        found |= table.suspects
    found.update(findings.orphans(SEGMENTS), findings.orphans(EVIDENCE))
    return found
