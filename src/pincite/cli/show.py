"""`pincite show CITATION_ID`: the evidence itself."""

from __future__ import annotations

import webbrowser
from pathlib import Path
from typing import Annotated, Optional

import typer

from pincite.cli import options
from pincite.cli.output import emit, say, write


def show(
    citation: Annotated[
        str, typer.Argument(metavar="CITATION_ID", help="Printed below every answer.")
    ],
    save: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option("--save", metavar="PATH", help="Where the crop or clip is written."),
    ] = None,
    open_: Annotated[
        bool, typer.Option("--open", help="Open the crop or clip with the system's viewer.")
    ] = False,
    kb: options.Kb = None,
    json: options.Json = False,
    quiet: options.Quiet = False,
    debug: options.Debug = False,
) -> int:
    """Print a citation's sentence and write its page crop, picture or clip to a file."""
    from pincite.cli.render import name_of, place, visible
    from pincite.config import load_config
    from pincite.forms import shown_to_json
    from pincite.pipeline import KnowledgeBase

    config = load_config({"kb": kb})
    base = KnowledgeBase.holding(citation, kb=config["kb"], config=config)
    shown = base.show(citation)
    written = shown.save(save) if shown.media is not None else None
    if json:
        emit(shown_to_json(shown, written))
    else:
        write(f"{name_of(shown.asset)}, {place(shown.locator)}")
        write()
        write(visible(shown.passage))
        if written is not None:
            write()
            write(str(written))
    if not Path(shown.asset.uri).exists():
        say("note: the file itself is gone; this is the stored evidence", quiet=quiet)
    if written is not None and open_:
        webbrowser.open(written.resolve().as_uri())
    return 0
