"""What the tests of office files and mail share: reading as ingest reads, and doing damage."""

from __future__ import annotations

import contextlib
import io
import random
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from pincite.config import load_config
from pincite.errors import IngestError
from pincite.ingest import parsers
from pincite.ingest.detect import detect
from pincite.types import Asset, Extracted, Problem, Segment

OCR_OFF = {"ocr": "off"}


@dataclass
class Read:
    """What a parser said of a file."""

    extracts: list[Extracted]
    problems: list[Problem]

    @property
    def segments(self) -> list[Segment]:
        return [extract.segment for extract in self.extracts]

    @property
    def text(self) -> str:
        return "\n\n".join(segment.text for segment in self.segments)

    @property
    def codes(self) -> list[str]:
        return [problem.code for problem in self.problems]

    def holding(self, words: str) -> Segment:
        """The one segment that holds these words."""
        [segment] = [segment for segment in self.segments if words in segment.text]
        return segment

    def place(self, words: str):
        """Where these words lie."""
        segment = self.holding(words)
        at = segment.text.index(words)
        return segment.locate(at, at + len(words))


def read(path: Path, parser: str = "", **flags: object) -> Read:
    """What is in a file; ids differ and ordinals count up, as the store demands."""
    config = load_config(OCR_OFF | flags, environ={})
    found = detect(path)
    asset = Asset("a" * 64, str(path), found.media_type)
    events = list(parsers.create(parser or found.parser).parse(path, asset, config))
    extracts = [event for event in events if isinstance(event, Extracted)]
    segments = [extract.segment for extract in extracts]
    assert [segment.ordinal for segment in segments] == list(range(len(segments)))
    assert len({segment.id for segment in segments}) == len(segments)
    return Read(extracts, [event for event in events if isinstance(event, Problem)])


def outcome(path: Path, parser: str = "") -> Read:
    """What is in a file; one that is refused holds nothing but the reason."""
    try:
        return read(path, parser)
    except IngestError as error:
        return Read([], [Problem(error.code, error.message, error.next_step)])


def picture(words: str = "", size: tuple[int, int] = (400, 120), color: str = "white") -> bytes:
    """A PNG with words on it."""
    image = Image.new("RGB", size, color)
    font = ImageFont.load_default(size=40)
    ImageDraw.Draw(image).text((20, 30), words, fill="black", font=font)
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def rewritten(source: Path, target: Path, change: Callable[[str, bytes], bytes | None]) -> Path:
    """A copy of a package with parts changed, or left out for None."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            data = change(info.filename, old.read(info))
            if data is not None:
                new.writestr(info.filename, data)
    return target


def replaced(source: Path, target: Path, part: str, old: str, new: str) -> Path:
    """A copy of a package with words of one part replaced; they must be there."""

    def change(name: str, data: bytes) -> bytes:
        if name == part:
            assert old.encode() in data, data[:2000]
            return data.replace(old.encode(), new.encode())
        return data

    return rewritten(source, target, change)


def damaged(data: bytes, count: int, seed: int = 7) -> Iterator[bytes]:
    """Truncated copies, then copies with a few bytes changed."""
    chance = random.Random(seed)
    for percent in (1, 10, 50, 90, 99):
        yield data[: len(data) * percent // 100]
    for _ in range(count):
        copy = bytearray(data)
        for _ in range(chance.choice([1, 3, 30])):
            copy[chance.randrange(len(copy))] = chance.randrange(256)
        yield bytes(copy)


def assert_endures(folder: Path, data: bytes, suffix: str, parser: str, count: int = 50) -> int:
    """Damage ends in segments, problems or an `IngestError`, whatever it hits; how many read."""
    sound = 0
    for number, copy in enumerate(damaged(data, count)):
        path = folder / f"{number}{suffix}"
        path.write_bytes(copy)
        asset = Asset("a" * 64, str(path), "application/octet-stream")
        config = load_config(OCR_OFF, environ={})
        with contextlib.suppress(IngestError):
            events = list(parsers.create(parser).parse(path, asset, config))
            sound += any(isinstance(event, Extracted) for event in events)
    return sound
