"""Office packages: how much they unpack to, what is inside, and what is not followed."""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from lxml import etree

from pincite.config import Config
from pincite.errors import IngestError
from pincite.types import Problem

READ_ERRORS = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    etree.LxmlError,
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    LookupError,
    NotImplementedError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
)
"""What the libraries raise on files that break the rules; running out of memory is not one."""

_MOST_PARTS = 100_000
_DENSEST = 200
"""Office files shrink tenfold, a bare grid of empty cells fiftyfold, a bomb a thousandfold."""
_DENSE_BYTES = 16 << 20
_MACROS = "vbaProject.bin"
_RELATIONS_BYTES = 1 << 20
_EXTERNAL = re.compile(rb"<[^<>]*TargetMode\s*=\s*[\"']External[\"'][^<>]*>")
_LINK = re.compile(rb"Type\s*=\s*[\"'][^\"']*/hyperlink[\"']")


def check_package(path: Path, config: Config) -> Iterator[Problem]:
    """Yield notes on a zipped office file; refuse one that is broken or unpacks to too much.

    Raises:
        IngestError: TOO_LARGE or CORRUPT_FILE.
    """
    try:
        with zipfile.ZipFile(path) as package:
            infos = package.infolist()
            _check_size(infos, config)
            if any(info.filename.endswith(_MACROS) for info in infos):
                yield _ignored("The file holds macros; they were not run.")
            if any(_has_links(package, info) for info in infos):
                yield _ignored("The file refers to other files or pages; they were not opened.")
    except READ_ERRORS as error:
        raise corrupt(error) from error


def _check_size(infos: Sequence[zipfile.ZipInfo], config: Config) -> None:
    """Raise when a package unpacks to too much, from what its directory says.

    The directory cannot lie: no more of a part is ever unpacked than it promises there.
    """
    if len(infos) > _MOST_PARTS:
        raise _too_large(f"It holds {len(infos)} parts; the limit is {_MOST_PARTS}.")
    unpacked = sum(info.file_size for info in infos)
    limit = config["max_unpacked_mb"]
    if unpacked > limit << 20:
        raise _too_large(f"It unpacks to {unpacked >> 20} MB; the limit is {limit} MB.")
    for info in infos:
        if info.file_size > max(_DENSE_BYTES, _DENSEST * info.compress_size):
            raise _too_large(
                f"Its part {info.filename[:80]!r} unpacks from {info.compress_size >> 10} kB to "
                f"{info.file_size >> 20} MB, as only files made to do harm do."
            )


def _too_large(message: str) -> IngestError:
    return IngestError(
        "TOO_LARGE", message, "If you trust the file, save it again or as PDF and add that."
    )


def _has_links(package: zipfile.ZipFile, info: zipfile.ZipInfo) -> bool:
    """True when a list of relations names something outside that a program would fetch."""
    if not info.filename.endswith(".rels") or info.file_size > _RELATIONS_BYTES:
        return False
    try:
        tags = _EXTERNAL.findall(package.read(info))
    except READ_ERRORS:  # whoever reads the part that these relations belong to will tell
        return False
    return any(not _LINK.search(tag) for tag in tags)


def _ignored(message: str) -> Problem:
    return Problem("ACTIVE_CONTENT_IGNORED", message, "Nothing need be done.")


def corrupt(error: Exception) -> IngestError:
    """Return the error of a package that cannot be opened."""
    reason = " ".join(str(error).split()) or type(error).__name__
    return IngestError(
        "CORRUPT_FILE",
        f"The file is damaged and cannot be opened ({reason[:160]}).",
        "Open it in the program that made it and save it again.",
    )


def part_failed(name: str, error: Exception) -> Problem:
    """Return the problem of a part that cannot be read while others can."""
    reason = " ".join(str(error).split()) or type(error).__name__
    return Problem(
        "PART_FAILED",
        f"{name} could not be read ({reason[:120]}).",
        "Open the file in the program that made it and save it again.",
    )
