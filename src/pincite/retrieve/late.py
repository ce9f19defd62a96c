"""Late interaction in two stages: pooled vectors find candidates, MaxSim over all vectors ranks.

    MaxSim(q, d) = sum over i of max over j of q_i · d_j        (Khattab and Zaharia, 2020)

It is told per query vector, so in -1..1. Pages are judged as a whole: what is said of a page is
said of every segment on it, and the words then tell them apart.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from pincite.content import MODALITIES, Modality
from pincite.encode import LateEncoder
from pincite.encode.maxsim import maxsim
from pincite.retrieve.asked import Asked
from pincite.retrieve.channels import Said, Usual, usual_of
from pincite.store.sampling import sample
from pincite.store.search import matching
from pincite.store.tables import Store
from pincite.types import TokenVectors, Vectors

DEPTH = 100
"""Candidates of the first stage."""
_SAMPLE = 64


@dataclass(frozen=True, slots=True)
class Late:
    """MaxSim in one space.

    Attributes:
        store: The knowledge base.
        encoder: Makes the vectors of the query.
        name: As it is shown.
    """

    store: Store
    encoder: LateEncoder
    name: str

    def search(self, asked: Asked, k: int, where: str) -> Said:
        """Return MaxSim per query vector, by segment id."""
        query, pooled = self._query(asked), asked.vector(self.encoder)
        if query is None or pooled is None:
            return Said({})
        first = self.store.nearest(self.encoder.space, pooled, max(DEPTH, k), where)
        scores = self._scores(query, [id for id, _ in first])
        usual = {m: u for m in MODALITIES if (u := self._usual(query, m)) is not None}
        best = dict(sorted(scores.items(), key=lambda item: (-item[1], item[0]))[:k])
        return Said(self._spread(best, where), usual)

    def _query(self, asked: Asked) -> Vectors | None:
        """Return the vectors of all wanted parts, (s, d)."""
        parts = [content for content, weight in asked.parts_for(self.encoder) if weight > 0]
        return self.encoder.encode_tokens(parts, role="query").vectors if parts else None

    def _scores(self, query: Vectors, ids: list[str]) -> dict[str, float]:
        tokens = self.store.tokens(self.encoder.space, ids)
        held = [id for id in ids if id in tokens]
        if not held:
            return {}
        lengths = [len(tokens[id]) for id in held]
        flat = TokenVectors(
            np.concatenate([tokens[id] for id in held]),
            np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
        )
        values = maxsim(query, flat) / len(query)
        return {id: float(value) for id, value in zip(held, values, strict=True)}

    def _usual(self, query: Vectors, modality: Modality) -> Usual | None:
        ids, _ = sample(self.store.view, self.encoder.space, modality, _SAMPLE)
        scores = self._scores(query, ids)
        return usual_of(np.array(list(scores.values()), np.float32)) if scores else None

    def _spread(self, scores: Mapping[str, float], where: str) -> dict[str, float]:
        """Return the scores with those of a page given to every segment on it that may be found."""
        mates = self.store.page_mates(list(scores))
        allowed = self._allowed(where, mates)
        spread = dict(scores)
        for carrier, others in mates.items():
            for other in others:
                if allowed is None or other in allowed:
                    spread[other] = max(spread.get(other, -1.0), scores[carrier])
        return spread

    def _allowed(self, where: str, mates: Mapping[str, object]) -> frozenset[str] | None:
        """Return the segments a filter leaves; None: all."""
        if not where.strip() or not mates:
            return None
        return frozenset(matching(self.store.view, where).to_pylist())
