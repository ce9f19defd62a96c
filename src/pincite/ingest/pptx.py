"""Slides to segments: the text of a slide with the place of each shape, tables, charts, notes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pptx
from pptx.exc import PackageNotFoundError
from pptx.oxml.ns import qn
from pptx.util import Length

from pincite.config import Config
from pincite.ingest import Event
from pincite.ingest.embedded import Embedded, picture_events
from pincite.ingest.manuscript import Manuscript
from pincite.ingest.package import check_package, corrupt
from pincite.ingest.rows import column_names, row_parts
from pincite.ingest.segment import cut
from pincite.ingest.text import no_text
from pincite.language import language_of
from pincite.types import (
    WHOLE,
    Anchor,
    Asset,
    Box,
    Extracted,
    PageRegion,
    Problem,
    Progress,
    Segment,
    cover,
    segment_id,
)

EXTRACTOR = "pptx-1"
_READ_ERRORS = (KeyError, ValueError, AttributeError, IndexError, TypeError, SyntaxError)


@dataclass(frozen=True, slots=True)
class _Words:
    """What a shape says, and where on the slide it stands."""

    text: str
    box: Box
    kind: str  # title, prose or table


class PptxParser:
    """Reads presentations (.pptx)."""

    def parse(self, path: Path, asset: Asset, config: Config) -> Iterator[Event]:
        """Yield each slide: its text with the boxes of its shapes, then its pictures."""
        yield from check_package(path, config)
        try:
            deck = pptx.Presentation(str(path))
            slides = list(deck.slides)
            frame = _Frame(deck.slide_width or Length(1), deck.slide_height or Length(1))
            title = (deck.core_properties.title or "").strip()
        except (PackageNotFoundError, OSError, *_READ_ERRORS) as error:
            raise corrupt(error) from error
        ordinal = 0
        for number, slide in enumerate(slides, start=1):
            for event in _slide_events(asset, slide, number, frame, title, config):
                yield event
                ordinal += isinstance(event, Extracted)
            yield Progress("slide", number, len(slides))
        if not ordinal:
            yield no_text()


def _slide_events(
    asset: Asset, slide: Any, number: int, frame: _Frame, title: str, config: Config
) -> Iterator[Event]:
    base = number * 1000  # reading order: slides first, then what is on them
    try:
        shapes = list(_placed(slide.shapes, frame))
        words = [w for shape, box in shapes for w in _shape_words(shape, box, slide)]
        notes = _notes(slide)
    except _READ_ERRORS as error:
        yield Problem(
            "PART_FAILED",
            f"Slide {number} could not be read ({str(error)[:120]}).",
            "Open the presentation in the program that made it and save it again.",
        )
        return
    heading = next((w.text for w in words if w.kind == "title"), "")
    words += [_Words(notes, WHOLE, "prose")] if notes else []
    for segment in _segments(asset, words, number, Manuscript(title), base):
        yield Extracted(segment)
    path = " > ".join(filter(None, (title, heading)))
    near = " ".join(w.text for w in words)[:400]
    for offset, (shape, box) in enumerate(shapes, start=500):
        picture = _picture(shape, PageRegion(number, box), f"slide {number}", path, near)
        if picture is not None:
            yield from picture_events(asset, picture, config, EXTRACTOR, base + offset)


def _segments(
    asset: Asset, words: list[_Words], number: int, script: Manuscript, base: int
) -> Iterator[Segment]:
    """Yield the segments of one slide; a slide is one unless it is crowded."""
    for item in words:
        if item.kind == "title":
            script.title(2, item.text)
        else:
            script.add(item.text, "table" if item.kind == "table" else "prose")
    for index, piece in enumerate(cut(script.text, script.blocks)):
        anchors = tuple(
            Anchor(
                max(block.start, piece.start) - piece.start,
                min(block.end, piece.end) - piece.start,
                PageRegion(number, item.box),
            )
            for block, item in zip(script.blocks, words, strict=True)
            if block.start < piece.end and piece.start < block.end
        )
        locator = cover(anchor.locator for anchor in anchors)
        text = script.text[piece.start : piece.end]
        yield Segment(
            id=segment_id(asset.id, locator, f"{EXTRACTOR}/{index}"),
            asset_id=asset.id,
            modality="text",
            locator=locator,
            text=text,
            heading=piece.heading,
            ordinal=base + index,
            anchors=anchors,
            language=language_of(text),
        )


# -- places ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Frame:
    """Maps lengths of a slide, or of a group on it, to fractions of the slide."""

    width: float
    height: float
    left: float = 0.0
    top: float = 0.0
    scale_x: float = 1.0
    scale_y: float = 1.0

    def box(self, shape: Any) -> Box:
        """Return the box of a shape, inside the slide."""
        if shape.left is None or shape.width is None:
            return WHOLE
        x0 = (self.left + shape.left * self.scale_x) / self.width
        y0 = (self.top + shape.top * self.scale_y) / self.height
        x1 = x0 + shape.width * self.scale_x / self.width
        y1 = y0 + shape.height * self.scale_y / self.height
        x0, y0, x1, y1 = (min(1.0, max(0.0, value)) for value in (x0, y0, x1, y1))
        return (x0, y0, x1, y1) if x0 < x1 and y0 < y1 else WHOLE

    def inside(self, group: Any) -> _Frame:
        """Return the frame of the children of a group, which count in units of their own."""
        transform = group._element.grpSpPr.find(qn("a:xfrm"))
        offset = None if transform is None else transform.find(qn("a:chOff"))
        extent = None if transform is None else transform.find(qn("a:chExt"))
        if offset is None or extent is None:
            return self
        scale_x = self.scale_x * group.width / max(1, int(extent.get("cx")))
        scale_y = self.scale_y * group.height / max(1, int(extent.get("cy")))
        left = self.left + group.left * self.scale_x - int(offset.get("x")) * scale_x
        top = self.top + group.top * self.scale_y - int(offset.get("y")) * scale_y
        return _Frame(self.width, self.height, left, top, scale_x, scale_y)


def _placed(shapes: Any, frame: _Frame) -> Iterator[tuple[Any, Box]]:
    """Yield shapes with their boxes, the title first, then from top to bottom."""
    placed = [(shape, frame.box(shape)) for shape in shapes]
    title = getattr(shapes, "title", None)

    def order(item: tuple[Any, Box]) -> tuple[bool, int, float]:
        shape, box = item
        is_title = title is not None and shape.shape_id == title.shape_id
        return (not is_title, round(box[1] * 20), box[0])

    for shape, box in sorted(placed, key=order):
        if hasattr(shape, "shapes"):
            yield from _placed(shape.shapes, frame.inside(shape))
        else:
            yield shape, box


# -- words ----------------------------------------------------------------------------------


def _shape_words(shape: Any, box: Box, slide: Any) -> Iterator[_Words]:
    title = slide.shapes.title
    if getattr(shape, "has_table", False):
        rows = [[cell.text for cell in row.cells] for row in shape.table.rows]
        yield from _table(rows, box)
    elif getattr(shape, "has_chart", False):
        yield from _chart(shape.chart, box)
    elif shape.has_text_frame:
        text = "\n".join(p.text.replace("\v", " ") for p in shape.text_frame.paragraphs).strip()
        is_title = title is not None and shape.shape_id == title.shape_id
        if text:
            yield _Words(
                " ".join(text.split()) if is_title else text, box, "title" if is_title else "prose"
            )


def _table(rows: list[list[str]], box: Box) -> Iterator[_Words]:
    """Yield each row with its share of the height, so that a row can be pointed at."""
    rows = [[" ".join(cell.split()) for cell in row] for row in rows]
    _, names, first = column_names(rows)
    height = (box[3] - box[1]) / max(1, len(rows))
    for number, row in enumerate(rows):
        if number < first:
            continue
        words = "; ".join(part for _, part in row_parts(names, row))
        if words:
            top = box[1] + number * height
            yield _Words(words, (box[0], top, box[2], top + height), "table")


def _chart(chart: Any, box: Box) -> Iterator[_Words]:
    """Yield the title and the values of a chart: they are in the file, nothing is guessed."""
    if chart.has_title and chart.chart_title.has_text_frame:
        yield _Words(chart.chart_title.text_frame.text, box, "prose")
    for plot in chart.plots:
        categories = [str(category) for category in plot.categories]
        for series in plot.series:
            pairs = zip(categories, series.values, strict=False)
            words = "; ".join(f"{name}: {value:g}" for name, value in pairs if value is not None)
            if words:
                yield _Words(f"{series.name}: {words}" if series.name else words, box, "table")


def _notes(slide: Any) -> str:
    if not slide.has_notes_slide:
        return ""
    frame = slide.notes_slide.notes_text_frame
    return "" if frame is None else frame.text.strip()


def _picture(shape: Any, place: PageRegion, where: str, heading: str, near: str) -> Embedded | None:
    """Return the picture a shape shows, unless it lies outside the file."""
    blip = next(shape._element.iter(qn("a:blip")), None)
    relation_id = None if blip is None else blip.get(qn("r:embed"))
    relation = None if relation_id is None else shape.part.rels.get(relation_id)
    if relation is None or relation.is_external:
        return None
    properties = next(shape._element.iter(qn("p:cNvPr")), None)
    words = "" if properties is None else properties.get("descr", "")
    caption = "" if words.lower().endswith((".png", ".jpg", ".jpeg", ".gif")) else words
    name = f"{shape.name} on {where}"
    return Embedded(relation.target_part.blob, name, place, caption, heading, near)
