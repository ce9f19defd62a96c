"""Models of the library Sentence Transformers, loaded from a directory and checked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open

from pincite.encode.model_files import weight_files
from pincite.encode.torch_model import load, quietly
from pincite.errors import ModelMismatch


def sentence_model(cls: Any, folder: Path, device: torch.device) -> Any:
    """Return a model of a directory in float32 in evaluation mode on a device.

    Code in the directory is never run, and nothing is downloaded.

    Args:
        cls: `SentenceTransformer`, `MultiVectorEncoder` or another class of the library.
        folder: Of the model.
        device: Where it runs.

    Raises:
        ModelMismatch: Weights are damaged or missing, or it asks for code of its own.
    """
    with quietly():
        try:
            model = cls(
                str(folder),
                device=str(device),
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
    _check_weights(model, folder)
    return model.eval()


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
