"""What decoding asks of a model, so that encoder–decoders and decoder-only models decode alike."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from pincite.models.rag.marginal import Marginal
from pincite.models.rag.memory import Memory
from pincite.models.rag.steps import Steps

Tensor = Any


class Reader(Protocol):
    """A generator that reads documents once and then writes over all of them.

    Attributes:
        generator: The Transformers model.
        prompt: Tokens of a sequence that are given and not predicted: 1, the start token of an
            encoder–decoder; 0 for a decoder-only model.
    """

    generator: Any
    prompt: int

    def encode(
        self,
        input_ids: Tensor,
        attention_mask: Tensor,
        *,
        features: Mapping[str, Tensor] | None = None,
        feature_masks: Mapping[str, Tensor] | None = None,
        trim: bool = True,
    ) -> Memory:
        """Return the encoded documents."""
        ...

    def steps(self, memory: Memory, cross: Any = None) -> Steps:
        """Return a decoder over `memory` that has taken no step yet."""
        ...

    def generation_config(self, marginal: Marginal) -> Any:
        """Return the settings a search starts from."""
        ...
