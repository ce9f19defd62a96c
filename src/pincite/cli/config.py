"""`pincite config show`: the settings in force and where each came from."""

from __future__ import annotations

from typing import Annotated

import typer

from pincite.cli import options
from pincite.cli.output import emit, write

app = typer.Typer(help="Look at the settings.", no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def _group() -> None:
    """Look at the settings."""


@app.command("show")
def show(
    origin: Annotated[
        bool, typer.Option("--origin", help="Also print where each value came from.")
    ] = False,
    kb: options.Kb = None,
    json: options.Json = False,
    quiet: options.Quiet = False,
    debug: options.Debug = False,
) -> int:
    """Print every setting with its value."""
    from pincite.config import SETTINGS, load_config

    config = load_config({"kb": kb})
    if json:
        emit(
            {
                name: {"value": config[name], "origin": config.origins[name]}
                if origin
                else config[name]
                for name in SETTINGS
            }
        )
        return 0
    for name, setting in SETTINGS.items():
        source = f"  [{config.origins[name]}]" if origin else ""
        value = '""' if config[name] == "" else config[name]
        write(f"{name} = {value}{source}  # {setting.help}")
    return 0
