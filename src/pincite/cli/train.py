"""`pincite train CONFIG.toml`: train a model as a file says; run again, it goes on."""

from __future__ import annotations

import os
import sys
from dataclasses import asdict
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from pincite.cli import options
from pincite.cli.exits import EXIT_INTERRUPTED
from pincite.cli.output import emit, say, write
from pincite.errors import MissingExtra

if TYPE_CHECKING:
    from pincite.train.ablate import Table
    from pincite.train.progress import Report
    from pincite.train.stage import Start

_NEEDED = ("torch", "transformers", "accelerate", "peft", "tensorboard")


def train(
    config: Annotated[Path, typer.Argument(metavar="CONFIG.toml", help="What to train, and how.")],
    resume: Annotated[
        Optional[bool],  # noqa: UP045
        typer.Option(
            "--resume/--fresh",
            help="Go on though [optim], seed or precision have changed; or discard the earlier "
            "run. Without either, go on if there is something to go on from.",
            show_default=False,
        ),
    ] = None,
    ablate: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(
            "--ablate",
            metavar="KEY[=NAME,...]",
            help="Train each choice with several seeds and print a table: fusion.",
        ),
    ] = None,
    json: options.Json = False,
    quiet: options.Quiet = False,
    debug: options.Debug = False,
) -> int:
    """Train a model as a file says, go on after a kill, or compare choices."""
    _require_extra()
    from pincite.models.quiet import quietly
    from pincite.train import ablate as ablation
    from pincite.train import loop
    from pincite.train.config import load_settings
    from pincite.train.recipes import make_objective

    settings = load_settings(config)
    start: Start = "auto" if resume is None else "resume" if resume else "fresh"
    first = os.environ.get("RANK", "0") == "0"  # of the processes of torchrun; the others are mute
    bar = first and not quiet and sys.stderr.isatty()

    def tell(sentence: str) -> None:
        say(sentence, quiet=quiet or not first)

    if ablate is not None:
        with quietly():
            table = ablation.ablate(ablate, settings, start=start, say=tell, bar=bar)
        if first:
            _print_table(table, json)
        return EXIT_INTERRUPTED if table.interrupted else 0
    with quietly():
        report = loop.train(make_objective(settings), settings, start=start, say=tell, bar=bar)
    if first:
        _print_report(report, json)
    return EXIT_INTERRUPTED if report.ended == "interrupted" else 0


def _require_extra() -> None:
    """Say what is to be installed before anything else is done."""
    for package in _NEEDED:
        if find_spec(package) is None:
            raise MissingExtra("command", "train", package, "train")


def _print_report(report: Report, json: bool) -> None:
    from pincite.train.log import sayable

    if json:
        emit(sayable(asdict(report)))
    elif report.model:
        best = "no figure" if report.best is None else f"{report.measure} {report.best:.4f}"
        write(
            f"{report.steps} steps, {report.epochs:.1f} epochs; {best} at step "
            f"{report.best_step or report.steps}; the model is in {report.model}"
        )


def _print_table(table: Table, json: bool) -> None:
    from pincite.train.ablate import table_lines
    from pincite.train.log import sayable

    if json:
        for row in table.rows:
            emit(sayable(asdict(row)))
    else:
        for line in table_lines(table):
            write(line)
