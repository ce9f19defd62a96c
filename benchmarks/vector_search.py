"""How fast vectors are found, from disk and from memory, beside bare Lance and bare Faiss.

    python -m benchmarks.vector_search [--rows 100000] [--data clustered] [--arms disk,hnsw,…]

Each arm builds what it needs in a process of its own; then all of them answer the same queries,
one query at a time, by turns, several rounds, so that other work on the machine hits all alike.
Printed: seconds to build, median and 95th percentile of a query, recall@10 against comparing all
vectors, peak memory of the arm's process, bytes on disk, and the median as a multiple of the
fastest arm with a recall of at least 0.95. `--data`:

    clustered   a mixture of √n Gaussians on the sphere, weights falling with rank^-0.5, the
                variance of direction i with i^-0.7; cosines to the 1st, 10th and 100th neighbour
                are near those of sentences in MiniLM (0.56, 0.51, 0.44 and 0.70, 0.56, 0.45)
    gaussian    directions by chance: no structure, the worst case of every index
    minilm      sentences of ../shared/data in the default encoder, as many as there are
    FILE.npy    rows of unit length, the last 200 of them are the queries
"""

from __future__ import annotations

import argparse
import hashlib
import json
import multiprocessing as mp
import os
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

WIDTH, QUERIES, K, ROUNDS = 384, 200, 10, 3
FILE_ROWS, COMMIT_ROWS, BLOCK = 500, 10_000, 50_000
Floats = npt.NDArray[np.float32]
Answer = Callable[[Floats], list[int]]


# -- data -----------------------------------------------------------------------------------


def clustered(rows: int, seed: int = 0) -> Iterator[Floats]:
    """Yield blocks of unit vectors from a mixture of √rows Gaussians."""
    rng = np.random.default_rng(seed)
    topics = max(8, int(np.sqrt(rows)))
    scale = (1.0 + np.arange(WIDTH)) ** -0.35
    centres = unit(rng.standard_normal((topics, WIDTH)) * scale)
    weights = (1.0 + np.arange(topics)) ** -0.5
    for start in range(0, rows, BLOCK):
        count = min(BLOCK, rows - start)
        own = unit(rng.standard_normal((count, WIDTH), dtype=np.float32) * scale)
        topic = rng.choice(topics, count, p=weights / weights.sum())
        yield unit(0.45 * centres[topic] + 0.55 * own)


def gaussian(rows: int, seed: int = 0) -> Iterator[Floats]:
    """Yield blocks of directions by chance."""
    rng = np.random.default_rng(seed)
    for start in range(0, rows, BLOCK):
        yield unit(rng.standard_normal((min(BLOCK, rows - start), WIDTH), dtype=np.float32))


def minilm(rows: int) -> Iterator[Floats]:
    """Yield the vectors of sentences of the shared data in the default encoder."""
    from pincite.config import load_config
    from pincite.encode import default_encoder

    encoder = default_encoder(load_config())
    if encoder is None:
        sys.exit("--data minilm needs a model: pincite models pull")
    texts = sorted(sentences(Path(__file__).parents[2] / "shared" / "data"))
    order = np.random.default_rng(0).permutation(len(texts))[:rows]
    chosen = [texts[i] for i in order]
    for start in range(0, len(chosen), 256):
        yield encoder.encode(chosen[start : start + 256])


def sentences(folder: Path) -> set[str]:
    """Return the sentences of all texts in JSON lines and SQuAD files."""
    found: set[str] = set()
    for path in folder.rglob("*.json*"):
        text = path.read_text("utf-8", "replace")
        for string in re.findall(r'"((?:[^"\\]|\\.){40,})"', text):
            found.update(s for s in re.split(r"(?<=[.!?])\s+", string) if 25 <= len(s) <= 300)
    return found


def unit(vectors: npt.NDArray[Any]) -> Floats:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return (vectors / lengths).astype(np.float32)


