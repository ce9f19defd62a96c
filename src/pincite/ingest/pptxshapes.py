"""The shapes of a slide and their places on it, as fractions of the slide."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pincite.ingest.opc import q
from pincite.types import WHOLE, Box

_SHAPES = [q(name) for name in ("p:sp", "p:pic", "p:graphicFrame", "p:cxnSp")]
_TITLES = ("title", "ctrTitle")
_QUARTER = 5_400_000  # 90 degrees, in sixtythousandths
_DEFAULT_SIZE = 18.0
_POINT = 12_700  # English metric units
_LINE_HEIGHT = 1.2

Place = tuple[float, float, float, float]
"""(left, top, width, height) in the units of the slide, or of a group on it."""


@dataclass(frozen=True, slots=True)
class Shape:
    """A shape and its box.

    Attributes:
        element: Its XML.
        name: The name the program gave it.
        box: Where it lies on the slide.
        title: True for the title of the slide.
        width_points: How many points of width its text has.
        height_points: How many points of height.
    """

    element: Any
    name: str
    box: Box
    title: bool
    width_points: float
    height_points: float


@dataclass(frozen=True, slots=True)
class Frame:
    """Maps lengths of a slide, or of a group on it, to fractions of the slide."""

    width: float
    height: float
    left: float = 0.0
    top: float = 0.0
    scale_x: float = 1.0
    scale_y: float = 1.0

    def box(self, place: Place | None, turn: int = 0) -> Box:
        """Return the box of a shape, inside the slide; the whole slide when it has none."""
        if place is None:
            return WHOLE
        left, top, width, height = place
        width, height = width * self.scale_x, height * self.scale_y
        x = self.left + left * self.scale_x + width / 2
        y = self.top + top * self.scale_y + height / 2
        angle = math.radians(turn / _QUARTER * 90)
        cosine, sine = abs(math.cos(angle)), abs(math.sin(angle))
        half_x = (width * cosine + height * sine) / 2
        half_y = (width * sine + height * cosine) / 2
        edges = (
            (x - half_x) / self.width,
            (y - half_y) / self.height,
            (x + half_x) / self.width,
            (y + half_y) / self.height,
        )
        x0, y0, x1, y1 = (min(1.0, max(0.0, edge)) for edge in edges)
        return (x0, y0, x1, y1) if x0 < x1 and y0 < y1 else WHOLE

    def inside(self, group: Any) -> Frame:
        """Return the frame of the children of a group, which count in units of their own."""
        transform = group.find(f"{q('p:grpSpPr')}/{q('a:xfrm')}")
        place = _place(transform)
        inner = _place(transform, "a:chOff", "a:chExt")
        if place is None or inner is None:
            return self
        scale_x = self.scale_x * place[2] / max(1.0, inner[2])
        scale_y = self.scale_y * place[3] / max(1.0, inner[3])
        left = self.left + place[0] * self.scale_x - inner[0] * scale_x
        top = self.top + place[1] * self.scale_y - inner[1] * scale_y
        return Frame(self.width, self.height, left, top, scale_x, scale_y)


class Layouts:
    """The layout and the master of a slide, which say where its placeholders lie."""

    def __init__(self, *trees: Any) -> None:
        self._trees = trees

    def place(self, shape: Any) -> Place | None:
        """Return where a placeholder without a place of its own lies."""
        mark = shape.find(f"{q('p:nvSpPr')}/{q('p:nvPr')}/{q('p:ph')}")
        if mark is None:
            return None
        kind, index = mark.get("type", "body"), mark.get("idx")
        for depth, tree in enumerate(self._trees):
            for other in tree.iter(q("p:sp")):
                found = other.find(f"{q('p:nvSpPr')}/{q('p:nvPr')}/{q('p:ph')}")
                if found is None or not _same(kind, index, found, by_index=depth == 0):
                    continue
                kind = found.get("type", kind)
                if (place := _own_place(other)) is not None:
                    return place
        return None


def _same(kind: str, index: str | None, mark: Any, *, by_index: bool) -> bool:
    if by_index and index is not None:
        return str(mark.get("idx")) == index
    other: str = mark.get("type", "body")
    return other == kind or {other, kind} <= {"title", "ctrTitle"} or {other, kind} <= _BODIES


_BODIES = {"body", "obj", "subTitle", "tbl", "chart", "dgm", "media", "clipArt", "pic"}


def shapes_of(slide: Any, layouts: Layouts, width: float, height: float) -> list[Shape]:
    """Return the shapes of a slide with their boxes: the title, then from top to bottom."""
    tree = slide.find(f"{q('p:cSld')}/{q('p:spTree')}")
    return [] if tree is None else list(_ordered(tree, Frame(width, height), layouts))


def _ordered(tree: Any, frame: Frame, layouts: Layouts) -> Iterator[Shape]:
    """Yield shapes in reading order; those of a group stay together."""
    items: list[tuple[tuple[bool, int, float], list[Shape]]] = []
    for element in _children(tree):
        if element.tag == q("p:grpSp"):
            place = _place(element.find(f"{q('p:grpSpPr')}/{q('a:xfrm')}"))
            box = frame.box(place)
            shapes = list(_ordered(element, frame.inside(element), layouts))
        else:
            shapes = [_shape(element, frame, layouts)]
            box = shapes[0].box
        title = any(shape.title for shape in shapes)
        items.append(((not title, round(box[1] * 20), box[0]), shapes))
    for _, shapes in sorted(items, key=lambda item: item[0]):
        yield from shapes


def _children(tree: Any) -> Iterator[Any]:
    for child in tree:
        if child.tag in _SHAPES or child.tag == q("p:grpSp"):
            yield child
        elif child.tag == q("mc:AlternateContent"):
            chosen = child.find(q("mc:Choice"))
            yield from _children(child if chosen is None else chosen)
        elif child.tag == q("mc:Fallback"):
            yield from _children(child)


def _shape(element: Any, frame: Frame, layouts: Layouts) -> Shape:
    properties = next(element.iter(q("p:cNvPr")), None)
    mark = next(element.iter(q("p:ph")), None)
    place = _own_place(element) or layouts.place(element)
    transform = next(element.iter(q("a:xfrm")), None)
    turn = 0 if transform is None else _integer(transform.get("rot", "0"))
    return Shape(
        element,
        "" if properties is None else properties.get("name", ""),
        frame.box(place, turn),
        mark is not None and mark.get("type") in _TITLES,
        (place[2] * frame.scale_x if place else frame.width) / _POINT,
        (place[3] * frame.scale_y if place else frame.height) / _POINT,
    )


def _own_place(element: Any) -> Place | None:
    transform = element.find(f"{q('p:spPr')}/{q('a:xfrm')}")
    return _place(element.find(q("p:xfrm")) if transform is None else transform)


def _place(transform: Any | None, offset: str = "a:off", extent: str = "a:ext") -> Place | None:
    if transform is None:
        return None
    at, size = transform.find(q(offset)), transform.find(q(extent))
    if at is None or size is None:
        return None
    x, y = _integer(at.get("x", "")), _integer(at.get("y", ""))
    return (x, y, _integer(size.get("cx", "")), _integer(size.get("cy", "")))


def _integer(text: str) -> int:
    return int(text) if text.lstrip("-").isdecimal() and len(text) < 16 else 0


# -- paragraphs -----------------------------------------------------------------------------


def paragraph_boxes(shape: Shape) -> Iterator[tuple[str, Box]]:
    """Yield the paragraphs of a shape with where they stand in it, by lines they may take.

    Where the size of the letters is stated, so is how far down the text reaches; else the
    paragraphs share the height of the shape.
    """
    body = shape.element.find(q("p:txBody"))
    paragraphs = [] if body is None else body.findall(q("a:p"))
    heights = [_height(p, shape.width_points) for p in paragraphs]
    x0, y0, x1, y1 = shape.box
    total = sum(heights) or 1.0
    filled, at = _filled(body, paragraphs, total, shape)
    for paragraph, height in zip(paragraphs, heights, strict=True):
        top, at = at, at + filled * height / total
        if words := paragraph_words(paragraph):
            yield words, (x0, y0 + (y1 - y0) * top, x1, y0 + (y1 - y0) * min(1.0, at))


def _filled(
    body: Any, paragraphs: Sequence[Any], total: float, shape: Shape
) -> tuple[float, float]:
    """Return the share of a shape's height that its text takes, and the share above the text."""
    stated = all(
        any(run.get("sz") for run in p.iter(q("a:rPr"))) for p in paragraphs if paragraph_words(p)
    )
    if body is None or not stated or total >= shape.height_points:
        return 1.0, 0.0
    share = total / shape.height_points
    properties = body.find(q("a:bodyPr"))
    anchor = "t" if properties is None else properties.get("anchor", "t")
    return share, {"ctr": (1 - share) / 2, "b": 1 - share}.get(anchor, 0.0)


def paragraph_words(paragraph: Any) -> str:
    """Return the words of a paragraph on a slide."""
    parts = []
    for item in paragraph.iter(q("a:t"), q("a:br"), q("a:tab"), q("m:t")):
        parts.append(item.text or "" if item.tag in (q("a:t"), q("m:t")) else " ")
    return "".join(parts).replace("\v", " ").strip()


def _height(paragraph: Any, width_points: float) -> float:
    """Return about how many points of height a paragraph takes."""
    sizes = [_integer(run.get("sz", "")) / 100 for run in paragraph.iter(q("a:rPr"))]
    size = max(sizes, default=0.0) or _DEFAULT_SIZE
    words = paragraph_words(paragraph)
    across = sum(0.5 if ord(letter) < 0x2E80 else 1.0 for letter in words) * size
    lines = max(1, math.ceil(across / max(width_points, size)))
    spacing = paragraph.find(f"{q('a:pPr')}/{q('a:spcAft')}/{q('a:spcPts')}")
    after = 0.0 if spacing is None else _integer(spacing.get("val", "")) / 100
    return lines * size * _LINE_HEIGHT + after
