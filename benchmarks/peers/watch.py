"""Running a process and watching how much memory it and its children hold."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_EVERY_S = 0.1


@dataclass(frozen=True, slots=True)
class Ran:
    """A finished process: what it printed, seconds it took, and the most memory it held."""

    output: str
    seconds: float
    peak_mb: float


def run(command: Sequence[str], folder: Path, environment: dict[str, str]) -> Ran:
    """Run a command and return what became of it.

    Memory is the sum of proportional set sizes of the process and all below it, so that pages
    they share count once.

    Raises:
        RuntimeError: It failed; the message holds the end of what it said.
    """
    started = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=folder, env=environment, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    peak = [0.0]
    watcher = threading.Thread(target=_watch, args=(process, peak))
    watcher.start()
    output, errors = process.communicate()
    seconds = time.perf_counter() - started
    watcher.join()
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)} failed: {errors[-2000:]}")
    return Ran(output, seconds, peak[0])


def _watch(process: subprocess.Popen[str], peak: list[float]) -> None:
    while process.poll() is None:
        peak[0] = max(peak[0], sum(map(_held_mb, _tree(process.pid))))
        time.sleep(_EVERY_S)


def _tree(root: int) -> list[int]:
    found, left = [], [root]
    while left:
        pid = left.pop()
        found.append(pid)
        try:
            for task in Path(f"/proc/{pid}/task").glob("*/children"):
                left += [int(child) for child in task.read_text().split()]
        except OSError:
            continue  # it has ended, or one of its threads has
    return found


def _held_mb(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def clean(environ: os._Environ[str], **more: str) -> dict[str, str]:
    """Return an environment without what points Python elsewhere, and with `more`."""
    kept = {k: v for k, v in environ.items() if not k.startswith(("PYTHON", "PINCITE_", "VIRTUAL"))}
    return kept | more
