"""Texts to vectors with ONNX Runtime: no torch, one text a thread, nothing padded."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from pincite.config import Config, load_config
from pincite.content import Content, Modality
from pincite.encode import Role, hub
from pincite.encode.build import graph
from pincite.encode.catalog import find_text
from pincite.encode.entry import TOKENIZER, Precision, TextModel
from pincite.encode.readable import only
from pincite.errors import ModelMismatch
from pincite.types import Vectors

if TYPE_CHECKING:
    import onnxruntime
    from tokenizers import Tokenizer

_SLICE = 512  # texts tokenised at a time, so that a long list does not hold all its word pieces
_CHARACTERS_A_PIECE = 64  # texts are clipped here before they are split: no real one is longer


class OnnxTextEncoder:
    """A BERT-like encoder of the catalogue.

    Vectors do not depend on what else is in the batch, nor on its order. Those of int8 differ a
    little from those of fp32, so the two have spaces of their own and are never compared.

    Attributes:
        name: What the catalogue calls it.
        space: Name of the vector space, such as "minilm-l6-v2-int8".
        modalities: Always text.
        languages: Those the model was trained on.
        precision: "fp32" or "int8".
    """

    modalities: frozenset[Modality] = frozenset({"text"})

    def __init__(self, config: Config | None = None, model: str | TextModel = "minilm") -> None:
        """Find the model; it is loaded when the first text is encoded.

        Raises:
            MissingModel: It has not been pulled.
        """
        config = config or load_config()
        entry = find_text(model) if isinstance(model, str) else model
        folder = hub.require(config, entry)
        wanted = config["precision"]
        self.precision: Precision = entry.default_precision if wanted == "auto" else wanted
        self.name = entry.name
        self.space = entry.space + ("" if self.precision == "fp32" else f"-{self.precision}")
        self.languages = entry.languages
        self._prompts = {"query": entry.query_prompt, "document": entry.document_prompt}
        self._threads = config["threads"] or _processors()
        self._characters = entry.max_tokens * _CHARACTERS_A_PIECE
        self._folder, self._entry = folder, entry

    @cached_property
    def _tokenizer(self) -> Tokenizer:
        return _tokenizer(self._folder, self._entry)

    @cached_property
    def _session(self) -> onnxruntime.InferenceSession:
        return _session(graph(self._folder, self._entry, self.precision))

    @property
    def width(self) -> int:
        """Length of a vector."""
        width: int = self._session.get_outputs()[0].shape[0]
        return width

    def encode(self, items: Sequence[Content], role: Role = "document") -> Vectors:
        """Return one unit vector per text, in order: (n, width) float32.

        A text longer than the model's window is read up to its end. A model trained with prompts
        reads that of the role before each text. An empty text has a vector too, though it means
        nothing.

        Raises:
            UsageError: One string was given instead of a sequence of them.
            WrongModality: An item is no text.
            ModelMismatch: The files of the model are not the ones that were pulled.
        """
        prompt = self._prompts[role]
        texts = [prompt + text for text in only(str, self.name, items)]
        vectors = np.empty((len(texts), self.width), np.float32)
        if len(texts) == 1:
            vectors[0] = self._vector(self._pieces(texts)[0])
            return vectors
        with ThreadPoolExecutor(self._threads) as pool:
            for start in range(0, len(texts), _SLICE):
                pieces = self._pieces(texts[start : start + _SLICE])
                # Long texts first: the last to end is then short, and no thread waits for it.
                order = sorted(range(len(pieces)), key=lambda i: -len(pieces[i]))
                for i, vector in zip(
                    order, pool.map(self._vector, (pieces[i] for i in order)), strict=True
                ):
                    vectors[start + i] = vector
        return vectors

    def _pieces(self, texts: Sequence[str]) -> list[list[int]]:
        readable = [_readable(text[: self._characters]) for text in texts]
        return [encoding.ids for encoding in self._tokenizer.encode_batch_fast(readable)]

    def _vector(self, pieces: list[int]) -> npt.NDArray[np.float32]:
        inputs = {"input_ids": np.array(pieces, np.int64)}
        vector: npt.NDArray[np.float32] = self._session.run(["vector"], inputs)[0]
        return vector


def _session(model: Path | bytes) -> onnxruntime.InferenceSession:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    # Texts, not operators, run in parallel: nothing then waits for the slowest of two halves.
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.enable_mem_pattern = False  # it helps inputs of one shape only
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def _tokenizer(folder: Path, model: TextModel) -> Tokenizer:
    from tokenizers import Tokenizer

    [file] = [file for file in model.files if file.name == TOKENIZER]
    text = hub.read_file(folder, file).decode("utf-8")
    try:
        tokenizer = Tokenizer.from_str(text)
    except Exception as error:  # tokenizers raises bare Exception
        raise ModelMismatch(f"{folder / file.name} is no tokenizer: {error}") from error
    tokenizer.no_padding()
    tokenizer.enable_truncation(model.max_tokens)
    return tokenizer


def _readable(text: str) -> str:
    """Replace lone surrogates, which no tokenizer takes; they stem from undecodable names."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _processors() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
