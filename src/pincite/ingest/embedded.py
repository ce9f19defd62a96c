"""Pictures inside office files and mail to segments of their own."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from pincite.config import Config
from pincite.ingest import Event
from pincite.ingest.ocr import OcrLine, read_lines
from pincite.language import language_of
from pincite.types import (
    WHOLE,
    Anchor,
    Asset,
    Box,
    Extracted,
    ImageRegion,
    Locator,
    Media,
    PageRegion,
    Problem,
    Segment,
    segment_id,
)

_SMALLEST_PX = 48
"""Bullets, logos and rules are smaller and say nothing."""
_TYPES = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp", "GIF": "image/gif"}


@dataclass(frozen=True, slots=True)
class Embedded:
    """A picture inside a file.

    Attributes:
        data: Its bytes.
        name: What messages call it.
        place: Where it lies: `PageRegion` on a slide, else the picture stands for itself.
        caption: Words that belong to it: alternative text, caption, title.
        heading: Path of headings above it.
        context: Words around it.
    """

    data: bytes
    name: str
    place: Locator = field(default_factory=ImageRegion)
    caption: str = ""
    heading: str = ""
    context: str = ""


def picture_events(
    asset: Asset, picture: Embedded, config: Config, extractor: str, ordinal: int
) -> Iterator[Event]:
    """Yield the segment of a picture, or a problem; nothing for a mere ornament."""
    try:
        with Image.open(io.BytesIO(picture.data)) as opened:
            if min(opened.size) < _SMALLEST_PX:
                return
            if opened.width * opened.height > config["max_pixels"]:
                raise ValueError(f"{opened.width} x {opened.height} pixels are over the limit")
            kind = opened.format or ""
            rgb = ImageOps.exif_transpose(opened).convert("RGB")
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, ValueError) as error:
        yield Problem(
            "IMAGE_FAILED",
            f"{picture.name} could not be read ({str(error)[:120]}).",
            "Save that picture as PNG or JPEG and put it in again.",
        )
        return
    media = Media(_TYPES[kind], picture.data) if kind in _TYPES else _as_png(rgb)
    lines = read_lines(np.asarray(rgb), config)
    yield Extracted(_segment(asset, picture, lines, extractor, ordinal), picture=media)


def _as_png(rgb: Image.Image) -> Media:
    buffer = io.BytesIO()
    rgb.save(buffer, "PNG")
    return Media("image/png", buffer.getvalue())


def _segment(
    asset: Asset, picture: Embedded, lines: Sequence[OcrLine], extractor: str, ordinal: int
) -> Segment:
    parts = [picture.caption] if picture.caption else []
    anchors: list[Anchor] = []
    at = len(picture.caption) + 1 if picture.caption else 0
    for line in lines:
        anchors.append(Anchor(at, at + len(line.text), _inside(picture.place, line.box)))
        parts.append(line.text)
        at += len(line.text) + 1
    text = "\n".join(parts)
    return Segment(
        id=segment_id(asset.id, picture.place, f"{extractor}#{picture.name}"),
        asset_id=asset.id,
        modality="image",
        locator=picture.place,
        text=text,
        heading=picture.heading,
        context=picture.context,
        ordinal=ordinal,
        anchors=tuple(anchors),
        language=language_of(text),
    )


def _inside(place: Locator, box: Box) -> Locator:
    """Return a box of a picture in the frame the picture lies in."""
    if not isinstance(place, PageRegion):
        return ImageRegion(box)
    x0, y0, x1, y1 = place.box if place.box != WHOLE else WHOLE
    width, height = x1 - x0, y1 - y0
    inner = (
        x0 + box[0] * width,
        y0 + box[1] * height,
        x0 + box[2] * width,
        y0 + box[3] * height,
    )
    return PageRegion(place.page, inner)
