"""Plain text, reStructuredText, Org, logs and subtitles to segments.

Offsets are the file's own characters. A paragraph ends at a blank line; where every line is a
paragraph (long lines, as word processors and most Chinese books write), at the line end.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from pincite.config import Config
from pincite.ingest import Event
from pincite.ingest.decode import Decoded, read_text
from pincite.ingest.headings import Headings
from pincite.ingest.segment import WIDE, Block, text_segments, weight
from pincite.types import Asset, Extracted, Problem

EXTRACTOR = "text-1"
_LINE_END = re.compile(r"\r\n|\n|\r(?!\n)")
_LONG_LINE = 180.0
_UNDERLINE = re.compile(r"([=\-~^\"'`#*+:._])\1{2,}")
_ORG_TITLE = re.compile(r"(\*+)\s+(?:TODO\s+|DONE\s+)?(\S.*)")
_RECORD = re.compile(r"\s*(?:[\[<(]?\d[\d:.,/T-]+|[\[{<]|[\w.-]+\s*[:=]\s)")
_LINE_WISE = frozenset(
    ["application/yaml", "application/toml", "text/x-ini", "text/x-diff", "application/x-subrip"]
)


class TextParser:
    """Reads files of plain characters."""

    def parse(self, path: Path, asset: Asset, config: Config) -> Iterator[Event]:
        """Yield the paragraphs of the file."""
        decoded = read_text(path, config)
        blocks = paragraphs(decoded.text, org=asset.media_type == "text/x-org")
        if asset.media_type in _LINE_WISE or _is_log(decoded.text):
            blocks = (Block(b.start, b.end, b.heading, "code") for b in blocks)
        yield from text_events(asset, decoded, blocks, EXTRACTOR)


def text_events(
    asset: Asset, decoded: Decoded, blocks: Iterable[Block], extractor: str
) -> Iterator[Event]:
    """Yield the problems of decoding, the segments, and a note when there is no text."""
    yield from decoded.problems
    found = False
    for segment in text_segments(asset, decoded.text, blocks, extractor):
        found = True
        yield Extracted(segment)
    if not found:
        yield no_text()


def no_text() -> Problem:
    """Return the note that a file holds no words."""
    return Problem(
        "NO_TEXT",
        "There are no words in the file.",
        "Nothing need be done; only its name can be found.",
    )


def paragraphs(text: str, *, org: bool = False) -> Iterator[Block]:
    """Yield the paragraphs of a text, and as titles the lines that are underlined or starred."""
    headings, levels = Headings(), dict[str, int]()
    first, last, count = 0, 0, 0  # the paragraph so far, and how many lines it has
    long_before = False
    for start, end in lines(text):
        line = text[start:end]
        long = _is_long(line)
        star = _ORG_TITLE.match(line) if org else None
        if count and (star or not line or long or long_before):
            yield Block(first, last, headings.path)
            count = 0
        if star:
            headings.enter(len(star.group(1)), star.group(2))
            yield Block(start + star.start(2), end, headings.path, "title")
        elif count == 1 and _underlines(line, text[first:last]):
            headings.enter(levels.setdefault(line[0], len(levels) + 1), text[first:last])
            yield Block(first, last, headings.path, "title")
            count = 0
        elif line and not (count == 0 and _UNDERLINE.fullmatch(line)):
            first, last, count = (first if count else start), end, count + 1
        long_before = long
    if count:
        yield Block(first, last, headings.path)


def lines(text: str) -> Iterator[tuple[int, int]]:
    """Yield (start, end) of each line, without its end and the white space before that."""
    at = 0
    for match in _LINE_END.finditer(text):
        yield at, at + len(text[at : match.start()].rstrip())
        at = match.end()
    yield at, at + len(text[at:].rstrip())


def _is_long(line: str) -> bool:
    """True when a line was not wrapped by hand: it is a paragraph of its own."""
    return len(line) * WIDE > _LONG_LINE and weight(line[: int(_LONG_LINE) + 1]) > _LONG_LINE


def _underlines(line: str, title: str) -> bool:
    """True for a line of one mark repeated, under a line that it is about as long as."""
    if not _UNDERLINE.fullmatch(line):
        return False
    return len(title) <= 120 and len(line) >= min(len(title.strip()) // 2, 40)


def _is_log(text: str) -> bool:
    """True when most lines are records of their own: dates, brackets, `key = value`."""
    sample = [line for line in text[:8000].splitlines()[:-1] if line.strip()]
    return len(sample) >= 5 and sum(map(bool, map(_RECORD.match, sample))) > 0.8 * len(sample)
