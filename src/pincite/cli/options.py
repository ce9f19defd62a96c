"""The options every command shares, declared once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Optional

import typer

from pincite.content import MODALITIES, Modality
from pincite.errors import UsageError

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
Image = Annotated[
    Optional[Path],  # noqa: UP045
    typer.Option("--image", metavar="FILE", help="A picture: find what is like it."),
]
Audio = Annotated[
    Optional[Path],  # noqa: UP045
    typer.Option("--audio", metavar="FILE", help="A recording: a spoken query, or a sound."),
]
Video = Annotated[
    Optional[Path],  # noqa: UP045
    typer.Option("--video", metavar="FILE", help="A video: find what is like it."),
]
Weights = Annotated[
    Optional[str],  # noqa: UP045
    typer.Option(
        "--weights",
        metavar="PART=W,...",
        help="How much the parts of the query count: text=1,image=0.5; below 0 pushes away.",
    ),
]
Without = Annotated[
    Optional[str],  # noqa: UP045
    typer.Option("--without", metavar="WORDS", help="Words for what is not wanted."),
]
Ocr = Annotated[
    Optional[str],  # noqa: UP045
    typer.Option("--ocr", metavar="auto|off|force", help="Read text in pictures."),
]
Language = Annotated[
    Optional[str],  # noqa: UP045
    typer.Option("--language", help="Main language of the material: en, zh, ..."),
]
Fusion = Annotated[
    Optional[str],  # noqa: UP045
    typer.Option(
        "--fusion",
        metavar="NAME",
        help="How rankings are merged: calibrated, rrf, weighted:CHANNEL=W,..., learned:FILE.",
    ),
]
Channels = Annotated[
    Optional[str],  # noqa: UP045
    typer.Option("--channels", metavar="C,...", help="Ask only these, such as lexical,dense."),
]
Reranker = Annotated[
    Optional[str],  # noqa: UP045
    typer.Option("--reranker", metavar="NAME:DIR", help="Look at the best hits again."),
]
Paths = Annotated[list[Path], typer.Argument(metavar="PATH...", help="Files and folders.")]
AgainOption = Annotated[bool, typer.Option("--again", help="Read unchanged files again too.")]


def part_weights(text: str | None) -> dict[Modality, float]:
    """Return the weights of the parts of a query, from "text=1,image=0.5".

    Raises:
        UsageError: A name is no modality, or a weight no number.
    """
    from pincite.retrieve.merge import named_numbers

    given = named_numbers(text or "", "--weights")
    for name in given:
        if name not in MODALITIES:
            raise UsageError(f"--weights names {', '.join(MODALITIES)}, got {name!r}")
    return {name: given[name] for name in MODALITIES if name in given}
