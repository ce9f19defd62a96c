"""A Hugging Face dataset, `hf:NAME[:SPLIT]`: a directory that was saved, files, or a hub name.

Columns go by their names and types: an Image or Audio column is the document; question, context
and answers are SQuAD; text with label is classification; document or article with summary is
summarisation; translation holds a text in each of two languages.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from pincite.content import Modality
from pincite.errors import MissingExtra, NotFound, UsageError
from pincite.evaluate.datasets.entries import COLUMNS, Entry, dataset_of
from pincite.evaluate.datasets.lines import Row
from pincite.evaluate.datasets.model import Dataset, Document, Item, TaskSet, checked
from pincite.evaluate.datasets.squad import question_set

LAYOUT = "Hugging Face: hf:NAME[:SPLIT], a saved directory or a name on the hub"
_SPLITS = ("test", "validation", "train")
_SUFFIX: Mapping[str, tuple[Modality, str]] = {
    "Image": ("image", ".png"),
    "Audio": ("audio", ".wav"),
    "Video": ("video", ".mp4"),
}
_RENAMED = {"sentence": "transcription", "transcript": "transcription", "labels": "label"}


def read(name: str) -> Dataset:
    """Return the dataset called `NAME` or `NAME:SPLIT`.

    Raises:
        MissingExtra: The package `datasets` is not installed.
        NotFound: There is no such dataset or split, or the hub cannot be reached.
        UsageError: It has no columns that are known.
    """
    if find_spec("datasets") is None:
        raise MissingExtra("dataset", f"hf:{name}", "datasets", "eval")
    table, place = _table(name)
    kinds = {key: type(feature).__name__ for key, feature in table.features.items()}
    media = [key for key, kind in kinds.items() if kind in _SUFFIX]
    names = {key: f.names for key, f in table.features.items() if kinds[key] == "ClassLabel"}
    for key in media:
        table = table.cast_column(key, type(table.features[key])(decode=False))
    rows = [Row(f"{place}, row {n}", _plain(values, names)) for n, values in enumerate(table, 1)]
    if not rows:
        raise UsageError(f"{place} is empty")
    if media:
        modality, suffix = _SUFFIX[kinds[media[0]]]
        entries = [
            Entry(row, _document(row, media[0], number, modality, suffix))
            for number, row in enumerate(rows, start=1)
        ]
        return dataset_of(name, "Hugging Face", _understood(entries), place)
    return _of_text(name, rows, place)


def _table(name: str) -> tuple[Any, str]:
    """Return one split of a dataset, and its name for messages."""
    datasets: Any = import_module("datasets")
    path, _, split = name.rpartition(":") if _split_of(name) else (name, "", "")
    place = f"hf:{path}"
    try:
        if (Path(path) / "dataset_info.json").is_file() or (
            Path(path) / "dataset_dict.json"
        ).is_file():
            found = datasets.load_from_disk(path)
        else:
            found = datasets.load_dataset(path)
    except Exception as error:  # whatever its many readers raise
        raise NotFound(
            f"{place} could not be loaded: {type(error).__name__}: {error}. Name a directory that "
            "was saved with save_to_disk, a folder of files, or a dataset on the hub (this needs "
            "the network)"
        ) from error
    if not isinstance(found, Mapping):
        if split:
            raise NotFound(f"{place} is one split without a name; write {place}")
        return found, place
    wanted = split or next((s for s in _SPLITS if s in found), "")
    if wanted not in found:
        raise NotFound(f"{place} has the splits {', '.join(found)}; name one: {place}:SPLIT")
    return found[wanted], f"{place}:{wanted}"


def _split_of(name: str) -> bool:
    return ":" in name and not Path(name).exists()


def _plain(values: Mapping[str, Any], names: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Return a row with classes by name and usual other names of columns by ours."""
    found = dict(values)
    for key, labels in names.items():
        if isinstance(found[key], int) and 0 <= found[key] < len(labels):
            found[key] = labels[found[key]]
    return {_RENAMED.get(key, key): value for key, value in found.items()}


