"""Picture files opened within limits, upright, as RGB, whatever way they store colour."""

from __future__ import annotations

import contextlib
import io
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import (
    BmpImagePlugin,
    GifImagePlugin,
    Image,
    ImageFile,
    ImageOps,
    JpegImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    UnidentifiedImageError,
    WebPImagePlugin,
)

from pincite.errors import IngestError
from pincite.ingest.ocr import Picture

FORMATS = (
    PngImagePlugin.PngImageFile.format,
    JpegImagePlugin.JpegImageFile.format,
    WebPImagePlugin.WebPImageFile.format,
    TiffImagePlugin.TiffImageFile.format,
    GifImagePlugin.GifImageFile.format,
    BmpImagePlugin.BmpImageFile.format,
)
MAX_SIDE_PX = 6000  # larger pictures are made smaller before they are read
_MOVING = ("GIF", "PNG", "WEBP")  # a JPEG may hold a second view, which says the same
_ANIMATION = (0, 8, 24, 64)  # frames of an animation that are looked at
_MAX_PAGES = 5000  # of a TIFF
_BROKEN = (OSError, SyntaxError, ValueError, EOFError, IndexError, KeyError, TypeError)


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One picture of a file.

    Attributes:
        number: Page or frame, from 1.
        rgb: (h, w, 3) uint8, upright.
        cut_short: True when the file ends before the picture does.
        image: The picture as Pillow has it, for what its header says.
    """

    number: int
    rgb: Picture
    cut_short: bool
    image: Image.Image


def is_paged(image: Image.Image) -> bool:
    """Return True for a TIFF of several pages, as scanners and fax machines write."""
    return image.format == "TIFF" and getattr(image, "n_frames", 1) > 1


@contextlib.contextmanager
def opened(source: Path | bytes, max_pixels: int) -> Iterator[Image.Image]:
    """Open a picture; only its header is read.

    Raises:
        IngestError: TOO_LARGE, more pixels than `max_pixels`; CORRUPT_FILE, no picture.
    """
    file = io.BytesIO(source) if isinstance(source, bytes) else source
    with _pillow_limit(max_pixels):
        try:
            image = Image.open(file, formats=FORMATS)
        except Image.DecompressionBombError as error:
            raise _too_large(str(error), max_pixels) from error
        except UnidentifiedImageError as error:
            raise _corrupt("it does not begin like one") from error
        except _BROKEN as error:
            raise _corrupt(str(error)) from error
        with image:
            _check_size(image, max_pixels)
            yield image


def frames(image: Image.Image, max_pixels: int) -> Iterator[Frame]:
    """Yield the pages of a TIFF, some frames of an animation, or the one picture there is.

    Raises:
        IngestError: CORRUPT_FILE, not even the first can be read.
    """
    paged = is_paged(image)
    numbers = range(_MAX_PAGES) if paged else _ANIMATION
    animated = paged or (image.format in _MOVING and getattr(image, "is_animated", False))
    for index in numbers if animated else (0,):
        try:
            if index:
                image.seek(index)
        except _BROKEN:
            return  # fewer frames than were looked for
        _check_size(image, max_pixels)
        rgb, cut_short = _pixels(image)
        yield Frame(index + 1, rgb, cut_short, image)


def _pixels(image: Image.Image) -> tuple[Picture, bool]:
    """Return the pixels, and whether the file ends before they do."""
    image.draft("RGB", (MAX_SIDE_PX, MAX_SIDE_PX))
    try:
        image.load()
        return upright(image), False
    except _BROKEN as error:
        with _lenient():
            try:
                image.load()
                return upright(image), True
            except _BROKEN:
                raise _corrupt(str(error)) from error


def upright(image: Image.Image) -> Picture:
    """Return a picture as (h, w, 3) uint8 RGB, turned as its EXIF says, made smaller if huge."""
    turned = ImageOps.exif_transpose(image)
    if max(turned.size) > MAX_SIDE_PX:
        turned = turned.copy()
        turned.thumbnail((MAX_SIDE_PX, MAX_SIDE_PX))
    return np.asarray(_rgb(turned), dtype=np.uint8)


def _rgb(image: Image.Image) -> Image.Image:
    if image.mode in ("I", "F") or image.mode.startswith("I;16"):
        return _levels(image)
    if image.mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in image.info:
        return _over_plain_ground(image.convert("RGBA"))
    return image.convert("RGB")


def _levels(image: Image.Image) -> Image.Image:
    """Return a picture of more than 8 bits with its range of grey spread over 8."""
    values = np.asarray(image, dtype=np.float64)
    low, high = float(values.min()), float(values.max())
    if image.mode.startswith("I;16") and high > 255:
        low, high = 0.0, 65535.0
    scaled = (values - low) * (255.0 / (high - low)) if high > low else np.zeros_like(values)
    return Image.fromarray(scaled.clip(0, 255).astype(np.uint8), "L").convert("RGB")


def _over_plain_ground(image: Image.Image) -> Image.Image:
    """Return a picture with transparency on white, or on black when what shows is light."""
    pixels = np.asarray(image)
    shown = pixels[pixels[..., 3] > 0][:, :3]
    clear = not (pixels[..., 3] < 255).any()
    light = bool(len(shown)) and not clear and float(shown.mean()) > 170
    ground = Image.new("RGBA", image.size, (0, 0, 0, 255) if light else (255, 255, 255, 255))
    return Image.alpha_composite(ground, image).convert("RGB")


# -- limits and errors ----------------------------------------------------------------------


@contextlib.contextmanager
def _pillow_limit(max_pixels: int) -> Iterator[None]:
    """Set Pillow's own guard to our limit while a picture is open."""
    before = Image.MAX_IMAGE_PIXELS
    Image.MAX_IMAGE_PIXELS = max_pixels
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        Image.MAX_IMAGE_PIXELS = before


@contextlib.contextmanager
def _lenient() -> Iterator[None]:
    """Let Pillow keep what it decoded of a file that ends early."""
    before = ImageFile.LOAD_TRUNCATED_IMAGES
    ImageFile.LOAD_TRUNCATED_IMAGES = True
    try:
        yield
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = before


def _check_size(image: Image.Image, max_pixels: int) -> None:
    width, height = image.size
    if width * height > max_pixels:
        raise _too_large(f"it is {width} × {height} pixels", max_pixels)
    if width < 1 or height < 1:
        raise _corrupt(f"it is {width} × {height} pixels")


def _too_large(found: str, max_pixels: int) -> IngestError:
    return IngestError(
        "TOO_LARGE",
        f"The picture exceeds the limit of {max_pixels} pixels (max_pixels): {found}.",
        "Raise max_pixels if the picture deserves it, or make it smaller.",
    )


def _corrupt(found: str) -> IngestError:
    return IngestError(
        "CORRUPT_FILE",
        f"The picture cannot be decoded: {found}.",
        "Open it in a viewer; if that works, save it again as PNG and add that.",
    )
