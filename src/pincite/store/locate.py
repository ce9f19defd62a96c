"""Names, folders and URIs of knowledge bases."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from pincite.config import Config
from pincite.errors import NotFound, UsageError

_NAME = re.compile(r"[^\W_][\w.-]{0,99}")
_URI = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
MARK = "ledger.lance"
"""What a directory holds if it is a knowledge base."""


def kb_uri(name: str | Path, config: Config) -> str:
    """Return where the knowledge base called `name` lies.

    A name means one of the user's own; a folder of material (or, as a `Path`, a single file)
    means the knowledge base that belongs to it; a directory that is a knowledge base, an empty
    one named as text (a place chosen for a new one), or a URI, means itself.

    Raises:
        UsageError: It is none of these.
    """
    text = str(name)
    if _URI.match(text):
        return text
    path = Path(text).expanduser()
    if path.is_dir() and not _is_named(text, config):
        own = config.data_dir / "kbs" / folder_name(path)
        chosen = isinstance(name, str) and not any(path.iterdir()) and not (own / MARK).exists()
        return str(path.resolve()) if chosen or (path / MARK).exists() else str(own)
    if path.is_file():
        if isinstance(name, Path):
            return str(config.data_dir / "kbs" / folder_name(path))
        raise UsageError(f"{text!r} is a file; a knowledge base is a name, a directory or a URI")
    if isinstance(name, Path):
        raise NotFound(f"there is no folder {text!r}; check the path")
    if "/" in text or "\\" in text or text.startswith("~"):
        return str(path.resolve())
    if not _NAME.fullmatch(text):
        raise UsageError(
            f"{text!r} cannot name a knowledge base; use letters, digits, '-', '_' and '.'"
        )
    return str(config.data_dir / "kbs" / text)


def _is_named(text: str, config: Config) -> bool:
    """A knowledge base's name wins over a folder of the same name in the working directory."""
    return bool(_NAME.fullmatch(text)) and (config.data_dir / "kbs" / text / MARK).exists()


def folder_name(folder: Path) -> str:
    """Return the name of the knowledge base that belongs to a folder.

    Example:
        >>> folder_name(Path("/tmp/Field notes"))
        'Field-notes-4739590b'
    """
    resolved = folder.resolve()
    digest = hashlib.sha256(str(resolved).encode("utf-8", "surrogateescape")).hexdigest()[:8]
    readable = re.sub(r"[^\w.-]+", "-", resolved.name).strip("-._")[:40] or "folder"
    return f"{readable}-{digest}"


def local_uris(config: Config) -> list[str]:
    """Return the knowledge bases under the data directory, in order of their names."""
    home = config.data_dir / "kbs"
    if not home.is_dir():
        return []
    return sorted(str(path) for path in home.iterdir() if (path / MARK).exists())
