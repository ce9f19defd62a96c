"""Many queries at once.

Their vectors are made in one batch an encoder and looked up in one pass over the table; what is
left of each query is done by several threads, unless a model has to look at each query alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np

from pincite.retrieve.asked import Asked, encoded
from pincite.retrieve.channels import Nearest
from pincite.retrieve.filters import to_sql
from pincite.retrieve.search import Found, Searcher, depth_for
from pincite.store.late import is_late
from pincite.types import Query, Vectors

AT_ONCE = 256
"""Queries that are encoded and looked up together."""

Ranked = Sequence[tuple[str, float]]
NearestMany = Callable[[str, Vectors, int, str], Sequence[Ranked]]
"""(space, vectors (m, d), k, where) to (segment id, cosine) of each vector, best first."""


def search_many(
    searcher: Searcher, queries: Sequence[Query], k: int, nearest: NearestMany, threads: int
) -> Iterator[Found]:
    """Yield for each query what `searcher.search` returns, in order.

    Args:
        searcher: Searches one knowledge base.
        queries: What is looked for.
        k: Hits of each.
        nearest: Looks up many vectors.
        threads: How many queries are worked on at a time where that takes no model: not every
            one may be used by two threads.

    Raises:
        UsageError: One of them cannot be asked.
    """
    with ThreadPoolExecutor(threads if _without_models(searcher, queries) else 1) as pool:
        for start in range(0, len(queries), AT_ONCE):
            asked = [Asked.of(query) for query in queries[start : start + AT_ONCE]]
            asked, ahead = _looked_up(searcher, asked, depth_for(k), nearest)
            ready = replace(searcher, nearest=ahead)
            yield from pool.map(ready.search_asked, asked, [k] * len(asked))


def _without_models(searcher: Searcher, queries: Sequence[Query]) -> bool:
    """Return whether, once queries have their vectors, no model is needed any more."""
    stored = searcher.store.spaces()
    late = any(is_late(encoder) for encoder in searcher.encoders if encoder.space in stored)
    pushing = any(query.without or min(query.weights.values(), default=0) < 0 for query in queries)
    return searcher.options.reranker is None and not late and not pushing


def _looked_up(
    searcher: Searcher, asked: Sequence[Asked], depth: int, nearest: NearestMany
) -> tuple[list[Asked], Nearest]:
    """Return the queries with their vectors, and what knows the segments nearest to those.

    Looked up beforehand is in the spaces of texts; elsewhere each modality is looked up on its own.
    """
    stored = searcher.store.spaces()
    found: dict[_Key, Ranked] = {}
    for encoder in searcher.encoders:
        if encoder.space not in stored or is_late(encoder):
            continue
        asked = encoded(asked, encoder)
        if encoder.modalities == {"text"}:
            found |= _nearest(encoder.space, asked, depth, nearest)
    return list(asked), _Ahead(found, depth, searcher.nearest or searcher.store.nearest)


_Key = tuple[str, bytes, str]
"""Space, vector and condition."""


def _nearest(
    space: str, asked: Sequence[Asked], depth: int, nearest: NearestMany
) -> dict[_Key, Ranked]:
    """Return what is nearest to each query in a space; those with one filter share a pass."""
    alike: defaultdict[str, list[Vectors]] = defaultdict(list)
    for one in asked:
        if space in one.vectors:
            alike[to_sql(one.query.filters)].append(one.vectors[space])
    return {
        (space, vector.tobytes(), where): ranked
        for where, vectors in alike.items()
        for vector, ranked in zip(
            vectors, nearest(space, np.stack(vectors), depth, where), strict=True
        )
    }


@dataclass(frozen=True, slots=True)
class _Ahead:
    """Looks up vectors, those known beforehand without a search."""

    found: Mapping[_Key, Ranked]
    depth: int
    otherwise: Nearest

    def __call__(self, space: str, vector: Vectors, k: int, where: str) -> Ranked:
        known = self.found.get((space, vector.tobytes(), where)) if k == self.depth else None
        return self.otherwise(space, vector, k, where) if known is None else known
