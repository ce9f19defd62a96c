"""The two halves of an image-text model of Transformers."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy.typing as npt

from pincite.config import Config
from pincite.encode.torch_model import array, device_of, load, running, tensors
from pincite.types import Vectors


class TorchTowers:
    """`get_text_features` and `get_image_features` of CLIPModel, SiglipModel and their kin."""

    def __init__(self, folder: Path, config: Config) -> None:
        """Load the model onto the device of the settings.

        Raises:
            UsageError: There is no such device.
            ModelMismatch: Weights are damaged, missing, or of another model.
        """
        from transformers import AutoModel

        self._config, self._device = config, device_of(config)
        self._model = load(AutoModel, folder, self._device, unused=_UNUSED)

    def texts(self, batch: Mapping[str, npt.NDArray[Any]]) -> Vectors:
        """Return one vector a text: (n, s) ids to (n, d)."""
        with running(self._device, self._config):
            out = self._model.get_text_features(**tensors(batch, self._device))
            return array(out.pooler_output)

    def pictures(self, batch: Mapping[str, npt.NDArray[Any]]) -> Vectors:
        """Return one vector a picture: (n, 3, h, w) to (n, d)."""
        with running(self._device, self._config):
            out = self._model.get_image_features(**tensors(batch, self._device))
            return array(out.pooler_output)


_UNUSED = ("logit_scale", "logit_bias", "text_model.pooler", "position_ids")
"""Of the loss, a pooler that is not asked, and counts that are no weights."""
