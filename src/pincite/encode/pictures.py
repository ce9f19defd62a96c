"""Pixels to what a vision model takes, as `preprocessor_config.json` says; no torch is needed.

Resize (Pillow's filters), crop, rescale, normalise: the steps of Transformers' image processors.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from pincite.encode.model_files import read_json
from pincite.encode.visual import middle
from pincite.errors import ModelMismatch, NotFound
from pincite.types import Vectors

_CLIP_MEAN, _CLIP_STD = (0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711)
_HALF = (0.5, 0.5, 0.5)
_IMAGENET_MEAN, _IMAGENET_STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
_EDGE = {"shortest_edge": 224}
_SQUARE = {"height": 224, "width": 224}
_CLIP: dict[str, Any] = {"size": _EDGE, "do_center_crop": True, "crop_size": _SQUARE, "resample": 3}
_CLIP |= {"image_mean": _CLIP_MEAN, "image_std": _CLIP_STD}
_PLAIN: dict[str, Any] = {"size": _SQUARE, "resample": 2, "image_mean": _HALF, "image_std": _HALF}
_CONVNEXT: dict[str, Any] = {"size": {"shortest_edge": 384}, "crop_pct": 224 / 256, "resample": 3}
_CONVNEXT |= {"image_mean": _IMAGENET_MEAN, "image_std": _IMAGENET_STD}
DEFAULTS: Mapping[str, Mapping[str, Any]] = {
    "CLIPImageProcessor": _CLIP,
    "ChineseCLIPImageProcessor": _CLIP,
    "SiglipImageProcessor": {**_PLAIN, "resample": 3},
    "ViTImageProcessor": _PLAIN,
    "BitImageProcessor": _CLIP,
    "ConvNextImageProcessor": _CONVNEXT,
    "Siglip2ImageProcessor": {**_PLAIN, "patch_size": 16, "max_num_patches": 256},
}
"""What a processor of Transformers does where its file does not say."""


@dataclass(frozen=True, slots=True)
class Preprocessing:
    """How pixels become the input of a model.

    Attributes:
        edge: The shorter side is brought to this length; 0: `height` and `width` are met.
        height, width: Of the result.
        resample: Number of Pillow's filter; None: pictures keep their size before the crop.
        factor: Each number is multiplied by it.
        mean, std: Of each colour, after that.
        patch: Side of a patch where pictures keep their proportions (NaFlex); else 0.
        most_patches: How many there are at most.
    """

    edge: int
    height: int
    width: int
    resample: int | None
    factor: float
    mean: tuple[float, ...]
    std: tuple[float, ...]
    patch: int = 0
    most_patches: int = 0

    @classmethod
    def read(cls, folder: Path) -> Preprocessing:
        """Return what the files in the directory of a model say.

        Raises:
            NotFound: There is no preprocessor_config.json and no processor_config.json.
            ModelMismatch: They are damaged, or ask for what is not known here.
        """
        said = read_json(folder / "preprocessor_config.json")
        said = said or read_json(folder / "processor_config.json").get("image_processor") or {}
        if not said:
            raise NotFound(
                f"there is no preprocessor_config.json in {str(folder)!r}, so nothing says how "
                "pictures are prepared; save the image processor beside the model"
            )
        kind = str(said.get("image_processor_type") or said.get("feature_extractor_type") or "")
        kind = kind.replace("FeatureExtractor", "ImageProcessor")
        kind = kind.removesuffix("Fast").removesuffix("Pil")
        if kind not in DEFAULTS:
            raise ModelMismatch(
                f"pictures in {str(folder)!r} are prepared by {kind or 'an unnamed processor'}, "
                f"known are {', '.join(sorted(DEFAULTS))}; choose a model of these"
            )
        try:
            return _read(kind, {**DEFAULTS[kind], **said})
        except (KeyError, TypeError, ValueError) as error:
            raise ModelMismatch(
                f"the image processor in {str(folder)!r} says what cannot be done ({error!r}); "
                "save it again"
            ) from error

    def __call__(self, pictures: Sequence[npt.NDArray[np.uint8]]) -> dict[str, npt.NDArray[Any]]:
        """Return the inputs of the model by name, n pictures (h, w, 3) uint8 in order.

        `pixel_values` is (n, 3, h, w) float32; with patches it is (n, p, patch * patch * 3), and
        `pixel_attention_mask` (n, p) and `spatial_shapes` (n, 2) are there too.
        """
        if self.patch:
            return _patched(self, pictures)
        return {"pixel_values": np.stack([self._scaled(self._fitted(p)) for p in pictures])}

    def _fitted(self, pixels: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
        """Return pixels of the size that the model takes, (height, width, 3)."""
        if self.resample is None:
            return _cropped(pixels, self.height, self.width)
        if not self.edge:
            return resized(pixels, self.height, self.width, self.resample)
        cut = middle(pixels)
        h, w = cut.shape[:2]
        long = int(self.edge * max(h, w) / min(h, w))
        high, wide = (long, self.edge) if h >= w else (self.edge, long)
        return _cropped(resized(cut, high, wide, self.resample), self.height, self.width)

    def _scaled(self, pixels: npt.NDArray[np.uint8]) -> Vectors:
        """Return (3, h, w) float32, rescaled and normalised."""
        scaled = (pixels.astype(np.float64) * self.factor).astype(np.float32)
        mean, std = np.array(self.mean, np.float32), np.array(self.std, np.float32)
        return np.ascontiguousarray(((scaled - mean) / std).transpose(2, 0, 1))


def resized(
    pixels: npt.NDArray[np.uint8], height: int, width: int, resample: int
) -> npt.NDArray[np.uint8]:
    """Return a picture at another size, by the filter of this number in Pillow."""
    made = Image.fromarray(pixels).resize((width, height), Image.Resampling(resample))
    return np.asarray(made)


def _read(kind: str, said: Mapping[str, Any]) -> Preprocessing:
    size = said.get("size", {})
    size = {"shortest_edge": size} if isinstance(size, int) and kind in _BY_EDGE else size
    size = {"height": size, "width": size} if isinstance(size, int) else size
    edge = int(size.get("shortest_edge") or 0)
    crop = said["crop_size"] if said.get("do_center_crop") else None
    crop = {"height": crop, "width": crop} if isinstance(crop, int) else crop
    if kind == "ConvNextImageProcessor" and not crop:
        side, edge = edge, (int(edge / said["crop_pct"]) if edge < 384 else 0)
        crop = {"height": side, "width": side}
    normal = said.get("do_normalize", True)
    made = Preprocessing(
        edge=edge,
        height=int((crop or size).get("height") or 0),
        width=int((crop or size).get("width") or 0),
        resample=int(said["resample"]) if said.get("do_resize", True) else None,
        factor=float(said.get("rescale_factor", 1 / 255)) if said.get("do_rescale", True) else 1.0,
        mean=tuple(map(float, said["image_mean"])) if normal else (0.0,) * 3,
        std=tuple(map(float, said["image_std"])) if normal else (1.0,) * 3,
    )
    if kind == "Siglip2ImageProcessor":
        most = int(said["max_num_patches"])
        return replace(made, patch=int(said["patch_size"]), most_patches=most)
    if not (made.height and made.width):
        raise ValueError(f"pictures of no fixed size: size {size}, crop {crop}")
    return made


_BY_EDGE = ("CLIPImageProcessor", "ChineseCLIPImageProcessor", "BitImageProcessor")


def _cropped(pixels: npt.NDArray[np.uint8], height: int, width: int) -> npt.NDArray[np.uint8]:
    """Return the middle of a picture, (height, width, 3), black around it where it is smaller."""
    h, w = pixels.shape[:2]
    canvas = np.zeros((max(h, height), max(w, width), 3), np.uint8)
    above, before = math.ceil((len(canvas) - h) / 2), math.ceil((canvas.shape[1] - w) / 2)
    canvas[above : above + h, before : before + w] = pixels
    top, left = (h - height) // 2 + above, (w - width) // 2 + before
    return canvas[top : top + height, left : left + width]


def _patched(
    how: Preprocessing, pictures: Sequence[npt.NDArray[np.uint8]]
) -> dict[str, npt.NDArray[Any]]:
    """Return patches of pictures that keep their proportions (SigLIP 2 NaFlex)."""
    side, most = how.patch, how.most_patches
    values = np.zeros((len(pictures), most, side * side * 3), np.float32)
    mask = np.zeros((len(pictures), most), np.int32)
    shapes = np.zeros((len(pictures), 2), np.int64)
    for i, pixels in enumerate(pictures):
        high, wide = patch_size(pixels.shape[0], pixels.shape[1], side, most)
        picture = pixels
        if how.resample is not None:
            picture = resized(pixels, high, wide, how.resample)
        scaled = how._scaled(picture)
        rows, columns = scaled.shape[1] // side, scaled.shape[2] // side
        patches = scaled.reshape(3, rows, side, columns, side).transpose(1, 3, 2, 4, 0)
        values[i, : rows * columns] = patches.reshape(rows * columns, -1)
        mask[i, : rows * columns] = 1
        shapes[i] = rows, columns
    return {"pixel_values": values, "pixel_attention_mask": mask, "spatial_shapes": shapes}


def patch_size(height: int, width: int, side: int, most: int) -> tuple[int, int]:
    """Return the height and width in whole patches at which a picture has at most `most` of them.

    The scale is searched by halving, as Transformers does, so that sizes are the same.

    Example:
        >>> patch_size(480, 640, 16, 256)
        (224, 288)
    """
    low, high = 1e-6, 100.0
    while high - low >= 1e-5:
        middle = (low + high) / 2
        rows, columns = (_whole(middle, length, side) // side for length in (height, width))
        low, high = (middle, high) if rows * columns <= most else (low, middle)
    return _whole(low, height, side), _whole(low, width, side)


def _whole(scale: float, length: int, side: int) -> int:
    return max(side, math.ceil(length * scale / side) * side)
