"""Spreadsheet files as sheets, and sheets as a stream of rows; however long, one row is held."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from lxml import etree

from pincite.ingest.cellformat import format_code, number_words
from pincite.ingest.opc import Package, q
from pincite.ingest.package import READ_ERRORS
from pincite.types import cell_corners

MOST_ROWS, MOST_COLUMNS = 1_048_576, 16_384
_MOST_MERGES = 100_000
_CHUNK = 1 << 20
_MERGE = re.compile(
    rb"mergeCell\b[^<>]{0,200}?\bref\s*=\s*[\"']([A-Z]{1,3}\d{1,7}:[A-Z]{1,3}\d{1,7})[\"']"
)
_PLACE = re.compile(r"([A-Z]{1,3})(\d{1,7})")

Row = tuple[int, dict[int, str]]
"""(number, words by column), both from 1; empty cells are left out."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet of a workbook; `hidden` sheets are not shown by programs."""

    name: str
    part: str
    hidden: bool = False


@dataclass(slots=True)
class _Shared:
    """A formula that several cells share."""

    origin: str
    text: str


@dataclass(slots=True)
class Workbook:
    """What the sheets have in common: strings, formats and the calendar."""

    package: Package
    sheets: list[Sheet] = field(default_factory=list)
    strings: list[str] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)
    from_1904: bool = False

    @classmethod
    def open(cls, package: Package) -> Workbook:
        """Return the workbook of a package.

        Raises:
            ValueError: Its list of sheets or its strings are broken; other errors of
                `READ_ERRORS` likewise.
        """
        main = package.main("xl/workbook.xml")
        root = package.xml(main)
        relations = package.relations(main)
        book = cls(package)
        properties = root.find(q("x:workbookPr"))
        book.from_1904 = properties is not None and properties.get("date1904") in ("1", "true")
        for item in root.iter(q("x:sheet")):
            relation = relations.get(item.get(q("r:id"), ""))
            if relation is not None and relation.kind == "worksheet" and not relation.external:
                hidden = item.get("state", "visible") != "visible"
                book.sheets.append(Sheet(item.get("name", ""), relation.target, hidden))
        for part in package.related(main, "sharedStrings"):
            book.strings = list(_strings(package, part))
        for part in package.related(main, "styles"):
            book.codes = _codes(package, part)
        return book

    def rows(self, sheet: Sheet) -> Iterator[Row]:
        """Yield the rows of a sheet that hold something, in order."""
        number, shared = 0, dict[str, _Shared]()
        for element in _stream(self.package, sheet.part, "row"):
            stated = element.get("r", "")
            number = int(stated) if stated.isdecimal() and len(stated) < 9 else number + 1
            if number > MOST_ROWS:
                raise ValueError(f"row {number} is beyond the last row of any sheet")
            cells = dict(self._cells(element, shared))
            if cells:
                yield number, cells

    def _cells(self, row: Any, shared: dict[str, _Shared]) -> Iterator[tuple[int, str]]:
        column = 0
        for cell in row:
            place = cell.get("r", "")
            match = _PLACE.fullmatch(place)
            column = _column(match[1]) if match else column + 1
            if column <= MOST_COLUMNS and (words := self._words(cell, place, shared)):
                yield column, words

    def _words(self, cell: Any, place: str, shared: dict[str, _Shared]) -> str:
        value = formula = None
        for child in cell:
            tag = child.tag.rpartition("}")[2]
            if tag == "v":
                value = child.text
            elif tag == "f":
                formula = child
            elif tag == "is":
                value = _text(child)
        kind = cell.get("t", "n")
        if formula is not None:
            written = _formula(formula, place, shared)
            if value is None or not value.strip():
                return written
        if value is None:
            return ""
        match kind:
            case "s":
                index = int(value)
                return self.strings[index] if 0 <= index < len(self.strings) else ""
            case "b":
                return "yes" if value.strip() == "1" else "no"
            case "n":
                return number_words(value, self._code(cell), from_1904=self.from_1904)
        return " ".join(value.split())

    def _code(self, cell: Any) -> str:
        style = cell.get("s", "0")
        index = int(style) if style.isdecimal() else 0
        return self.codes[index] if index < len(self.codes) else ""

    def merges(self, sheet: Sheet) -> list[tuple[int, int, int, int]]:
        """Return (column, row, last column, last row) of cells merged over several rows."""
        found: list[tuple[int, int, int, int]] = []
        with self.package.stream(sheet.part) as stream:
            tail = b""
            while chunk := stream.read(_CHUNK):
                window = tail + chunk
                for match in _MERGE.finditer(window):
                    (x0, y0), (x1, y1) = cell_corners(match[1].decode())
                    if y1 > y0 and len(found) < _MOST_MERGES:
                        found.append((x0, y0, x1, y1))
                tail = window[-256:]
        return sorted(set(found), key=lambda merge: merge[1])


@lru_cache(maxsize=MOST_COLUMNS)
def _column(letters: str) -> int:
    return cell_corners(f"{letters}1")[0][0]


def _stream(package: Package, part: str, name: str) -> Iterator[Any]:
    """Yield the elements of a name as they end, each forgotten when the next is asked for."""
    with package.stream(part) as stream:
        events = etree.iterparse(
            stream,
            tag=f"{{*}}{name}",
            resolve_entities=False,
            no_network=True,
            remove_comments=True,
            remove_pis=True,
        )
        for _, element in events:
            yield element
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]


def _strings(package: Package, part: str) -> Iterator[str]:
    for item in _stream(package, part, "si"):
        yield _text(item)


def _text(item: Any) -> str:
    """Return the text of a string; readings printed beside Chinese or Japanese are left out."""
    words = [
        node.text or "" for node in item.iter("{*}t") if not node.getparent().tag.endswith("}rPh")
    ]
    return " ".join("".join(words).split())


def _codes(package: Package, part: str) -> list[str]:
    """Return the number format of each style; none when the list of styles is broken."""
    try:
        root = package.xml(part)
        custom = {
            int(item.get("numFmtId", "")): item.get("formatCode", "")
            for item in root.iter(q("x:numFmt"))
        }
        styles = root.find(q("x:cellXfs"))
        return [
            format_code(int(item.get("numFmtId", "0")), custom)
            for item in (() if styles is None else styles.iter(q("x:xf")))
        ]
    except READ_ERRORS:  # numbers are then written without a format
        return []


def _formula(element: Any, place: str, shared: dict[str, _Shared]) -> str:
    """Return a formula as it is written in its cell."""
    text, group = " ".join((element.text or "").split()), element.get("si")
    if group is not None and text:
        shared[group] = _Shared(place, text)
    if text:
        return f"={text}"
    known = shared.get(group or "")
    return f"={known.text} (as in {known.origin})" if known else ""
