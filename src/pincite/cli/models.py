"""`pincite models …`: what is on this machine, fetching it, removing it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from pincite.cli import options
from pincite.cli.exits import EXIT_BUG
from pincite.cli.output import Ticker, emit, say, write

if TYPE_CHECKING:
    from pincite.config import Config
    from pincite.encode.entry import Model

app = typer.Typer(
    help="List, pull and remove models. Nothing is ever downloaded unasked.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
Names = Annotated[
    list[str],
    typer.Argument(
        metavar="NAME...",
        help="As `models list` prints, or a set: text, multilingual, vision, audio, speech.",
    ),
]


@app.command("list")
def list_models(
    verify: Annotated[
        bool, typer.Option("--verify", help="Read every file and check its digest.")
    ] = False,
    json: options.Json = False,
    quiet: options.Quiet = False,
    debug: options.Debug = False,
) -> int:
    """Print the models that can be pulled, what each enables, and how it stands on this machine."""
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
    from pincite.encode import hub
    from pincite.encode.catalog import find

    config = load_config()
    for model in [find(name) for name in names]:
        ticker = Ticker(quiet)
        say(f"fetching {model.name}: {model.size_bytes / 1e6:.0f} MB, {model.licence}", quiet=quiet)
        try:
            hub.pull(config, model, _Progress(ticker))
            ticker.update("making it ready …")
            _try(config, model)
        finally:
            ticker.clear()
        for line in _trusted(config, model):
            say(line, quiet=quiet)
        record = describe(config, model)
        if json:
            emit(record)
        else:
            write(f"{model.name} is ready, from {record['source']}, in {record['folder']}")
            write(model.enables)
            for step in record["next_steps"]:
                write(step)
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


def describe(config: Config, model: Model, *, verify: bool = False) -> dict[str, Any]:
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
        "kind": model.kind,
        "languages": sorted(model.languages),
        "licence": model.licence,
        "extra": model.extra,
        "missing_packages": list(model.missing),
        "pinned": model.pinned,
        "download_bytes": model.size_bytes,
        "disk_bytes": found.disk_bytes,
        "source": found.source,
        "repository": model.repository,
        "revision": model.revision,
        "folder": str(found.folder),
        "next_steps": next_steps(config, model) if found.present else [],
    }


def next_steps(config: Config, model: Model) -> list[str]:
    """Return what to do with a model that was pulled, one sentence each."""
    from pincite.encode import hub

    steps = []
    if model.missing:
        steps.append(
            f"It needs {model.missing[0]!r}, which is not installed: "
            f"pip install 'pincite[{model.extra}]'"
        )
    if model.kind == "speech":
        steps.append(
            "New recordings are transcribed with it. Those that were read before: pincite sync "
            "--again FOLDER"
        )
        return steps
    default = hub.default_model(config)
    if model.kind == "text" and default is not None and default.name != model.name:
        steps.append(
            f"{default.name} stays the text encoder while it is here. To use this one instead: "
            f"the setting encoder = {model.name!r}; beside it: pincite kb encode --with "
            f"{model.name} --kb …"
        )
    else:
        steps.append(
            "New files get its vectors. Those that were read before: pincite kb encode --with "
            f"{model.name} --kb …"
        )
    return steps


def _try(config: Config, model: Model) -> None:
    """Use a model once, if what runs it is installed, so that a model that fails is told now."""
    if model.missing:
        return
    if model.kind != "speech":
        from pincite.encode.making import make_encoder

        make_encoder(model.name, config).encode(["trial"])
        return
    from pincite.config import load_config
    from pincite.ingest.speech import choose_recogniser

    choose_recogniser(load_config({**config.values, "asr": model.name, "language": ""}))


def _trusted(config: Config, model: Model) -> list[str]:
    """Say of each file without a digest of its own which one it has from now on."""
    from pincite.encode import hub

    return [
        f"{file.name} of {model.name}: no digest of it is known beforehand, so the one the hub "
        f"states was taken. From now on it must be SHA-256 {now.sha256}"
        for file, now in zip(model.files, hub.expected(config, model), strict=True)
        if not file.pinned
    ]


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
    named = ", ".join([record["name"], *record["aliases"]])
    about = f"{record['enables']} ({record['licence']})"
    if record["missing_packages"]:
        about += f" It needs: pip install 'pincite[{record['extra']}]'."
    if record["damaged"]:
        about += f" Fetch it again: pincite models pull {record['name']}"
    return f"{named:21} {record['state']:10} {size:>16}  {about}"
