"""The commands as a tree, for the reference pages and the tests."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import typer.main


def commands() -> Iterator[tuple[str, ...]]:
    """Yield the path of every command, groups included, in the order of `--help`."""
    from pincite.cli import app

    yield from _below((), typer.main.get_command(app))


def _below(path: tuple[str, ...], command: Any) -> Iterator[tuple[str, ...]]:
    yield path
    for name, child in getattr(command, "commands", {}).items():
        yield from _below((*path, name), child)
