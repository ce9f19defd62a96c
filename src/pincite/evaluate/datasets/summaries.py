"""Summarisation: JSON lines with `text` and `references` (or `summary`)."""

from __future__ import annotations

from pathlib import Path

from pincite.errors import UsageError
from pincite.evaluate.datasets.lines import Row, json_lines
from pincite.evaluate.datasets.model import Dataset, Item, TaskSet, checked

LAYOUT = "summarisation: NAME.jsonl with text and references"
MEASURES = ("ROUGE1", "ROUGE2", "ROUGEL")


def parts(folder: Path) -> list[str]:
    """Return the files of a folder that begin so, without their ending."""
    return [path.stem for path in sorted(folder.glob("*.jsonl")) if _is_summaries(path)]


def _is_summaries(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            first = file.readline(1 << 20)
    except OSError:
        return False
    return b'"text"' in first and (b'"references"' in first or b'"summary"' in first)


def read(folder: Path, part: str) -> Dataset:
    """Return the dataset of `PART.jsonl`.

    Raises:
        NotFound: There is no such file.
        UsageError: A line is broken, or ids repeat.
    """
    path = folder / f"{part}.jsonl"
    items = [
        Item(str(row.values.get("id", number)), row.string("text"), answers=_references(row))
        for number, row in enumerate(json_lines(path), start=1)
    ]
    whole = TaskSet(checked(items, str(path)), measures=MEASURES)
    return Dataset(f"{folder.name} {part}", "summarisation", {}, {"summarisation": whole})


def _references(row: Row) -> tuple[str, ...]:
    for name in ("references", "summary"):
        if name in row.values:
            return row.strings(name)
    raise UsageError(f"{row.place} has no 'references'; a summary is measured against at least one")
