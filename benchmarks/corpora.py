"""The public collections beside the project, as passages, queries and judgements.

They are not part of the project: `shared/data` beside the checkout, or PINCITE_BENCH_DATA.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pincite.encode import Encoder
from pincite.ingest.searchable import embed_text
from pincite.store.ledger import Ingested, LedgerEntry, Source
from pincite.store.tables import Store
from pincite.types import Asset, Embeddings, Extracted, Segment, TextSpan, segment_id

DATA = Path(os.environ.get("PINCITE_BENCH_DATA") or Path(__file__).parents[2] / "shared" / "data")
BATCH = 500


@dataclass(frozen=True, slots=True)
class Collection:
    """Passages, queries, and which passages are relevant to each query (index to grade)."""

    name: str
    titles: Sequence[str]
    passages: Sequence[str]
    queries: Sequence[str]
    relevant: Sequence[Mapping[int, int]]
    groups: Sequence[int]
    """For each query, what it must not be split from (its article)."""


def load(name: str) -> Collection:
    """Return qa-en, qa-zh, qa-de, qa-reading.zh, ir-aero or ir-library."""
    if not DATA.is_dir():
        sys.exit(f"no data at {DATA}; set PINCITE_BENCH_DATA to a folder with qa/, ir-aero/, ...")
    return _squad(name) if name.startswith("qa-") else _beir(name)


def _squad(name: str) -> Collection:
    file = f"{name}.json" if name.startswith("qa-reading") else f"qa.{name[3:]}.json"
    articles = json.loads((DATA / "qa" / file).read_text("utf-8"))["data"]
    passages, queries, relevant, groups = [], [], [], []
    for group, article in enumerate(articles):
        for paragraph in article["paragraphs"]:
            for question in paragraph["qas"]:
                queries.append(question["question"])
                relevant.append({len(passages): 1})
                groups.append(group)
            passages.append(paragraph["context"])
    titles = [f"{i:04}.txt" for i in range(len(passages))]
    return Collection(name, titles, passages, queries, relevant, groups)


def _beir(name: str) -> Collection:
    def lines(file: str) -> list[dict[str, str]]:
        return [json.loads(line) for line in (DATA / name / file).read_text("utf-8").splitlines()]

    corpus, queries = lines("corpus.jsonl"), lines("queries.jsonl")
    index = {row["_id"]: i for i, row in enumerate(corpus)}
    judged: dict[str, dict[int, int]] = {row["_id"]: {} for row in queries}
    for line in (DATA / name / "qrels.tsv").read_text("utf-8").splitlines()[1:]:
        query, passage, grade = line.split("\t")
        if query in judged and passage in index and int(grade) > 0:
            judged[query][index[passage]] = int(grade)
    kept = [row for row in queries if judged[row["_id"]]]
    return Collection(
        name,
        [f"{row['_id']}.txt" for row in corpus],
        [f"{row.get('title', '')}\n{row['text']}".strip() for row in corpus],
        [row["text"] for row in kept],
        [judged[row["_id"]] for row in kept],
        list(range(len(kept))),
    )


def fill(store: Store, collection: Collection, encoder: Encoder | None) -> list[str]:
    """Write each passage as a text file of its own would be; return the segment ids in order."""
    items = [
        _ingested(f"/{collection.name}/{title}", title, text)
        for title, text in zip(collection.titles, collection.passages, strict=True)
    ]
    for at in range(0, len(items), BATCH):
        batch = items[at : at + BATCH]
        store.commit(_embedded(batch, encoder) if encoder else batch)
    store.optimize()
    return [item.extracts[0].segment.id for item in items]


def _ingested(uri: str, title: str, text: str) -> Ingested:
    id = hashlib.sha256(f"{uri}\n{text}".encode()).hexdigest()
    locator = TextSpan(0, len(text))
    segment = Segment(segment_id(id, locator, "bench"), id, "text", locator, text)
    asset = Asset(id, uri, "text/plain", len(text.encode()), 0, title)
    entry = LedgerEntry(asset, (Source(uri, asset.size_bytes, 0),), "complete", segments=1)
    return Ingested(entry, (Extracted(segment),))


def _embedded(batch: Sequence[Ingested], encoder: Encoder) -> list[Ingested]:
    texts = [embed_text(item.extracts[0].segment) for item in batch]
    vectors = encoder.encode(texts, role="document")
    return [
        Ingested(
            item.entry,
            item.extracts,
            (Embeddings((item.extracts[0].segment.id,), vectors[i : i + 1], encoder.space),),
        )
        for i, item in enumerate(batch)
    ]
