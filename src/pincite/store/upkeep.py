"""Indexes, compaction and the removal of old versions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import lance
import numpy as np

from pincite.store import salvage
from pincite.store import versions as history
from pincite.store.engine import (
    EVIDENCE,
    LEDGER,
    SEGMENTS,
    Interfered,
    explained,
    local_path,
    open_table,
)
from pincite.store.schema import spaces
from pincite.store.search import INDEXED_COLUMNS
from pincite.store.transaction import Change
from pincite.store.vector_index import index_vectors
from pincite.store.view import View

KEEP = timedelta(days=7)
"""How long a version can be gone back to; snapshots stay until they are removed."""

IN_FLIGHT = timedelta(hours=1)
"""Where there is no lock, younger versions may be another writer's unfinished work."""

_NEVER = timedelta(days=36_500)

KEY_INDEX_ROWS = 20_000
"""From this many segments on their ids and assets are indexed."""

_ANALYSIS = {
    "base_tokenizer": "simple",
    "language": "English",
    "lower_case": True,
    "stem": True,
    "remove_stop_words": True,
    "ascii_folding": True,
}


def index_words(segments: lance.LanceDataset) -> None:
    """Build the word index of each searched column that is there and has none."""
    present, names = indexed_columns(segments), segments.schema.names
    for column in INDEXED_COLUMNS:
        if column in names and column not in present:
            segments.create_scalar_index(column, "INVERTED", **_ANALYSIS)


def indexed_columns(table: lance.LanceDataset) -> set[str]:
    """Return the columns that have an index."""
    return {name for index in table.describe_indices() for name in index.field_names}


def maintain(work: Change) -> str:
    """Bring indexes up to date and join small files; no row changes.

    Raises:
        Interfered: Rows did change, so another writer was at work.
    """
    segments, evidence = work.segments, work.evidence
    before = _fingerprint(segments.dataset), _fingerprint(evidence.dataset)
    segments.maintain("compaction", lambda d: d.optimize.compact_files())
    evidence.maintain("compaction", lambda d: d.optimize.compact_files())
    segments.maintain("indexing the words", index_words)
    segments.maintain("indexing the keys", _index_keys)
    segments.maintain("indexing the vectors", index_vectors)
    segments.maintain("bringing indexes up to date", _renew)
    if before != (_fingerprint(segments.dataset), _fingerprint(evidence.dataset)):
        raise Interfered
    return history.UPKEEP


def _fingerprint(table: lance.LanceDataset) -> tuple[int, int]:
    """Return a number of rows and a sum over their digests, which no order changes."""
    digests = table.to_table(columns=["digest"])["digest"].to_numpy()
    return len(digests), int(np.add.reduce(digests.view(np.uint64), dtype=np.uint64))


def _index_keys(segments: lance.LanceDataset) -> None:
    if segments.count_rows() < KEY_INDEX_ROWS:
        return
    for column in {"id", "asset_id"} - indexed_columns(segments):
        segments.create_scalar_index(column, "BTREE")


def unindexed_rows(segments: lance.LanceDataset) -> int:
    """Return how many segments the word index does not hold; they are found all the same."""
    rows = int(segments.count_rows())
    held = [
        i.num_rows_indexed for i in segments.describe_indices() if "search_text" in i.field_names
    ]
    return max(0, rows - max(held, default=0))


def _renew(segments: lance.LanceDataset) -> None:
    """Let the indexes of words and keys hold all rows; those of vectors have had their turn."""
    vectors = {field.name for field in spaces(segments.schema).values()}
    names = [i.name for i in segments.describe_indices() if not vectors & set(i.field_names)]
    segments.optimize.optimize_indices(index_names=names)


def tidy(view: View, *, local: bool, purge: bool) -> None:
    """Remove versions past their time, from the ledger first.

    Args:
        view: The newest state.
        local: The lock is held: leftovers of writers that died can be removed, too.
        purge: Keep nothing but `view` and the snapshots.
    """
    with explained(view.uri, "compaction"):
        view.ledger.optimize.compact_files()
    view = View(view.uri, open_table(view.uri, LEDGER))
    kept = {v: history.at(view, v) for v in _kept(view, purge)}
    pins = {
        LEDGER: set(kept),
        SEGMENTS: {k.head.segments for k in kept.values()},
        EVIDENCE: {k.head.evidence for k in kept.values()},
    }
    before = datetime.now(UTC) - (timedelta() if local else IN_FLIGHT)
    for table, keep in pins.items():
        newest = open_table(view.uri, table)
        with explained(view.uri, "removing old versions"):
            old = [v for v in _made_before(newest, before) if v not in keep]
            chosen = {"versions": old} if old else {"older_than": _NEVER}  # leftovers go anyway
            newest.cleanup_old_versions(
                **chosen, delete_unverified=local, error_if_tagged_old_versions=False
            )
    folder = local_path(view.uri)
    if purge and folder is not None:
        for path in salvage.aside(folder):
            path.unlink()


def _made_before(table: lance.LanceDataset, moment: datetime) -> list[int]:
    return [int(v["version"]) for v in table.versions() if v["timestamp"].astimezone(UTC) < moment]


def _kept(view: View, purge: bool) -> set[int]:
    since = datetime.now(UTC) - KEEP
    with explained(view.uri, "listing the versions"):
        found = view.ledger.versions()
    recent = {int(v["version"]) for v in found if v["timestamp"].astimezone(UTC) >= since}
    named = set(history.snapshots(view).values())
    return {view.version} | named | (set() if purge else recent)
