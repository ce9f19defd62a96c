"""Rows of a page joined to text: paragraphs, titles and table rows, every word still placed.

Lines of a paragraph are joined with a space (none between Chinese characters) and words that
were divided at a line's end are mended, so that a sentence can be found and quoted whole; the
marks keep the place of each part on the page.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from pincite.ingest.headings import SEPARATOR, Headings
from pincite.ingest.layout import Piece, Row, is_cjk
from pincite.ingest.paragraphs import (
    Paragraph,
    ends_line,
    is_caption,
    paragraphs_of,
    title_level,
)
from pincite.ingest.segment import Block
from pincite.language import CJK, language_of, sentences
from pincite.types import Box, union_box

CELL = " | "
_HYPHENED = re.compile(r"[^\W\d_]+-[^\W\d_]+")
_LETTERS = re.compile(r"[^\W\d_]*")
_HEADER_CHARS = 160
_NUMBER_GOES_ON = re.compile(r"\d\n(?:\d|[.:/-]\d|[%‰％℃°])|\d[.:/-]\n\d|\d,\n\d{3}(?!\d)")
_SPACED = re.compile(f"[{CJK}] [A-Za-z0-9]|[A-Za-z0-9] [{CJK}]")
_TIGHT = re.compile(f"[{CJK}][A-Za-z0-9]|[A-Za-z0-9][{CJK}]")


@dataclass(frozen=True, slots=True)
class Mark:
    """Says that characters `start:end` of a flow lie in `box`, in the units of the pieces."""

    start: int
    end: int
    box: Box


@dataclass(slots=True)
class Flow:
    """The text of a page or column in reading order.

    Attributes:
        text: Blocks parted by an empty line.
        blocks: What each stretch of it is, with the headings above.
        marks: Where the words lie, ascending.
    """

    text: str = ""
    blocks: list[Block] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)

    def extend(self, other: Flow, place: Callable[[Box], Box], gap: str = "\n\n") -> None:
        """Add another text after `gap`, its boxes put through `place`."""
        lead = gap if self.text and other.text else ""
        shift = len(self.text) + len(lead)
        self.text += lead + other.text
        self.blocks += [
            Block(b.start + shift, b.end + shift, b.heading, b.kind) for b in other.blocks
        ]
        self.marks += [Mark(m.start + shift, m.end + shift, place(m.box)) for m in other.marks]

    def add(self, words: str, box: Box, heading: str = "", gap: str = "\n\n") -> None:
        """Add words that lie in one box."""
        end = len(words)
        added = Flow(words, [Block(0, end, heading)], [Mark(0, end, box)])
        self.extend(added, lambda same: same, gap)

    def marks_in(self, start: int, end: int) -> list[Mark]:
        """Return the marks of a stretch, cut to it and counted from its start."""
        touched = [m for m in self.marks if m.start < end and start < m.end]
        return [Mark(max(m.start, start) - start, min(m.end, end) - start, m.box) for m in touched]

    def box_of(self, start: int, end: int) -> Box | None:
        """Return the box around a stretch, or None when nothing of it is placed."""
        boxes = [mark.box for mark in self.marks_in(start, end)]
        return union_box(boxes) if boxes else None


def flow(rows: Sequence[Row], body: float, headings: Headings) -> Flow:
    """Return rows in reading order as text.

    Args:
        rows: From `layout.reading_rows`.
        body: Usual letter height of running text; 0 when there are no titles to be told apart.
        headings: The headings that hold so far; titles met here are entered.
    """
    result = Flow()
    paragraphs = paragraphs_of(rows)
    hyphened = {word for row in rows for p in row.pieces for word in _HYPHENED.findall(p.text)}
    for i, paragraph in enumerate(paragraphs):
        level = title_level(paragraph, body)
        if level:
            paragraph.kind = "title"
            headings.enter(level, paragraph.words)
        around = paragraphs[max(0, i - 1) : i] + paragraphs[i + 1 : i + 2]
        _append(result, paragraph, _path(paragraph, around, headings), hyphened)
    return result


def _path(paragraph: Paragraph, around: list[Paragraph], headings: Headings) -> str:
    """Return the headings over a block; a table has its caption and column heads among them."""
    if paragraph.kind != "table":
        return headings.path
    captions = [p.words for p in around if p.kind != "table" and is_caption(p.words)]
    heads = CELL.join(p.text for p in paragraph.rows[0].pieces)[:_HEADER_CHARS]
    parts = [headings.path, *(c[:_HEADER_CHARS] for c in captions[:1]), heads]
    return SEPARATOR.join(part for part in parts if part)


# -- text -----------------------------------------------------------------------------------


def _append(result: Flow, paragraph: Paragraph, heading: str, hyphened: set[str]) -> None:
    lead = "\n\n" if result.text else ""
    start = len(result.text) + len(lead)
    writer = _Writer(start, hyphened, _Script.of(paragraph.words))
    for i, row in enumerate(paragraph.rows):
        own = i > 0 and paragraph.kind == "prose" and ends_line(paragraph, i - 1)
        writer.row(row.pieces, own_line=own or paragraph.kind == "table")
    body = "".join(writer.parts)
    result.text += lead + body
    result.blocks.append(Block(start, start + len(body), heading, paragraph.kind))
    result.marks += list(_split_at_sentences(body, start, writer.spans))


@dataclass(slots=True)
class _Span:
    start: int
    end: int
    piece: Piece


@dataclass(frozen=True, slots=True)
class _Script:
    """How a text is written, which decides what its lines are joined with.

    Attributes:
        chinese: True for text in Chinese characters, Japanese included.
        spaced: Places where it has a space between 8 and 月, less those where it has none.
    """

    chinese: bool
    spaced: int

    @classmethod
    def of(cls, words: str) -> _Script:
        """Return how `words` are written."""
        spaced = len(_SPACED.findall(words)) - len(_TIGHT.findall(words))
        return cls(language_of(words) in ("zh", "ja"), spaced)

    def between(self, before: str, following: str) -> str:
        """Return what joins two lines: a space, or nothing inside Chinese text and its numbers."""
        one, two = before[-1], following[0]
        wide = is_cjk(one) + is_cjk(two)
        if not self.chinese or wide == 2:
            return "" if wide == 2 else " "
        if wide == 0:
            seam = f"{before[-8:]}\n{following[:8]}"
            return "" if _NUMBER_GOES_ON.search(seam) else " "
        narrow = two if is_cjk(one) else one
        tight = self.spaced < 0 if narrow.isalpha() else self.spaced <= 0
        return "" if tight else " "


class _Writer:
    """Writes the rows of one paragraph."""

    def __init__(self, start: int, hyphened: set[str], script: _Script) -> None:
        self._hyphened, self._script = hyphened, script
        self.parts: list[str] = []
        self.spans: list[_Span] = []
        self._at = start

    def row(self, pieces: Sequence[Piece], *, own_line: bool) -> None:
        """Write one row after the ones before."""
        for i, piece in enumerate(pieces):
            if i:
                self._put(CELL)
            elif self.parts:
                self._put("\n" if own_line else self._seam(piece.text))
            self.spans.append(_Span(self._at, self._at + len(piece.text), piece))
            self._put(piece.text)

    def _put(self, text: str) -> None:
        self.parts.append(text)
        self._at += len(text)

    def _seam(self, following: str) -> str:
        """Return what stands between two lines; a divided word loses its hyphen."""
        before = self.parts[-1]
        if not _hyphen_ends(before):
            return self._script.between(before, following)
        if _divided(before, following) and _around(before, following) not in self._hyphened:
            self.parts[-1] = before[:-1]
            self._at -= 1
            last = self.spans[-1]
            self.spans[-1] = _Span(last.start, last.end - 1, last.piece)
        return ""


def _hyphen_ends(line: str) -> bool:
    return len(line) > 2 and line[-1] in "-‐" and line[-2].isalpha()


def _divided(before: str, following: str) -> bool:
    """Return True when a word goes on in the next line and its hyphen is not its own.

    Example:
        >>> [_divided(a, b) for a, b in [("pres-", "sure"), ("state-of-", "the-art"), ("A-", "B")]]
        [True, False, False]
    """
    word = re.split(r"[\s/]", before)[-1][:-1]
    return following[:1].islower() and word[-1:].islower() and "-" not in word


def _around(before: str, following: str) -> str:
    """Return the two parts of a word with the hyphen kept."""
    return re.split(r"\s", before)[-1] + (_LETTERS.match(following) or [""])[0]


def _split_at_sentences(body: str, start: int, spans: Iterable[_Span]) -> Iterable[Mark]:
    """Yield a mark for each line, or for each sentence's share of it."""
    edges = [start + a for a, _ in sentences(body)][1:]
    for span in spans:
        if span.end <= span.start:
            continue
        inner = [edge for edge in edges if span.start < edge < span.end]
        bounds = [span.start, *inner, span.end]
        for a, b in itertools.pairwise(bounds):
            yield Mark(a, b, _part_box(span, a, b))


def _part_box(span: _Span, start: int, end: int) -> Box:
    x0, y0, x1, y1 = span.piece.box
    stops = span.piece.stops
    if len(stops) < span.end - span.start:
        width = (x1 - x0) / max(1, span.end - span.start)
        return (x0 + (start - span.start) * width, y0, x0 + (end - span.start) * width, y1)
    left = x0 if start == span.start else stops[start - span.start - 1]
    right = x1 if end == span.end else stops[end - span.start - 1]
    return (min(left, right), y0, max(left, right), y1)
