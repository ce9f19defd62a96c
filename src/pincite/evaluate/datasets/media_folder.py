"""imagefolder and audiofolder: files and `metadata.jsonl` with `file_name` and columns.

What the columns mean is said in `entries.py`. Ingest reads captions and labels beside a picture,
which here are the gold: files are read apart from it.
"""

from __future__ import annotations

import mimetypes
from pathlib import Path

from pincite.content import MODALITIES, Modality
from pincite.errors import UsageError
from pincite.evaluate.datasets.entries import COLUMNS, Entry, dataset_of
from pincite.evaluate.datasets.lines import Row, inside, json_lines
from pincite.evaluate.datasets.model import Dataset, Document

LAYOUT = f"imagefolder, audiofolder: files and metadata.jsonl with file_name and {COLUMNS}"


def parts(folder: Path) -> list[str]:
    """Return one name when the folder has this layout, else none."""
    return ["metadata"] if (folder / "metadata.jsonl").is_file() else []


def read(folder: Path, part: str) -> Dataset:
    """Return the dataset.

    Raises:
        NotFound: A file that a row names is missing.
        UsageError: A row is broken, two name one file, or no column is known.
    """
    path = folder / f"{part}.jsonl"
    entries = [Entry(row, _document(row, folder)) for row in json_lines(path)]
    return dataset_of(folder.name, "media folder", entries, str(path))


def _document(row: Row, folder: Path) -> Document:
    name = row.string("file_name")
    path = inside(folder, name, row)
    return Document(name, modality_of_name(name, row), path, apart=True)


def modality_of_name(name: str, row: Row) -> Modality:
    """Return what kind of file a name says it is.

    Raises:
        UsageError: Neither picture, sound nor video.
    """
    kind = (mimetypes.guess_type(name)[0] or "").partition("/")[0]
    for modality in MODALITIES:
        if kind == modality:
            return modality
    raise UsageError(
        f"{row.place}: {name!r} is no picture, sound, video or text by its name; give it an ending"
    )
