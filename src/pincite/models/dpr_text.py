"""A trained retriever as a text encoder of knowledge bases.

A knowledge base compares vectors of length 1, so by cosine. A model trained with `normalize` is
served exactly as trained. One trained on inner products, as Facebook's is, is ranked by cosine
here, which leaves out how long a passage's vector is; `pincite train` normalises by default.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from pincite.config import Config
from pincite.content import Content, Modality
from pincite.encode import Role
from pincite.encode.readable import only
from pincite.models.dpr import DprModel, load_tokenizers
from pincite.models.quiet import quietly
from pincite.models.tower import window
from pincite.types import Vectors

BATCH = 32
"""Texts that go through the encoder at once, of similar length."""
MAX_TOKENS = 512
"""Longest text that is read, where the model does not say less."""


class DprTextEncoder:
    """Maps questions and passages into the space of a `DprModel`.

    Attributes:
        name: The setting that makes it again; just "dpr" for a model in memory.
        space: "dpr-" and a digest of weights, settings and tokenizers: a model trained further
            is another space, whatever its directory is called.
        width: Length of a vector.
        modalities: Text.
        languages: Empty: the model does not say.
    """

    modalities: frozenset[Modality] = frozenset({"text"})
    languages: frozenset[str] = frozenset()

    def __init__(
        self, directory: str | Path, passages: str | Path | None = None, *, config: Any = None
    ) -> None:
        """Load a model from its directory, or from the two of a question and a passage encoder.

        Args:
            directory: See `DprModel.from_pretrained`.
            passages: Directory of the passage encoder, if it is apart.
            config: Settings; "threads" bounds what torch uses where it is given.

        Raises:
            NotFound: There is no such directory, or no model or no tokenizer in it.
            UsageError: The model in it has a decoder.
            ModelMismatch: Files are damaged, or of something else.
        """
        if isinstance(config, Config) and config["threads"]:
            torch.set_num_threads(config["threads"])
        self.name = f"dpr:{directory}"
        first = Path(directory).expanduser()
        second = None if passages is None else Path(passages).expanduser()
        with quietly():
            model = DprModel.from_pretrained(first, second)
            self._hold(model, *load_tokenizers(first, second))

    @classmethod
    def of(
        cls, model: DprModel, question_tokenizer: Any, passage_tokenizer: Any = None
    ) -> DprTextEncoder:
        """Return an encoder over a model in memory; `space` is that of its weights of now."""
        made = cls.__new__(cls)
        made.name = "dpr"
        made._hold(model, question_tokenizer, passage_tokenizer or question_tokenizer)
        return made

    def _hold(self, model: DprModel, question_tokenizer: Any, passage_tokenizer: Any) -> None:
        self._model = model
        self._tokenizers = {"query": question_tokenizer, "document": passage_tokenizer}
        self.width = model.width
        self.space = f"dpr-{_digest(model, question_tokenizer, passage_tokenizer)}"

    def encode(self, items: Sequence[Content], role: Role = "document") -> Vectors:
        """Return one unit vector per text, in order: (n, d) float32.

        A text longer than the model's window is read up to its end.

        Raises:
            UsageError: One string was given instead of a sequence of them.
            WrongModality: An item is no text.
        """
        texts = only(str, self.name, items)
        was_training = self._model.training
        self._model.eval()
        try:
            return encode_texts(self._model, self._tokenizers[role], texts, role=role, unit=True)
        finally:
            self._model.train(was_training)


@torch.no_grad()
def encode_texts(
    model: DprModel,
    tokenizer: Any,
    texts: Sequence[str],
    *,
    role: Role,
    unit: bool = False,
    max_tokens: int = MAX_TOKENS,
) -> Vectors:
    """Return one vector per text, in order: (n, d) float32; long texts go together.

    Args:
        model: In evaluation mode.
        tokenizer: That of the role.
        texts: Any strings.
        role: Which tower reads them.
        unit: Bring vectors to length 1; a vector of zeros becomes the first axis.
        max_tokens: Longest text that is read, with its special tokens.
    """
    tower = model.encode_questions if role == "query" else model.encode_passages
    vectors = np.zeros((len(texts), model.width), np.float32)
    if not len(texts):
        return vectors
    ids = token_ids(tokenizer, texts, window_of(model, role, max_tokens))
    order = sorted(range(len(ids)), key=lambda i: -len(ids[i]))
    device = next(model.parameters()).device
    for start in range(0, len(order), BATCH):
        part = order[start : start + BATCH]
        batch = tokenizer.pad({"input_ids": [ids[i] for i in part]}, return_tensors="pt")
        out = tower(batch["input_ids"].to(device), batch["attention_mask"].to(device))
        vectors[part] = out.float().cpu().numpy()
    return _unit(vectors) if unit else vectors


def token_ids(tokenizer: Any, texts: Sequence[str], limit: int) -> list[list[int]]:
    """Return the token ids of each text, special tokens among them, at most `limit`."""
    readable = [text.encode("utf-8", "replace").decode("utf-8") for text in texts]
    return tokenizer(readable, truncation=True, max_length=limit)["input_ids"]


def window_of(model: DprModel, role: Role, max_tokens: int = MAX_TOKENS) -> int:
    """Return how many tokens a tower can read, at most `max_tokens`."""
    tower = model.question if role == "query" else model.passage
    return window(tower.encoder, max_tokens)


def _unit(vectors: Vectors) -> Vectors:
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: Vectors = np.asarray(vectors / np.where(norms > 0, norms, 1), np.float32)
    unit[norms[:, 0] == 0, 0] = 1.0
    return unit


def _digest(model: DprModel, *tokenizers: Any) -> str:
    found = hashlib.sha256(json.dumps(model.settings(), sort_keys=True).encode())
    for name, weights in sorted(model.state_dict().items()):
        found.update(f"{name} {tuple(weights.shape)} {weights.dtype} ".encode())
        data = weights.detach().cpu().contiguous()
        found.update(data.view(torch.uint8).numpy().tobytes() if data.numel() else b"")
    for tokenizer in tokenizers:
        found.update(json.dumps(sorted(tokenizer.get_vocab().items())).encode())
        backend = getattr(tokenizer, "backend_tokenizer", None)
        if backend is not None:
            plain = type(backend).from_str(backend.to_str())
            plain.no_padding()  # what the last call asked for is no part of it
            plain.no_truncation()
            found.update(plain.to_str().encode())
    return found.hexdigest()[:16]
