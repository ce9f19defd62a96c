"""A model of Sentence Transformers, run by that library."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import safe_open

from pincite.config import Config
from pincite.encode.batches import BATCH
from pincite.encode.model_files import weight_files
from pincite.encode.torch_model import device_of, load, quietly, running
from pincite.errors import ModelMismatch
from pincite.types import Vectors


class TorchSentences:
    """`SentenceTransformer` of a directory; code in it is never run, nothing is downloaded."""

    def __init__(self, folder: Path, config: Config) -> None:
        """Load the model onto the device of the settings.

        Raises:
            UsageError: There is no such device.
            ModelMismatch: Weights are damaged or missing, or it asks for code of its own.
        """
        from sentence_transformers import SentenceTransformer

        self._config, self._device = config, device_of(config)
        with quietly():
            try:
                self._model = SentenceTransformer(
                    str(folder),
                    device=str(self._device),
                    local_files_only=True,
                    trust_remote_code=False,
                    model_kwargs={"use_safetensors": True, "dtype": torch.float32},
                )
            except Exception as error:  # each module raises its own
                reason = " ".join(str(error).split())[:300] or repr(error)
                raise ModelMismatch(
                    f"the model in {str(folder)!r} cannot be loaded: {reason} Fetch or save it "
                    "again; only safetensors are loaded, and no code of a model is run"
                ) from error
        self._model.eval()
        _check_weights(self._model, folder)

    def encode(self, texts: list[str], prompt: str) -> Vectors:
        """Return one vector a text, in order, each read behind the prompt: (n, d)."""
        with running(self._device, self._config):
            found = self._model.encode(
                texts,
                prompt=prompt or None,
                batch_size=BATCH,
                show_progress_bar=False,
                normalize_embeddings=True,
                convert_to_numpy=True,
            )
        return np.asarray(found, np.float32)


def _check_weights(model: Any, folder: Path) -> None:
    """Refuse a Transformer whose weights are not all in the files: the library draws them anew."""
    inner = getattr(model[0], "auto_model", None) if len(model) else None
    if inner is None:
        return
    saved: set[str] = set()
    for file in weight_files(folder):
        with safe_open(file, "pt") as opened:
            saved.update(opened.keys())
    ends = {name[at + 1 :] for name in saved for at, c in enumerate(name) if c == "."} | saved
    missing = [name for name, _ in inner.named_parameters() if name not in ends]
    if any("pooler" not in name for name in missing):
        from transformers import AutoModel

        place = next((f.parent for f in folder.rglob("config.json") if _is_model(f)), folder)
        load(AutoModel, place, torch.device("cpu"), unused=("pooler", "position_ids"))


def _is_model(file: Path) -> bool:
    return '"model_type"' in file.read_text("utf-8")
