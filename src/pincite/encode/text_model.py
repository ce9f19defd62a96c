"""Texts to vectors with any text model of Transformers, by torch or ONNX Runtime.

The states of the tokens are pooled: by what `1_Pooling/config.json` says, else by the mean (BERT
and its kin, the encoder of T5) or at the last token (GPT and its kin, which see only what is
before). Texts are padded on the right, whatever the tokenizer would do, so that a token has the
place it has alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, Protocol

import numpy as np
import numpy.typing as npt

from pincite.config import Config, load_config
from pincite.content import Content, Modality
from pincite.encode import Role
from pincite.encode.backends import Backend, backend_of, onnx_file
from pincite.encode.batches import by_length, unit
from pincite.encode.family import BY_TYPE, FAMILIES, OTHER
from pincite.encode.model_files import (
    CONFIG,
    locate,
    read_json,
    require_type,
    space_of,
    weight_files,
)
from pincite.encode.onnx_model import OnnxModel
from pincite.encode.pooling import POOLINGS, Pooling, pooling_of, token_weights
from pincite.encode.readable import only
from pincite.encode.tokens import Tokens, from_file, from_transformers
from pincite.errors import NotFound, UsageError
from pincite.types import Vectors

GRAPH = "model"
_OUTPUTS = ("last_hidden_state", "token_embeddings")
LONGEST = 8_192
"""Most tokens that are read of a text, where the model does not say less."""
TOKENS_A_BATCH = 16_384
_UNBOUNDED = 512  # window of models that have no positions to run out of, such as T5
_FROM_PADDING = ("roberta", "xlm-roberta", "camembert", "longformer", "mpnet")

Batch = dict[str, npt.NDArray[Any]]


class States(Protocol):
    """A model that gives each token a vector."""

    def pooled(self, batch: Batch, weights: Vectors) -> Vectors:
        """Return the weighted sum of the states: ids (n, s), weights (n, s) to (n, d)."""
        ...


class TextModelEncoder:
    """Maps texts into the space of a text model of Transformers.

    Attributes:
        plugin: What it is called in settings.
        types: The `model_type` of models it loads; empty: any that is no other encoder's.
        name: The setting that makes it again, such as "transformers:./bert".
        backend: What runs it, "torch" or "onnx".
        pooling: How the states of a text become one vector.
        modalities: Text.
        languages: Empty: the model does not say.
    """

    plugin: ClassVar[str] = OTHER
    types: ClassVar[tuple[str, ...]] = ()
    usual: ClassVar[Pooling] = "mean"
    modalities: frozenset[Modality] = frozenset({"text"})
    languages: frozenset[str] = frozenset()

    def __init__(
        self,
        directory: str | Path,
        *,
        pooling: Pooling | None = None,
        config: Config | None = None,
    ) -> None:
        """Find the model; it is loaded when something is encoded.

        Args:
            directory: Of the model, or its id if it is in the cache of the Hugging Face hub.
            pooling: Instead of what the directory says, or what is usual.
            config: Settings: `backend`, `device`, `precision`, `threads`.

        Raises:
            NotFound: There is no such model, or no weights in it.
            UsageError: It is of another kind, or pooled in a way that is not known.
            MissingExtra: It needs torch, which is not installed.
            ModelMismatch: Its settings are damaged.
        """
        if pooling is not None and pooling not in POOLINGS:
            raise UsageError(f"pooling is one of {', '.join(POOLINGS)}, got {pooling!r}")
        self._config = config or load_config()
        self.name = f"{self.plugin}:{directory}"
        self._folder = locate(directory)
        self._type = self._checked_type()
        usual = "lasttoken" if BY_TYPE.get(self._type) == "gpt" else self.usual
        self.pooling: Pooling = pooling or pooling_of(self._folder) or usual
        self.backend: Backend = backend_of(self._config, self.plugin, self._folder, (GRAPH,))

    def _checked_type(self) -> str:
        if self.types:
            return require_type(self._folder, self.plugin, self.types)
        if not (self._folder / CONFIG).is_file():
            raise NotFound(f"there is no {CONFIG} in {str(self._folder)!r}; check the path")
        said = read_json(self._folder / CONFIG)
        found = str(said.get("model_type", ""))
        other = BY_TYPE.get(found, OTHER)
        if other not in (OTHER, "gpt", "t5") or (said.get("is_encoder_decoder") and other != "t5"):
            raise UsageError(
                f"encoder {self.plugin!r} loads text encoders such as BERT, but "
                f"{str(self._folder)!r} holds a model of type {found!r}; "
                + (f"use {other}:{self._folder}" if other != OTHER else "it has a decoder")
            )
        return found

    @cached_property
    def space(self) -> str:
        """Name of the vector space: the plugin and a digest of the model."""
        weights = weight_files(self._folder)
        if self.backend == "onnx":
            weights = [file for file in (onnx_file(self._folder, GRAPH),) if file is not None]
        return space_of(self.plugin, self._folder, weights, pooling=self.pooling)

    @cached_property
    def width(self) -> int:
        """Length of a vector."""
        return int(self._encoded(self._tokens.ids(["a"])).shape[1])

    def encode(self, items: Sequence[Content], role: Role = "document") -> Vectors:
        """Return one unit vector per text, in order: (n, d) float32; both roles are one.

        A text longer than the model's window is read up to its end.

        Raises:
            UsageError: One string was given instead of a sequence of them.
            WrongModality: An item is no text.
            ModelMismatch: Weights or tokenizer are damaged.
        """
        ids = self._tokens.ids(only(str, self.name, items))
        lengths = [len(row) for row in ids]
        return by_length(ids, lengths, self.width, self._encoded, most=TOKENS_A_BATCH)

    def _encoded(self, rows: list[list[int]]) -> Vectors:
        batch: Batch = dict(self._tokens.padding(rows))
        weights = token_weights(batch["attention_mask"], self.pooling)
        return unit(self._states.pooled(batch, weights))

    @cached_property
    def _tokens(self) -> Tokens:
        window = window_of(read_json(self._folder / CONFIG), self._type)
        read = from_transformers if self.backend == "torch" else from_file
        found = read(self._folder, window)
        found.padding = replace(found.padding, side="right")
        return found

    @cached_property
    def _states(self) -> States:
        if self.backend == "onnx":
            return OnnxStates(self._folder, self._config)
        from pincite.encode.text_model_torch import TorchStates

        return TorchStates(self._folder, self._config, is_t5=self._type in FAMILIES["t5"])


class T5Encoder(TextModelEncoder):
    """The encoder of T5, mT5 and UMT5."""

    plugin = "t5"
    types = FAMILIES["t5"]


class GptEncoder(TextModelEncoder):
    """GPT and other decoders, read at the last token."""

    plugin = "gpt"
    types = FAMILIES["gpt"]
    usual: ClassVar[Pooling] = "lasttoken"


class OnnxStates:
    """`onnx/model.onnx`, which gives the states of the tokens."""

    def __init__(self, folder: Path, config: Config) -> None:
        """Load the graph.

        Raises:
            ModelMismatch: It is damaged.
        """
        self._model = OnnxModel(folder, GRAPH, config)

    def pooled(self, batch: Batch, weights: Vectors) -> Vectors:
        """Return the weighted sum of the states: ids (n, s), weights (n, s) to (n, d)."""
        mask = batch["attention_mask"]
        places = np.maximum(np.cumsum(mask, axis=1) - 1, 0)
        more = {"token_type_ids": np.zeros_like(mask), "position_ids": places}
        states = self._model.run({**more, **batch}, _OUTPUTS)
        found: Vectors = np.einsum("nsd,ns->nd", states, weights)
        return found


def window_of(said: dict[str, Any], kind: str) -> int:
    """Return how many tokens a model can read, from its config.json.

    Example:
        >>> window_of({"max_position_embeddings": 514}, "roberta")
        512
    """
    places = said.get("max_position_embeddings") or said.get("n_positions")
    if kind in FAMILIES["t5"] or not isinstance(places, int):
        return _UNBOUNDED
    if kind in _FROM_PADDING:  # they count places from the id of padding + 1
        padding = said.get("pad_token_id")
        places -= 1 + (1 if padding is None else int(padding))
    return max(1, min(places, LONGEST))
