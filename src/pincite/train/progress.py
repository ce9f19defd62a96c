"""How far a run is, and what came of it."""

from __future__ import annotations

import json
import math
import platform
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Literal

from pincite.train.log import sayable
from pincite.version import __version__


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is; part of every checkpoint.

    Attributes:
        step: Optimiser steps done.
        loss: Of the last of them.
        skipped: Steps in a row that the gradient scaler has skipped.
        evaluated: Step after which it was last evaluated; 0: never.
        waited: Evaluations since the best.
        best: Largest, or smallest, measure so far; None: none yet.
        best_step: Step after which it was measured.
        figures: All figures of that evaluation.
    """

    step: int = 0
    loss: float | None = None
    skipped: int = 0
    evaluated: int = 0
    waited: int = 0
    best: float | None = None
    best_step: int | None = None
    figures: Mapping[str, float] = field(default_factory=dict)

    def stepped(self, loss: float, skipped: bool) -> Progress:
        """Return the progress after one more step."""
        in_a_row = self.skipped + 1 if skipped else 0
        return replace(self, step=self.step + 1, loss=loss, skipped=in_a_row)

    def measured(self, value: float, figures: Mapping[str, float], higher: bool) -> Progress:
        """Return the progress after an evaluation; a value that is no number is never the best."""
        ahead = self.best is None or (value > self.best if higher else value < self.best)
        if not (ahead and math.isfinite(value)):
            return replace(self, evaluated=self.step, waited=self.waited + 1)
        return replace(
            self,
            evaluated=self.step,
            waited=0,
            best=value,
            best_step=self.step,
            figures=dict(figures),
        )


Ending = Literal["done", "patience", "interrupted"]


@dataclass(frozen=True, slots=True)
class Report:
    """What came of a run.

    Attributes:
        ended: All steps are done, early stopping ended it, or the user did.
        steps: Optimiser steps done.
        epochs: Times each example was seen.
        loss: Of the last step.
        measure: Name of the number that "best" means.
        best: Its best value; None: it was never a number.
        best_step: Step after which it was measured; the saved model is of this step.
        figures: All figures of that evaluation.
        scores: One number a held-out example, if the objective gives them.
        model: Where the trained model was saved; None: the run was interrupted.
    """

    ended: Ending
    steps: int
    epochs: float
    loss: float | None
    measure: str
    best: float | None
    best_step: int | None
    figures: Mapping[str, float]
    scores: tuple[float, ...]
    model: Path | None


def write_run(out: Path, facts: Mapping[str, Any], report: Report | None = None) -> None:
    """Write `run.json`: settings, versions, and the report once there is one."""
    told = None
    if report:
        told = sayable(asdict(report) | {"model": "model"})
    text = json.dumps({**facts, "versions": _versions(), "report": told}, indent=1)
    draft = out / ".run.json"
    draft.write_text(text + "\n", "utf-8")
    draft.replace(out / "run.json")


def finished(out: Path) -> tuple[dict[str, Any], Report] | None:
    """Return settings and report of a run that has ended by itself, or None."""
    try:
        run = json.loads((out / "run.json").read_text("utf-8"))
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return None
    told = run.get("report")
    if not told or not (out / "model").is_dir():
        return None
    told |= {"scores": tuple(told["scores"]), "model": out / "model"}
    return run["settings"], Report(**told)


def _versions() -> dict[str, str]:
    found = {"pincite": __version__, "python": platform.python_version()}
    for package in ("torch", "transformers", "accelerate", "peft", "numpy"):
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found
