"""What the shapes of a slide say, and where on the slide each part of it stands."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from pincite.ingest.charts import chart_lines, diagram_lines, drawn_text
from pincite.ingest.manuscript import Manuscript
from pincite.ingest.merged import table_parts
from pincite.ingest.opc import Package, Relation, q
from pincite.ingest.pptxshapes import Shape, paragraph_boxes, paragraph_words
from pincite.ingest.segment import Kind, cut
from pincite.language import language_of
from pincite.types import WHOLE, Anchor, Asset, Box, PageRegion, Segment, cover, segment_id

_MARK = ("slideImage", "sldImg", "hdr", "ftr", "dt", "sldNum")


@dataclass(frozen=True, slots=True)
class Words:
    """What a shape says.

    Attributes:
        text: Its words.
        kind: What they are.
        marks: (start, end, box) of each part of `text` that has a place of its own.
        aside: True for notes and comments, which stand beside the slide and not on it.
    """

    text: str
    kind: Kind
    marks: tuple[tuple[int, int, Box], ...]
    aside: bool = False


def shape_words(
    package: Package, relations: Mapping[str, Relation], shape: Shape
) -> Iterator[Words]:
    """Yield what a shape says: its paragraphs, the rows of its table, the values of its chart."""
    table = next(shape.element.iter(q("a:tbl")), None)
    chart = next(shape.element.iter(q("c:chart")), None)
    diagram = next(shape.element.iter(q("dgm:relIds")), None)
    if table is not None:
        yield from _table(table, shape.box)
    elif chart is not None:
        yield from _lines(chart_lines, package, relations.get(chart.get(q("r:id"), "")), shape)
    elif diagram is not None:
        yield from _lines(diagram_lines, package, relations.get(diagram.get(q("r:dm"), "")), shape)
    elif shape.title:
        words = " ".join(" ".join(words for words, _ in paragraph_boxes(shape)).split())
        if words:
            yield Words(words, "title", ((0, len(words), shape.box),))
    elif parts := list(paragraph_boxes(shape)):
        yield _joined(parts, "\n", "prose")


def _lines(read: Any, package: Package, relation: Relation | None, shape: Shape) -> Iterator[Words]:
    if relation is not None and not relation.external:
        for line in read(package, relation.target):
            yield Words(line, "table", ((0, len(line), shape.box),))


def _joined(parts: Iterable[tuple[str, Box]], between: str, kind: Kind) -> Words:
    text, marks = "", []
    for words, box in parts:
        text += between if text else ""
        marks.append((len(text), len(text) + len(words), box))
        text += words
    return Words(text, kind, tuple(marks))


def _table(table: Any, box: Box) -> Iterator[Words]:
    """Yield each row, its cells with their own boxes."""
    rows = table.findall(q("a:tr"))
    across = _edges([column.get("w", "") for column in table.iter(q("a:gridCol"))], box[0], box[2])
    down = _edges([row.get("h", "") for row in rows], box[1], box[3])
    _, parts = table_parts([_cells(row) for row in rows])
    for index, cells in parts:
        places = (
            (words, (across[min(column, len(across) - 1) - 1], down[index],
                     across[min(column, len(across) - 1)], down[index + 1]))
            for column, words in cells
        )  # fmt: skip
        yield _joined(places, "; ", "table")


def _cells(row: Any) -> list[str | None]:
    """Return the words of each column; None goes on from the cell above."""
    words: list[str | None] = []
    for cell in row.findall(q("a:tc")):
        text = " ".join(" ".join(map(paragraph_words, cell.iter(q("a:p")))).split())
        words.append(None if cell.get("vMerge") in ("1", "true") and not text else text)
    return words


def _edges(sizes: Sequence[str], start: float, end: float) -> list[float]:
    """Return where columns or rows of these sizes begin and end, fitted between two edges."""
    numbers = [max(1, int(size)) if size.isdecimal() else 1 for size in sizes] or [1]
    total = sum(numbers)
    return [start + (end - start) * part / total for part in accumulate(numbers, initial=0)]


# -- beside the slide -----------------------------------------------------------------------


def side_words(package: Package, relations: Collection[Relation]) -> Iterator[Words]:
    """Yield the notes of the speaker, then comments."""
    for relation in relations:
        if relation.kind == "notesSlide" and not relation.external:
            yield from _aside(_notes(package.xml(relation.target)))
    for relation in relations:
        if relation.kind == "comments" and not relation.external:
            root = package.xml(relation.target)
            old = [" ".join((item.text or "").split()) for item in root.iter(q("p:text"))]
            yield from _aside("\n".join(filter(None, [*old, drawn_text(root)])))


def _notes(root: Any) -> str:
    lines = []
    for shape in root.iter(q("p:sp")):
        mark = next(shape.iter(q("p:ph")), None)
        if mark is None or mark.get("type") not in _MARK:
            lines += [paragraph_words(paragraph) for paragraph in shape.iter(q("a:p"))]
    return "\n".join(lines).strip()


def _aside(text: str) -> Iterator[Words]:
    if text:
        yield Words(text, "prose", ((0, len(text), WHOLE),), aside=True)


# -- segments -------------------------------------------------------------------------------


def slide_segments(
    asset: Asset,
    words: Sequence[Words],
    number: int,
    above: Sequence[str],
    extractor: str,
    ordinal: int,
) -> Iterator[Segment]:
    """Yield the segments of one slide, located by the shapes they speak of; mostly one."""
    script = Manuscript(*above)
    for item in words:
        if item.kind == "title":
            script.title(2, item.text)
        else:
            script.add(item.text, item.kind)
    for index, piece in enumerate(cut(script.text, script.blocks)):
        on_slide: list[Anchor] = []
        beside: list[Anchor] = []
        for block, item in zip(script.blocks, words, strict=True):
            found = _anchors(item, block.start - piece.start, piece.end - piece.start, number)
            (beside if item.aside else on_slide).extend(found)
        locator = cover(anchor.locator for anchor in on_slide or beside)
        text = script.text[piece.start : piece.end]
        yield Segment(
            id=segment_id(asset.id, locator, f"{extractor}/{index}"),
            asset_id=asset.id,
            modality="text",
            locator=locator,
            text=text,
            heading=piece.heading,
            ordinal=ordinal + index,
            anchors=tuple(on_slide + beside),
            language=language_of(text),
        )


def _anchors(item: Words, shift: int, length: int, number: int) -> Iterator[Anchor]:
    """Yield the anchors of a shape's words in a piece of the slide's text."""
    for start, end, box in item.marks:
        start, end = max(0, start + shift), min(length, end + shift)
        if start < end:
            yield Anchor(start, end, PageRegion(number, box))
