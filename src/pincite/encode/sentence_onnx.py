"""A model of Sentence Transformers that was exported: Transformer, pooling, dense layers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from safetensors import SafetensorError
from safetensors.numpy import load_file

from pincite.config import Config
from pincite.encode.batches import by_length
from pincite.encode.model_files import CONFIG, model_type, read_json, read_list
from pincite.encode.pooling import pooling_of, token_weights
from pincite.encode.text_model import TOKENS_A_BATCH, OnnxStates, window_of
from pincite.encode.tokens import from_file
from pincite.errors import ModelMismatch, UsageError
from pincite.types import Vectors

_LAYERS = {"Transformer", "Pooling", "Dense", "Normalize"}
_ACTIVATIONS: Mapping[str, Callable[[Vectors], Vectors]] = {
    "Identity": lambda x: x,
    "Tanh": np.tanh,
    "ReLU": lambda x: np.maximum(x, 0),
}


class OnnxSentences:
    """`onnx/model.onnx` and what `modules.json` puts behind it."""

    def __init__(self, folder: Path, config: Config) -> None:
        """Load graph, tokenizer and dense layers.

        Raises:
            UsageError: It has modules that only torch can run.
            NotFound: There is no tokenizer.json.
            ModelMismatch: Files are damaged.
        """
        modules = read_list(folder / "modules.json")
        kinds = [str(module.get("type", "")).rpartition(".")[2] for module in modules]
        self._pooling = pooling_of(folder) or "mean"
        prompt_counts = read_json(folder / "1_Pooling" / CONFIG).get("include_prompt", True)
        strange = sorted(set(kinds) - _LAYERS) or ([] if prompt_counts else ["a pooling of parts"])
        if strange:
            raise UsageError(
                f"the model in {str(folder)!r} has {', '.join(strange)}, which ONNX Runtime does "
                "not run here; set backend = torch"
            )
        place = folder / str(modules[0].get("path", ""))
        said = read_json(place / "sentence_bert_config.json")
        window = window_of(read_json(place / CONFIG), model_type(place))
        window = min(window, int(said.get("max_seq_length") or window))
        self._tokens = from_file(place, window, lowercase=bool(said.get("do_lower_case")))
        self._states = OnnxStates(folder, config)
        paths = [str(module["path"]) for module in modules]
        self._dense = [
            Dense(folder / path) for path, kind in zip(paths, kinds, strict=True) if kind == "Dense"
        ]

    def encode(self, texts: list[str], prompt: str) -> Vectors:
        """Return one vector a text, in order, each read behind the prompt: (n, d)."""
        ids = self._tokens.ids([prompt + text for text in texts])
        width = len(self._rows(ids[:1])[0])
        return by_length(ids, [len(row) for row in ids], width, self._rows, most=TOKENS_A_BATCH)

    def _rows(self, rows: list[list[int]]) -> Vectors:
        batch: dict[str, npt.NDArray[Any]] = dict(self._tokens.padding(rows))
        vectors = self._states.pooled(batch, token_weights(batch["attention_mask"], self._pooling))
        for layer in self._dense:
            vectors = layer(vectors)
        return vectors


class Dense:
    """f(W x + b), from a directory of Sentence Transformers."""

    def __init__(self, folder: Path) -> None:
        """Read weights and the name of f.

        Raises:
            ModelMismatch: There are no weights in safetensors, or f is not known.
        """
        said = read_json(folder / CONFIG)
        name = str(said.get("activation_function", "Tanh")).rpartition(".")[2]
        try:
            self._weights = load_file(folder / "model.safetensors")
            self._matrix = self._weights["linear.weight"]
            self._function = _ACTIVATIONS[name]
        except (OSError, KeyError, SafetensorError) as error:
            raise ModelMismatch(
                f"the dense layer in {str(folder)!r} cannot be used ({error!r}); known are "
                f"{', '.join(_ACTIVATIONS)}, with weights in model.safetensors"
            ) from error
        if said.get("use_residual"):
            raise ModelMismatch(f"the dense layer in {str(folder)!r} adds its input; use torch")

    def __call__(self, vectors: Vectors) -> Vectors:
        """Return (n, e) for (n, d)."""
        bias = self._weights.get("linear.bias", 0)
        return np.asarray(self._function(vectors @ self._matrix.T + bias), np.float32)
