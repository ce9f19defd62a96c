"""Web pages to segments: what a reader of the page would see, with the headings above it.

The page is read as a stream of tags, so its size and depth do not matter; nothing is loaded,
run or followed. Offsets count in the text that is written out here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from lxml import etree

from pincite.config import Config
from pincite.ingest import Event
from pincite.ingest.decode import Decoded, clean, read_text
from pincite.ingest.headings import Headings
from pincite.ingest.htmltable import MOST_ROWS, Cell, Table
from pincite.ingest.segment import Block, Kind
from pincite.ingest.text import text_events
from pincite.ingest.xmltext import xml_text
from pincite.types import Asset, Problem

EXTRACTOR = "html-1"
_CHUNK_CHARS = 1 << 16
_DEEPEST_TABLE = 8
_BLOCKS = frozenset(
    (
        *("address", "article", "aside", "blockquote", "body", "caption", "center", "dd"),
        *("details", "dialog", "dir", "div", "dl", "dt", "fieldset", "figcaption", "figure"),
        *("footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hgroup", "hr"),
        *("legend", "li", "main", "menu", "nav", "ol", "option", "p", "pre", "section"),
        *("summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul"),
    )
)
_UNSEEN = frozenset(
    (
        *("script", "style", "template", "noscript", "iframe", "object", "embed", "canvas"),
        *("svg", "datalist", "head", "audio", "video", "map", "noframes", "frameset"),
    )
)
_VOID = frozenset(
    (
        *("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta"),
        *("source", "track", "wbr", "param", "frame"),
    )
)
_HIDING = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?![.\d])", re.I)
_SPACE = re.compile(r"[ \t\r\n\x0c\xa0]+")
_DATA_PICTURE = re.compile(r"data:image/(?!svg)", re.I)
_SMALL_PICTURE = 20_000


class HtmlParser:
    """Reads HTML, and XML through `xml_text`."""

    def parse(self, path: Path, asset: Asset, config: Config) -> Iterator[Event]:
        """Yield the sections of the page."""
        decoded = read_text(path, config)
        if asset.media_type in ("application/xml", "image/svg+xml"):
            text, blocks, problems = xml_text(decoded.text)
        else:
            text, blocks, problems = html_text(decoded.text)
        written = Decoded(text, decoded.encoding, (*decoded.problems, *problems))
        yield from text_events(asset, written, blocks, EXTRACTOR)


def html_text(source: str) -> tuple[str, list[Block], list[Problem]]:
    r"""Return what a reader sees of a page, its blocks, and what was left out.

    Example:
        >>> text, blocks, _ = html_text("<h1>Pump</h1><script>x()</script><p>It  <b>runs</b>.")
        >>> text
        'Pump\n\nIt runs.'
        >>> [(block.heading, block.kind) for block in blocks]
        [('Pump', 'title'), ('Pump', 'prose')]
    """
    page = _Page()
    parser = etree.HTMLParser(target=page, huge_tree=True, no_network=True)
    source = clean(source)
    for at in range(0, len(source), _CHUNK_CHARS):
        parser.feed(source[at : at + _CHUNK_CHARS])
    if source:
        parser.close()
    page.finish()
    return page.text, page.blocks, page.problems()


class _Page:
    """Takes the tags of a page in order and writes down its text."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self._out: list[str] = []
        self._length = 0
        self._headings = Headings()
        self._open: list[str] = []  # tags that wait for their end
        self._unseen: list[int] = []  # places in `_open` below which nothing is seen
        self._words: list[str] = []  # the paragraph so far
        self._title: list[str] | None = None
        self._page_name = ""  # the title of the page, until it is written
        self._tables: list[tuple[Table, Cell | None]] = []
        self._preformatted = 0
        self._pictures = 0

    # -- what lxml calls -------------------------------------------------------------------

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """A tag begins."""
        if tag not in _VOID:
            self._open.append(tag)
        if tag == "title" and "svg" not in self._open:
            self._title = []
        if tag != "body" and tag not in _VOID and (tag in _UNSEEN or _is_hidden(attributes)):
            self._unseen.append(len(self._open))
        if self._unseen:
            return
        if tag in _BLOCKS:
            self._flush()
        if tag == "img":
            self._picture(attributes)
        elif tag == "br":
            self._words.append("\n" if self._preformatted else "\x00")
        elif tag == "pre":
            self._preformatted += 1
        elif tag in ("table", "tr", "td", "th"):
            self._table_tag(tag, attributes)

    def end(self, tag: str) -> None:
        """A tag ends."""
        if tag == "title" and self._title is not None:
            self._page_title("".join(self._title))
            self._title = None
        if tag in _VOID:
            return
        seen = not self._unseen
        if seen and tag in _BLOCKS:
            self._flush(tag)
        if seen and tag == "pre":
            self._preformatted = max(0, self._preformatted - 1)
        if seen and tag == "table" and self._tables:
            self._end_table()
        if self._open and self._open[-1] == tag:
            self._open.pop()
        while self._unseen and self._unseen[-1] > len(self._open):
            self._unseen.pop()

    def data(self, words: str) -> None:
        """Characters between tags."""
        if self._title is not None:
            self._title.append(words)
        elif not self._unseen:
            self._words.append(words)

    def comment(self, _: str) -> None:
        """Comments are not seen."""

    def pi(self, *_: str) -> None:
        """Processing instructions are not seen."""

    def close(self) -> None:
        """The parser asks for a result; `finish` makes it."""

    # -- writing ---------------------------------------------------------------------------

    def finish(self) -> None:
        """Write what is still held."""
        self._unseen.clear()
        self._flush()
        while self._tables:
            self._end_table()
        if self._page_name:
            self._write(self._page_name, "title")

    @property
    def text(self) -> str:
        """What a reader sees."""
        return "".join(self._out)

    def problems(self) -> list[Problem]:
        """Return what was left out."""
        if not self._pictures:
            return []
        return [
            Problem(
                "PART_UNSUPPORTED",
                f"{self._pictures} pictures are written into the page itself; they were not read.",
                "Save them as files beside the page if they matter.",
            )
        ]

    def _flush(self, tag: str = "") -> None:
        """End the paragraph; `tag` is the block that ends."""
        words, self._words = "".join(self._words), []
        if self._preformatted:
            words = words.replace("\x00", "\n").strip("\n")
        else:
            words = _SPACE.sub(" ", words).replace("\x00", "\n")
            words = "\n".join(line.strip() for line in words.split("\n")).strip()
        words = clean(words)
        if not words.strip():
            return
        if self._tables and (cell := self._tables[-1][1]) is not None:
            cell.texts.append(words)
        elif len(tag) == 2 and tag[0] == "h" and tag[1].isdigit():
            self._headings.enter(int(tag[1]), words)
            self._write(words, "title")
        else:
            self._write(words, "code" if self._preformatted else "prose")

    def _write(self, words: str, kind: Kind) -> None:
        title, self._page_name = self._page_name, ""
        if title and title != words:
            self._write(title, "title")
        if self._length:
            self._out.append("\n\n")
            self._length += 2
        self._out.append(words)
        start, self._length = self._length, self._length + len(words)
        self.blocks.append(Block(start, self._length, self._headings.path, kind))

    def _page_title(self, title: str) -> None:
        """The title of the page stands above all its headings."""
        if (title := " ".join(clean(title).split())) and not self._length:
            self._headings.enter(0, title)
            self._page_name = title

    def _picture(self, attributes: dict[str, str]) -> None:
        source = attributes.get("src", "")
        if len(source) > _SMALL_PICTURE and _DATA_PICTURE.match(source):
            self._pictures += 1
        if alternative := " ".join(attributes.get("alt", "").split()):
            self._words.append(f" {alternative} ")

    def _table_tag(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "table":
            if self._tables:
                self._tables[-1][0].nested = True
            if len(self._tables) < _DEEPEST_TABLE:
                self._tables.append((Table(), None))
        elif self._tables:
            table, _ = self._tables[-1]
            if tag == "tr":
                if len(table.rows) >= MOST_ROWS and len(self._tables) == 1 and not table.is_layout:
                    self._write_rows(table)
                table.begin_row()
                self._tables[-1] = (table, None)
            else:
                columns, rows = attributes.get("colspan", "1"), attributes.get("rowspan", "1")
                cell = table.begin_cell(header=tag == "th", columns=columns, rows=rows)
                self._tables[-1] = (table, cell)

    def _end_table(self) -> None:
        """Hand the table on: into the cell around it, or to the text."""
        table, _ = self._tables.pop()
        around = self._tables[-1][1] if self._tables else None
        if around is not None:
            around.texts += table.texts() if table.is_layout else table.lines()
        elif table.is_layout:
            for words in table.texts():
                self._write(words, "prose")
        else:
            self._write_rows(table)

    def _write_rows(self, table: Table) -> None:
        if lines := table.lines():
            self._write("\n\n".join(lines), "table")


def _is_hidden(attributes: dict[str, str]) -> bool:
    """True when the page says that nobody should see the element."""
    if "hidden" in attributes or attributes.get("aria-hidden") == "true":
        return True
    style = attributes.get("style")
    return bool(style and _HIDING.search(style[:2000]))
