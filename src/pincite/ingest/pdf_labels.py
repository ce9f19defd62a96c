"""Words that belong to a drawing on a page although they stand around it: names, values, ticks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from statistics import median

from pincite.ingest.layout import letters
from pincite.ingest.paragraphs import is_caption
from pincite.ingest.pdf_bars import Words
from pincite.ingest.pdf_figures import Figure, within
from pincite.types import Box, union_box

_VALUE = re.compile(r"[-+(]?[$€£¥￥]?\d[\d.,]*\s?\S{0,4}")
_LONGEST = 40  # letters of a label; a Chinese character counts twice
_NEAR_ABOVE, _NEAR_BESIDE = 1.2, 1.6  # letter heights between a drawing and its labels
_TITLE_REACH = 3.2  # letter heights between a drawing and a title in the middle above it
_FEWEST_TICKS = 3  # numbers in and around a drawing that make it a chart
_ROUNDS = 4  # rows of labels around a drawing
_REACH = 5.0  # letter heights by which they may make a drawing taller
_NAME_REACH = 0.25  # of the page between a bar and its name at the margin
_LEVEL = 0.3  # of its thickness by which a name may be off the middle of its bar
_PITCH = 1.8  # letter heights from one line of a paragraph to the next


def with_labels(
    figure: Figure, words: Sequence[Words], aspect: float
) -> tuple[Figure, frozenset[int]]:
    """Return a drawing grown around its labels, and which of the words those are.

    Args:
        figure: A drawing; pictures made of pixels have no labels around them.
        words: All pieces of text on the page.
        aspect: Width of the page divided by its height.
    """
    if not figure.drawn:
        return figure, frozenset()
    captions = {i for i, word in enumerate(words) if is_caption(word.text)}
    prose = _prose(words)
    apart = captions | _below(captions & prose, words)
    taken = {i for i, word in enumerate(words) if within(word.box, figure.box)} - apart
    if not (figure.bars or figure.curves):
        return figure, frozenset(taken)
    free = set(range(len(words))) - captions - prose
    inside = frozenset(taken)
    em = _letter_height([words[i] for i in taken | free])
    taken |= _names_of_bars(figure.bars, words, free, em / aspect)
    box = _around(figure.box, words, taken)
    for _ in range(_ROUNDS):
        near = {i for i in free - taken if _touches(words[i], box, em, aspect)}
        near = {i for i in near if _is_low(words[i].box, figure.box, em)}
        if not near:
            break
        taken |= near
        box = _around(box, words, near)
    if not figure.bars and sum(map(_is_number, (words[i] for i in taken))) < _FEWEST_TICKS:
        return figure, inside
    return replace(figure, box=box), frozenset(taken)


def _is_number(word: Words) -> bool:
    return any(map(str.isdecimal, word.text)) and not any(map(str.isalpha, word.text))


def _around(box: Box, words: Sequence[Words], taken: set[int]) -> Box:
    return union_box([box, *(words[i].box for i in taken)])


def _letter_height(words: Sequence[Words]) -> float:
    sides = [min(w.box[3] - w.box[1], w.box[2] - w.box[0]) for w in words if len(w.text) > 1]
    return median(sides) if sides else 0.012


def _is_low(box: Box, drawing: Box, em: float) -> bool:
    """Return True unless a label lies so far above or below that it is something else's."""
    return box[3] > drawing[1] - _REACH * em and box[1] < drawing[3] + _REACH * em


def _touches(word: Words, box: Box, em: float, aspect: float) -> bool:
    """Return True when a label stands right above, below or beside a drawing."""
    across = max(box[0] - word.box[2], word.box[0] - box[2], 0.0) * aspect / em
    down = max(box[1] - word.box[3], word.box[1] - box[3], 0.0) / em
    middle = abs(word.box[0] + word.box[2] - box[0] - box[2]) / 2 * aspect / em
    if word.box[3] <= box[1] and middle <= 1.0 and not across:
        return down <= _TITLE_REACH
    if word.heavy and down and not _VALUE.fullmatch(word.text):
        return False
    if across and down:
        return across <= 1.0 and down <= 1.0
    return across <= _NEAR_BESIDE and down <= _NEAR_ABOVE


def _names_of_bars(
    bars: Sequence[Box], words: Sequence[Words], free: set[int], em: float
) -> set[int]:
    """Return the names left of level bars, also those that stand far off at a margin."""
    names: dict[int, float] = {}
    for bar in bars:
        level = [i for i in free if _off_middle(words[i].box, bar) < _LEVEL]
        left = [(bar[0] - words[i].box[2], i) for i in level if words[i].box[2] <= bar[0] + em]
        for gap, i in sorted(left)[:1]:
            names[i] = gap
    near = {i for i, gap in names.items() if gap <= _NAME_REACH}
    return near if len(near) >= 0.75 * len(bars) else set()


def _off_middle(box: Box, bar: Box) -> float:
    """Return how far from the middle of a level bar a box lies, as a share of its thickness."""
    return abs(box[1] + box[3] - bar[1] - bar[3]) / 2 / max(bar[3] - bar[1], 1e-9)


def _prose(words: Sequence[Words]) -> set[int]:
    """Return which words are lines of running text."""
    long = {i for i, word in enumerate(words) if letters(word.text) > _LONGEST}
    return long | _below(long, words)


def _below(first: set[int], words: Sequence[Words]) -> set[int]:
    """Return the lines that go on below some."""
    found = set(first)
    edge = list(first)
    while edge:
        one = words[edge.pop()].box
        for i, word in enumerate(words):
            if i not in found and _is_next_line(one, word.box):
                found.add(i)
                edge.append(i)
    return found - first


def _is_next_line(one: Box, other: Box) -> bool:
    """Return True for the line below in the same paragraph."""
    height = one[3] - one[1]
    step = other[1] - one[1]
    return abs(other[0] - one[0]) <= 0.5 * height and 0.5 * height < step <= _PITCH * height
