"""How well words alone find the right paragraph, and how fast: prints a table.

    python -m benchmarks.lexical [DATA]

DATA holds `qa/` (SQuAD json) and `ir-aero/` (BEIR files); default: shared/data beside the project.
"""

from __future__ import annotations

import hashlib
import json
import math
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from pincite.store.ledger import Ingested, LedgerEntry, Source
from pincite.store.tables import Store
from pincite.types import Asset, Extracted, Segment, TextSpan, segment_id

Questions = list[tuple[str, Mapping[str, int]]]


def squad(path: Path) -> tuple[list[Ingested], Questions]:
    """Return an article a file, a paragraph a segment, and questions with their paragraph."""
    files, questions = [], []
    for number, article in enumerate(json.loads(path.read_text("utf-8"))["data"]):
        title = str(article.get("title", number)).replace("_", " ")
        paragraphs = [str(p["context"]) for p in article["paragraphs"]]
        files.append(file(f"/{path.name}/{number}", title, paragraphs))
        for extract, paragraph in zip(files[-1].extracts, article["paragraphs"], strict=True):
            right = {extract.segment.id: 1}
            questions += [(str(qa["question"]), right) for qa in paragraph["qas"]]
    return files, questions


def beir(folder: Path) -> tuple[list[Ingested], Questions]:
    """Return a document a file, and queries with their judgements."""
    files, ids = [], {}
    for document in lines(folder / "corpus.jsonl"):
        text = str(document["text"]) or " "
        files.append(file(f"/{folder.name}/{document['_id']}", str(document["title"]), [text]))
        ids[document["_id"]] = files[-1].extracts[0].segment.id
    judged: dict[str, dict[str, int]] = {}
    for row in (folder / "qrels.tsv").read_text("utf-8").splitlines()[1:]:
        query, document, grade = row.split("\t")
        judged.setdefault(query, {})[ids[document]] = int(grade)
    queries = lines(folder / "queries.jsonl")
    return files, [(str(q["text"]), judged[q["_id"]]) for q in queries if q["_id"] in judged]


def lines(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8") as stream:
        yield from map(json.loads, stream)


def file(uri: str, title: str, paragraphs: list[str]) -> Ingested:
    """Return a file as the store takes it."""
    digest = hashlib.sha256((uri + "".join(paragraphs)).encode()).hexdigest()
    asset = Asset(digest, uri, "text/plain", 1, 1, title)
    extracts, start = [], 0
    for ordinal, text in enumerate(paragraphs):
        place = TextSpan(start, start + len(text))
        start += len(text) + 1
        id_ = segment_id(digest, place, "benchmark")
        extracts.append(Extracted(Segment(id_, digest, "text", place, text, ordinal=ordinal)))
    entry = LedgerEntry(asset, (Source(uri, 1, 1),), "complete")
    return Ingested(entry, tuple(extracts))


def gain(found: list[str], right: Mapping[str, int]) -> float:
    """Return nDCG@10."""
    got = sum((2 ** right.get(i, 0) - 1) / math.log2(n + 2) for n, i in enumerate(found[:10]))
    best = sorted(right.values(), reverse=True)[:10]
    ideal = sum((2**grade - 1) / math.log2(n + 2) for n, grade in enumerate(best))
    return got / ideal if ideal else 0.0


def measure(name: str, files: list[Ingested], questions: Questions) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = Store.open(f"{folder}/kb", create=True)
        start = time.perf_counter()
        store.commit(files)
        written = time.perf_counter()
        store.optimize()
        ready = time.perf_counter()
        found = [[i for i, _ in store.lexical(question, 10)] for question, _ in questions]
        asked = time.perf_counter()
    first = sum(
        bool(f) and right.get(f[0], 0) > 0 for f, (_, right) in zip(found, questions, strict=True)
    )
    gains = sum(gain(f, right) for f, (_, right) in zip(found, questions, strict=True))
    n = len(questions)
    print(
        f"{name:8} {sum(len(f.extracts) for f in files):6} segments {n:5} questions  "
        f"R@1 {first / n:.3f}  nDCG@10 {gains / n:.3f}  commit {(written - start) * 1e3:.0f} ms  "
        f"optimize {(ready - written) * 1e3:.0f} ms  {(asked - ready) / n * 1e3:.2f} ms a question"
    )


def main() -> None:
    beside = Path(__file__).parents[2] / "shared" / "data"
    data = Path(sys.argv[1]) if len(sys.argv) > 1 else beside
    if not data.is_dir():
        sys.exit(f"no data at {data}: name the folder that holds qa/ and ir-aero/")
    for language in ("en", "zh"):
        measure(f"qa {language}", *squad(data / "qa" / f"qa.{language}.json"))
    measure("ir-aero", *beir(data / "ir-aero"))


if __name__ == "__main__":
    main()
