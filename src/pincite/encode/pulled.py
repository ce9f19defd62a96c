"""A pulled model as an encoder: known by its receipt, read and checked when it is first used.

Search asks every encoder which space is its own. Models of pictures and sounds have a gigabyte of
weights and more, so none of them is opened for a knowledge base without vectors of it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cached_property

from pincite.config import Config
from pincite.content import Content, Modality
from pincite.encode import Encoder, Role, encoders, hub
from pincite.encode.entry import Model
from pincite.errors import MissingExtra
from pincite.types import Vectors


class PulledEncoder:
    """Maps content into the space of a model of the catalogue that is used as it came.

    Attributes:
        name: What the catalogue calls it, on every machine, wherever its files lie.
        space: Its name and a digest of the digests of its files.
        modalities: What it reads.
        languages: Those it was trained on; empty: many.
    """

    def __init__(self, model: Model, config: Config) -> None:
        """Find the model; its files are read and checked when something is encoded.

        Raises:
            MissingModel: It has not been pulled.
            MissingExtra: What runs it is not installed.
        """
        hub.require(config, model)
        if model.missing:
            raise MissingExtra("model", model.name, model.missing[0], model.extra)
        self._model, self._config = model, config
        self.name = model.name
        self.modalities: frozenset[Modality] = model.modalities
        self.languages = model.languages
        known = [f"{file.name} {file.sha256}" for file in hub.expected(config, model)]
        digest = hashlib.sha256("\n".join(known).encode()).hexdigest()
        self.space = f"{model.name}-{digest[:16]}"

    @cached_property
    def width(self) -> int:
        """Length of a vector."""
        return self._encoder.width

    def encode(self, items: Sequence[Content], role: Role = "document") -> Vectors:
        """Return one unit vector per item, in order: (n, d) float32.

        Raises:
            UsageError: One string was given instead of a sequence of items.
            WrongModality: It does not read an item.
            ModelMismatch: A file of the model has changed since it was pulled.
        """
        return self._encoder.encode(items, role)

    @cached_property
    def _encoder(self) -> Encoder:
        folder = hub.verified(self._config, self._model)
        made = encoders.create(self._model.runs, config=self._config, directory=str(folder))
        made.name = self.name  # what its messages call it
        return made
