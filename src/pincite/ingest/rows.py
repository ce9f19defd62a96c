"""Rows of a table as words that a question finds: "Header: value; Header: value"."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

_NUMBER = re.compile(r"[-+(]?[$€£¥￥]?\s*\d[\d\s.,:/-]*\s*[%)]?(?:[A-Za-z]{1,3})?")
_YEAR = re.compile(r"(?:(?:FY|Q[1-4])?\s*(?:19|20)\d\d|Q[1-4]).{0,3}")
_LOOK_ROWS = 6
_MAX_NAME = 120


def header_index(rows: Sequence[Sequence[str]]) -> int | None:
    """Return which of the first rows names the columns, or None when none does.

    Rows above it hold the title of the table: fewer cells are filled than in most rows.

    Example:
        >>> header_index([["Cups", ""], ["Team", "Wins"], ["Maple Leafs", "13"]])
        1
        >>> header_index([["3", "4"], ["5", "6"]]) is None
        True
    """
    filled = [sum(1 for cell in row if cell.strip()) for row in rows]
    counts = Counter(count for count in filled if count)
    usual = max(counts, key=lambda count: (counts[count], count), default=0)
    for index, row in enumerate(rows[:_LOOK_ROWS]):
        if filled[index] and filled[index] >= max(usual * 0.6, min(2, usual)):
            return index if _names_columns(row) and len(rows) > index + 1 else None
    return None


def column_names(rows: Sequence[Sequence[str]]) -> tuple[str, list[str], int]:
    """Return the title above a table, the names of its columns and the index of its first row.

    A second row of names under the first, as below merged cells, is joined to it.

    Example:
        >>> column_names([["Kind", "Result", ""], ["", "Hits", "Time"], ["Blind", "3", "9 s"]])
        ('', ['Kind', 'Result Hits', 'Result Time'], 2)
    """
    index = header_index(rows)
    if index is None:
        return "", [], 0
    title = " ".join(cell.strip() for row in rows[:index] for cell in row if cell.strip())
    names = [cell.strip() for cell in rows[index]]
    below = rows[index + 1]
    if len(rows) > index + 2 and _continues(names, below):
        joined = list(names)
        for column, cell in enumerate(below):
            if cell.strip():
                above = next((name for name in reversed(names[: column + 1]) if name), "")
                joined[column] = f"{above} {cell.strip()}"
        return title, joined, index + 2
    return title, names, index + 1


def _continues(names: Sequence[str], below: Sequence[str]) -> bool:
    """True when a row names columns that the row above left open, and nothing else."""
    filled = [column for column, cell in enumerate(below) if cell.strip()]
    opens = any(column < len(names) and not names[column] for column in filled)
    return (
        opens
        and len(below) <= len(names)
        and bool(names[0])
        and 0 not in filled
        and (_names_columns(below))
    )


def _names_columns(row: Sequence[str]) -> bool:
    """True when cells are short, differ, and none is a value (a year may stand as a name)."""
    cells = [cell.strip() for cell in row if cell.strip()]
    short = all(len(cell) <= _MAX_NAME for cell in cells)
    values = [cell for cell in cells if _NUMBER.fullmatch(cell) and not _YEAR.fullmatch(cell)]
    return short and len(set(cells)) > len(cells) / 2 and not values


def row_parts(names: Sequence[str], cells: Sequence[str]) -> list[tuple[int, str]]:
    """Return (column from 1, words) of each cell that holds something.

    Example:
        >>> row_parts(["Team", "Wins"], ["Maple Leafs", "13"])
        [(1, 'Team: Maple Leafs'), (2, 'Wins: 13')]
    """
    parts = []
    for column, cell in enumerate(cells, start=1):
        if value := cell.strip():
            name = names[column - 1].strip().rstrip(":：") if column <= len(names) else ""
            parts.append((column, f"{' '.join(name.split())}: {value}" if name else value))
    return parts
