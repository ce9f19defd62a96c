"""Texts to padded token ids, with Transformers' tokenizer or with `tokenizer.json` alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from pincite.encode.model_files import read_json
from pincite.errors import ModelMismatch, NotFound

if TYPE_CHECKING:
    from tokenizers import Tokenizer

CHARACTERS_A_TOKEN = 64
"""Texts are clipped to this many a token before they are split: no real one is longer."""
_HUGE = 1_000_000  # `model_max_length` beyond it means that none was set
_INPUTS = ("input_ids", "attention_mask")
_FILE, _SETTINGS = "tokenizer.json", "tokenizer_config.json"


def readable_text(text: str, tokens: int) -> str:
    """Return a text as a tokenizer takes it: no lone surrogates, and no longer than need be."""
    return text[: tokens * CHARACTERS_A_TOKEN].encode("utf-8", "replace").decode("utf-8")


@dataclass(frozen=True)
class Padding:
    """How token ids of several lengths become one array.

    Attributes:
        id: What is put where there is no token.
        side: On which side.
        to: Every row is brought to this length; 0: to that of the longest.
    """

    id: int
    side: Literal["left", "right"] = "right"
    to: int = 0

    def __call__(self, rows: Sequence[Sequence[int]]) -> dict[str, npt.NDArray[np.int64]]:
        """Return `input_ids` and `attention_mask`, (n, s) int64.

        Example:
            >>> Padding(0, "left")([[5, 6], [7]])["input_ids"].tolist()
            [[5, 6], [0, 7]]
        """
        length = max(self.to, max(map(len, rows)), 1)
        ids = np.full((len(rows), length), self.id, np.int64)
        mask = np.zeros((len(rows), length), np.int64)
        for i, row in enumerate(rows):
            place = slice(0, len(row)) if self.side == "right" else slice(length - len(row), None)
            ids[i, place], mask[i, place] = row, 1
        return {"input_ids": ids, "attention_mask": mask}


class Tokens:
    """The tokenizer of a model, and how its ids are padded.

    Attributes:
        window: How many tokens a text may have; longer ones are read up to there.
        padding: How ids become an array.
    """

    def __init__(
        self, split: Any, window: int, padding: Padding, names: Sequence[str] = _INPUTS
    ) -> None:
        """Hold what turns texts and a window into lists of ids."""
        self._split, self.window, self.padding = split, window, padding
        self._names = [name for name in _INPUTS if name in names]

    def batch(self, rows: Sequence[Sequence[int]]) -> dict[str, npt.NDArray[np.int64]]:
        """Return the inputs of the model by name, (n, s) each: those its tokenizer names."""
        made = self.padding(rows)
        return {name: made[name] for name in self._names}

    def ids(self, texts: Sequence[str]) -> list[list[int]]:
        """Return the token ids of each text, special tokens among them, at most `window`."""
        if not texts:
            return []
        found: list[list[int]] = self._split(
            [readable_text(text, self.window) for text in texts], self.window
        )
        return [row or [self.padding.id] for row in found]


def from_transformers(folder: Path, window: int, pad_to_window: bool = False) -> Tokens:
    """Return the tokenizer as Transformers loads it.

    Args:
        folder: Of the model.
        window: How many tokens the model can read.
        pad_to_window: Every text is padded to that length, as the model was trained.

    Raises:
        NotFound: There is no tokenizer.
        ModelMismatch: It is damaged.
    """
    from transformers import AutoTokenizer

    _require_tokenizer(folder)
    try:
        made = AutoTokenizer.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    except Exception as error:  # tokenizers raises bare Exception
        raise _no_tokenizer(folder, error) from error
    window = _window(window, made.model_max_length)
    pad = made.pad_token_id if made.pad_token_id is not None else (made.eos_token_id or 0)
    side: Literal["left", "right"] = "left" if made.padding_side == "left" else "right"

    def split(texts: Sequence[str], limit: int) -> Any:
        return made(list(texts), truncation=True, max_length=limit)["input_ids"]

    padding = Padding(int(pad), side, window if pad_to_window else 0)
    return Tokens(split, window, padding, made.model_input_names)


def from_file(
    folder: Path, window: int, pad_to_window: bool = False, lowercase: bool = False
) -> Tokens:
    """Return the tokenizer in `tokenizer.json`, for machines without Transformers.

    Args:
        folder: Of the model.
        window: How many tokens the model can read.
        pad_to_window: Every text is padded to that length, as the model was trained.
        lowercase: The model was trained on small letters only, and its file does not say so.

    Raises:
        NotFound: There is no such file.
        ModelMismatch: It is damaged.
    """
    from tokenizers import Tokenizer

    if not (folder / _FILE).is_file():
        raise NotFound(f"there is no {_FILE} in {str(folder)!r}; save the tokenizer there")
    try:
        made: Tokenizer = Tokenizer.from_file(str(folder / _FILE))
    except Exception as error:  # tokenizers raises bare Exception
        raise _no_tokenizer(folder, error) from error
    said = read_json(folder / _SETTINGS)
    window = _window(window, said.get("model_max_length"))
    side: Literal["left", "right"] = "left" if said.get("padding_side") == "left" else "right"
    pad = _id_of(made, said, "pad_token", made.padding)
    made.no_padding()
    made.enable_truncation(window)

    def split(texts: Sequence[str], limit: int) -> Any:
        texts = [text.lower() for text in texts] if lowercase else list(texts)
        return [encoding.ids for encoding in made.encode_batch_fast(texts)]

    padding = Padding(pad, side, window if pad_to_window else 0)
    return Tokens(split, window, padding, said.get("model_input_names") or _INPUTS)


def _window(model: int, said: Any) -> int:
    """Return the smaller of what the model can read and what its tokenizer was told."""
    return min(model, int(said)) if isinstance(said, int | float) and said < _HUGE else model


def _id_of(made: Tokenizer, said: dict[str, Any], token: str, padding: Any) -> int:
    """Return the id of the padding token, else of the end of a text, else 0."""
    for name in (token, "eos_token"):
        named = said.get(name)
        text = named.get("content") if isinstance(named, dict) else named
        found = made.token_to_id(text) if isinstance(text, str) else None
        if found is not None:
            return int(found)
    return int(padding["pad_id"]) if padding else 0


def _require_tokenizer(folder: Path) -> None:
    files = (_FILE, _SETTINGS, "vocab.txt", "vocab.json", "*.model")
    if not any(any(folder.glob(name)) for name in files):
        raise NotFound(f"there is no tokenizer in {str(folder)!r}; save it beside the model")


def _no_tokenizer(folder: Path, error: Exception) -> ModelMismatch:
    return ModelMismatch(
        f"the tokenizer in {str(folder)!r} cannot be loaded: {str(error)[:300]}; save it again"
    )
