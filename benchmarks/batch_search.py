"""Queries one by one and as a batch, side by side in one run.

    python -m benchmarks.batch_search [--rounds N]

Each round opens the knowledge base anew for each way, so that neither finds what the other read.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from pathlib import Path

from benchmarks.corpora import JOINED, JOINT, fill, load
from pincite.config import load_config
from pincite.encode import default_encoder
from pincite.pipeline import KnowledgeBase
from pincite.store.tables import Store


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    queries = [query for name in JOINED for query in load(name).queries]
    with tempfile.TemporaryDirectory() as scratch:
        place = str(Path(scratch) / "kb")
        store = Store.open(place, create=True)
        fill(store, load(JOINED[0] + JOINT), default_encoder(load_config()))
        alone, many = [], []
        for _ in range(arguments.rounds):
            alone.append(_seconds(place, queries, batch=False))
            many.append(_seconds(place, queries, batch=True))
        segments = store.count()
    one, other = statistics.median(alone), statistics.median(many)
    print(f"{len(queries)} queries over {segments} segments, {arguments.rounds} rounds")
    print(f"one by one {one:.2f} s, as a batch {other:.2f} s: {one / other:.2f} x as fast")


def _seconds(place: str, queries: list[str], *, batch: bool) -> float:
    base = KnowledgeBase.open(place)
    base.search("warm")  # the model is loaded
    started = time.perf_counter()
    if batch:
        list(base.search_many(queries))
    else:
        for query in queries:
            base.search(query)
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
