"""The same passages, machine and MiniLM weights through txtai, LlamaIndex, Haystack and Pincite.

    python -m benchmarks.peers [--environments DIR] [--only NAME,...] [--queries N] [--rounds N]

Each library runs in an environment of its own, made at the first run (some minutes). Passages are
English paragraphs with questions (R@1) and two collections of abstracts with judgements (nDCG@10),
all in one index. Pincite reads each passage as a file, the others are given strings. One table
is printed; the last line of each library is the ratio to Pincite in the same run.
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
    parser.add_argument("--rounds", type=int, default=3, help="Cold starts, the median counts.")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        work = Path(scratch)
        judged = prepare(work, arguments.queries)
        rows = []
        for name in arguments.only.split(","):
            rows.append(measure(name, arguments.environments, work, judged, arguments.rounds))
            print(rows[-1], flush=True)  # minutes of work; a fault in the next arm must not lose it
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


def measure(name: str, place: Path, work: Path, judged: Judged, rounds: int) -> Row:
    """Return what one library does, every step in a process of its own."""
    interpreter = environments.python(place, name)
    environment = watch.clean(
        os.environ, HF_HUB_OFFLINE="1", TOKENIZERS_PARALLELISM="true", PYTHONPATH=str(ROOT)
    )

    def step(doing: str) -> watch.Ran:
        command = [str(interpreter), "-m", f"benchmarks.peers.arm_{name}", doing, str(work)]
        return watch.run(command, work, environment)

    made = step("ingest")
    ingest = _last_line(made)
    disk_mb = _bytes(work / INDEX[name]) / 1e6
    asked = step("ask")
    found = _last_line(asked)
    first_s = statistics.median(step("first").seconds for _ in range(rounds))
    again = _last_line(step("again"))
    return Row(
        name=name,
        version=environments.version(interpreter, name),
        r1=r_at_1(found["rankings"], judged, "qa-en"),
        ndcg={c: ndcg_at_10(found["rankings"], judged, c) for c in COLLECTIONS[1:]},
        passages_per_s=ingest["given"] / ingest["seconds"],
        p50_ms=found["p50_ms"],
        p95_ms=found["p95_ms"],
        first_s=first_s,
        ingest_mb=made.peak_mb,
        ask_mb=asked.peak_mb,
        disk_mb=disk_mb,
        again_s=again["seconds"],
        duplicates=int(again["held"] - ingest["held"]),
    )


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
