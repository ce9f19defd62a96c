"""Pictures to vectors with a model of timm: VGG, Inception, EfficientNet and over a thousand more.

A model is a directory as timm's `save_pretrained` (`timm.models.save_for_hf`) and the hub have it:
`config.json`, which names the `architecture` and in `pretrained_cfg` how pictures are prepared, and
`model.safetensors`. The vector is what the classifier would read (`num_classes = 0`).
https://huggingface.co/docs/timm
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from safetensors.torch import load_file

from pincite.config import Config, load_config
from pincite.content import Content, Modality
from pincite.encode import Role
from pincite.encode.model_files import locate, read_json, space_of
from pincite.encode.torch_model import array, device_of, running
from pincite.encode.visual import VISUAL, Pixels, visual_vectors
from pincite.errors import MissingExtra, ModelMismatch, NotFound, UsageError
from pincite.types import Vectors

WEIGHTS = "model.safetensors"
_FILTERS = {name.lower(): Image.Resampling[name] for name in Image.Resampling.__members__}


class TimmEncoder:
    """Maps pictures, and footage by the mean of its frames, into the space of a model of timm.

    Attributes:
        name: The setting that makes it again, such as "timm:./vgg16".
        space: "timm-" and a digest of the model.
        width: Length of a vector.
        modalities: Pictures and video.
        languages: Empty: it reads no words.
    """

    modalities: frozenset[Modality] = VISUAL
    languages: frozenset[str] = frozenset()

    def __init__(self, directory: str | Path, *, config: Config | None = None) -> None:
        """Build the architecture and fill it with the weights of a directory.

        Args:
            directory: Of the model.
            config: Settings; `device`, `precision` and `threads` say how it runs.

        Raises:
            MissingExtra: timm, or torchvision that it needs, is not installed.
            NotFound: There is no such directory, no config.json or no weights in it.
            UsageError: config.json names no architecture of timm.
            ModelMismatch: Weights are damaged, or of another model.
        """
        for package in ("timm", "torchvision"):
            if find_spec(package) is None:
                raise MissingExtra("encoder", "timm", package, "timm")
        self._config = config or load_config()
        self.name = f"timm:{directory}"
        folder = locate(directory)
        said = _described(folder)
        self._device = device_of(self._config)
        self._model = _model(folder, said).to(self._device)
        self._preparation = Preparation.read(folder, said.get("pretrained_cfg") or said)
        self.width = self._measured(folder)
        self.space = space_of("timm", folder, [folder / WEIGHTS])

    def encode(self, items: Sequence[Content], role: Role = "document") -> Vectors:
        """Return one unit vector per item, in order: (n, d) float32; both roles are one.

        Raises:
            UsageError: One string was given instead of a sequence of items.
            WrongModality: An item is neither a picture nor footage.
        """
        return visual_vectors(self.name, items, self.width, self._vectors)

    def _measured(self, folder: Path) -> int:
        """Return the length of the vector of a picture."""
        try:
            return len(self._vectors([np.full((8, 8, 3), 127, np.uint8)])[0])
        except (RuntimeError, AssertionError) as error:
            raise ModelMismatch(
                f"the model in {str(folder)!r} does not read pictures of the input_size that its "
                f"config.json says: {str(error).splitlines()[0]}. Correct it, or save it again"
            ) from error

    def _vectors(self, pictures: list[Pixels]) -> Vectors:
        pixels = np.stack([self._preparation(picture) for picture in pictures])
        with running(self._device, self._config):
            return array(self._model(torch.from_numpy(pixels).to(self._device)).flatten(1))


@dataclass(frozen=True, slots=True)
class Preparation:
    """How pixels become the input of a model, as timm does it where nothing is trained.

    Attributes:
        height, width: Of the input.
        share: The input is this share of the resized picture, the rest is cut off (`crop_pct`).
        squash: Both sides are resized apart; else the shorter one decides, and the middle is cut.
        resample: Pillow's filter.
        mean, std: Of each colour between 0 and 1.
    """

    height: int
    width: int
    share: float
    squash: bool
    resample: Image.Resampling
    mean: tuple[float, ...]
    std: tuple[float, ...]

    @classmethod
    def read(cls, folder: Path, said: Any) -> Preparation:
        """Return what `pretrained_cfg` says; what it leaves out is ImageNet's.

        Raises:
            ModelMismatch: It asks for what is not done here.
        """
        try:
            channels, height, width = map(int, said.get("input_size") or (3, 224, 224))
            mode = said.get("crop_mode") or "center"
            if channels != 3 or mode not in ("center", "squash"):
                raise ValueError(f"input of {channels} channels, crop_mode {mode!r}")
            return cls(
                height=height,
                width=width,
                share=float(said.get("crop_pct") or 0.875),
                squash=mode == "squash",
                resample=_FILTERS[said.get("interpolation") or "bicubic"],
                mean=tuple(map(float, said.get("mean") or (0.485, 0.456, 0.406))),
                std=tuple(map(float, said.get("std") or (0.229, 0.224, 0.225))),
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise ModelMismatch(
                f"pretrained_cfg in {str(folder / 'config.json')!r} says what cannot be done here "
                f"({error!r}); RGB pictures, cut in the middle or squashed, are"
            ) from error

    def __call__(self, pixels: Pixels) -> Vectors:
        """Return one picture as the model takes it: (h, w, 3) uint8 to (3, height, width)."""
        rows, columns = self._resized(*pixels.shape[:2])
        whole = Image.fromarray(pixels).resize((columns, rows), self.resample)
        top, left = round((rows - self.height) / 2), round((columns - self.width) / 2)
        made = whole.crop((left, top, left + self.width, top + self.height))
        scaled = np.asarray(made, np.float32) / 255
        normal = (scaled - np.array(self.mean, np.float32)) / np.array(self.std, np.float32)
        return np.ascontiguousarray(normal.transpose(2, 0, 1), np.float32)

    def _resized(self, height: int, width: int) -> tuple[int, int]:
        """Return the size of the whole picture, of which the middle is seen."""
        rows, columns = int(self.height / self.share), int(self.width / self.share)
        if self.squash:
            return rows, columns
        if rows == columns:
            long = int(rows * max(height, width) / min(height, width))
            return (long, rows) if height > width else (rows, long)
        scale = max(rows / height, columns / width)
        return round(height * scale), round(width * scale)


def _described(folder: Path) -> dict[str, Any]:
    if not (folder / "config.json").is_file():
        raise NotFound(f"there is no config.json in {str(folder)!r}, so no model; check the path")
    if not (folder / WEIGHTS).is_file():
        raise NotFound(
            f"there is no {WEIGHTS} in {str(folder)!r}; fetch it, for weights of other formats "
            "(.bin, .pth, pickle) are never loaded"
        )
    return read_json(folder / "config.json")


def _model(folder: Path, said: dict[str, Any]) -> Any:
    """Return the network without its classifier, in evaluation mode."""
    timm = import_module("timm")
    architecture = str(said.get("architecture", "")).split(".")[0]
    if not timm.is_model(architecture):
        raise UsageError(
            f"{str(folder / 'config.json')!r} names the architecture {architecture!r}, which timm "
            f"{timm.__version__} does not have; name a directory that timm's save_for_hf wrote"
        )
    classes = said.get("num_classes", (said.get("pretrained_cfg") or said).get("num_classes", 1000))
    arguments = {"num_classes": classes, **said.get("model_args", {})}
    try:
        model = timm.create_model(architecture, pretrained=False, **arguments)
        lacking, strange = model.load_state_dict(load_file(folder / WEIGHTS), strict=False)
    except Exception as error:  # safetensors, torch and each architecture raise their own
        reason = (str(error).splitlines() or [repr(error)])[0]
        raise ModelMismatch(
            f"the model in {str(folder)!r} cannot be loaded: {reason} Fetch or save it again"
        ) from error
    strange = [name for name in strange if not name.startswith("AuxLogits.")]
    if lacking or strange:
        raise ModelMismatch(
            f"the weights in {str(folder)!r} lack {lacking[:3]} and hold {strange[:3]} besides: "
            f"they are not those of {architecture}; fetch or save the model again"
        )
    model.reset_classifier(0)
    return model.eval()
