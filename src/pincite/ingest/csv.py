"""Tables written as text (CSV, TSV and their kin) to segments of a few rows, located by cells."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path

from pincite.config import Config
from pincite.ingest import Event
from pincite.ingest.decode import read_text
from pincite.ingest.headings import SEPARATOR
from pincite.ingest.rows import column_names, row_parts
from pincite.ingest.segment import LIMIT, Block, iter_cuts, weight
from pincite.ingest.text import no_text
from pincite.language import language_of
from pincite.types import (
    Anchor,
    Asset,
    Cells,
    Extracted,
    Progress,
    Segment,
    cell_range,
    segment_id,
)

EXTRACTOR = "csv-1"
_DELIMITERS = ",\t;|"
_SAMPLE_CHARS = 64_000
_HEAD_ROWS = 50
_MOST_LINES = 5_000
"""A row of more lines is taken for a quotation mark that nobody closed."""
_MOST_STRAYS = 20
_PROGRESS_ROWS = 20_000
_BETWEEN = "; "
_LABEL_CHARS = 100
_ROW_END = "\n\n"  # a blank line ends a sentence, so that one row can be quoted

Part = tuple[int, int, str]
"""(row, column, words), rows and columns from 1."""


class CsvParser:
    """Reads tables written as text."""

    def parse(self, path: Path, asset: Asset, config: Config) -> Iterator[Event]:
        """Yield a few rows at a time; the cells of a row read "Header: value"."""
        decoded = read_text(path, config)
        yield from decoded.problems
        rows = read_rows(decoded.text, delimiter_of(decoded.text))
        head = list(islice(rows, _HEAD_ROWS))
        title, names, first = column_names(head)
        packer = _Packer(asset, Path(asset.uri).stem, title)
        for number, row in enumerate(chain(head, rows), start=1):
            if number > first:
                yield from packer.add([(number, c, words) for c, words in row_parts(names, row)])
            if number % _PROGRESS_ROWS == 0:
                yield Progress("row", number, 0)
        yield from packer.flush()
        if packer.ordinal == 0:
            yield no_text()


# -- reading --------------------------------------------------------------------------------


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


# -- segments -------------------------------------------------------------------------------


class _Packer:
    """Gathers rows until a segment is full."""

    def __init__(self, asset: Asset, sheet: str, title: str) -> None:
        self._asset, self._sheet, self._heading = asset, sheet, title
        self._parts: list[Part] = []
        self._weight = 0.0
        self._seen: Counter[Cells] = Counter()
        self.ordinal = 0

    def add(self, parts: list[Part]) -> Iterator[Extracted]:
        """Take one row; yield what became full."""
        size = sum(weight(words) for *_, words in parts) + len(_BETWEEN) * len(parts)
        if self._weight + size > LIMIT:
            yield from self.flush()
        if size <= LIMIT:
            self._parts += parts
            self._weight += size
        elif len(parts) > 1 or weight(parts[0][2]) > LIMIT:
            yield from self._add_long(parts)
        else:
            self._parts = parts
            yield from self.flush()

    def _add_long(self, parts: list[Part]) -> Iterator[Extracted]:
        """Take a row that needs several segments; its first cell says of all what they are of."""
        label = f"{parts[0][2][:_LABEL_CHARS]}"
        above, self._heading = self._heading, SEPARATOR.join(filter(None, (self._heading, label)))
        for row, column, words in parts:
            for cut in iter_cuts(words, [Block(0, len(words))]):
                yield from self.add([(row, column, words[cut.start : cut.end])])
        yield from self.flush()
        self._heading = above

    def flush(self) -> Iterator[Extracted]:
        """Yield what has been gathered, if anything."""
        if not self._parts:
            return
        text, anchors = self._written()
        rows, columns, _ = zip(*self._parts, strict=True)
        place = cell_range(min(columns), min(rows), max(columns), max(rows))
        locator = Cells(self._sheet, place)
        self._seen[locator] += 1
        repeat = f"#{self._seen[locator]}" if self._seen[locator] > 1 else ""
        yield Extracted(
            Segment(
                id=segment_id(self._asset.id, locator, EXTRACTOR + repeat),
                asset_id=self._asset.id,
                modality="text",
                locator=locator,
                text=text,
                heading=self._heading,
                ordinal=self.ordinal,
                anchors=anchors,
                language=language_of(text),
            )
        )
        self._parts, self._weight, self.ordinal = [], 0.0, self.ordinal + 1

    def _written(self) -> tuple[str, tuple[Anchor, ...]]:
        """Return the words of the parts, and where each of them lies."""
        text, anchors, last_row = "", [], 0
        for row, column, words in self._parts:
            if text:
                text += _BETWEEN if row == last_row else _ROW_END
            cell = Cells(self._sheet, cell_range(column, row, column, row))
            anchors.append(Anchor(len(text), len(text) + len(words), cell))
            text, last_row = text + words, row
        return text, tuple(anchors)
