"""Texts, pictures and sounds to vectors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Protocol

from pincite.registry import Plugin, Registry
from pincite.types import Modality, Vectors

Role = Literal["query", "document"]


class TextEncoder(Protocol):
    """Maps texts into one vector space."""

    space: str
    width: int
    modalities: frozenset[Modality]

    def encode(self, texts: Sequence[str], role: Role = "document") -> Vectors:
        """Return one unit vector per text, in order: (n, d) float32."""
        ...


encoders: Registry[TextEncoder] = Registry(
    kind="encoder",
    group="pincite.encoders",
    builtin={
        "minilm": Plugin("pincite.encode.onnx_text:OnnxTextEncoder"),
    },
)
