"""Spreadsheets to segments of a few rows, located by cells; sheets are read as a stream."""

from __future__ import annotations

import datetime
import warnings
import zipfile
from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from pincite.config import Config
from pincite.ingest import Event
from pincite.ingest.cellpack import CellPacker
from pincite.ingest.headings import SEPARATOR
from pincite.ingest.package import check_package, corrupt
from pincite.ingest.rows import column_names, row_parts
from pincite.ingest.text import no_text
from pincite.types import Asset, Problem, Progress

EXTRACTOR = "xlsx-1"
_MOST_COLUMNS = 1_000
_HEAD_ROWS = 50
_PROGRESS_ROWS = 20_000
_READ_ERRORS = (
    InvalidFileException,
    zipfile.BadZipFile,
    KeyError,
    ValueError,
    TypeError,
    AttributeError,
    IndexError,
    SyntaxError,
    OSError,
)

Row = tuple[int, list[str]]
"""(number from 1, cells)"""


class XlsxParser:
    """Reads spreadsheets (.xlsx)."""

    def parse(self, path: Path, asset: Asset, config: Config) -> Iterator[Event]:
        """Yield a few rows at a time; the cells of a row read "Header: value"."""
        yield from check_package(path, config)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # about styles and extensions it does not keep
                values = openpyxl.load_workbook(path, read_only=True, data_only=True)
                formulas = openpyxl.load_workbook(path, read_only=True)
        except _READ_ERRORS as error:
            raise corrupt(error) from error
        ordinal = 0
        for sheet in values.worksheets:
            packer = CellPacker(asset, sheet.title, EXTRACTOR, ordinal)
            try:
                rows = _rows(sheet, formulas[sheet.title])
                for number, event in _table_events(rows, packer, sheet.title):
                    yield event
                    if number % _PROGRESS_ROWS == 0:
                        yield Progress("row", number, sheet.max_row or 0)
            except _READ_ERRORS as error:
                yield Problem(
                    "PART_FAILED",
                    f"Sheet {sheet.title!r} could not be read ({str(error)[:120]}).",
                    "Open the file in a spreadsheet program and save it again.",
                )
            ordinal = packer.ordinal
        values.close()
        formulas.close()
        if not ordinal:
            yield no_text()


def _rows(values: Any, formulas: Any) -> Iterator[Row]:
    """Yield the rows; a formula whose result was never stored shows itself."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pairs = zip(
            values.iter_rows(max_col=_MOST_COLUMNS, values_only=True),
            formulas.iter_rows(max_col=_MOST_COLUMNS, values_only=True),
            strict=False,
        )
        for number, (row, written) in enumerate(pairs, start=1):
            cells = [
                _words(value if value is not None else formula)
                for value, formula in zip(row, written, strict=False)
            ]
            yield number, cells


def _table_events(
    rows: Iterator[Row], packer: CellPacker, sheet: str
) -> Iterator[tuple[int, Event]]:
    """Yield what fills up, with the row reached; each block of rows has names of its own."""
    for block in _blocks(rows):
        head = list(islice(block, _HEAD_ROWS))
        title, names, first = column_names([cells for _, cells in head])
        heading = SEPARATOR.join(filter(None, (sheet, title)))
        for event in packer.under(heading):
            yield head[0][0], event
        for number, cells in chain(head[first:], block):
            parts = [(number, column, words) for column, words in row_parts(names, cells)]
            for event in packer.add(parts):
                yield number, event
        last = head[-1][0]
        for event in packer.flush():
            yield last, event


def _blocks(rows: Iterator[Row]) -> Iterator[Iterator[Row]]:
    """Part rows at empty ones: what follows a gap is another table, with names of its own.

    A lone row above a gap is a title, and stays with the table below it.
    """
    pending = next(rows, None)
    titles: list[Row] = []

    def block(first: Row) -> Iterator[Row]:
        nonlocal pending
        yield first
        for row in rows:
            if not any(row[1]):
                pending = next((later for later in rows if any(later[1])), None)
                return
            yield row
        pending = None

    while pending is not None:
        first = pending
        if not any(first[1]):
            pending = next((later for later in rows if any(later[1])), None)
            continue
        current = block(first)
        start = list(islice(current, 2))
        if len(start) == 1 and sum(map(bool, start[0][1])) == 1 and pending is not None:
            titles.append(start[0])
            continue
        yield chain([*titles, *start], current)
        for _ in current:  # what the reader left
            pass
        titles = []
    if titles:
        yield iter(titles)


def _words(value: object) -> str:
    """Return a cell as a person reads it."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case float():
            return f"{value:.10g}"
        case datetime.datetime() if value.time() == datetime.time():
            return value.date().isoformat()
        case datetime.datetime():
            return value.isoformat(" ", "minutes")
        case datetime.date() | datetime.time():
            return value.isoformat()
    return " ".join(str(value).split())
