"""Tables of documents and slides, whose cells may be merged downwards, to words row by row."""

from __future__ import annotations

from collections.abc import Sequence

from pincite.ingest.rows import column_names, row_parts

Row = Sequence[str | None]
"""The cells of a row; None goes on from the cell above."""


def table_parts(rows: Sequence[Row]) -> tuple[str, list[tuple[int, list[tuple[int, str]]]]]:
    """Return the title of a table, and (index, (column from 1, words) of each cell) of its rows.

    A cell that is merged downwards speaks in each of its rows; a name of a column does not.

    Example:
        >>> title, rows = table_parts([["Site", "Pump"], ["North", "P1"], [None, "P2"]])
        >>> rows[1]
        (2, [(1, 'Site: North'), (2, 'Pump: P2')])
    """
    title, names, first = column_names([[cell or "" for cell in row] for row in rows])
    found, above = [], list[str]()
    for index, row in enumerate(rows[first:], start=first):
        above = [
            (above[column] if column < len(above) else "") if cell is None else cell
            for column, cell in enumerate(row)
        ]
        if parts := row_parts(names, above):
            found.append((index, parts))
    return title, found
