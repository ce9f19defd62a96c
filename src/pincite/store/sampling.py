"""A few vectors of a space, to know what is usual there."""

from __future__ import annotations

import numpy as np

from pincite.content import Modality
from pincite.store.engine import explained, one_of, quoted
from pincite.store.view import View
from pincite.types import Vectors


def sample(view: View, space: str, modality: Modality, count: int) -> tuple[list[str], Vectors]:
    """Return (ids, vectors (m, d)) of at most `count` segments of a modality, evenly spread.

    The same table gives the same sample, taken once a version. Segments without a vector of the
    space are left out, so there may be fewer than asked for. The vectors cannot be
    written to (Arrow's own memory).
    """
    key = (space, modality, count)
    found = view.recent_samples.look_up([key], lambda keys: {key: _sample(view, *key)})
    return found[key]


def _sample(view: View, space: str, modality: Modality, count: int) -> tuple[list[str], Vectors]:
    field = view.spaces.get(space)
    if field is None:
        return [], np.empty((0, 0), np.float32)
    with explained(view.uri, "sampling vectors"):
        there = f"modality = {quoted(modality)} AND {field.name} IS NOT NULL"
        ids = sorted(view.segments.to_table(columns=["id"], filter=there)["id"].to_pylist())
        if not ids:
            return [], np.empty((0, field.type.list_size), np.float32)
        places = np.unique(np.linspace(0, len(ids) - 1, min(count, len(ids))).astype(int))
        table = view.segments.to_table(
            columns=["id", field.name],
            filter=one_of("id", [ids[place] for place in places]),
            late_materialization=True,
        ).sort_by("id")
    flat = table[field.name].combine_chunks().flatten().to_numpy(zero_copy_only=False)
    vectors = np.asarray(flat, np.float32).reshape(-1, field.type.list_size)
    return table["id"].to_pylist(), vectors
