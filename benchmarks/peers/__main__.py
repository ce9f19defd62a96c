"""The same passages, machine and MiniLM weights through txtai, LlamaIndex, Haystack and Pincite.

    python -m benchmarks.peers [--environments DIR] [--only NAME,...] [--queries N] [--rounds N]

Each library runs in an environment of its own, made at the first run (some minutes). Passages are
English paragraphs with questions (R@1) and two collections of abstracts with judgements (nDCG@10),
all in one index. Pincite reads each passage as a file, the others are given strings. Questions
and cold starts are taken in turn, library by library, and the median of the rounds counts: a shared
machine is now faster, now slower. One table is printed, then the ratio of each to Pincite.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import statistics
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.corpora import load
from benchmarks.peer import write_sentence_transformer
from benchmarks.peers import environments, watch

ROOT = Path(__file__).parents[2]
COLLECTIONS = ("qa-en", "ir-aero", "ir-library")
INDEX = {"txtai": "txtai", "llamaindex": "llamaindex", "haystack": "haystack.json",
         "pincite": "pincite"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Judged:
    """Queries with the ids of what is relevant and its grade, and the collection they are of."""

    queries: Sequence[str]
    relevant: Sequence[dict[str, int]]
    collections: Sequence[str]


@dataclass(frozen=True, slots=True)
class Row:
    """What one library did."""

    name: str
    version: str
    r1: float
    ndcg: dict[str, float]
    passages_per_s: float
    p50_ms: float
    p95_ms: float
    first_s: float
    ingest_mb: float
    ask_mb: float
    disk_mb: float
    again_s: float
    duplicates: int


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--environments", type=Path, default=ROOT / ".venv-peers")
    parser.add_argument("--only", default=",".join(environments.PACKAGES))
    parser.add_argument("--queries", type=int, default=0, help="At most so many a collection.")
    parser.add_argument("--rounds", type=int, default=3, help="Of questions and cold starts.")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        work = Path(scratch)
        judged = prepare(work, arguments.queries)
        arms = [Arm(name, arguments.environments, work) for name in arguments.only.split(",")]
        rows = measure(arms, judged, arguments.rounds)
    show(rows)


def prepare(work: Path, limit: int) -> Judged:
    """Write passages, queries, files and the model into `work`; return the judgements."""
    passages, queries, relevant, collections = [], [], [], []
    for name in COLLECTIONS:
        collection = load(name)
        ids = [f"{name}-{Path(title).stem}" for title in collection.titles]
        passages += list(zip(ids, collection.passages, strict=True))
        count = limit or len(collection.queries)
        queries += list(collection.queries)[:count]
        collections += [name] * len(list(collection.queries)[:count])
        relevant += [{ids[i]: g for i, g in r.items()} for r in list(collection.relevant)[:count]]
    (work / "passages.json").write_text(json.dumps(passages), "utf-8")
    (work / "queries.json").write_text(json.dumps(queries), "utf-8")
    (work / "files").mkdir()
    for id, text in passages:
        (work / "files" / f"{id}.txt").write_text(text, "utf-8")
    write_sentence_transformer(work / "minilm")
    return Judged(queries, relevant, collections)


class Arm:
    """One library in its environment; every step is a process of its own."""

    def __init__(self, name: str, place: Path, work: Path) -> None:
        self.name, self.work = name, work
        self.interpreter = environments.python(place, name)
        self._environment = watch.clean(
            os.environ, HF_HUB_OFFLINE="1", TOKENIZERS_PARALLELISM="true", PYTHONPATH=str(ROOT)
        )

    def step(self, doing: str) -> watch.Ran:
        """Run a step, and say so: there are minutes of them."""
        module = f"benchmarks.peers.arm_{self.name}"
        command = [str(self.interpreter), "-m", module, doing, str(self.work)]
        ran = watch.run(command, self.work, self._environment)
        print(f"{self.name} {doing}: {ran.seconds:.1f} s, {ran.peak_mb:.0f} MB", flush=True)
        return ran

    def disk_mb(self) -> float:
        """Return what its index takes."""
        return _bytes(self.work / INDEX[self.name]) / 1e6


def measure(arms: Sequence[Arm], judged: Judged, rounds: int) -> list[Row]:
    """Return what each library does; what is compared in milliseconds is taken in turn."""
    made = {arm.name: arm.step("ingest") for arm in arms}
    disk_mb = {arm.name: arm.disk_mb() for arm in arms}
    asked: dict[str, list[watch.Ran]] = {arm.name: [] for arm in arms}
    first: dict[str, list[watch.Ran]] = {arm.name: [] for arm in arms}
    for _ in range(rounds):
        for arm in arms:
            asked[arm.name].append(arm.step("ask"))
            first[arm.name].append(arm.step("first"))
    again = {arm.name: _last_line(arm.step("again")) for arm in arms}
    rows = []
    for arm in arms:
        name, ingest = arm.name, _last_line(made[arm.name])
        found = [_last_line(ran) for ran in asked[name]]
        rankings = found[0]["rankings"]
        rows.append(
            Row(
                name=name,
                version=environments.version(arm.interpreter, name),
                r1=r_at_1(rankings, judged, "qa-en"),
                ndcg={c: ndcg_at_10(rankings, judged, c) for c in COLLECTIONS[1:]},
                passages_per_s=ingest["given"] / ingest["seconds"],
                p50_ms=statistics.median(one["p50_ms"] for one in found),
                p95_ms=statistics.median(one["p95_ms"] for one in found),
                first_s=statistics.median(ran.seconds for ran in first[name]),
                ingest_mb=made[name].peak_mb,
                ask_mb=max(ran.peak_mb for ran in asked[name]),
                disk_mb=disk_mb[name],
                again_s=again[name]["seconds"],
                duplicates=int(again[name]["held"] - ingest["held"]),
            )
        )
    return rows


def r_at_1(rankings: Sequence[Sequence[str]], judged: Judged, collection: str) -> float:
    """Return how often the first passage is the relevant one."""
    hits = [
        bool(ranking) and ranking[0] in relevant
        for ranking, relevant, name in zip(
            rankings, judged.relevant, judged.collections, strict=True
        )
        if name == collection
    ]
    return sum(hits) / len(hits)


def ndcg_at_10(rankings: Sequence[Sequence[str]], judged: Judged, collection: str) -> float:
    """Return the mean nDCG of the first ten passages."""
    values = []
    for ranking, relevant, name in zip(rankings, judged.relevant, judged.collections, strict=True):
        if name == collection:
            gain = sum(relevant.get(id, 0) / math.log2(r + 2) for r, id in enumerate(ranking[:10]))
            best = sorted(relevant.values(), reverse=True)[:10]
            values.append(gain / sum(g / math.log2(r + 2) for r, g in enumerate(best)))
    return sum(values) / len(values)


def show(rows: Sequence[Row]) -> None:
    """Print the table, and the ratios to Pincite."""
    head = ("", "R@1 qa", "nDCG aero", "nDCG library", "passages/s", "p50 ms", "p95 ms", "first s",
            "MB ingest", "MB ask", "MB disk", "again s", "duplicates")  # fmt: skip
    print("| " + " | ".join(head) + " |\n|" + "---|" * len(head))
    for row in rows:
        cells = [f"{row.name} {row.version}", f"{row.r1:.3f}"]
        cells += [f"{row.ndcg[c]:.3f}" for c in COLLECTIONS[1:]]
        cells += [f"{row.passages_per_s:.0f}", f"{row.p50_ms:.1f}", f"{row.p95_ms:.1f}"]
        cells += [f"{row.first_s:.2f}", f"{row.ingest_mb:.0f}", f"{row.ask_mb:.0f}"]
        cells += [f"{row.disk_mb:.1f}", f"{row.again_s:.1f}", str(row.duplicates)]
        print("| " + " | ".join(cells) + " |")
    ours = next((row for row in rows if row.name == "pincite"), None)
    for row in rows:
        if ours is not None and row is not ours:
            print(
                f"{row.name} against pincite: ingest {ours.passages_per_s / row.passages_per_s:.2f}"
                f" x as fast, query {row.p50_ms / ours.p50_ms:.2f} x, first answer "
                f"{row.first_s / ours.first_s:.2f} x, memory {row.ingest_mb / ours.ingest_mb:.2f} x"
                f" (ingest) {row.ask_mb / ours.ask_mb:.2f} x (asking), disk "
                f"{row.disk_mb / ours.disk_mb:.2f} x, again {row.again_s / ours.again_s:.1f} x"
            )


def _last_line(ran: watch.Ran) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(ran.output.strip().splitlines()[-1])
    return found


def _bytes(path: Path) -> int:
    if path.is_file():
        return path.stat().st_size
    return sum(file.stat().st_size for file in path.rglob("*") if file.is_file())


if __name__ == "__main__":
    main()
