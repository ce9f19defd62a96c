"""Rows of known columns to tasks: what a folder with metadata and a table of a hub both become.

captions, caption                     retrieval both ways, captioning
label                                 retrieval by class, classification
transcription (words)                 transcription, retrieval both ways
question with answer or answers       qa, retrieval of what the question is about
lines (fields), blocks                ocr, qa of the fields
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from pincite.errors import UsageError
from pincite.evaluate.datasets.lines import Row
from pincite.evaluate.datasets.model import (
    Dataset,
    Document,
    Item,
    Line,
    Task,
    TaskSet,
    Word,
    by_id,
    checked,
)

COLUMNS = "captions, label, transcription, question with answer, lines, blocks"
_RETRIEVAL = ("R@1", "R@5", "R@10", "nDCG@10", "RR")
_QA = ("F1", "EM", "ROUGEL", "CitationPrecision", "CitationRecall")


@dataclass(frozen=True, slots=True)
class Entry:
    """A row and the file it is about."""

    row: Row
    document: Document

    @property
    def id(self) -> str:
        """The id of the file."""
        return self.document.id


def dataset_of(name: str, layout: str, entries: Sequence[Entry], place: str) -> Dataset:
    """Return the dataset of rows that all have the columns of the first.

    Raises:
        UsageError: No known column is there, or a row is broken.
    """
    columns = entries[0].row.values.keys() if entries else {}
    documents = by_id((entry.document for entry in entries), place)
    for wanted, make in _BY_COLUMN:
        if set(wanted) <= set(columns):
            added, tasks = make(entries, documents)
            for task in tasks.values():
                checked(task.items, place)
            return Dataset(name, layout, documents | added, tasks)
    raise UsageError(
        f"{place} has the columns {', '.join(columns) or 'none'}; known are: {COLUMNS}; rename one"
    )


_Made = tuple[dict[str, Document], dict[Task, TaskSet]]


def _with_captions(entries: Sequence[Entry], documents: Mapping[str, Document]) -> _Made:
    """Words find the picture, the picture finds its words, and words are written for it."""
    key = "captions" if "captions" in entries[0].row.values else "caption"
    said = {entry.id: entry.row.strings(key) for entry in entries}
    texts, items = _both_ways(said, documents)
    captioned = tuple(Item(id, source=id, answers=captions) for id, captions in said.items())
    return texts, {
        "retrieval": TaskSet(items, (*documents, *texts), measures=_RETRIEVAL),
        "captioning": TaskSet(captioned, measures=("BLEU", "ROUGEL", "METEOR", "CIDEr")),
    }


def _both_ways(
    said: Mapping[str, Sequence[str]], documents: Mapping[str, Document]
) -> tuple[dict[str, Document], tuple[Item, ...]]:
    """Return a document for each text, and queries from texts to files and from files to texts.

    A text that belongs to several files is one document, and each of the files is right for it.
    """
    owners: defaultdict[str, list[str]] = defaultdict(list)
    for id, texts in said.items():
        for text in dict.fromkeys(texts):
            owners[text].append(id)
    name = {text: f"text {number:05}" for number, text in enumerate(owners, start=1)}
    found = [
        Item(name[text], text, among=documents[ids[0]].modality, relevant=dict.fromkeys(ids, 1))
        for text, ids in owners.items()
    ]
    finding = [
        Item(
            id,
            media={documents[id].modality: id},
            among="text",
            relevant=dict.fromkeys((name[text] for text in texts), 1),
        )
        for id, texts in said.items()
    ]
    return {n: Document(n, text=text) for text, n in name.items()}, (*found, *finding)


def _with_label(entries: Sequence[Entry], documents: dict[str, Document]) -> _Made:
    """Like finds like, the name of a class finds its members, and neighbours vote for a class."""
    labels = {entry.id: entry.row.string("label") for entry in entries}
    for id, label in labels.items():
        documents[id] = replace(documents[id], label=label)
    texts: dict[str, Document] = {}
    if "text" in entries[0].row.values:
        for entry in entries:
            id = f"{entry.id}#text"
            texts[id] = Document(id, text=entry.row.string("text"), label=labels[entry.id])
    members = defaultdict(list)
    for id, label in labels.items():
        members[label].append(id)
    tasks: dict[Task, TaskSet] = {}
    corpus = (*documents, *texts)
    classified = tuple(
        Item(
            id,
            texts[f"{id}#text"].text if texts else "",
            media={documents[id].modality: id},
            label=label,
            exclude=(id, f"{id}#text") if texts else (id,),
        )
        for id, label in labels.items()
        if len(members[label]) > 1
    )
    found = _by_class(labels, members, documents)
    if texts:
        tasks["classification"] = TaskSet(classified, corpus, measures=("Accuracy", "MacroF1"))
        return texts, tasks
    tasks["retrieval"] = TaskSet(tuple(found), corpus, measures=("R@1", "P@5", "nDCG@10", "RR"))
    if classified:
        tasks["classification"] = TaskSet(classified, corpus, measures=("Accuracy", "MacroF1"))
    return texts, tasks


def _by_class(
    labels: Mapping[str, str],
    members: Mapping[str, Sequence[str]],
    documents: Mapping[str, Document],
) -> list[Item]:
    """Return a query for each class by its name, and by each member where there are others."""
    named = [
        Item(
            f"class {label}",
            label,
            among=documents[ids[0]].modality,
            relevant=dict.fromkeys(ids, 1),
        )
        for label, ids in members.items()
    ]
    alike = [
        Item(
            id,
            media={documents[id].modality: id},
            among=documents[id].modality,
            relevant={other: 1 for other in members[label] if other != id},
            exclude=(id,),
        )
        for id, label in labels.items()
        if len(members[label]) > 1
    ]
    return [*alike, *named]


def _with_transcription(entries: Sequence[Entry], documents: Mapping[str, Document]) -> _Made:
    """What is said is written down; what is said finds its text, and the text what is said."""
    said = {entry.id: entry.row.string("transcription") for entry in entries}
    items = tuple(
        Item(
            entry.id,
            source=entry.id,
            answers=(said[entry.id],),
            words=_words(entry.row),
            language=str(entry.row.values.get("language") or ""),
        )
        for entry in entries
    )
    timed = any(item.words for item in items)
    texts, both = _both_ways({id: (text,) for id, text in said.items()}, documents)
    return texts, {
        "transcription": TaskSet(items, measures=("WER", "CER", *(["tIoU"] if timed else []))),
        "retrieval": TaskSet(both, (*documents, *texts), measures=_RETRIEVAL),
    }


def _words(row: Row) -> tuple[Word, ...]:
    if "words" not in row.values:
        return ()
    return tuple(
        Word(w.string("word"), w.number("start_s"), w.number("end_s")) for w in row.rows("words")
    )


def _with_questions(entries: Sequence[Entry], documents: Mapping[str, Document]) -> _Made:
    """A question is answered from all files; the one it is about is what should be found."""
    key = "answers" if "answers" in entries[0].row.values else "answer"
    items = tuple(
        Item(
            entry.id,
            entry.row.string("question"),
            relevant={entry.id: 1},
            answers=_answers(entry.row, key),
        )
        for entry in entries
    )
    corpus = tuple(documents)
    return {}, {
        "qa": TaskSet(items, corpus, measures=_QA),
        "retrieval": TaskSet(items, corpus, measures=_RETRIEVAL),
    }


def _answers(row: Row, key: str) -> tuple[str, ...]:
    value = row.values.get(key)
    return row.strings(key) if isinstance(value, list) else (row.string(key),)


def _with_lines(entries: Sequence[Entry], documents: Mapping[str, Document]) -> _Made:
    """Lines with their boxes are read; fields are asked for by their names."""
    read = tuple(
        Item(e.id, source=e.id, lines=lines, answers=("\n".join(line.text for line in lines),))
        for e in entries
        if (lines := _lines(e.row))
    )
    tasks: dict[Task, TaskSet] = {"ocr": TaskSet(read, measures=("CER", "IoU"))}
    asked = tuple(
        Item(
            f"{entry.id}#{field}",
            f"What is the {field}?",
            within=entry.id,
            relevant={entry.id: 1},
            answers=(str(value),),
        )
        for entry in entries
        for field, value in dict(entry.row.values.get("fields") or {}).items()
    )
    if asked:
        tasks["qa"] = TaskSet(asked, tuple(documents), measures=("EM", "F1", "ECE"))
    return {}, tasks


def _lines(row: Row) -> tuple[Line, ...]:
    found = []
    for line in row.rows("lines"):
        x0, y0, x1, y1 = line.numbers("box", 4) if "box" in line.values else (0.0, 0.0, 0.0, 0.0)
        box = (x0, y0, x1, y1) if "box" in line.values else None
        found.append(Line(line.string("text"), box))
    return tuple(found)


def _with_blocks(entries: Sequence[Entry], documents: Mapping[str, Document]) -> _Made:
    """Blocks of a page are read in their order; those without text (figures) are no words."""
    items = []
    for entry in entries:
        blocks = [b for b in entry.row.rows("blocks") if isinstance(b.values.get("text"), str)]
        blocks.sort(key=lambda b: b.values["order"] if _numbered(b) else float("inf"))
        if text := "\n".join(block.string("text") for block in blocks):
            items.append(Item(entry.id, source=entry.id, answers=(text,)))
    return {}, {"ocr": TaskSet(tuple(items), measures=("CER",))}


def _numbered(block: Row) -> bool:
    return isinstance(block.values.get("order"), int | float)


_BY_COLUMN = (
    (("captions",), _with_captions),
    (("caption",), _with_captions),
    (("label",), _with_label),
    (("transcription",), _with_transcription),
    (("question", "answer"), _with_questions),
    (("question", "answers"), _with_questions),
    (("lines",), _with_lines),
    (("blocks",), _with_blocks),
)
