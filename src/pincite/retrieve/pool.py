"""The candidates of one query, with all that the channels say of them."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

from pincite.retrieve.align import Alignment, Passage, align
from pincite.retrieve.asked import Asked
from pincite.retrieve.channels import Channel, Dense, Lexical, Said
from pincite.retrieve.fuse import Features, features, surrounded, weights_for
from pincite.retrieve.route import Route
from pincite.retrieve.tags import Tags
from pincite.store.tables import Store
from pincite.types import Asset, Segment, Vectors

LEXICAL, DENSE = "lexical", "dense"


@dataclass(frozen=True, slots=True, eq=False)
class Pool:
    """The candidates of one query.

    Attributes:
        asked: The query.
        segments: By id.
        assets: By id.
        said: What each channel said, by its name.
        features: What fusion looks at of the words, by segment id; empty if there are none.
        unwanted: How much of what is unwanted a candidate holds, 0..1, by segment id; empty if
            nothing is.
        routes: Which channels were asked, and why.
        timings_ms: Milliseconds by stage.
    """

    asked: Asked
    segments: Mapping[str, Segment]
    assets: Mapping[str, Asset]
    said: Mapping[str, Said]
    features: Mapping[str, Features] = field(default_factory=dict)
    unwanted: Mapping[str, float] = field(default_factory=dict)
    routes: tuple[Route, ...] = ()
    timings_ms: Mapping[str, float] = field(default_factory=dict)

    @property
    def lexical(self) -> Mapping[str, float]:
        """BM25 by segment id."""
        return self.said[LEXICAL].scores if LEXICAL in self.said else {}

    @property
    def dense(self) -> Mapping[str, float]:
        """Cosine in the space of the text encoder, by segment id."""
        return self.said[DENSE].scores if DENSE in self.said else {}

    def others(self) -> dict[str, Said]:
        """Return what the channels said that the features of the words know nothing of."""
        return {name: s for name, s in self.said.items() if name not in (LEXICAL, DENSE)}

    def channels(self, id: str) -> dict[str, float]:
        """Return the score of each channel that brought a segment up."""
        return {name: said.scores[id] for name, said in self.said.items() if id in said.scores}


def standard(pool: Pool, id: str) -> dict[str, float]:
    """Return what channels beside the words say of a candidate, in deviations above the usual.

    A channel that says nothing of it, or knows nothing of its modality, gives 0: the usual.
    """
    modality = pool.segments[id].modality
    found = {}
    for name, said in pool.others().items():
        usual = said.usual.get(modality)
        known = usual is not None and id in said.scores
        found[name] = usual.standard(said.scores[id]) if usual and known else 0.0
    return found


def gather(store: Store, asked: Asked, routes: Sequence[Route], depth: int, where: str) -> Pool:
    """Return what the channels bring up for a query, about `depth` from each.

    Raises:
        UsageError: The parts of the query cancel each other out, or `where` is not valid.
    """
    said, laps = _said(asked, routes, depth, where)
    clock = Clock()
    ids = list(dict.fromkeys(id for s in said.values() for id in s.scores))
    with ThreadPoolExecutor(1) as beside:
        dense = bool(said.get(DENSE, Said({})).scores)
        awaited = beside.submit(_vectors, store, routes, ids if dense else [])
        segments = store.segments(ids)
        assets = store.assets({s.asset_id for s in segments.values()})
        vectors = awaited.result()
    clock.lap("read")
    kept = {id: s for id, s in segments.items() if s.asset_id in assets}
    passages = [_passage(s, assets[s.asset_id].title) for s in kept.values()]
    pool = Pool(
        asked,
        kept,
        assets,
        said,
        features=_features(asked, said, kept, passages, vectors, depth),
        unwanted=_unwanted(asked, kept, passages, routes),
        routes=tuple(routes),
    )
    clock.lap("align")
    return replace(pool, timings_ms={**laps, **clock.laps})


def _said(
    asked: Asked, routes: Sequence[Route], depth: int, where: str
) -> tuple[dict[str, Said], dict[str, float]]:
    """Return what each channel says, and the milliseconds it took.

    Words are looked up while encoders run. Encoders run one after the other, here: not every
    model may be loaded or used by two threads at a time, and each takes all processors itself.
    """

    def ask(channels: Sequence[tuple[str, Channel]]) -> dict[str, tuple[Said, float]]:
        clock, found = Clock(), {}
        for name, channel in channels:
            said = channel.search(asked, depth, where)
            clock.lap(name)
            found[name] = (said, clock.laps[name])
        return found

    able = [(route.name, route.channel) for route in routes if route.channel is not None]
    with ThreadPoolExecutor(1) as beside:
        awaited = beside.submit(ask, [(n, c) for n, c in able if isinstance(c, Lexical | Tags)])
        found = ask([(n, c) for n, c in able if not isinstance(c, Lexical | Tags)])
        found |= awaited.result()
    return {n: found[n][0] for n, _ in able}, {n: found[n][1] for n, _ in able}


def _features(
    asked: Asked,
    said: Mapping[str, Said],
    kept: Mapping[str, Segment],
    passages: Sequence[Passage],
    vectors: Mapping[str, Vectors],
    depth: int,
) -> dict[str, Features]:
    if LEXICAL not in said and DENSE not in said:
        return {}
    aligned: dict[str, Alignment] = dict(zip(kept, align(asked.words, passages), strict=True))
    nothing = Said({})
    lexical, dense = said.get(LEXICAL, nothing).scores, said.get(DENSE, nothing).scores
    found = features(lexical, dense, aligned, cut=len(lexical) >= depth)
    places = {id: (s.asset_id, s.ordinal) for id, s in kept.items()}
    steps = weights_for(asked.words, vectors=bool(dense))
    return surrounded(found, vectors, places, steps.alone)


def _vectors(store: Store, routes: Sequence[Route], ids: Sequence[str]) -> dict[str, Vectors]:
    """Return the vectors of candidates in the space of the text encoder."""
    channels = (route.channel for route in routes if route.name == DENSE)
    spaces = [channel.encoder.space for channel in channels if isinstance(channel, Dense)]
    return store.vectors(spaces[0], ids) if spaces else {}


def _unwanted(
    asked: Asked,
    kept: Mapping[str, Segment],
    passages: Sequence[Passage],
    routes: Sequence[Route],
) -> dict[str, float]:
    """Return how much of what pushes away a candidate holds: its words, or its looks and sound."""
    found: dict[str, float] = {}
    if asked.unwanted:
        aligned = align(asked.unwanted, passages)
        found = {id: a.coverage for id, a in zip(kept, aligned, strict=True)}
    for route in routes:
        if route.push is not None:
            alike = route.push.likeness(asked, kept)
            found = {id: max(found.get(id, 0.0), alike.get(id, 0.0)) for id in kept}
    return found


def _passage(segment: Segment, title: str) -> Passage:
    above = f"{title}\n{segment.heading}" if segment.heading else title
    return Passage(segment.text or segment.context, above)


class Clock:
    """Milliseconds by stage."""

    def __init__(self) -> None:
        self.laps: dict[str, float] = {}
        self._last = time.perf_counter()

    def lap(self, stage: str) -> None:
        """End a stage."""
        now = time.perf_counter()
        self.laps[stage] = round((now - self._last) * 1000, 2)
        self._last = now
