"""Spreadsheets to segments of a few rows, located by cells; sheets are read as a stream.

Hidden sheets are read like the others, and the heading says that they are hidden.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pincite.config import Config
from pincite.ingest import Event
from pincite.ingest.cellpack import CellPacker
from pincite.ingest.embedded import PictureReader
from pincite.ingest.headings import SEPARATOR
from pincite.ingest.opc import Package
from pincite.ingest.package import READ_ERRORS, check_package, corrupt, part_failed
from pincite.ingest.sheetextras import note_parts, pictures
from pincite.ingest.sheettables import tables
from pincite.ingest.text import no_text
from pincite.ingest.workbook import Sheet, Workbook
from pincite.types import Asset, Extracted, Progress

EXTRACTOR = "xlsx-2"
_PROGRESS_ROWS = 20_000


class XlsxParser:
    """Reads spreadsheets (.xlsx)."""

    def parse(self, path: Path, asset: Asset, config: Config) -> Iterator[Event]:
        """Yield a few rows at a time; the cells of a row read "Header: value"."""
        yield from check_package(path, config)
        reader = PictureReader(asset, config, EXTRACTOR)
        ordinal = 0
        try:
            with Package(path) as package:
                book = Workbook.open(package)
                for sheet in book.sheets:
                    packer = CellPacker(asset, sheet.name, EXTRACTOR, ordinal)
                    try:
                        yield from _sheet_events(book, sheet, packer, reader)
                    except READ_ERRORS as error:
                        yield from packer.flush()
                        yield part_failed(f"Sheet {sheet.name!r}", error)
                    ordinal = packer.ordinal
        except READ_ERRORS as error:
            raise corrupt(error) from error
        if not ordinal:
            yield no_text()


def _sheet_events(
    book: Workbook, sheet: Sheet, packer: CellPacker, reader: PictureReader
) -> Iterator[Event]:
    """Yield the tables of a sheet, its notes, then its pictures."""
    name = f"{sheet.name} (hidden sheet)" if sheet.hidden else sheet.name
    told = 0
    for table in tables(book.rows(sheet), book.merges(sheet)):
        yield from packer.under(SEPARATOR.join(filter(None, (name, table.title))))
        for parts in table.rows:
            yield from packer.add(parts)
            if parts[-1][0] >= told + _PROGRESS_ROWS:
                told = parts[-1][0]
                yield Progress("row", told, 0)
        yield from packer.flush()
    yield from packer.under(SEPARATOR.join((name, "Notes")))
    for part in note_parts(book.package, sheet):
        yield from packer.add([part])
    yield from packer.flush()
    for picture in pictures(book.package, sheet, name):
        for event in reader.events(picture, packer.ordinal):
            packer.ordinal += isinstance(event, Extracted)
            yield event
