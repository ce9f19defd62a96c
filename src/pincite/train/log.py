"""What a run tells while it runs: `metrics.jsonl`, TensorBoard, a progress bar.

`metrics.jsonl` holds one object a line. After a step: kind "train", step (counted from 1), epoch,
loss, parts, lr, norm (of the gradient before clipping), skipped (by the gradient scaler), seconds.
After an evaluation: kind "eval", step, epoch, figures, best (whether it is), seconds.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tqdm import tqdm


class Log:
    """Writes the metrics of one run; a second process of it makes one that writes nothing.

    Args:
        out: Directory of the run.
        trained: Steps that are kept of what was told before; later ones will be told anew.
        evaluated: Likewise, the last evaluation that is kept.
        steps: Steps in all, for the bar.
        tensorboard: Whether to write `out`/tensorboard.
        bar: Whether to show a progress bar on stderr.
        silent: Whether to write nothing at all.
    """

    def __init__(
        self,
        out: Path,
        *,
        trained: int,
        evaluated: int,
        steps: int,
        tensorboard: bool,
        bar: bool,
        silent: bool = False,
    ) -> None:
        self._file = self._board = None
        self._bar = tqdm(
            total=steps,
            initial=trained,
            unit="step",
            file=sys.stderr,
            disable=silent or not bar,
            dynamic_ncols=True,
        )
        if silent:
            return
        path = out / "metrics.jsonl"
        forget_after(path, trained=trained, evaluated=evaluated)
        self._file = path.open("a", encoding="utf-8")
        if tensorboard:
            from torch.utils.tensorboard import SummaryWriter

            self._board = SummaryWriter(str(out / "tensorboard"), purge_step=trained + 1)

    def __enter__(self) -> Log:
        return self

    def __exit__(self, *raised: object) -> None:
        self._bar.close()
        if self._board:
            self._board.close()
        if self._file:
            self._file.close()

    def train(self, **facts: Any) -> None:
        """Tell of a step."""
        self._bar.set_postfix(loss=f"{facts['loss']:.4g}", refresh=False)
        self._bar.update()
        numbers = {key: facts[key] for key in ("loss", "lr", "norm")}
        self._tell("train", facts, {**numbers, **facts["parts"]})

    def evaluation(self, **facts: Any) -> None:
        """Tell of an evaluation."""
        self._tell("eval", facts, facts["figures"])

    def _tell(self, kind: str, facts: Mapping[str, Any], numbers: Mapping[str, float]) -> None:
        if self._file:
            self._file.write(json.dumps(sayable({"kind": kind, **facts})) + "\n")
            self._file.flush()
        if self._board:
            for name, value in numbers.items():
                self._board.add_scalar(f"{kind}/{name}", value, facts["step"])


def forget_after(path: Path, *, trained: int, evaluated: int) -> None:
    """Drop the lines of later steps, and one that was cut by a kill, from a metrics file."""
    if not path.exists():
        return
    kept = [
        line
        for line in path.read_text("utf-8", errors="replace").splitlines(keepends=True)
        if line.endswith("\n") and _stays(line, trained, evaluated)
    ]
    draft = path.with_name(f".{path.name}")
    draft.write_text("".join(kept), "utf-8")
    draft.replace(path)


def _stays(line: str, trained: int, evaluated: int) -> bool:
    try:
        told = json.loads(line)
        return bool(told["step"] <= (evaluated if told["kind"] == "eval" else trained))
    except (ValueError, KeyError, TypeError):
        return False


def sayable(value: Any) -> Any:
    """Return the value with None for numbers that JSON does not have.

    Example:
        >>> sayable({"f1": float("nan"), "scores": (0.5, float("inf"))})
        {'f1': None, 'scores': [0.5, None]}
    """
    if isinstance(value, Mapping):
        return {key: sayable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [sayable(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
