"""Sentences for what goes wrong around a file: it is none, is gone, changed, is too much."""

from __future__ import annotations

import stat
from pathlib import PurePath

from pincite.config import Config
from pincite.errors import IngestError
from pincite.ingest.wire import valid_text
from pincite.types import Problem

_KINDS = {
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFDIR: "a folder",
    stat.S_IFLNK: "a broken link or a loop of links",
}


def not_a_file(path: str, mode: int) -> IngestError:
    """Return the error of something that is no regular file; `mode` is of its `lstat`."""
    return IngestError(
        "NOT_A_FILE",
        f"{_name(path)} is {_KINDS.get(stat.S_IFMT(mode), 'no regular file')}.",
        "Copy its content into a file if it should be read; otherwise nothing needs doing.",
    )


def unreadable(path: str, error: OSError) -> IngestError:
    """Return the error of a file or folder that the operating system will not open."""
    return IngestError(
        "UNREADABLE",
        f"The operating system refused {_name(path)}: {error.strerror or error}.",
        "Check the permissions and the disk, then run the command again.",
    )


def vanished(path: str) -> IngestError:
    """Return the error of a file that was listed and is gone."""
    return IngestError(
        "VANISHED",
        f"{_name(path)} was listed, but is gone.",
        "If it was moved, the next run finds it at its new place.",
    )


def changed(path: str) -> IngestError:
    """Return the error of a file whose bytes changed under the reader."""
    return IngestError(
        "CHANGED_WHILE_READ",
        f"{_name(path)} changed while it was being read.",
        "Run the command again when nothing writes to the file.",
    )


def too_large(path: str, size_bytes: int, config: Config) -> IngestError:
    """Return the error of a file above the limit of the settings."""
    return IngestError(
        "TOO_LARGE",
        f"{_name(path)} has {size_bytes / 1e6:.0f} MB; the limit is "
        f"{config['max_file_mb']} MB (max_file_mb).",
        "Raise max_file_mb if the file deserves it.",
    )


def limit_reached(what: str, found: int, config: Config) -> Problem | IngestError:
    """Return what it means that a file met a limit: a problem if some of it was read.

    Args:
        what: "time" or "memory".
        found: How many segments came before.
        config: Names the limit.
    """
    setting, unit = {"time": ("file_timeout_s", "s"), "memory": ("file_memory_mb", "MB")}[what]
    limit = f"the limit of {config[setting]:g} {unit} {what} a file ({setting})"
    advice = f"Raise {setting} if the file deserves it."
    if found:
        kept = f"Reading stopped at {limit}; the {found} parts before it are kept."
        return Problem("LIMIT_REACHED", kept, advice)
    code = {"time": "PARSER_TIMEOUT", "memory": "PARSER_MEMORY"}[what]
    return IngestError(code, f"Reading met {limit}.", advice)


def as_problem(error: IngestError) -> Problem:
    """Return an error as the value that reports carry."""
    return Problem(error.code, error.message, error.next_step)


def _name(path: str) -> str:
    return valid_text(PurePath(path).name or path)
