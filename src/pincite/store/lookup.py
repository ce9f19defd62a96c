"""Reading rows: segments, their files, what they were encoded to, and the segments of a page."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np
import pyarrow as pa

from pincite.store.engine import explained, one_of
from pincite.store.ledger import table_to_rows
from pincite.store.rows import segment_columns, table_to_segments
from pincite.store.schema import token_columns
from pincite.store.transaction import in_parts
from pincite.store.vectors import values_of
from pincite.store.view import View
from pincite.types import Asset, Segment, Vectors

_LEDGER_COLUMNS = ["asset_id", "record", "digest", "evidence"]
_PAGES_AT_ONCE = 64
"""Segments whose token vectors are read together: a page takes up to half a megabyte."""


def segments(view: View, condition: str) -> dict[str, Segment]:
    """Return the segments that an SQL condition holds for, by id.

    Raises:
        StoreError: One of them is not what was written.
    """
    return table_to_segments(_read(view, segment_columns(view.segments.schema), condition))


def recent_segments(view: View, ids: Collection[str]) -> dict[str, Segment]:
    """Return the segments with these ids, in order; those looked up before are not read again."""
    return view.recent_segments.look_up(
        ids, lambda lacking: segments(view, one_of("id", sorted(lacking)))
    )


def recent_assets(view: View, ids: Collection[str]) -> dict[str, Asset]:
    """Return the assets with these ids, in order; those looked up before are not read again."""

    def read(lacking: list[str]) -> dict[str, Asset]:
        with explained(view.uri, "reading the ledger"):
            condition = one_of("asset_id", sorted(lacking))
            table = view.ledger.to_table(columns=_LEDGER_COLUMNS, filter=condition)
        return {asset_id: row.entry.asset for asset_id, row in table_to_rows(table).items()}

    return view.recent_assets.look_up(ids, read)


def vectors(view: View, space: str, ids: Collection[str]) -> dict[str, Vectors]:
    """Return the vector (d,) of each of these segments that has one in a space."""
    return _values(view, view.spaces.get(space), ids, 1_000)


def recent_vectors(view: View, space: str, ids: Collection[str]) -> dict[str, Vectors]:
    """Return what `vectors` does; those looked up before are not read again.

    They cannot be written to (Arrow's own memory). For the few of a question, not for going
    through a table.
    """
    keys = [(space, id_) for id_ in ids]

    def read(lacking: list[tuple[str, str]]) -> dict[tuple[str, str], Vectors]:
        found = vectors(view, space, [id_ for _, id_ in lacking])
        return {(space, id_): vector for id_, vector in found.items()}

    return {id_: vector for (_, id_), vector in view.recent_vectors.look_up(keys, read).items()}


def tokens(view: View, space: str, ids: Collection[str]) -> dict[str, Vectors]:
    """Return the token vectors (t, d) of each of these segments that has some in a space."""
    return _values(view, token_columns(view.segments.schema).get(space), ids, _PAGES_AT_ONCE)


def _values(
    view: View, field: pa.Field | None, ids: Collection[str], at_once: int
) -> dict[str, Vectors]:
    if field is None:
        return {}
    found: dict[str, Vectors] = {}
    for part in in_parts(sorted(set(ids)), at_once):
        table = _read(view, ["id", field.name], one_of("id", part))
        values = values_of(table[field.name])
        for id_, value in zip(table["id"].to_pylist(), values, strict=True):
            if value is not None:
                found[id_] = np.asarray(value, np.float32)
    return {i: found[i] for i in ids if i in found}


def encoded(view: View) -> dict[str, int]:
    """Return how many segments have a vector in each space."""
    with explained(view.uri, "counting vectors"):
        return {
            space: int(view.segments.count_rows(filter=f"{field.name} IS NOT NULL"))
            for space, field in view.spaces.items()
        }


def pictures(view: View, space: str) -> list[str]:
    """Return the segments of pictures and videos that have a vector in a space, in order."""
    field = view.spaces.get(space)
    if field is None:
        return []
    condition = f"modality IN ('image', 'video') AND {field.name} IS NOT NULL"
    return sorted(_read(view, ["id"], condition)["id"].to_pylist())


def page_mates(view: View, ids: Collection[str]) -> dict[str, list[str]]:
    """Return the other segments on the page of each of these, in reading order."""
    page_of: dict[str, tuple[str, int]] = {}
    for part in in_parts(sorted(set(ids))):
        here = _read(view, ["id", "asset_id", "page"], f"{one_of('id', part)} AND page IS NOT NULL")
        page_of |= {r["id"]: (r["asset_id"], r["page"]) for r in here.to_pylist()}
    on_page = _pages(
        view, {asset for asset, _ in page_of.values()}, {p for _, p in page_of.values()}
    )
    return {i: [m for m in on_page[page_of[i]] if m != i] for i in ids if i in page_of}


def carriers(view: View, asset_ids: Collection[str]) -> frozenset[str]:
    """Return the first segment of each page of these assets."""
    return frozenset(members[0] for members in _pages(view, asset_ids, None).values())


def _pages(
    view: View, assets: Collection[str], pages: Collection[int] | None
) -> dict[tuple[str, int], list[str]]:
    """Return the segments of each page of these assets, in reading order."""
    rows: list[dict[str, Any]] = []
    for part in in_parts(sorted(assets)):
        condition = f"{one_of('asset_id', part)} AND page IS NOT NULL"
        if pages is not None:
            condition += f" AND page IN ({', '.join(map(str, sorted(pages)))})"
        rows += _read(view, ["id", "asset_id", "page", "ordinal"], condition).to_pylist()
    found: dict[tuple[str, int], list[str]] = {}
    for row in sorted(rows, key=lambda r: (r["ordinal"], r["id"])):
        found.setdefault((row["asset_id"], row["page"]), []).append(row["id"])
    return found


def _read(view: View, columns: list[str], condition: str) -> pa.Table:
    with explained(view.uri, "reading segments"):
        return view.segments.to_table(columns=columns, filter=condition, late_materialization=True)
