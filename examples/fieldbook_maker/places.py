"""Where the maker put each piece of text, so that gold locators are known and not guessed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

Box = tuple[float, float, float, float]
Json = dict[str, Any]


class Finder(Protocol):
    """Knows where the words of one file lie."""

    def find(self, quote: str) -> Json:
        """Return the locator of `quote`, which must occur exactly once."""
        ...


def _only(text: str, quote: str) -> int:
    """Return where `quote` starts in `text`; it must be there exactly once."""
    count = text.count(quote)
    if count != 1:
        raise ValueError(f"expected {quote!r} once, found it {count} times in {text[:80]!r}…")
    return text.index(quote)


@dataclass(frozen=True)
class TextFinder:
    """Characters of a decoded file, or of the text that is taken out of one."""

    text: str

    def find(self, quote: str) -> Json:
        """Return the characters of `quote`."""
        start = _only(self.text, quote)
        return {"kind": "text", "start": start, "end": start + len(quote)}


@dataclass(frozen=True)
class Line:
    """One drawn line.

    Attributes:
        text: Its characters.
        box: Its place as fractions of the page or picture.
        page: From 1; 0 in a single picture.
        edges: Fraction of the line's width at which each character starts, and 1.0 at the end.
        span: Seconds during which it is seen, in a video.
    """

    text: str
    box: Box
    page: int = 0
    edges: tuple[float, ...] = ()
    span: tuple[float, float] | None = None

    def part(self, start: int, end: int) -> Box:
        """Return the box of characters `start:end` of the line."""
        if not self.edges:
            return self.box
        x0, y0, x1, y1 = self.box
        width = x1 - x0
        return (x0 + width * self.edges[start], y0, x0 + width * self.edges[end], y1)


def _union(boxes: Sequence[Box]) -> list[float]:
    x0, y0, x1, y1 = zip(*boxes, strict=True)
    ends = (min(x0), min(y0), max(x1), max(y1))
    return [round(min(1.0, max(0.0, value)), 4) for value in ends]


@dataclass
class LineFinder:
    """Lines of pages, pictures and video frames; a quote may run over several of them.

    Lines are joined by one space, or by nothing where `joiner` is "" (Chinese prose).
    """

    lines: list[Line] = field(default_factory=list)
    joiner: str = " "

    def find(self, quote: str) -> Json:
        """Return the box of `quote`."""
        starts, text = [], ""
        for line in self.lines:
            starts.append(len(text))
            text += line.text + self.joiner
        first = _only(text, quote)
        last = first + len(quote)
        touched = [
            (line, line.part(max(0, first - start), min(len(line.text), last - start)))
            for line, start in zip(self.lines, starts, strict=True)
            if start < last and first < start + len(line.text)
        ]
        return _locator(touched[0][0], _union([box for _, box in touched]))


def _locator(line: Line, box: list[float]) -> Json:
    if line.span is not None:
        start_s, end_s = line.span
        return {"kind": "time", "start_s": start_s, "end_s": end_s, "box": box}
    if line.page:
        return {"kind": "page", "page": line.page, "box": box}
    return {"kind": "region", "box": box}


@dataclass(frozen=True)
class Spoken:
    """One sentence of a recording and when it is heard."""

    text: str
    start_s: float
    end_s: float


@dataclass
class SpeechFinder:
    """Sentences of a recording; a quote is found inside one sentence or over neighbours."""

    sentences: list[Spoken] = field(default_factory=list)

    def find(self, quote: str) -> Json:
        """Return the seconds of `quote`."""
        starts, text = [], ""
        for sentence in self.sentences:
            starts.append(len(text))
            text += sentence.text + " "
        first = _only(text, quote)
        heard = [
            sentence
            for sentence, start in zip(self.sentences, starts, strict=True)
            if start < first + len(quote) and first < start + len(sentence.text)
        ]
        return {"kind": "time", "start_s": heard[0].start_s, "end_s": heard[-1].end_s}


@dataclass
class VideoFinder:
    """What is spoken over a video and what is written on its screen."""

    speech: SpeechFinder
    screen: LineFinder

    def find(self, quote: str) -> Json:
        """Return when `quote` is said, or else when and where it is shown."""
        spoken = " ".join(sentence.text for sentence in self.speech.sentences)
        return self.speech.find(quote) if quote in spoken else self.screen.find(quote)


@dataclass
class CellFinder:
    """Cells of a workbook: {(sheet, address): shown text}; a quote is one cell or a row of them.

    A row is written as its cells joined by " | "; `ROW: CELLS` looks only in rows whose first
    cell is `ROW`.
    """

    cells: dict[tuple[str, str], str] = field(default_factory=dict)

    def find(self, quote: str) -> Json:
        """Return the range of `quote`."""
        key, _, wanted = quote.rpartition(": ")
        rows: dict[tuple[str, str], list[tuple[str, str]]] = {}
        for (sheet, address), text in self.cells.items():
            number = address.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
            rows.setdefault((sheet, number), []).append((address, text))
        found = [
            {"kind": "cells", "sheet": sheet, "range": f"{row[i][0]}:{row[j - 1][0]}"}
            for (sheet, _), row in rows.items()
            for i in range(len(row))
            for j in range(i + 1, len(row) + 1)
            if key in ("", row[0][1]) and " | ".join(text for _, text in row[i:j]) == wanted
        ]
        if len(found) != 1:
            raise ValueError(f"expected cells {quote!r} once, found {found}")
        [locator] = found
        first, _, last = locator["range"].partition(":")
        return locator | {"range": first} if first == last else locator


@dataclass(frozen=True)
class Made:
    """One file of the sample folder and how to find words in it."""

    path: str
    finder: Finder
    seconds: float | None = None
