"""Words that stand in several places of a picture put into the blocks a person sees.

The words of a picture are laid out in three ways. A *node* is a label with its value or note
closely below it, apart from everything else: a box of a diagram, a field of a plate, a note on a
board. *Columns* are independent lists side by side. *Rows* are level pieces that belong
together: receipts, tables, opening hours. Level pieces are a row unless something speaks
against it, so a picture in doubt is read as rows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

import numpy as np
import numpy.typing as npt

from pincite.ingest.layout import (
    ColumnRule,
    Piece,
    Row,
    columns_of,
    letters,
    level,
    reading_rows,
    rows_of,
)
from pincite.ingest.picture_grounds import grounds
from pincite.ingest.picture_words import (
    is_bullet,
    is_closed,
    is_name,
    is_pair,
    is_phrase,
    is_reading,
    is_value,
)
from pincite.ingest.stacks import Stack, is_isolated, read_downwards, side_by_side, stacks_of
from pincite.types import Box, union_box

_MOST = 300  # a picture with more pieces is a page of text or a large table
_PROSE_LETTERS = 22  # of the usual piece, in a page of running text
_NODE_LINES = 4  # a box with more is a list or a text of its own
_NODE_LETTERS = 90
_LABEL_LETTERS = 30
_WIDE = 3.0  # gap in letter heights that parts level words of a diagram
_WIDE_PHRASES = 1.5  # gap that parts level phrases of any picture


@dataclass(frozen=True, slots=True, eq=False)
class _Item:
    """What is put into order as one: a single piece, or the pieces of a node.

    Attributes:
        piece: The piece, or one around those of the node.
        members: The pieces of a node; empty for a single piece.
    """

    piece: Piece
    members: tuple[Piece, ...] = ()


def picture_rows(pieces: Sequence[Piece], rgb: npt.NDArray[np.uint8] | None = None) -> list[Row]:
    """Return the pieces as rows in reading order; each block of the picture has its own `column`.

    The lines of a node that would not be understood alone are one row, the upper ones first.

    Args:
        pieces: What OCR found, boxes in pixels.
        rgb: (h, w, 3) uint8, to find frames and fills in; without it the places alone decide.
    """
    blocks = _page(pieces) if _is_page(pieces) else _picture(list(pieces), rgb)
    for number, block in enumerate(blocks):
        for row in block:
            row.column = number
    return [row for block in blocks for row in block]


def _is_page(pieces: Sequence[Piece]) -> bool:
    """True for a page of running text, whose columns and paragraphs are found as in a scan."""
    if len(pieces) > _MOST:
        return True
    return len(pieces) > 20 and median(letters(p.text) for p in pieces) >= _PROSE_LETTERS


def _page(pieces: Sequence[Piece]) -> list[list[Row]]:
    blocks: list[list[Row]] = []
    last: Row | None = None
    for row in reading_rows(pieces):
        if last is None or row.column != last.column or _parted(last, row):
            blocks.append([])
        blocks[-1].append(row)
        last = row
    return blocks


def _picture(pieces: list[Piece], rgb: npt.NDArray[np.uint8] | None) -> list[list[Row]]:
    items = _items(pieces, rgb)
    nodes = {id(item.piece): item for item in items if item.members}
    diagram = len(nodes) > 1 and 2 * sum(len(n.members) for n in nodes.values()) >= len(pieces)
    rule = ColumnRule(lambda left, right: _common_rows(left, right, nodes), min_starts=1)
    blocks: list[list[Row]] = []
    for column in columns_of([item.piece for item in items], rule):
        blocks += _blocks(rows_of(column), nodes, diagram=diagram)
    return blocks


def _blocks(rows: Iterable[Row], nodes: dict[int, _Item], *, diagram: bool) -> list[list[Row]]:
    """Return the rows of a column in blocks: each node one, and the rows between them."""
    blocks: list[list[Row]] = []
    last: Row | None = None  # the row to which the next one may belong
    for row in rows:
        alone = any(id(piece) in nodes for piece in row.pieces)
        if alone or _is_scattered(row, diagram=diagram):
            for piece in row.pieces:
                node = nodes.get(id(piece))
                blocks += _node_blocks(node.members) if node else [[Row([piece])]]
            last = None
            continue
        if last is None or _parted(last, row):
            blocks.append([])
        blocks[-1].append(row)
        last = row
    return blocks


def _parted(last: Row, row: Row) -> bool:
    """Return True when white space parts two rows."""
    return row.box[1] - last.box[3] > 0.9 * row.pieces[0].height


def _is_scattered(row: Row, *, diagram: bool) -> bool:
    """True for phrases that are level by chance, and for loose words of a diagram."""
    texts = [piece.text for piece in row.pieces]
    if any(is_value(text) or is_pair(text) for text in texts):
        return False
    wide = _WIDE_PHRASES if all(map(is_phrase, texts)) else _WIDE
    gaps = [(b.box[0] - a.box[2]) / a.height for a, b in pairwise(row.pieces)]
    return bool(gaps) and min(gaps) > wide and (diagram or wide == _WIDE_PHRASES)


def _node_blocks(members: tuple[Piece, ...]) -> list[list[Row]]:
    rows = rows_of(members)
    if len(rows) > _NODE_LINES:
        inner: dict[int, list[Row]] = defaultdict(list)
        for row in picture_rows(members):
            inner[row.column].append(row)
        return list(inner.values())
    return [_joined(rows)]


def _joined(rows: list[Row]) -> list[Row]:
    """Return the lines of a node as one row, or a value on a row of its own below its label.

    A label and a value below it are understood as a pair; a label and a note ("set to 58
    degrees") only on one line.
    """
    texts = [piece.text for row in rows for piece in row.pieces]
    plain = all(len(row.pieces) == 1 for row in rows)
    listed = any(is_pair(text) or is_bullet(text) or is_closed(text) for text in texts)
    if not plain or listed or sum(map(len, texts)) > _NODE_LETTERS:
        return rows
    pieces = [row.pieces[0] for row in rows]
    named = all(is_name(text) for text in texts[:-1]) and texts[0][0].isalpha()
    if len(pieces) == 2 and named and is_reading(texts[-1]):
        return rows
    return [Row(pieces)]


# -- nodes ----------------------------------------------------------------------------------


def _items(pieces: list[Piece], rgb: npt.NDArray[np.uint8] | None) -> list[_Item]:
    framed = _framed(pieces, rgb) if rgb is not None and len(pieces) > 1 else []
    taken = {id(piece) for group in framed for piece in group}
    loose = _stacked([piece for piece in pieces if id(piece) not in taken])
    taken |= {id(piece) for group in loose for piece in group}
    groups = [_around(group) for group in (*framed, *loose)]
    return groups + [_Item(piece) for piece in pieces if id(piece) not in taken]


def _around(group: Sequence[Piece]) -> _Item:
    lines = sorted(group, key=lambda piece: piece.box[1])
    box = union_box(piece.box for piece in lines)
    text = " ".join(piece.text for piece in lines)
    return _Item(Piece(text, box, size=lines[0].height), tuple(lines))


def _stacked(pieces: list[Piece]) -> list[list[Piece]]:
    """Return the groups of lines closely one under another that are nodes."""
    nodes: list[Stack] = []
    lonely: list[Stack] = []
    em = median(piece.height for piece in pieces) if pieces else 0.0
    for band in side_by_side(stacks_of(pieces)):
        tall = [stack for stack in band if _may_be_node(stack, pieces)]
        if len(band) == 1:
            lonely += [stack for stack in tall if _is_labelled(stack, em)]
        elif len(tall) >= 0.75 * sum(len(s) > 1 for s in band) and read_downwards(band):
            nodes += tall
    if len(nodes) + len(lonely) > 2:
        nodes += lonely
    return [list(stack) for stack in nodes]


def _is_labelled(stack: Stack, em: float) -> bool:
    """True for a label with a line below it, rather than a title or two lines of a text."""
    short = all(letters(p.text) <= _LABEL_LETTERS and not is_closed(p.text) for p in stack)
    return short and len(stack) == 2 and is_name(stack[0].text) and stack[0].height <= 1.2 * em


def _may_be_node(stack: Stack, pieces: list[Piece]) -> bool:
    said = any(not is_value(piece.text) for piece in stack)
    return said and 1 < len(stack) <= _NODE_LINES and is_isolated(stack, pieces)


# -- frames ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class _Area:
    """A closed area and the pieces on it."""

    box: Box
    pieces: list[Piece]

    @property
    def rows(self) -> list[Row]:
        return rows_of(self.pieces)

    @property
    def is_stack(self) -> bool:
        return len(self.rows) > 1 and all(len(row.pieces) == 1 for row in self.rows)

    @property
    def is_word(self) -> bool:
        """True for a line of words; a number alone is in a bar of a chart more often."""
        return len(self.pieces) == 1 and not is_value(self.pieces[0].text)


def _framed(pieces: list[Piece], rgb: npt.NDArray[np.uint8]) -> list[list[Piece]]:
    """Return the groups of pieces that a frame or a fill makes a node or a panel."""
    held: dict[Box, list[Piece]] = defaultdict(list)
    for piece, area in zip(pieces, grounds(rgb, [piece.box for piece in pieces]), strict=True):
        if area is not None:
            held[area].append(piece)
    areas = [_Area(box, group) for box, group in held.items() if len(group) < len(pieces)]
    em = median(piece.height for piece in pieces)
    groups: list[list[Piece]] = []
    apart: list[_Area] = []
    for neighbours in _touching(areas, 0.35 * em):
        if len(neighbours) == 1:
            apart += neighbours
        else:
            groups += _cells(neighbours, em)
    singles = [area for area in apart if area.is_word]
    fields = _fields(singles, pieces) | _grid(singles)
    groups += [
        area.pieces
        for area in apart
        if len(area.rows) > 1 or (area.is_word and id(area) not in fields)
    ]
    framed = {id(piece) for group in groups for piece in group}
    loose = [piece for piece in pieces if id(piece) not in framed]
    return [group for group in groups if not _cuts_rows(group, loose)]


def _cuts_rows(group: list[Piece], loose: list[Piece]) -> bool:
    """True for a spot on a receipt or table: two of its lines go on outside of it."""
    outside = [piece for piece in loose if any(_same_line(piece, p) for p in group)]
    return len(rows_of(group)) > 1 and len(rows_of(outside)) > 1


def _same_line(one: Piece, other: Piece) -> bool:
    step = abs(one.box[1] + one.box[3] - other.box[1] - other.box[3]) / 2
    return step < 0.25 * min(one.height, other.height)


def _touching(areas: list[_Area], reach: float) -> list[list[_Area]]:
    """Return the areas in groups of those that share a wall."""
    groups: list[list[_Area]] = []
    for area in areas:
        near = [g for g in groups if any(_share_wall(area.box, a.box, reach) for a in g)]
        groups = [g for g in groups if all(g is not n for n in near)]
        groups.append([area, *(a for g in near for a in g)])
    return groups


def _share_wall(one: Box, other: Box, reach: float) -> bool:
    gap_x = max(one[0], other[0]) - min(one[2], other[2])
    gap_y = max(one[1], other[1]) - min(one[3], other[3])
    return max(gap_x, gap_y) <= reach and min(gap_x, gap_y) < -reach


def _cells(areas: list[_Area], em: float) -> list[list[Piece]]:
    """Return the nodes among areas that share walls: cells of a table are none.

    Cells are nodes where most hold a label above a value; two cells one above the other are
    the name and the body of one box.
    """
    stacks = sum(area.is_stack and len(area.rows) <= _NODE_LINES for area in areas)
    if stacks >= 0.6 * len(areas):
        return [area.pieces for area in areas]
    if len(areas) == 2:
        (left, _, right, _), (x0, _, x1, _) = areas[0].box, areas[1].box
        if abs(left - x0) < 0.5 * em and abs(right - x1) < 0.5 * em:
            joined = areas[0].pieces + areas[1].pieces
            return [joined] if len(rows_of(joined)) == len(joined) else []
    return []


def _fields(areas: list[_Area], pieces: list[Piece]) -> set[int]:
    """Return the ids of areas that are fields to fill in, a label in the open to their left."""
    framed = {id(area.pieces[0]) for area in areas}
    fields = set()
    for area in areas:
        row = [piece for piece in pieces if level(piece, area.pieces[0])]
        first = min(row, key=lambda piece: piece.box[0])
        if id(first) not in framed:
            fields.add(id(area))
    return fields


def _grid(areas: list[_Area]) -> set[int]:
    """Return the ids of areas that are cells of a table with gaps between its cells."""
    rows = [row for row in rows_of([area.pieces[0] for area in areas]) if len(row.pieces) > 2]
    return {id(area) for area in areas} if len(rows) > 2 else set()


# -- columns --------------------------------------------------------------------------------


def _common_rows(left: list[Piece], right: list[Piece], nodes: dict[int, _Item]) -> bool:
    """Return True unless the sides of a gap are lists that have nothing to do with each other."""
    em = median(piece.height for piece in (*left, *right))
    if min(p.box[0] for p in right) - max(p.box[2] for p in left) < 0.5 * em:
        return True
    if all(2 * sum(id(p) in nodes for p in side) > len(side) for side in (left, right)):
        return True
    if all(sum(is_bullet(p.text) for p in side) >= 0.6 * len(side) for side in (left, right)):
        return False
    if any(2 * sum(is_value(p.text) for p in side) > len(side) for side in (left, right)):
        return True
    rows = [row for row in rows_of([*left, *right]) if _reaches_over(row, left)]
    if _are_two_tables(rows, left):
        return False
    fewer = min(len(rows_of(left)), len(rows_of(right)))
    if len(rows) < 0.6 * fewer:
        return False
    if sum(any(is_value(p.text) for p in row.pieces) for row in rows) >= 0.5 * len(rows):
        return True
    return not _is_ragged(rows, left, em) and not all(map(_is_wordy, (left, right)))


def _reaches_over(row: Row, left: list[Piece]) -> bool:
    on_left = {id(piece) for piece in left}
    return len({id(piece) in on_left for piece in row.pieces}) == 2


def _are_two_tables(rows: list[Row], left: list[Piece]) -> bool:
    """Return True when each side has names with values of its own, from the first row on."""
    on_left = {id(piece) for piece in left}

    def named(row: Row, *, side: bool) -> bool:
        texts = [piece.text for piece in row.pieces if (id(piece) in on_left) == side]
        return len(texts) > 1 and is_name(texts[0]) and is_value(texts[-1])

    both = [named(row, side=True) and named(row, side=False) for row in rows]
    return len(both) > 2 and both[0] and sum(both) >= 0.8 * len(both)


def _is_ragged(rows: list[Row], left: list[Piece], em: float) -> bool:
    """Return True when level lines differ in height by more than a tilt explains."""
    on_left = {id(piece) for piece in left}
    steps = []
    for row in rows:
        sides = ([p for p in row.pieces if (id(p) in on_left) == side] for side in (True, False))
        one, other = (sum(p.box[1] + p.box[3] for p in s) / len(s) / 2 for s in sides)
        steps.append((other - one) / em)
    usual = median(steps)
    return len(steps) > 2 and sum(abs(s - usual) for s in steps) / len(steps) > _RAGGED


_RAGGED = 0.13  # mean difference in letter heights; OCR's own is about a third of it


def _is_wordy(side: list[Piece]) -> bool:
    return 2 * sum(is_phrase(piece.text) for piece in side) > len(side)