def prepare(name: str, rows: int, folder: Path) -> None:
    """Write rows, queries and what is nearest to each."""
    makers = {"clustered": clustered, "gaussian": gaussian, "minilm": minilm}
    made = makers[name](rows + QUERIES) if name in makers else iter([np.load(name)])
    with (folder / "rows.f32").open("w+b") as stream:
        for block in made:
            width = block.shape[1]
            stream.write(block.astype(np.float32).tobytes())
        end = stream.tell() - QUERIES * width * 4
        stream.seek(end)
        queries = np.fromfile(stream, np.float32).reshape(-1, width)
        stream.truncate(end)
    np.save(folder / "queries.npy", queries)
    near = np.empty((QUERIES, 0), dtype=np.int64)
    scores = np.empty((QUERIES, 0), dtype=np.float32)
    first = 0
    for block in blocks_of(folder):
        found = queries @ block.T
        part = np.argpartition(-found, K, axis=1)[:, :K]
        near = np.hstack([near, part + first])
        scores = np.hstack([scores, np.take_along_axis(found, part, axis=1)])
        first += len(block)
    order = np.argsort(-scores, axis=1)
    np.save(folder / "truth.npy", np.take_along_axis(near, order[:, :K], axis=1))
    best = np.take_along_axis(scores, order, axis=1).mean(axis=0)
    print(
        f"{name}: {first:,} × {width}, cosine to the nearest {best[0]:.2f}, "
        f"to the tenth {best[9]:.2f}",
        flush=True,
    )


def blocks_of(folder: Path, size: int = BLOCK) -> Iterator[Floats]:
    width = np.load(folder / "queries.npy").shape[1]
    with (folder / "rows.f32").open("rb") as stream:
        while len(part := np.fromfile(stream, np.float32, size * width)):
            yield part.reshape(-1, width)


# -- arms -----------------------------------------------------------------------------------


def segment_ids(number: int, count: int) -> tuple[str, list[str]]:
    asset = hashlib.sha256(f"file {number}".encode()).hexdigest()
    return asset, [f"{number * FILE_ROWS + i:032x}" for i in range(count)]


def fill(folder: Path) -> None:
    """Make a knowledge base of the rows, the way files are taken in: 500 segments a file."""
    from pincite.store.ledger import Ingested, LedgerEntry, Source
    from pincite.store.tables import Store
    from pincite.types import Asset, Embeddings, Extracted, Segment, TextSpan

    def ingested(number: int, vectors: Floats) -> Ingested:
        asset_id, ids = segment_ids(number, len(vectors))
        asset = Asset(asset_id, f"/made/{number}.txt", "text/plain", 1, 1, f"{number}.txt")
        extracts = tuple(
            Extracted(Segment(i, asset_id, "text", TextSpan(n, n + 1), f"Row {i}", ordinal=n))
            for n, i in enumerate(ids)
        )
        entry = LedgerEntry(asset, (Source(asset.uri, 1, 1),), "complete")
        return Ingested(entry, extracts, (Embeddings(tuple(ids), vectors, "made"),))

    store = Store.open(str(folder / "kb"), create=True)
    number = 0
    for block in blocks_of(folder, COMMIT_ROWS):
        parts = [block[i : i + FILE_ROWS] for i in range(0, len(block), FILE_ROWS)]
        store.commit([ingested(number + i, part) for i, part in enumerate(parts)])
        number += len(parts)


def pincite_disk(folder: Path) -> Answer:
    from pincite.store.tables import Store

    Store.open(str(folder / "kb")).optimize()
    store = Store.open(str(folder / "kb"), read_only=True)
    return lambda q: [int(i, 16) for i, _ in store.nearest("made", q, K)]


def pincite_exact(folder: Path) -> Answer:
    from pincite.store.tables import Store

    store = Store.open(str(folder / "kb"), read_only=True)
    return lambda q: [int(i, 16) for i, _ in store.nearest("made", q, K, exact=True)]


def resident(kind: Any) -> Callable[[Path], Answer]:
    def build(folder: Path) -> Answer:
        from pincite.store.resident import ResidentIndex
        from pincite.store.tables import Store

        store = Store.open(str(folder / "kb"), read_only=True)
        index = ResidentIndex.build(store, "made", kind)
        return lambda q: [int(i, 16) for i, _ in index.search(q, K)]

    return build


def bare_lance(indexed: bool) -> Callable[[Path], Answer]:
    def build(folder: Path) -> Answer:
        import lance
        import pyarrow as pa

        from pincite.store.vector_index import REFINE, probes

        place = str(folder / ("lance" if indexed else "lance-flat"))

        def batches() -> Iterator[pa.RecordBatch]:
            for block in blocks_of(folder):
                values = pa.FixedSizeListArray.from_arrays(block.reshape(-1), block.shape[1])
                yield pa.record_batch({"v": values})

        width = np.load(folder / "queries.npy").shape[1]
        schema = pa.schema({"v": pa.list_(pa.float32(), width)})
        table = lance.write_dataset(batches(), place, schema=schema)
        rows = table.count_rows()
        near: dict[str, Any] = {"column": "v", "k": K, "metric": "cosine"}
        if indexed:
            parts = int(np.sqrt(rows))
            table.create_index("v", "IVF_SQ", metric="cosine", num_partitions=parts)
            near |= {"nprobes": probes(rows), "refine_factor": REFINE}
        table = lance.dataset(place)

        def answer(q: Floats) -> list[int]:
            found = table.to_table(columns=["_distance"], nearest=near | {"q": q}, with_row_id=True)
            rowids = found["_rowid"].to_numpy()
            return [int(r) for r in (rowids & 0xFFFFFFFF) + (rowids >> 32) * offset]

        offset = table.get_fragments()[0].count_rows()
        return answer

    return build


