"""XML to text: documents as prose, data as "name: value" lines.

What stands before the first element, where entities and links to other files are declared, is
not read: nothing can be expanded and nothing outside the file is looked at.
"""

from __future__ import annotations

import re

from lxml import etree

from pincite.ingest.decode import clean
from pincite.ingest.headings import SEPARATOR
from pincite.ingest.segment import Block
from pincite.types import Problem

_CHUNK_CHARS = 1 << 16
_ROOT = re.compile(r"<[^\W\d]")
_UNSEEN = frozenset({"script", "style"})
_SHORT_VALUE = 200
_PATH_NAMES = 3
_DULL = re.compile(
    r"(?:xmlns|xsi:|id$|style$|class$|transform$|d$|fill|stroke|viewBox|width$|height$)"
)
_HAS_WORD = re.compile(r"\w")


def xml_text(source: str) -> tuple[str, list[Block], list[Problem]]:
    r"""Return the text of an XML document, its blocks, and what could not be read.

    Example:
        >>> xml_text("<pumps><pump name='A'><bar>5</bar><p>It <b>runs</b>.</p></pump></pumps>")[0]
        'name: A\n\nbar: 5\n\nIt runs.'
    """
    document = _Document()
    parser = etree.XMLParser(
        target=document,
        huge_tree=True,
        no_network=True,
        resolve_entities=False,
        load_dtd=False,
        recover=True,
    )
    root = _ROOT.search(source)
    source = clean(source[root.start() :]) if root else ""
    failed = False
    try:
        for at in range(0, len(source), _CHUNK_CHARS):
            parser.feed(source[at : at + _CHUNK_CHARS])
        parser.close()
    except etree.XMLSyntaxError:
        failed = True
    document.finish()
    return document.text, document.blocks, document.problems(failed)


class _Document:
    """Takes the tags of a document in order and writes down its text."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self._out: list[str] = []
        self._length = 0
        self._open: list[str] = []
        self._inline: list[bool] = []  # for each open tag: it stands inside a sentence
        self._words: list[str] = []
        self._leaf = False  # the words so far are all that the innermost tag holds

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """An element begins; inside a sentence it does not end the paragraph."""
        inline = any(words.strip() for words in self._words) and len(self._open) > 1
        if not inline:
            self._flush()
        self._inline.append(inline)
        self._open.append(tag.rpartition("}")[2])
        self._leaf = not inline
        for name, value in attributes.items():
            name = name.rpartition("}")[2]
            if value.strip() and not _DULL.match(name) and _HAS_WORD.search(value[:1000]):
                self._write(f"{name}: {value.strip()}")

    def end(self, tag: str) -> None:
        """An element ends."""
        if self._inline and not self._inline.pop():
            self._flush()
        if self._open:
            self._open.pop()
        self._leaf = False

    def data(self, words: str) -> None:
        """Characters between tags."""
        if not self._open or self._open[-1] not in _UNSEEN:
            self._words.append(words)

    def comment(self, _: str) -> None:
        """Comments are not read."""

    def pi(self, *_: str) -> None:
        """Processing instructions are not followed."""

    def close(self) -> None:
        """The parser asks for a result; `finish` makes it."""

    def finish(self) -> None:
        """Write what is still held."""
        self._flush()

    @property
    def text(self) -> str:
        """The text of the document."""
        return "".join(self._out)

    def problems(self, failed: bool) -> list[Problem]:
        """Return what could not be read."""
        if not failed and not self._open:
            return []
        return [
            Problem(
                "TRUNCATED",
                "The XML breaks its own rules or ends early; it was read as far as that.",
                "Export the file again.",
            )
        ]

    def _flush(self) -> None:
        words, self._words = " ".join("".join(self._words).split()), []
        if not words:
            return
        name = self._open[-1] if self._open else ""
        named = self._leaf and len(words) < _SHORT_VALUE and name not in ("p", "text", "tspan")
        self._write(f"{name}: {words}" if named and name else words)

    def _write(self, words: str) -> None:
        if self._length:
            self._out.append("\n\n")
            self._length += 2
        self._out.append(words)
        start, self._length = self._length, self._length + len(words)
        heading = SEPARATOR.join(self._open[1:-1][-_PATH_NAMES:])
        self.blocks.append(Block(start, self._length, heading))
