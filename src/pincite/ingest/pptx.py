"""Slides to segments: the text of a slide with the place of each shape, tables, charts, notes.

Hidden slides are read like the others, and the heading says that they are hidden.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pincite.config import Config
from pincite.ingest import Event
from pincite.ingest.embedded import Embedded, PictureReader, crop_of, described
from pincite.ingest.headings import SEPARATOR
from pincite.ingest.opc import Package, q
from pincite.ingest.package import READ_ERRORS, check_package, corrupt, part_failed
from pincite.ingest.pptxshapes import Layouts, Shape, shapes_of
from pincite.ingest.pptxwords import Words, shape_words, side_words, slide_segments
from pincite.ingest.text import no_text
from pincite.types import Asset, Extracted, PageRegion, Problem, Progress

EXTRACTOR = "pptx-2"
_USUAL_SIZE = ("9144000", "6858000")
_FOREIGN = {
    "oleObject": "An object",
    "package": "A document",
    "video": "A video",
    "audio": "A recording",
}
_NEAR_CHARS = 400


class PptxParser:
    """Reads presentations (.pptx)."""

    def parse(self, path: Path, asset: Asset, config: Config) -> Iterator[Event]:
        """Yield each slide: its text with the boxes of its shapes, then its pictures."""
        yield from check_package(path, config)
        try:
            with Package(path) as package:
                deck = _Deck(package, asset, config)
                yield from deck.events()
        except READ_ERRORS as error:
            raise corrupt(error) from error
        if not deck.ordinal:
            yield no_text()


class _Deck:
    """Reads one slide after the other; one that is broken does not spoil the rest."""

    def __init__(self, package: Package, asset: Asset, config: Config) -> None:
        self._package, self._asset = package, asset
        self._reader = PictureReader(asset, config, EXTRACTOR)
        self._title = package.title()
        self._main = package.main("ppt/presentation.xml")
        self._root = package.xml(self._main)
        size = self._root.find(q("p:sldSz"))
        width, height = _USUAL_SIZE if size is None else (size.get("cx"), size.get("cy"))
        self._width, self._height = max(1.0, float(width)), max(1.0, float(height))
        self.ordinal = 0

    def events(self) -> Iterator[Event]:
        """Yield what is on the slides, in order."""
        relations = self._package.relations(self._main)
        listed = [item.get(q("r:id"), "") for item in self._root.iter(q("p:sldId"))]
        for number, identity in enumerate(listed, start=1):
            try:
                for event in self._slide(relations[identity].target, number):
                    self.ordinal += isinstance(event, Extracted)
                    yield event
            except READ_ERRORS as error:
                yield part_failed(f"Slide {number}", error)
            yield Progress("slide", number, len(listed))

    def _slide(self, name: str, number: int) -> Iterator[Event]:
        root = self._package.xml(name)
        shapes = shapes_of(root, self._layouts(name), self._width, self._height)
        relations = self._package.relations(name)
        words: list[Words] = []
        for shape in shapes:
            words += shape_words(self._package, relations, shape)
        words += side_words(self._package, relations.values())
        hidden = f"(hidden slide {number})" if root.get("show") in ("0", "false") else ""
        above = [part for part in (self._title, hidden) if part]
        for segment in slide_segments(self._asset, words, number, above, EXTRACTOR, self.ordinal):
            yield Extracted(segment)
        title = next((item.text for item in words if item.kind == "title"), "")
        heading = SEPARATOR.join(dict.fromkeys(filter(None, (*above, title))))
        near = " ".join(item.text for item in words)[:_NEAR_CHARS]
        for shape in shapes:
            picture = self._picture(shape, relations, number, heading, near)
            if picture is not None:
                yield from self._reader.events(picture, self.ordinal)
        for relation in relations.values():
            if relation.kind in _FOREIGN and not relation.external:
                yield _not_read(_FOREIGN[relation.kind], number)

    def _layouts(self, name: str) -> Layouts:
        """Return the layout and the master of a slide, as far as they can be read."""
        trees = []
        try:
            for kind in ("slideLayout", "slideMaster"):
                name = self._package.related(name, kind)[0]
                trees.append(self._package.xml(name))
        except READ_ERRORS:  # shapes without places of their own then stand for the whole slide
            return Layouts(*trees)
        return Layouts(*trees)

    def _picture(
        self, shape: Shape, relations: dict[str, Any], number: int, heading: str, near: str
    ) -> Embedded | None:
        """Return the picture a shape shows, unless it lies outside the file."""
        blip = next(shape.element.iter(q("a:blip")), None)
        relation = None if blip is None else relations.get(blip.get(q("r:embed"), ""))
        if blip is None or relation is None or relation.external:
            return None
        properties = next(shape.element.iter(q("p:cNvPr")), None)
        return Embedded(
            self._package.data(relation.target),
            f"{shape.name or 'A picture'} on slide {number}",
            PageRegion(number, shape.box),
            "" if properties is None else described(properties.get("descr", "")),
            heading,
            near,
            crop_of(blip, q("a:srcRect")),
        )


def _not_read(what: str, number: int) -> Problem:
    return Problem(
        "PART_UNSUPPORTED",
        f"{what} on slide {number} was not read.",
        "Save it as a file of its own and add that.",
    )
