"""The SHA-256 of a file as it is now, or why there is none."""

from __future__ import annotations

import hashlib
import os
import stat
from dataclasses import dataclass

from pincite.ingest.problems import changed, not_a_file, unreadable, vanished

_CHUNK_BYTES = 1 << 20
_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_NONBLOCK", 0)  # a pipe that took the file's place must not hold us
    | getattr(os, "O_NOCTTY", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)


@dataclass(frozen=True, slots=True)
class Digested:
    """A file's digest, with the size and time it had while the digest was taken."""

    sha256: str
    size_bytes: int
    modified_ns: int


def digest(path: str) -> Digested:
    """Return the digest of the file at `path`, read in pieces.

    Raises:
        IngestError: VANISHED, UNREADABLE, NOT_A_FILE or CHANGED_WHILE_READ.
    """
    try:
        handle = os.open(path, _FLAGS)
        try:
            return _digest(path, handle)
        finally:
            os.close(handle)
    except FileNotFoundError as error:
        raise vanished(path) from error
    except OSError as error:
        raise unreadable(path, error) from error


def _digest(path: str, handle: int) -> Digested:
    before = os.fstat(handle)
    if not stat.S_ISREG(before.st_mode):
        raise not_a_file(path, before.st_mode)
    sha256 = hashlib.sha256()
    while chunk := os.read(handle, _CHUNK_BYTES):
        sha256.update(chunk)
    after = os.fstat(handle)
    seen = (before.st_size, before.st_mtime_ns)
    if (after.st_size, after.st_mtime_ns) != seen:
        raise changed(path)
    return Digested(sha256.hexdigest(), *seen)


def content(path: str, sha256: str) -> bytes:
    """Return the bytes of a file that must still have this digest.

    Raises:
        IngestError: It is gone, cannot be read, or has other bytes by now.
    """
    try:
        with open(path, "rb") as stream:  # noqa: PTH123 (names that are no UTF-8 stay strings)
            data = stream.read()
    except FileNotFoundError as error:
        raise vanished(path) from error
    except OSError as error:
        raise unreadable(path, error) from error
    if hashlib.sha256(data).hexdigest() != sha256:
        raise changed(path)
    return data
