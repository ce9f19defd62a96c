"""The encoders that fill a knowledge base: those the settings choose, and those it names itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pincite.config import Config
from pincite.encode import Encoder, catalog, default_encoder, encoders, hub
from pincite.encode.distinct import distinct
from pincite.encode.making import is_model, make_encoder
from pincite.errors import MissingExtra, PinciteError, UsageError

DESCRIPTORS = ("visual", "perceptual-hash", "acoustic")
"""Encoders that need no weights."""


def chosen(config: Config) -> tuple[Encoder, ...]:
    """Return the encoders that the settings `encoder` and `encoders` choose, of different spaces.

    The text encoder comes first, if there is one. `encoders` names further ones, separated by
    commas; "auto" is the descriptors that need no weights and every pulled model that reads
    more than text and can run here, "none" is no other.

    Raises:
        UsageError: A setting is empty, or names an encoder that cannot be made.
        MissingModel: A model was named that has not been pulled.
        MissingExtra: An encoder needs a package that is not installed.
    """
    text = default_encoder(config)
    return distinct((*(() if text is None else (text,)), *further(config)))


def further(config: Config) -> tuple[Encoder, ...]:
    """Return the encoders that the setting `encoders` chooses beside the text encoder.

    Raises:
        UsageError: The setting is empty, or names an encoder that cannot be made.
        MissingModel: A model was named that has not been pulled.
        MissingExtra: An encoder needs a package that is not installed.
    """
    setting = config["encoders"]
    if setting == "auto":
        return tuple(_automatic(config))
    return () if setting == "none" else made_of([setting], config)


def made_of(settings: Sequence[str], config: Config) -> tuple[Encoder, ...]:
    """Return the encoders that settings name; each may hold several, separated by commas.

    Raises:
        UsageError: Nothing is named, or an encoder that cannot be made.
    """
    names = [name.strip() for setting in settings for name in setting.split(",") if name.strip()]
    if not names:
        raise UsageError(
            f"expected the names of encoders separated by commas, got {', '.join(settings)!r}; "
            f"known: {', '.join(encoders)}"
        )
    return distinct(make_encoder(name, config) for name in names)


def _automatic(config: Config) -> Iterator[Encoder]:
    for name in DESCRIPTORS:
        yield encoders.create(name, config=config)
    for model in catalog.MODELS.values():
        if model.kind == "media" and hub.is_pulled(config, model):
            try:
                yield make_encoder(model.name, config)
            except MissingExtra:  # named in the settings it would be an error
                continue


@dataclass(frozen=True, slots=True)
class Recorded:
    """The encoders a knowledge base was filled by, as far as they can be made here.

    Attributes:
        encoders: Those that are not among the chosen.
        warnings: Sentences about the others.
    """

    encoders: tuple[Encoder, ...] = ()
    warnings: tuple[str, ...] = ()


def recorded(names: Mapping[str, str], have: Sequence[Encoder], config: Config) -> Recorded:
    """Return the encoders that a knowledge base names for its spaces, less those in `have`.

    A knowledge base may come from elsewhere, so its word is not enough: made is only what is
    part of this package, with a model that is on this machine; nothing is downloaded. The
    settings are kept to: `encoders = "none"` wants no others, `encoder = "none"` none of text.

    Args:
        names: The setting that makes the encoder of each space, "" when unknown.
        have: The encoders that are chosen anyway.
        config: The settings.
    """
    if config["encoders"] == "none":
        return Recorded()
    spaces, known = {e.space for e in have}, {e.name for e in have}
    found: list[Encoder] = []
    warnings: list[str] = []
    for space, name in sorted(names.items()):
        if space in spaces or name in known or not name:
            continue
        try:
            encoder = _local(name, config)
        except (PinciteError, OSError, ValueError) as error:
            warnings.append(_not_here(space, name, str(error)))
            continue
        if encoder.space != space:
            warnings.append(_not_here(space, name, f"it makes vectors of {encoder.space} now"))
        elif config["encoder"] != "none" or encoder.modalities != {"text"}:
            found.append(encoder)
    return Recorded(distinct(found), tuple(warnings))


def _local(name: str, config: Config) -> Encoder:
    family = name.partition(":")[0]
    known = family in encoders.builtin or catalog.lookup(name) is not None
    if not known and not is_model(name):
        raise UsageError("it is no encoder of Pincite's own, so it is used only when you name it")
    return make_encoder(name, config)


def _not_here(space: str, name: str, why: str) -> str:
    return (
        f"new segments get no vectors of {space!r}: its encoder {name!r} cannot be used here "
        f"({why.rstrip('.')}). Make it available, name one with the setting encoders, or take the "
        f"vectors out with: pincite kb encode --drop {space}"
    )
