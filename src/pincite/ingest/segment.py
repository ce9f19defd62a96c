"""Text to segments: about one paragraph each, never cut inside a sentence if avoidable.

A parser says where paragraphs, tables, code and titles lie (`Block`). Small neighbours under
one heading are merged, long ones are split at sentence ends, Chinese and English alike.

Sizes are weights: a Latin character weighs 1, a Chinese, Japanese or Korean one `WIDE`,
because it carries about that much more meaning and fills the reading window of an encoder
that much faster.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Literal

from pincite.language import CJK, language_of, sentences
from pincite.types import Asset, Segment, TextSpan, segment_id

LIMIT = 1200.0
"""Greatest weight of a segment: 1200 Latin or 450 Chinese characters."""
WIDE = LIMIT / 450
ENOUGH = 400.0
"""A segment of this weight is not merged with a neighbour, unless that is a runt."""
RUNT = 100.0
TITLE_ALLOWANCE = 1.15
"""How far over `LIMIT` a title may take the segment it stands above."""
CONTEXT_CHARS = 200
_WINDOW = 4_000

_WIDE_RUN = re.compile(f"[{CJK}\u3040-\u30ff\uac00-\ud7af]+")
_SOLID = re.compile(r"\S")
_LINE = re.compile(r"[^\r\n]+")
_BREAKS = (re.compile(r"[\r\n]"), re.compile(r"[；;，,、：]|:\s"), re.compile(r"\s"))

Kind = Literal["prose", "table", "code", "title"]


@dataclass(frozen=True, slots=True)
class Block:
    """Characters `start:end` of an asset's text: a paragraph, list item, table, code or title.

    Attributes:
        start: First character.
        end: One past the last character.
        heading: Path of the headings above it, joined by " > ".
        kind: What it is. A title is kept together with what follows it; tables and code are
            split at line ends only.
    """

    start: int
    end: int
    heading: str = ""
    kind: Kind = "prose"


@dataclass(frozen=True, slots=True)
class Cut:
    """Characters `start:end` of a text that make one segment, without white space around."""

    start: int
    end: int
    heading: str


@dataclass(frozen=True, slots=True)
class _Piece:
    """A block, or a part of a long one, with its weight."""

    start: int
    end: int
    heading: str
    kind: Kind
    weight: float


def cut(text: str, blocks: Sequence[Block]) -> list[Cut]:
    r"""Return the segments of a text in order; `blocks` ascend and do not overlap.

    Example:
        >>> blocks = [Block(0, 5, "Pumps", "title"), Block(7, 21, "Pumps"), Block(23, 33, "Pumps")]
        >>> cut("Pumps\n\nThe pump runs.\n\nIt is red.", blocks)
        [Cut(start=0, end=33, heading='Pumps')]
    """
    return list(iter_cuts(text, blocks))


def iter_cuts(text: str, blocks: Iterable[Block]) -> Iterator[Cut]:
    """Yield what `cut` returns, holding one segment at a time; for texts of any length."""
    pieces = chain.from_iterable(_pieces(text, block) for block in blocks)
    current: _Piece | None = None
    for piece in pieces:
        joined = _join(text, current, piece) if current else piece
        if joined is None and current:
            yield Cut(current.start, current.end, current.heading)
            joined = piece
        current = joined
    if current:
        yield Cut(current.start, current.end, current.heading)


def text_segments(
    asset: Asset, text: str, blocks: Iterable[Block], extractor: str
) -> Iterator[Segment]:
    """Yield segments located by `TextSpan` in `text`, the extracted text of the asset.

    Context is the sentence before and the sentence after, as far as there is one.
    """
    before = ""
    cuts = iter_cuts(text, blocks)
    here, ordinal = next(cuts, None), 0
    while here is not None:
        following = next(cuts, None)
        words = text[here.start : here.end]
        after = first_sentence(text, following.start, following.end) if following else ""
        locator = TextSpan(here.start, here.end)
        yield Segment(
            id=segment_id(asset.id, locator, extractor),
            asset_id=asset.id,
            modality="text",
            locator=locator,
            text=words,
            heading=here.heading,
            context="\n".join(filter(None, (before, after))),
            ordinal=ordinal,
            language=language_of(words),
        )
        before = last_sentence(text, here.start, here.end)
        here, ordinal = following, ordinal + 1


def first_sentence(text: str, start: int, end: int) -> str:
    """Return the first sentence of `text[start:end]`, at most `CONTEXT_CHARS` of it."""
    window = text[start : min(end, start + 2 * CONTEXT_CHARS)]
    spans = sentences(window)
    return window[slice(*spans[0])][:CONTEXT_CHARS] if spans else ""


def last_sentence(text: str, start: int, end: int) -> str:
    """Return the last sentence of `text[start:end]`, at most `CONTEXT_CHARS` of it."""
    window = text[max(start, end - 2 * CONTEXT_CHARS) : end]
    spans = sentences(window)
    return window[slice(*spans[-1])][-CONTEXT_CHARS:] if spans else ""


def weight(text: str) -> float:
    """Return how much of a segment a text fills; `LIMIT` is full.

    Example:
        >>> weight("pump"), weight("水泵") == 2 * WIDE
        (4.0, True)
    """
    if text.isascii():
        return float(len(text))
    return len(text) + (WIDE - 1) * sum(len(run) for run in _WIDE_RUN.findall(text))


# -- merging --------------------------------------------------------------------------------


def _join(text: str, current: _Piece, piece: _Piece) -> _Piece | None:
    """Return both as one, or None when they should stay two segments."""
    gap = piece.start - current.end
    total = current.weight + gap + piece.weight
    after_title = current.kind == "title"
    if gap > RUNT or total > LIMIT * (TITLE_ALLOWANCE if after_title else 1.0):
        return None
    if after_title:
        return _Piece(current.start, piece.end, piece.heading, piece.kind, total)
    if piece.kind == "title" or piece.heading != current.heading:
        return None
    small = min(current.weight, piece.weight) < RUNT
    if small or (piece.kind == current.kind and current.weight < ENOUGH):
        return _Piece(current.start, piece.end, current.heading, piece.kind, total)
    return None


# -- splitting ------------------------------------------------------------------------------


def _pieces(text: str, block: Block) -> Iterator[_Piece]:
    """Yield the block itself, or the parts of about equal weight of one that is too long."""
    start, end = _stripped(text, block.start, block.end)
    if start == end:
        return
    total = _weight_of(text, start, end)
    if total <= LIMIT:
        yield _Piece(start, end, block.heading, block.kind, total)
        return
    goal = total / -(-total // (LIMIT * 0.9))
    units = _units(text, start, end, by_line=block.kind in ("table", "code"))
    first, last, size = start, start, 0.0
    for unit_start, unit_end in units:
        more = weight(text[unit_start:unit_end]) + (unit_start - last)
        full = size + more > LIMIT or abs(size + more - goal) > abs(size - goal)
        if size and full:
            yield _Piece(first, last, block.heading, block.kind, size)
            first, size = unit_start, 0.0
            more = weight(text[unit_start:unit_end])
        last, size = unit_end, size + more
    if size:
        yield _Piece(first, last, block.heading, block.kind, size)


def _units(text: str, start: int, end: int, *, by_line: bool) -> Iterator[tuple[int, int]]:
    """Yield what a long block may be split between: lines, sentences, or parts of long ones."""
    spans = _lines(text, start, end) if by_line else _sentences(text, start, end)
    for span_start, span_end in spans:
        yield from _broken(text, span_start, span_end)


def _lines(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    for match in _LINE.finditer(text, start, end):
        line_start, line_end = match.start(), len(match.group().rstrip()) + match.start()
        if line_start < line_end:
            yield line_start, line_end


def _sentences(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the sentences of `text[start:end]`, looking at one window at a time."""
    while start < end:
        window = text[start : min(end, start + _WINDOW)]
        spans = sentences(window)
        if start + len(window) >= end:
            stop = end
        elif len(spans) > 1:
            stop = start + spans.pop()[0]
        else:
            stop = _break_before(text, start, start + len(window))
            spans = [(0, stop - start)]
        yield from (_stripped(text, start + a, start + b) for a, b in spans)
        start = stop


