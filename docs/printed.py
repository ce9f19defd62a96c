"""Runs the commands shown in the READMEs and writes what they print below them.

python docs/printed.py            rewrite the blocks
python docs/printed.py --check    only say which blocks no longer hold; ends with 1 if any

A block is a fence marked `console`. Below `$ pincite …` stands what goes to stdout, below
`$ make demo` some of it. All run on an empty data directory and without any model, as
on a machine that has just installed Pincite.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
READMES = (ROOT / "README.md", ROOT / "README.zh.md")
DEMO_SHOWN = (3, 7)  # of the demo's answers, from 1
_PRINTS = re.compile(r"\$ (pincite (?:ask|show|kb|search) .*examples/fieldbook.*|make demo)")


def printed(text: str, home: str) -> str:
    """Return a README with the output below each command as it is printed now."""
    return re.sub(
        r"(?<=```console\n).*?(?=```)", lambda block: _block(block[0], home), text, flags=re.DOTALL
    )


def _block(block: str, home: str) -> str:
    commands = [line for line in block.splitlines() if line.startswith("$ ")]
    if not any(_PRINTS.fullmatch(command) for command in commands):
        return block
    return "\n".join(f"{command}\n{output_of(command[2:], home)}" for command in commands)


@cache
def output_of(command: str, home: str) -> str:
    """Return what a command prints to stdout, of the demo some answers."""
    env = os.environ | {
        "PINCITE_DATA_DIR": f"{home}/data",
        "PINCITE_CACHE_DIR": f"{home}/cache",
        "PYTHONPATH": str(ROOT / "src"),
        "PYTHONUTF8": "1",
    }
    demo = command == "make demo"
    words = ["examples/demo.py"] if demo else ["-m", *shlex.split(command)]
    done = subprocess.run(
        [sys.executable, *words], capture_output=True, text=True, cwd=ROOT, env=env, check=False
    )
    if done.returncode not in (0, 4):
        sys.exit(f"{command} ended with {done.returncode}:\n{done.stderr}")
    if not demo:
        return done.stdout
    parts = re.split(r"\n\n(?=\S)", done.stdout)
    shown = [f"{parts[number].rstrip()}\n\n…" for number in DEMO_SHOWN]
    return "\n\n".join([f"{parts[0]}\n\n…", *shown]) + "\n"


def main() -> int:
    """Rewrite the READMEs, or with --check say what would change."""
    stale = False
    with tempfile.TemporaryDirectory() as home:
        for path in READMES:
            before = path.read_text("utf-8")
            after = printed(before, home)
            if after == before:
                continue
            stale = True
            print(f"{path.name} shows what is no longer printed")
            if "--check" not in sys.argv:
                path.write_text(after, "utf-8")
    return int(stale and "--check" in sys.argv)


if __name__ == "__main__":
    sys.exit(main())
