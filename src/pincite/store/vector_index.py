"""The index of a vector column: when it is built, extended and built anew, and how it is read.

IVF_SQ: vectors are sorted into about √n partitions by k-means and kept there as 8-bit numbers;
a query reads the partitions nearest to it and compares the best candidates exactly (Jégou et
al., TPAMI 2011, with scalar in place of product quantisation).
"""

from __future__ import annotations

import math

import lance

from pincite.store.schema import spaces

VECTOR_INDEX_ROWS = 20_000
"""Up to this many segments all vectors are compared, which is exact; then an index is built."""

DELTA_ROWS = 2_000
"""So many vectors that the index does not hold are compared one by one; more are put into it."""

DELTAS, DELTA_SHARE = 8, 0.25
"""With more parts, or when a larger share of the vectors is new, the index is built anew."""

REFINE = 3
"""How many candidates a result are compared exactly."""


def probes(rows: int) -> int:
    """Return how many partitions a query reads: a third of them at 100,000 rows, fewer above.

    Example:
        >>> probes(20_000), probes(100_000), probes(1_000_000)
        (72, 107, 190)
    """
    return math.ceil(6 * math.sqrt(math.sqrt(rows)))


def index_vectors(segments: lance.LanceDataset) -> None:
    """Build, extend or rebuild the index of each vector space, by how many vectors are new.

    Parts are never merged: there Lance joins partitions up to a size of its own, after which
    each query compares most of the vectors.
    """
    known = {tuple(index.field_names): index for index in segments.describe_indices()}
    for field in spaces(segments.schema).values():
        rows = int(segments.count_rows(filter=f"{field.name} IS NOT NULL"))
        index = known.get((field.name,))
        if index is None:
            if rows >= VECTOR_INDEX_ROWS:
                _build(segments, field.name, rows)
            continue
        new = rows - int(index.num_rows_indexed)
        if new <= DELTA_ROWS:
            continue
        if new > DELTA_SHARE * rows or len(index.segments) >= DELTAS:
            _build(segments, field.name, rows)
        else:
            segments.optimize.optimize_indices(index_names=[index.name], num_indices_to_merge=0)


def _build(segments: lance.LanceDataset, column: str, rows: int) -> None:
    segments.create_index(
        column, "IVF_SQ", metric="cosine", num_partitions=int(math.sqrt(rows)), replace=True
    )
