"""Every folder of the shared data through the evaluation harness, as one Markdown table.

    python -m benchmarks.eval_folders [--limit N] [--full] [--only FOLDER,...]

Each folder is measured in a process of its own: all its sets, all their tasks, with the settings
of this machine. `--limit` bounds the items of a task, and what is read of pictures, recordings and
documents, fewer where reading is slow; corpora of text are read whole, so their figures are of the
whole collection and those of cut folders are easier than the whole. `--full` bounds nothing.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

from benchmarks.corpora import DATA
from pincite.config import load_config
from pincite.evaluate import evaluate, open_dataset, run_each
from pincite.evaluate.datasets import sets_in
from pincite.evaluate.runs import Run
from pincite.evaluate.sets import NotRun

SHARES = {"blocks": 4, "lines": 2, "transcription": 2}
"""By column of a folder: how many files of the usual kind are read while one of these is."""
DOCUMENT = 5
"""The same of a document with questions."""
FILE_ENDS = "metadata.jsonl"
TIME_S = 900.0
SHOWN = 3
SAID = "figures, 95 % interval"
HEADS = ("folder", "task", "items", "read", SAID, "s")


# -- one folder, in a process of its own -----------------------------------------------------


def measure(folder: Path, limit: int | None) -> Iterator[dict[str, object]]:
    """Yield a row for each task of each set of a folder."""
    with tempfile.TemporaryDirectory(prefix="pincite-bench-") as scratch:
        place = folder if limit is None else cut(folder, Path(scratch) / folder.name, limit)
        for number, name in enumerate(sets_in(place)):
            shown = folder.name + name.removeprefix(str(place))
            base = f"{scratch}/kb{number}"
            try:
                tasks = list(open_dataset(name).tasks)
            except Exception as error:
                yield row(shown, "", f"{type(error).__name__}: {error}", 0.0, scratch)
                continue
            for task in tasks:
                yield measured(shown, name, task, limit, base, scratch)


def measured(
    shown: str, name: str, task: str, limit: int | None, base: str, scratch: str
) -> dict[str, object]:
    """Return the row of one task; a second task of a set finds its files read."""
    began = time.perf_counter()

    def run(one: str) -> Run:
        return evaluate(one, task, limit=limit, kb=base, config=load_config())

    try:
        [(_, ran)] = run_each(name, run)
    except Exception as error:  # what would be a bug is a row, and the others go on
        ran = NotRun(name, f"{type(error).__name__}: {error}")
    return row(shown, task, ran, time.perf_counter() - began, scratch)


def row(
    shown: str, task: str, ran: Run | NotRun | str, seconds: float, scratch: str
) -> dict[str, object]:
    """Return what the table says of one task."""
    if isinstance(ran, Run):
        found = [
            f"{name} {f.value:.3f} [{f.low:.3f}, {f.high:.3f}]"
            for name, f in list(ran.figures.items())[:SHOWN]
        ]
        items, read = ran.dataset["items"], ran.dataset["documents"]
        notes = [remark for remark in ran.remarks if remark.startswith("not run: ")]
        said = "; ".join([", ".join(found), *notes])
    else:
        items, read = "–", "–"
        said = (ran if isinstance(ran, str) else ran.why).replace(f"{scratch}/", "")
    cells = (shown, task, str(items), str(read), said, f"{seconds:.0f}")
    return dict(zip(HEADS, cells, strict=True))


def cut(folder: Path, place: Path, limit: int) -> Path:
    """Return a copy of a folder with fewer files to read, or the folder where it is all text."""
    draw = random.Random(0)
    if (folder / FILE_ENDS).is_file():
        lines = (folder / FILE_ENDS).read_text("utf-8").splitlines()
        columns = json.loads(lines[0]).keys()
        fewer = max([share for column, share in SHARES.items() if column in columns], default=1)
        kept = drawn(lines, max(2, limit // fewer), draw)
        copied(folder, place, [json.loads(line)["file_name"] for line in kept])
        (place / FILE_ENDS).write_text("".join(f"{line}\n" for line in kept), "utf-8")
        return place
    if (folder / "questions.jsonl").is_file():
        lines = (folder / "questions.jsonl").read_text("utf-8").splitlines()
        names = sorted({json.loads(line)["document"] for line in lines})
        names = drawn(names, max(2, limit // DOCUMENT), draw)
        copied(folder, place, [f"documents/{name}" for name in names])
        kept = [line for line in lines if json.loads(line)["document"] in names]
        (place / "questions.jsonl").write_text("".join(f"{line}\n" for line in kept), "utf-8")
        return place
    if any(path.is_file() for path in folder.iterdir()):
        return folder
    files = sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file())
    copied(folder, place, drawn(files, limit, draw))
    return place


def drawn(things: list[str], count: int, draw: random.Random) -> list[str]:
    """Return at most `count` of some things, in their order."""
    kept = sorted(draw.sample(range(len(things)), min(count, len(things))))
    return [things[at] for at in kept]


def copied(folder: Path, place: Path, names: list[str]) -> None:
    """Copy files, in the folders they lie in."""
    for name in names:
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(folder / name, place / name)


# -- all folders -----------------------------------------------------------------------------


def rows_of(folder: Path, limit: int | None) -> Iterator[dict[str, object]]:
    """Yield the rows of a folder, those of a process that was stopped or died included."""
    command = [sys.executable, "-m", "benchmarks.eval_folders", "--one", str(folder)]
    command += ["--full"] if limit is None else ["--limit", str(limit)]
    began = time.perf_counter()
    why = ""
    try:
        done = subprocess.run(
            command, capture_output=True, timeout=None if limit is None else TIME_S, check=False
        )
        out = done.stdout
        if done.returncode:
            last = (done.stderr.decode(errors="replace").strip().splitlines() or [""])[-1]
            why = f"ended with {done.returncode}: {last}"
    except subprocess.TimeoutExpired as late:
        out, why = late.stdout or b"", f"stopped after {TIME_S:.0f} s"
    yield from gathered(json.loads(s) for s in out.decode().splitlines() if s.startswith("{"))
    if why:
        seconds = f"{time.perf_counter() - began:.0f}"
        yield dict(zip(HEADS, (folder.name, "–", "–", "–", why, seconds), strict=True))


def gathered(rows: Iterable[dict[str, object]]) -> Iterator[dict[str, object]]:
    """Yield rows, those of sets that were not run for one reason as one."""
    for (task, said), members in groupby(rows, lambda found: (found["task"], found[SAID])):
        first, *others = members
        more = f" and {len(others)} more" if others else ""
        yield first | {"folder": f"{first['folder']}{more}", "task": task, SAID: said}


def line(cells: dict[str, object]) -> str:
    return "| " + " | ".join(str(cells[head]).replace("|", "\\|") for head in HEADS) + " |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--limit", type=int, default=20)
    parser.add_argument("--full", action="store_true", help="bound nothing")
    parser.add_argument("--only", default="", help="folders, separated by commas")
    parser.add_argument("--one", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    limit = None if arguments.full else arguments.limit
    if arguments.one is not None:
        for found in measure(arguments.one, limit):
            print(json.dumps(found), flush=True)
        return
    wanted = {name for name in arguments.only.split(",") if name}
    folders = sorted(p for p in DATA.iterdir() if p.is_dir() and (not wanted or p.name in wanted))
    began = time.perf_counter()
    if limit is not None:
        fewer = ", ".join(f"{column} 1/{share}" for column, share in SHARES.items())
        print(
            f"at most {limit} items a task and {limit} files a folder; {fewer}, PDFs 1/{DOCUMENT}"
        )
    print("\n" + line({head: head for head in HEADS}))
    print("|" + "---|" * len(HEADS), flush=True)
    for folder in folders:
        for found in rows_of(folder, limit):
            print(line(found), flush=True)
    print(f"\n{time.perf_counter() - began:.0f} s")


if __name__ == "__main__":
    main()
