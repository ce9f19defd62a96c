"""Markdown to segments; offsets are the file's own characters.

A reader of lines, not a renderer: it has to know where headings, code, tables, lists and
paragraphs lie, and which stretches nobody sees (comments, pictures written out as text).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pincite.config import Config
from pincite.ingest import Event
from pincite.ingest.decode import read_text
from pincite.ingest.headings import SEPARATOR, Headings
from pincite.ingest.segment import LIMIT, Block, Kind
from pincite.ingest.text import lines, text_events
from pincite.types import Asset

EXTRACTOR = "markdown-1"
_ATX = re.compile(r" {0,3}(#{1,6})(?:[ \t]+(?P<name>.*?))?(?:[ \t]+#+)?$")
_SETEXT = re.compile(r" {0,3}(?:=+|-{2,})$")
_FENCE = re.compile(r" {0,3}(?:>\s*)*(`{3,}|~{3,})")
_ITEM = re.compile(r" {0,3}(?:[-*+]|\d{1,9}[.)])\s+\S")
_RULE = re.compile(r" {0,3}(?:(?:-\s*){3,}|(?:\*\s*){3,}|(?:_\s*){3,})$")
_TABLE_RULE = re.compile(r"\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?$")
_MARKUP = re.compile(r"!?\[([^\[\]]*)\](?:\([^()]*\)|\[[^\[\]]*\])|[*_`~]{1,3}|</?[A-Za-z][^<>]*>")
_ATTRIBUTES = re.compile(r"\s*\{[#.][^{}]*\}\s*$")
_TAG_ONLY = re.compile(r"\s*(?:</?[A-Za-z][^<>]*>\s*)+$")
_ALT = re.compile(r"\balt\s*=\s*[\"']?\w")
_DATA_URI = re.compile(r"data:[\w./+-]+;base64,[A-Za-z0-9+/=\s]{200,}")


class MarkdownParser:
    """Reads Markdown with tables, fenced code and front matter."""

    def parse(self, path: Path, asset: Asset, config: Config) -> Iterator[Event]:
        """Yield the sections of the file."""
        decoded = read_text(path, config)
        yield from text_events(asset, decoded, blocks(decoded.text), EXTRACTOR)


def blocks(text: str) -> Iterator[Block]:
    """Yield titles, paragraphs, list items, tables and code of a Markdown text."""
    for block in _Reader(text).blocks():
        if "base64," in text[block.start : block.end]:
            yield from _without_data(text, block)
        else:
            yield block


@dataclass
class _Reader:
    """The state of a walk over the lines."""

    text: str
    headings: Headings = field(default_factory=Headings)
    first: int = 0
    last: int = 0
    count: int = 0
    kind: Kind = "prose"
    fence: str = ""
    closing: str = ""
    """What ends an invisible stretch: of front matter or of a comment."""

    def blocks(self) -> Iterator[Block]:
        """Yield the blocks of the whole text."""
        for start, end in lines(self.text):
            line = self.text[start:end]
            if self.fence:
                yield from self._in_code(line, start, end)
            elif self.closing:
                yield from self._in_closed(line, start, end)
            elif opening := _FENCE.match(line):
                yield from self.flush()
                self.fence, self.kind = opening.group(1), "code"
            else:
                yield from self._line(line, start, end)
        yield from self.flush()

    def _in_code(self, line: str, start: int, end: int) -> Iterator[Block]:
        mark = _FENCE.match(line)
        if mark and mark.group(1).startswith(self.fence) and mark.end() == len(line):
            yield from self.flush()
            self.fence = ""
        else:
            self.grow(start, end)

    def _in_closed(self, line: str, start: int, end: int) -> Iterator[Block]:
        if self.closing == "-->":
            self.closing = "" if "-->" in line else self.closing
        elif line in ("---", "...", "+++"):
            yield from self.flush()
            self.closing = ""
        else:
            self.grow(start, end)

    def _line(self, line: str, start: int, end: int) -> Iterator[Block]:
        if not line or _is_invisible(line):
            yield from self.flush()
        elif start == 0 and line in ("---", "+++") and self._has_front_matter(line):
            self.closing, self.kind = line, "code"
        elif line.lstrip().startswith("<!--"):
            yield from self.flush()
            self.closing = "" if "-->" in line else "-->"
        elif title := _ATX.match(line):
            yield from self.flush()
            if name := title.group("name"):
                yield self.title(start + title.start("name"), name, len(title.group(1)))
        elif self.count == 1 and self.kind == "prose" and _SETEXT.match(line):
            name = self.text[self.first : self.last]
            self.count = 0
            yield self.title(self.first, name, 1 if "=" in line else 2)
        elif _RULE.match(line):
            yield from self.flush()
        else:
            yield from self._content(line, start, end)

    def _content(self, line: str, start: int, end: int) -> Iterator[Block]:
        if self.kind != "table" and self.count and "-" in line and _TABLE_RULE.match(line):
            yield from self._table_begins(line)
        elif self.count and ("|" not in line if self.kind == "table" else _ITEM.match(line)):
            yield from self.flush()
        self.grow(start, end)

    def _table_begins(self, line: str) -> Iterator[Block]:
        """The last line turns out to be the head of a table."""
        head = self.text.rfind("\n", self.first, self.last) + 1
        if "|" not in line and "|" not in self.text[head : self.last]:
            return
        if head > self.first:
            yield Block(self.first, head, self.headings.path)
            self.first = head
        self.kind = "table"

    def _has_front_matter(self, mark: str) -> bool:
        end = self.text.find("\n" + mark, 3, 20_000)
        return end > 0 and any(sign in self.text[3:end] for sign in ":=")

    def title(self, start: int, name: str, level: int) -> Block:
        """Return a title and let it hold for what follows."""
        self.headings.enter(level, plain(name))
        return Block(start, start + len(name), self.headings.path, "title")

    def grow(self, start: int, end: int) -> None:
        """Add a line to what is being gathered."""
        self.first, self.last = (self.first if self.count else start), end
        self.count += 1

    def flush(self) -> Iterator[Block]:
        """Yield what has been gathered."""
        if self.count:
            heading = self.headings.path
            if self.kind == "table" and self.last - self.first > LIMIT:
                heading = SEPARATOR.join(filter(None, (heading, self._table_head())))
            yield Block(self.first, self.last, heading, self.kind)
        self.count, self.kind = 0, "prose"

    def _table_head(self) -> str:
        """Return the names of the columns, for rows that are cut off from them."""
        line = self.text[self.first : self.text.find("\n", self.first)]
        return " | ".join(plain(cell.strip()) for cell in line.strip().strip("|").split("|"))


def plain(name: str) -> str:
    """Return a heading without its markup.

    Example:
        >>> plain("The **main** [pump](pump.md) {#pump}")
        'The main pump'
    """
    return _MARKUP.sub(lambda m: m.group(1) or "", _ATTRIBUTES.sub("", name[:2000]))


def _is_invisible(line: str) -> bool:
    """True for a line of tags only, such as `<p align="center">`, without a described picture."""
    return line.lstrip().startswith("<") and bool(_TAG_ONLY.match(line)) and not _ALT.search(line)


def _without_data(text: str, block: Block) -> Iterator[Block]:
    """Yield the parts of a block around pictures that are written out in it."""
    at = block.start
    for match in _DATA_URI.finditer(text, block.start, block.end):
        yield Block(at, match.start(), block.heading, block.kind)
        at = match.end()
    yield Block(at, block.end, block.heading, block.kind)
