"""Finding a knowledge base, and making an empty one."""

from __future__ import annotations

import lance
import pyarrow as pa

from pincite.errors import StoreError
from pincite.store import upkeep
from pincite.store.engine import (
    EVIDENCE,
    LEDGER,
    SEGMENTS,
    explained,
    is_absent,
    local_path,
    table_uri,
)
from pincite.store.ledger import Head, rows_to_table
from pincite.store.lock import WriterLock
from pincite.store.schema import EVIDENCE_SCHEMA, SEGMENTS_SCHEMA
from pincite.store.view import View


def find(uri: str) -> lance.LanceDataset | None:
    """Return the ledger of the knowledge base at `uri`, None if there is none.

    Raises:
        StoreError: There is one that cannot be read.
    """
    try:
        with explained(uri, "opening"):
            return lance.dataset(table_uri(uri, LEDGER))
    except StoreError as error:
        if error.__cause__ is not None and is_absent(error.__cause__):
            return None
        raise


def make(uri: str, lock_wait_s: float) -> View:
    """Make empty tables, the ledger last: a knowledge base is there when its ledger is."""
    folder = local_path(uri)
    if folder is None:
        return _make_tables(uri)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(
            f"the knowledge base {uri} cannot be made: {error.strerror}. "
            f"Choose another place (--kb)."
        ) from error
    with WriterLock(folder, lock_wait_s).held():
        ledger = find(uri)  # another process may have been faster
        return _make_tables(uri) if ledger is None else View(uri, ledger)


def _make_tables(uri: str) -> View:
    pins = []
    for table, schema in ((SEGMENTS, SEGMENTS_SCHEMA), (EVIDENCE, EVIDENCE_SCHEMA)):
        with explained(uri, "making"):
            pins.append(_make_empty(uri, table, schema))
    upkeep.index_words(pins[0])
    head = Head(int(pins[0].version), int(pins[1].version), "made")
    with explained(uri, "making"):
        ledger = lance.write_dataset(rows_to_table([], head), table_uri(uri, LEDGER), mode="create")
    return View(uri, ledger)


def _make_empty(uri: str, table: str, schema: pa.Schema) -> lance.LanceDataset:
    """Make an empty table; one that a dead maker left behind is emptied."""
    place = table_uri(uri, table)
    try:
        return lance.write_dataset(schema.empty_table(), place, mode="create")
    except OSError as error:
        if "already exists" not in str(error):
            raise
        return lance.write_dataset(schema.empty_table(), place, mode="overwrite")
