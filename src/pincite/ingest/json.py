r"""JSON and JSON lines to segments; offsets are the file's own characters.

The file is walked token by token, so neither its size nor its depth matters, and one that
breaks off is read as far as it goes. A record that fits into a segment stays whole; a larger
one is taken apart, and the names on the way to a part are its heading. Text inside long
strings is cut like prose. Characters written as `\uXXXX` are resolved as part of the file's
encoding, so that such a file is as readable as any; offsets then count the resolved text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from pincite.config import Config
from pincite.ingest import Event
from pincite.ingest.decode import Decoded, clean, read_text
from pincite.ingest.headings import SEPARATOR
from pincite.ingest.segment import LIMIT, WIDE, Block, Kind, weight
from pincite.ingest.text import text_events
from pincite.types import Asset, Extracted, Problem

EXTRACTOR = "json-1"
_TOKEN = re.compile(
    r'"(?P<string>[^"\\]*+(?:\\.[^"\\]*+)*+)"|(?P<mark>[{}\[\]:,])|(?P<other>[^\s{}\[\]:,"]+|")',
    re.DOTALL,
)
_ESCAPED = re.compile(r"(\\\\)|\\u([0-9a-fA-F]{4})(?:\\u([dD][c-fC-F][0-9a-fA-F]{2}))?")
_SHORT_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_SHORT = {"n": "\n", "t": "\t", "r": " ", "b": " ", "f": " "}
_BINARY = re.compile(r"(?:data:[\w./+-]+;base64,)?[A-Za-z0-9+/=\\]{800,}")
_LABELS = frozenset({"title", "name", "id", "_id", "label", "question", "headline", "key"})
_LONG_STRING = 240.0
_DEEPEST_PATH = 6
_LABEL_CHARS = 80


class JsonParser:
    """Reads JSON and JSON lines."""

    def parse(self, path: Path, asset: Asset, config: Config) -> Iterator[Event]:
        """Yield the records of the file."""
        decoded = resolved(read_text(path, config))
        walk = _Walk(decoded.text)
        for event in text_events(asset, decoded, walk.blocks(), EXTRACTOR):
            yield _with_plain_words(event) if isinstance(event, Extracted) else event
        yield from walk.problems()


def resolved(decoded: Decoded) -> Decoded:
    r"""Return the text with `\uXXXX` resolved where it stands for a character beyond ASCII."""
    if "\\u" not in decoded.text:
        return decoded
    return replace(decoded, text=clean(_ESCAPED.sub(_character, decoded.text)))


def _character(match: re.Match[str]) -> str:
    backslashes, code, low = match.groups()
    if backslashes or int(code, 16) < 0xA0:
        return match.group()
    first = int(code, 16)
    if low and 0xD800 <= first < 0xDC00:
        return chr(0x10000 + ((first - 0xD800) << 10) + int(low, 16) - 0xDC00)
    return chr(first) + (chr(int(low, 16)) if low else "")


def _with_plain_words(extracted: Extracted) -> Extracted:
    """Put the words without backslashes beside a text that has some, so that they are found."""
    segment = extracted.segment
    if "\\" not in segment.text:
        return extracted
    plain = _SHORT_ESCAPE.sub(lambda m: _SHORT.get(m.group(1), m.group(1)), segment.text)
    return Extracted(replace(segment, context="\n".join(filter(None, (plain, segment.context)))))


@dataclass
class _Open:
    """A record or list whose end has not come yet.

    Attributes:
        start: Where it begins, its key included.
        name: Its key, or its number in a list.
        keyed: True for a record.
        waiting: Small members that may yet be part of a small whole.
        count: How many members came.
        key: Name and start of the member that is being read.
        label: What the record is called by one of its members.
    """

    start: int
    name: str
    keyed: bool
    waiting: list[Block] = field(default_factory=list)
    count: int = 0
    key: tuple[str, int] | None = None
    label: str = ""


class _Walk:
    """Walks over the tokens once."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._stack = [_Open(0, "", keyed=False)]
        self._large = 1  # so many of the stack are too large to be one segment
        self._skipped = 0
        self._cut_off = False

    def blocks(self) -> Iterator[Block]:
        """Yield records, or the members of those that are too large, in order."""
        tokens = _TOKEN.finditer(self._text)
        for token in tokens:
            mark = token["mark"]
            if mark in ("{", "["):
                self._enter(token.start(), keyed=mark == "{")
            elif mark in ("}", "]"):
                yield from self._leave(token.end())
            elif mark is None and not self._is_key(token):
                yield from self._value(token)
        self._cut_off = len(self._stack) > 1
        for index in range(self._large, len(self._stack)):
            yield from self._stack[index].waiting

    def problems(self) -> Iterator[Problem]:
        """Yield what the walk could not take in."""
        if self._cut_off:
            yield Problem(
                "TRUNCATED",
                "The JSON ends before its last bracket is closed; what was there has been read.",
                "Copy or export the file again.",
            )
        if self._skipped:
            yield Problem(
                "PART_UNSUPPORTED",
                f"{self._skipped} values are files written out as text (base64); "
                "they were not read.",
                "Save them as files of their own if they matter.",
            )

    def _is_key(self, token: re.Match[str]) -> bool:
        """True when a string is the name of the member that follows."""
        top = self._stack[-1]
        if not top.keyed or top.key is not None or token["string"] is None:
            return False
        top.key = (token["string"][:_LABEL_CHARS], token.start())
        return True

    def _member(self, start: int) -> tuple[str, int]:
        """Return the name of the member that begins, and where its key begins."""
        top = self._stack[-1]
        number = f"[{top.count}]" if top.count or len(self._stack) > 1 else ""
        name, first = top.key or (number, start)
        top.key, top.count = None, top.count + 1
        return name, first

    def _enter(self, start: int, *, keyed: bool) -> None:
        name, first = self._member(start)
        self._stack.append(_Open(first, name, keyed))

    def _leave(self, end: int) -> Iterator[Block]:
        if len(self._stack) == 1:
            return  # a bracket that nothing opened
        index = len(self._stack) - 1
        done = self._stack.pop()
        if index < self._large:
            self._large = index
        else:
            yield from self._found(done.start, end, "code")

    def _value(self, token: re.Match[str]) -> Iterator[Block]:
        top, string = self._stack[-1], token["string"]
        name, first = self._member(token.start())
        if string is None or weight(string[: int(LIMIT)]) < _LONG_STRING:
            if string and not top.label and name.lower() in _LABELS:
                top.label = string[:_LABEL_CHARS]
            yield from self._found(first, token.end(), "code")
        elif _BINARY.match(string):
            self._skipped += 1
            yield from self._grown(token.end())
        else:
            yield from self._found(*token.span("string"), "prose", name)

    def _found(self, start: int, end: int, kind: Kind, name: str = "") -> Iterator[Block]:
        """Take a value; small ones wait for the end of their record."""
        yield from self._grown(end)
        if len(self._stack) <= self._large:
            yield Block(start, end, self._path(len(self._stack), name), kind)
        else:
            self._stack[-1].waiting.append(Block(start, end, name, kind))

    def _grown(self, end: int) -> Iterator[Block]:
        """Let go of what waits in records that have become too large for one segment."""
        while self._large < len(self._stack) and self._exceeds(self._stack[self._large], end):
            self._large += 1
            for block in self._stack[self._large - 1].waiting:
                yield replace(block, heading=self._path(self._large, block.heading))
            self._stack[self._large - 1].waiting.clear()

    def _exceeds(self, record: _Open, end: int) -> bool:
        length = end - record.start
        if length * WIDE <= LIMIT:
            return False
        return length > LIMIT or weight(self._text[record.start : end]) > LIMIT

    def _path(self, depth: int, name: str) -> str:
        """Return the names from the outermost record that has one to a member."""
        names = []
        for record in self._stack[max(1, depth - _DEEPEST_PATH) : depth]:
            names.append(f"{record.name} {record.label}".strip() if record.label else record.name)
        return SEPARATOR.join(filter(None, (*names, name)))
