"""Passages a second of a whole text ingest beside sentence-transformers merely encoding them.

    python -m benchmarks.ingest_speed [--passages 400] [--rounds 2]

Ours reads each passage as a file of its own in confined processes, encodes it and commits it to a
knowledge base; the peer (torch, 2 threads) only encodes the same texts. They take turns in one run.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.corpora import load
from benchmarks.peer import sentence_transformer
from pincite.config import load_config
from pincite.pipeline import KnowledgeBase


def ours(passages: Sequence[str]) -> float:
    """Return the seconds of a whole ingest into an empty knowledge base."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "files"
        folder.mkdir()
        for number, text in enumerate(passages):
            (folder / f"{number:05}.txt").write_text(text, "utf-8")
        base = KnowledgeBase.open(f"{scratch}/kb", config=load_config())
        started = time.perf_counter()
        base.sync(folder)
        return time.perf_counter() - started


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--passages", type=int, default=400)
    parser.add_argument("--rounds", type=int, default=2)
    arguments = parser.parse_args()
    import torch

    torch.set_num_threads(2)
    passages = load("ir-aero").passages[: arguments.passages]
    model = sentence_transformer()
    model.encode(passages[:8])
    rates: dict[str, list[float]] = {"pincite, whole ingest": [], "sentence-transformers": []}
    for _ in range(arguments.rounds):
        rates["pincite, whole ingest"].append(len(passages) / ours(passages))
        started = time.perf_counter()
        model.encode(passages, batch_size=32, show_progress_bar=False)
        rates["sentence-transformers"].append(len(passages) / (time.perf_counter() - started))
    for name, taken in rates.items():
        print(f"{name:24} {statistics.median(taken):8.1f} passages/s")
    ratio = statistics.median(a / b for a, b in zip(*rates.values(), strict=True))
    print(f"ratio {ratio:.2f} (bar 1.4)")


if __name__ == "__main__":
    main()
