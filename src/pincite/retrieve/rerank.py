"""A second look at the best candidates, by a model that reads each together with the query."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from pincite.config import Config
from pincite.content import Content, Modality
from pincite.errors import ModelMismatch
from pincite.registry import Plugin, Registry
from pincite.retrieve.pool import Pool
from pincite.store.tables import Store
from pincite.types import Asset, Query, Segment


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """What a reranker reads of a segment.

    Attributes:
        segment: The segment.
        asset: The asset it was cut from.
        read: Gives its content to a model that reads certain modalities, decoded when asked
            for: its picture, sound or footage, else its words; None if there is none of these.
    """

    segment: Segment
    asset: Asset
    read: Callable[[Collection[Modality]], Content | None]


class Reranker(Protocol):
    """Judges candidates by reading each of them together with the query.

    A plugin is built with `config=`, and with `directory=` if it has a parameter of this name:
    the setting is then `reranker = "NAME:DIR"`.
    """

    def rerank(self, query: Query, candidates: Sequence[Candidate]) -> list[float]:
        """Return one score a candidate, in order, as log odds: larger is better."""
        ...


rerankers: Registry[Reranker] = Registry(
    kind="reranker",
    group="pincite.rerankers",
    builtin={
        "cross-encoder": Plugin("pincite.retrieve.cross_encoder:CrossEncoderReranker"),
    },
)


def create(setting: str, config: Config) -> Reranker | None:
    """Return the reranker of a setting such as "cross-encoder:./model"; None for "".

    Raises:
        UnknownPlugin: There is none of this name.
        UsageError: It needs a directory, or takes none.
        NotFound: There is no such model here.
    """
    if not setting:
        return None
    name, options = rerankers.named(setting)
    return rerankers.create(name, config=config, **options)


def reranked(
    pool: Pool, shares: Mapping[str, float], reranker: Reranker, depth: int, store: Store
) -> dict[str, float]:
    """Return the shares with those of the best `depth` dealt out anew by a reranker.

    Together they keep what belief they had, in the proportions of the softmax of the reranker's
    scores; the others keep theirs, and none of them passes one of the best.

    Raises:
        ModelMismatch: The reranker did not give one finite score a candidate.
    """
    order = [id for id, _ in sorted(shares.items(), key=lambda item: (-item[1], item[0]))][:depth]
    if not order:
        return dict(shares)
    read = [_candidate(pool, id, store) for id in order]
    scores = reranker.rerank(pool.asked.query, read)
    if len(scores) != len(order) or not all(map(math.isfinite, scores)):
        raise ModelMismatch(
            f"the reranker was given {len(order)} candidates and returned {len(scores)} scores, "
            f"not all of them numbers; check the model it runs"
        )
    return dict(shares) | _dealt(shares, order, scores)


def _candidate(pool: Pool, id: str, store: Store) -> Candidate:
    segment = pool.segments[id]
    return Candidate(segment, pool.assets[segment.asset_id], partial(_content, store, segment))


def _content(store: Store, segment: Segment, modalities: Collection[Modality]) -> Content | None:
    from pincite.ingest.content import segment_content  # decoders are slow to import

    if segment.modality == "text":
        return segment_content(segment, None, None, None, modalities)
    picture, clip = f"{segment.id}/picture", f"{segment.id}/clip"
    original = f"{segment.asset_id}/original"
    kept = store.media_of([picture, clip, original])
    return segment_content(
        segment, kept.get(picture), kept.get(clip), kept.get(original), modalities
    )


def _dealt(
    shares: Mapping[str, float], order: Sequence[str], scores: Sequence[float]
) -> dict[str, float]:
    """Deal out what the best hold by the softmax of the scores.

    Each keeps the share of the first that was not looked at, so that the others stay behind.
    """
    best = frozenset(order)
    least = max((share for id, share in shares.items() if id not in best), default=0.0)
    free = math.fsum(shares[id] - least for id in order)
    top = max(scores)
    powers = [math.exp(score - top) for score in scores]
    total = math.fsum(powers)
    return {id: least + free * power / total for id, power in zip(order, powers, strict=True)}
