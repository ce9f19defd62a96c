"""`pincite eval DATASET`: measure on data with gold; `pincite eval rate RUN [RUN]`: by people."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Optional

import typer
from typer.core import TyperGroup

from pincite.cli import options
from pincite.cli.exits import EXIT_INCOMPLETE
from pincite.cli.output import Ticker, emit, say, write
from pincite.errors import UsageError

if TYPE_CHECKING:
    from pincite.evaluate.compare import Difference
    from pincite.evaluate.rating import Summary
    from pincite.evaluate.runs import Run

RUNS = Path("runs") / "eval"


class _DatasetOrCommand(TyperGroup):
    """A group whose first word is a command of its own, or else a dataset."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        named = bool(args) and args[0] in self.commands
        ctx.allow_interspersed_args = not named
        return super().parse_args(ctx, ["", *args] if named else args)


app = typer.Typer(
    cls=_DatasetOrCommand,
    invoke_without_command=True,
    rich_markup_mode=None,
    help="Measure on data with gold, or let people rate what a run said.",
)


@app.callback()
def evaluate(
    context: typer.Context,
    dataset: Annotated[
        str,
        typer.Argument(
            metavar="DATASET",
            help="A folder, a file, FOLDER:PART or hf:NAME[:SPLIT].",
            show_default=False,
        ),
    ] = "",
    task: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(
            "--task",
            metavar="T",
            help="retrieval, qa, transcription, ocr, classification, captioning, translation, "
            "summarisation or ingestion; default: what the dataset is for.",
        ),
    ] = None,
    measure: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option("--measure", metavar="M,...", help="Such as nDCG@10,R@5; default: the usual."),
    ] = None,
    compare: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option("--compare", metavar="RUN", help="Print how this run differs from another."),
    ] = None,
    k: options.K = None,
    limit: Annotated[
        Optional[int],  # noqa: UP045
        typer.Option("--limit", metavar="N", help="At most so many items, drawn by the seed."),
    ] = None,
    seed: Annotated[int, typer.Option("--seed", help="Of the draw and the intervals.")] = 0,
    generator: Annotated[
        str,
        typer.Option(
            "--generator", metavar="NAME", help="What composes answers, captions, summaries."
        ),
    ] = "",
    out: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option("--out", metavar="DIR", help="Where the run goes; default: below runs/eval."),
    ] = None,
    fail_under: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(
            "--fail-under",
            metavar="M=X,...",
            help="End with code 3 if a measure is worse than this, for errors: higher.",
        ),
    ] = None,
    kb: options.Kb = None,
    json: options.Json = False,
    quiet: options.Quiet = False,
    debug: options.Debug = False,
) -> int:
    """Measure on data with gold; save a run with a report."""
    if context.invoked_subcommand is not None:
        return 0
    if not dataset:
        raise UsageError("name what to measure on: pincite eval DATASET")
    from pincite.config import load_config
    from pincite.evaluate import runs
    from pincite.evaluate.bounds import parse_bounds, unmet
    from pincite.evaluate.compare import compare as differences
    from pincite.evaluate.experiment import evaluate as run_experiment
    from pincite.evaluate.experiment import plan

    bounds = parse_bounds(fail_under or "")
    earlier = runs.load(compare) if compare else None
    names = _names(measure)
    todo = plan(dataset, task, names, limit=limit, seed=seed, generator=generator)
    wanted = [*map(str, todo.measures), *(b.name for b in bounds)]
    if earlier is not None:
        wanted += earlier.figures if not names else []
    place = out or _free(RUNS / f"{_slug(todo.dataset.name)}-{todo.task}")
    run = run_experiment(
        todo.dataset,
        todo.task,
        list(dict.fromkeys(wanted)),
        k=k,
        limit=limit,
        seed=seed,
        kb=kb or "",
        generator=generator,
        out=place,
        config=load_config({"kb": kb}),
        on_event=_Progress(todo.dataset.tasks[todo.task].items, quiet),
    )
    found = differences(earlier, run, seed) if earlier is not None else []
    failed = unmet(bounds, run)
    if json:
        record = run.to_json() | {"path": str(place)}
        record |= {"differences": [d.to_json() for d in found]} if earlier is not None else {}
        emit(record | ({"unmet": failed} if bounds else {}))
    else:
        _print_run(run, quiet)
        if earlier is not None:
            _print_differences(earlier, found)
    for sentence in failed:
        say(sentence)
    return EXIT_INCOMPLETE if failed else 0


