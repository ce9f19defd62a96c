"""Answers, hits and places as people read them in a terminal."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePath
from types import MappingProxyType

from pincite.ingest.report import printable
from pincite.retrieve.search import Found
from pincite.types import (
    WHOLE,
    Answer,
    Asset,
    Box,
    Cells,
    Citation,
    Evidence,
    ImageRegion,
    Locator,
    PageRegion,
    Segment,
    TextSpan,
    TimeSpan,
)

QUOTE_WIDTH = 160
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def place(locator: Locator) -> str:
    """Return a locator as a person says it.

    Example:
        >>> place(PageRegion(4, (0.0, 0.0, 0.4, 0.2))), place(TimeSpan(192, 198.4))
        ('p. 4, top left', '03:12-03:18')
    """
    match locator:
        case TextSpan(start, end):
            return f"characters {start}-{end}"
        case PageRegion(page, box):
            return f"p. {page}" if box == WHOLE else f"p. {page}, {region(box)}"
        case ImageRegion(box):
            return "whole picture" if box == WHOLE else region(box)
        case TimeSpan(start_s, end_s, box):
            span = f"{clock(start_s)}-{clock(end_s)}"
            return span if box is None else f"{span}, {region(box)}"
        case Cells(sheet, range_):
            return f"{sheet}!{range_}" if sheet else range_


def region(box: Box) -> str:
    """Return which third of the frame the middle of a box lies in.

    Example:
        >>> region((0.7, 0.4, 0.9, 0.6)), region((0.1, 0.1, 0.9, 0.9))
        ('right', 'centre')
    """
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    vertical = "top" if y < 1 / 3 else "bottom" if y > 2 / 3 else ""
    horizontal = "left" if x < 1 / 3 else "right" if x > 2 / 3 else ""
    return " ".join(part for part in (vertical, horizontal) if part) or "centre"


def clock(seconds: float) -> str:
    """Return seconds as mm:ss or h:mm:ss."""
    whole = int(seconds)
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes:02}:{rest:02}"


def name_of(asset: Asset) -> str:
    """Return the file name of an asset, without what could deceive a terminal."""
    return printable(PurePath(asset.uri).name or asset.title)


def visible(text: str) -> str:
    r"""Return text of a document with control characters escaped: they steer a terminal.

    Example:
        >>> visible("red \x1b[31m\ttext\n")
        'red \\x1b[31m\ttext\n'
    """
    return _CONTROL.sub(lambda found: ascii(found[0])[1:-1], text)


def shorten(text: str, width: int = QUOTE_WIDTH) -> str:
    """Return text on one line, cut at `width` characters."""
    flat = visible(" ".join(text.split()))
    return flat if len(flat) <= width else flat[: width - 1] + "…"


def answer_lines(answer: Answer, empty: bool) -> Iterable[str]:
    """Yield an answer with its citations, or why there is none and what to try."""
    if answer.text is None:
        yield from _no_answer(answer, empty)
        return
    yield visible(_with_marks(answer.text, answer.citations))
    yield ""
    for citation in answer.citations:
        yield f"[{citation.n}] {name_of(citation.asset)}, {place(citation.locator)}"
        yield f'    "{shorten(citation.quote)}"'
        yield f"    support {citation.support:.2f}   pincite show {citation.id}"


def _no_answer(answer: Answer, empty: bool) -> Iterable[str]:
    if empty:
        yield "No answer: the knowledge base is empty. Add files first: pincite ingest PATH"
        return
    yield "No answer in the sources."
    if answer.evidence:
        yield "The nearest passages, none of which answers the question:"
        yield from hit_lines(answer.evidence[:3])


def _with_marks(text: str, citations: Sequence[Citation]) -> str:
    """Return the answer with [n] after each cited span, unless the text already has them."""
    if any(f"[{c.n}]" in text for c in citations):
        return text
    for citation in sorted(citations, key=lambda c: (-c.span.end, -c.n)):
        end = citation.span.end
        text = f"{text[:end]} [{citation.n}]{text[end:]}"
    return text


def found_lines(found: Found, explain: bool = False) -> Iterable[str]:
    """Yield the hits of a search; to explain it, the channels first, and each hit's parts."""
    if explain:
        for route in found.routes:
            asked = "asked" if route.asked else "not asked"
            yield f"{route.name}: {asked}, {route.why}"
        if found.query.heard:
            yield f'heard or read in the query: "{shorten(found.query.heard)}"'
    yield from hit_lines(found.evidence, explain, found.around)


def hit_lines(
    evidence: Iterable[Evidence],
    explain: bool = False,
    around: Mapping[str, Sequence[Segment]] = MappingProxyType({}),
) -> Iterable[str]:
    """Yield two lines a hit: where it is, and what it says; and a line for each neighbour."""
    for rank, item in enumerate(evidence, start=1):
        where = f"{name_of(item.asset)}, {place(item.segment.locator)}"
        yield f"{rank:2}. {item.hit.score:.3f}  {where}"
        if explain:
            said = ", ".join(f"{name} {value:.3f}" for name, value in item.hit.channels.items())
            yield f"           said: {said}; share {item.prior:.2f}"
            parts = ", ".join(f"{name} {value:+.2f}" for name, value in item.hit.parts.items())
            yield f"           added: {parts}"
        yield f"           {shorten(item.segment.text or item.segment.context)}"
        for segment in around.get(item.segment.id, ()):
            if segment.id != item.segment.id:
                side = "before" if segment.ordinal < item.segment.ordinal else "after"
                yield f"           {side}: {shorten(segment.text or segment.context)}"
