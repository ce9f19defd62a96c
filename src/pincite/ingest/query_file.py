"""The picture, recording or video a user searches with, and the words in it.

The file is decoded by a confined process (`query_worker`), as documents are: what comes back is
small and was written by us.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from queue import SimpleQueue

import numpy as np

from pincite.config import Config
from pincite.content import Footage, Modality, Picture, Sound
from pincite.errors import IngestError, NotFound, UsageError
from pincite.ingest.content import content_of
from pincite.ingest.digest import digest
from pincite.ingest.parsed import Parsed, Reading, Task
from pincite.ingest.pool import Pool
from pincite.ingest.problems import as_problem, too_large
from pincite.types import Asset, Extracted, Problem, TimeSpan

_COMMAND = (
    sys.executable, "-P", "-X", "faulthandler", "-m", "pincite.ingest.query_worker",
)  # fmt: skip
_KINDS = ("image", "audio", "video")
_NAMES = {"image": "picture", "audio": "sound", "video": "moving pictures"}


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """What a file brings to a query.

    Attributes:
        image: The whole picture, its longest side at most 1024 pixels.
        audio: The first minute of a recording.
        video: At most 8 frames, evenly over the first ten minutes, with the first minute of sound.
        words: What is written in the picture, or said in the recording or the video.
        notes: What was left out, or may be wrong.
    """

    image: Picture | None = None
    audio: Sound | None = None
    video: Footage | None = None
    words: str = ""
    notes: tuple[Problem, ...] = ()


def read_query(
    source: str | os.PathLike[str] | bytes, config: Config, kind: Modality | None = None
) -> Parts:
    """Return what a picture, a recording or a video brings to a query.

    Args:
        source: The file, or its bytes.
        config: The settings; their limits on documents hold here too.
        kind: image, audio or video, where only this is wanted; the sound of a video is audio.

    Raises:
        NotFound: There is no such file.
        UsageError: It cannot be read, or is of another kind; the message has the code of
            `pincite.codes` and the next step.
        PinciteError: No reading process can be started.
    """
    with QueryFiles(config) as files:
        return files.read(source, kind)


class QueryFiles:
    """Reads the files of many queries, one after another; use it as a context manager.

    The process that reads one kind of file is started with the first of them and kept for those
    that follow, so that a batch does not pay for a start each time. One thread at a time.

    Example:
        with QueryFiles(config) as files:
            parts = [files.read(path, "audio") for path in paths]
    """

    def __init__(self, config: Config) -> None:
        self._config = config
        self._lines: dict[str, _Line] = {}

    def __enter__(self) -> QueryFiles:
        return self

    def __exit__(self, *error: object) -> None:
        for kind in list(self._lines):
            self._lines.pop(kind).close()

    def read(self, source: str | os.PathLike[str] | bytes, kind: Modality | None = None) -> Parts:
        """Return what a file brings to a query; see `read_query`."""
        if kind == "text":
            raise UsageError("a query file is an image, audio or video; give text as the words")
        with _on_disk(source) as (path, name):
            parsed = self._parsed(_task(path, name, self._config), kind or "any")
            if parsed.failure is not None:
                raise _refused(name, parsed.failure)
            return _wanted(_parts(parsed), name, [kind] if kind else _KINDS)

    def _parsed(self, task: Task, kind: str) -> Parsed:
        line = self._lines.setdefault(kind, _Line(self._config, kind))
        try:
            return line.read(task)
        except BaseException:  # the line is of no use any more; the next file gets a new one
            self._lines.pop(kind).close()
            raise


class _Line:
    """A reading process for one kind of file, fed one file at a time."""

    def __init__(self, config: Config, kind: str) -> None:
        alone = replace(config, values={**config.values, "workers": 1})
        self._tasks: SimpleQueue[Task | None] = SimpleQueue()
        self._pool = Pool(alone, command=(*_COMMAND, kind))
        self._items: Iterator[Parsed | Reading | None] | None = None

    def read(self, task: Task) -> Parsed:
        self._tasks.put(task)
        if self._items is None:
            self._items = self._pool.__enter__().read(iter(self._tasks.get, None))
        return next(item for item in self._items if isinstance(item, Parsed))

    def close(self) -> None:
        self._tasks.put(None)  # the end of the input: the process is idle or done with its file
        if self._items is not None:
            self._pool.__exit__(None, None, None)


def _wanted(parts: Parts, name: str, wanted: Sequence[str]) -> Parts:
    """Return the parts, if one that is wanted is among them.

    Raises:
        UsageError: None is.
    """
    if not any(getattr(parts, part) is not None for part in wanted):
        lacks = " or ".join(_NAMES[part] for part in wanted)
        raise UsageError(
            f"cannot search with {name}: it holds no {lacks} that can be decoded (CORRUPT_FILE). "
            f"Open it to see if it works, or name another file."
        )
    return parts


@contextmanager
def _on_disk(source: str | os.PathLike[str] | bytes) -> Iterator[tuple[str, str]]:
    """Give the path of the file itself and what to call it; bytes lie there for this long."""
    if not isinstance(source, bytes):
        given = os.fspath(source)
        missing = NotFound(f"cannot search with {given}: there is no such file. Check its path.")
        try:
            path = os.path.realpath(Path(given).expanduser())
        except ValueError as error:  # a NUL in it
            raise missing from error
        if not os.path.lexists(path):
            raise missing
        yield path, given
        return
    with tempfile.TemporaryDirectory(prefix="pincite-") as folder:  # only this user enters it
        private = Path(folder) / "query"
        private.write_bytes(source)
        yield str(private), "the given file"


def _task(path: str, name: str, config: Config) -> Task:
    try:
        size = os.path.getsize(path)  # noqa: PTH202 (names that are no UTF-8 stay strings)
        if size > config["max_file_mb"] * 1_000_000:
            raise too_large(path, size, config)
        seen = digest(path)
    except IngestError as error:
        raise _refused(name, as_problem(error)) from error
    return Task(path, Asset(seen.sha256, path, "", seen.size_bytes, seen.modified_ns))


def _refused(name: str, failure: Problem) -> UsageError:
    return UsageError(
        f"cannot search with {name}: {failure.message} ({failure.code}) {failure.next_step}"
    )


def _parts(parsed: Parsed) -> Parts:
    """Return the parts of a query from what the reading process sent."""
    extracts = parsed.extracts
    sounds = [content_of(extract.clip) for extract in extracts if extract.clip is not None]
    sound = next((sound for sound in sounds if isinstance(sound, Sound)), None)
    footage = _footage([e for e in extracts if e.segment.modality == "video"], sound)
    pictures = [
        content_of(extract.picture)
        for extract in extracts
        if extract.picture is not None and extract.segment.modality == "image"
    ]
    words = [e.segment.text for e in extracts if e.segment.text.strip()]
    return Parts(
        image=next((picture for picture in pictures if isinstance(picture, Picture)), None),
        audio=None if footage else sound,
        video=footage,
        words="\n".join(words),
        notes=parsed.problems,
    )


def _footage(shown: Sequence[Extracted], sound: Sound | None) -> Footage | None:
    frames, times = [], []
    for extract in shown:
        locator = extract.segment.locator
        picture = content_of(extract.picture) if extract.picture is not None else None
        if isinstance(picture, Picture) and isinstance(locator, TimeSpan):
            frames.append(picture.pixels)
            times.append(locator.start_s)
    if not frames:
        return None
    return Footage(np.stack(frames), np.array(times, dtype=np.float64), sound)