def _document(row: Row, key: str, number: int, modality: Modality, suffix: str) -> Document:
    """Return the picture or recording of a row: a file, or its bytes."""
    value = row.values[key]
    if not isinstance(value, Mapping) or not (value.get("bytes") or value.get("path")):
        raise row.broken(f"{key!r} must hold a file", value)
    ending = Path(value.get("path") or "").suffix or suffix
    id = f"{number:06}{ending}"
    if value.get("bytes"):
        return Document(id, modality, data=value["bytes"], suffix=ending)
    path = Path(value["path"])
    if not path.is_file():
        raise NotFound(f"{row.place} names {str(path)!r}, which is not there")
    return Document(id, modality, path=path, apart=True)


def _understood(entries: Sequence[Entry]) -> list[Entry]:
    """Return entries whose `text` stands under what it is: a caption or a transcript."""
    first = entries[0]
    known = {"captions", "caption", "label", "transcription", "question", "lines", "blocks"}
    if "text" not in first.row.values or known & set(first.row.values):
        return list(entries)
    column = "caption" if first.document.modality == "image" else "transcription"
    return [
        Entry(Row(e.row.place, {**e.row.values, column: e.row.values["text"]}), e.document)
        for e in entries
    ]


def _of_text(name: str, rows: Sequence[Row], place: str) -> Dataset:
    columns = set(rows[0].values)
    if {"question", "context", "answers"} <= columns:
        return _squad(name, rows, place)
    for source in ("document", "article", "text", "dialogue"):
        if {source, "summary"} <= columns or {source, "highlights"} <= columns:
            target = "summary" if "summary" in columns else "highlights"
            return _written(name, rows, place, source, target)
    if "translation" in columns:
        return _translated(name, rows, place)
    if {"text", "label"} <= columns:
        return _labelled(name, rows, place)
    raise UsageError(
        f"{place} has the columns {', '.join(sorted(columns))}; known are: question, context and "
        f"answers; text or document with summary; translation; text with label; and beside an "
        f"Image or Audio column: {COLUMNS}"
    )


def _squad(name: str, rows: Sequence[Row], place: str) -> Dataset:
    documents: dict[str, Document] = {}
    of_text: dict[str, str] = {}
    items = []
    for number, row in enumerate(rows, start=1):
        context = row.string("context")
        id = of_text.setdefault(context, f"{len(of_text):06}")
        documents[id] = Document(id, text=context)
        given = row.values["answers"]
        texts = given.get("text", []) if isinstance(given, Mapping) else given
        answers = tuple(dict.fromkeys(texts))
        items.append(
            Item(
                str(row.values.get("id", number)),
                row.string("question"),
                relevant={id: 1} if answers else {},
                answers=answers,
                answerable=bool(answers),
            )
        )
    return question_set(name, "Hugging Face", documents, checked(items, place))


def _written(name: str, rows: Sequence[Row], place: str, source: str, target: str) -> Dataset:
    items = [
        Item(str(row.values.get("id", n)), row.string(source), answers=row.strings(target))
        for n, row in enumerate(rows, start=1)
    ]
    whole = TaskSet(checked(items, place), measures=("ROUGE1", "ROUGE2", "ROUGEL"))
    return Dataset(name, "Hugging Face", {}, {"summarisation": whole})


def _translated(name: str, rows: Sequence[Row], place: str) -> Dataset:
    """Return the pairs of the first language to the second."""
    items = []
    for number, row in enumerate(rows, start=1):
        both = row.values["translation"]
        if not isinstance(both, Mapping) or len(both) != 2:
            raise row.broken("'translation' must hold two languages", both)
        (_, source), (language, target) = both.items()
        items.append(Item(str(number), source, answers=(target,), language=language))
    whole = TaskSet(checked(items, place), measures=("BLEU", "chrF"))
    return Dataset(name, "Hugging Face", {}, {"translation": whole})


def _labelled(name: str, rows: Sequence[Row], place: str) -> Dataset:
    documents = {
        f"{n:06}": Document(f"{n:06}", text=row.string("text"), label=row.string("label"))
        for n, row in enumerate(rows, start=1)
    }
    items = [Item(d.id, d.text, label=d.label, exclude=(d.id,)) for d in documents.values()]
    whole = TaskSet(checked(items, place), tuple(documents), measures=("Accuracy", "MacroF1"))
    return Dataset(name, "Hugging Face", documents, {"classification": whole})
