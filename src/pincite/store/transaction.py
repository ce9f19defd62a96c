"""All or nothing over three tables, by one commit of one of them.

A change first goes into new versions of the segment and the evidence table, which no reader
looks at, because the ledger's head still names the old ones. Then one commit of the ledger
replaces its rows and its head together. A writer that dies before it has changed nothing; the
next one restores both tables to the versions of the head and so sweeps up what was left.

Each step checks that it stands directly on the step before. Under the lock of a local
knowledge base that always holds. On an object store, where there is no lock, another writer
may have come between: then the whole change is made again from what that writer committed.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

import lance
import pyarrow as pa
from lance.fragment import write_fragments

from pincite.errors import StoreError, StoreLocked
from pincite.store.engine import (
    EVIDENCE,
    LEDGER,
    SEGMENTS,
    Interfered,
    explained,
    one_of,
    open_table,
    table_uri,
)
from pincite.store.ledger import HEAD_ID, Head, LedgerRow, rows_to_table
from pincite.store.schema import (
    SCHEMA_VERSION,
    VERSION_KEY,
    needs_version,
    spaces,
    version_of,
)
from pincite.store.view import View

T = TypeVar("T")
_ATTEMPTS = 8
_IDS_A_CONDITION = 1_000


def in_parts(items: Sequence[T], size: int = _IDS_A_CONDITION) -> Iterator[Sequence[T]]:
    """Yield `items` in parts short enough for one condition.

    Example:
        >>> list(in_parts("abcde", 2))
        ['ab', 'cd', 'e']
    """
    for start in range(0, len(items), size):
        yield items[start : start + size]


class Chain:
    """Versions of one table, each made from the one before, beginning at one that is visible."""

    def __init__(self, uri: str, table: str, visible: Callable[[], lance.LanceDataset]) -> None:
        self._uri, self._table, self._visible = uri, table, visible
        self._dataset: lance.LanceDataset | None = None

    @property
    def dataset(self) -> lance.LanceDataset:
        """The table as it stands; at first use, leftovers of dead writers are undone."""
        if self._dataset is None:
            self._dataset = self._stand()
        return self._dataset

    @property
    def version(self) -> int | None:
        """The newest version made, None if the table was not touched."""
        return None if self._dataset is None else int(self._dataset.version)

    def _stand(self) -> lance.LanceDataset:
        newest, visible = open_table(self._uri, self._table), self._visible()
        if newest.version == visible.version:
            return newest
        with explained(self._uri, f"restoring the {self._table} table"):
            visible.restore()
        if visible.version != newest.version + 1:
            raise Interfered
        return visible

    def append(self, rows: pa.Table) -> None:
        """Add rows; columns of other vector spaces become null."""
        if rows.num_rows:
            place = table_uri(self._uri, self._table)
            self._step("writing", lambda d: lance.write_dataset(rows, place, mode="append"))

    def delete(self, condition: str) -> None:
        """Delete the rows that meet an SQL condition.

        The condition itself is kept out of Lance's log, which would outlive the rows.
        """
        with explained(self._uri, f"looking for rows (table {self._table})"):
            removed, updated = without(self.dataset, condition)
        if removed or updated:
            self._delete(lance.LanceOperation.Delete(updated, removed, "forgotten"))

    def add_columns(self, fields: Sequence[pa.Field]) -> None:
        """Add columns that are null everywhere."""
        if fields:
            self._step("adding a column", lambda d: d.add_columns(list(fields)))

    def drop_columns(self, names: Sequence[str]) -> None:
        """Take columns out of the table."""
        if names:
            self._step("dropping a column", lambda d: d.drop_columns(list(names)))

    def describe(self, column: str, said: Mapping[str, str]) -> None:
        """Put words into the metadata of a column."""
        change = {column: dict(said)}
        self._step("describing a column", lambda d: d.update_field_metadata(change))

    def drop_fragments(self, numbers: Sequence[int]) -> None:
        """Take whole fragments out of the table, without reading them."""
        self._delete(lance.LanceOperation.Delete([], list(numbers), "unreadable"))

    def _delete(self, operation: lance.LanceOperation.Delete) -> None:
        self._step(
            "deleting",
            lambda d: lance.LanceDataset.commit(
                d, operation, read_version=d.version, max_retries=0
            ),
        )

    def drop_index(self, name: str) -> None:
        """Take an index away; what it held is found by reading the rows."""
        self._step(f"dropping the index {name}", lambda d: d.drop_index(name))

    def maintain(self, doing: str, work: Callable[[lance.LanceDataset], object]) -> None:
        """Do what changes no row (compaction, indexes), in as many versions as Lance likes."""
        with explained(self._uri, doing):
            work(self.dataset)
        self._dataset = open_table(self._uri, self._table)

    def _step(self, doing: str, work: Callable[[lance.LanceDataset], object]) -> None:
        before = self.dataset
        number = int(before.version)
        with explained(self._uri, f"{doing} (table {self._table})"):
            made = work(before)
        self._dataset = made if isinstance(made, lance.LanceDataset) else before
        if self._dataset.version != number + 1:
            raise Interfered


class Change:
    """A change in the making: rows go into the tables at once, the ledger's at the end."""

    def __init__(self, base: View) -> None:
        self.base = base
        self.segments = Chain(base.uri, SEGMENTS, lambda: base.segments)
        self.evidence = Chain(base.uri, EVIDENCE, lambda: base.evidence)
        self.put: dict[str, LedgerRow] = {}
        self.drop: set[str] = set()

    @property
    def spaces(self) -> Mapping[str, pa.Field]:
        """Vector columns of the segment table as it stands, by space."""
        return spaces(self.segments.dataset.schema)

    def remove_rows(self, asset_ids: Collection[str]) -> None:
        """Delete segments and evidence of these assets, as far as the ledger knows them."""
        known = sorted(a for a in asset_ids if a in self.base.rows)
        rows = self.base.rows
        for part in in_parts([a for a in known if rows[a].entry.segments]):
            self.segments.delete(one_of("asset_id", part))
        for part in in_parts([a for a in known if rows[a].evidence]):
            self.evidence.delete(one_of("asset_id", part))

    def commit(self, described: str) -> View:
        """Make the change visible, all at once.

        Raises:
            Interfered: Another writer was faster; nothing of this change can be seen.
        """
        before = self.base.head
        head = Head(
            self.segments.version or before.segments,
            self.evidence.version or before.evidence,
            described,
        )
        if replace(head, change=before.change) == before and not self.put and not self.drop:
            return self.base
        if self.segments.version and needs_version(self.segments.dataset.schema) > version_of(
            self.base.ledger.schema
        ):
            self.base = upgraded(self.base)
        ledger = commit_ledger(self.base, self.put, self.drop, head)
        rows = {a: row for a, row in self.base.rows.items() if a not in self.drop}
        return View(self.base.uri, ledger, rows | self.put)


