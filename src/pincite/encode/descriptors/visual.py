"""Pictures that look alike, found without a model."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import cv2
import numpy as np

from pincite.config import Config
from pincite.content import Content, Footage, Modality, Picture
from pincite.encode import Role
from pincite.encode.descriptors import looks
from pincite.encode.readable import readable
from pincite.types import Vectors

WEIGHTS = {"layout": 1.0, "colours": 1.0, "edges": 2.0, "texture": 1.0}
"""How much the parts count; shape as much as layout and colour together."""


class VisualEncoder:
    """Describes a picture by layout, colours, edges and texture; footage by the mean of its frames.

    The parts of `looks`, each of unit length and weighed by `WEIGHTS`. It finds pictures of
    alike scenes, and copies made smaller, darker, coarser or cropped; it knows no objects.
    """

    name = "visual"
    space = "visual-1"
    width = 419
    modalities: frozenset[Modality] = frozenset({"image", "video"})
    languages: frozenset[str] = frozenset()

    def __init__(self, config: Config | None = None) -> None:
        """Take the settings as any encoder does; none of them matters here."""

    def encode(self, items: Sequence[Content], role: Role = "document") -> Vectors:
        """Return one unit vector per picture or footage, in order: (n, 419) float32.

        Raises:
            WrongModality: An item is neither.
        """
        readable(self.name, self.modalities, items)
        vectors = np.empty((len(items), self.width), np.float32)
        for row, item in enumerate(items):
            vectors[row] = _vector(item)
        return vectors


def _vector(item: Content) -> looks.Numbers:
    if isinstance(item, Footage):
        mean = np.mean([described(frame) for frame in item.frames], axis=0)
        return _unit(np.asarray(mean, np.float32))
    if isinstance(item, Picture):
        return described(item.pixels)
    raise TypeError(f"expected a picture or footage, got {type(item).__name__}")


def described(pixels: looks.Pixels) -> looks.Numbers:
    """Return the description of a picture (h, w, 3): (419,) of unit length."""
    square = looks.scaled(pixels)
    lit, grey = looks.evened(square), cv2.cvtColor(square, cv2.COLOR_RGB2GRAY)
    parts: dict[str, Callable[[], looks.Numbers]] = {
        "layout": lambda: looks.layout(lit),
        "colours": lambda: looks.colours(lit),
        "edges": lambda: looks.edges(grey),
        "texture": lambda: looks.texture(grey),
    }
    weighed = [np.sqrt(WEIGHTS[name]) * _unit(part()) for name, part in parts.items()]
    return _unit(np.concatenate(weighed).astype(np.float32))


def _unit(vector: looks.Numbers) -> looks.Numbers:
    """Return it at length 1; what is nothing stays nothing."""
    return np.asarray(vector / max(float(np.linalg.norm(vector)), 1e-9), np.float32)
