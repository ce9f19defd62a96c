"""Documents with questions: `documents/` and `questions.jsonl`, gold is the page.

A question has `document`, `question`, `answer` and `pages` (from 1; several may be needed). The
answer "Not answerable" means that the right thing to say is that there is none.
"""

from __future__ import annotations

import json
from pathlib import Path

from pincite.evaluate.datasets.lines import Row, inside, json_lines
from pincite.evaluate.datasets.model import Dataset, Document, Item, Task, TaskSet, checked, page_id
from pincite.evaluate.datasets.squad import answer_measures

LAYOUT = "documents with questions: documents/ and questions.jsonl"
RETRIEVAL = ("Success@1", "Success@5", "R@5", "R@10", "nDCG@10", "RR")
NOT_ANSWERABLE = "not answerable"


def parts(folder: Path) -> list[str]:
    """Return one name when the folder has this layout, else none."""
    there = (folder / "questions.jsonl").is_file() and (folder / "documents").is_dir()
    return ["questions"] if there else []


def read(folder: Path, part: str) -> Dataset:
    """Return the dataset; every file in `documents/` is read, also those nothing is asked of.

    Raises:
        NotFound: A question names a document that is not there.
        UsageError: A line is broken.
    """
    home = folder / "documents"
    files = sorted(path for path in home.rglob("*") if path.is_file())
    documents = {
        str(p.relative_to(home)): Document(str(p.relative_to(home)), path=p) for p in files
    }
    rows = json_lines(folder / f"{part}.jsonl")
    items = checked(
        [_item(row, number, home) for number, row in enumerate(rows, start=1)], str(folder)
    )
    corpus = tuple(documents)
    found = tuple(item for item in items if item.relevant)
    tasks: dict[Task, TaskSet] = {}
    if found:
        tasks["retrieval"] = TaskSet(found, corpus, "page", RETRIEVAL)
    tasks["qa"] = TaskSet(items, corpus, "page", answer_measures(items))
    return Dataset(folder.name, "documents with questions", documents, tasks)


def _item(row: Row, number: int, home: Path) -> Item:
    document = row.string("document")
    inside(home, document, row)
    answer = row.string("answer")
    answerable = answer.strip().lower() != NOT_ANSWERABLE
    pages = row.numbers("pages") if "pages" in row.values else []
    return Item(
        str(row.values.get("id", number)),
        row.string("question"),
        relevant={page_id(document, int(page)): 1 for page in pages} if answerable else {},
        answers=(_listed(answer),) if answerable else (),
        answerable=answerable,
    )


def _listed(answer: str) -> str:
    r"""Return an answer that is written as a list in the words of its members.

    Example:
        >>> _listed('["Paris", "Rome"]'), _listed("[a, b"), _listed("['it', 'them']")
        ('Paris, Rome', '[a, b', 'it, them')
    """
    if not (answer.startswith("[") and answer.endswith("]")):
        return answer
    for text in (answer, answer.replace("'", '"')):
        try:
            members = json.loads(text)
        except ValueError:
            continue
        return ", ".join(str(member) for member in members)
    return answer.strip("[]").replace('"', "").replace("'", "")
