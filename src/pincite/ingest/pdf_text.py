"""The letters of a PDF page, with their places on the page as it is displayed.

A page may be turned, cropped, and hold text in any direction. Letters are grouped by the
direction in which they are read; each group is laid out upright in a frame of its own, and
`Frame.fractions` leads back to the page.
"""

from __future__ import annotations

import ctypes
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from statistics import median

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from pincite.ingest.frame import Frame
from pincite.ingest.layout import Piece, is_cjk
from pincite.types import Box

MAX_CHARS = 400_000  # of one page; a page of a book has about 3,000
_UNIT = 1 << 20  # device units across a page when points are mapped to fractions
_WORD_GAP = 0.22  # of the letter height; wider gaps part words
_PIECE_GAP = 1.0  # of the letter height; wider gaps part cells and columns
_SCRIPT_GAP = 0.45  # of the letter height; what typesetting puts between 8 and 月
_WIDE_SPACES = "\u2002\u2003\u3000"  # as wide as letters, written between words
_MOST_WIDE = 2  # of them in a row; more stand between columns
_LIGATURES = str.maketrans(
    {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"}
)
_HYPHENS = {0x02: "-", 0xAD: "-", 0xFFFE: "-"}  # how PDFium writes a hyphen at a line's end
_BOLD = re.compile(r"bold|black|heavy|semib|demi|,b$|-b$", re.IGNORECASE)


@dataclass(slots=True, eq=False)
class PageText:
    """The text layer of a page.

    Attributes:
        groups: Frame and pieces of each direction of text, the one with most letters first.
        letters: How many characters were found, white space aside.
        garbled: How many of them are no text: unmapped glyphs, control characters.
    """

    groups: list[tuple[Frame, list[Piece]]] = field(default_factory=list)
    letters: int = 0
    garbled: int = 0

    @property
    def readable(self) -> int:
        """Characters that are text."""
        return self.letters - self.garbled


def page_text(page: pdfium.PdfPage) -> PageText:
    """Return the text layer of a page; letters off the page are left out."""
    found = PageText()
    builders: dict[int, _Builder] = {}
    to_fractions = fraction_map(page)
    width, height = page.get_size()
    text_page = page.get_textpage()
    try:
        turn, builder = -1, None
        for glyph in _glyphs(text_page, to_fractions, page.get_rotation()):
            if glyph.space:
                if builder is not None:
                    builder.space(glyph.text, made=_is_made(text_page, glyph.index))
                continue
            found.letters += 1
            if _is_garbled(glyph.text):
                found.garbled += 1
                continue
            if glyph.turn != turn:
                turn = glyph.turn
                fresh = _Builder(Frame(turn, width, height), text_page)
                builder = builders.setdefault(turn, fresh)
            if builder is not None:
                builder.add(glyph)
    finally:
        text_page.close()
    groups = [(b.frame, b.pieces()) for b in builders.values()]
    found.groups = sorted(
        ((frame, pieces) for frame, pieces in groups if pieces),
        key=lambda group: -sum(len(p.text) for p in group[1]),
    )
    return found


def _is_garbled(text: str) -> bool:
    code = ord(text[0])
    return code < 32 or code == 0xFFFD or 0xE000 <= code <= 0xF8FF or code == 0xFFFF


# -- glyphs ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Glyph:
    index: int
    text: str
    box: Box  # fractions of the page
    turn: int
    space: bool = False


class FractionMap:
    """Page coordinates to fractions of the page as displayed, rotation and crop included."""

    def __init__(self, page: pdfium.PdfPage) -> None:
        x, y = ctypes.c_int(), ctypes.c_int()

        def at(px: float, py: float) -> tuple[float, float]:
            raw.FPDF_PageToDevice(page.raw, 0, 0, _UNIT, _UNIT, 0, px, py, x, y)
            return x.value / _UNIT, y.value / _UNIT

        left, bottom, right, top = page.get_bbox()
        span_x, span_y = max(right - left, 1e-6), max(top - bottom, 1e-6)
        self._left, self._bottom = left, bottom
        self._origin = at(left, bottom)
        ux, uy = at(right, bottom), at(left, top)
        self._x = ((ux[0] - self._origin[0]) / span_x, (ux[1] - self._origin[1]) / span_x)
        self._y = ((uy[0] - self._origin[0]) / span_y, (uy[1] - self._origin[1]) / span_y)

    def box(self, left: float, bottom: float, right: float, top: float) -> Box:
        """Return a box of page coordinates in fractions; it may reach outside 0..1."""
        ax, ay = self._point(left, bottom)
        bx, by = self._point(right, top)
        return (min(ax, bx), min(ay, by), max(ax, bx), max(ay, by))

    def _point(self, px: float, py: float) -> tuple[float, float]:
        dx, dy = px - self._left, py - self._bottom
        return (
            self._origin[0] + dx * self._x[0] + dy * self._y[0],
            self._origin[1] + dx * self._x[1] + dy * self._y[1],
        )


def fraction_map(page: pdfium.PdfPage) -> FractionMap:
    """Return the map from the page's coordinates to fractions of it."""
    return FractionMap(page)


def _glyphs(
    text_page: pdfium.PdfTextpage, to_fractions: FractionMap, rotation: int
) -> Iterator[_Glyph]:
    rect, handle = raw.FS_RECTF(), text_page.raw
    count = min(text_page.count_chars(), MAX_CHARS)
    high = 0
    for i in range(count):
        code = raw.FPDFText_GetUnicode(handle, i)
        if 0xD800 <= code < 0xDC00:
            high = code
            continue
        if 0xDC00 <= code < 0xE000:
            code = 0x10000 + ((high - 0xD800) << 10) + (code - 0xDC00) if high else 0xFFFD
        high = 0
        text = _HYPHENS.get(code) or (chr(code) if code else "\ufffd")
        if text.isspace() or text in "\u200b\u200c\u200d\ufeff":
            kept = text if text in _WIDE_SPACES else " "
            yield _Glyph(i, "\n" if text in "\r\n" else kept, (0, 0, 0, 0), 0, space=True)
            continue
        if not raw.FPDFText_GetLooseCharBox(handle, i, rect):
            continue
        box = to_fractions.box(rect.left, rect.bottom, rect.right, rect.top)
        if box[2] <= 0 or box[3] <= 0 or box[0] >= 1 or box[1] >= 1:
            continue
        angle = math.degrees(raw.FPDFText_GetCharAngle(handle, i)) + rotation
        yield _Glyph(i, text.translate(_LIGATURES), box, round(angle / 90) % 4)


def _is_made(text_page: pdfium.PdfTextpage, index: int) -> bool:
    """Return True for a space that PDFium saw in a gap but the file does not hold."""
    return bool(raw.FPDFText_IsGenerated(text_page.raw, index) == 1)


# -- pieces ---------------------------------------------------------------------------------


class _Builder:
    """Joins letters of one direction to pieces, as they come."""

    def __init__(self, frame: Frame, text_page: pdfium.PdfTextpage) -> None:
        self.frame, self._text_page = frame, text_page
        self._done: list[Piece] = []
        self._text: list[str] = []
        self._stops: list[float] = []
        self._heights: list[float] = []
        self._box: Box | None = None
        self._last: Box = (0.0, 0.0, 0.0, 0.0)
        self._first = 0
        self._space = False
        self._written = 0  # spaces that the file holds
        self._wide = 0  # those of them that are as wide as a letter

    def space(self, text: str, *, made: bool) -> None:
        """Note that a space stood here; a new line ends the piece."""
        self._space = True
        self._written += not made
        self._wide += text in _WIDE_SPACES
        if text == "\n":
            self._finish()

    def add(self, glyph: _Glyph) -> None:
        """Add a letter to the piece it belongs to."""
        box = self.frame.upright(glyph.box)
        if self._box is not None and not self._continues(glyph.text, box):
            self._finish()
        if self._box is None:
            self._box, self._first = box, glyph.index
        else:
            x0, y0, x1, y1 = self._box
            self._box = (min(x0, box[0]), min(y0, box[1]), max(x1, box[2]), max(y1, box[3]))
            if self._parts_words(glyph.text, box):
                self._put(" ", box[0])
        self._put(glyph.text, box[2])
        self._heights.append(box[3] - box[1])
        self._last = box
        self._forget_spaces()

    def pieces(self) -> list[Piece]:
        """Return what was found, pieces that touch each other joined."""
        self._finish()
        return _touching_joined(self._done)

    def _put(self, text: str, stop: float) -> None:
        self._text.append(text)
        self._stops += [stop] * len(text)

    def _em(self) -> float:
        return max(self._last[3] - self._last[1], 1e-6)

    def _gap(self, box: Box) -> float:
        return max(box[0] - self._last[2], self._last[0] - box[2])

    def _parts_words(self, text: str, box: Box) -> bool:
        """Return True when a space belongs before a letter of the same piece."""
        if self._written:
            return True
        gap, last = self._gap(box), self._text[-1]
        if is_cjk(last) or is_cjk(text):
            return gap > _SCRIPT_GAP * self._em()
        return self._space or gap > _WORD_GAP * self._em()

    def _forget_spaces(self) -> None:
        self._space, self._written, self._wide = False, 0, 0

    def _continues(self, text: str, box: Box) -> bool:
        em, height = self._em(), max(box[3] - box[1], 1e-6)
        overlap = min(box[3], self._last[3]) - max(box[1], self._last[1])
        wide = 0.6 * em if self._space else _PIECE_GAP * em
        if self._wide <= _MOST_WIDE:
            wide += 1.1 * em * self._wide
        least = _least_overlap(self._text[-1], text)
        return overlap > least * min(em, height) and -3 * em < self._gap(box) <= max(wide, 0.0)

    def _finish(self) -> None:
        text = "".join(self._text).strip()
        if self._box is not None and text:
            bold = _is_bold(self._text_page, self._first)
            stops = tuple(self._stops[: len(text)])
            self._done.append(Piece(text, self._box, median(self._heights), bold, stops))
        self._box = None
        self._forget_spaces()
        self._text, self._stops, self._heights = [], [], []


def _is_bold(text_page: pdfium.PdfTextpage, index: int) -> bool:
    if raw.FPDFText_GetFontWeight(text_page.raw, index) >= 600:
        return True
    flags, buffer = ctypes.c_int(), ctypes.create_string_buffer(128)
    length = raw.FPDFText_GetFontInfo(text_page.raw, index, buffer, 128, flags)
    name = buffer.value.decode("utf-8", "replace") if 0 < length <= 128 else ""
    return bool(_BOLD.search(name))


def _touching_joined(pieces: list[Piece]) -> list[Piece]:
    """Return pieces with those joined that stand side by side with no more than a word gap."""
    joined: list[Piece] = []
    for piece in sorted(pieces, key=lambda p: (round((p.box[1] + p.box[3]) / 4), p.box[0])):
        last = joined[-1] if joined else None
        if last is not None and _touch(last, piece):
            joined[-1] = join(last, piece)
        else:
            joined.append(piece)
    return joined


def _least_overlap(one: str, other: str) -> float:
    """Return how much of their heights two letters of a line share at least.

    Values at the bars of a chart stand close together at different heights.
    """
    return 0.7 if one[-1].isdecimal() and other[0].isdecimal() else 0.4


def _touch(one: Piece, other: Piece) -> bool:
    gap, em = other.box[0] - one.box[2], min(one.height, other.height)
    overlap = min(one.box[3], other.box[3]) - max(one.box[1], other.box[1])
    least = max(0.5, _least_overlap(one.text, other.text))
    return -0.2 * em <= gap <= 0.5 * em and overlap > least * em


def join(one: Piece, other: Piece) -> Piece:
    """Return two neighbouring pieces of a line as one."""
    gap = other.box[0] - one.box[2]
    chinese = is_cjk(one.text[-1]) + is_cjk(other.text[0])
    tight = gap < (_WORD_GAP, _SCRIPT_GAP, 1.0)[chinese] * one.height
    space = "" if tight else " "
    stops = one.stops + (other.box[0],) * len(space) + other.stops
    box = (
        min(one.box[0], other.box[0]),
        min(one.box[1], other.box[1]),
        max(one.box[2], other.box[2]),
        max(one.box[3], other.box[3]),
    )
    size = max(one.size, other.size)
    return Piece(one.text + space + other.text, box, size, one.bold and other.bold, stops)
