"""Pieces of text on a page put into the order in which a person reads them.

A piece is a run of words drawn on one line: what OCR calls a line, what a PDF draws between two
wide gaps. Geometry alone decides, so scans and text layers share the rules. Boxes are in units
that are equal on both axes (points or pixels), y growing downwards.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import TypeAlias

from pincite.types import Box, union_box

_MIN_SIDE = 3  # lines a column needs on each side of a gutter
_PROSE_WIDTH = 24  # letters of a usual line of running text; Chinese letters count twice
_NARROW_WIDTH = 12  # of a usual line in a narrow column of Chinese text
_STOPS = re.compile("[，。；、！？]|(?<=[\u4e00-\u9fff])[,.;!?]")


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """Words drawn together on one line.

    Attributes:
        text: The words.
        box: Where they lie, in units equal on both axes.
        size: Height of the letters in the same units; 0 takes the height of the box.
        bold: True when the letters are heavier than usual.
        stops: Right edge of each character of `text`, or empty when it is not known.
    """

    text: str
    box: Box
    size: float = 0.0
    bold: bool = False
    stops: tuple[float, ...] = ()

    @property
    def height(self) -> float:
        """Height of the letters, never 0."""
        return self.size or max(self.box[3] - self.box[1], 1e-6)


@dataclass(slots=True, eq=False)
class Row:
    """Pieces side by side on one visual line, left to right.

    Attributes:
        pieces: At least one.
        column: Number of the column the row stands in; a change of it ends a paragraph.
    """

    pieces: list[Piece] = field(default_factory=list)
    column: int = 0

    @property
    def box(self) -> Box:
        """The box around all pieces."""
        return union_box(piece.box for piece in self.pieces)


_Pieces: TypeAlias = Sequence[Piece]


def reading_rows(pieces: _Pieces) -> list[Row]:
    """Return the pieces as rows in reading order: column after column, tables row by row.

    Lines that reach across a gutter (a title, a wide figure's caption) part the columns above
    them from those below. Short cells that stand level with each other are rows of a table,
    not columns.

    Example:
        >>> left = [Piece("a line of the left column", (0, y, 90, y + 10)) for y in (0, 12, 24)]
        >>> right = [Piece("the right column's line", (110, y, 200, y + 10)) for y in (6, 18, 30)]
        >>> [row.pieces[0].text[:5] for row in reading_rows([*left, *right])]
        ['a lin', 'a lin', 'a lin', 'the r', 'the r', 'the r']
    """
    rows: list[Row] = []
    for column, group in enumerate(columns_of(pieces)):
        for row in rows_of(group):
            row.column = column
            rows.append(row)
    return rows


def rows_of(pieces: _Pieces) -> list[Row]:
    """Return the rows of one column, top to bottom; level pieces share a row."""
    rows: list[Row] = []
    for piece in sorted(pieces, key=lambda p: (p.box[1] + p.box[3], p.box[0])):
        row = next((r for r in reversed(rows[-4:]) if _on_row(piece, r)), None)
        if row is None:
            rows.append(Row([piece]))
        else:
            row.pieces.append(piece)
    for row in rows:
        row.pieces.sort(key=lambda p: p.box[0])
    return rows


def _on_row(piece: Piece, row: Row) -> bool:
    nearest = min(row.pieces, key=lambda p: max(piece.box[0] - p.box[2], p.box[0] - piece.box[2]))
    return level(piece, nearest) and _beside(piece, nearest)


def level(one: Piece, other: Piece) -> bool:
    """Return True when two pieces stand on one visual line."""
    overlap = min(one.box[3], other.box[3]) - max(one.box[1], other.box[1])
    heights = (one.box[3] - one.box[1], other.box[3] - other.box[1])
    return overlap >= 0.5 * max(min(heights), 1e-6) and max(heights) <= 3 * max(min(heights), 1e-6)


def _beside(one: Piece, other: Piece) -> bool:
    overlap = min(one.box[2], other.box[2]) - max(one.box[0], other.box[0])
    narrower = min(one.box[2] - one.box[0], other.box[2] - other.box[0])
    return overlap <= 0.3 * max(narrower, 1e-6)


# -- columns --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ColumnRule:
    """When a white gap parts two columns.

    Attributes:
        is_table: True for pieces left and right of a gap that are to be read row by row.
        min_side: Pieces a column needs on each side.
        min_starts: Pieces that have to begin right at the gap.
    """

    is_table: Callable[[list[Piece], list[Piece]], bool]
    min_side: int = _MIN_SIDE
    min_starts: int = 2

    def parts(self, band: _Band) -> bool:
        """Return True when a column of its own stands on either side."""
        enough = min(len(band.left), len(band.right)) >= self.min_side
        return not band.across and enough and not self.is_table(band.left, band.right)


def columns_of(pieces: _Pieces, rule: ColumnRule | None = None) -> list[list[Piece]]:
    """Return the pieces in groups to be read one after another, each a single column.

    Args:
        pieces: In any order.
        rule: When to part columns; without one, as it is done with running text.
    """
    return _columns(list(pieces), rule or ColumnRule(_is_table))


def _columns(pieces: list[Piece], rule: ColumnRule, depth: int = 0) -> list[list[Piece]]:
    gutter = _gutter(pieces, rule) if depth < 8 and len(pieces) >= 2 * rule.min_side else None
    if gutter is None:
        return [pieces] if pieces else []
    groups: list[list[Piece]] = []
    rest: list[Piece] = []  # neighbouring bands that this gutter does not part
    for band in _bands(pieces, gutter):
        if not rule.parts(band):
            rest += band.pieces
            continue
        groups += _columns(rest, rule, depth + 1)
        groups += _columns(band.left, rule, depth + 1) + _columns(band.right, rule, depth + 1)
        rest = []
    return groups + _columns(rest, rule, depth + 1)


@dataclass(slots=True, eq=False)
class _Band:
    """A stretch of the page, top to bottom, that no line crosses, or only crossing lines."""

    left: list[Piece] = field(default_factory=list)
    right: list[Piece] = field(default_factory=list)
    across: list[Piece] = field(default_factory=list)

    @property
    def pieces(self) -> list[Piece]:
        return self.left + self.right + self.across


@dataclass(frozen=True, slots=True)
class _Gutter:
    """A vertical white gap; pieces that reach into it by less than `slack` do not cross it."""

    x: float
    slack: float

    def crossed_by(self, piece: Piece) -> bool:
        return piece.box[0] < self.x - self.slack and piece.box[2] > self.x + self.slack

    def left_of(self, piece: Piece) -> bool:
        return piece.box[0] + piece.box[2] < 2 * self.x


def _bands(pieces: list[Piece], gutter: _Gutter) -> list[_Band]:
    """Return the page cut at the rows that hold a piece reaching across the gutter."""
    bands: list[_Band] = []
    across = _Heights([p for p in pieces if gutter.crossed_by(p)])
    for piece in sorted(pieces, key=lambda p: p.box[1] + p.box[3]):
        crossing = across.hold(piece)
        if not bands or crossing != bool(bands[-1].across):
            bands.append(_Band())
        side = bands[-1].left if gutter.left_of(piece) else bands[-1].right
        (bands[-1].across if crossing else side).append(piece)
    return bands


class _Heights:
    """The heights on the page that some pieces take up, to ask whether another is level."""

    def __init__(self, pieces: list[Piece]) -> None:
        self._starts: list[float] = []
        self._ends: list[float] = []
        for piece in sorted(pieces, key=lambda p: p.box[1]):
            trim = 0.2 * (piece.box[3] - piece.box[1])
            start, end = piece.box[1] + trim, piece.box[3] - trim
            if self._ends and start <= self._ends[-1]:
                self._ends[-1] = max(self._ends[-1], end)
            else:
                self._starts.append(start)
                self._ends.append(end)

    def hold(self, piece: Piece) -> bool:
        """Return True when the middle of the piece lies among the heights."""
        middle = (piece.box[1] + piece.box[3]) / 2
        i = bisect_right(self._starts, middle) - 1
        return i >= 0 and middle <= self._ends[i]


def _gutter(pieces: list[Piece], rule: ColumnRule) -> _Gutter | None:
    """Return the gap that parts most lines into columns, or None."""
    em = median(p.height for p in pieces)
    best: tuple[int, _Gutter] | None = None
    for x in _gaps(pieces, em, rule.min_starts):
        gutter = _Gutter(x, 0.8 * em)
        parted = [band for band in _bands(pieces, gutter) if rule.parts(band)]
        weight = sum(min(len(band.left), len(band.right)) for band in parted)
        if weight and (best is None or weight > best[0]):
            best = (weight, gutter)
    return best[1] if best else None


def _gaps(pieces: list[Piece], em: float, min_starts: int) -> list[float]:
    """Return the middles of the white gaps worth trying as a gutter, at most 24 of them."""
    left_edges = sorted({p.box[0] for p in pieces})
    found: dict[int, tuple[int, float]] = {}
    for x0 in left_edges:
        starts = sum(1 for p in pieces if abs(p.box[0] - x0) < 0.5 * em)
        ends = [p.box[2] for p in pieces if p.box[2] <= x0 - 0.3 * em]
        if starts < min_starts or not ends:
            continue
        x = x0 - min(0.15 * em, (x0 - max(ends)) / 2)
        key = round(x / em)
        if key not in found or found[key][0] < starts:
            found[key] = (starts, x)
    ranked = sorted(found.values(), reverse=True)[:24]
    return [x for _, x in ranked]


def _is_table(left: list[Piece], right: list[Piece]) -> bool:
    """Return True when the two sides are cells of common rows rather than running text."""
    widths = sorted((_usual_width(left), _usual_width(right)))
    if widths[0] >= _PROSE_WIDTH or (_is_chinese_text(left) and _is_chinese_text(right)):
        return False
    few, many = (left, right) if len(left) <= len(right) else (right, left)
    same_row = _same_baseline if widths[1] >= _PROSE_WIDTH else level
    others = sorted(many, key=_middle)
    middles = [_middle(q) for q in others]

    def has_partner(piece: Piece) -> bool:
        reach = piece.box[3] - piece.box[1]
        first = bisect_left(middles, _middle(piece) - reach)
        last = bisect_right(middles, _middle(piece) + reach)
        return any(same_row(piece, q) for q in others[first:last])

    return sum(map(has_partner, few)) >= 0.6 * len(few)


def _is_chinese_text(pieces: list[Piece]) -> bool:
    """Return True for the lines of narrow Chinese columns: full, and with marks inside.

    Chinese fills its lines to the edge, so most of them end at one of few places; cells of a
    table may do so too, but hold no commas and full stops.
    """
    usual = _usual_width(pieces)
    chinese = sum(map(is_cjk, "".join(p.text for p in pieces)))
    if usual < _NARROW_WIDTH or 2 * chinese < sum(len(p.text) for p in pieces):
        return False
    marked = sum(bool(_STOPS.search(p.text)) for p in pieces)
    ends = sorted(p.box[2] for p in pieces)
    full = 0
    for piece in pieces:
        near = 1.2 * piece.height
        same = bisect_right(ends, piece.box[2] + near) - bisect_left(ends, piece.box[2] - near)
        full += same >= max(3, 0.2 * len(pieces))
    return marked >= 0.25 * len(pieces) and full >= 0.4 * len(pieces)


def _middle(piece: Piece) -> float:
    return (piece.box[1] + piece.box[3]) / 2


def _same_baseline(one: Piece, other: Piece) -> bool:
    return abs(_middle(one) - _middle(other)) <= 0.15 * min(one.height, other.height)


def _usual_width(pieces: list[Piece]) -> float:
    return median(letters(p.text) for p in pieces)


def letters(text: str) -> int:
    """Return the width of a text in letters; a Chinese character is as wide as two.

    Example:
        >>> letters("pump"), letters("水泵")
        (4, 4)
    """
    return sum(2 if is_cjk(c) else 1 for c in text)


def is_cjk(character: str) -> bool:
    """Return True for a Chinese, Japanese or Korean character or its punctuation."""
    return character >= "\u2e80" and (
        "\u2e80" <= character <= "\u9fff"
        or "\uac00" <= character <= "\ud7af"
        or "\uf900" <= character <= "\ufaff"
        or "\uff00" <= character <= "\uffef"
        or character >= "\U00020000"
    )
