"""Pictures on a PDF page: placed images, and drawings made of many strokes such as charts."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from pincite.ingest.layout import Piece, rows_of
from pincite.ingest.pdf_text import FractionMap
from pincite.types import Box, union_box

_MAX_OBJECTS = 20_000  # looked at on a page
_MAX_DEPTH = 5  # of forms in forms
_GRID = 96  # cells across the page when strokes are gathered to drawings
_MIN_SIDE, _MIN_AREA = 0.04, 0.015  # of the page, for a picture worth keeping
_BACKGROUND = 0.5  # strokes and fills over more than this of the page are its ground
_MIN_STROKES = 8  # fewer lines are a frame or a rule, not a drawing
_MAX_WORDS = 0.3  # share of its area that words may take in a drawing; more is a table


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture on a page; `drawn` when it is made of strokes rather than pixels."""

    box: Box
    drawn: bool


@dataclass(slots=True)
class Graphics:
    """What is on a page besides letters, boxes in fractions of the page."""

    images: list[Box] = field(default_factory=list)
    strokes: list[Box] = field(default_factory=list)

    @property
    def image_cover(self) -> float:
        """Share of the page under the largest image."""
        return max((area(box) for box in self.images), default=0.0)


def area(box: Box) -> float:
    """Return the area of a box."""
    return max(0.0, box[2] - box[0]) * max(0.0, box[3] - box[1])


def within(inner: Box, outer: Box) -> bool:
    """Return True when the middle of one box lies in the other."""
    x, y = (inner[0] + inner[2]) / 2, (inner[1] + inner[3]) / 2
    return outer[0] <= x <= outer[2] and outer[1] <= y <= outer[3]


def graphics(page: pdfium.PdfPage, to_fractions: FractionMap) -> Graphics:
    """Return the images and strokes of a page, those inside forms included."""
    found = Graphics()
    for count, (kind, bounds) in enumerate(_objects(page)):
        if count >= _MAX_OBJECTS:
            break
        box = _clipped(to_fractions.box(*bounds))
        if box is not None:
            (found.images if kind == raw.FPDF_PAGEOBJ_IMAGE else found.strokes).append(box)
    return found


def figures(found: Graphics, words: Sequence[Box]) -> list[Figure]:
    """Return the pictures worth a segment of their own, the largest first.

    Args:
        found: What is drawn on the page.
        words: Boxes of the lines of its text layer; where they are dense, strokes are a
            table or a coloured box around text, and images are its ground.
    """
    regions = [Figure(box, drawn=False) for box in found.images if _worthy(box)]
    ground = 0.9 if words else 1.1
    regions = [f for f in regions if _covered(f.box, words) < _MAX_WORDS and area(f.box) < ground]
    strokes = [box for box in found.strokes if area(box) < _BACKGROUND]
    for box, count in _clusters(strokes):
        inside = any(_overlap(box, f.box) > 0.6 * area(box) for f in regions)
        if count >= _MIN_STROKES and _worthy(box) and not inside and _is_drawing(box, words):
            regions.append(Figure(box, drawn=True))
    return _distinct(sorted(regions, key=lambda f: -area(f.box)))


def _worthy(box: Box) -> bool:
    return min(box[2] - box[0], box[3] - box[1]) >= _MIN_SIDE and area(box) >= _MIN_AREA


def _covered(box: Box, words: Sequence[Box]) -> float:
    inside = sum(area(word) for word in words if within(word, box))
    return inside / max(area(box), 1e-9)


def _is_drawing(box: Box, words: Sequence[Box]) -> bool:
    """Return True unless the words inside are a table or running text with strokes about it."""
    if _covered(box, words) >= _MAX_WORDS:
        return False
    inside = [word for word in words if within(word, box)]
    wide = sum(1 for w in inside if w[2] - w[0] > 0.7 * (box[2] - box[0]))
    rows = rows_of([Piece("x", word) for word in inside])
    cells = sum(1 for row in rows if len(row.pieces) > 1)
    return wide < 4 and not (cells >= 2 and cells >= 0.5 * len(rows))


