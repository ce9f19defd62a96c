"""Office packages: how much they unpack to, the pictures inside, and what is not followed."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from pincite.config import Config
from pincite.errors import IngestError
from pincite.types import Problem

_MACROS = "vbaProject.bin"


def check_package(path: Path, config: Config) -> Iterator[Problem]:
    """Yield notes on a zipped office file; refuse one that is broken or unpacks to too much.

    Raises:
        IngestError: TOO_LARGE or CORRUPT_FILE.
    """
    try:
        with zipfile.ZipFile(path) as package:
            infos = package.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise corrupt(error) from error
    limit = config["max_unpacked_mb"] << 20
    unpacked = sum(info.file_size for info in infos)
    if unpacked > limit:
        raise IngestError(
            "TOO_LARGE",
            f"It unpacks to {unpacked >> 20} MB; the limit is {config['max_unpacked_mb']} MB.",
            "Raise max_unpacked_mb if you trust the file.",
        )
    if any(info.filename.endswith(_MACROS) for info in infos):
        yield Problem(
            "ACTIVE_CONTENT_IGNORED",
            "The file holds macros; they were not run.",
            "Nothing need be done.",
        )


def corrupt(error: Exception) -> IngestError:
    """Return the error of a package that cannot be opened."""
    reason = str(error).strip() or type(error).__name__
    return IngestError(
        "CORRUPT_FILE",
        f"The file is damaged and cannot be opened ({reason[:160]}).",
        "Open it in the program that made it and save it again.",
    )


def picture_parts(relations: Mapping[str, object]) -> dict[str, bytes]:
    """Return the bytes of the pictures a part refers to, by relation id.

    Pictures that lie outside the package are left alone: a document never causes a request.
    """
    found: dict[str, bytes] = {}
    for name, relation in relations.items():
        external = getattr(relation, "is_external", True)
        if not external and str(getattr(relation, "reltype", "")).endswith("/image"):
            found[name] = relation.target_part.blob  # type: ignore[attr-defined]
    return found
