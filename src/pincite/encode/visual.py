"""Pictures and footage to one vector each, by anything that gives pixels a vector."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from pincite.content import Content, Modality
from pincite.encode.batches import BATCH, by_length, by_modality, frame_means, unit
from pincite.types import Vectors

Pixels: TypeAlias = npt.NDArray[np.uint8]
VISUAL: frozenset[Modality] = frozenset({"image", "video"})
LONGEST = 32
"""A picture more times as long as wide is read in its middle: scaled up it would fill memory."""


def visual_vectors(
    encoder: str,
    items: Sequence[Content],
    width: int,
    encode: Callable[[list[Pixels]], Vectors],
    batch: int = BATCH,
) -> Vectors:
    """Return one unit vector per picture or footage, in order: (n, d) float32.

    That of footage is the mean of the unit vectors of its frames, at unit length.

    Args:
        encoder: Its name, for the message.
        items: Pictures and footage.
        width: Length of a vector, d.
        encode: Gives b pictures, uint8 RGB (h, w, 3) each, their vectors: (b, d).
        batch: Most pictures at once.

    Raises:
        UsageError: One string was given instead of a sequence of items.
        WrongModality: An item is neither a picture nor footage.
    """

    def pixels(pictures: Sequence[Pixels]) -> Vectors:
        cut = [middle(picture) for picture in pictures]
        return unit(by_length(cut, [1] * len(cut), width, encode, batch))

    parts: dict[Modality, Callable[..., Vectors]] = {
        "image": lambda pictures: pixels([picture.pixels for picture in pictures]),
        "video": lambda footages: frame_means(footages, pixels),
    }
    return by_modality(encoder, width, parts, items)


def middle(pixels: Pixels) -> Pixels:
    """Return a picture without the ends of a side more than `LONGEST` times the other.

    Example:
        >>> middle(np.zeros((2, 1000, 3), np.uint8)).shape
        (2, 64, 3)
    """
    height, width = pixels.shape[:2]
    rows, columns = min(height, LONGEST * width), min(width, LONGEST * height)
    top, left = (height - rows) // 2, (width - columns) // 2
    return pixels[top : top + rows, left : left + columns]
