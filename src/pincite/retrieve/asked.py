"""A query as the channels take it: its words, and its vector in each space."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from pincite.content import Content, Footage
from pincite.dates import other_forms
from pincite.encode import Encoder
from pincite.errors import UsageError
from pincite.language import language_of
from pincite.types import Query, Vectors


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """What is looked for.

    Attributes:
        query: As it was put.
        text: The words that are wanted: those typed, and those heard or read in other parts.
        words: The same with other ways to write its dates.
        unwanted: The words that push away.
    """

    query: Query
    text: str
    words: str
    unwanted: str

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
        parts = self.parts_for(encoder)
        if not any(weight > 0 for _, weight in parts):
            return None
        return _mixed(encoder, parts)

    def unwanted_vector(self, encoder: Encoder) -> Vectors | None:
        """Return what pushes away in a space, (d,), if the query has only such parts there."""
        parts = self.parts_for(encoder)
        if not parts or any(weight > 0 for _, weight in parts):
            return None
        return _mixed(encoder, [(content, -weight) for content, weight in parts])


def _mixed(encoder: Encoder, parts: Sequence[tuple[Content, float]]) -> Vectors:
    vectors = encoder.encode([content for content, _ in parts], role="query")
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
