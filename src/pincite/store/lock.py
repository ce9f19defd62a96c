"""One writer at a time, across processes.

The operating system holds the lock on an open file and lets go of it when the process ends,
however it ends: a lock cannot go stale. What is written in the file only tells others who
holds it.
"""

from __future__ import annotations

import errno
import json
import os
import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from pincite.errors import StoreError, StoreLocked

LOCK_NAME = "writer.lock"
_POLL_S = 0.05


class WriterLock:
    """The right to write to a knowledge base on this machine; may be taken again by its thread."""

    def __init__(self, folder: Path, wait_s: float) -> None:
        self._path, self._wait_s = folder / LOCK_NAME, wait_s
        self._thread = threading.RLock()
        self._depth, self._descriptor = 0, -1

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the lock inside the block, waiting for it at most `wait_s` seconds.

        Raises:
            StoreLocked: Another process or thread kept it; the message says who.
            StoreError: The lock file cannot be made: the directory is read-only or full.
        """
        if not self._thread.acquire(timeout=self._wait_s):
            raise StoreLocked(_taken(self._path, self._wait_s))
        try:
            if self._depth == 0:
                self._descriptor = self._acquire()
            self._depth += 1
            try:
                yield
            finally:
                self._depth -= 1
                if self._depth == 0:
                    _release(self._descriptor)
        finally:
            self._thread.release()

    def _acquire(self) -> int:
        try:
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as error:
            raise StoreError(
                f"writing to the knowledge base {self._path.parent} is not possible: "
                f"{error.strerror}. Change its rights, or choose another place (--kb)."
            ) from error
        deadline = time.monotonic() + self._wait_s
        while not _try_lock(descriptor):
            if time.monotonic() >= deadline:
                os.close(descriptor)
                raise StoreLocked(_taken(self._path, self._wait_s))
            time.sleep(_POLL_S)
        _sign(descriptor)
        return descriptor


def _taken(path: Path, waited_s: float) -> str:
    return (
        f"the knowledge base {path.parent} is being written to by {_holder(path)}; waited "
        f"{waited_s:g} s. Wait until it is done, or end it, and run this again."
    )


def _holder(path: Path) -> str:
    try:
        owner = json.loads(path.read_text("utf-8"))
        return f"process {owner['pid']} on {owner['host']} since {owner['since']}"
    except (OSError, ValueError, KeyError, TypeError):
        return "another process"


def _sign(descriptor: int) -> None:
    """Say who holds the lock; a full disk leaves it unsigned, which harms nobody."""
    owner = {
        "pid": os.getpid(),
        "host": socket.gethostname(),
        "since": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    try:
        os.ftruncate(descriptor, 0)
        os.lseek(descriptor, 0, os.SEEK_SET)
        os.write(descriptor, json.dumps(owner).encode())
    except OSError as error:
        if error.errno not in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
            raise


if sys.platform == "win32":
    import msvcrt

    def _try_lock(descriptor: int) -> bool:
        os.lseek(descriptor, 1 << 20, os.SEEK_SET)  # beyond what _sign writes
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def _release(descriptor: int) -> None:
        os.lseek(descriptor, 1 << 20, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)
        os.close(descriptor)

else:
    import fcntl

    def _try_lock(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _release(descriptor: int) -> None:
        os.ftruncate(descriptor, 0)
        os.close(descriptor)
