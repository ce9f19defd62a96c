"""Files without gold: what becomes of each when it is read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pincite.errors import UsageError
from pincite.evaluate.datasets.model import Dataset, Document, Item, TaskSet, checked

LAYOUT = "files without gold: any folder without .jsonl, .json, .tsv or .csv at its top"
MEASURES = ("Complete", "Partial", "Failed")


def parts(folder: Path) -> list[str]:
    """Return one name when nothing at the top of the folder looks like a table of gold."""
    tables = {".jsonl", ".json", ".tsv", ".csv"}
    if any(path.suffix.lower() in tables for path in folder.iterdir()):
        return []
    return ["files"] if any(True for _ in _files(folder)) else []


def read(folder: Path, part: str) -> Dataset:
    """Return the dataset: one item a file.

    Raises:
        UsageError: There is no file.
    """
    paths = sorted(_files(folder), key=lambda path: path.relative_to(folder).as_posix())
    documents = {
        id: Document(id, path=path)
        for id, path in ((path.relative_to(folder).as_posix(), path) for path in paths)
    }
    items = [Item(id, source=id) for id in documents]
    if not items:
        raise UsageError(f"{folder} holds no file")
    whole = TaskSet(checked(items, str(folder)), measures=MEASURES)
    return Dataset(folder.name, "files without gold", documents, {"ingestion": whole})


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
