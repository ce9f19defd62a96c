"""The knowledge base as one object: open it, write to it, look things up in it.

    store = Store.open("/data/kb", create=True)
    store.commit([ingested, …])
    [(segment_id, score), …] = store.lexical("pump pressure", k=10)

A store sees one version of the knowledge base until it writes, or is asked to `refresh`; what
it returns within one question therefore belongs together.
"""

from __future__ import annotations

import copy
import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TypeVar

import numpy as np

from pincite.content import Modality
from pincite.errors import NotFound, StoreError, StoreLocked, UsageError
from pincite.store import lookup, search, upkeep, writing
from pincite.store import versions as history
from pincite.store.engine import (
    Interfered,
    explained,
    local_path,
    one_of,
    quoted,
)
from pincite.store.ledger import Ingested, LedgerEntry, Source
from pincite.store.lock import WriterLock
from pincite.store.metrics import Metric
from pincite.store.opening import find, make
from pincite.store.rows import table_to_media
from pincite.store.salvage import salvage
from pincite.store.schema import encoder_of, token_columns
from pincite.store.transaction import Change, in_parts, newest, transact
from pincite.store.versions import Version
from pincite.store.view import View
from pincite.types import Asset, Embeddings, Media, Segment, Vectors

__all__ = ["Ingested", "LedgerEntry", "Source", "Store", "Version"]

T = TypeVar("T")
LOCK_WAIT_S = 10.0


