"""How long commands take in a fresh process, beside what nobody can do without, in one run.

    python -m benchmarks.command_speed [--runs 7]

Absolute seconds drift with the machine; the ratio to a bare `python -c pass`, to `import numpy`
and to `import lance` (the least any search of this knowledge base needs), taken in turn in the
same run, does not.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.corpora import fill, load
from pincite.config import load_config
from pincite.encode import default_encoder
from pincite.store.tables import Store

FILES = 2_000
BARS_S = {"pincite --help": 0.3, "pincite search": 1.5, "pincite sync, unchanged": 1.0}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=7)
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as scratch:
        home = Path(scratch)
        passages = _knowledge_base(home / "passages")
        folder = _folder(home / "folder")
        environment = {**os.environ, "PINCITE_DATA_DIR": str(home / "data")}
        pincite = [sys.executable, "-c", "from pincite.cli import main; main()"]
        sync = [*pincite, "sync", str(folder), "--quiet"]
        subprocess.run(sync, env=environment, check=True)
        commands: dict[str, Sequence[str]] = {
            "python -c pass": [sys.executable, "-c", "pass"],
            "import numpy": [sys.executable, "-c", "import numpy"],
            "import lance": [sys.executable, "-c", "import lance"],
            "pincite --help": [*pincite, "--help"],
            "pincite search": [
                *pincite, "search", "boundary layer of a flat plate", "--kb", str(home / "passages")
            ],
            "pincite sync, unchanged": sync,
        }  # fmt: skip
        report(commands, environment, runs, passages)


def _knowledge_base(path: Path) -> int:
    """Fill a knowledge base with all collections; return how many passages it holds."""
    store = Store.open(str(path), create=True)
    encoder = default_encoder(load_config())
    names = ("qa-en", "qa-zh", "ir-aero", "ir-library")
    return sum(len(fill(store, load(name), encoder)) for name in names)


def _folder(path: Path) -> Path:
    path.mkdir()
    for number in range(FILES):
        (path / f"note-{number:04}.txt").write_text(f"Note {number}. The pump ran well today.\n")
    return path


def report(
    commands: dict[str, Sequence[str]], environment: dict[str, str], runs: int, passages: int
) -> None:
    """Time the commands in turn and print medians and ratios."""
    seconds: dict[str, list[float]] = {name: [] for name in commands}
    for turn in range(runs + 1):
        for name, command in commands.items():
            started = time.perf_counter()
            subprocess.run(command, env=environment, check=True, capture_output=True)
            if turn:  # the first turn warms the disk
                seconds[name].append(time.perf_counter() - started)
    print(f"{passages} passages, {FILES} files, {runs} runs in turn")
    print(f"{'':26} {'min s':>7} {'median s':>9} {'x numpy':>8} {'x lance':>8}  bar s")
    for name, taken in seconds.items():
        to_numpy, to_lance = (
            statistics.median(a / b for a, b in zip(taken, seconds[f"import {base}"], strict=True))
            for base in ("numpy", "lance")
        )
        bar = BARS_S.get(name)
        print(
            f"{name:26} {min(taken):7.3f} {statistics.median(taken):9.3f} "
            f"{to_numpy:8.2f} {to_lance:8.2f}  {'' if bar is None else bar}"
        )


if __name__ == "__main__":
    main()
