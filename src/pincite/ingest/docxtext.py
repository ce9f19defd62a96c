"""The words of Word paragraphs and tables, as a reader sees them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pincite.ingest.opc import q

_MOST_COLUMNS = 64
_SHOWN = {
    q("w:tab"): "\t",
    q("w:ptab"): "\t",
    q("w:br"): "\n",
    q("w:cr"): "\n",
    q("w:noBreakHyphen"): "-",
}
_TEXT = (q("w:t"), q("m:t"))
_UNSEEN = (
    q("w:del"),
    q("w:moveFrom"),
    q("w:txbxContent"),
    q("w:pPr"),
    q("w:rPr"),
    q("mc:Fallback"),
)
_WRAPPERS = {
    q(name)
    for name in (
        "w:sdt",
        "w:sdtContent",
        "w:ins",
        "w:moveTo",
        "w:smartTag",
        "w:customXml",
        "mc:AlternateContent",
        "mc:Choice",
    )
}


def words_of(element: Any) -> str:
    """Return the text of an element: what is inserted, not what is deleted, no text boxes."""
    return "".join(_parts(element)).strip()


def _parts(element: Any) -> Iterator[str]:
    for child in element:
        tag = child.tag
        if tag in _TEXT:
            yield child.text or ""
        elif tag in _SHOWN:
            if child.get(q("w:type")) not in ("page", "column"):
                yield _SHOWN[tag]
        elif tag not in _UNSEEN:
            yield from _parts(child)


def lines_of(holder: Any) -> str:
    """Return the paragraphs of a text box, note or cell, one a line, those of tables in it too."""
    return "\n".join(filter(None, map(words_of, paragraphs_of(holder))))


def paragraphs_of(holder: Any) -> Iterator[Any]:
    """Yield the paragraphs in an element, not those of text boxes in them."""
    for child in holder:
        if child.tag == q("w:p"):
            yield child
        elif child.tag not in _UNSEEN:
            yield from paragraphs_of(child)


def inner(element: Any) -> Iterator[Any]:
    """Yield the paragraphs and tables of a body in order, those in content controls too."""
    for child in element:
        if child.tag in (q("w:p"), q("w:tbl")):
            yield child
        elif child.tag in _WRAPPERS:
            yield from inner(child)


def table_rows(table: Any) -> list[list[str | None]]:
    """Return the cells of a table; None goes on from the cell above."""
    return [_cells(row) for row in _wrapped(table, q("w:tr"))]


def _cells(row: Any) -> list[str | None]:
    """Return the words of each column; a cell spread over columns speaks in its first."""
    words: list[str | None] = [""] * _skipped(row)
    for cell in _wrapped(row, q("w:tc")):
        properties = cell.find(q("w:tcPr"))
        merge = None if properties is None else properties.find(q("w:vMerge"))
        continues = merge is not None and merge.get(q("w:val"), "continue") == "continue"
        words.append(" ".join(lines_of(cell).split()) or (None if continues else ""))
        words += [""] * (_number(properties, "w:gridSpan", 1) - 1)
    return words


def _skipped(row: Any) -> int:
    """Return how many columns a row leaves out before its first cell."""
    return _number(row.find(q("w:trPr")), "w:gridBefore", 0)


def _number(properties: Any, name: str, otherwise: int) -> int:
    element = None if properties is None else properties.find(q(name))
    value = "" if element is None else element.get(q("w:val"), "")
    return min(int(value), _MOST_COLUMNS) if value.isdecimal() else otherwise


def _wrapped(element: Any, tag: str) -> Iterator[Any]:
    """Yield the children of a kind, those in content controls and insertions too."""
    for child in element:
        if child.tag == tag:
            yield child
        elif child.tag in _WRAPPERS:
            yield from _wrapped(child, tag)
