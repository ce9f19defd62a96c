"""Word files to segments: headings, paragraphs, lists, tables, notes, charts and pictures."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from pincite.config import Config
from pincite.ingest import Event
from pincite.ingest.charts import chart_lines, diagram_lines
from pincite.ingest.docxstyles import Styles
from pincite.ingest.docxtext import inner, lines_of, table_rows, words_of
from pincite.ingest.embedded import Embedded, PictureReader, crop_of, described
from pincite.ingest.manuscript import Manuscript
from pincite.ingest.merged import table_parts
from pincite.ingest.opc import Package, q
from pincite.ingest.package import READ_ERRORS, check_package, corrupt, part_failed
from pincite.ingest.text import no_text
from pincite.types import Asset, Extracted, Problem

EXTRACTOR = "docx-2"
_CAPTION = re.compile(r"(?:figure|fig\.|abbildung|图|圖)\s*\d", re.IGNORECASE)
_DRAWN = [q(name) for name in ("a:blip", "v:imagedata", "c:chart", "dgm:relIds", "w:txbxContent")]
_NOTES = ("footnotes", "endnotes", "comments")
_FOREIGN = {"aFChunk": "A document", "oleObject": "An object", "subDocument": "A document"}


class DocxParser:
    """Reads Word files (.docx)."""

    def parse(self, path: Path, asset: Asset, config: Config) -> Iterator[Event]:
        """Yield the text in reading order, then the pictures."""
        yield from check_package(path, config)
        try:
            with Package(path) as package:
                walk = _Walk(package)
                walk.document()
        except READ_ERRORS as error:
            raise corrupt(error) from error
        yield from walk.problems
        ordinal = 0
        for segment in walk.script.segments(asset, EXTRACTOR):
            ordinal = segment.ordinal + 1
            yield Extracted(segment)
        reader = PictureReader(asset, config, EXTRACTOR)
        for picture in walk.pictures:
            for event in reader.events(picture, ordinal):
                ordinal += isinstance(event, Extracted)
                yield event
        if not ordinal:
            yield no_text()


class _Walk:
    """A walk over a document in reading order."""

    def __init__(self, package: Package) -> None:
        self._package = package
        self._main = package.main("word/document.xml")
        self._body = package.xml(self._main).find(q("w:body"))
        self._relations = package.relations(self._main)
        self._title = package.title()
        self.script = Manuscript(self._title)
        self.problems: list[Problem] = []
        self.pictures: list[Embedded] = []
        self._styles = self._read_styles()
        self._last = ""
        self._captioned = 0  # how many pictures there were when one got its caption
        self._free_caption = ""  # stands above a picture that is still to come

    def _read_styles(self) -> Styles:
        try:
            return Styles(self._package.xml(self._parts("styles")[0]))
        except READ_ERRORS:  # without styles no paragraph is a heading; its words are there
            return Styles(None)

    def _parts(self, *kinds: str) -> list[str]:
        relations = self._relations.values()
        return [r.target for r in relations if r.kind in kinds and not r.external]

    def document(self) -> None:
        """Write down everything: body, notes, headers and footers."""
        for item in () if self._body is None else inner(self._body):
            if item.tag == q("w:tbl"):
                self._table(item)
            else:
                self._paragraph(item)
        for kind in _NOTES:
            for name in self._parts(kind):
                self._guarded(f"The part {name}", self._note_part, name, kind)
        seen: set[str] = set()
        for name in self._parts("header", "footer"):
            self._guarded(f"The part {name}", self._edge_part, name, seen)
        for relation in self._relations.values():
            if relation.kind in _FOREIGN:
                self.problems.append(_not_read(_FOREIGN[relation.kind], relation.target))

    def _guarded(self, what: str, read: Any, *args: object) -> None:
        """Read a part that the rest can do without."""
        try:
            read(*args)
        except READ_ERRORS as error:
            self.problems.append(part_failed(what, error))

    def _note_part(self, name: str, kind: str) -> None:
        for note in self._package.xml(name):
            words = lines_of(note)
            author = note.get(q("w:author"), "") if kind == "comments" else ""
            if words:
                self.script.add(f"{author}: {words}" if author else words, heading=kind.title())

    def _edge_part(self, name: str, seen: set[str]) -> None:
        words = lines_of(self._package.xml(name))
        if words not in seen:
            seen.add(words)
            self.script.add(words, heading=self._title or "Header and footer")

    # -- body -------------------------------------------------------------------------------

    def _paragraph(self, paragraph: Any) -> None:
        words = words_of(paragraph)
        level = self._styles.level(paragraph)
        if level and words:
            self.script.title(level, words)
        else:
            self.script.add(words)
        caption = bool(words) and (
            self._styles.is_caption(paragraph) or _CAPTION.match(words) is not None
        )
        if caption and not self._caption_of_last(words):
            self._free_caption = words
        elif words and not caption:
            self._free_caption = ""
        self._drawings(paragraph, words or self._last)
        self._last = words or self._last

    def _caption_of_last(self, words: str) -> bool:
        """A caption stands below its picture, so it joins the one just met."""
        if not self.pictures or self._captioned == len(self.pictures):
            return False
        self._captioned = len(self.pictures)
        last = self.pictures[-1]
        self.pictures[-1] = replace(last, caption="\n".join(filter(None, (words, last.caption))))
        return True

    def _table(self, table: Any) -> None:
        title, rows = table_parts(table_rows(table))
        self.script.add(title)
        lines = ("; ".join(words for _, words in parts) for _, parts in rows)
        self.script.add("\n\n".join(lines), "table")
        self._drawings(table, self._last)

    def _drawings(self, element: Any, near: str) -> None:
        for item in element.iter(*_DRAWN):
            if any(holder.tag == q("mc:Fallback") for holder in item.iterancestors()):
                continue
            self._guarded("A drawing", self._drawing, item, near)

    def _drawing(self, item: Any, near: str) -> None:
        match item.tag:
            case tag if tag == q("w:txbxContent"):
                self.script.add(lines_of(item))
            case tag if tag == q("c:chart"):
                self.script.add("\n\n".join(self._of(chart_lines, item, "r:id")), "table")
            case tag if tag == q("dgm:relIds"):
                self.script.add("\n".join(self._of(diagram_lines, item, "r:dm")))
            case _:
                self._picture(item, near)

    def _of(self, lines: Any, item: Any, attribute: str) -> Iterator[str]:
        relation = self._relations.get(item.get(q(attribute), ""))
        if relation is not None and not relation.external:
            yield from lines(self._package, relation.target)

    def _picture(self, blip: Any, near: str) -> None:
        identity = blip.get(q("r:embed")) or blip.get(q("r:id")) or ""
        relation = self._relations.get(identity)
        if relation is None or relation.external or relation.kind != "image":
            return
        caption, self._free_caption = self._free_caption, ""
        words = "\n".join(filter(None, (caption, _alternative_text(blip))))
        self.pictures.append(
            Embedded(
                self._package.data(relation.target),
                f"Picture {len(self.pictures) + 1}",
                caption=words,
                heading=self.script.headings.path,
                context=near,
                crop=crop_of(blip, q("a:srcRect")),
            )
        )
        if caption:
            self._captioned = len(self.pictures)


def _not_read(what: str, target: str) -> Problem:
    return Problem(
        "PART_UNSUPPORTED",
        f"{what} inside the file ({target[-80:]}) was not read.",
        "Save it as a file of its own and add that.",
    )


def _alternative_text(blip: Any) -> str:
    """Return the description a person gave the picture; file names that programs put are not."""
    holder = blip
    while holder is not None and holder.tag not in (q("wp:inline"), q("wp:anchor")):
        holder = holder.getparent()
    properties = None if holder is None else holder.find(q("wp:docPr"))
    words = "" if properties is None else properties.get("descr") or properties.get("title") or ""
    return described(words)
