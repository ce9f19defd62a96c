"""Vectors held in memory, for servers and batch jobs: faster than from disk, at one version.

    index = ResidentIndex.build(store, "minilm", kind="auto")
    index.search(vector, k=10)
    index.refresh(store)        # what was written since; cheap when nothing was

Candidates come from Faiss (extra `faiss`), or all vectors are compared with NumPy ("flat"). The
candidates are compared exactly, so that scores are the cosines that the knowledge base gives.
"""

from __future__ import annotations

import threading
from collections.abc import Collection
from dataclasses import replace
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pincite.errors import SpaceMismatch, UsageError
from pincite.store import search
from pincite.store.engine import explained
from pincite.store.metrics import Metric, Ranked, check_metric, query_lengths, scored
from pincite.store.resident_kinds import Kind, Positions, chosen, made, training_rows
from pincite.store.resident_rows import Mask, Rows, known_rows, stream, taken
from pincite.store.tables import Store
from pincite.store.view import View
from pincite.types import Vectors

REBUILD_SHARE, REBUILD_ROWS = 0.2, 5_000
"""With more vectors added or gone than both of these, a refresh builds the index anew."""

FILTERS_KEPT = 16
"""Filters whose segments are remembered."""


class ResidentIndex:
    """The vectors of one space at one version of a knowledge base.

    Threads may search at the same time, also while one of them refreshes: a search uses the
    version it began with to its end.

    Attributes:
        space: The vector space.
        kind: "flat", "hnsw" or "ivfpq".
    """

    def __init__(self, space: str, kind: str, rows: Rows) -> None:
        self.space, self.kind = space, kind
        self._refreshing = threading.Lock()
        self._put(rows)

    @classmethod
    def build(cls, store: Store, space: str, kind: Kind = "auto") -> ResidentIndex:
        """Return the vectors of `space` at the version that `store` sees.

        Args:
            store: The knowledge base.
            space: The vector space.
            kind: "flat" compares all vectors (float32, exact). "hnsw" and "ivfpq" keep them as
                float16 and look through a graph or coarse cells first: the graph finds more
                and is slow to build, the cells are built fast. "auto" chooses by size.

        Raises:
            SpaceMismatch: The knowledge base holds no vectors of this space.
            MissingExtra: The kind needs Faiss.
            UsageError: There is no such kind.
        """
        view = store.view
        rows = _count(view, _column(view, space))
        return cls(space, chosen(kind, rows), _read(view, space, chosen(kind, rows)))

    @property
    def version(self) -> int:
        """Number of the version whose vectors are held."""
        return self._state[0].view.version

    def __len__(self) -> int:
        """Return how many segments can be found."""
        return int(self._state[0].alive.sum())

    def search(
        self,
        vector: Vectors,
        k: int,
        *,
        allowed: Collection[str] | None = None,
        metric: Metric = "cosine",
    ) -> Ranked:
        """Return (segment id, score) of the `k` segments nearest to `vector` (d,), best first."""
        one = np.reshape(vector, (1, -1))
        return self.search_many(one, k, allowed=allowed, metric=metric)[0]

    def search_many(
        self,
        vectors: Vectors,
        k: int,
        *,
        allowed: Collection[str] | None = None,
        metric: Metric = "cosine",
    ) -> list[Ranked]:
        """Return for each vector of (m, d) the segments nearest to it, best first.

        Args:
            vectors: (m, d), of any length but zero.
            k: How many segments each.
            allowed: Ids that the search is confined to; None for all.
            metric: What the scores are.

        Raises:
            UsageError: `k` is below 1, or a vector cannot be compared.
            SpaceMismatch: The vectors have another width.
        """
        rows, _ = self._state
        mask = None if allowed is None else _mask(rows, pa.array(list(allowed), pa.string()))
        return _ranked(rows, self.space, vectors, k, mask, metric)

    def nearest(
        self,
        space: str,
        vector: Vectors,
        k: int,
        where: str = "",
        *,
        metric: Metric = "cosine",
        exact: bool = False,
    ) -> Ranked:
        """Return what `Store.nearest` returns, from memory.

        `where` is answered by the table at the same version; the last few are remembered.

        Raises:
            SpaceMismatch: Another space was asked for.
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
    ) -> list[Ranked]:
        """Return for each vector of (m, d) what `nearest` returns."""
        if space != self.space:
            raise SpaceMismatch(space, self.space)
        rows, matching = self._state
        mask = matching(where) if where.strip() else None
        seen = replace(rows, index=None) if exact else rows
        return _ranked(seen, space, vectors, k, mask, metric)

    def refresh(self, store: Store) -> bool:
        """Take in the version that `store` sees; return whether it is another.

        Vectors that are new or changed are compared one by one until they are many; then the
        index is built anew.

        Raises:
            SpaceMismatch: The space is gone.
        """
        with self._refreshing:
            if store.view.version == self.version:
                return False
            self._put(_renewed(self._state[0], store.view, self.space, self.kind))
            return True

    def _put(self, rows: Rows) -> None:
        def matching(where: str) -> Mask:
            return _mask(rows, search.matching(rows.view, where))

        # One name holds all that a search needs, so that it is exchanged at once.
        self._state = rows, lru_cache(FILTERS_KEPT)(matching)


def _column(view: View, space: str) -> str:
    if space not in view.spaces:
        raise SpaceMismatch(space, ", ".join(sorted(view.spaces)))
    return str(view.spaces[space].name)


def _count(view: View, column: str) -> int:
    with explained(view.uri, "counting vectors"):
        return int(view.segments.count_rows(filter=f"{column} IS NOT NULL"))


def _read(view: View, space: str, kind: str) -> Rows:
    """Read all vectors of a space; twice where an index is trained on a sample of them."""
    column, known = _column(view, space), known_rows(view)
    count = _count(view, column)
    width = view.spaces[space].type.list_size
    wanted = training_rows(kind, count)
    index = made(kind, count, _sample(view, column, count, wanted)) if wanted else None
    vectors = np.empty((count, width), dtype=np.float32 if index is None else np.float16)
    ids: list[pa.Array] = []
    filled = 0
    for part, rows in stream(view, column):
        vectors[filled : filled + len(rows)] = rows
        filled += len(rows)
        ids.append(part)
        if index is not None:
            index.add(rows)
    return Rows(
        view=view,
        column=column,
        ids=pa.concat_arrays(ids) if ids else pa.array([], pa.string()),
        vectors=vectors[:filled],
        late=np.empty((0, width), dtype=np.float32),
        alive=np.ones(filled, dtype=bool),
        index=index,
        known=known,
    )


def _sample(view: View, column: str, count: int, wanted: int) -> Vectors:
    """Return about `wanted` vectors drawn by chance, always the same ones."""
    rng = np.random.default_rng(0)
    parts = [rows[rng.random(len(rows)) * count < wanted] for _, rows in stream(view, column)]
    return np.vstack(parts)


def _renewed(rows: Rows, view: View, space: str, kind: str) -> Rows:
    column, known = _column(view, space), known_rows(view)
    if view.spaces[space].type.list_size != rows.vectors.shape[1] or column != rows.column:
        return _read(view, space, kind)
    same = _unchanged(rows.known, known)
    fresh = np.flatnonzero(~same)
    kept = known["id"].filter(pa.array(same))
    alive = rows.alive & pc.is_in(rows.ids, value_set=kept).to_numpy(zero_copy_only=False)
    changed = len(fresh) + len(rows.late) + int((~alive).sum())
    if changed > max(REBUILD_ROWS, REBUILD_SHARE * len(alive)):
        return _read(view, space, kind)
    with explained(view.uri, "reading vectors"):
        ids, vectors = taken(view.segments, fresh, column)
    return replace(
        rows,
        view=view,
        ids=pa.concat_arrays([rows.ids, ids]),
        late=np.vstack([rows.late, vectors]),
        alive=np.concatenate([alive, np.ones(len(ids), dtype=bool)]),
        known=known,
    )


def _unchanged(before: pa.Table, now: pa.Table) -> Mask:
    """Return which rows of `now` were there before with the same vectors."""
    place = pc.index_in(now["id"], value_set=before["id"]).combine_chunks()
    there = place.is_valid().to_numpy(zero_copy_only=False)
    same: Mask = there.copy()
    old = before["vectors_digest"].to_numpy()[place.drop_null().to_numpy()]
    same[there] = now["vectors_digest"].to_numpy()[there] == old
    return same


def _mask(rows: Rows, allowed: pa.Array) -> Mask:
    mask: Mask = pc.is_in(rows.ids, value_set=allowed).to_numpy(zero_copy_only=False)
    return mask


def _ranked(
    rows: Rows, space: str, vectors: Vectors, k: int, mask: Mask | None, metric: Metric
) -> list[Ranked]:
    check_metric(metric)
    if k < 1:
        raise UsageError(f"k is how many results are wanted: at least 1, got {k}")
    queries = np.atleast_2d(np.asarray(vectors, dtype=np.float32))
    width = rows.late.shape[1]
    if queries.shape[1] != width:
        raise SpaceMismatch(f"{space} of width {queries.shape[1]}", f"{space} of width {width}")
    lengths = query_lengths(queries)
    count = min(k, int(rows.alive.sum()))
    if not count or not len(queries):
        return [[] for _ in queries]
    places, cosines = rows.best(queries / lengths[:, None], count, mask)
    scores = scored(cosines, lengths[:, None], metric)
    return [_ranking(rows.ids, p, s) for p, s in zip(places, scores, strict=True)]


def _ranking(ids: pa.Array, places: Positions, scores: npt.NDArray[np.float64]) -> Ranked:
    found = int((places >= 0).sum())  # those that are none come last
    names = ids.take(pa.array(places[:found])).to_pylist()
    return sorted(zip(names, scores[:found].tolist(), strict=True), key=lambda p: (-p[1], p[0]))
