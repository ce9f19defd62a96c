"""Tables written as text (CSV, TSV and their kin) to segments of a few rows, located by cells."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path

from pincite.config import Config
from pincite.ingest import Event
from pincite.ingest.cellpack import CellPacker
from pincite.ingest.decode import read_text
from pincite.ingest.rows import column_names, row_parts
from pincite.ingest.text import no_text
from pincite.types import Asset, Problem, Progress

EXTRACTOR = "csv-1"
MAX_COLUMNS = 16_384
"""As many columns as a spreadsheet program opens."""
_DELIMITERS = ",\t;|"
_SAMPLE_CHARS = 64_000
_HEAD_ROWS = 50
_MOST_LINES = 5_000
"""A row of more lines is taken for a quotation mark that nobody closed."""
_MOST_STRAYS = 20
_PROGRESS_ROWS = 20_000


class CsvParser:
    """Reads tables written as text."""

    def parse(self, path: Path, asset: Asset, config: Config) -> Iterator[Event]:
        """Yield a few rows at a time; the cells of a row read "Header: value"."""
        decoded = read_text(path, config)
        yield from decoded.problems
        text = with_line_feeds(decoded.text)
        rows = read_rows(text, delimiter_of(text))
        head = list(islice(rows, _HEAD_ROWS))
        title, names, first = column_names(head)
        packer = CellPacker(asset, Path(asset.uri).stem, EXTRACTOR, heading=title)
        widest = 0
        for number, row in enumerate(chain(head, rows), start=1):
            widest = max(widest, len(row))
            if number > first:
                parts = row_parts(names, row[:MAX_COLUMNS])
                yield from packer.add([(number, column, words) for column, words in parts])
            if number % _PROGRESS_ROWS == 0:
                yield Progress("row", number, 0)
        yield from packer.flush()
        if packer.ordinal == 0:
            yield no_text()
        if widest > MAX_COLUMNS:
            yield _too_wide(widest)


def _too_wide(columns: int) -> Problem:
    return Problem(
        "LIMIT_REACHED",
        f"A row has {columns} columns; the first {MAX_COLUMNS} of each row were read.",
        "Turn the table round, or split it, so that it has fewer columns.",
    )


# -- reading --------------------------------------------------------------------------------


def with_line_feeds(text: str) -> str:
    r"""Return a text whose lines end in line feeds only.

    A carriage return alone ends the lines of old Mac files; in a file that has line feeds it is a
    stray sign inside a cell and becomes a blank.

    Example:
        >>> with_line_feeds("a,b\r1,2\r"), with_line_feeds("a,b\r\n1,x\ry\r\n")
        ('a,b\n1,2\n', 'a,b\n1,x y\n')
    """
    if "\r" not in text:
        return text
    text = text.replace("\r\n", "\n")
    return text.replace("\r", " " if "\n" in text else "\n")


def delimiter_of(text: str) -> str:
    r"""Return the character that parts a text into the most even columns.

    Example:
        >>> delimiter_of("Year;Revenue\n2020;1,5\n2021;2,5\n")
        ';'
    """
    sample = text[:_SAMPLE_CHARS]
    if len(text) > len(sample) and "\n" in sample:
        sample = sample[: sample.rindex("\n") + 1]
    return max(_DELIMITERS, key=lambda delimiter: _evenness(sample, delimiter))


def _evenness(sample: str, delimiter: str) -> tuple[float, int]:
    rows = islice(read_rows(sample, delimiter), 100)
    widths = Counter(len(row) for row in rows if row)
    several = {width: count for width, count in widths.items() if width > 1}
    if not several:
        return 0.0, 0
    width = max(several, key=lambda w: (several[w], w))
    return several[width] / widths.total(), width


class _Lines:
    """The lines of a text, handed out until one row has taken too many."""

    def __init__(self, text: str) -> None:
        self._text, self._at, self._row, self._taken = text, 0, 0, 0
        self.wanted_more = False

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        if self._taken >= _MOST_LINES or self._at >= len(self._text):
            self.wanted_more = self._taken > 0
            raise StopIteration
        start, end = self._at, self._text.find("\n", self._at) + 1
        self._at = end or len(self._text)
        self._taken += 1
        return self._text[start : self._at]

    def begin_row(self) -> None:
        """A row begins here, which `first_line` may come back to."""
        self._row, self._taken = self._at, 0

    def first_line(self) -> str:
        """Return the first line of the row again, and go on after it."""
        self._at, self._taken, self.wanted_more = self._row, 0, False
        return next(self)


def read_rows(text: str, delimiter: str) -> Iterator[list[str]]:
    """Yield the cells of each row; a quotation mark left open spoils only its own line."""
    csv.field_size_limit(2**31 - 1)
    lines, strays = _Lines(text), 0
    reader = csv.reader(lines, delimiter=delimiter)
    while True:
        lines.begin_row()
        row = next(reader, None)
        if row is None:
            return
        if lines.wanted_more:
            strays += 1
            plain = csv.reader([lines.first_line()], delimiter=delimiter, quoting=csv.QUOTE_NONE)
            row = next(plain, [])
            if strays > _MOST_STRAYS:
                reader = csv.reader(lines, delimiter=delimiter, quoting=csv.QUOTE_NONE)
            else:
                reader = csv.reader(lines, delimiter=delimiter)
        yield row
