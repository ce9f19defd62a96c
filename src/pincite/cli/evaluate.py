"""`pincite eval DATASET`: measure on data with gold; `pincite eval rate RUN [RUN]`: by people."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Optional

import typer
from typer.core import TyperGroup

from pincite.cli import options
from pincite.cli.eval_tables import print_ratings
from pincite.cli.output import emit, say, write
from pincite.errors import UsageError

if TYPE_CHECKING:
    from pincite.evaluate.runs import Run


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
            help="A folder (each set in it), a file, FOLDER:PART or hf:NAME[:SPLIT].",
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
    fusion: options.Fusion = None,
    channels: options.Channels = None,
    reranker: options.Reranker = None,
    learn_fusion: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option(
            "--learn-fusion",
            metavar="FILE",
            help="Fit a fusion on the judged queries, print what it is worth, and write it.",
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
    from pincite.cli import eval_runs
    from pincite.config import load_config

    asked = eval_runs.Asked(
        task=task,
        measures=_names(measure),
        bounds=fail_under or "",
        compare=compare or "",
        out=out,
        options={"k": k, "limit": limit, "seed": seed, "kb": kb or "", "generator": generator},
        config=load_config(
            {"kb": kb, "fusion": fusion, "channels": channels, "reranker": reranker}
        ),
        json=json,
        quiet=quiet,
    )
    if learn_fusion is not None:
        return eval_runs.learn(dataset, learn_fusion, asked)
    return eval_runs.measure(dataset, asked)


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
            # Started in the background by a shell, it would ignore Ctrl-C, its way to end.
            signal.signal(signal.SIGINT, signal.default_int_handler)
            try:
                server.serve_forever(poll_interval=0.2)
            except KeyboardInterrupt:
                say("", quiet=quiet)
    print_ratings(rating.summary(ratings), json)
    return 0


def _names(text: str | None) -> list[str]:
    """Return the measures in a list with commas; those in brackets belong to a measure."""
    import re

    return [name.strip() for name in re.split(r",(?![^()]*\))", text or "") if name.strip()]


def _ratings_file(runs: list[Run]) -> Path:
    folder = runs[0].path or Path()
    name = "ratings.jsonl" if len(runs) == 1 else f"ratings-against-{runs[1].name}.jsonl"
    return folder / name
