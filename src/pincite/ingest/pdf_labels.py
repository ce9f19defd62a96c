"""Words that belong to a drawing on a page although they stand around it: names, values, ticks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import median

from pincite.ingest.layout import letters
from pincite.ingest.paragraphs import is_caption
from pincite.ingest.pdf_figures import Figure, within
from pincite.types import Box, union_box

_LONGEST = 40  # letters of a label; a Chinese character counts twice
_NEAR_ABOVE, _NEAR_BESIDE = 1.2, 1.6  # letter heights between a drawing and its labels
_ROUNDS = 4  # rows of labels around a drawing
_REACH = 5.0  # letter heights by which they may make a drawing taller
_NAME_REACH = 0.25  # of the page between a bar and its name at the margin
_PITCH = 1.8  # letter heights from one line of a paragraph to the next


@dataclass(frozen=True, slots=True)
class Words:
    """A piece of text on a page.

    Attributes:
        text: The words.
        box: Where they lie, in fractions of the page.
        heavy: True for letters that are bold or larger than running text.
    """

    text: str
    box: Box
    heavy: bool = False


def with_labels(
    figure: Figure, words: Sequence[Words], aspect: float
) -> tuple[Figure, frozenset[int]]:
    """Return a drawing grown around its labels, and which of the words those are.

    Args:
        figure: A drawing; pictures made of pixels have no labels around them.
        words: All pieces of text on the page.
        aspect: Width of the page divided by its height.
    """
    taken = {i for i, word in enumerate(words) if within(word.box, figure.box)}
    free = _labels(words)
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
    return replace(figure, box=box), frozenset(taken)


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
    if word.heavy and down:
        middle = (word.box[0] + word.box[2] - box[0] - box[2]) / 2
        return not across and down <= 2 * _NEAR_ABOVE and abs(middle) * aspect <= 2 * em
    if across and down:
        return across <= 1.0 and down <= 1.0
    return across <= _NEAR_BESIDE and down <= _NEAR_ABOVE


def _names_of_bars(
    bars: Sequence[Box], words: Sequence[Words], free: set[int], em: float
) -> set[int]:
    """Return the names to the left of level bars, also those that stand far off at a margin."""
    names: dict[int, float] = {}
    for bar in bars:
        level = [i for i in free if bar[1] < (words[i].box[1] + words[i].box[3]) / 2 < bar[3]]
        left = [(bar[0] - words[i].box[2], i) for i in level if words[i].box[2] <= bar[0] + em]
        for gap, i in sorted(left)[:1]:
            names[i] = gap
    enough = len(names) >= 0.6 * len(bars) and min(names.values(), default=1.0) <= 3 * em
    return {i for i, gap in names.items() if enough and gap <= _NAME_REACH}


def _labels(words: Sequence[Words]) -> set[int]:
    """Return which words may be labels: short, no captions, no lines of running text."""
    prose = {i for i, word in enumerate(words) if letters(word.text) > _LONGEST}
    edge = list(prose)
    while edge:
        one = words[edge.pop()].box
        for i, word in enumerate(words):
            if i not in prose and _is_next_line(one, word.box):
                prose.add(i)
                edge.append(i)
    return {i for i, word in enumerate(words) if i not in prose and not is_caption(word.text)}


def _is_next_line(one: Box, other: Box) -> bool:
    """Return True for the line below in the same paragraph."""
    height = one[3] - one[1]
    step = other[1] - one[1]
    return abs(other[0] - one[0]) <= 0.5 * height and 0.5 * height < step <= _PITCH * height
