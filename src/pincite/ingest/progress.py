"""How far a run is, how fast it goes, and how long it will still take."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from pincite.types import Progress

FILE_COST_BYTES = 50_000
"""A file costs as much as this many bytes even when it is empty."""


@dataclass(frozen=True, slots=True)
class RunProgress:
    """One look at a run.

    Attributes:
        done: Files finished.
        total: Files to read, or to encode, in this run.
        uri: The file the news is about.
        part: How far inside that file: a page, a second, a row; None when it has just ended.
        files_per_s: Files finished a second, since the start.
        remaining_s: Estimate from the bytes still to read; None before the first file is done.
        doing: What is being done: "reading" files, or "encoding" segments that are stored.
    """

    done: int
    total: int
    uri: str
    part: Progress | None
    files_per_s: float
    remaining_s: float | None
    doing: Literal["reading", "encoding"] = "reading"

    def to_json(self) -> dict[str, Any]:
        """Return the line `ingest --json` prints."""
        part = self.part
        place = {} if part is None else {"unit": part.unit, "at": part.done, "of": part.total}
        return {
            "event": "progress",
            "doing": self.doing,
            "done": self.done,
            "total": self.total,
            "uri": self.uri,
            **place,
            "files_per_s": round(self.files_per_s, 2),
            "remaining_s": None if self.remaining_s is None else round(self.remaining_s, 1),
        }


class Meter:
    """Counts finished files and says how far the run is."""

    def __init__(self, sizes_bytes: list[int], clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._started = clock, clock()
        self._total, self._done = len(sizes_bytes), 0
        self._cost = sum(sizes_bytes) + FILE_COST_BYTES * len(sizes_bytes)
        self._paid = 0

    def finished(self, size_bytes: int) -> None:
        """Count one more file."""
        self._done += 1
        self._paid += size_bytes + FILE_COST_BYTES

    def look(self, uri: str, part: Progress | None = None) -> RunProgress:
        """Return the state of the run, with news about one file."""
        elapsed = max(self._clock() - self._started, 1e-6)
        paid = min(self._paid, self._cost)
        remaining = elapsed * (self._cost - paid) / paid if paid else None
        return RunProgress(self._done, self._total, uri, part, self._done / elapsed, remaining)
