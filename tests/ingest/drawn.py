"""Pictures with words, drawn with the typeface that comes inside Pillow."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont


def page(
    lines: Sequence[tuple[float, float, str]],
    size: tuple[int, int] = (600, 400),
    letters_px: int = 28,
) -> Image.Image:
    """A white picture with words in black, each at (x, y) of its top left corner."""
    picture = Image.new("RGB", size, "white")
    pen = ImageDraw.Draw(picture)
    font = ImageFont.load_default(letters_px)
    for x, y, words in lines:
        pen.text((x, y), words, fill="black", font=font)
    return picture


def array(picture: Image.Image) -> npt.NDArray[np.uint8]:
    """The picture as (h, w, 3) uint8."""
    return np.asarray(picture.convert("RGB"))
