"""One query through all channels to evidence."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from pincite.dates import other_forms
from pincite.encode import Encoder
from pincite.language import language_of
from pincite.retrieve.align import Passage, align
from pincite.retrieve.filters import to_sql
from pincite.retrieve.fuse import WITH_VECTORS, WORDS_ONLY, Features, calibrated, features
from pincite.store.tables import Store
from pincite.types import Asset, Evidence, Hit, Query, Segment

POOL = 50
"""Candidates taken from each channel; fewer lose recall, more only cost time."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a search brought up.

    Attributes:
        query: What was looked for.
        evidence: Segments with their assets, best first; `prior` sums to 1 over the pool.
        warnings: Sentences the user should see.
        timings_ms: Milliseconds by stage.
    """

    query: Query
    evidence: tuple[Evidence, ...]
    warnings: tuple[str, ...] = ()
    timings_ms: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Pool:
    """The candidates of one query.

    Attributes:
        segments: By id.
        assets: By id.
        lexical: BM25 by segment id.
        dense: Cosine by segment id.
        features: What fusion looks at, by segment id.
        timings_ms: Milliseconds by stage.
    """

    segments: Mapping[str, Segment]
    assets: Mapping[str, Asset]
    lexical: Mapping[str, float]
    dense: Mapping[str, float]
    features: Mapping[str, Features]
    timings_ms: Mapping[str, float]

    def channels(self, id: str) -> dict[str, float]:
        """Return the score of each channel that brought a segment up."""
        found = {"lexical": self.lexical.get(id), "dense": self.dense.get(id)}
        return {name: value for name, value in found.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Searcher:
    """Searches one knowledge base.

    Attributes:
        store: The knowledge base.
        encoder: Encoder of its vectors, or None: words alone decide.
    """

    store: Store
    encoder: Encoder | None = None

    def search(self, query: Query, k: int) -> Found:
        """Return the `k` best segments; equal scores fall to the smaller id.

        Raises:
            UsageError: A filter is not valid.
        """
        pool = self.candidates(query, max(POOL, k))
        clock = _Clock()
        shares = calibrated(pool.features, WITH_VECTORS if pool.dense else WORDS_ONLY)
        best = sorted(shares.items(), key=lambda item: (-item[1], item[0]))[:k]
        evidence = tuple(
            Evidence(
                hit=Hit(id, share, pool.channels(id)),
                segment=pool.segments[id],
                asset=pool.assets[pool.segments[id].asset_id],
                prior=share,
            )
            for id, share in best
        )
        clock.lap("fuse")
        return Found(query, evidence, timings_ms={**pool.timings_ms, **clock.laps})

    def candidates(self, query: Query, depth: int = POOL) -> Pool:
        """Return what the channels bring up for a query, `depth` from each, with features."""
        clock = _Clock()
        where = to_sql(query.filters)
        wanted = " ".join([query.text, *other_forms(query.text)])
        lexical = dict(self.store.lexical(wanted, depth, where))
        clock.lap("lexical")
        dense = self._dense(query.text, depth, where)
        clock.lap("dense")
        segments = self.store.segments(list(dict.fromkeys([*lexical, *dense])))
        assets = self.store.assets({s.asset_id for s in segments.values()})
        clock.lap("read")
        kept = {id: s for id, s in segments.items() if s.asset_id in assets}
        passages = [_passage(s, assets[s.asset_id].title) for s in kept.values()]
        aligned = dict(zip(kept, align(wanted, passages), strict=True))
        clock.lap("align")
        return Pool(kept, assets, lexical, dense, features(lexical, dense, aligned), clock.laps)

    def _dense(self, text: str, k: int, where: str) -> dict[str, float]:
        encoder = self.encoder
        if encoder is None or not reads(encoder, text):
            return {}
        vector = encoder.encode([text], role="query")[0]
        return dict(self.store.nearest(encoder.space, vector, k, where))


def reads(encoder: Encoder, text: str) -> bool:
    """Return whether an encoder was trained on the language of a text: elsewhere it is noise."""
    language = language_of(text)
    return not encoder.languages or not language or language in encoder.languages


def _passage(segment: Segment, title: str) -> Passage:
    above = f"{title}\n{segment.heading}" if segment.heading else title
    return Passage(segment.text or segment.context, above)


class _Clock:
    def __init__(self) -> None:
        self.laps: dict[str, float] = {}
        self._last = time.perf_counter()

    def lap(self, stage: str) -> None:
        now = time.perf_counter()
        self.laps[stage] = round((now - self._last) * 1000, 2)
        self._last = now
