"""What happened to each file and to the run, as Python values and as JSON lines."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from pincite.codes import FAILING, NOTES
from pincite.types import Problem, Status

Outcome = Literal["complete", "partial", "failed", "same", "removed"]


@dataclass(frozen=True, slots=True)
class FileReport:
    """How one file ended; told only after it has been committed.

    Attributes:
        uri: Where the file lies.
        status: complete, partial, failed; same when nothing had to be read; removed.
        segments: How many segments the knowledge base now holds of it.
        codes: All codes of its problems, gravest first, each once.
        message: The gravest problem in a sentence; empty when there is none.
        next_step: What to do about it.
        seconds: Time spent reading it.
    """

    uri: str
    status: Outcome
    segments: int = 0
    codes: tuple[str, ...] = ()
    message: str = ""
    next_step: str = ""
    seconds: float = 0.0

    def to_json(self) -> dict[str, Any]:
        """Return the line `ingest --json` prints."""
        return {
            "event": "file",
            "uri": self.uri,
            "status": self.status,
            "segments": self.segments,
            "codes": list(self.codes),
            "message": self.message,
            "next_step": self.next_step,
            "seconds": round(self.seconds, 3),
        }


@dataclass(frozen=True, slots=True)
class Summary:
    """A run in numbers.

    Attributes:
        files: Files that were looked at, whatever became of them.
        added: New files that were read, completely or partly.
        changed: Known files that were read again, completely or partly.
        moved: Files whose content was known from elsewhere; nothing was read.
        same: Files that had not changed.
        removed: Files that were forgotten because they are gone.
        partial: Of those read, how many partly.
        failed: Files that could not be read.
        unresolved: Unchanged files that an earlier run could read only partly or not at all.
        segments: Segments written.
        encoded: Segments of earlier runs that were given vectors of the encoder in force.
        seconds: Wall clock time.
        interrupted: True when the run was ended early; run again to go on.
        skipped: Names passed over in the folder, by reason.
    """

    files: int = 0
    added: int = 0
    changed: int = 0
    moved: int = 0
    same: int = 0
    removed: int = 0
    partial: int = 0
    failed: int = 0
    unresolved: int = 0
    segments: int = 0
    encoded: int = 0
    seconds: float = 0.0
    interrupted: bool = False
    skipped: Mapping[str, int] = field(default_factory=dict)

    @property
    def clean(self) -> bool:
        """True when every file is complete: the run ended, none partial, none failed."""
        return not (self.partial or self.failed or self.unresolved or self.interrupted)

    def to_json(self) -> dict[str, Any]:
        """Return the last line `ingest --json` prints."""
        numbers = ("files", "added", "changed", "moved", "same", "removed", "partial", "failed")
        return {
            "event": "done",
            **{name: getattr(self, name) for name in numbers},
            "unresolved": self.unresolved,
            "segments": self.segments,
            "encoded": self.encoded,
            "seconds": round(self.seconds, 3),
            "interrupted": self.interrupted,
            "skipped": dict(self.skipped),
        }


def status_of(problems: Sequence[Problem]) -> Status:
    """Return what a file's problems make of it.

    Example:
        >>> status_of([Problem("NO_SPEECH", "", "")]), status_of([Problem("PAGE_FAILED", "", "")])
        ('complete', 'partial')
    """
    grave = max((_gravity(p.code) for p in problems), default=0)
    statuses: tuple[Status, Status, Status] = ("complete", "partial", "failed")
    return statuses[grave]


def _gravity(code: str) -> int:
    return 2 if code in FAILING else 0 if code in NOTES else 1


def file_report(
    uri: str,
    problems: Sequence[Problem],
    *,
    segments: int = 0,
    seconds: float = 0.0,
    status: Outcome | None = None,
) -> FileReport:
    """Return the report of a file; the gravest of its problems gives the sentence.

    `status` overrides what the problems say, for files that are the same or removed.
    """
    ordered = sorted(problems, key=lambda p: -_gravity(p.code))
    message, next_step = (ordered[0].message, ordered[0].next_step) if ordered else ("", "")
    if len(ordered) > 1:
        others = len(ordered) - 1
        message += f" (and {others} more {'problem' if others == 1 else 'problems'})"
    return FileReport(
        uri,
        status or status_of(problems),
        segments,
        tuple(dict.fromkeys(p.code for p in ordered)),
        message,
        next_step,
        seconds,
    )


def printable(name: str) -> str:
    r"""Return a file name that cannot deceive a terminal: control and direction marks escaped.

    Example:
        >>> printable("bill\u202efdp.exe"), printable("泵\n.txt")
        ('bill\\u202efdp.exe', '泵\\n.txt')
    """
    return "".join(
        c.encode("unicode_escape").decode("ascii") if unicodedata.category(c)[0] == "C" else c
        for c in name
    )