def bare_faiss(kind: str) -> Callable[[Path], Answer]:
    def build(folder: Path) -> Answer:
        import faiss

        width, metric = np.load(folder / "queries.npy").shape[1], faiss.METRIC_INNER_PRODUCT
        rows = (folder / "rows.f32").stat().st_size // (4 * width)
        cells = int(np.sqrt(rows))
        chosen = None
        if kind == "flat":
            index = faiss.IndexFlatIP(width)
        elif kind == "hnsw":
            index = faiss.IndexHNSWSQ(width, faiss.ScalarQuantizer.QT_8bit, 32, metric)
            index.hnsw.efConstruction = 64
            chosen = faiss.SearchParametersHNSW(efSearch=64)
        else:
            recipe = f"IVF{cells},PQ{width}x4fs,Refine(SQfp16)"
            index = faiss.index_factory(width, recipe, metric)
            cells_of = faiss.downcast_index(index.base_index)
            cells_of.cp.niter, cells_of.pq.cp.niter = 10, 10
            inner = faiss.SearchParametersIVF(nprobe=int(6 * rows**0.25))
            chosen = faiss.IndexRefineSearchParameters(k_factor=10, base_index_params=inner)
        step = max(1, rows // max(20_000, 64 * cells))
        threads = faiss.omp_get_max_threads()
        faiss.omp_set_num_threads(1)  # on busy processors its many small steps wait for each other
        index.train(np.vstack([block[::step] for block in blocks_of(folder)]))
        faiss.omp_set_num_threads(threads)
        for block in blocks_of(folder):
            index.add(block)
        if chosen is None:
            return lambda q: index.search(q[None], K)[1][0].tolist()
        return lambda q: index.search(q[None], K, params=chosen)[1][0].tolist()

    return build


ARMS: dict[str, tuple[str, Callable[[Path], Answer], str]] = {
    "disk": ("Pincite, from disk", pincite_disk, "kb"),
    "exact": ("Pincite, from disk, exact", pincite_exact, ""),
    "lance": ("bare Lance IVF_SQ", bare_lance(True), "lance"),
    "lance-flat": ("bare Lance, no index", bare_lance(False), "lance-flat"),
    "flat": ("Pincite, resident flat", resident("flat"), ""),
    "hnsw": ("Pincite, resident hnsw", resident("hnsw"), ""),
    "ivfpq": ("Pincite, resident ivfpq", resident("ivfpq"), ""),
    "faiss-flat": ("bare Faiss flat", bare_faiss("flat"), ""),
    "faiss-hnsw": ("bare Faiss HNSW-SQ", bare_faiss("hnsw"), ""),
    "faiss-ivfpq": ("bare Faiss IVF-PQ, refined", bare_faiss("ivfpq"), ""),
}


# -- running --------------------------------------------------------------------------------


def serve(name: str, folder: Path, pipe: Connection) -> None:
    """Build one arm, then answer a share of the queries each time one is asked."""
    start = time.perf_counter()
    answer = ARMS[name][1](folder)
    pipe.send((time.perf_counter() - start, peak_mb()))
    queries = np.load(folder / "queries.npy")
    for query in queries[:10]:
        answer(query)
    while (numbers := pipe.recv()) is not None:
        found, seconds = [], []
        for number in numbers:
            begun = time.perf_counter()
            found.append(answer(queries[number]))
            seconds.append(time.perf_counter() - begun)
        pipe.send((found, seconds, peak_mb()))


def filled(folder: Path, pipe: Connection) -> None:
    start = time.perf_counter()
    fill(folder)
    pipe.send((time.perf_counter() - start, peak_mb()))


def peak_mb() -> float:
    status = Path("/proc/self/status").read_text("ascii")
    return int(re.search(r"VmHWM:\s+(\d+)", status)[1]) / 1024  # type: ignore[index]


def disk_mb(path: Path) -> float:
    return sum(f.stat().st_size for f in path.rglob("*") if f.is_file()) / 2**20


def measure(names: list[str], folder: Path) -> dict[str, dict[str, float]]:
    """Build the arms one after another, then let them answer by turns."""
    spawn = mp.get_context("spawn")
    ours, theirs = spawn.Pipe()
    worker = spawn.Process(target=filled, args=(folder, theirs))
    worker.start()
    seconds, peak = ours.recv()
    worker.join()
    print(f"knowledge base filled in {seconds:.0f} s, peak {peak:.0f} MB", flush=True)
    pipes: dict[str, Connection] = {}
    rows: dict[str, dict[str, float]] = {}
    for name in names:
        pipes[name], theirs = spawn.Pipe()
        worker = spawn.Process(target=serve, args=(name, folder, theirs), daemon=True)
        worker.start()
        theirs.close()  # an arm that fails ends the run
        build_s, peak = pipes[name].recv()
        rows[name] = {"build s": build_s, "peak MB": peak}
        print(f"  {name}: built in {build_s:.1f} s", flush=True)
    truth = np.load(folder / "truth.npy")
    times: dict[str, list[float]] = {name: [] for name in names}
    right = dict.fromkeys(names, 0)
    slow: set[str] = set()
    order = np.random.default_rng(0)
    for turn in range(ROUNDS * 10):
        numbers = list(range(turn % 10, QUERIES, 10))
        if turn == 10:  # one round of those without an index tells enough
            slow = {n for n in names if np.median(times[n]) > 0.05}
        for name in order.permutation(names):  # who follows whom matters: threads still spin
            if name in slow:
                continue
            pipes[name].send(numbers)
            found, taken, rows[name]["peak MB"] = pipes[name].recv()
            times[name] += taken
            right[name] += sum(
                len(set(f) & set(truth[n].tolist())) for f, n in zip(found, numbers, strict=True)
            )
    for name in names:
        pipes[name].send(None)
        rows[name] |= {
            "p50 ms": 1e3 * float(np.median(times[name])),
            "p95 ms": 1e3 * float(np.quantile(times[name], 0.95)),
            "recall@10": right[name] / (K * len(times[name])),
            "disk MB": disk_mb(folder / ARMS[name][2]) if ARMS[name][2] else 0.0,
        }
    return rows


def show(rows: dict[str, dict[str, float]]) -> None:
    good = [r["p50 ms"] for r in rows.values() if r["recall@10"] >= 0.95]
    fastest = min(good or [r["p50 ms"] for r in rows.values()])
    print("| arm | build s | p50 ms | p95 ms | × fastest | recall@10 | peak MB | disk MB |")
    print("|---|---|---|---|---|---|---|---|")
    for name, r in rows.items():
        disk = f"{r['disk MB']:,.0f}" if r["disk MB"] else "–"
        print(
            f"| {ARMS[name][0]} | {r['build s']:.1f} | {r['p50 ms']:.2f} | {r['p95 ms']:.2f} | "
            f"{r['p50 ms'] / fastest:.1f} | {r['recall@10']:.3f} | {r['peak MB']:,.0f} | {disk} |"
        )
    for ours, bare in [("disk", "lance"), ("exact", "lance-flat"), *RESIDENT_PAIRS]:
        if ours in rows and bare in rows:
            ratio = rows[ours]["p50 ms"] / rows[bare]["p50 ms"]
            print(f"{ARMS[ours][0]} / {ARMS[bare][0]}: {ratio:.2f}")


RESIDENT_PAIRS = [("flat", "faiss-flat"), ("hnsw", "faiss-hnsw"), ("ivfpq", "faiss-ivfpq")]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--data", default="clustered")
    parser.add_argument("--arms", default=",".join(ARMS))
    parser.add_argument("--json", help="also write the figures to this file")
    asked = parser.parse_args()
    names = asked.arms.split(",")
    unknown = [n for n in names if n not in ARMS]
    if unknown:
        sys.exit(f"no arm named {unknown[0]!r}; known: {', '.join(ARMS)}")
    os.environ.setdefault("OMP_NUM_THREADS", str(os.cpu_count() or 1))
    folder = Path(tempfile.mkdtemp(prefix="vector-search-"))
    try:
        prepare(asked.data, asked.rows, folder)
        rows = measure(names, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    show(rows)
    if asked.json:
        Path(asked.json).write_text(json.dumps(rows, indent=1), "utf-8")


if __name__ == "__main__":
    main()
