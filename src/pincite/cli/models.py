"""`pincite models …`: what is on this machine, fetching it, removing it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from pincite.cli import options
from pincite.cli.exits import EXIT_BUG
from pincite.cli.output import Ticker, emit, say, write

if TYPE_CHECKING:
    from pincite.config import Config
    from pincite.encode.catalog import TextModel

app = typer.Typer(
    help="List, pull and remove models. Nothing is ever downloaded unasked.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
Names = Annotated[list[str], typer.Argument(metavar="NAME...", help="As `models list` prints.")]


@app.command("list")
def list_models(
    verify: Annotated[
        bool, typer.Option("--verify", help="Read every file and check its digest.")
    ] = False,
    json: options.Json = False,
    quiet: options.Quiet = False,
    debug: options.Debug = False,
) -> int:
    """Print the models that can be pulled, and how each stands on this machine."""
    from pincite.config import load_config
    from pincite.encode.catalog import MODELS

    config = load_config()
    records = [describe(config, model, verify=verify) for model in MODELS.values()]
    for record in records:
        if json:
            emit(record)
        else:
            write(_line(record))
    if not quiet and not json and not any(record["present"] for record in records):
        say(f"fetch one with: pincite models pull {records[0]['name']}")
    return EXIT_BUG if any(record["damaged"] for record in records) else 0


@app.command("pull")
def pull(
    names: Names,
    json: options.Json = False,
    quiet: options.Quiet = False,
    debug: options.Debug = False,
) -> int:
    """Fetch models, check their digests and make them ready; a cut download is gone on with."""
    from pincite.config import load_config
    from pincite.encode import encoders, hub
    from pincite.encode.catalog import find

    config = load_config()
    for model in [find(name) for name in names]:
        ticker = Ticker(quiet)
        say(f"fetching {model.name}: {model.size_bytes / 1e6:.0f} MB, {model.licence}", quiet=quiet)
        try:
            hub.pull(config, model, _Progress(ticker))
            ticker.update("making it ready …")
            encoders.create(model.name, config=config).encode(["trial"])
        finally:
            ticker.clear()
        record = describe(config, model)
        if json:
            emit(record)
        else:
            write(f"{model.name} is ready, from {record['source']}, in {record['folder']}")
    return 0


@app.command("remove")
def remove(
    names: Names,
    json: options.Json = False,
    quiet: options.Quiet = False,
    debug: options.Debug = False,
) -> int:
    """Delete models and all that was built from them; knowledge bases keep their vectors."""
    from pincite.config import load_config
    from pincite.encode import hub
    from pincite.encode.catalog import find

    config = load_config()
    for model in [find(name) for name in names]:
        freed = hub.remove(config, model)
        if json:
            emit({"name": model.name, "freed_bytes": freed})
        elif freed:
            write(f"removed {model.name}: {freed / 1e6:.0f} MB are free again")
        else:
            write(f"{model.name} was not on this machine")
    return 0


def describe(config: Config, model: TextModel, *, verify: bool = False) -> dict[str, Any]:
    """Return how a model stands on this machine, as `models list --json` prints it."""
    from pincite.encode import hub

    found = hub.installed(config, model)
    damaged = hub.damaged(config, model) if verify and found.present else []
    state = "damaged" if damaged else "ready" if found.present else "not pulled"
    return {
        "name": model.name,
        "aliases": list(model.aliases),
        "state": state,
        "present": found.present,
        "verified": verify and found.present and not damaged,
        "damaged": damaged,
        "enables": model.enables,
        "languages": sorted(model.languages),
        "licence": model.licence,
        "download_bytes": model.size_bytes,
        "disk_bytes": found.disk_bytes,
        "source": found.source,
        "repository": model.repository,
        "revision": model.revision,
        "folder": str(found.folder),
    }


class _Progress:
    """Shows a download as one line that is rewritten."""

    def __init__(self, ticker: Ticker) -> None:
        self._ticker = ticker

    def __call__(self, name: str, done: int, total: int) -> None:
        self._ticker.update(f"{name}: {done / 1e6:.0f} of {total / 1e6:.0f} MB")


def _line(record: dict[str, Any]) -> str:
    size = f"{record['download_bytes'] / 1e6:.0f} MB to fetch"
    if record["disk_bytes"]:
        size = f"{record['disk_bytes'] / 1e6:.0f} MB on disk"
    again = f" Fetch it again: pincite models pull {record['name']}" if record["damaged"] else ""
    about = f"{record['enables']} ({record['licence']}){again}"
    return f"{record['name']:10} {record['state']:10} {size:>15}  {about}"
