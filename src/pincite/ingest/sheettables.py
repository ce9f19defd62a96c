"""The tables of a sheet: where one ends, what its columns are called, what stands above it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice

from pincite.ingest.rows import column_names, row_parts
from pincite.ingest.workbook import Row

_HEAD_ROWS = 50
_TITLE_ROWS = 3
_NAME_CHARS = 60

Part = tuple[int, int, str]
"""(row, column, words)"""
Merge = tuple[int, int, int, int]
"""(column, row, last column, last row)"""


@dataclass(frozen=True, slots=True)
class Table:
    """A block of rows.

    Attributes:
        title: The words above it.
        rows: The parts of each of its rows, to be taken once.
    """

    title: str
    rows: Iterator[list[Part]]


def tables(rows: Iterator[Row], merges: Sequence[Merge] = ()) -> Iterator[Table]:
    """Yield the tables of a sheet, parted by empty rows; take all rows of one before the next."""
    above: list[Row] = []
    top = True
    blocks = _Blocks(rows)
    for block in blocks:
        head = list(islice(block, _HEAD_ROWS))
        waits = len(head) <= _TITLE_ROWS and blocks.more and _only_title(above)
        if waits and _stands_above(head, top=top):
            above += head
            continue
        yield from _titled(above, head, block, merges)
        above, top = [], False
    if above:
        yield Table("", ([(n, c, w) for c, w in cells.items()] for n, cells in above))


class _Blocks:
    """Rows parted where one is empty; `more` tells whether another block follows."""

    def __init__(self, rows: Iterator[Row]) -> None:
        self._rows = rows
        self._next = next(rows, None)

    @property
    def more(self) -> bool:
        return self._next is not None

    def __iter__(self) -> Iterator[Iterator[Row]]:
        while self._next is not None:
            block = self._block(self._next)
            yield block
            for _ in block:  # what the reader left
                pass

    def _block(self, first: Row) -> Iterator[Row]:
        row: Row | None = first
        while row is not None:
            following = next(self._rows, None)
            if following is None or following[0] > row[0] + 1:
                self._next = following
                yield row
                return
            yield row
            row = following


def _stands_above(head: Sequence[Row], *, top: bool) -> bool:
    """True for rows that say something of the next block: titles, or names of its columns."""
    if all(len(row) == 1 for _, row in head):
        return top or len(head) == 1 or _is_prose(head)
    return not any(_is_value(words) for _, row in head for words in row.values())


def _is_value(words: str) -> bool:
    return any(letter.isdecimal() for letter in words) and not any(map(str.isalpha, words))


def _is_prose(rows: Sequence[Row]) -> bool:
    """True when lines of words, not a list with a name, stand in one column."""
    first = next(iter(rows[0][1].values()))
    return len(first) > _NAME_CHARS or first.endswith((".", "。", ":", "：")) or first[:1] in "(（*"


def _titled(
    above: list[Row], head: list[Row], rest: Iterator[Row], merges: Sequence[Merge]
) -> Iterator[Table]:
    """Yield a table with the rows above it, as title or as names of its columns."""
    grid = _grid(head)
    own = column_names(grid)
    taken = column_names(_grid([*above, *head])) if above else own
    valued = any(map(_is_value, head[0][1].values()))
    if above and not _only_title(above) and (own[2] or not valued):
        yield from _titled([], above, iter(()), merges)
        above, taken = [], own
    title, names, first = taken if above else own
    rows = [*above, *head][first:] if names else head
    if not names and above:
        title = " ".join(words for _, row in above for words in row.values())
    if len({column for _, row in rows for column in row}) == 1 and _is_prose(head):
        title, names, rows = title if above else "", [], head
    yield Table(title, _parts(names, chain(rows, rest), merges, rows[0][0] if rows else 0))


def _only_title(above: Sequence[Row]) -> bool:
    return all(len(row) == 1 for _, row in above)


def _grid(rows: Sequence[Row]) -> list[list[str]]:
    width = max((max(row) for _, row in rows), default=0)
    return [[row.get(column, "") for column in range(1, width + 1)] for _, row in rows]


def _parts(
    names: list[str], rows: Iterator[Row], merges: Sequence[Merge], first: int
) -> Iterator[list[Part]]:
    """Yield the parts of each row; a cell merged downwards speaks in each of its rows."""
    waiting = [merge for merge in reversed(merges) if merge[1] >= first]
    holding: list[tuple[int, Merge, str]] = []  # last row, merge, words
    for number, row in rows:
        holding = [held for held in holding if held[0] >= number]
        for _, (column, *_), words in holding:
            row.setdefault(column, words)
        while waiting and waiting[-1][1] <= number:
            merge = waiting.pop()
            if merge[1] == number and (words := row.get(merge[0], "")):
                holding.append((merge[3], merge, words))
        cells = [row.get(column, "") for column in range(1, max(row) + 1)]
        yield [(number, column, words) for column, words in row_parts(names, cells)]
