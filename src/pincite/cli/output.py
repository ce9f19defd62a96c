"""How commands speak: data on stdout, progress and hints on stderr."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Mapping
from typing import Any


def emit(record: Mapping[str, Any]) -> None:
    """Print one JSON object on one line of stdout."""
    write(json.dumps(record, ensure_ascii=False, default=str))


def write(text: str = "") -> None:
    """Print text on stdout; characters the terminal cannot show become `?` instead of an error."""
    encoding = sys.stdout.encoding or "utf-8"
    sys.stdout.write(text.encode(encoding, "replace").decode(encoding) + "\n")


def say(text: str, *, quiet: bool = False) -> None:
    """Print a sentence for people on stderr."""
    if not quiet:
        encoding = sys.stderr.encoding or "utf-8"
        sys.stderr.write(text.encode(encoding, "replace").decode(encoding) + "\n")


class Ticker:
    """One line of progress on stderr, rewritten in place on a terminal, silent elsewhere."""

    def __init__(self, quiet: bool) -> None:
        self._live = not quiet and sys.stderr.isatty()
        self._shown = False

    def update(self, text: str) -> None:
        """Show `text` instead of what was shown before."""
        if self._live:
            width = shutil.get_terminal_size().columns - 1
            sys.stderr.write("\r\x1b[2K" + text[:width])
            sys.stderr.flush()
            self._shown = True

    def clear(self) -> None:
        """Take the line away, so that other output starts on a clean one."""
        if self._shown:
            sys.stderr.write("\r\x1b[2K")
            sys.stderr.flush()
            self._shown = False
