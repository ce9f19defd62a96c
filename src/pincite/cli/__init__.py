"""The command line: one command, one file.

Each command is imported only when it is called or described, so that `pincite --help` stays
instant. Exit codes: 0 done, 1 our bug or a broken store, 2 wrong use or training that cannot go
on, 3 done but some files were partial or failed, 4 no answer in the sources, 130 interrupted.
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Sequence

import typer

from pincite.cli import (
    ask,
    config,
    doctor,
    evaluate,
    ingest,
    kb,
    models,
    search,
    show,
    sync,
    train,
)
from pincite.cli.exits import EXIT_BUG, EXIT_INTERRUPTED, EXIT_USAGE
from pincite.errors import PinciteError, StoreError
from pincite.version import __version__

_VALUED = {"--kb"}
_FLAGS = {"--json", "--quiet", "--debug"}

app = typer.Typer(
    name="pincite",
    help="Ask a folder of documents, pictures, recordings and videos; every sentence of the "
    "answer points at the page box, image region or second it rests on.",
    epilog='Start with: pincite ask ./folder "your question"',
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("ask")(ask.ask)
app.command("ingest")(ingest.ingest)
app.command("sync")(sync.sync)
app.command("search")(search.search)
app.command("show")(show.show)
app.command("train")(train.train)
app.add_typer(evaluate.app, name="eval")
app.add_typer(kb.app, name="kb")
app.add_typer(models.app, name="models")
app.command("doctor")(doctor.doctor)
app.add_typer(config.app, name="config")


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"pincite {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: bool = typer.Option(
        False, "--version", callback=_version, is_eager=True, help="Print the version."
    ),
) -> None:
    pass


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and leave the process with its exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    sys.exit(run(given))


def run(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code; errors become sentences on stderr."""
    ordered = global_flags_last(arguments)
    debug = "--debug" in ordered
    try:
        result = app(ordered, standalone_mode=False)
        return result if isinstance(result, int) else 0
    except PinciteError as error:
        if debug:
            traceback.print_exc()
        _complain(str(error))
        return EXIT_BUG if isinstance(error, StoreError) else EXIT_USAGE
    except (KeyboardInterrupt, typer.Abort):
        _complain("interrupted; what was acknowledged is kept, run the command again to go on")
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except typer.TyperException as error:
        message = error.format_message()
        ended = message if message.endswith((".", "?")) else f"{message}."
        _complain(f"{ended} See: {_help_hint(ordered)}")
        return EXIT_USAGE
    except Exception as error:
        if debug:
            traceback.print_exc()
        _complain(
            f"this is a bug in pincite: {type(error).__name__}: {error}. "
            "Run again with --debug and report what it prints."
        )
        return EXIT_BUG


def global_flags_last(arguments: Sequence[str]) -> list[str]:
    """Return the arguments with global flags moved behind the command they stand before.

    Example:
        >>> global_flags_last(["--kb", "notes", "--json", "search", "pump"])
        ['search', 'pump', '--kb', 'notes', '--json']
    """
    rest = list(arguments)
    moved: list[str] = []
    while rest and rest[0].split("=")[0] in _VALUED | _FLAGS:
        flag = rest.pop(0)
        moved.append(flag)
        if flag in _VALUED and rest:
            moved.append(rest.pop(0))
    return rest + moved if rest else list(arguments)


def _help_hint(arguments: Sequence[str]) -> str:
    """Return how to get help on the command named, as far as it is one."""
    from pincite.cli.tree import commands

    known = set(commands())
    command = next(tuple(arguments[:n]) for n in (2, 1, 0) if tuple(arguments[:n]) in known)
    return " ".join(["pincite", *command, "--help"])


def _complain(sentence: str) -> None:
    sys.stderr.write(f"pincite: {sentence}\n")
