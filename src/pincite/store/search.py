"""Looking up segments by words and by vectors."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
from lance.query import MultiMatchQuery

from pincite.errors import SpaceMismatch, StoreError, UsageError
from pincite.store.engine import explained
from pincite.store.schema import FILTER_COLUMNS, SEARCH_TAGS
from pincite.store.searchable import searchable_query
from pincite.store.view import View
from pincite.types import Vectors

WORD_COLUMNS = {"search_text": 1.0, "search_context": 0.3, SEARCH_TAGS: 0.5}
"""What is looked up, and how much a match in it counts; the best of them decides."""

PROBES, REFINE = 40, 5
"""Partitions of the vector index that are read, and how many candidates are compared exactly."""

_QUOTED = re.compile(r"'(?:[^']|'')*'|\"[^\"]*\"|`[^`]*`")


def lexical(view: View, text: str, k: int, where: str) -> list[tuple[str, float]]:
    """Return (segment id, BM25) of the segments that share words with `text`, best first."""
    return _by_words(view, text, k, where, WORD_COLUMNS)


def tagged(view: View, text: str, k: int, where: str) -> list[tuple[str, float]]:
    """Return (segment id, BM25) of the segments whose tags share words with `text`, best first."""
    return _by_words(view, text, k, where, {SEARCH_TAGS: 1.0})


def _by_words(
    view: View, text: str, k: int, where: str, weights: Mapping[str, float]
) -> list[tuple[str, float]]:
    count = _limit(view, k)
    words = searchable_query(text)
    known = {n: weight for n, weight in weights.items() if n in view.segments.schema.names}
    if not words.strip() or not count or not known:
        return _nothing(view, where)
    query = MultiMatchQuery(words, list(known), boosts=list(known.values()))
    found = _run(view, where, columns=["id", "_score"], full_text_query=query, limit=count)
    return _ranked(found["id"].to_pylist(), found["_score"].to_pylist())


def nearest(view: View, space: str, vector: Vectors, k: int, where: str) -> list[tuple[str, float]]:
    """Return (segment id, cosine) of the segments nearest to a vector of `space`, best first.

    Raises:
        SpaceMismatch: The knowledge base holds vectors, but none of this space or width.
    """
    count = _limit(view, k)
    query = np.asarray(vector, dtype=np.float32).reshape(-1)
    if not view.spaces or not count:
        return _nothing(view, where)
    field = view.spaces.get(space)
    if field is None:
        raise SpaceMismatch(space, ", ".join(sorted(view.spaces)))
    if field.type.list_size != len(query):
        raise SpaceMismatch(
            f"{space} of width {len(query)}", f"{space} of width {field.type.list_size}"
        )
    if not np.isfinite(query).all() or not query.any():
        raise UsageError(
            "the query vector is zero or holds numbers that are not finite; the encoder failed"
        )
    near = {"column": field.name, "q": query, "k": count, "metric": "cosine"}
    near |= {"nprobes": PROBES, "refine_factor": REFINE}
    found = _run(view, where, columns=["id", "_distance"], nearest=near)
    scores = [1.0 - distance for distance in found["_distance"].to_pylist()]
    return _ranked(found["id"].to_pylist(), scores)


def _limit(view: View, k: int) -> int:
    if k < 1:
        raise UsageError(f"k is how many results are wanted: at least 1, got {k}")
    with explained(view.uri, "counting the segments"):
        return min(k, int(view.segments.count_rows()))


def _nothing(view: View, where: str) -> list[tuple[str, float]]:
    """Return no results, yet refuse an expression that would be refused with some."""
    if where:
        _run(view, where, columns=["id"], limit=1)
    return []


def _ranked(ids: list[str], scores: list[float]) -> list[tuple[str, float]]:
    pairs = [(i, float(s)) for i, s in zip(ids, scores, strict=True) if np.isfinite(s)]
    return sorted(pairs, key=lambda pair: (-pair[1], pair[0]))


def _run(view: View, where: str, **options: Any) -> pa.Table:
    if not where.strip():
        with explained(view.uri, "searching"):
            return view.segments.to_table(**options)
    if ";" in _QUOTED.sub("", where) or "--" in _QUOTED.sub("", where):
        raise _wrong_where(where, "it is one expression, without ';' and comments")
    try:
        with explained(view.uri, "searching"):
            return view.segments.to_table(filter=where, prefilter=True, **options)
    except StoreError as error:
        cause = str(error.__cause__)
        if not re.search(r"invalid user input|cast|arrow error|schema error|sql", cause, re.I):
            raise
        raise _wrong_where(where, cause.split(", /")[0][:300]) from error


def _wrong_where(where: str, why: str) -> UsageError:
    why = re.sub(r"Valid fields are .*", "", " ".join(why.split())).strip()
    why = why.removeprefix("Invalid user input: ").rstrip(". ")
    return UsageError(
        f"the filter {where[:200]!r} cannot be used: {why}. It is an SQL expression over the "
        f"columns {', '.join(FILTER_COLUMNS)}; for instance: page < 10 AND language = 'en'"
    )
