"""What every arm does, whatever library it runs: ingest, ask, ingest again.

Run inside the arm's own environment, so only the standard library is used here:

    python -m benchmarks.peers.arm_NAME ingest|again|ask|first WORK
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

K = 10


class Arm(Protocol):
    """One library, set up as its documentation has hybrid search."""

    def ingest(self, work: Path, passages: Sequence[tuple[str, str]]) -> int:
        """Make the index under `work` of (id, text), or add to it; return how many it holds."""
        ...

    def load(self, work: Path) -> None:
        """Open the index, ready to be asked."""
        ...

    def ask(self, query: str) -> list[str]:
        """Return the ids of the best passages, best first."""
        ...


def run(arm: Arm) -> None:
    """Do what the command line says, and print one line of JSON."""
    doing, work = sys.argv[1], Path(sys.argv[2])
    if doing in ("ingest", "again"):
        print(json.dumps(_ingest(arm, work)))
    elif doing == "ask":
        print(json.dumps(_ask(arm, work)))
    else:
        arm.load(work)
        [query, *_] = _lines(work / "queries.json")
        print(json.dumps({"first": arm.ask(str(query))[:1]}))


def _ingest(arm: Arm, work: Path) -> dict[str, float]:
    passages = [(str(id), str(text)) for id, text in _lines(work / "passages.json")]
    started = time.perf_counter()
    held = arm.ingest(work, passages)
    return {"seconds": time.perf_counter() - started, "held": held, "given": len(passages)}


def _ask(arm: Arm, work: Path) -> dict[str, object]:
    arm.load(work)
    queries = [str(query) for query in _lines(work / "queries.json")]
    for query in queries[:5]:
        arm.ask(query)  # whatever is made at first use is made
    rankings, times = [], []
    for query in queries:
        started = time.perf_counter()
        rankings.append(arm.ask(query)[:K])
        times.append((time.perf_counter() - started) * 1000)
    return {
        "p50_ms": statistics.median(times),
        "p95_ms": statistics.quantiles(times, n=20)[-1],
        "rankings": rankings,
    }


def _lines(path: Path) -> list[list[str]]:
    found: list[list[str]] = json.loads(path.read_text("utf-8"))
    return found
