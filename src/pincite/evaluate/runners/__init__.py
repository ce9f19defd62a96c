"""Tasks to what runs them: each takes items through the pipeline and yields what they came to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from typing import TypeAlias

from pincite.evaluate.datasets.model import Task
from pincite.evaluate.outcome import Outcome
from pincite.evaluate.runners.setup import Setup

Runner: TypeAlias = Callable[[Setup], Iterator[Outcome]]

_MODULES: Mapping[Task, str] = {
    "retrieval": "retrieval",
    "qa": "answering",
    "transcription": "transcription",
    "ocr": "ocr",
    "classification": "classification",
    "captioning": "writing",
    "translation": "writing",
    "summarisation": "writing",
    "ingestion": "ingestion",
}


def runner(task: Task) -> Runner:
    """Return what runs a task."""
    run: Runner = import_module(f"{__name__}.{_MODULES[task]}").run
    return run
