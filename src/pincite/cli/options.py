"""The options every command shares, declared once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Optional

import typer

Kb = Annotated[
    Optional[str],  # noqa: UP045 (typer reads this at run time)
    typer.Option("--kb", metavar="NAME|PATH|URI", help="Knowledge base to use."),
]
Json = Annotated[bool, typer.Option("--json", help="Machine form on stdout.")]
Quiet = Annotated[bool, typer.Option("--quiet", help="No progress and no hints on stderr.")]
Debug = Annotated[bool, typer.Option("--debug", help="Tracebacks instead of sentences.")]
K = Annotated[
    Optional[int],  # noqa: UP045
    typer.Option("-k", "--k", help="How many hits to return or to rest the answer on."),
]
Ocr = Annotated[
    Optional[str],  # noqa: UP045
    typer.Option("--ocr", metavar="auto|off|force", help="Read text in pictures."),
]
Language = Annotated[
    Optional[str],  # noqa: UP045
    typer.Option("--language", help="Main language of the material: en, zh, ..."),
]
Paths = Annotated[list[Path], typer.Argument(metavar="PATH...", help="Files and folders.")]
AgainOption = Annotated[bool, typer.Option("--again", help="Read unchanged files again too.")]
