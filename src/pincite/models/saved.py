"""Weights and settings of our own models in a directory: safetensors and JSON, nothing pickled."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from safetensors.torch import load_file, save_file
from torch import nn

from pincite.errors import ModelMismatch, NotFound

WEIGHTS_FILE, TEXT_FOLDER = "model.safetensors", "text"
TEXT_WEIGHTS = "text."
"""Names of the weights of a model's text encoder begin so."""
_FORMAT = 1


def is_transformers(encoder: nn.Module | None) -> bool:
    """Return whether an encoder is one of Transformers, which saves and loads itself."""
    return encoder is not None and hasattr(encoder, "save_pretrained")


def save_model(
    model: nn.Module,
    folder: Path,
    settings_file: str,
    settings: Mapping[str, Any],
    tokenizer: Any = None,
) -> None:
    """Write weights and settings; a text encoder of Transformers goes into `text/`.

    Args:
        model: Its text encoder, if it has one, is `model.text`.
        folder: Made if need be.
        settings_file: Name of the file of settings.
        settings: What JSON can say.
        tokenizer: Saved beside the text encoder.
    """
    folder.mkdir(parents=True, exist_ok=True)
    text = getattr(model, "text", None)
    apart = is_transformers(text)
    weights = {
        name: values.detach().cpu().contiguous()
        for name, values in model.state_dict().items()
        if not (apart and name.startswith(TEXT_WEIGHTS))
    }
    save_file(weights, folder / WEIGHTS_FILE)
    if text is not None and apart:
        text.save_pretrained(folder / TEXT_FOLDER)
    if tokenizer is not None:
        tokenizer.save_pretrained(folder / TEXT_FOLDER)
    content = json.dumps({"format": _FORMAT, **settings}, indent=2, ensure_ascii=False)
    (folder / settings_file).write_text(content + "\n", "utf-8")


def read_settings(folder: Path, settings_file: str) -> dict[str, Any]:
    """Return the settings that `save_model` wrote.

    Raises:
        NotFound: There is no such file.
        ModelMismatch: It is no file of settings of this version.
    """
    file = folder / settings_file
    if not file.is_file():
        raise NotFound(f"there is no {settings_file} in {str(folder)!r}; check the path")
    try:
        saved = json.loads(file.read_text("utf-8"))
        if saved.pop("format") != _FORMAT:
            raise ValueError(f"this version reads format {_FORMAT}")
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise not_ours(file, error) from error
    return dict(saved)


def not_ours(file: Path, error: Exception) -> ModelMismatch:
    """Return the error for settings that make no model."""
    return ModelMismatch(
        f"{str(file)!r} does not describe a model of this version ({error!r}); save it again"
    )


def load_weights(model: nn.Module, folder: Path, name: str = WEIGHTS_FILE) -> None:
    """Fill a model with the weights in a directory, in the precision they were saved in.

    The text encoder of a model, if it is one of Transformers, is filled already.

    Raises:
        ModelMismatch: They are damaged, or of another model.
    """
    file = folder / name
    try:
        weights = load_file(file)
        missing, strange = model.load_state_dict(weights, strict=False)
    except Exception as error:  # safetensors raises its own, torch a RuntimeError
        raise ModelMismatch(f"{str(file)!r} cannot be loaded: {error}; save it again") from error
    apart = is_transformers(getattr(model, "text", None))
    missing = [name for name in missing if not (apart and name.startswith(TEXT_WEIGHTS))]
    if missing or strange:
        raise ModelMismatch(
            f"{str(file)!r} lacks {missing[:3]} and holds {strange[:3]} besides; it is of another "
            "model: save it again"
        )
    for name, parameter in model.named_parameters():
        if name in weights:
            parameter.data = weights[name]