def _distinct(regions: list[Figure]) -> list[Figure]:
    kept: list[Figure] = []
    for figure in regions:
        if all(_overlap(figure.box, k.box) < 0.6 * area(figure.box) for k in kept):
            kept.append(figure)
    return kept


def _overlap(one: Box, other: Box) -> float:
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    return max(0.0, width) * max(0.0, height)


def _clipped(box: Box) -> Box | None:
    x0, y0, x1, y1 = (min(max(value, 0.0), 1.0) for value in box)
    return (x0, y0, x1, y1) if x1 >= x0 and y1 >= y0 and (x1 > x0 or y1 > y0) else None


# -- objects --------------------------------------------------------------------------------

_Matrix = tuple[float, float, float, float, float, float]


def _objects(page: pdfium.PdfPage) -> Iterator[tuple[int, Box]]:
    """Yield (kind, left, bottom, right, top in page coordinates) of images and paths."""
    for i in range(min(raw.FPDFPage_CountObjects(page.raw), _MAX_OBJECTS)):
        yield from _inside(raw.FPDFPage_GetObject(page.raw, i), (1, 0, 0, 1, 0, 0), 0)


def _inside(item: object, matrix: _Matrix, depth: int) -> Iterator[tuple[int, Box]]:
    kind = raw.FPDFPageObj_GetType(item)
    if kind == raw.FPDF_PAGEOBJ_FORM and depth < _MAX_DEPTH:
        own = raw.FS_MATRIX()
        raw.FPDFPageObj_GetMatrix(item, own)
        inner = _times((own.a, own.b, own.c, own.d, own.e, own.f), matrix)
        for i in range(min(raw.FPDFFormObj_CountObjects(item), _MAX_OBJECTS)):
            yield from _inside(raw.FPDFFormObj_GetObject(item, i), inner, depth + 1)
    elif kind in (raw.FPDF_PAGEOBJ_IMAGE, raw.FPDF_PAGEOBJ_PATH):
        left, bottom, right, top = (ctypes.c_float() for _ in range(4))
        if raw.FPDFPageObj_GetBounds(item, left, bottom, right, top):
            corners = [
                (
                    x * matrix[0] + y * matrix[2] + matrix[4],
                    x * matrix[1] + y * matrix[3] + matrix[5],
                )
                for x in (left.value, right.value)
                for y in (bottom.value, top.value)
            ]
            xs, ys = zip(*corners, strict=True)
            yield kind, (min(xs), min(ys), max(xs), max(ys))


def _times(one: _Matrix, other: _Matrix) -> _Matrix:
    a, b, c, d, e, f = one
    p, q, r, s, t, u = other
    return (
        a * p + b * r,
        a * q + b * s,
        c * p + d * r,
        c * q + d * s,
        e * p + f * r + t,
        e * q + f * s + u,
    )


# -- drawings -------------------------------------------------------------------------------


def _clusters(strokes: Sequence[Box]) -> list[tuple[Box, int]]:
    """Return the box and the number of strokes of each group that hangs together."""
    parent: dict[tuple[int, int], tuple[int, int]] = {}

    def root(cell: tuple[int, int]) -> tuple[int, int]:
        while parent[cell] != cell:
            parent[cell] = parent[parent[cell]]
            cell = parent[cell]
        return cell

    homes = []
    for box in strokes:
        cells = list(_cells_of(box))
        for cell in cells:
            parent.setdefault(cell, cell)
            parent[root(cell)] = root(cells[0])
        homes.append(cells[0])
    for x, y in list(parent):
        for near in ((x + 1, y), (x, y + 1), (x + 1, y + 1), (x - 1, y + 1)):
            if near in parent:
                parent[root(near)] = root((x, y))
    groups: dict[tuple[int, int], list[Box]] = {}
    for box, home in zip(strokes, homes, strict=True):
        groups.setdefault(root(home), []).append(box)
    return [(union_box(boxes), len(boxes)) for boxes in groups.values()]


def _cells_of(box: Box) -> Iterator[tuple[int, int]]:
    x0, y0, x1, y1 = (min(int(value * _GRID), _GRID - 1) for value in box)
    for x in range(x0, x1 + 1):
        for y in range(y0, y1 + 1):
            yield x, y
