"""A folder of gold, whatever its layout, to a dataset.

open_dataset("../data/ir-aero")          # found out from what is in it
open_dataset("../data/qa/qa.en.json")    # one file of a folder
open_dataset("../data/translation:test.en-de")   # one part of a folder
open_dataset("hf:squad:validation")      # a Hugging Face dataset
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pincite.errors import NotFound, UsageError, did_you_mean
from pincite.evaluate.datasets import (
    beir,
    document_qa,
    files,
    hub,
    media_folder,
    parallel,
    squad,
    summaries,
)
from pincite.evaluate.datasets.model import TASKS, Dataset, Document, Item, Task, TaskSet

__all__ = ["TASKS", "Dataset", "Document", "Item", "Task", "TaskSet", "open_dataset", "sets_in"]


@dataclass(frozen=True, slots=True)
class Layout:
    """A way to lay out a dataset.

    Attributes:
        name: What it is called.
        says: How it is told apart, for messages.
        parts: Folder to the sets in it, [] when it has another layout.
        read: Folder and part to the dataset.
    """

    name: str
    says: str
    parts: Callable[[Path], list[str]]
    read: Callable[[Path, str], Dataset]


LAYOUTS = tuple(
    Layout(module.__name__.rpartition(".")[2], module.LAYOUT, module.parts, module.read)
    for module in (beir, document_qa, media_folder, squad, summaries, parallel)
)
WITHOUT_GOLD = Layout("files", files.LAYOUT, files.parts, files.read)
"""What a folder is taken for that is laid out in none of these ways."""


def open_dataset(name: str | Path) -> Dataset:
    """Return the dataset that a folder, a file, `FOLDER:PART` or `hf:NAME[:SPLIT]` names.

    Raises:
        NotFound: There is no such folder or file.
        UsageError: The layout is unknown, or it holds several sets and none was named.
    """
    text = str(name)
    if text.startswith("hf:"):
        return hub.read(text.removeprefix("hf:"))
    folder, part = _place(text)
    fitting = _fitting(folder)
    named = [(lay, p) for lay, parts in fitting for p in parts if p == part]
    choices = named if part else [(layout, p) for layout, parts in fitting for p in parts]
    if len(choices) == 1:
        layout, chosen = choices[0]
        return layout.read(folder, chosen)
    everything = [p for _, parts in fitting for p in parts]
    if part and not choices:
        raise NotFound(
            f"{folder} has no part {part!r}; it has: {', '.join(everything)}."
            f"{did_you_mean(part, everything)}"
        )
    layouts = ", ".join(layout.name for layout, _ in fitting)
    raise UsageError(
        f"{folder} holds several sets ({layouts}): {', '.join(everything)}; name one: "
        f"{folder}:{everything[0]}"
    )


def sets_in(name: str | Path) -> list[str]:
    """Return the names of all sets that a name stands for; one, unless it is a folder of several.

    Raises:
        NotFound: There is no such folder or file.
        UsageError: The layout is unknown.
    """
    text = str(name)
    if text.startswith("hf:"):
        return [text]
    folder, part = _place(text)
    parts = [] if part else [p for _, parts in _fitting(folder) for p in parts]
    return [f"{text.rstrip('/')}:{p}" for p in parts] if len(parts) > 1 else [text]


def _fitting(folder: Path) -> list[tuple[Layout, list[str]]]:
    """Return the layouts that a folder has, each with its sets.

    Raises:
        UsageError: It has none.
    """
    if not any(folder.iterdir()):
        raise UsageError(f"{folder} is empty; known layouts:\n{_known()}")
    found = [(layout, layout.parts(folder)) for layout in LAYOUTS]
    if not any(parts for _, parts in found):
        found = [(WITHOUT_GOLD, WITHOUT_GOLD.parts(folder))]
    fitting = [(layout, parts) for layout, parts in found if parts]
    if not fitting:
        raise UsageError(f"{folder} has no known layout; it holds {_held(folder)}. {_known()}")
    return fitting


def _place(text: str) -> tuple[Path, str]:
    """Return the folder and the part that a name means."""
    path = Path(text).expanduser()
    if path.is_dir():
        return path.resolve(), ""
    if path.is_file():
        return path.resolve().parent, path.stem
    before, colon, part = text.rpartition(":")
    if colon and Path(before).expanduser().is_dir():
        return Path(before).expanduser().resolve(), part
    raise NotFound(
        f"there is no dataset {text!r}; name a folder, a file, FOLDER:PART or hf:NAME[:SPLIT]"
    )


def _held(folder: Path) -> str:
    names = sorted(path.name + ("/" if path.is_dir() else "") for path in folder.iterdir())
    more = f" and {len(names) - 8} more" if len(names) > 8 else ""
    return ", ".join(names[:8]) + more


def _known() -> str:
    lines = [layout.says for layout in (*LAYOUTS, WITHOUT_GOLD)] + [hub.LAYOUT]
    return "Known layouts:\n" + "\n".join(f"  {line}" for line in lines)
