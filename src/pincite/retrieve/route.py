"""Which channels a query is sent through, and why.

The rules look at the query and at what is stored, so the reasons can be told to the user: a
channel that cannot help is not asked, and one that could help, if only the segments had vectors,
says what to do.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from pincite.content import MODALITIES, Modality
from pincite.encode import Encoder, encoders
from pincite.errors import UsageError, did_you_mean
from pincite.retrieve.asked import Asked, reads
from pincite.retrieve.channels import Channel, Dense, Lexical, NearDuplicate, Nearest
from pincite.retrieve.late import Late
from pincite.retrieve.tags import TAGS, Tags
from pincite.retrieve.unlike import Unlike
from pincite.store.late import is_late
from pincite.store.tables import Store

HASH_SPACE = "perceptual-hash-1"
_ALWAYS = ("lexical", "tags", "dense", "near-duplicate")


@dataclass(frozen=True, slots=True)
class Route:
    """Whether a channel is asked, and why.

    Attributes:
        name: Of the channel.
        why: One clause, for the user.
        channel: To be asked; None when it is not.
        push: Judges what the other channels bring up by what the query pushes away.
    """

    name: str
    why: str
    channel: Channel | None = None
    push: Unlike | None = None

    @property
    def asked(self) -> bool:
        """Whether it has a say in the ranking."""
        return self.channel is not None or self.push is not None


@dataclass(frozen=True, slots=True)
class Router:
    """Chooses the channels of a query.

    Attributes:
        store: The knowledge base.
        encoders: What there is to encode queries with; the first that reads only text judges
            words by their meaning.
        nearest: Looks up vectors; default: the knowledge base itself.
        only: Names of channels; others are not asked. Empty: all.
    """

    store: Store
    encoders: Sequence[Encoder] = ()
    nearest: Nearest | None = None
    only: tuple[str, ...] = ()

    def routes(self, asked: Asked) -> list[Route]:
        """Return one route a channel, in the order they are asked.

        Raises:
            UsageError: `only` names a channel that there is not.
        """
        found = [*self._words(asked), *self._spaces(asked)]
        if not self.only:
            return found
        check_names(self.only, found)
        left_out = "left out, as the search was told"
        return [r if r.name in self.only else Route(r.name, left_out) for r in found]

    def _words(self, asked: Asked) -> Iterator[Route]:
        if not asked.words:
            yield Route("lexical", "the query has no words")
            return
        heard = "" if asked.query.text.strip() else ", heard or read in it"
        yield Route("lexical", f"the query has words{heard}", Lexical(self.store))
        if TAGS in self.store.view.segments.schema.names:
            yield Route("tags", "segments carry tags", Tags(self.store))

    def _spaces(self, asked: Asked) -> Iterator[Route]:
        stored, taken = self.store.spaces(), {"lexical", "tags"}
        for encoder in self.encoders:
            name = _name(encoder, taken)
            taken.add(name)
            why_not = self._why_not(asked, encoder, stored)
            if why_not:
                yield Route(name, why_not)
                continue
            if not _wanted(asked, encoder):
                yield self._pushing(asked, encoder, name)
                continue
            yield Route(name, _why(asked, encoder), self._channel(encoder, name))

    def _why_not(self, asked: Asked, encoder: Encoder, stored: dict[str, int]) -> str:
        """Return why an encoder cannot help with a query, "" if it can."""
        if encoder.modalities == {"text"}:
            if not asked.text:
                return "it reads words, and the query has none"
            if not reads(encoder, asked.text):
                return f"it knows {', '.join(sorted(encoder.languages))}, and the query is in none"
        elif not asked.parts_for(encoder):
            return f"it reads {' and '.join(_listed(encoder.modalities))}, and the query has none"
        if encoder.space not in stored:
            return f"no segment has a vector of {encoder.space}; pincite kb encode makes them"
        return ""

    def _pushing(self, asked: Asked, encoder: Encoder, name: str) -> Route:
        """Return the route of an encoder that reads only what the query pushes away."""
        if encoder.space == HASH_SPACE:
            return Route(name, "what it reads of the query pushes away, and no copy is looked for")
        why = f"un{_why(asked, encoder)}, of what other channels bring up"
        return Route(name, why, push=Unlike(self.store, encoder))

    def _channel(self, encoder: Encoder, name: str) -> Channel:
        if is_late(encoder):
            return Late(self.store, encoder, name)
        if encoder.space == HASH_SPACE:
            return NearDuplicate(self.store, encoder, name)
        if encoder.modalities == {"text"}:
            return Dense(self.store, encoder, name, nearest=self.nearest)
        return Dense(self.store, encoder, name, MODALITIES, self.nearest)


def check_names(names: Iterable[str], routes: Sequence[Route]) -> None:
    """Return if all are names of channels, here or with other encoders.

    Raises:
        UsageError: One is not; the message lists those of the query.
    """
    here = [route.name for route in routes]
    known = {*here, *_ALWAYS, *encoders}
    for name in names:
        if name not in known:
            raise UsageError(
                f"there is no channel {name!r}; this query has {', '.join(here)}."
                f"{did_you_mean(name, known)}"
            )


def _wanted(asked: Asked, encoder: Encoder) -> bool:
    return any(weight > 0 for _, weight in asked.parts_for(encoder))


def _name(encoder: Encoder, taken: set[str]) -> str:
    """Return what the channel of an encoder is called; the first text encoder is "dense"."""
    if encoder.modalities == {"text"} and not is_late(encoder) and "dense" not in taken:
        return "dense"
    if encoder.space == HASH_SPACE:
        return "near-duplicate"
    plain = encoder.name.partition(":")[0] or encoder.space
    return plain if plain not in taken else encoder.space


def _why(asked: Asked, encoder: Encoder) -> str:
    if encoder.modalities == {"text"}:
        return "meaning of the words"
    kinds: list[Modality] = sorted(
        {"text" if isinstance(c, str) else c.modality for c, _ in asked.parts_for(encoder)}
    )
    return f"likeness to the {' and the '.join(kinds)} of the query"


def _listed(modalities: frozenset[Modality]) -> list[Modality]:
    return [modality for modality in MODALITIES if modality in modalities]
