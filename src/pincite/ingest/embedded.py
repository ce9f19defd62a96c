"""Pictures inside office files to segments of their own."""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from PIL import Image, ImageOps

from pincite.config import Config
from pincite.errors import IngestError
from pincite.ingest import Event
from pincite.ingest.flow import Flow
from pincite.ingest.ocr import OcrLine, Picture, read_lines
from pincite.ingest.package import READ_ERRORS
from pincite.ingest.plotted import read_plots
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
_DRAWINGS = {"WMF", "EMF"}
_NO_CAPTION = re.compile(
    r".{0,200}\.(?:png|jpe?g|gif|emf|wmf|bmp)|(?:picture|image|图片|grafik) ?\d*", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Embedded:
    """A picture inside a file.

    Attributes:
        data: Its bytes.
        name: What messages call it.
        place: Where it lies: `PageRegion` on a slide, `Cells` on a sheet, else the picture
            stands for itself.
        caption: Words that belong to it: alternative text, caption, title.
        heading: Path of headings above it.
        context: Words around it.
        crop: The part of it that is shown.
    """

    data: bytes
    name: str
    place: Locator = field(default_factory=ImageRegion)
    caption: str = ""
    heading: str = ""
    context: str = ""
    crop: Box = WHOLE


@dataclass(frozen=True, slots=True)
class _Seen:
    """What was read of a picture: its evidence, None for a mere ornament, and its words."""

    media: Media | None
    words: Flow = field(default_factory=Flow)


class PictureReader:
    """Reads the pictures of one file; one that comes again, like a logo, is read once."""

    def __init__(self, asset: Asset, config: Config, extractor: str) -> None:
        self._asset, self._config, self._extractor = asset, config, extractor
        self._seen: dict[tuple[bytes, Box], _Seen] = {}
        self._ocr_problem: Problem | None = None
        self._told = False

    def events(self, picture: Embedded, ordinal: int) -> Iterator[Event]:
        """Yield the segment of a picture, or a problem; nothing for a mere ornament."""
        key = (hashlib.sha256(picture.data).digest(), picture.crop)
        try:
            seen = self._seen[key] = self._seen.get(key) or self._read(picture)
        except (*READ_ERRORS, Image.DecompressionBombError) as error:
            yield _failed(picture, error)
            return
        if self._ocr_problem is not None and not self._told:
            self._told = True
            yield self._ocr_problem
        if seen.media is not None:
            segment = self._segment(picture, seen.words, ordinal)
            yield Extracted(segment, picture=seen.media)

    def _read(self, picture: Embedded) -> _Seen:
        with Image.open(io.BytesIO(picture.data)) as opened:
            if min(opened.size) < _SMALLEST_PX and opened.format not in _DRAWINGS:
                return _Seen(None)
            if opened.width * opened.height > self._config["max_pixels"]:
                raise ValueError(f"{opened.width} x {opened.height} pixels are over the limit")
            kind = opened.format or ""
            rgb = _cropped(_on_white(ImageOps.exif_transpose(opened)), picture.crop)
        whole = picture.crop == WHOLE and kind in _TYPES
        media = Media(_TYPES[kind], picture.data) if whole else _as_png(rgb)
        return _Seen(media, _words(self._lines(rgb), np.asarray(rgb)))

    def _lines(self, rgb: Image.Image) -> Sequence[OcrLine]:
        if self._config["ocr"] == "off":
            self._ocr_problem = Problem(
                "OCR_OFF", "The words in its pictures were not read.", "Run again with --ocr auto."
            )
            return ()
        try:
            return read_lines(np.asarray(rgb), self._config)
        except IngestError as error:
            self._ocr_problem = Problem(error.code, error.message, error.next_step)
            return ()

    def _segment(self, picture: Embedded, words: Flow, ordinal: int) -> Segment:
        tabular = any(block.kind == "table" for block in words.blocks)
        lead = "\n\n" if tabular else "\n"  # a table begins a block of its own
        text = lead.join(filter(None, (picture.caption, words.text)))
        shift = len(text) - len(words.text)
        anchors = [
            Anchor(mark.start + shift, mark.end + shift, _inside(picture.place, mark.box))
            for mark in words.marks
        ]
        return Segment(
            id=segment_id(self._asset.id, picture.place, f"{self._extractor}#{ordinal}"),
            asset_id=self._asset.id,
            modality="image",
            locator=picture.place,
            text=text,
            heading=picture.heading,
            context=picture.context,
            ordinal=ordinal,
            anchors=tuple(anchors),
            language=language_of(text),
        )


def _words(lines: Sequence[OcrLine], rgb: Picture) -> Flow:
    """Return what a picture (h, w, 3) says: its charts, then a line for each line."""
    charts = read_plots(lines, rgb)
    for i, line in enumerate(charts.rest):
        charts.flow.add(line.text, line.box, gap="\n" if i else "\n\n")
    return charts.flow


def _failed(picture: Embedded, error: Exception) -> Problem:
    reason = " ".join(str(error).split()) or type(error).__name__
    if "WMF" in reason or "EMF" in reason:
        reason = "it is a Windows drawing, which needs Windows to be shown"
    elif "cannot identify" in reason:
        reason = "it is of a kind that is not known"
    return Problem(
        "IMAGE_FAILED",
        f"{picture.name} could not be read ({reason[:120]}).",
        "Save that picture as PNG or JPEG and put it in again.",
    )


def _on_white(image: Image.Image) -> Image.Image:
    """Return a picture as a page shows it: white shines through where it is transparent."""
    if not image.has_transparency_data:
        return image.convert("RGB")
    layer = image.convert("RGBA")
    page = Image.new("RGB", layer.size, "white")
    page.paste(layer, mask=layer.getchannel("A"))
    return page


def _cropped(image: Image.Image, crop: Box) -> Image.Image:
    if crop == WHOLE:
        return image
    width, height = image.size
    x0, y0 = int(crop[0] * width), int(crop[1] * height)
    x1, y1 = max(x0 + 1, round(crop[2] * width)), max(y0 + 1, round(crop[3] * height))
    return image.crop((x0, y0, x1, y1))


def _as_png(rgb: Image.Image) -> Media:
    buffer = io.BytesIO()
    rgb.save(buffer, "PNG")
    return Media("image/png", buffer.getvalue())


def _inside(place: Locator, box: Box) -> Locator:
    """Return a box of a picture in the frame the picture lies in."""
    if isinstance(place, ImageRegion):
        return ImageRegion(box)
    if not isinstance(place, PageRegion):
        return place
    x0, y0, x1, y1 = place.box
    width, height = x1 - x0, y1 - y0
    inner = (
        x0 + box[0] * width,
        y0 + box[1] * height,
        x0 + box[2] * width,
        y0 + box[3] * height,
    )
    return PageRegion(place.page, inner)


def crop_of(blip: object, tag: str) -> Box:
    """Return the part of a picture that is shown, from the `srcRect` (`tag`) beside its blip."""
    parent = blip.getparent()  # type: ignore[attr-defined]
    rect = None if parent is None else parent.find(tag)
    if rect is None:
        return WHOLE
    left, top, right, bottom = (
        min(max(int(rect.get(side, "0").rstrip("%")) / 100_000, 0.0), 1.0) for side in "ltrb"
    )
    return (left, top, 1 - right, 1 - bottom) if left + right < 1 > top + bottom else WHOLE


def described(words: str) -> str:
    """Return the description of a picture, empty when a program made it up.

    Example:
        >>> described("scan_07.png"), described("A heron on the jetty")
        ('', 'A heron on the jetty')
    """
    words = " ".join(words.split())
    return "" if _NO_CAPTION.fullmatch(words) else words
