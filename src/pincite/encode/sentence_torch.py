"""A model of Sentence Transformers, run by that library."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from pincite.config import Config
from pincite.encode.batches import BATCH
from pincite.encode.sentence_model import sentence_model
from pincite.encode.torch_model import device_of, running
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
        self._model = sentence_model(SentenceTransformer, folder, self._device)

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