class Store:
    """A knowledge base; threads may share one.

    Attributes:
        uri: Directory or object-store address.
        read_only: True when writing is refused.
        repaired: What was done when it was opened for repair, in sentences.
    """

    repaired: tuple[str, ...] = ()

    def __init__(self, view: View, *, read_only: bool, lock_wait_s: float) -> None:
        self.uri, self.read_only = view.uri, read_only
        self._view = view
        folder = local_path(view.uri)
        self._lock = None if folder is None else WriterLock(folder, lock_wait_s)
        self._writing = threading.RLock()

    @classmethod
    def open(
        cls,
        uri: str,
        *,
        create: bool = False,
        read_only: bool = False,
        repair: bool = False,
        lock_wait_s: float = LOCK_WAIT_S,
    ) -> Store:
        """Return the knowledge base at `uri`.

        Args:
            uri: A directory, or an address that Lance knows such as `s3://bucket/notes`.
            create: Make an empty one if there is none.
            read_only: Refuse to write.
            repair: If the newest version cannot be read, go back to the newest that is whole;
                `repaired` says so.
            lock_wait_s: How long to wait for another writer before giving up.

        Raises:
            NotFound: There is none, and `create` is false.
            StoreError: There is one that cannot be read, or none can be made.
        """
        folder = local_path(uri)
        uri = str(folder) if folder is not None else uri
        repaired = salvage(uri, lock_wait_s) if repair else ()
        ledger = find(uri)
        if ledger is None and (read_only or not create):
            raise NotFound(
                f"no knowledge base at {uri}; make one with: pincite ingest FOLDER --kb {uri}"
            )
        view = make(uri, lock_wait_s) if ledger is None else View(uri, ledger)
        store = cls(view, read_only=read_only, lock_wait_s=lock_wait_s)
        store.repaired = repaired
        return store

    # -- what is there ----------------------------------------------------------------------

    @property
    def version(self) -> int:
        """Number of the version this store sees."""
        return self._view.version

    @property
    def view(self) -> View:
        """The tables at the version this store sees."""
        return self._view

    def refresh(self) -> bool:
        """See what others have written since; return whether there was anything."""
        before = self._view
        self._view = newest(before)
        return self._view is not before

    def now(self) -> Store:
        """Return this store at its newest version, where it stays: what one question needs.

        Other threads may refresh or write meanwhile; what the returned store gives belongs
        together all the same.
        """
        self.refresh()
        return copy.copy(self)

    def ledger(self) -> dict[str, LedgerEntry]:
        """Return what became of each file, by asset id."""
        rows = self._read(lambda view: view.rows)
        return {asset_id: row.entry for asset_id, row in rows.items()}

    def assets(self, ids: Collection[str]) -> dict[str, Asset]:
        """Return the assets with these ids, as far as they are there."""
        return self._read(lambda view: lookup.recent_assets(view, ids))

    def spaces(self) -> dict[str, int]:
        """Return the width of each vector space that segments were encoded in."""
        return self._read(lambda v: {s: f.type.list_size for s, f in v.spaces.items()})

    def encoders(self) -> dict[str, str]:
        """Return by vector space the setting that makes its encoder again, "" when unknown.

        It is what the knowledge base says: one from elsewhere may say anything.
        """
        return self._read(lambda v: {s: encoder_of(f) for s, f in v.spaces.items()})

    def encoded(self) -> dict[str, int]:
        """Return how many segments have a vector in each space."""
        return self._read(lookup.encoded)

    def late_spaces(self) -> frozenset[str]:
        """Return the spaces of late interaction: those with token vectors."""
        return self._read(lambda view: frozenset(token_columns(view.segments.schema)))

    def count(self) -> int:
        """Return how many segments there are."""
        return self._read(lambda view: int(view.segments.count_rows()))

    # -- looking up -------------------------------------------------------------------------

    def lexical(self, text: str, k: int, where: str = "") -> list[tuple[str, float]]:
        """Return (segment id, BM25) of at most `k` segments that share words with `text`.

        Any text is safe: it is never read as a query language. Words too common to tell
        anything apart find nothing.

        Raises:
            UsageError: `k` is below 1, or `where` is no expression over the columns.
        """
        return self._read(lambda view: search.lexical(view, text, k, where))

    def nearest(
        self,
        space: str,
        vector: Vectors,
        k: int,
        where: str = "",
        *,
        metric: Metric = "cosine",
        exact: bool = False,
    ) -> list[tuple[str, float]]:
        """Return (segment id, score) of the `k` segments nearest to `vector` (d,) in `space`.

        Args:
            space: The vector space.
            vector: (d,), of any length but zero; stored vectors are of length 1.
            k: How many.
            where: An SQL expression over the columns that confines the search.
            metric: What the score is: the cosine, the negative Euclidean distance ("l2") or the
                inner product ("dot"); a larger score is nearer.
            exact: Compare all vectors, also where there is an index.

        Raises:
            SpaceMismatch: The segments were encoded in other spaces.
            UsageError: `k` is below 1, or `where` is no expression over the columns.
        """
        one = np.reshape(vector, (1, -1))
        return self.nearest_many(space, one, k, where, metric=metric, exact=exact)[0]

    def nearest_many(
        self,
        space: str,
        vectors: Vectors,
        k: int,
        where: str = "",
        *,
        metric: Metric = "cosine",
        exact: bool = False,
    ) -> list[list[tuple[str, float]]]:
        """Return for each vector of (m, d) what `nearest` returns, in one pass over the table."""
        return self._read(
            lambda view: search.nearest(view, space, vectors, k, where, metric=metric, exact=exact)
        )

    def tagged(self, text: str, k: int, where: str = "") -> list[tuple[str, float]]:
        """Return (segment id, BM25) of at most `k` segments whose tags share words with `text`.

        Raises:
            UsageError: `k` is below 1, or `where` is no expression over the columns.
        """
        return self._read(lambda view: search.tagged(view, text, k, where))

    def vectors(self, space: str, ids: Collection[str]) -> dict[str, Vectors]:
        """Return the vectors (d,) of these segments in a space, as far as they have one."""
        return self._read(lambda view: lookup.recent_vectors(view, space, ids))

    def tokens(self, space: str, ids: Collection[str]) -> dict[str, Vectors]:
        """Return the token vectors (t, d) of these segments, as far as they have any.

        In a space whose encoder reads pictures those of a whole page of a PDF are held by its
        carrier, the first segment on it (see `page_mates`).
        """
        return self._read(lambda view: lookup.tokens(view, space, ids))

    def pictures(self, space: str) -> list[str]:
        """Return the segments of pictures and videos that have a vector in a space, in order."""
        return self._read(lambda view: lookup.pictures(view, space))

    def page_mates(self, ids: Collection[str]) -> dict[str, list[str]]:
        """Return the other segments on the same page in reading order; pageless ids are left out.

        What is said of a page as a whole, such as by its token vectors, is said of all of them.
        """
        return self._read(lambda view: lookup.page_mates(view, ids))

    def carriers(self, asset_ids: Collection[str]) -> frozenset[str]:
        """Return the segments that stand for the pages of these assets: the first on each."""
        return self._read(lambda view: lookup.carriers(view, asset_ids))

    def segments(self, ids: Sequence[str]) -> dict[str, Segment]:
        """Return the segments with these ids in the order asked for, as far as they are there.

        Raises:
            StoreError: One of them is not what was written: the knowledge base is damaged.
        """
        return self._read(lambda view: lookup.recent_segments(view, ids))

    def lacking(
        self,
        space: str,
        asset_ids: Collection[str],
        modalities: Collection[Modality] | None = None,
    ) -> list[Segment]:
        """Return the segments of these assets without a vector of `space`, in their order.

        Args:
            space: The vector space.
            asset_ids: Whose segments.
            modalities: Only segments of these; None: of any.
        """
        field = self._read(lambda view: view.spaces.get(space))
        missing = f" AND {field.name} IS NULL" if field is not None else ""
        if modalities is not None:
            missing += f" AND {one_of('modality', sorted(modalities))}"
        found: list[Segment] = []
        for part in in_parts(sorted(asset_ids)):
            found += self._segments(one_of("asset_id", part) + missing).values()
        return sorted(found, key=lambda s: (s.asset_id, s.ordinal, s.id))

    def neighbours(self, segment: Segment, reach: int = 1) -> list[Segment]:
        """Return the segments of the same asset within `reach` places, itself among them."""
        low, high = segment.ordinal - reach, segment.ordinal + reach
        condition = (
            f"asset_id = {quoted(segment.asset_id)} AND ordinal >= {low} AND ordinal <= {high}"
        )
        return sorted(self._segments(condition).values(), key=lambda s: (s.ordinal, s.id))

    def _segments(self, condition: str) -> dict[str, Segment]:
        return self._read(lambda view: lookup.segments(view, condition))

    def media(self, key: str) -> Media | None:
        """Return kept bytes: `ASSET/original`, `SEGMENT/picture` or `SEGMENT/clip`.

        Raises:
            StoreError: They are not what was written: the knowledge base is damaged.
        """
        return self.media_of([key]).get(key)

    def media_of(self, keys: Collection[str]) -> dict[str, Media]:
        """Return several pieces of kept bytes by their keys, as far as they are there.

        Raises:
            StoreError: One is not what was written: the knowledge base is damaged.
        """
        if not keys:
            return {}

        def read(view: View) -> dict[str, Media]:
            with explained(view.uri, "reading evidence"):
                table = view.evidence.to_table(
                    columns=["key", "media_type", "data", "digest"],
                    filter=one_of("key", sorted(keys)),
                    late_materialization=True,
                )
            return table_to_media(table)

        return self._read(read)

    def _read(self, read: Callable[[View], T]) -> T:
        """Read from the view; if its files were cleaned away by another process, from a newer."""
        try:
            return read(self._view)
        except StoreError:
            if not self.refresh():
                raise
            return read(self._view)

    # -- writing ----------------------------------------------------------------------------

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Keep other processes from writing while the block runs.

        Each write takes this right by itself; hold it around several to keep them together.
        On an object store there is no such right: writers there go on at once, and each change
        is made again if another was faster.

        Raises:
            StoreLocked: Another process is writing; the message says who.
            UsageError: The store was opened read-only.
        """
        if self.read_only:
            raise UsageError(f"the knowledge base {self.uri} was opened read-only")
        held: AbstractContextManager[object] = (
            nullcontext() if self._lock is None else (self._lock.held())
        )
        try:
            with held, self._writing:
                yield
        except Interfered as error:
            raise StoreLocked(
                f"another writer changed the knowledge base {self.uri} at the same moment. "
                f"Run this again when it is done."
            ) from error

    def commit(self, batch: Sequence[Ingested]) -> None:
        """Take in files, all or none; replaces what their contents, or their paths, had before.

        Raises:
            StoreError: It could not be written; the knowledge base is as it was.
            SpaceMismatch: Vectors have another width than their space had before.
            UsageError: Segments, vectors and files of the batch do not fit together.
        """
        if batch:
            self.change(lambda work: writing.ingest(work, batch))

    def forget(self, asset_ids: Collection[str]) -> None:
        """Take files out with all that was kept of them; unknown ids are none.

        The bytes leave the disk with `optimize(purge=True)`.
        """
        if asset_ids:
            self.change(lambda work: writing.forget(work, asset_ids))

    def relocate(self, sources: Mapping[str, tuple[Source, ...]]) -> None:
        """Note where assets lie now, all places of each; nothing is encoded again.

        Raises:
            NotFound: There is no such asset.
            UsageError: An asset would lie nowhere.
        """
        if sources:
            self.change(lambda work: writing.relocate(work, sources))

    def encode(self, encoded: Sequence[Embeddings], done: Mapping[str, LedgerEntry]) -> None:
        """Give stored segments vectors; those of other spaces stay as they are.

        Args:
            encoded: One value a space; ids that are not there are none.
            done: Entries as they were seen, of assets in which nothing is left to be encoded in
                these spaces; one that another writer has changed since is not marked.

        Raises:
            SpaceMismatch: A space has another width in the knowledge base.
            StoreError: It could not be written; the knowledge base is as it was.
        """
        if done or any(embeddings.ids for embeddings in encoded):
            self.change(lambda work: writing.encode(work, encoded, done))

    def drop_space(self, space: str) -> None:
        """Take a vector space out; the disk is free of it after `optimize(purge=True)`.

        Raises:
            NotFound: There is no such space.
        """
        self.change(lambda work: writing.drop_space(work, space))

    def tag(self, tags: Mapping[str, Sequence[str]], origin: str) -> None:
        """Give segments tags by their ids, in place of those of the same origin.

        Args:
            tags: Words by segment id; no words takes them away; unknown ids are none.
            origin: What found them, such as the setting of an encoder; "" is for those that
                came with the file.
        """
        if tags:
            self.change(lambda work: writing.tag(work, tags, origin))

    def optimize(self, *, purge: bool = False) -> None:
        """Bring the indexes up to date, join small files and drop versions past their time.

        Args:
            purge: Drop all versions but this one and the snapshots, whatever their age, so
                that nothing of what was forgotten stays on the disk (on an object store: what
                is older than an hour, because there another writer may be at work).
        """
        self.change(upkeep.maintain)
        with self.writing():
            upkeep.tidy(self._view, local=self._lock is not None, purge=purge)
            self.refresh()

    def change(self, change: Callable[[Change], str], base: View | None = None) -> None:
        """Make a change to the newest state; `base` stands for it if it is the same version."""
        with self.writing():
            self._view = transact(base or self._view, change)

    # -- versions ---------------------------------------------------------------------------

    def versions(self) -> list[Version]:
        """Return the versions that can be gone back to, oldest first."""
        return history.versions(newest(self._view))

    def snapshot(self, name: str) -> None:
        """Name the newest version; it is kept until the name is removed.

        Raises:
            UsageError: The name is empty or taken.
        """
        with self.writing():
            self.refresh()
            history.snapshot(self._view, name)

    def remove_snapshot(self, name: str) -> None:
        """Take the name from a version; it is then kept no longer than others.

        Raises:
            NotFound: There is no such snapshot.
        """
        with self.writing():
            history.remove_snapshot(newest(self._view), name)

    def rollback(self, version: int | str) -> None:
        """Make the knowledge base what it was at a version or snapshot; itself a new version.

        Raises:
            NotFound: There is no such version or snapshot.
        """
        with self.writing():
            self._view = history.rollback(newest(self._view), version)
