"""Measuring: how good rankings, answers, transcripts and citations are.

    from pincite.evaluate import evaluate
    run = evaluate("data/ir-aero", measures=["nDCG@10"])
    print(run.figures["nDCG@10"].value)

Importing this package is cheap: what a name needs is imported when the name is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pincite.evaluate.datasets import open_dataset
    from pincite.evaluate.experiment import evaluate
    from pincite.evaluate.fusion import learn_fusion
    from pincite.evaluate.measures import parse
    from pincite.evaluate.runs import load
    from pincite.evaluate.sets import run_each

__all__ = ["evaluate", "learn_fusion", "load", "open_dataset", "parse", "run_each"]

_HOMES = {
    "evaluate": "experiment",
    "learn_fusion": "fusion",
    "load": "runs",
    "open_dataset": "datasets",
    "parse": "measures",
    "run_each": "sets",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'pincite.evaluate' has no attribute {name!r}")
    return getattr(import_module(f"pincite.evaluate.{_HOMES[name]}"), name)
