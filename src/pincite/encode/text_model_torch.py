"""The states of a text model, with torch."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy.typing as npt
import torch

from pincite.config import Config
from pincite.encode.torch_model import array, device_of, load, running, tensors
from pincite.errors import UsageError
from pincite.types import Vectors

_INPUTS = ("input_ids", "attention_mask")


class TorchStates:
    """`last_hidden_state` of a model of Transformers; of T5 that of its encoder."""

    def __init__(self, folder: Path, config: Config, *, is_t5: bool) -> None:
        """Load the model onto the device of the settings.

        Raises:
            UsageError: There is no such device, or the model has a decoder beside its encoder.
            ModelMismatch: Weights are damaged, missing, or of another model.
        """
        from transformers import AutoModel, AutoModelForTextEncoding

        self._config, self._device, self._wide = config, device_of(config), is_t5
        cls = AutoModelForTextEncoding if is_t5 else AutoModel
        self._model = load(cls, folder, self._device, unused=("pooler", "position_ids"))
        if getattr(self._model.config, "is_encoder_decoder", False) and not is_t5:
            raise UsageError(
                f"{str(folder)!r} holds a {self._model.config.model_type} model with a decoder; "
                "an encoder such as BERT or that of T5 is wanted"
            )

    def pooled(self, batch: dict[str, npt.NDArray[Any]], weights: Vectors) -> Vectors:
        """Return the weighted sum of the states: ids (n, s), weights (n, s) to (n, d)."""
        given = tensors({name: batch[name] for name in _INPUTS}, self._device)
        by = torch.from_numpy(weights).to(self._device)
        with running(self._device, self._config, wide=self._wide):
            states = self._model(**given).last_hidden_state.float()
        return array(torch.einsum("nsd,ns->nd", states, by))
