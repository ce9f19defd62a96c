"""Looking up segments by words and by vectors."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa
from lance.query import MultiMatchQuery

from pincite.errors import SpaceMismatch, StoreError, UsageError
from pincite.store.engine import explained
from pincite.store.metrics import Metric, Ranked, check_metric, query_lengths, scored
from pincite.store.schema import FILTER_COLUMNS, SEARCH_TAGS
from pincite.store.searchable import searchable_query
from pincite.store.vector_index import REFINE, probes
from pincite.store.view import View
from pincite.types import Vectors

T = TypeVar("T")

WORD_COLUMNS = {"search_text": 1.0, "search_context": 0.3}
"""What is looked up, and how much a match in it counts; the best of them decides."""

INDEXED_COLUMNS = (*WORD_COLUMNS, SEARCH_TAGS)
"""What has an index of words. Tags are asked on their own, so that they count once."""

NEARLY_ALL = 0.9
"""A filter that keeps this share of the segments is none as far as the index is concerned."""

_QUOTED = re.compile(r"'(?:[^']|'')*'|\"[^\"]*\"|`[^`]*`")


def lexical(view: View, text: str, k: int, where: str) -> Ranked:
    """Return (segment id, BM25) of the segments that share words with `text`, best first."""
    return _by_words(view, text, k, where, WORD_COLUMNS)


def tagged(view: View, text: str, k: int, where: str) -> Ranked:
    """Return (segment id, BM25) of the segments whose tags share words with `text`, best first."""
    return _by_words(view, text, k, where, {SEARCH_TAGS: 1.0})


def _by_words(view: View, text: str, k: int, where: str, weights: Mapping[str, float]) -> Ranked:
    count = _limit(view, k)
    words = searchable_query(text)
    known = {n: weight for n, weight in weights.items() if n in view.segments.schema.names}
    if not words.strip() or not count or not known:
        return _nothing(view, where)
    query = MultiMatchQuery(words, list(known), boosts=list(known.values()))
    found = _run(view, where, columns=["id", "_score"], full_text_query=query, limit=count)
    return _ranked(zip(found["id"].to_pylist(), found["_score"].to_pylist(), strict=True))


def nearest(
    view: View,
    space: str,
    vectors: Vectors,
    k: int,
    where: str,
    *,
    metric: Metric = "cosine",
    exact: bool = False,
) -> list[Ranked]:
    """Return for each vector of (m, d) the segments nearest to it in `space`, best first.

    Args:
        view: What is searched.
        space: The vector space.
        vectors: (m, d) query vectors; they need not be of unit length, those stored are.
        k: How many segments each.
        where: An SQL expression that confines the search, "" for none.
        metric: What the scores are. Unit vectors rank alike by all three.
        exact: Compare all vectors, also where there is an index.

    Raises:
        SpaceMismatch: The knowledge base holds vectors, but none of this space or width.
        UsageError: A query cannot be compared, or `k`, `where` or `metric` is not valid.
    """
    count = _limit(view, k)
    queries = np.atleast_2d(np.asarray(vectors, dtype=np.float32))
    check_metric(metric)
    if not view.spaces or not count or not len(queries):
        return [_nothing(view, where) for _ in queries]
    column = _column(view, space, queries.shape[1])
    lengths = query_lengths(queries)
    near = {"column": column, "k": count, "metric": "cosine", "q": queries}
    if len(queries) == 1:
        near["q"] = queries[0]
    if exact:
        near["use_index"] = False
    else:
        near |= {"nprobes": _probes(view, where), "refine_factor": REFINE}
    found = _run(view, where, columns=["id", "_distance"], nearest=near)
    ids, cosines = found["id"].to_pylist(), 1.0 - found["_distance"].to_numpy()
    owners = found["query_index"].to_numpy() if len(queries) > 1 else np.zeros(len(ids), int)
    scores = scored(cosines, lengths[owners], metric).tolist()
    rankings: list[Ranked] = [[] for _ in queries]
    for owner, id_, score in zip(owners.tolist(), ids, scores, strict=True):
        rankings[owner].append((id_, score))
    return [_ranked(ranking) for ranking in rankings]


def matching(view: View, where: str) -> pa.Array:
    """Return the ids of the segments that a filter leaves.

    Raises:
        UsageError: It is no expression over the columns.
    """
    return _run(view, where, columns=["id"])["id"].combine_chunks()


def _probes(view: View, where: str) -> int:
    """Return how many partitions are read: all, where a filter may keep only what lies far off."""
    rows = int(view.segments.count_rows())
    if not where.strip() or _count(view, where) >= NEARLY_ALL * rows:
        return probes(rows)
    return rows  # Lance reads as many as there are


def _count(view: View, where: str) -> int:
    return int(_confined(view, where, lambda: view.segments.count_rows(filter=where)))


def _column(view: View, space: str, width: int) -> str:
    field = view.spaces.get(space)
    if field is None:
        raise SpaceMismatch(space, ", ".join(sorted(view.spaces)))
    if field.type.list_size != width:
        raise SpaceMismatch(f"{space} of width {width}", f"{space} of width {field.type.list_size}")
    return str(field.name)


def _limit(view: View, k: int) -> int:
    if k < 1:
        raise UsageError(f"k is how many results are wanted: at least 1, got {k}")
    with explained(view.uri, "counting the segments"):
        return min(k, int(view.segments.count_rows()))


def _nothing(view: View, where: str) -> Ranked:
    """Return no results, yet refuse an expression that would be refused with some."""
    if where:
        _run(view, where, columns=["id"], limit=1)
    return []


def _ranked(pairs: Iterable[tuple[str, float]]) -> Ranked:
    finite = [pair for pair in pairs if math.isfinite(pair[1])]
    return sorted(finite, key=lambda pair: (-pair[1], pair[0]))


def _run(view: View, where: str, **options: Any) -> pa.Table:
    if where.strip():
        options |= {"filter": where, "prefilter": True}
    return _confined(view, where, lambda: view.segments.to_table(**options))


def _confined(view: View, where: str, read: Callable[[], T]) -> T:
    """Return what is read through a filter; one that cannot be used is the caller's mistake."""
    plain = _QUOTED.sub("", where)
    if ";" in plain or "--" in plain:
        raise _wrong_where(where, "it is one expression, without ';' and comments")
    try:
        with explained(view.uri, "searching"):
            return read()
    except StoreError as error:
        cause = str(error.__cause__)
        invalid = r"invalid user input|cast|arrow error|schema error|sql"
        if not where.strip() or not re.search(invalid, cause, re.I):
            raise
        raise _wrong_where(where, cause.split(", /")[0][:300]) from error


def _wrong_where(where: str, why: str) -> UsageError:
    why = re.sub(r"Valid fields are .*", "", " ".join(why.split())).strip()
    why = why.removeprefix("Invalid user input: ").rstrip(". ")
    return UsageError(
        f"the filter {where[:200]!r} cannot be used: {why}. It is an SQL expression over the "
        f"columns {', '.join(FILTER_COLUMNS)}; for instance: page < 10 AND language = 'en'"
    )
