"""The channels of a search: each looks at a query in its own way and scores segments by it.

A channel's scores have their own scale. What it usually says, of segments that have nothing to
do with the query, is told with them: mean and spread, so that scores of several channels can be
laid side by side as (score - mean) / spread.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from pincite.content import MODALITIES, Modality
from pincite.encode import Encoder
from pincite.retrieve.asked import Asked
from pincite.store.sampling import sample
from pincite.store.tables import Store
from pincite.types import Vectors

SAMPLE = 256
"""Segments of a modality that are looked at to know what is usual."""
LEAST_SPREAD = 0.03
"""Of cosines; a sample of few or equal things must not make chance look certain."""
SEPARATION = 2.0
"""How far apart, in standard deviations, a channel is taken to put what is relevant and what is
not. Were both normal with one spread, it is also the weight of the standardised score in the
log odds: log N(z; s, 1) - log N(z; 0, 1) = s z - s² / 2."""
FEW = 32
"""Of fewer segments of a modality, pictures and footage are taken together, or footage and sound:
what is looked for is itself among them, and would pass for usual."""
NEAR_BITS = 10
"""Perceptual hashes of 64 bits that differ in no more are of near-duplicates (Zauner, 2010)."""


@dataclass(frozen=True, slots=True)
class Usual:
    """What a channel says of segments picked at random: mean and standard deviation."""

    mean: float = 0.0
    spread: float = 1.0

    def standard(self, score: float) -> float:
        """Return how many standard deviations a score lies above the mean."""
        return (score - self.mean) / self.spread


@dataclass(frozen=True, slots=True, eq=False)
class Said:
    """What a channel said.

    Attributes:
        scores: By segment id; larger is better.
        usual: What is usual, by the modality of the segment.
    """

    scores: Mapping[str, float]
    usual: Mapping[Modality, Usual] = field(default_factory=dict)


class Channel(Protocol):
    """One way to look for segments."""

    @property
    def name(self) -> str:
        """What it is called where its scores are shown."""
        ...

    def search(self, asked: Asked, k: int, where: str) -> Said:
        """Return what it says of the segments it finds best, about `k` of them."""
        ...


@dataclass(frozen=True, slots=True)
class Lexical:
    """BM25 over the words of segments."""

    store: Store
    name: str = "lexical"

    def search(self, asked: Asked, k: int, where: str) -> Said:
        """Return BM25 by segment id."""
        return Said(dict(self.store.lexical(asked.words, k, where)))


Nearest = Callable[[str, Vectors, int, str], Sequence[tuple[str, float]]]
"""(space, vector (d,), k, where) to (segment id, cosine), best first."""


@dataclass(frozen=True, slots=True)
class Dense:
    """Cosine in one space.

    Attributes:
        store: The knowledge base.
        encoder: Makes the vector of the query.
        name: As it is shown.
        modalities: Segments of these are looked for, each modality on its own: cosines
            with texts and with pictures lie on different levels even within one space (Liang
            et al., Mind the Gap, NeurIPS 2022). Empty: all at once.
        nearest: Looks up vectors; default: the knowledge base.
    """

    store: Store
    encoder: Encoder
    name: str
    modalities: tuple[Modality, ...] = ()
    nearest: Nearest | None = None

    def search(self, asked: Asked, k: int, where: str) -> Said:
        """Return the cosine by segment id."""
        vector = asked.vector(self.encoder)
        if vector is None:
            return Said({})
        if not self.modalities:
            return Said(dict(self._nearest(vector, k, where)))
        scores: dict[str, float] = {}
        usual: dict[Modality, Usual] = {}
        for modality in self.modalities:
            known = usual_in(self.store, self.encoder, modality, vector)
            if known is not None:
                usual[modality] = known
                scores.update(self._nearest(vector, k, within(modality, where)))
        return Said(scores, usual)

    def _nearest(self, vector: Vectors, k: int, where: str) -> Sequence[tuple[str, float]]:
        look = self.nearest or self.store.nearest
        return look(self.encoder.space, vector, k, where)


@dataclass(frozen=True, slots=True)
class NearDuplicate:
    """Pictures that are the same but for size, compression or small changes."""

    store: Store
    encoder: Encoder
    name: str = "near-duplicate"

    def search(self, asked: Asked, k: int, where: str) -> Said:
        """Return 1 - 2 h / 64 by segment id, h being the bits that differ, at most 10.

        The bits of unrelated pictures agree by chance: a mean of 0 and a spread of 1 / 8.
        """
        vector = asked.vector(self.encoder)
        if vector is None:
            return Said({})
        bits = self.encoder.width
        found = self.store.nearest(self.encoder.space, vector, k, where)
        near = {id: cosine for id, cosine in found if bits * (1 - cosine) / 2 <= NEAR_BITS + 0.01}
        return Said(near, dict.fromkeys(MODALITIES, Usual(0.0, bits**-0.5)))


def usual_in(store: Store, encoder: Encoder, modality: Modality, vector: Vectors) -> Usual | None:
    """Return what is usual among the segments of a modality; None if none has a vector."""
    _, vectors = sample(store.view, encoder.space, modality, SAMPLE)
    if not len(vectors):
        return None
    if len(vectors) < FEW:
        kin = [sample(store.view, encoder.space, m, FEW)[1] for m in _kin(encoder, modality)]
        vectors = np.concatenate([vectors, *kin])
    return usual_of(vectors @ vector)


def _kin(encoder: Encoder, modality: Modality) -> tuple[Modality, ...]:
    """Return the modality whose cosines lie on one level: footage is pictures, or else sound."""
    seen: Modality = "image" if "image" in encoder.modalities else "audio"
    return {"video": (seen,), seen: ("video",)}.get(modality, ())


def usual_of(scores: Vectors) -> Usual:
    """Return mean and spread of scores, (n,), n at least 1."""
    return Usual(float(scores.mean()), max(float(np.std(scores)), LEAST_SPREAD))


def within(modality: Modality, where: str) -> str:
    """Return a condition that also confines to a modality."""
    own = f"modality = '{modality}'"
    return f"{own} AND ({where})" if where.strip() else own
