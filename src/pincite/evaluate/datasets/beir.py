"""BEIR: `corpus.jsonl`, `queries.jsonl` and `qrels.tsv` (or `qrels/PART.tsv`).

Corpus and queries have `_id`, `text` and in the corpus `title`; judgements have query-id,
corpus-id and score. Queries without a judged document are left out, as BEIR does.
"""

from __future__ import annotations

from pathlib import Path

from pincite.errors import UsageError
from pincite.evaluate.datasets.lines import json_lines, tab_separated
from pincite.evaluate.datasets.model import Dataset, Document, Item, TaskSet, by_id, checked

LAYOUT = "BEIR: corpus.jsonl, queries.jsonl, qrels.tsv or qrels/PART.tsv"
MEASURES = ("nDCG@10", "R@1", "R@5", "R@10", "RR", "AP")


def parts(folder: Path) -> list[str]:
    """Return the sets of judgements in a folder; [] when it holds no BEIR set."""
    if not (folder / "corpus.jsonl").is_file() or not (folder / "queries.jsonl").is_file():
        return []
    named = sorted(path.stem for path in (folder / "qrels").glob("*.tsv"))
    return named or ["qrels"]


def read(folder: Path, part: str) -> Dataset:
    """Return the dataset.

    Raises:
        NotFound: A file is missing.
        UsageError: A line is broken, ids repeat, or a judgement names what is not there.
    """
    documents = by_id(
        (
            Document(
                row.string("_id"),
                text="\n".join(filter(None, [row.values.get("title") or "", row.string("text")])),
            )
            for row in json_lines(folder / "corpus.jsonl")
        ),
        str(folder / "corpus.jsonl"),
    )
    queries = [
        Item(r.string("_id"), r.string("text")) for r in json_lines(folder / "queries.jsonl")
    ]
    names = {item.id for item in checked(queries, str(folder / "queries.jsonl"))}
    judged = _judgements(folder, part, names, documents.keys())
    items = [
        Item(item.id, item.text, relevant=judged[item.id]) for item in queries if item.id in judged
    ]
    place = f"{folder}: queries with a relevant document"
    whole = TaskSet(checked(items, place), tuple(documents), measures=MEASURES)
    return Dataset(folder.name, "BEIR", documents, {"retrieval": whole})


def _judgements(
    folder: Path, part: str, queries: set[str], documents: object
) -> dict[str, dict[str, int]]:
    path = folder / "qrels.tsv"
    if not path.is_file() and (folder / "qrels").is_dir():
        path = folder / "qrels" / f"{part}.tsv"
    judged: dict[str, dict[str, int]] = {}
    for row in tab_separated(path):
        query, document = row.string("query-id"), row.string("corpus-id")
        try:
            grade = int(row.string("score"))
        except ValueError:
            raise row.broken("'score' must be a whole number", row.values["score"]) from None
        if query in queries and document not in documents:  # type: ignore[operator]
            raise UsageError(
                f"{row.place} judges document {document!r}, which is not in the corpus"
            )
        if grade > 0:
            judged.setdefault(query, {})[document] = grade
    return judged
