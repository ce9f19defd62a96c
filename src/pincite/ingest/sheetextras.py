"""What lies on a sheet beside its cells: notes of people, text boxes, charts and pictures."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pincite.ingest.charts import drawn_text
from pincite.ingest.embedded import Embedded, crop_of, described
from pincite.ingest.opc import Package, q
from pincite.ingest.workbook import MOST_COLUMNS, MOST_ROWS, Sheet
from pincite.types import Cells, cell_corners, cell_range

_NOTES = ("comments", "threadedComment")


def note_parts(package: Package, sheet: Sheet) -> Iterator[tuple[int, int, str]]:
    """Yield (row, column, words) of the notes and text boxes of a sheet."""
    for part in package.related(sheet.part, *_NOTES):
        for note in package.xml(part).iter("{*}comment", "{*}threadedComment"):
            words = " ".join("".join(t.text or "" for t in note.iter("{*}t", "{*}text")).split())
            (column, row), _ = cell_corners(note.get("ref", "A1"))
            if words:
                yield row, column, words
    for part in package.related(sheet.part, "drawing"):
        for anchor in package.xml(part):
            words = drawn_text(anchor)
            if words:
                column, row = _corner(anchor, "xdr:from")
                yield row, column, words


def pictures(package: Package, sheet: Sheet, heading: str) -> Iterator[Embedded]:
    """Yield the pictures that lie on a sheet, located by the cells they cover."""
    for part in package.related(sheet.part, "drawing"):
        relations = package.relations(part)
        for blip in package.xml(part).iter(q("a:blip")):
            relation = relations.get(blip.get(q("r:embed"), ""))
            if relation is None or relation.external:
                continue
            anchor = next(holder for holder in blip.iterancestors() if _is_anchor(holder))
            properties = next(anchor.iter(q("xdr:cNvPr")), None)
            name = "A picture" if properties is None else properties.get("name", "A picture")
            yield Embedded(
                package.data(relation.target),
                f"{name} on sheet {sheet.name!r}",
                Cells(sheet.name, _range(anchor)),
                "" if properties is None else described(properties.get("descr", "")),
                heading,
                crop=crop_of(blip, q("a:srcRect")),
            )


def _is_anchor(element: Any) -> bool:
    return str(element.tag).endswith(("Anchor", "}wsDr"))


def _range(anchor: Any) -> str:
    column, row = _corner(anchor, "xdr:from")
    last_column, last_row = _corner(anchor, "xdr:to")
    return cell_range(column, row, max(column, last_column), max(row, last_row))


def _corner(anchor: Any, name: str) -> tuple[int, int]:
    """Return (column, row) from 1 of a corner of a drawing; the first cell when it has none."""
    place = anchor.find(q(name))
    if place is None:
        return 1, 1
    column, row = (place.findtext(q(part), "0").strip() for part in ("xdr:col", "xdr:row"))
    column_number = int(column) if column.isdecimal() else 0
    row_number = int(row) if row.isdecimal() else 0
    return min(column_number, MOST_COLUMNS - 1) + 1, min(row_number, MOST_ROWS - 1) + 1