def upgraded(view: View) -> View:
    """Return the same state marked with the newest schema, which older releases refuse.

    Whoever dies after it has changed nothing else.
    """
    ledger = open_table(view.uri, LEDGER, view.version)
    with explained(view.uri, "marking the ledger with its schema"):
        ledger.update_schema_metadata({VERSION_KEY.decode(): str(SCHEMA_VERSION)})
    if ledger.version != view.version + 1:
        raise Interfered
    return View(view.uri, ledger, view.rows)


def commit_ledger(
    base: View, put: Mapping[str, LedgerRow], drop: Collection[str], head: Head
) -> lance.LanceDataset:
    """Replace rows of the ledger and its head in one commit.

    Every commit replaces the head, so that two from one base always conflict.
    """
    ledger = base.ledger
    old = {HEAD_ID, *put, *drop}
    with explained(base.uri, "writing the ledger"):
        removed, updated = without(ledger, one_of("asset_id", sorted(old)))
        new = write_fragments(rows_to_table(put.values(), head), ledger, mode="append")
        operation = lance.LanceOperation.Update(
            removed_fragment_ids=removed, updated_fragments=updated, new_fragments=new
        )
        return lance.LanceDataset.commit(
            ledger, operation, read_version=ledger.version, max_retries=0
        )


def without(
    table: lance.LanceDataset, condition: str
) -> tuple[list[int], list[lance.fragment.FragmentMetadata]]:
    """Return which fragments vanish and which lose rows when rows are taken out of a table."""
    found = table.to_table(columns=[], filter=condition, with_row_address=True)
    offsets: dict[int, list[int]] = {}
    for address in found["_rowaddr"].to_pylist():
        offsets.setdefault(address >> 32, []).append(address & 0xFFFFFFFF)
    left = {n: table.get_fragment(n).delete_rows(rows) for n, rows in offsets.items()}
    removed = [n for n, fragment in left.items() if fragment is None]
    return removed, [fragment for fragment in left.values() if fragment is not None]


def transact(start: View, change: Callable[[Change], str]) -> View:
    """Make a change to the newest state of a knowledge base and return the state after it.

    Args:
        start: A state seen before; used when it is still the newest, so that it is not reread.
        change: Makes the change and says in a few words what it is; may be called again.

    Raises:
        StoreLocked: Other writers were faster each time.
    """
    base = start
    for attempt in range(_ATTEMPTS):
        base = newest(base)
        work = Change(base)
        try:
            return work.commit(change(work))
        except Interfered:
            time.sleep(random.uniform(0, 0.05 * 2**attempt))
    raise StoreLocked(
        f"other writers changed the knowledge base {start.uri} faster than this one could, "
        f"{_ATTEMPTS} times. Run this again when they are done."
    )


def newest(view: View) -> View:
    """Return the newest state: `view` itself if nobody has written since.

    A version may be cleaned away by another process between being found and being read; then a
    newer one is there.

    Raises:
        StoreError: The same version cannot be read twice.
    """
    with explained(view.uri, "looking for news"):
        latest = view.ledger.latest_version
    if latest == view.version:
        return view
    ledger = open_table(view.uri, LEDGER)
    while True:
        try:
            return View(view.uri, ledger)
        except StoreError:
            newer = open_table(view.uri, LEDGER)
            if newer.version == ledger.version:
                raise
            ledger = newer
