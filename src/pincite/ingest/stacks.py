"""Lines that stand closely one under another, and whether they are read downwards."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from statistics import median
from typing import TypeAlias

from pincite.ingest.layout import Piece, level
from pincite.ingest.picture_words import is_name, is_value
from pincite.types import union_box

Stack: TypeAlias = list[Piece]

_CLOSE = 0.8  # gap in letter heights up to which a line belongs to the one above
_OUTER = 0.6  # gap in letter heights that parts a stack from what is above and below
_TALLEST = 4  # lines of a label with its values
_MOST = 0.75  # share that decides what is usual
_RAGGED = 0.3  # letter heights by which lines differ that are not of one row


def stacks_of(pieces: Sequence[Piece]) -> list[Stack]:
    """Return the pieces in stacks, top to bottom; each piece is in one, many are alone in it."""
    stacks: list[Stack] = []
    for piece in sorted(pieces, key=lambda p: p.box[1]):
        above = [stack for stack in stacks if _continues(stack[-1], piece)]
        if above:
            min(above, key=lambda stack: gap_below(stack[-1], piece)).append(piece)
        else:
            stacks.append([piece])
    return stacks


def gap_below(one: Piece, other: Piece) -> float:
    """Return the white space between a piece and one below it, in their letter height."""
    return (other.box[1] - one.box[3]) / ((one.height + other.height) / 2)


def _continues(one: Piece, other: Piece) -> bool:
    em = (one.height + other.height) / 2
    sizes = sorted((one.height, other.height))
    near = -0.5 <= gap_below(one, other) <= _CLOSE and sizes[1] <= 2.5 * sizes[0]
    left = abs(one.box[0] - other.box[0]) <= 0.6 * em
    return near and not level(one, other) and (left or _centred(one, other))


def _centred(one: Piece, other: Piece) -> bool:
    em = (one.height + other.height) / 2
    return abs(one.box[0] + one.box[2] - other.box[0] - other.box[2]) <= em


def is_isolated(stack: Stack, pieces: Sequence[Piece]) -> bool:
    """Return True when the white around a stack is clearly wider than that between its lines."""
    members = {id(piece) for piece in stack}
    x0, y0, x1, y1 = union_box(piece.box for piece in stack)
    em = median(piece.height for piece in stack)
    gaps = [
        max(piece.box[1] - y1, y0 - piece.box[3]) / em
        for piece in pieces
        if id(piece) not in members and piece.box[0] < x1 and x0 < piece.box[2]
    ]
    inner = max(gap_below(a, b) for a, b in pairwise(stack))
    return not gaps or min(gaps) >= max(_OUTER, 2 * inner + 0.3)


def side_by_side(stacks: Sequence[Stack]) -> list[list[Stack]]:
    """Return the stacks in bands, top to bottom: those of a band overlap in height."""
    bands: list[list[Stack]] = []
    bottom = 0.0
    for stack in sorted(stacks, key=lambda s: s[0].box[1]):
        box = union_box(piece.box for piece in stack)
        if bands and box[1] < bottom - 0.3 * stack[0].height:
            bands[-1].append(stack)
        else:
            bands.append([stack])
        bottom = max(bottom, box[3])
    return bands


def read_downwards(band: Sequence[Stack]) -> bool:
    """Return True when each stack of a band says one thing, so that its rows say none.

    Rows are kept unless the lines of the stacks are not level, or each line is of its own kind
    (names above values, small letters above large ones), or the lines are centred, or three and
    more pairs stand wide apart.
    """
    tall = [stack for stack in band if len(stack) > 1]
    if len(tall) < 2 or max(map(len, tall)) > _TALLEST:
        return False
    if _has_row_heads(band, tall):
        return False
    return (
        _are_ragged(tall)
        or _are_labelled(tall)
        or _are_of_kinds(tall)
        or _differ_in_size(tall)
        or _are_centred(tall)
        or _stand_wide_apart(tall)
    )


def _has_row_heads(band: Sequence[Stack], tall: Sequence[Stack]) -> bool:
    """True when the first of a band is a time beside taller cells, or words beside numbers."""
    first, *others = sorted(band, key=lambda stack: stack[0].box[0])
    if len(first) == 1:
        return is_value(first[0].text) and len(band) == len(tall) + 1
    named = not any(is_value(piece.text) for piece in first)
    numbers = [is_value(piece.text) for stack in others for piece in stack[1:]]
    return len(first) > 2 and named and sum(numbers) >= _MOST * len(numbers) > 0


def _are_ragged(tall: Sequence[Stack]) -> bool:
    """True when the lines of most neighbours are not level."""
    em = median(piece.height for stack in tall for piece in stack)
    ordered = sorted(tall, key=lambda stack: stack[0].box[0])
    steps = [
        min(abs(_middle(piece) - _middle(p)) for p in other)
        for one, other in pairwise(ordered)
        for piece in one
    ]
    return median(steps) > _RAGGED * em


def _middle(piece: Piece) -> float:
    return (piece.box[1] + piece.box[3]) / 2


def _are_labelled(tall: Sequence[Stack]) -> bool:
    """True when the first lines are names, and those below are values, or notes throughout.

    Also when the first lines are numbers and those below words: years of a time line.
    """
    dated = [is_value(piece.text) for stack in tall for piece in stack[:1]]
    worded = [not is_value(piece.text) for stack in tall for piece in stack[1:]]
    if min(sum(dated) / len(dated), sum(worded) / len(worded)) >= _MOST:
        return True
    heads = [is_name(stack[0].text) for stack in tall]
    below = [piece for stack in tall for piece in stack[1:]]
    noted = sum(is_name(piece.text) for piece in below) <= (1 - _MOST) * len(below)
    if sum(heads) < _MOST * len(heads) or not noted:
        return False
    return _all_pairs(tall) or not any(
        (1 - _MOST) < _share_of_values(tall, i) < _MOST for i in range(1, max(map(len, tall)))
    )


def _are_of_kinds(tall: Sequence[Stack]) -> bool:
    """True when each line is of one kind in all stacks: words above numbers above words."""
    shares = [_share_of_values(tall, i) for i in range(max(map(len, tall)))]
    return set(shares) == {0.0, 1.0} and shares[0] == 0.0


def _share_of_values(tall: Sequence[Stack], line: int) -> float:
    kinds = [is_value(stack[line].text) for stack in tall if line < len(stack)]
    return sum(kinds) / len(kinds)


def _differ_in_size(tall: Sequence[Stack]) -> bool:
    """True for pairs of lines of which the upper ones are all smaller, or all larger."""
    ratios = [stack[0].height / stack[1].height for stack in tall]
    pairs = all(len(stack) == 2 for stack in tall)
    return pairs and (max(ratios) < 0.82 or min(ratios) > 1.22)


def _are_centred(tall: Sequence[Stack]) -> bool:
    """True when lines of different length have one middle, as the words in a box have."""
    centred = [
        abs(a.box[0] - b.box[0]) > 0.4 * a.height
        and abs(a.box[0] + a.box[2] - b.box[0] - b.box[2]) < 0.5 * a.height
        for a, b in ((stack[0], stack[1]) for stack in tall)
    ]
    return sum(centred) >= 0.5 * len(centred) and sum(centred) > 1 and _all_pairs(tall)


def _all_pairs(tall: Sequence[Stack]) -> bool:
    return max(map(len, tall)) == 2


def _stand_wide_apart(tall: Sequence[Stack]) -> bool:
    """True for three and more tight pairs of lines with much room between them."""
    ordered = sorted((union_box(p.box for p in stack) for stack in tall), key=lambda box: box[0])
    em = median(piece.height for stack in tall for piece in stack)
    gaps = [b[0] - a[2] for a, b in pairwise(ordered)]
    inner = max(gap_below(stack[0], stack[1]) for stack in tall)
    return _all_pairs(tall) and len(tall) > 2 and min(gaps) > 2.5 * em and inner < 0.25
