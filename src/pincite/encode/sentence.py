"""Texts to vectors with a model of Sentence Transformers, its prompts and its further layers.

With torch the library itself runs it, whatever its modules are. With ONNX Runtime it is a
Transformer, a pooling, and perhaps dense layers: what most such models are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, Protocol

from pincite.config import Config, load_config
from pincite.content import Content, Modality
from pincite.encode import Role
from pincite.encode.backends import Backend, backend_of, onnx_file
from pincite.encode.batches import unit
from pincite.encode.model_files import locate, read_json, space_of, weight_files
from pincite.encode.readable import only
from pincite.encode.text_model import GRAPH
from pincite.encode.tokens import readable_text
from pincite.errors import NotFound
from pincite.types import Vectors

MODULES, SETTINGS = "modules.json", "config_sentence_transformers.json"
_PROMPTS: Mapping[Role, tuple[str, ...]] = {
    "query": ("query",),
    "document": ("document", "passage", "corpus"),
}
"""Names of the prompts of each role, the first there is."""
_PACKAGES = ("torch", "transformers", "sentence_transformers")
_LONGEST = 8_192  # tokens; texts are clipped where no tokenizer would read on


class Sentences(Protocol):
    """A model that has a vector for each text."""

    def encode(self, texts: list[str], prompt: str) -> Vectors:
        """Return one vector a text, in order, each read behind the prompt: (n, d)."""
        ...


class SentenceEncoder:
    """Maps texts into the space of a model of Sentence Transformers.

    Attributes:
        plugin: What it is called in settings.
        name: The setting that makes it again, such as "sentence-transformers:intfloat/e5-small".
        backend: What runs it, "torch" or "onnx".
        prompts: What is put before a text in each role.
        modalities: Text.
        languages: Empty: the model does not say.
    """

    plugin: ClassVar[str] = "sentence-transformers"
    modalities: frozenset[Modality] = frozenset({"text"})
    languages: frozenset[str] = frozenset()

    def __init__(self, directory: str | Path, *, config: Config | None = None) -> None:
        """Find the model; it is loaded when something is encoded.

        Args:
            directory: Of the model, or its id if it is in the cache of the Hugging Face hub.
            config: Settings: `backend`, `device`, `precision`, `threads`.

        Raises:
            NotFound: There is no such model, or it is not of Sentence Transformers.
            MissingExtra: It needs torch, which is not installed.
            ModelMismatch: Its settings are damaged.
        """
        self._config = config or load_config()
        self.name = f"{self.plugin}:{directory}"
        self._folder = locate(directory)
        if not (self._folder / MODULES).is_file():
            raise NotFound(
                f"there is no {MODULES} in {str(self._folder)!r}, so it is no model of Sentence "
                f"Transformers; if it is a plain text encoder use transformers:{directory}"
            )
        said = read_json(self._folder / SETTINGS).get("prompts") or {}
        self.prompts = {role: _prompt(said, role) for role in _PROMPTS}
        self.backend: Backend = backend_of(
            self._config, self.plugin, self._folder, (GRAPH,), _PACKAGES
        )

    @cached_property
    def space(self) -> str:
        """Name of the vector space: the plugin and a digest of the model."""
        weights = weight_files(self._folder)
        if self.backend == "onnx":
            graph = onnx_file(self._folder, GRAPH)
            weights = [f for f in weights if f.parent != self._folder] + ([graph] if graph else [])
        return space_of(self.plugin, self._folder, weights)

    @cached_property
    def width(self) -> int:
        """Length of a vector."""
        return int(self._sentences.encode(["a"], "").shape[1])

    def encode(self, items: Sequence[Content], role: Role = "document") -> Vectors:
        """Return one unit vector per text, in order: (n, d) float32.

        A text longer than the model's window is read up to its end.

        Raises:
            UsageError: One string was given instead of a sequence of them.
            WrongModality: An item is no text.
            ModelMismatch: The model is damaged, or asks for code of its own.
        """
        texts = [readable_text(text, _LONGEST) for text in only(str, self.name, items)]
        if not texts:
            return unit(self._sentences.encode(["a"], "")[:0])
        return unit(self._sentences.encode(texts, self.prompts[role]))

    @cached_property
    def _sentences(self) -> Sentences:
        if self.backend == "onnx":
            from pincite.encode.sentence_onnx import OnnxSentences

            return OnnxSentences(self._folder, self._config)
        from pincite.encode.sentence_torch import TorchSentences

        return TorchSentences(self._folder, self._config)


def _prompt(prompts: Any, role: Role) -> str:
    """Return the prompt of a role, as Sentence Transformers chooses it; "" for none.

    Example:
        >>> _prompt({"query": "query: ", "document": "", "passage": "passage: "}, "document")
        'passage: '
    """
    named = (prompts.get(name) for name in _PROMPTS[role])
    return str(next((text for text in named if text), ""))
