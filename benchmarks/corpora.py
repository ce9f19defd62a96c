"""The public collections beside the project, as passages, queries and judgements.

They are not part of the project: `shared/data` beside the checkout, or BENCH_DATA.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pincite.encode import Encoder
from pincite.ingest.searchable import embed_text
from pincite.ingest.segment import text_segments
from pincite.ingest.text import EXTRACTOR, paragraphs
from pincite.store.ledger import Ingested, LedgerEntry, Source
from pincite.store.tables import Store
from pincite.types import Asset, Embeddings, Extracted, TextSpan

DATA = Path(os.environ.get("BENCH_DATA") or Path(__file__).parents[2] / "shared" / "data")
BATCH = 500
GAP = "\n\n"
LONG = "-long"
JOINT = "-joint"
JOINED = ("qa-en", "ir-aero", "ir-library")


@dataclass(frozen=True, slots=True)
class Collection:
    """Passages, queries, and which passages are relevant to each query (index to grade).

    Attributes:
        titles: One a file.
        passages: By index.
        queries: As they are asked.
        relevant: For each query.
        groups: For each query, what it must not be split from (its article).
        answers: For each query, where in its passage the answer stands; empty: not known.
        files: For each passage the file that it stands in; empty: each is a file of its own.
    """

    name: str
    titles: Sequence[str]
    passages: Sequence[str]
    queries: Sequence[str]
    relevant: Sequence[Mapping[int, int]]
    groups: Sequence[int]
    answers: Sequence[Sequence[TextSpan]] = ()
    files: Sequence[int] = ()

    def texts(self) -> list[str]:
        """Return the text of each file."""
        parts: dict[int, list[str]] = {}
        for file, passage in zip(
            self.files or range(len(self.passages)), self.passages, strict=True
        ):
            parts.setdefault(file, []).append(passage)
        return [GAP.join(parts[file]) for file in sorted(parts)]

    def gold(self, query: int) -> dict[int, list[TextSpan]]:
        """Return by file where what is looked for stands: the answers, or else the passages."""
        files = self.files or range(len(self.passages))
        found: dict[int, list[TextSpan]] = {}
        for passage in self.relevant[query]:
            file = files[passage]
            before = [p for p in range(passage) if files[p] == file] if self.files else []
            start = sum(len(self.passages[p]) + len(GAP) for p in before)
            spans = self.answers[query] if self.answers else ()
            for span in spans or [TextSpan(0, len(self.passages[passage]))]:
                found.setdefault(file, []).append(TextSpan(start + span.start, start + span.end))
        return found


@dataclass(frozen=True, slots=True)
class Piece:
    """A segment as it was cut: characters `span` of a file."""

    file: int
    span: TextSpan


def load(name: str) -> Collection:
    """Return qa-en, qa-zh, qa-de, qa-reading.zh, ir-aero or ir-library.

    With "-long" behind it (qa-en-long), all passages of an article stand in one file. With "-joint"
    (ir-aero-joint), the passages of all English collections are searched.
    """
    if not DATA.is_dir():
        sys.exit(f"no data at {DATA}; set BENCH_DATA to a folder with qa/, ir-aero/, ...")
    if name.endswith(JOINT):
        return _joint(load(name.removesuffix(JOINT)))
    if name.startswith("qa-"):
        found = _squad(name.removesuffix(LONG))
        return _long(found) if name.endswith(LONG) else found
    return _beir(name)


def _squad(name: str) -> Collection:
    file = f"{name}.json" if name.startswith("qa-reading") else f"qa.{name[3:]}.json"
    articles = json.loads((DATA / "qa" / file).read_text("utf-8"))["data"]
    passages, queries, relevant, groups, answers = [], [], [], [], []
    for group, article in enumerate(articles):
        for paragraph in article["paragraphs"]:
            for question in paragraph["qas"]:
                queries.append(question["question"])
                relevant.append({len(passages): 1})
                groups.append(group)
                answers.append([_span(answer) for answer in question["answers"]])
            passages.append(paragraph["context"])
    titles = [f"{i:04}.txt" for i in range(len(passages))]
    return Collection(name, titles, passages, queries, relevant, groups, answers)


def _span(answer: Mapping[str, Any]) -> TextSpan:
    return TextSpan(answer["answer_start"], answer["answer_start"] + len(answer["text"]))


def _long(whole: Collection) -> Collection:
    """Return a collection with one file an article."""
    article = {p: g for g, judged in zip(whole.groups, whole.relevant, strict=True) for p in judged}
    files = [article[passage] for passage in range(len(whole.passages))]
    titles = [f"{i:04}.txt" for i in range(max(files) + 1)]
    return replace(whole, name=f"{whole.name}{LONG}", titles=titles, files=files)


def _joint(own: Collection) -> Collection:
    """Return the queries of a collection over the passages of all, its own first."""
    parts = [own, *(load(name) for name in JOINED if name != own.name)]
    return replace(
        own,
        name=f"{own.name}{JOINT}",
        titles=[f"{part.name}-{title}" for part in parts for title in part.titles],
        passages=[passage for part in parts for passage in part.passages],
    )


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


def fill(store: Store, collection: Collection, encoder: Encoder | None) -> dict[str, Piece]:
    """Write the files, cut as when read from a folder; return their segments by id."""
    pieces: dict[str, Piece] = {}
    items = []
    for file, (title, text) in enumerate(zip(collection.titles, collection.texts(), strict=True)):
        items.append(_ingested(f"/{collection.name}/{title}", title, text))
        for extract in items[-1].extracts:
            if isinstance(place := extract.segment.locator, TextSpan):
                pieces[extract.segment.id] = Piece(file, place)
    for at in range(0, len(items), BATCH):
        batch = items[at : at + BATCH]
        store.commit(_embedded(batch, encoder) if encoder else batch)
    store.optimize()
    return pieces


def _ingested(uri: str, title: str, text: str) -> Ingested:
    id = hashlib.sha256(f"{uri}\n{text}".encode()).hexdigest()
    asset = Asset(id, uri, "text/plain", len(text.encode()), 0, title)
    extracts = tuple(map(Extracted, text_segments(asset, text, paragraphs(text), EXTRACTOR)))
    sources = (Source(uri, asset.size_bytes, 0),)
    return Ingested(LedgerEntry(asset, sources, "complete", segments=len(extracts)), extracts)


def _embedded(batch: Sequence[Ingested], encoder: Encoder) -> list[Ingested]:
    segments = [extract.segment for item in batch for extract in item.extracts]
    vectors = encoder.encode([embed_text(segment) for segment in segments], role="document")
    made, at = [], 0
    for item in batch:
        ids = tuple(extract.segment.id for extract in item.extracts)
        own = Embeddings(ids, vectors[at : at + len(ids)], encoder.space)
        made.append(Ingested(item.entry, item.extracts, (own,)))
        at += len(ids)
    return made
