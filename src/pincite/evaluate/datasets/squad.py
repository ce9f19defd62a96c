"""SQuAD json: articles of paragraphs with questions; version 2 has questions without an answer.

Each paragraph is a document, so the same questions also measure retrieval.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pincite.evaluate.datasets.lines import Row, json_file
from pincite.evaluate.datasets.model import Dataset, Document, Item, Task, TaskSet, checked

LAYOUT = "SQuAD: NAME.json with data > paragraphs > context, qas"
RETRIEVAL = ("R@1", "R@5", "R@10", "nDCG@10", "RR")
QA = ("EM", "F1", "CitationPrecision", "CitationRecall", "ECE")


def parts(folder: Path) -> list[str]:
    """Return the SQuAD files of a folder, without their ending."""
    found = [path for path in sorted(folder.glob("*.json")) if is_squad(path)]
    return [path.stem for path in found]


def is_squad(path: Path) -> bool:
    """Return whether a file begins like SQuAD json."""
    with path.open("rb") as file:
        head = file.read(4096)
    return b'"data"' in head and (b'"paragraphs"' in head or b'"context"' in head)


def read(folder: Path, part: str) -> Dataset:
    """Return the dataset of `PART.json` in a folder.

    Raises:
        NotFound: There is no such file.
        UsageError: It is no SQuAD json, is empty, or ids repeat.
    """
    path = folder / f"{part}.json"
    content = json_file(path)
    top = Row(str(path), content if isinstance(content, Mapping) else {})
    documents: dict[str, Document] = {}
    items: list[Item] = []
    for article in top.rows("data"):
        for paragraph in article.rows("paragraphs"):
            id = f"{len(documents):05}"
            documents[id] = Document(id, text=paragraph.string("context"))
            items += [_question(row, id) for row in paragraph.rows("qas")]
    return question_set(path.stem, "SQuAD", documents, checked(items, str(path)))


def _question(row: Row, document: str) -> Item:
    impossible = row.values.get("is_impossible") is True
    answers: tuple[str, ...] = ()
    if not impossible:
        answers = tuple(dict.fromkeys(a.string("text") for a in row.rows("answers")))
    return Item(
        row.string("id"),
        row.string("question"),
        relevant={document: 1} if answers else {},
        answers=answers,
        answerable=bool(answers),
    )


def answer_measures(items: tuple[Item, ...]) -> tuple[str, ...]:
    """Return what is measured of answers: abstention only where it can be right."""
    return QA if all(item.answerable for item in items) else (*QA, "Abstention")


def question_set(
    name: str, layout: str, documents: Mapping[str, Document], items: tuple[Item, ...]
) -> Dataset:
    """Return a dataset whose questions measure retrieval and answering."""
    corpus = tuple(documents)
    tasks: dict[Task, Any] = {}
    found = tuple(item for item in items if item.relevant)
    if found:
        tasks["retrieval"] = TaskSet(found, corpus, measures=RETRIEVAL)
    tasks["qa"] = TaskSet(items, corpus, measures=answer_measures(items))
    return Dataset(name, layout, documents, tasks)
