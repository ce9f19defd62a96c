"""Torch models for encoding: loaded from a directory, on a device, run without gradients."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from pincite.config import Config
from pincite.errors import ModelMismatch, UsageError

Batch = Mapping[str, npt.NDArray[Any]]
"""Inputs of a model by name."""


def device_of(config: Config) -> torch.device:
    """Return the device of the setting `device`; "auto" is the first GPU, or the processor.

    Raises:
        UsageError: It is no device, or one that is not here.
    """
    wanted = config["device"]
    if wanted == "auto":
        mps = "mps" if torch.backends.mps.is_available() else "cpu"
        return torch.device("cuda" if torch.cuda.is_available() else mps)
    try:
        device = torch.device(wanted)
        torch.empty(1, device=device)
    except (RuntimeError, AssertionError, ImportError) as error:  # a build without it asserts
        raise UsageError(
            f"setting 'device' is {wanted!r}, and there is none of it here: "
            f"{str(error).splitlines()[0]} Use auto, cpu, cuda, cuda:N or mps"
        ) from error
    return device


@contextmanager
def running(device: torch.device, config: Config, *, wide: bool = False) -> Iterator[None]:
    """Hold no gradients, and use half precision on a GPU unless `precision = "fp32"`.

    Args:
        device: Where the model is.
        config: Settings.
        wide: The model's numbers leave the range of float16, as those of T5 do: where the GPU has
            no bfloat16 it stays with float32.
    """
    if config["threads"]:
        torch.set_num_threads(config["threads"])
    with torch.inference_mode():
        short = _half(device, wide) if config["precision"] != "fp32" else None
        if short is None:
            yield
            return
        with torch.autocast("cuda", dtype=short):
            yield


def _half(device: torch.device, wide: bool) -> torch.dtype | None:
    if device.type != "cuda":
        return None
    if torch.cuda.is_bf16_supported(including_emulation=False):
        return torch.bfloat16
    return None if wide else torch.float16


def load(cls: Any, folder: Path, device: torch.device, unused: Sequence[str] = ()) -> Any:
    """Return a Transformers model in float32 in evaluation mode on a device.

    Args:
        cls: Its class, or an Auto class.
        folder: Of the model: config.json and safetensors.
        device: Where it runs.
        unused: What the names of weights contain that may be missing, for nothing asks for them.

    Raises:
        ModelMismatch: Weights are damaged, missing, or of another model.
    """
    with quietly():
        try:
            model, info = cls.from_pretrained(
                folder,
                local_files_only=True,
                use_safetensors=True,
                trust_remote_code=False,
                dtype=torch.float32,
                output_loading_info=True,
            )
        except Exception as error:  # safetensors, torch and Transformers each raise their own
            raise ModelMismatch(
                f"the model in {str(folder)!r} cannot be loaded: {_first_line(error)} "
                "Fetch or save it again; only safetensors are loaded"
            ) from error
    missing = sorted(
        name for name in info["missing_keys"] if not any(part in name for part in unused)
    )
    if missing:
        raise ModelMismatch(
            f"the weights in {str(folder)!r} lack {', '.join(missing[:3])} "
            f"({len(missing)} in all), so it is not the model its settings name; fetch it again"
        )
    return model.eval().to(device)


def tensors(batch: Batch, device: torch.device) -> dict[str, Any]:
    """Return the inputs as tensors on a device."""
    return {name: torch.from_numpy(np.ascontiguousarray(v)).to(device) for name, v in batch.items()}


def array(out: Any) -> npt.NDArray[np.float32]:
    """Return a tensor as a float32 array in memory."""
    found: npt.NDArray[np.float32] = out.detach().float().cpu().numpy()
    return found


@contextmanager
def quietly() -> Iterator[None]:
    """Keep Transformers' progress bars and reports off stderr, while it lasts."""
    from transformers.utils import logging

    shown, level = logging.is_progress_bar_enabled(), logging.get_verbosity()
    logging.disable_progress_bar()
    logging.set_verbosity_error()
    try:
        yield
    finally:
        logging.set_verbosity(level)
        if shown:
            logging.enable_progress_bar()


def _first_line(error: Exception) -> str:
    return next((line for line in str(error).splitlines() if line.strip()), repr(error))[:300]
