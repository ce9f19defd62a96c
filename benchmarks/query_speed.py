"""Queries one by one from disk, with vectors in memory, and as a batch, in turn in one run.

    python -m benchmarks.query_speed [--rounds N]

Each way opens the knowledge base anew, so that none finds what another has read.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

from benchmarks.corpora import JOINED, JOINT, fill, load
from pincite.config import load_config
from pincite.encode import default_encoder
from pincite.pipeline import KnowledgeBase
from pincite.store.tables import Store

Times = list[float]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    queries = [query for name in JOINED for query in load(name).queries]
    with tempfile.TemporaryDirectory() as scratch:
        place = str(Path(scratch) / "kb")
        store = Store.open(place, create=True)
        fill(store, load(JOINED[0] + JOINT), default_encoder(load_config()))
        print(f"{len(queries)} queries over {store.count()} segments, {arguments.rounds} rounds")
        ways = {"one by one": one_by_one, "vectors in memory": in_memory, "a batch": batch}
        times: dict[str, list[Times]] = defaultdict(list)
        for _ in range(arguments.rounds):
            for name, way in ways.items():
                base = KnowledgeBase.open(place)
                base.search("warm")  # the model is loaded
                times[name].append(way(base, queries))
    report(times)


def one_by_one(base: KnowledgeBase, queries: list[str]) -> Times:
    """Return the seconds of each query."""
    return [_seconds(lambda query=query: base.search(query)) for query in queries]


def in_memory(base: KnowledgeBase, queries: list[str]) -> Times:
    """Return the seconds of each query, vectors being held."""
    base.hold_vectors()
    return one_by_one(base, queries)


def batch(base: KnowledgeBase, queries: list[str]) -> Times:
    """Return the seconds of all, shared out."""
    whole = _seconds(lambda: list(base.search_many(queries)))
    return [whole / len(queries)] * len(queries)


def _seconds(call: Callable[[], object]) -> float:
    started = time.perf_counter()
    call()
    return time.perf_counter() - started


def report(times: dict[str, list[Times]]) -> None:
    """Print medians over the rounds, and the ratio to the first way."""
    first = statistics.median(sum(run) for run in next(iter(times.values())))
    for name, runs in times.items():
        p50 = statistics.median(statistics.median(run) for run in runs) * 1000
        p95 = statistics.median(statistics.quantiles(run, n=20)[-1] for run in runs) * 1000
        ratio = first / statistics.median(sum(run) for run in runs)
        spread = "" if name == "a batch" else f"  p95 {p95:5.1f} ms"
        print(f"{name:18} {p50:5.1f} ms a query{spread}  {ratio:.2f} x")


if __name__ == "__main__":
    main()
