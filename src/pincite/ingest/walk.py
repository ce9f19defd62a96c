"""A folder to the files in it: the same order every time, and nothing opened that is no file.

Only names and `lstat` are used here. A link is never followed: what it points at inside the
folder is listed under its own name, and what lies outside was not asked for.
"""

from __future__ import annotations

import os
import stat
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Literal, TypeAlias
from urllib.parse import unquote_to_bytes

from pincite.errors import IngestError, NotFound
from pincite.ingest.problems import not_a_file, unreadable

Reason: TypeAlias = Literal["hidden", "junk", "link", "link out of the folder", "knowledge base"]

JUNK_FOLDERS = frozenset({"node_modules", "__pycache__", "__MACOSX", "$RECYCLE.BIN", "lost+found"})
JUNK_FILES = frozenset({"thumbs.db", "desktop.ini", "ehthumbs.db"})
JUNK_PREFIXES = ("~$", ".~lock.", "._")
KNOWLEDGE_BASE_MARK = "ledger.lance"
"""A folder that holds this is a knowledge base, not material for one."""


@dataclass(frozen=True, slots=True)
class Found:
    """A regular file: where it is and what tells cheaply whether it changed."""

    path: str
    size_bytes: int
    modified_ns: int

    @property
    def uri(self) -> str:
        """The name under which the knowledge base keeps it."""
        return uri_of(self.path)


@dataclass(frozen=True, slots=True)
class Refused:
    """Something that was asked for or stands among the files and cannot be read as one."""

    path: str
    error: IngestError
    folder: bool = False


@dataclass(frozen=True, slots=True)
class Listing:
    """What a walk saw.

    Attributes:
        roots: The resolved folders that were walked, and files that were named.
        files: Regular files, each once, in order.
        refused: What is neither file nor folder, and folders that cannot be listed.
        skipped: How many names were passed over, by reason.
    """

    roots: tuple[str, ...]
    files: tuple[Found, ...]
    refused: tuple[Refused, ...]
    skipped: Mapping[str, int]


def uri_of(path: str | os.PathLike[str]) -> str:
    r"""Return a path as valid text: itself, or a `file:` URI when its name is not UTF-8.

    Example:
        >>> uri_of("/notes/泵.txt"), uri_of(os.fsdecode(b"/notes/caf\xe9"))
        ('/notes/泵.txt', 'file:///notes/caf%E9')
    """
    text = os.fspath(path)
    escaped = not text.isascii() and any("\ud800" <= c <= "\udfff" for c in text)
    return Path(text).as_uri() if escaped or text.startswith("file:") else text


def path_of(uri: str) -> str:
    r"""Return the path that `uri_of` named.

    Example:
        >>> path_of("file:///notes/caf%E9") == os.fsdecode(b"/notes/caf\xe9")
        True
    """
    if uri.startswith("file://"):
        return os.fsdecode(unquote_to_bytes(uri.removeprefix("file://")))
    return uri


def walk(paths: Iterable[str | os.PathLike[str]]) -> Listing:
    """List the files below `paths`; a path that is itself a file is listed as it is.

    Names are ordered by their bytes, a folder's files before its subfolders. Hidden names,
    usual junk and links are passed over and counted, except where `paths` names them.

    Raises:
        NotFound: One of `paths` does not exist.
    """
    walker = _Walker()
    roots = [_resolved(path) for path in paths]
    for root in dict.fromkeys(roots):
        walker.start(root)
    return Listing(
        tuple(dict.fromkeys(roots)),
        tuple(walker.files.values()),
        tuple(walker.refused.values()),
        MappingProxyType(dict(walker.skipped)),
    )


def _resolved(path: str | os.PathLike[str]) -> str:
    given = os.path.abspath(os.path.expanduser(os.fspath(path)))  # noqa: PTH100, PTH111
    if not os.path.lexists(given):
        raise NotFound(
            f"asked for {os.fspath(path)!r}, but there is no such file or folder; "
            f"check the spelling (looked for {given})"
        )
    real = os.path.realpath(given)
    return real if os.path.lexists(real) else given


def below(path: str, root: str) -> bool:
    """Return whether `path` is `root` or lies inside it; both absolute.

    Example:
        >>> below("/a/b", "/a"), below("/ab", "/a"), below("/x", "/")
        (True, False, True)
    """
    return path == root or path.startswith(root.rstrip(os.sep) + os.sep)


class _Walker:
    def __init__(self) -> None:
        self.files: dict[str, Found] = {}
        self.refused: dict[str, Refused] = {}
        self.skipped: Counter[str] = Counter()
        self._listed: set[str] = set()
        self._root = ""

    def start(self, root: str) -> None:
        self._root = root
        try:
            status = os.lstat(root)
        except OSError as error:
            self._refuse(root, unreadable(root, error))
            return
        if stat.S_ISDIR(status.st_mode):
            self._folders(root)
        else:
            self._take(root, status)

    def _folders(self, root: str) -> None:
        waiting = [root]
        while waiting:
            folder = waiting.pop()
            if folder in self._listed:
                continue
            self._listed.add(folder)
            try:
                with os.scandir(folder) as entries:
                    ordered = sorted(entries, key=lambda entry: os.fsencode(entry.name))
            except OSError as error:
                self._refuse(folder, unreadable(folder, error), folder=True)
                continue
            if any(entry.name == KNOWLEDGE_BASE_MARK for entry in ordered):
                self.skipped["knowledge base"] += 1
                continue
            waiting.extend(reversed([e.path for e in ordered if self._enter(e)]))

    def _enter(self, entry: os.DirEntry[str]) -> bool:
        """Take a file; return whether the entry is a folder to go into."""
        try:
            is_folder = entry.is_dir(follow_symlinks=False)
            reason = self._passed_over(entry, is_folder)
            if reason:
                self.skipped[reason] += 1
            elif not is_folder:
                self._take(entry.path, entry.stat(follow_symlinks=False))
        except OSError as error:
            self._refuse(entry.path, unreadable(entry.path, error))
            return False
        return is_folder and not reason

    def _passed_over(self, entry: os.DirEntry[str], is_folder: bool) -> Reason | None:
        name = entry.name
        if name.startswith(JUNK_PREFIXES) or (
            name in JUNK_FOLDERS if is_folder else name.lower() in JUNK_FILES
        ):
            return "junk"
        if name.startswith("."):
            return "hidden"
        if entry.is_symlink() and Path(entry.path).exists():
            inside = below(os.path.realpath(entry.path), self._root)
            return "link" if inside else "link out of the folder"
        return None

    def _take(self, path: str, status: os.stat_result) -> None:
        if stat.S_ISREG(status.st_mode):
            self.files.setdefault(path, Found(path, status.st_size, status.st_mtime_ns))
        else:
            self._refuse(path, not_a_file(path, status.st_mode))

    def _refuse(self, path: str, error: IngestError, *, folder: bool = False) -> None:
        self.refused.setdefault(path, Refused(path, error, folder))
