"""The cited part of a page or picture as a picture, with the cited box drawn on it."""

from __future__ import annotations

import io

import pypdfium2 as pdfium
from PIL import Image, ImageDraw

from pincite.config import SETTINGS
from pincite.errors import NotFound, UsageError
from pincite.ingest.image_open import opened, upright
from pincite.ingest.pdf_render import draw, open_pdf
from pincite.types import WHOLE, Box, ImageRegion, Locator, Media, PageRegion

PDF = "application/pdf"
_DPI = 150.0
_MAX_SIDE_PX = 2000
_MARK = (214, 40, 40)  # a red that shows on white, grey and most photographs
_MAX_PIXELS = int(SETTINGS["max_pixels"].default)


def render_region(original: Media, locator: Locator, margin: float = 0.05) -> Media:
    """Return a PNG of what a locator points at, the cited box outlined.

    Args:
        original: The bytes of the PDF or picture file.
        locator: A `PageRegion` or `ImageRegion` of it.
        margin: How much of the page is shown around the box, as a fraction of the page on
            each side; 1 shows the whole page.

    Raises:
        UsageError: The locator points into no page or picture, or the margin is negative.
        NotFound: The file has no such page.
        IngestError: The file cannot be opened.
    """
    place = _drawable(locator)
    picture = cut_out(original, place, margin)
    if place.box != WHOLE:
        _outline(picture, place.box, _grown(place.box, margin))
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return Media("image/png", buffer.getvalue())


def cut_out(original: Media, locator: Locator, margin: float = 0.0) -> Image.Image:
    """Return what a locator points at and nothing else, as RGB; raises like `render_region`."""
    place = _drawable(locator)
    if margin < 0:
        raise UsageError(f"expected a margin of at least 0, got {margin}")
    page = place.page if isinstance(place, PageRegion) else 1
    shown = _grown(place.box, margin)
    if original.media_type == PDF:
        return _of_pdf(original.data, page, shown)
    if original.media_type.startswith("image/"):
        return _of_image(original.data, page, shown)
    raise UsageError(
        f"expected the bytes of a PDF or picture, got {original.media_type}; "
        f"nothing of it can be drawn"
    )


def _drawable(locator: Locator) -> PageRegion | ImageRegion:
    if not isinstance(locator, PageRegion | ImageRegion):
        raise UsageError(
            f"expected a locator of a page or picture, got {type(locator).__name__}; "
            f"text, cells and recordings are shown as they are"
        )
    return locator


def _of_pdf(data: bytes, number: int, shown: Box) -> Image.Image:
    with open_pdf(data) as document:
        if not 1 <= number <= len(document):
            raise _no_page(number, len(document))
        try:
            page = document[number - 1]
        except pdfium.PdfiumError as error:
            raise NotFound(f"page {number} cannot be read: {error}") from error
        try:
            return Image.fromarray(draw(page, shown, dpi=_DPI, max_side_px=_MAX_SIDE_PX))
        except pdfium.PdfiumError as error:
            raise NotFound(f"page {number} cannot be drawn: {error}") from error
        finally:
            page.close()


def _of_image(data: bytes, number: int, shown: Box) -> Image.Image:
    with opened(data, _MAX_PIXELS) as image:
        if number > 1:
            try:
                image.seek(number - 1)
            except (EOFError, ValueError, OSError) as error:
                raise _no_page(number, getattr(image, "n_frames", 1)) from error
        picture = Image.fromarray(upright(image))
    width, height = picture.size
    x0, y0, x1, y1 = shown
    left, top = int(x0 * width), int(y0 * height)
    right, bottom = max(round(x1 * width), left + 1), max(round(y1 * height), top + 1)
    picture = picture.crop((left, top, right, bottom))
    picture.thumbnail((_MAX_SIDE_PX, _MAX_SIDE_PX))
    return picture


def _no_page(number: int, count: int) -> NotFound:
    return NotFound(f"asked for page {number}, but the file has {count}; it may have changed")


def _grown(box: Box, margin: float) -> Box:
    """Return the box with the margin around it, inside the page and never empty."""
    x0, y0, x1, y1 = (min(max(value, 0.0), 1.0) for value in box)
    x0, y0 = min(x0, 0.99), min(y0, 0.99)
    x1, y1 = max(x1, x0 + 0.01), max(y1, y0 + 0.01)
    return (
        max(0.0, x0 - margin),
        max(0.0, y0 - margin),
        min(1.0, x1 + margin),
        min(1.0, y1 + margin),
    )


def _outline(picture: Image.Image, box: Box, shown: Box) -> None:
    width, height = picture.size
    wide, tall = shown[2] - shown[0], shown[3] - shown[1]
    pen = max(2, round(max(width, height) / 400))
    x0 = (box[0] - shown[0]) / wide * width - pen
    y0 = (box[1] - shown[1]) / tall * height - pen
    x1 = (box[2] - shown[0]) / wide * width + pen
    y1 = (box[3] - shown[1]) / tall * height + pen
    corners = (max(0, x0), max(0, y0), min(width - 1, max(x1, x0)), min(height - 1, max(y1, y0)))
    ImageDraw.Draw(picture).rectangle(corners, outline=_MARK, width=pen)
