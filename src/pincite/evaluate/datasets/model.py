"""A dataset as a value: what there is to read, what is asked of it, and what would be right.

A document is read where it lies, or is text that the set itself holds. An item is one thing to
measure: a query of any modality with its gold. One dataset may serve several tasks.
"""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Literal, TypeAlias, get_args

from pincite.content import Modality
from pincite.errors import UsageError, did_you_mean

Task: TypeAlias = Literal[
    "retrieval",
    "qa",
    "transcription",
    "ocr",
    "classification",
    "captioning",
    "translation",
    "summarisation",
    "ingestion",
]
TASKS: tuple[Task, ...] = get_args(Task)
Unit: TypeAlias = Literal["document", "page"]

_CHUNK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Document:
    """One thing to read: a file as it lies, or content that the dataset itself holds.

    Attributes:
        id: Unique in the dataset.
        modality: What it is.
        path: The file; None where the content is given.
        text: Words, where there is no file.
        data: Bytes, where there is neither.
        suffix: Ending of the file that `text` or `data` is written to.
        label: Its class, "" for none.
        apart: Its name, or what stands beside it (captions, labels), gives the gold away; so it
            is read under another name and in another folder.
    """

    id: str
    modality: Modality = "text"
    path: Path | None = None
    text: str = ""
    data: bytes = b""
    suffix: str = ".txt"
    label: str = ""
    apart: bool = False

    def digest(self) -> str:
        """Return the SHA-256 of the content, 64 hex digits."""
        if self.path is None:
            return hashlib.sha256(self.content()).hexdigest()
        hashed = hashlib.sha256()
        with self.path.open("rb") as file:
            while chunk := file.read(_CHUNK_BYTES):
                hashed.update(chunk)
        return hashed.hexdigest()

    def content(self) -> bytes:
        """Return the bytes that a reader is given."""
        if self.path is not None:
            return self.path.read_bytes()
        return self.data or self.text.encode("utf-8", "surrogatepass")


@dataclass(frozen=True, slots=True)
class Word:
    """A spoken word and when it is heard, in seconds."""

    text: str
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text in a picture; `box` is (x0, y0, x1, y1) in pixels, None when unknown."""

    text: str
    box: tuple[float, float, float, float] | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to measure, with its gold.

    Attributes:
        id: Unique within a task.
        text: The question or query in words; for translation and summarisation the source.
        media: Document ids of a picture, sound or video that is part of the query, by modality.
        among: Only evidence of this modality counts as the target; None: any.
        within: The only document that is searched, "" for all.
        source: The document that is transcribed, read, classified or captioned.
        relevant: Unit id (`Dataset.unit_id`) to grade, above 0.
        answers: What is right, any of them: answers, references, the transcript.
        answerable: False when the right answer is that there is none.
        label: The right class.
        words: The transcript with times.
        lines: What stands in the picture.
        language: ISO 639-1 code of the answers, "" when unknown.
        exclude: Documents that are not looked at: those the query is made of.
    """

    id: str
    text: str = ""
    media: Mapping[Modality, str] = field(default_factory=dict)
    among: Modality | None = None
    within: str = ""
    source: str = ""
    relevant: Mapping[str, int] = field(default_factory=dict)
    answers: tuple[str, ...] = ()
    answerable: bool = True
    label: str = ""
    words: tuple[Word, ...] = ()
    lines: tuple[Line, ...] = ()
    language: str = ""
    exclude: tuple[str, ...] = ()

    def asked(self) -> dict[str, str]:
        """Return the query: `text` in words, other modalities by document id."""
        media = {str(name): id for name, id in self.media.items()}
        return {"text": self.text, **media} if self.text else media

    @property
    def asks_with(self) -> str:
        """The modalities of the query, such as `text` or `image+text`."""
        return "+".join(sorted([*self.media, *(["text"] if self.text else [])])) or "text"


@dataclass(frozen=True, slots=True)
class TaskSet:
    """The items of one task.

    Attributes:
        items: At least one.
        corpus: Ids of the documents that are read; () for those the items name as sources.
        unit: What a hit is counted as.
        measures: What is measured unless something else is asked for.
    """

    items: tuple[Item, ...]
    corpus: tuple[str, ...] = ()
    unit: Unit = "document"
    measures: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Dataset:
    """What there is to read and to ask.

    Attributes:
        name: For people.
        layout: Which reader read it.
        documents: By id.
        tasks: Task to its items; the first is the default.
    """

    name: str
    layout: str
    documents: Mapping[str, Document]
    tasks: Mapping[Task, TaskSet]

    def task(self, wanted: str | None) -> Task:
        """Return the task called `wanted`, or the default.

        Raises:
            UsageError: The dataset does not serve it.
        """
        if wanted is None:
            return next(iter(self.tasks))
        for task in self.tasks:
            if task == wanted:
                return task
        raise UsageError(
            f"{self.name} ({self.layout}) has nothing for task {wanted!r}; it serves: "
            f"{', '.join(self.tasks)}.{did_you_mean(wanted, TASKS)}"
        )

    def limited(self, task: Task, limit: int | None, seed: int) -> Dataset:
        """Return the dataset with at most `limit` items of `task`, drawn by `seed`, in order.

        Raises:
            UsageError: `limit` is below 1.
        """
        if limit is None:
            return self
        if limit < 1:
            raise UsageError(f"--limit must be at least 1, got {limit}")
        given = self.tasks[task]
        count = len(given.items)
        kept = sorted(random.Random(seed).sample(range(count), min(limit, count)))
        part = replace(given, items=tuple(given.items[i] for i in kept))
        return replace(self, tasks={**self.tasks, task: part})

    def corpus(self, task: Task) -> tuple[Document, ...]:
        """Return the documents that the task reads, in order."""
        given = self.tasks[task]
        ids = given.corpus or dict.fromkeys(i.source for i in given.items if i.source)
        return tuple(self.documents[id] for id in ids)

    def digest(self, task: Task) -> str:
        """Return 16 hex digits over items, gold and the content of all that is read.

        Two runs may be compared only where this is equal.
        """
        given = self.tasks[task]
        asked = {id: None for item in given.items for id in item.media.values()}
        read = {document.id: None for document in self.corpus(task)}
        content = {id: self.documents[id].digest() for id in read | asked}
        payload = json.dumps(
            [task, given.unit, sorted(content.items()), [asdict(item) for item in given.items]],
            sort_keys=True,
        )
        return hashlib.sha256(payload.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def page_id(document: str, page: int) -> str:
    """Return the unit id of a page.

    Example:
        >>> page_id("report.pdf", 4)
        'report.pdf#page=4'
    """
    return f"{document}#page={page}"


def by_id(documents: Iterable[Document], place: str) -> dict[str, Document]:
    """Return documents by id.

    Raises:
        UsageError: Two have the same id.
    """
    found: dict[str, Document] = {}
    for document in documents:
        if document.id in found:
            raise UsageError(f"{place} holds two documents called {document.id!r}; rename one")
        found[document.id] = document
    return found


def checked(items: Sequence[Item], place: str) -> tuple[Item, ...]:
    """Return items as they are.

    Raises:
        UsageError: There is none, or two have the same id.
    """
    if not items:
        raise UsageError(f"{place} holds nothing to measure; it is empty")
    twice = next(_repeated(item.id for item in items), None)
    if twice is not None:
        raise UsageError(f"{place} holds two items called {twice!r}; ids must be unique")
    return tuple(items)


def _repeated(ids: Iterable[str]) -> Iterator[str]:
    seen: set[str] = set()
    for id in ids:
        if id in seen:
            yield id
        seen.add(id)
