"""How vectors held in memory are looked through: all of them, a graph, or coarse cells.

Each kind names candidates; `resident_rows.best` then compares those exactly.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Any, Literal, Protocol

import numpy as np
import numpy.typing as npt

from pincite.errors import MissingExtra, UsageError, did_you_mean
from pincite.types import Vectors

Kind = Literal["auto", "flat", "hnsw", "ivfpq", "gpu"]
Positions = npt.NDArray[np.int64]

KINDS = ("auto", "flat", "hnsw", "ivfpq", "gpu")
FLAT_ROWS = 20_000
"""Up to this many vectors `auto` compares all of them."""

TRAINING = 64
"""Vectors a cell that k-means sees."""


class Candidates(Protocol):
    """Names the rows that may be nearest to a query."""

    oversample: int

    def add(self, vectors: Vectors) -> None:
        """Take in unit vectors (n, d); their positions go on from those before."""
        ...

    def near(self, queries: Vectors, count: int) -> Positions:
        """Return positions (m, count) that may be nearest to each query; -1 where there is none."""
        ...


def chosen(kind: str, rows: int) -> str:
    """Return the kind meant.

    `auto` is "flat" for few rows, else "gpu" where Faiss sees one, else "ivfpq", built fastest.

    Raises:
        UsageError: There is no such kind, or a GPU is asked for and there is none.
    """
    if kind not in KINDS:
        raise UsageError(
            f"no kind of resident index named {kind!r}; known: {', '.join(KINDS)}."
            f"{did_you_mean(kind, KINDS)}"
        )
    if kind == "gpu" and not gpus():
        raise UsageError(
            "a resident index of kind 'gpu' was asked for, and Faiss sees no GPU here: install a "
            "build of Faiss for GPUs, or ask for 'auto'"
        )
    if kind == "auto":
        return "flat" if rows <= FLAT_ROWS else "gpu" if gpus() else "ivfpq"
    return kind


def gpus() -> int:
    """Return how many GPUs Faiss sees; none without Faiss, or with a build for processors."""
    if find_spec("faiss") is None:
        return 0
    return int(getattr(_faiss("gpu"), "get_num_gpus", int)())


def training_rows(kind: str, rows: int) -> int:
    """Return how many vectors a kind is trained on; the GPU wants one, to know their width."""
    if kind in ("flat", "gpu"):
        return 0 if kind == "flat" else min(rows, 1)
    return min(rows, max(20_000, TRAINING * _cells(rows)))


def made(kind: str, rows: int, sample: Vectors) -> Candidates | None:
    """Return an empty structure for `rows` vectors like those of `sample`; None for "flat".

    Raises:
        MissingExtra: The kind needs Faiss, which is not installed.
    """
    if kind == "flat" or not len(sample):
        return None
    if kind == "gpu":
        return _Gpu(sample.shape[1])
    return _Hnsw(sample) if kind == "hnsw" else _IvfPq(rows, sample)


class _Hnsw:
    """A graph of near neighbours over 8-bit vectors (Malkov and Yashunin, TPAMI 2020)."""

    oversample = 4
    links, depth_built, depth = 32, 64, 64

    def __init__(self, sample: Vectors) -> None:
        faiss = _faiss("hnsw")
        bits = faiss.ScalarQuantizer.QT_8bit
        metric = faiss.METRIC_INNER_PRODUCT
        self._index = faiss.IndexHNSWSQ(sample.shape[1], bits, self.links, metric)
        self._index.hnsw.efConstruction = self.depth_built
        self._index.train(sample)

    def add(self, vectors: Vectors) -> None:
        self._index.add(vectors)

    def near(self, queries: Vectors, count: int) -> Positions:
        chosen = _faiss("hnsw").SearchParametersHNSW(efSearch=max(self.depth, count))
        found: Positions = self._index.search(queries, count, params=chosen)[1]
        return found


class _IvfPq:
    """Cells of k-means with 4 bits a dimension (Jégou et al., TPAMI 2011; fast scan, 2016)."""

    oversample = 10

    def __init__(self, rows: int, sample: Vectors) -> None:
        faiss = _faiss("ivfpq")
        cells, metric = _cells(min(rows, len(sample) * 4)), faiss.METRIC_INNER_PRODUCT
        width = sample.shape[1]
        self._index = faiss.index_factory(width, f"IVF{cells},PQ{width}x4fs", metric)
        self._index.cp.niter, self._index.pq.cp.niter = 10, 10
        self._index.cp.min_points_per_centroid = 1  # few vectors are no cause for a warning
        self._index.pq.cp.min_points_per_centroid = 1
        with _one_thread(faiss):
            self._index.train(sample)
        self._probes = min(cells, math.ceil(6 * math.sqrt(math.sqrt(rows))))

    def add(self, vectors: Vectors) -> None:
        self._index.add(vectors)

    def near(self, queries: Vectors, count: int) -> Positions:
        chosen = _faiss("ivfpq").SearchParametersIVF(nprobe=self._probes)
        found: Positions = self._index.search(queries, count, params=chosen)[1]
        return found


class _Gpu:
    """All vectors, in half precision, shared among the GPUs (Johnson et al., 2021)."""

    oversample = 4

    def __init__(self, width: int) -> None:
        faiss = _faiss("gpu")
        options = faiss.GpuMultipleClonerOptions()
        options.shard, options.useFloat16 = True, True
        self._index = faiss.index_cpu_to_all_gpus(faiss.IndexFlatIP(width), co=options)

    def add(self, vectors: Vectors) -> None:
        self._index.add(vectors)

    def near(self, queries: Vectors, count: int) -> Positions:
        found: Positions = self._index.search(queries, count)[1]
        return found


@contextmanager
def _one_thread(faiss: Any) -> Iterator[None]:
    """Train codebooks on one thread: their small steps are thousands, and threads wait in each."""
    before = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1)
    try:
        yield
    finally:
        faiss.omp_set_num_threads(before)


def _cells(rows: int) -> int:
    return max(1, math.isqrt(rows))


def _faiss(kind: str) -> Any:
    try:
        import faiss
    except ModuleNotFoundError as error:
        raise MissingExtra("resident index", kind, "faiss", "faiss") from error
    return faiss
