"""What `pincite eval DATASET` does: one set or each of several, or learning from one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pincite.cli.eval_tables import print_differences, print_learning, print_run, print_sets
from pincite.cli.exits import EXIT_INCOMPLETE
from pincite.cli.output import Ticker, emit, say, write
from pincite.errors import UsageError

if TYPE_CHECKING:
    from pincite.config import Config
    from pincite.evaluate.compare import Difference
    from pincite.evaluate.runs import Run

RUNS = Path("runs") / "eval"


@dataclass(frozen=True, slots=True)
class Asked:
    """What the command line asks for, beside the dataset.

    Attributes:
        task: The task; None: what a dataset is for.
        measures: Names; none: the usual ones.
        bounds: `--fail-under`.
        compare: An earlier run; "" for none.
        out: Where the run goes; None: below `runs/eval`.
        options: k, limit, seed, kb and generator, as `evaluate` takes them.
        config: Settings in force.
        json: Machine form.
        quiet: No progress.
    """

    task: str | None
    measures: Sequence[str]
    bounds: str
    compare: str
    out: Path | None
    options: dict[str, Any]
    config: Config
    json: bool
    quiet: bool


def measure(dataset: str, asked: Asked) -> int:
    """Measure on a dataset, or on each set of a folder, and return the exit code.

    Raises:
        NotFound: There is no such dataset, or no run to compare with.
        UsageError: Nothing could be run; the message says why.
    """
    from pincite.evaluate.datasets import sets_in

    if len(sets_in(dataset)) > 1:
        return _each(dataset, asked)
    return EXIT_INCOMPLETE if _one(dataset, asked).unmet else 0


def learn(dataset: str, file: Path, asked: Asked) -> int:
    """Fit a fusion on a dataset's judged queries, print what it is worth, and write it.

    Raises:
        NotFound: There is no such dataset.
        UsageError: There is too little to learn from, or an option has no meaning here.
    """
    from pincite.evaluate.fusion import learn_fusion

    _require_learning(asked)
    options = {name: asked.options[name] for name in ("k", "limit", "seed", "kb")}
    progress = _Progress(asked.quiet)
    found = learn_fusion(
        dataset, file, asked.measures, config=asked.config, on_event=progress, **options
    )
    progress.clear()
    if asked.json:
        emit(found.to_json())
    else:
        print_learning(found, asked.quiet)
    return 0


def _require_learning(asked: Asked) -> None:
    """Return if what is asked for has a meaning where a fusion is learned.

    Raises:
        UsageError: It has none.
    """
    if asked.task not in (None, "retrieval"):
        raise UsageError(f"a fusion is learned from --task retrieval, got {asked.task!r}")
    given = {
        "--compare": asked.compare,
        "--fail-under": asked.bounds,
        "--generator": asked.options["generator"],
        "--out": asked.out,
        "--fusion": asked.config.origins["fusion"] == "flag",
        "--reranker": asked.config.origins["reranker"] == "flag",
    }
    if idle := [name for name, value in given.items() if value]:
        raise UsageError(
            f"--learn-fusion compares ways of merging by itself and keeps no run; leave out "
            f"{', '.join(idle)}, or measure with --fusion learned:FILE afterwards"
        )


@dataclass(frozen=True, slots=True, eq=False)
class _Done:
    """A run that was told of, and a sentence for each bound it does not reach."""

    run: Run
    unmet: list[str]


def _each(dataset: str, asked: Asked) -> int:
    """Measure on each set of a folder; what cannot be run is said at the end."""
    from pincite.evaluate.datasets import sets_in
    from pincite.evaluate.sets import NotRun, reasons, run_each

    if asked.options["kb"]:
        raise UsageError(
            f"{dataset} holds several sets, and the knowledge base of --kb is for one; name one: "
            f"{sets_in(dataset)[0]}"
        )
    folder = asked.out or free(RUNS / slug(Path(dataset).resolve().name))
    ran: list[tuple[str, Run]] = []
    left_out: list[NotRun] = []
    failed: list[str] = []

    def one(name: str) -> Run:
        done = _one(name, asked, folder)
        failed.extend(done.unmet)
        return done.run

    for name, got in run_each(dataset, one):
        if not isinstance(got, NotRun):
            ran.append((name, got))
            continue
        left_out.append(got)
        if asked.json:
            emit({"set": name, "not_run": got.why})
    if not ran:
        raise UsageError("; ".join(reasons(left_out)))
    if not asked.json:
        print_sets(ran)
    for sentence in reasons(left_out):
        say(sentence)
    return EXIT_INCOMPLETE if failed else 0


def _one(name: str, asked: Asked, folder: Path | None = None) -> _Done:
    """Measure on one set and tell of it; `folder` holds the runs of all sets it belongs to."""
    from pincite.evaluate.bounds import parse_bounds, unmet
    from pincite.evaluate.compare import compare
    from pincite.evaluate.experiment import evaluate, plan
    from pincite.evaluate.runs import load

    bounds, given = parse_bounds(asked.bounds), asked.options
    earlier = load(asked.compare) if asked.compare and folder is None else None
    drawn = {key: given[key] for key in ("limit", "seed", "generator")}
    todo = plan(name, asked.task, asked.measures, **drawn)
    called = f"{slug(_part(name) if folder else todo.dataset.name)}-{todo.task}"
    if asked.compare and folder is not None:
        earlier = load(Path(asked.compare) / called)
    wanted = [*map(str, todo.measures), *(b.name for b in bounds)]
    if earlier is not None and not asked.measures:
        wanted += earlier.figures
    progress = _Progress(asked.quiet, len(todo.dataset.tasks[todo.task].items))
    run = evaluate(
        todo.dataset,
        todo.task,
        list(dict.fromkeys(wanted)),
        out=folder / called if folder else asked.out or free(RUNS / called),
        config=asked.config,
        on_event=progress,
        **given,
    )
    progress.clear()
    found = None
    if earlier is not None:
        found = (earlier.name, compare(earlier, run, given["seed"]))
    failed = unmet(bounds, run)
    _tell(name if folder else "", run, found, failed, asked)
    return _Done(run, failed)


def _tell(
    name: str,
    run: Run,
    found: tuple[str, Sequence[Difference]] | None,
    failed: Sequence[str],
    asked: Asked,
) -> None:
    """Print a run and how it differs from an earlier one; `name`: the set, if one of several."""
    for sentence in failed:
        say(f"{name}: {sentence}" if name else sentence)
    if asked.json:
        record: dict[str, Any] = {"set": name} if name else {}
        record |= run.to_json() | {"path": str(run.path)}
        record |= {} if found is None else {"differences": [d.to_json() for d in found[1]]}
        emit(record | ({"unmet": failed} if asked.bounds else {}))
        return
    if name:
        write(f"{name}, {run.task}")
    print_run(run, asked.quiet)
    if found is not None:
        print_differences(*found)
    if name:
        write()


def _part(name: str) -> str:
    return name.rpartition(":")[2]


class _Progress:
    """Counts files and items on one line."""

    def __init__(self, quiet: bool, total: int = 0) -> None:
        self._ticker, self._total, self._files, self._items = Ticker(quiet), total, 0, 0

    def __call__(self, event: Any) -> None:
        from pincite.evaluate.outcome import Outcome
        from pincite.ingest.report import FileReport

        if isinstance(event, FileReport):
            self._files += 1
            self._ticker.update(f"read {self._files} files")
        elif isinstance(event, Outcome):
            self._items += 1
            of_all = f" of {self._total}" if self._total else ""
            self._ticker.update(f"item {self._items}{of_all}")

    def clear(self) -> None:
        """Take the line away."""
        self._ticker.clear()


def slug(name: str) -> str:
    """Return a name for a folder."""
    return "".join(c if c.isalnum() or c in "-_." else "-" for c in name).strip("-.") or "dataset"


def free(folder: Path) -> Path:
    """Return a folder that is not there yet: the one asked for, or with a number behind it."""
    number, place = 1, folder
    while place.exists():
        number += 1
        place = folder.with_name(f"{folder.name}-{number}")
    return place
