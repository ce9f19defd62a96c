"""What the program asks of a reading process, and what it keeps of the answer."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, replace

from pincite.codes import FAILING
from pincite.config import Config
from pincite.errors import IngestError
from pincite.ingest.wire import Begin, Event
from pincite.types import Asset, Extracted, Problem, Progress, Segment

EVIDENCE_LIMIT_BYTES = 1 << 30
"""Pictures and clips of one file beyond this are left out; its words are still read."""
SEGMENTS_LIMIT = 500_000
TEXT_LIMIT_CHARS = 1 << 29
_OVERHEAD_BYTES = 2_000

_NOTHING = Problem(
    "NO_TEXT",
    "There is nothing in it that can be found: no words, no pictures, no sound.",
    "Nothing needs doing if it is meant to be empty.",
)


@dataclass(frozen=True, slots=True)
class Task:
    """A file to read; `asset` holds its digest, size and time as they were seen."""

    path: str
    asset: Asset


@dataclass(frozen=True, slots=True, eq=False)
class Parsed:
    """All that was read of one file.

    Attributes:
        task: What was asked.
        asset: The asset with its media type.
        parser: Name of the parser, or "" when none was chosen.
        extracts: Segments in reading order, their ids unique.
        problems: What went wrong.
        seconds: Time it took.
    """

    task: Task
    asset: Asset
    parser: str
    extracts: tuple[Extracted, ...]
    problems: tuple[Problem, ...]
    seconds: float

    @property
    def failure(self) -> Problem | None:
        """The problem that makes the file a failed one, or None."""
        return next((p for p in self.problems if p.code in FAILING), None)

    @property
    def weight_bytes(self) -> int:
        """About how much memory it holds."""
        return _OVERHEAD_BYTES + sum(_weight(extract) for extract in self.extracts)


def _weight(extract: Extracted) -> int:
    segment = extract.segment
    media = sum(len(m.data) for m in (extract.picture, extract.clip) if m is not None)
    text = len(segment.text) + len(segment.context)
    return _OVERHEAD_BYTES + 2 * text + 200 * len(segment.anchors) + media


class Collector:
    """Gathers the events of one file within bounds, whoever sends them."""

    def __init__(self, task: Task, config: Config) -> None:
        self._task, self._config = task, config
        self._asset, self._parser = task.asset, ""
        self._extracts: list[Extracted] = []
        self._problems: dict[tuple[str, str], Problem] = {}
        self._ids: Counter[str] = Counter()
        self._evidence_bytes = self._text_chars = 0

    @property
    def found(self) -> int:
        """How many segments have come so far."""
        return len(self._extracts)

    def take(self, event: Event) -> None:
        """Keep what an event says."""
        match event:
            case Begin(media_type, parser):
                self._asset = replace(self._asset, media_type=media_type)
                self._parser = parser
            case Extracted():
                self._keep(event)
            case Problem():
                self._problems[event.code, event.message] = event
            case IngestError():
                self.take(Problem(event.code, event.message, event.next_step))

    def result(self, seconds: float) -> Parsed:
        """Return what was gathered; a failed file has no segments, an empty one says so."""
        problems = tuple(self._problems.values()) or (() if self._extracts else (_NOTHING,))
        failed = any(p.code in FAILING for p in problems)
        extracts = () if failed else tuple(self._extracts)
        return Parsed(self._task, self._asset, self._parser, extracts, problems, seconds)

    def _keep(self, extract: Extracted) -> None:
        self._text_chars += len(extract.segment.text) + len(extract.segment.context)
        if self.found >= SEGMENTS_LIMIT or self._text_chars > TEXT_LIMIT_CHARS:
            self.take(_limit(f"{self.found} segments", "The rest of the file is left out."))
            return
        media = sum(len(m.data) for m in (extract.picture, extract.clip) if m is not None)
        if self._evidence_bytes + media > EVIDENCE_LIMIT_BYTES:
            amount = f"{EVIDENCE_LIMIT_BYTES >> 20} MB of pictures and clips"
            self.take(_limit(amount, "Later ones are not kept; the words are."))
            extract = replace(extract, picture=None, clip=None)
        else:
            self._evidence_bytes += media
        self._extracts.append(replace(extract, segment=self._unique(extract.segment)))

    def _unique(self, segment: Segment) -> Segment:
        """Return the segment under this asset, with an id no other segment of the file has."""
        seen = self._ids[segment.id]
        self._ids[segment.id] += 1
        id_ = segment.id
        if seen:
            id_ = hashlib.sha256(f"{segment.id}#{seen}".encode()).hexdigest()[:32]
        return replace(segment, id=id_, asset_id=self._task.asset.id)


def _limit(amount: str, consequence: str) -> Problem:
    return Problem(
        "LIMIT_REACHED",
        f"One file may give at most {amount}. {consequence}",
        "Split the file if all of it should be found.",
    )


@dataclass(frozen=True, slots=True)
class Reading:
    """News from inside a file that is being read."""

    task: Task
    progress: Progress
