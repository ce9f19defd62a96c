"""`pincite sync FOLDER`: make the knowledge base equal to the folder."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pincite.cli import options
from pincite.cli.output import emit, write


def sync(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="The folder to follow.")],
    prune: Annotated[
        bool, typer.Option("--prune", help="Also forget files that are gone from the folder.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print the plan and change nothing.")
    ] = False,
    again: options.AgainOption = False,
    ocr: options.Ocr = None,
    language: options.Language = None,
    kb: options.Kb = None,
    json: options.Json = False,
    quiet: options.Quiet = False,
    debug: options.Debug = False,
) -> int:
    """Make the knowledge base equal to the folder: only what changed is read again."""
    from pincite.cli.ingest import report_run
    from pincite.config import load_config
    from pincite.pipeline import KnowledgeBase

    config = load_config({"kb": kb, "ocr": ocr, "language": language})
    base = KnowledgeBase.open(config["kb"] or folder, config=config)
    if dry_run:
        planned = base.plan(folder, prune=prune).to_json()
        if json:
            emit(planned)
        else:
            write(planned["plan"])
        return 0
    return report_run(
        lambda watch: base.sync(folder, prune=prune, on_event=watch, again="all" if again else ""),
        json=json,
        quiet=quiet,
        command="sync",
    )
