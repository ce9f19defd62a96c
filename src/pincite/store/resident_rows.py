"""The vectors of one space as they stood at one version, in memory, and exact comparison."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import lance
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pincite.store.engine import explained
from pincite.store.resident_kinds import Candidates, Positions
from pincite.store.view import View
from pincite.types import Vectors

Mask = npt.NDArray[np.bool_]
Scores = npt.NDArray[np.float32]

BATCH_ROWS = 8_192
MANY_QUERIES = 8
EXACT_SHARE = 0.05
"""Where a filter leaves no more than this share of the rows, all it leaves are compared."""


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Vectors at one version.

    Attributes:
        view: The version.
        column: The column they were read from.
        ids: Segment ids, by position.
        vectors: (n, d) unit vectors of the positions that were there when the index was built.
        late: (l, d) float32 vectors of the positions after those.
        alive: Whether a position still stands for a segment, (n + l,).
        index: Names candidates among `vectors`; None: all are compared.
        known: Id and digest of each row of the table, vectors or not.
    """

    view: View
    column: str
    ids: pa.Array
    vectors: npt.NDArray[np.floating]
    late: Vectors
    alive: Mask
    index: Candidates | None
    known: pa.Table

    def best(self, queries: Vectors, k: int, allowed: Mask | None) -> tuple[Positions, Scores]:
        """Return positions (m, k) of the rows nearest to unit queries (m, d), and their cosines.

        Where there are fewer than k, the rest is -1 with a score of -inf.
        """
        mask = self.alive if allowed is None else self.alive & allowed
        first = len(self.vectors)
        parts = [self._best_indexed(queries, k, mask[:first])]
        if mask[first:].any():
            late, scores = scan(self.late, np.flatnonzero(mask[first:]), queries, k)
            parts.append((np.where(late >= 0, late + first, -1), scores))
        return top(np.hstack([p for p, _ in parts]), np.hstack([s for _, s in parts]), k)

    def _best_indexed(self, queries: Vectors, k: int, mask: Mask) -> tuple[Positions, Scores]:
        left, index = int(mask.sum()), self.index
        wanted = 0 if index is None else index.oversample * k * len(mask) // max(1, left)
        if index is None or left <= EXACT_SHARE * len(mask) or wanted > len(mask) // 4:
            return scan(self.vectors, np.flatnonzero(mask), queries, k)
        found = np.full((len(queries), k), -1, dtype=np.int64)
        scores = np.full((len(queries), k), -np.inf, dtype=np.float32)
        near = index.near(queries, wanted)
        for i, query in enumerate(queries):
            rows = near[i][near[i] >= 0]
            rows = rows[mask[rows]]
            if len(rows) < min(k, left):  # the filter keeps only what lies far from the query
                rows = np.flatnonzero(mask)
            found[i : i + 1], scores[i : i + 1] = scan(self.vectors, rows, query[None], k)
        return found, scores


def scan(
    vectors: npt.NDArray[np.floating], rows: Positions, queries: Vectors, k: int
) -> tuple[Positions, Scores]:
    """Return the k of `rows` nearest to each query (m, k), and their cosines, best first."""
    found = np.full((len(queries), k), -1, dtype=np.int64)
    scores = np.full((len(queries), k), -np.inf, dtype=np.float32)
    step = max(1_024, (1 << 24) // max(len(queries), vectors.shape[1]))
    for start in range(0, len(rows), step):
        part = rows[start : start + step]
        whole = int(part[-1]) - int(part[0]) + 1 == len(part)  # a slice needs no copy
        chosen = vectors[int(part[0]) : int(part[-1]) + 1] if whole else vectors[part]
        cosines = _cosines(queries, chosen.astype(np.float32, copy=False))
        if len(part) > 4 * k:
            ahead = np.argpartition(-cosines, k - 1, axis=1)[:, :k]
            places, cosines = part[ahead], np.take_along_axis(cosines, ahead, axis=1)
        else:
            places = np.broadcast_to(part, cosines.shape)
        found, scores = top(np.hstack([found, places]), np.hstack([scores, cosines]), k)
    return found, scores


def _cosines(queries: Vectors, rows: Vectors) -> Scores:
    """Return the inner products (m, n); a few queries are not worth waking BLAS's threads for."""
    if len(queries) >= MANY_QUERIES:
        return queries @ rows.T
    return np.stack([np.einsum("nd,d->n", rows, query) for query in queries])


def top(positions: Positions, scores: Scores, k: int) -> tuple[Positions, Scores]:
    """Return the k best of each row, best first."""
    order = np.argsort(-scores, axis=1, kind="stable")[:, :k]
    return np.take_along_axis(positions, order, axis=1), np.take_along_axis(scores, order, axis=1)


def known_rows(view: View) -> pa.Table:
    """Return id and digest of the vectors of each row, in the order of the table."""
    with explained(view.uri, "reading segment ids"):
        return view.segments.to_table(columns=["id", "vectors_digest"], scan_in_order=True)


def stream(view: View, column: str) -> Iterator[tuple[pa.Array, Vectors]]:
    """Yield ids and unit vectors of the rows that have one, some thousands at a time."""
    batches = view.segments.to_batches(
        columns=["id", column],
        filter=f"{column} IS NOT NULL",
        batch_size=BATCH_ROWS,
        batch_readahead=2,
    )
    with explained(view.uri, "reading vectors"):
        for batch in batches:
            yield unit_rows(batch, column)


def taken(dataset: lance.LanceDataset, offsets: Positions, column: str) -> tuple[pa.Array, Vectors]:
    """Return ids and unit vectors of the rows at these places of the table that have one."""
    table = dataset.take(offsets.tolist(), columns=["id", column])
    return unit_rows(table.filter(pc.is_valid(table[column])), column)


def unit_rows(table: pa.Table | pa.RecordBatch, column: str) -> tuple[pa.Array, Vectors]:
    """Return the ids of a table and its vectors (n, d) at length 1; zero vectors are none."""
    values, ids = table.column(column), table.column("id")
    if isinstance(values, pa.ChunkedArray):
        values, ids = values.combine_chunks(), ids.combine_chunks()
    width = values.type.list_size
    vectors = values.flatten().to_numpy(zero_copy_only=False).reshape(-1, width)
    lengths = np.linalg.norm(vectors, axis=1)
    kept = lengths > 0
    return ids.filter(pa.array(kept)), vectors[kept] / lengths[kept, None]
