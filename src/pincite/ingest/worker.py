"""The process that reads files: `python -m pincite.ingest.worker`, one request after another.

The first frame holds the settings, each later one names a file; the answers are event frames,
`Begin` first and `End` last. The pipes are taken away from file numbers
0 and 1 before anything else happens, so a library that prints cannot damage a frame.
"""

from __future__ import annotations

import logging
import os
import stat
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from pincite.config import Config
from pincite.errors import IngestError, PinciteError
from pincite.ingest import Parser, parsers
from pincite.ingest.detect import Detected, detect
from pincite.ingest.problems import changed, limit_reached, not_a_file, unreadable, vanished
from pincite.ingest.sandbox import allow_seconds, confine, resident_mb
from pincite.ingest.wire import (
    Begin,
    End,
    Event,
    WireError,
    asset_from_json,
    read_frame,
    write_event,
    write_frame,
)
from pincite.types import Asset, Extracted, Problem, Progress

FLUSH_S = 0.25
"""Events wait at most about this long before they are sent."""

Detect = Callable[[Path], Detected]
CreateParser = Callable[[str], Parser]


def main(detect: Detect = detect, create: CreateParser = parsers.create) -> None:
    """Serve requests from standard input until it ends."""
    requests, replies = _take_pipes()
    hello = read_frame(requests)
    if hello is None:
        return
    config = Config(hello[0]["config"], {})
    confine(config)
    write_frame(replies, {"ready": True})
    replies.flush()
    reader = FileReader(config, detect, create)
    with _flowing(replies):
        while (request := read_frame(requests)) is not None:
            _forget_noise()
            allow_seconds(config)
            _answer(replies, reader, request[0])


@contextmanager
def _flowing(replies: BinaryIO) -> Iterator[None]:
    """Send what was written every moment, so that a parser that hangs keeps nothing back."""
    over = threading.Event()

    def flow() -> None:
        while not over.wait(FLUSH_S):
            try:
                replies.flush()
            except BrokenPipeError:  # nobody listens; the next write of an event ends us
                return

    thread = threading.Thread(target=flow)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _take_pipes() -> tuple[BinaryIO, BinaryIO]:
    requests, replies = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return os.fdopen(requests, "rb"), os.fdopen(replies, "wb", buffering=1 << 20)


def _forget_noise() -> None:
    """Keep the file that collects messages of libraries from growing over many files."""
    sys.stdout.flush()
    sys.stderr.flush()
    if stat.S_ISREG(os.fstat(2).st_mode):
        os.ftruncate(2, 0)


def _answer(replies: BinaryIO, reader: FileReader, request: dict[str, Any]) -> None:
    """Write all events of one file; of quick progress only a little."""
    told = 0.0
    for event in reader.read(request["path"], asset_from_json(request["asset"])):
        if isinstance(event, Progress):
            if time.monotonic() - told < FLUSH_S:
                continue
            told = time.monotonic()
        write_event(replies, event)
    replies.flush()


class FileReader:
    """Reads one file after another and turns whatever happens into events."""

    def __init__(
        self,
        config: Config,
        detect: Detect = detect,
        create: CreateParser = parsers.create,
    ) -> None:
        self._config, self._detect, self._create = config, detect, create
        self._parsers: dict[str, Parser] = {}

    def read(self, path: str, asset: Asset) -> Iterator[Event]:
        """Yield the events of one file, an `End` last."""
        found = 0
        try:
            _check_unchanged(path, asset)
            for event in self._parse(path, asset):
                found += isinstance(event, Extracted)
                yield event
            _check_unchanged(path, asset)
        except WireError:
            raise
        except Exception as error:
            yield _ending(path, asset, error, found, self._config)
        yield End(resident_mb())

    def _parse(self, path: str, asset: Asset) -> Iterator[Event]:
        detected = self._detect(Path(path))
        yield Begin(detected.media_type, detected.parser)
        yield from detected.notes
        if detected.parser not in self._parsers:
            self._parsers[detected.parser] = self._create(detected.parser)
        typed = Asset(
            asset.id, asset.uri, detected.media_type, asset.size_bytes, asset.modified_ns,
            asset.title,
        )  # fmt: skip
        yield from self._parsers[detected.parser].parse(Path(path), typed, self._config)


def _check_unchanged(path: str, asset: Asset) -> None:
    """Compare the file with what was seen when it was listed.

    Raises:
        IngestError: It is gone, is no file any more, or has other bytes by now.
    """
    try:
        now = os.lstat(path)
    except FileNotFoundError as error:
        raise vanished(path) from error
    if not stat.S_ISREG(now.st_mode):
        raise not_a_file(path, now.st_mode)
    if (now.st_size, now.st_mtime_ns) != (asset.size_bytes, asset.modified_ns):
        raise changed(path)


def _ending(
    path: str, asset: Asset, error: Exception, found: int, config: Config
) -> Problem | IngestError:
    """Return how a file ended whose reading raised; a change of the file explains anything."""
    logging.getLogger(__name__).debug("%s", traceback.format_exc())
    try:
        _check_unchanged(path, asset)
    except IngestError as explanation:
        return explanation
    except OSError as refused:
        return unreadable(path, refused)
    return _explain(path, error, found, config)


def _explain(path: str, error: Exception, found: int, config: Config) -> Problem | IngestError:
    if isinstance(error, MemoryError):
        return limit_reached("memory", found, config)
    if isinstance(error, IngestError):
        failure = error
    elif isinstance(error, PinciteError):  # a missing extra or model: its sentence is complete
        failure = IngestError("UNSUPPORTED_TYPE", f"No reader could start: {error}", "See there.")
    elif isinstance(error, OSError) and error.errno and error.filename in (None, path):
        failure = unreadable(path, error)
    else:
        failure = IngestError(
            "PARSER_CRASHED",
            f"The parser stopped with {type(error).__name__}: {error}"[:300] + ".",
            "Open the file in its own program; if it is sound there, report this as a bug.",
        )
    if not found:
        return failure
    kept = f"{failure.message} The {found} parts read before are kept."
    return Problem("PART_FAILED", kept, failure.next_step)


if __name__ == "__main__":
    main()