@app.command("rate")
def rate(
    runs: Annotated[
        list[str],
        typer.Argument(metavar="RUN [RUN]", help="One run to grade, or two to compare blind."),
    ],
    port: Annotated[int, typer.Option("--port", help="Port on this machine; 0: any free.")] = 0,
    seed: Annotated[int, typer.Option("--seed", help="Of the draw, and of which is A.")] = 0,
    limit: Annotated[
        Optional[int],  # noqa: UP045
        typer.Option("--limit", metavar="N", help="At most so many items."),
    ] = None,
    out: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option("--out", metavar="FILE", help="Where ratings go; default: beside the run."),
    ] = None,
    summary: Annotated[
        bool, typer.Option("--summary", help="Only print what was rated so far, and agreement.")
    ] = False,
    json: options.Json = False,
    quiet: options.Quiet = False,
    debug: options.Debug = False,
) -> int:
    """Serve a page on this machine on which people rate runs; Ctrl-C ends it and sums up."""
    from pincite.evaluate import rating
    from pincite.evaluate.rating_server import RatingServer
    from pincite.evaluate.runs import load

    loaded = [load(run) for run in runs]
    sheet = rating.sheet(loaded, seed=seed, limit=limit)
    ratings = rating.Ratings(out or _ratings_file(loaded), sheet)
    if ratings.unread:
        say(f"note: {ratings.unread} unreadable lines of {ratings.path} were passed over")
    if not summary:
        server = RatingServer(ratings, port)
        with server:
            if json:
                emit({"url": server.url, "file": str(ratings.path), "items": len(sheet.items)})
            else:
                write(f"open {server.url}")
            say(f"{len(sheet.items)} items; ratings go to {ratings.path}; Ctrl-C ends", quiet=quiet)
            try:
                server.serve_forever(poll_interval=0.2)
            except KeyboardInterrupt:
                say("", quiet=quiet)
    _print_ratings(rating.summary(ratings), json)
    return 0


def _names(text: str | None) -> list[str]:
    """Return the measures in a list with commas; those in brackets belong to a measure."""
    import re

    return [name.strip() for name in re.split(r",(?![^()]*\))", text or "") if name.strip()]


class _Progress:
    """Counts files and items on one line."""

    def __init__(self, items: tuple[Any, ...], quiet: bool) -> None:
        self._ticker, self._total, self._files, self._items = Ticker(quiet), len(items), 0, 0

    def __call__(self, event: Any) -> None:
        from pincite.evaluate.outcome import Outcome
        from pincite.ingest.report import FileReport

        if isinstance(event, FileReport):
            self._files += 1
            self._ticker.update(f"read {self._files} files")
        elif isinstance(event, Outcome):
            self._items += 1
            self._ticker.update(f"item {self._items} of {self._total}")
            if self._items == self._total:
                self._ticker.clear()


def _slug(name: str) -> str:
    return "".join(c if c.isalnum() or c in "-_." else "-" for c in name).strip("-.") or "dataset"


def _free(folder: Path) -> Path:
    """Return a folder that is not there yet: the one asked for, or with a number behind it."""
    number, place = 1, folder
    while place.exists():
        number += 1
        place = folder.with_name(f"{folder.name}-{number}")
    return place


def _print_run(run: Run, quiet: bool) -> None:
    from pincite.evaluate.report_tables import costs_table, directions_table, figures_table

    _print_table(figures_table(run))
    if len(run.directions) > 1:
        write()
        _print_table(directions_table(run))
    write()
    _print_table(costs_table(run))
    for remark in run.remarks:
        say(f"note: {remark}", quiet=quiet)
    if run.path is not None:
        write(f"\nthe run and its report are in {run.path}")


def _print_differences(earlier: Run, found: list[Difference]) -> None:
    rows = [["measure", "before", "after", "difference", "95 % interval", "p", "p corrected"]]
    for d in found:
        numbers = (f"{d.before:.4f}", f"{d.after:.4f}", f"{d.difference:+.4f}")
        interval = f"{d.low:+.4f} … {d.high:+.4f}"
        rows.append([d.measure, *numbers, interval, f"{d.p:.4f}", f"{d.p_corrected:.4f}"])
    write(f"\nagainst {earlier.name}, {found[0].items} items in pairs:")
    _print_table(rows)


def _print_table(rows: list[list[str]]) -> None:
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
        write("  ".join(cells).rstrip())


def _ratings_file(runs: list[Run]) -> Path:
    folder = runs[0].path or Path()
    name = "ratings.jsonl" if len(runs) == 1 else f"ratings-against-{runs[1].name}.jsonl"
    return folder / name


def _print_ratings(found: Summary, json: bool) -> None:
    if json:
        emit(found.to_json())
        return
    raters = ", ".join(found.raters) or "nobody"
    write(f"{found.ratings} ratings by {raters}")
    if not found.ratings:
        return
    for name, mean in zip(found.names, found.means, strict=True):
        write(f"{name}: mean grade {mean:.2f}")
    rows = [("agreement on grades", found.grades_kappa, found.grades_alpha)]
    if found.wins is not None and found.choice_alpha is not None:
        w = found.wins
        write(
            f"{found.names[0]} is preferred in {w.rate:.1%} ({w.low:.1%} to {w.high:.1%}): "
            f"{w.wins} won, {w.losses} lost, {w.ties} equal"
        )
        rows.append(("agreement on which is better", found.choice_kappa, found.choice_alpha))
    for label, kappa, alpha in rows:
        said = [] if kappa is None else [f"kappa {kappa:.3f}"]
        write(f"{label}: {', '.join([*said, f'alpha {alpha:.3f}'])}")