def _broken(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield parts of at most `LIMIT`, broken at line ends, else clauses, else words, else hard."""
    while start < end and (end - start > LIMIT or weight(text[start:end]) > LIMIT):
        stop = _break_before(text, start, start + _reach(text, start, end))
        yield _stripped(text, start, stop)
        start = _stripped(text, stop, end)[0]
    if start < end:
        yield start, end


def _reach(text: str, start: int, end: int) -> int:
    """Return how many characters from `start` weigh at most `LIMIT`; at least 1."""
    count = min(int(LIMIT), end - start)
    while count > 1 and (size := weight(text[start : start + count])) > LIMIT:
        count = min(count - 1, int(count * LIMIT / size))
    return max(count, 1)


def _break_before(text: str, start: int, stop: int) -> int:
    for pattern in _BREAKS:
        places = [m.end() for m in pattern.finditer(text, start + (stop - start) // 2, stop)]
        if places:
            return places[-1]
    return stop


def _stripped(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the span without white space around it, however much of it there is."""
    word = _SOLID.search(text, start, end)
    if word is None:
        return start, start
    while not (tail := text[(base := max(start, end - _WINDOW)) : end].rstrip()):
        end = base
    return word.start(), base + len(tail)


def _weight_of(text: str, start: int, end: int) -> float:
    """Return the weight of a stretch without copying more than a window of it."""
    return sum(weight(text[at : min(end, at + _WINDOW)]) for at in range(start, end, _WINDOW))
