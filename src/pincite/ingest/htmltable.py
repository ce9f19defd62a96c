"""Tables of a page, gathered row by row, and written out as "Header: value" lines.

Old pages lay their text out in tables; such a table (nested, one column, or with long cells)
is read as the text it holds.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from pincite.ingest.rows import column_names, row_parts

_MOST_SPAN = 50
_LONG_CELL = 400
MOST_ROWS = 500
"""A longer table is written out in parts of so many rows."""


@dataclass
class Cell:
    """One cell: its paragraphs, and how many columns and rows it spans."""

    header: bool
    columns: int
    rows: int
    texts: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The words of the cell on one line."""
        return " ".join(self.texts)


@dataclass
class Table:
    """A table that is being read; `names` is known once a first part was written."""

    rows: list[list[Cell]] = field(default_factory=list)
    nested: bool = False
    names: list[str] | None = None

    def begin_row(self) -> None:
        """A row begins."""
        self.rows.append([])

    def begin_cell(self, *, header: bool, columns: str, rows: str) -> Cell:
        """Return the cell that begins; spans that are no number count 1."""
        cell = Cell(header, _span(columns), _span(rows))
        if not self.rows:
            self.begin_row()
        self.rows[-1].append(cell)
        return cell

    @property
    def is_layout(self) -> bool:
        """True when the table only places text on the page."""
        if self.names is not None:
            return False
        cells = [cell for row in self.rows for cell in row if cell.texts]
        if any(cell.header for cell in cells):
            return self.nested
        widest = max((sum(1 for cell in row if cell.texts) for row in self.rows), default=0)
        long = any(len(cell.text) > _LONG_CELL for cell in cells)
        return self.nested or widest < 2 or len(self.rows) < 2 or long

    def texts(self) -> list[str]:
        """Return the paragraphs of all cells in order."""
        return [text for row in self.rows for cell in row for text in cell.texts]

    def lines(self) -> list[str]:
        """Return one line a row and forget the rows; the names of the columns are kept."""
        grid = _grid(self.rows)
        if self.names is None:
            self.names, title, first = self._named(grid)
        else:
            title, first = "", 0
        lines = [title] if title else []
        for row, cells in zip(grid[first:], self.rows[first:], strict=True):
            names = self.names
            if cells and cells[0].header and len(row) > 1:
                names = ["", *names[1:]]
            line = "; ".join(words for _, words in row_parts(names, row))
            if line:
                lines.append(line)
        self.rows = []
        return lines

    def _named(self, grid: list[list[str]]) -> tuple[list[str], str, int]:
        """Return the names of the columns, a title above them, and the index of the first row."""
        heads = 0
        for row in self.rows:
            if not all(cell.header for cell in row) or not row:
                break
            heads += 1
        if 0 < heads < len(grid):
            width = max(map(len, grid[:heads]))
            columns = [[row[i] for row in grid[:heads] if i < len(row)] for i in range(width)]
            return [" ".join(dict.fromkeys(filter(None, c))) for c in columns], "", heads
        if any(cell.header for row in self.rows for cell in row):
            return [], "", 0
        title, names, first = column_names(grid)
        return names, title, first


def _grid(rows: list[list[Cell]]) -> list[list[str]]:
    """Return the words by row and column; a cell that spans several stands in the first row."""
    grid: list[list[str]] = []
    below: dict[int, tuple[str, int]] = {}  # column: words of a cell above, rows still to come
    for row in rows:
        line: list[str] = []
        cells = iter(row)
        cell = next(cells, None)
        while cell is not None or len(line) in below:
            column = len(line)
            if column in below:
                words, left = below.pop(column)
                line.append(words)
                if left > 1:
                    below[column] = (words, left - 1)
            elif cell is not None:
                for repeat in range(cell.columns):
                    shown = cell.text if repeat == 0 or cell.header else ""
                    line.append(shown)
                    if cell.rows > 1:
                        below[column + repeat] = (shown, cell.rows - 1)
                cell = next(cells, None)
        grid.append(line)
    return grid


def _span(value: str) -> int:
    return (
        min(int(value), _MOST_SPAN) if value.isascii() and value.isdigit() and value != "0" else 1
    )
