"""Pieces of text on a page put into the order in which a person reads them.

A piece is a run of words drawn on one line: what OCR calls a line, what a PDF draws between two
wide gaps. Geometry alone decides, so scans and text layers share the rules. Boxes are in units
that are equal on both axes (points or pixels), y growing downwards.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import TypeAlias

from pincite.language import CJK
from pincite.types import Box, union_box

_MIN_SIDE = 3  # lines a column needs on each side of a gutter
_PROSE_WIDTH = 24  # letters of a usual line of running text; Chinese letters count twice


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """Words drawn together on one line.

    Attributes:
        text: The words.
        box: Where they lie, in units equal on both axes.
        size: Height of the letters in the same units; 0 takes the height of the box.
        bold: True when the letters are heavier than usual.
    """

    text: str
    box: Box
    size: float = 0.0
    bold: bool = False

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
    column = 0
    for group in _columns(list(pieces), depth=0):
        for row in rows_of(group):
            row.column = column
            rows.append(row)
        column += 1
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


def _columns(pieces: list[Piece], depth: int) -> list[list[Piece]]:
    gutter = _gutter(pieces) if depth < 6 and len(pieces) >= 2 * _MIN_SIDE else None
    if gutter is None:
        return [pieces] if pieces else []
    groups: list[list[Piece]] = []
    for band in _bands(pieces, gutter):
        left = [p for p in band if p.box[2] <= gutter]
        right = [p for p in band if p.box[0] >= gutter]
        if left and right and not _is_table(left, right):
            groups += _columns(left, depth + 1) + _columns(right, depth + 1)
        else:
            groups.append(band)
    return _joined(groups, pieces, gutter)


def _joined(groups: list[list[Piece]], pieces: list[Piece], gutter: float) -> list[list[Piece]]:
    """Return the groups with neighbouring one-column bands put together again."""
    crossing = {id(p) for p in pieces if p.box[0] < gutter < p.box[2]}
    merged: list[list[Piece]] = []
    open_band = False
    for group in groups:
        whole = bool(crossing) and any(id(p) in crossing for p in group)
        if whole and open_band:
            merged[-1] = merged[-1] + group
        else:
            merged.append(group)
        open_band = whole
    return merged


def _bands(pieces: list[Piece], gutter: float) -> list[list[Piece]]:
    """Return the page cut at the lines that reach across the gutter, top to bottom."""
    bands: list[list[Piece]] = [[]]
    crossed = False
    for piece in sorted(pieces, key=lambda p: p.box[1] + p.box[3]):
        crosses = piece.box[0] < gutter < piece.box[2]
        if bands[-1] and crosses != crossed:
            bands.append([])
        bands[-1].append(piece)
        crossed = crosses
    return bands


def _gutter(pieces: list[Piece]) -> float | None:
    """Return the x that best parts the pieces into columns of running text, or None."""
    em = median(p.height for p in pieces)
    best: tuple[float, float] | None = None
    for x in _gaps(pieces, em):
        weight = 0.0
        for band in _bands(pieces, x):
            left = [p for p in band if p.box[2] <= x]
            right = [p for p in band if p.box[0] >= x]
            if min(len(left), len(right)) >= _MIN_SIDE and not _is_table(left, right):
                weight += min(len(left), len(right))
        if weight and (best is None or weight > best[0]):
            best = (weight, x)
    return best[1] if best else None


def _gaps(pieces: list[Piece], em: float) -> list[float]:
    """Return the middles of the white gaps worth trying as a gutter, at most 24 of them."""
    left_edges = sorted({p.box[0] for p in pieces})
    found: dict[int, tuple[int, float]] = {}
    for x0 in left_edges:
        starts = sum(1 for p in pieces if abs(p.box[0] - x0) < 0.5 * em)
        ends = [p.box[2] for p in pieces if p.box[2] <= x0 - 0.3 * em]
        if starts < 2 or not ends:
            continue
        x = x0 - min(0.15 * em, (x0 - max(ends)) / 2)
        key = round(x / em)
        if key not in found or found[key][0] < starts:
            found[key] = (starts, x)
    ranked = sorted(found.values(), reverse=True)[:24]
    return [x for _, x in ranked]


def _is_table(left: list[Piece], right: list[Piece]) -> bool:
    """Return True when the two sides are cells of common rows rather than running text."""
    if min(_usual_width(left), _usual_width(right)) >= _PROSE_WIDTH:
        return False
    few, many = (left, right) if len(left) <= len(right) else (right, left)
    paired = sum(1 for p in few if any(level(p, q) for q in many))
    return paired >= 0.6 * len(few)


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


__all__ = ["CJK", "Piece", "Row", "is_cjk", "letters", "level", "reading_rows", "rows_of"]
