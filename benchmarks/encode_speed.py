"""Passages a second of the text encoder beside sentence-transformers on the same weights.

    PYTHONPATH=src python -m benchmarks.encode_speed [--passages N] [--rounds N] [--threads N]

Needs the pulled model, the extra `torch` and a collection. The contestants take turns, round by
round, so that whatever else the machine does meets all of them alike. Besides the wall clock,
processor time a passage is printed: on a busy machine it is the steadier figure.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Sequence

from benchmarks.corpora import load
from benchmarks.peer import sentence_transformer
from pincite.config import load_config
from pincite.encode.onnx_text import OnnxTextEncoder

Encode = Callable[[Sequence[str]], object]
PEER = "sentence-transformers"


def contestants(threads: int) -> dict[str, Encode]:
    """Return each encoder by name; all use the same number of threads."""
    import torch

    torch.set_num_threads(threads)
    peer = sentence_transformer()
    ours = {
        precision: OnnxTextEncoder(load_config({"precision": precision, "threads": threads}))
        for precision in ("fp32", "int8")
    }
    return {
        PEER: lambda texts: peer.encode(list(texts), batch_size=32),
        **{f"pincite {name}": encoder.encode for name, encoder in ours.items()},
    }


def measured(encode: Encode, texts: Sequence[str]) -> tuple[float, float]:
    """Return (seconds on the clock, seconds of processor time) of one go."""
    clock, processor = time.perf_counter(), time.process_time()
    encode(texts)
    return time.perf_counter() - clock, time.process_time() - processor


def report(title: str, runs: dict[str, list[tuple[float, float]]], count: int) -> None:
    """Print the median of each contestant and how it stands to the peer."""
    middle = {
        name: [statistics.median(side) for side in zip(*goes, strict=True)]
        for name, goes in runs.items()
    }
    print(title)
    for name, (clock, processor) in middle.items():
        ratio = statistics.median(
            theirs[0] / mine[0] for theirs, mine in zip(runs[PEER], runs[name], strict=True)
        )
        work = middle[PEER][1] / processor
        print(
            f"  {name:22}{count / clock:8.1f} a second {ratio:6.2f}x"
            f"{processor / count * 1e3:9.2f} ms of processor each {work:6.2f}x"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--passages", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    encoders = contestants(options.threads)
    for name in ("qa-en", "ir-aero"):
        collection = load(name)
        for title, texts in (
            (f"{name}: passages", collection.passages[: options.passages]),
            (f"{name}: questions", collection.queries[: options.passages]),
        ):
            for encode in encoders.values():
                encode(texts[:8])
            runs: dict[str, list[tuple[float, float]]] = {contestant: [] for contestant in encoders}
            for _ in range(options.rounds):
                for contestant, encode in encoders.items():
                    runs[contestant].append(measured(encode, texts))
            words = statistics.mean(len(text.split()) for text in texts)
            report(f"{title} of {words:.0f} words", runs, len(texts))


if __name__ == "__main__":
    main()
