"""Copies of a picture: 64 bits that stay when it is made smaller, recompressed or brightened."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from pincite.config import Config
from pincite.content import Content, Footage, Modality, Picture
from pincite.encode import Role
from pincite.encode.readable import readable
from pincite.types import Vectors

BITS = 64
COPY_BITS = 10
"""Pictures whose hashes differ in at most this many bits are taken for copies of one another."""
_SIDE = 32
_FLAT = 1e-2  # smaller coefficients are rounding: a plain picture has no frequencies


class PerceptualHashEncoder:
    """Maps a picture to its perceptual hash, written as signs: ±1/8 for each of 64 bits.

    With h bits that differ the cosine is 1 - 2h/64, so a search by cosine is one by Hamming
    distance; `hamming` gives h back. Footage has the hash of its middle frame.
    """

    name = "perceptual-hash"
    space = "perceptual-hash-1"
    width = BITS
    modalities: frozenset[Modality] = frozenset({"image", "video"})
    languages: frozenset[str] = frozenset()

    def __init__(self, config: Config | None = None) -> None:
        """Take the settings as any encoder does; none of them matters here."""

    def encode(self, items: Sequence[Content], role: Role = "document") -> Vectors:
        """Return one unit vector per picture or footage, in order: (n, 64) float32.

        Raises:
            WrongModality: An item is neither.
        """
        readable(self.name, self.modalities, items)
        vectors = np.empty((len(items), BITS), np.float32)
        for row, item in enumerate(items):
            vectors[row] = np.where(perceptual_hash(_pixels(item)), 0.125, -0.125)
        return vectors


def _pixels(item: Content) -> npt.NDArray[np.uint8]:
    if isinstance(item, Footage):
        return np.asarray(item.frames[len(item.frames) // 2], np.uint8)
    if isinstance(item, Picture):
        return item.pixels
    raise TypeError(f"expected a picture or footage, got {type(item).__name__}")


def perceptual_hash(pixels: npt.NDArray[np.uint8]) -> npt.NDArray[np.bool_]:
    """Return the DCT hash of a picture (h, w, 3): (64,) bits (Zauner, 2010, section 3.2.1).

    The picture is made grey and 32 by 32; bit i says whether coefficient i of the 8 by 8 lowest
    frequencies of its cosine transform, those without change across or down left out, is above
    their median.
    """
    grey = cv2.cvtColor(np.ascontiguousarray(pixels), cv2.COLOR_RGB2GRAY)
    if min(grey.shape) > _SIDE:  # a mean filter, so that what is averaged does not depend on size
        small = cv2.resize(grey, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA)
    else:
        small = cv2.resize(grey, (_SIDE, _SIDE), interpolation=cv2.INTER_LINEAR)
    low = cv2.dct(small.astype(np.float64))[1:9, 1:9].ravel()
    low = np.where(np.abs(low) < _FLAT, 0.0, low)
    return np.asarray(low > np.median(low))


def hamming(cosine: float) -> int:
    """Return in how many bits two hashes differ whose vectors have this cosine.

    Example:
        >>> hamming(1.0), hamming(0.6875), hamming(0.0), hamming(-1.0)
        (0, 10, 32, 64)
    """
    return round((1.0 - cosine) * BITS / 2)
