"""What the rules of parsers share: damaged copies of a file, and what is left of a reading."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import TypeVar

from pincite.ingest import Event
from pincite.testing.checks import require, short
from pincite.types import Extracted, Media, Problem, Progress, Segment

T = TypeVar("T", Extracted, Problem, Progress)

TRUNCATED_PERCENT = (1, 10, 50, 90, 99)
"""How much of a file is left in its truncated copies."""

_MAGIC = {
    "image/png": b"\x89PNG",
    "image/jpeg": b"\xff\xd8\xff",
    "image/webp": b"RIFF",
    "image/gif": b"GIF8",
    "image/bmp": b"BM",
    "audio/ogg": b"OggS",
    "video/webm": b"\x1aE\xdf\xa3",
}


def damaged(path: Path, folder: Path, changed: int) -> Iterator[Path]:
    """Yield truncated copies of a file, then `changed` copies with other bytes in them.

    Each lies in a folder of its own that says what was done; the name of the file is kept.
    """
    data = path.read_bytes()
    for percent in TRUNCATED_PERCENT:
        cut = data[: len(data) * percent // 100]
        yield with_bytes(path, folder / f"the first {percent} percent", cut)
    chance = random.Random(7)
    for number in range(changed if data else 0):
        copy = bytearray(data)
        for _ in range(chance.choice([1, 3, 30])):
            copy[chance.randrange(len(copy))] = chance.randrange(256)
        yield with_bytes(path, folder / f"changed copy {number}", bytes(copy))


def with_bytes(path: Path, folder: Path, data: bytes) -> Path:
    """Return a file of the same name with these bytes, in a new folder."""
    folder.mkdir()
    copy = folder / path.name
    copy.write_bytes(data)
    return copy


def of_kind(kind: type[T], events: Sequence[Event]) -> list[T]:
    """Return the events of one kind, in their order."""
    return [event for event in events if isinstance(event, kind)]


def lasting(events: Iterable[Event]) -> list[Segment | Problem]:
    """Return what stays of a reading: segments and problems, not pictures nor progress."""
    return [
        event.segment if isinstance(event, Extracted) else event
        for event in events
        if not isinstance(event, Progress)
    ]


def difference(one: Sequence[object], other: Sequence[object]) -> str:
    """Return the first pair in which two readings differ."""
    for left, right in itertools.zip_longest(one, other):
        if left != right:
            return f"{short(left, 300)} and then {short(right, 300)}"
    return "in nothing"


def check_media(media: Media, kinds: Sequence[str]) -> None:
    """Hold the bytes of a picture or clip against their media type."""
    kind = media.media_type
    require(
        kind.partition("/")[0] in kinds,
        f"expected media of type {' or '.join(kinds)}/…, got {kind!r}",
    )
    require(
        media.data and media.data.startswith(_MAGIC.get(kind, b"")),
        f"{len(media.data)} bytes called {kind} begin with {media.data[:8]!r}",
    )


def snapshot(folder: Path) -> dict[str, tuple[int, str]]:
    """Return time and digest of each file below a folder."""
    return {
        str(path.relative_to(folder)): (
            path.stat().st_mtime_ns,
            sha256(path.read_bytes()).hexdigest(),
        )
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def changes(before: Mapping[str, object], folder: Path) -> list[str]:
    """Return the files that were made, changed or removed since a snapshot."""
    after = snapshot(folder)
    names = sorted(before.keys() | after.keys())
    return [name for name in names if before.get(name) != after.get(name)]
