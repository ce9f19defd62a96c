"""A query as the channels take it: its words, and its vector in each space."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

import numpy as np

from pincite.content import Content, Footage
from pincite.dates import other_forms
from pincite.encode import Encoder
from pincite.errors import UsageError
from pincite.language import language_of
from pincite.types import Query, Vectors

Parts = Sequence[tuple[Content, float]]
"""What a query is made of, with the weight of each."""


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """What is looked for.

    Attributes:
        query: As it was put.
        text: The words that are wanted: those typed, and those heard or read in other parts.
        words: The same with other ways to write its dates.
        unwanted: The words that push away.
        vectors: Those made beforehand, (d,), by space.
    """

    query: Query
    text: str
    words: str
    unwanted: str
    vectors: Mapping[str, Vectors] = field(default_factory=dict)

    @classmethod
    def of(cls, query: Query) -> Asked:
        """Return a query as the channels take it.

        Raises:
            UsageError: Nothing is asked, or nothing in it is wanted.
        """
        parts = list(query.parts())
        if parts and not any(weight > 0 for _, weight in parts):
            raise UsageError(
                "every part of the query pushes away, so nothing is looked for; give at least one "
                "part a positive weight"
            )
        typed = query.text if query.weight("text") > 0 else ""
        text = "\n".join(part for part in (typed, query.heard) if part.strip())
        disliked = query.text if query.weight("text") < 0 else ""
        unwanted = "\n".join(part for part in (disliked, query.without) if part.strip())
        return cls(query, text, " ".join([text, *other_forms(text)]).strip(), unwanted)

    def parts_for(self, encoder: Encoder) -> list[tuple[Content, float]]:
        """Return the parts of the query that an encoder reads, with their weights.

        An encoder of words alone is given the wanted words only: what words push away is judged
        by the words of the candidates.
        """
        if encoder.modalities == {"text"}:
            return [(self.text, 1.0)] if self.text and reads(encoder, self.text) else []
        parts = ((_read_as(content, encoder), weight) for content, weight in self.query.parts())
        return [(content, weight) for content, weight in parts if content is not None]

    def vector(self, encoder: Encoder) -> Vectors | None:
        """Return the query in the space of an encoder, (d,) of unit length; None if it reads none.

        It is the weighted sum of the vectors of its parts, as Mikolov et al. (2013) add and
        subtract meanings; parts that cancel out to nothing are refused.

        Raises:
            UsageError: The parts cancel each other out.
        """
        if encoder.space in self.vectors:
            return self.vectors[encoder.space]
        parts = self._wanted_parts(encoder)
        return _encoded(encoder, [parts])[0] if parts else None

    def _wanted_parts(self, encoder: Encoder) -> Parts:
        """Return `parts_for`, or nothing if no part is wanted there."""
        parts = self.parts_for(encoder)
        return parts if any(weight > 0 for _, weight in parts) else []

    def unwanted_vector(self, encoder: Encoder) -> Vectors | None:
        """Return what pushes away in a space, (d,), if the query has only such parts there."""
        parts = self.parts_for(encoder)
        if not parts or any(weight > 0 for _, weight in parts):
            return None
        return _encoded(encoder, [[(content, -weight) for content, weight in parts]])[0]


def encoded(asked: Sequence[Asked], encoder: Encoder) -> list[Asked]:
    """Return queries that know their vectors in the space of an encoder, made in one batch.

    Raises:
        UsageError: The parts of one cancel each other out.
    """
    parts = [one._wanted_parts(encoder) for one in asked]
    vectors = iter(_encoded(encoder, [own for own in parts if own]))
    return [
        replace(one, vectors={**one.vectors, encoder.space: next(vectors)}) if own else one
        for one, own in zip(asked, parts, strict=True)
    ]


def _encoded(encoder: Encoder, queries: Sequence[Parts]) -> list[Vectors]:
    """Return the vector of each query, (d,), none of which is without parts."""
    contents = [content for parts in queries for content, _ in parts]
    if not contents:
        return []
    vectors = encoder.encode(contents, role="query")
    ends = np.cumsum([len(parts) for parts in queries])[:-1]
    return list(map(_mixed, np.split(vectors, ends), queries))


def _mixed(vectors: Vectors, parts: Parts) -> Vectors:
    mixed = np.array([weight for _, weight in parts], np.float32) @ vectors
    length = float(np.linalg.norm(mixed))
    if length < 1e-6:
        raise UsageError("the parts of the query cancel each other out; give them other weights")
    return np.asarray(mixed / length, np.float32)


def _read_as(content: Content, encoder: Encoder) -> Content | None:
    """Return what an encoder is given of a part of a query; None: it reads nothing of it.

    An encoder of sounds is given the sound of a video, and nothing of one that is silent.
    """
    modalities = encoder.modalities
    if isinstance(content, str):
        return content if "text" in modalities and reads(encoder, content) else None
    if isinstance(content, Footage) and "audio" in modalities and "image" not in modalities:
        return content.sound
    return content if content.modality in modalities else None


@lru_cache(maxsize=256)
def _language(text: str) -> str:
    return language_of(text)


def reads(encoder: Encoder, text: str) -> bool:
    """Return whether an encoder was trained on the language of a text: elsewhere it is noise."""
    language = _language(text)
    return not encoder.languages or not language or language in encoder.languages
