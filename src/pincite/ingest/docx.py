"""Word files to segments: headings, paragraphs, lists, tables, notes and pictures."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docx
from docx.opc.exceptions import PackageNotFoundError
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph

from pincite.config import Config
from pincite.ingest import Event
from pincite.ingest.embedded import Embedded, picture_events
from pincite.ingest.manuscript import Manuscript
from pincite.ingest.package import check_package, corrupt, picture_parts
from pincite.ingest.rows import column_names, row_parts
from pincite.ingest.text import no_text
from pincite.types import Asset, Extracted

EXTRACTOR = "docx-1"
_HEADING = re.compile(r"(?:heading|überschrift|titre|标题)\s*(\d)", re.IGNORECASE)
_CAPTION = re.compile(r"(?:figure|fig\.|图|圖)\s*\d", re.IGNORECASE)
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_MOST_COLUMNS = 64
_NOTE_PARTS = ("footnotes", "endnotes", "comments")


class DocxParser:
    """Reads Word files (.docx)."""

    def parse(self, path: Path, asset: Asset, config: Config) -> Iterator[Event]:
        """Yield the text in reading order, then the pictures."""
        yield from check_package(path, config)
        try:
            document = docx.Document(str(path))
            walk = _Walk(document)
            walk.body()
        except (PackageNotFoundError, KeyError, ValueError, SyntaxError, OSError) as error:
            raise corrupt(error) from error
        ordinal = 0
        for segment in walk.script.segments(asset, EXTRACTOR):
            ordinal = segment.ordinal + 1
            yield Extracted(segment)
        for number, picture in enumerate(walk.pictures):
            yield from picture_events(asset, picture, config, EXTRACTOR, ordinal + number)
        if not ordinal and not walk.pictures:
            yield no_text()


class _Walk:
    """A walk over a document in reading order."""

    def __init__(self, document: Any) -> None:
        self._document = document
        self._title = (document.core_properties.title or "").strip()
        self._blobs = picture_parts(document.part.rels)
        self.script = Manuscript(self._title)
        self.pictures: list[Embedded] = []
        self._last = ""

    def body(self) -> None:
        """Write down everything: body, notes, headers and footers."""
        for item in _inner(self._document.element.body):
            if item.tag == qn("w:tbl"):
                self._table(item)
            else:
                self._paragraph(Paragraph(item, self._document))
        for name in _NOTE_PARTS:
            self._notes(name)
        seen: set[str] = set()
        for section in self._document.sections:
            for part in (section.header, section.footer):
                words = "\n".join(p.text for p in part.paragraphs).strip()
                if not part.is_linked_to_previous and words not in seen:
                    seen.add(words)
                    self.script.add(words, heading=self._title or "Header and footer")

    def _paragraph(self, paragraph: Paragraph) -> None:
        words = paragraph.text.strip()
        level = _level(paragraph)
        if level and words:
            self.script.title(level, words)
        else:
            self.script.add(words)
        self._caption_of_last(words)
        self._drawings(paragraph._p, words or self._last)
        for box in paragraph._p.iter(qn("w:txbxContent")):
            if not any(holder.tag == _FALLBACK for holder in box.iterancestors()):
                self.script.add("\n".join(filter(None, map(_words, box.iter(qn("w:p"))))))
        self._last = words or self._last

    def _caption_of_last(self, words: str) -> None:
        """A caption stands below its picture, so it joins the one just met."""
        if self.pictures and _CAPTION.match(words) and not self.pictures[-1].caption:
            last = self.pictures[-1]
            self.pictures[-1] = Embedded(
                last.data, last.name, last.place, words, last.heading, last.context
            )

    def _drawings(self, element: Any, near: str) -> None:
        for blip in element.iter(qn("a:blip")):
            data = self._blobs.get(blip.get(qn("r:embed"), ""))
            if data is None:
                continue
            name = f"Picture {len(self.pictures) + 1}"
            caption = _alternative_text(blip)
            self.pictures.append(
                Embedded(
                    data, name, caption=caption, heading=self.script.headings.path, context=near
                )
            )

    def _table(self, table: Any) -> None:
        rows = [_cells(row) for row in table.iterchildren(qn("w:tr"))]
        title, names, first = column_names(rows)
        self.script.add(title)
        lines = ["; ".join(words for _, words in row_parts(names, row)) for row in rows[first:]]
        self.script.add("\n\n".join(line for line in lines if line), "table")
        self._drawings(table, self._last)

    def _notes(self, name: str) -> None:
        for relation in self._document.part.rels.values():
            if relation.is_external or not relation.reltype.endswith(f"/{name}"):
                continue
            root = docx.oxml.parser.parse_xml(relation.target_part.blob)
            for note in root:
                self.script.add(_words(note), heading=name.capitalize())


def _level(paragraph: Paragraph) -> int:
    """Return the level of a heading from its style, or 0 for a plain paragraph."""
    style = paragraph.style.name if paragraph.style is not None else ""
    if (style or "").casefold() == "title":
        return 1
    match = _HEADING.match(style or "")
    return int(match[1]) + 1 if match else 0


def _alternative_text(blip: Any) -> str:
    """Return the description a person gave the picture; file names that programs put are not."""
    holder = blip
    while holder is not None and holder.tag not in (qn("wp:inline"), qn("wp:anchor")):
        holder = holder.getparent()
    properties = None if holder is None else holder.find(qn("wp:docPr"))
    words = "" if properties is None else properties.get("descr", "") or properties.get("title", "")
    return "" if re.fullmatch(r"[\w .-]+\.(?:png|jpe?g|gif|emf|wmf)", words, re.I) else words


def _inner(element: Any) -> Iterator[Any]:
    """Yield the paragraphs and tables of a body in order, those in content controls too."""
    for child in element:
        if child.tag in (qn("w:p"), qn("w:tbl")):
            yield child
        elif child.tag in (qn("w:sdt"), qn("w:sdtContent"), qn("w:ins")):
            yield from _inner(child)


def _cells(row: Any) -> list[str]:
    """Return the words of each column; a cell spread over columns speaks in its first."""
    words: list[str] = []
    for cell in row.iter(qn("w:tc")):
        if cell.getparent().tag != qn("w:tr") and cell.getparent().tag != qn("w:sdtContent"):
            continue
        span = cell.find(f"{qn('w:tcPr')}/{qn('w:gridSpan')}")
        words.append(" ".join(" ".join(map(_words, cell.iter(qn("w:p")))).split()))
        width = int(span.get(qn("w:val"), "1")) if span is not None else 1
        words.extend([""] * min(width - 1, _MOST_COLUMNS))
    return words


def _words(element: Any) -> str:
    """Return the text of an element: runs, tabs and breaks."""
    parts = []
    for child in element.iter(qn("w:t"), qn("w:tab"), qn("w:br")):
        parts.append((child.text or "") if child.tag == qn("w:t") else " ")
    return "".join(parts).strip()
