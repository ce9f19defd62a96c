"""What the tests of text parsers share: a file made in the test, read as ingest reads it."""

from __future__ import annotations

from pathlib import Path

from pincite.config import load_config
from pincite.ingest import parsers
from pincite.ingest.detect import detect
from pincite.types import Asset, Extracted, Problem, Segment, TextSpan

CONFIG = load_config(environ={})


def read(folder: Path, name: str, content: str | bytes) -> tuple[list[Segment], list[Problem]]:
    """The segments and problems of a file with this content."""
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    found = detect(path)
    asset = Asset("a" * 64, str(path), found.media_type)
    events = list(parsers.create(found.parser).parse(path, asset, CONFIG))
    segments = [event.segment for event in events if isinstance(event, Extracted)]
    assert [segment.ordinal for segment in segments] == list(range(len(segments)))
    assert len({segment.id for segment in segments}) == len(segments)
    return segments, [event for event in events if isinstance(event, Problem)]


def assert_exact(segments: list[Segment], text: str) -> None:
    """Each segment is exactly the characters of the text that it points at."""
    for segment in segments:
        assert isinstance(segment.locator, TextSpan)
        assert text[segment.locator.start : segment.locator.end] == segment.text


def words(segments: list[Segment]) -> list[tuple[str, str]]:
    """Heading and text of each."""
    return [(segment.heading, segment.text) for segment in segments]
