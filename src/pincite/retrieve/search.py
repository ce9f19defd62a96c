"""One query through all channels to evidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from pincite.config import Config
from pincite.encode import Encoder
from pincite.errors import UsageError
from pincite.retrieve import adapt, diversify
from pincite.retrieve.asked import Asked
from pincite.retrieve.channels import Nearest
from pincite.retrieve.filters import to_sql
from pincite.retrieve.merge import Calibrated, Fusion, Weighted
from pincite.retrieve.merge import create as fusion_of
from pincite.retrieve.pool import Clock, Pool, gather
from pincite.retrieve.rerank import Reranker, reranked
from pincite.retrieve.rerank import create as reranker_of
from pincite.retrieve.route import Route, Router, check_names
from pincite.store.tables import Store
from pincite.types import Evidence, Hit, Query, Segment

POOL = 50
"""Candidates taken from each channel; fewer lose recall, more only cost time."""
PAGE_HITS = 2
"""Who opens a page has all of it in view: what else stands on it is worth less than other pages.
(Not to an answer, which may need all of it.)"""


def depth_for(k: int) -> int:
    """Return how many candidates each channel is asked for when `k` hits are wanted."""
    return max(POOL, k)


@dataclass(frozen=True, slots=True)
class Options:
    """How a search is done.

    Attributes:
        fusion: Makes one ranking of what the channels say.
        channels: Only these are asked, by name; empty: all that can help.
        reranker: Looks at the best candidates again, one by one; None: nothing does.
        rerank_depth: At how many of them.
        diversity: 0 is relevance alone; towards 1, hits that say the same are passed over.
        page_hits: So many hits of one page come first, further ones after those of other pages;
            0: no limit.
        adaptive: Return fewer than asked for where belief falls off.
        neighbours: Fetch so many segments before and after each hit, too.
    """

    fusion: Fusion = field(default_factory=Calibrated)
    channels: tuple[str, ...] = ()
    reranker: Reranker | None = None
    rerank_depth: int = 20
    diversity: float = 0.0
    page_hits: int = PAGE_HITS
    adaptive: bool = False
    neighbours: int = 0


def options_of(config: Config) -> Options:
    """Return how the settings want a search to be done.

    Raises:
        UsageError: A setting cannot be used; the message says which.
        NotFound: The reranker's model, or the file of a learned fusion, is not here.
        MissingExtra: The reranker needs a package that is not installed.
    """
    for name, least in (("neighbours", 0), ("page_hits", 0), ("rerank_depth", 1)):
        if config[name] < least:
            raise UsageError(f"{name} is at least {least}, got {config[name]}")
    if not 0 <= config["diversity"] <= 1:
        raise UsageError(f"diversity is between 0 and 1, got {config['diversity']}")
    return Options(
        fusion=fusion_of(config["fusion"]),
        channels=tuple(name.strip() for name in config["channels"].split(",") if name.strip()),
        reranker=reranker_of(config["reranker"], config),
        rerank_depth=config["rerank_depth"],
        diversity=config["diversity"],
        page_hits=config["page_hits"],
        adaptive=config["adaptive"],
        neighbours=config["neighbours"],
    )


@dataclass(frozen=True, slots=True)
class Found:
    """What a search brought up.

    Attributes:
        query: What was looked for.
        evidence: Segments with their assets, best first; `prior` sums to 1 over the pool.
        around: The neighbours of each hit in reading order, itself among them, by segment id.
        routes: Which channels were asked, and why.
        warnings: Sentences the user should see.
        timings_ms: Milliseconds by stage.
    """

    query: Query
    evidence: tuple[Evidence, ...]
    around: Mapping[str, tuple[Segment, ...]] = field(default_factory=dict)
    routes: tuple[Route, ...] = ()
    warnings: tuple[str, ...] = ()
    timings_ms: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Searcher:
    """Searches one knowledge base.

    Attributes:
        store: The knowledge base.
        encoders: Encoders of its vectors; without any, words alone decide.
        options: How a search is done.
        nearest: Looks up vectors, such as a resident index; default: the knowledge base.
    """

    store: Store
    encoders: Sequence[Encoder] = ()
    options: Options = field(default_factory=Options)
    nearest: Nearest | None = None

    def search(self, query: Query, k: int) -> Found:
        """Return the `k` best segments; equal scores fall to the smaller id.

        Raises:
            UsageError: A filter is not valid, no part of the query is wanted, or there is no such
                channel.
        """
        return self.search_asked(Asked.of(query), k)

    def search_asked(self, asked: Asked, k: int) -> Found:
        """Return what `search` does for a query whose vectors may be there already."""
        options = self.options
        pool = self._candidates(asked, depth_for(k))
        if isinstance(options.fusion, Weighted):
            check_names(options.fusion.weights, pool.routes)
        clock = Clock()
        fused = options.fusion.fuse(pool)
        shares = fused.shares
        clock.lap("fuse")
        if options.reranker is not None:
            depth = options.rerank_depth
            shares = reranked(pool, shares, options.reranker, depth, self.store)
            clock.lap("rerank")
        best = self._chosen(pool, shares, k)
        evidence = tuple(
            Evidence(
                hit=Hit(id, shares[id], pool.channels(id), fused.parts[id]),
                segment=pool.segments[id],
                asset=pool.assets[pool.segments[id].asset_id],
                prior=shares[id],
            )
            for id in best
        )
        found = Found(asked.query, evidence, routes=pool.routes)
        if options.neighbours:
            found = replace(found, around=self._around(evidence))
            clock.lap("neighbours")
        return replace(found, timings_ms={**pool.timings_ms, **clock.laps})

    def candidates(self, query: Query, depth: int = POOL) -> Pool:
        """Return what the channels bring up for a query, `depth` from each, with features."""
        return self._candidates(Asked.of(query), depth)

    def _candidates(self, asked: Asked, depth: int) -> Pool:
        router = Router(self.store, self.encoders, self.nearest, self.options.channels)
        return gather(self.store, asked, router.routes(asked), depth, to_sql(asked.query.filters))

    def _chosen(self, pool: Pool, shares: Mapping[str, float], k: int) -> list[str]:
        """Return the ids of the hits, in the order they are shown."""
        options = self.options
        order = [id for id, _ in sorted(shares.items(), key=lambda item: (-item[1], item[0]))]
        if options.adaptive:
            order = order[: adapt.cut([shares[id] for id in order[:k]])]
        if options.diversity:
            order = self._diverse(pool, shares, order[: depth_for(k)], k)
        if options.page_hits:
            order = diversify.spread(order, diversify.pages_of(pool.segments), options.page_hits)
        return order[:k]

    def _diverse(
        self, pool: Pool, shares: Mapping[str, float], order: Sequence[str], k: int
    ) -> list[str]:
        stored = self.store.spaces()
        spaces = [self.store.vectors(e.space, order) for e in self.encoders if e.space in stored]
        alike = diversify.similarities(
            [pool.segments[id].text for id in order],
            *([vectors.get(id) for id in order] for vectors in spaces),
        )
        relevance = diversify.relative(shares, order)
        chosen = diversify.mmr(relevance, alike, self.options.diversity, k)
        return [order[place] for place in chosen]

    def _around(self, evidence: Sequence[Evidence]) -> dict[str, tuple[Segment, ...]]:
        reach = self.options.neighbours
        return {
            item.segment.id: tuple(self.store.neighbours(item.segment, reach)) for item in evidence
        }
