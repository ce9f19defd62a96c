"""Pictures on a PDF page: placed images, and drawings made of many strokes such as charts."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from pincite.ingest.layout import Piece, rows_of
from pincite.ingest.pdf_bars import Words, bars_of
from pincite.ingest.pdf_text import FractionMap
from pincite.types import Box, union_box

_MAX_OBJECTS = 20_000  # looked at on a page
_MAX_DEPTH = 5  # of forms in forms
_GRID = 96  # cells across the page when strokes are gathered to drawings
_MIN_SIDE, _MIN_AREA = 0.04, 0.015  # of the page, for a picture worth keeping
_BACKGROUND = 0.5  # strokes and fills over more than this of the page are its ground
_MIN_STROKES = 8  # fewer lines are a frame or a rule, not a drawing
_LINE = 0.005  # of the page: a stroke as thin as this is a line
_GRID_STEP = 0.06  # of the page between lines of a grid
_MOST_ROOM = 8.0  # times the area of its bars that the frame of a chart may have
_PALE = 240  # of 255: a fill as light as this in all colours is paper
_MAX_WORDS = 0.3  # share of its area that words may take in a drawing; more is a table


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture on a page.

    Attributes:
        box: Where it lies, in fractions of the page.
        drawn: True when it is made of strokes rather than pixels.
        curves: True when lines are drawn in it that are neither level nor upright.
        bars: The bars of a chart.
        fills: The shapes in a chart that are filled with a colour, the bars among them.
    """

    box: Box
    drawn: bool
    curves: bool = False
    bars: tuple[Box, ...] = ()
    fills: tuple[Box, ...] = ()


@dataclass(slots=True)
class Graphics:
    """What is on a page besides letters, boxes in fractions of the page.

    Attributes:
        images: Placed pictures.
        strokes: All that is drawn, fills included.
        fills: Shapes filled with a colour.
        curves: Lines that are neither level nor upright.
    """

    images: list[Box] = field(default_factory=list)
    strokes: list[Box] = field(default_factory=list)
    fills: list[Box] = field(default_factory=list)
    curves: list[Box] = field(default_factory=list)

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
    for count, (item, bounds) in enumerate(_objects(page)):
        if count >= _MAX_OBJECTS:
            break
        box = _clipped(to_fractions.box(*bounds))
        if box is None:
            continue
        if raw.FPDFPageObj_GetType(item) == raw.FPDF_PAGEOBJ_IMAGE:
            found.images.append(box)
            continue
        found.strokes.append(box)
        filled, stroked = _is_filled(item)
        if area(box) < _BACKGROUND and filled:
            found.fills.append(box)
        if stroked and min(box[2] - box[0], box[3] - box[1]) > _LINE:
            found.curves.append(box)
    return found


def figures(found: Graphics, texts: Sequence[Words]) -> list[Figure]:
    """Return the pictures worth a segment of their own, the largest first.

    Args:
        found: What is drawn on the page.
        texts: The lines of its text layer; where they are dense, strokes are a table or a
            coloured box around text, and images are its ground.
    """
    words = [text.box for text in texts]
    regions = [Figure(box, drawn=False) for box in found.images if _worthy(box)]
    ground = 0.9 if words else 1.1
    regions = [f for f in regions if _covered(f.box, words) < _MAX_WORDS and area(f.box) < ground]
    strokes = [box for box in found.strokes if area(box) < _BACKGROUND]
    regions += _charts(found.fills, strokes, texts)
    for box, count in _clusters(strokes):
        inside = any(_overlap(box, f.box) > 0.6 * area(box) for f in regions)
        if count >= _MIN_STROKES and _worthy(box) and not inside and _is_drawing(box, words):
            curves = any(within(curve, box) for curve in found.curves)
            regions.append(Figure(_with_grid(box, strokes), drawn=True, curves=curves))
    return _distinct(sorted(regions, key=lambda f: (not f.bars, -area(f.box))))


def _charts(fills: Sequence[Box], strokes: Sequence[Box], words: Sequence[Words]) -> list[Figure]:
    """Return the charts with bars, their axes, grid and frame included."""
    charts = []
    for bars in bars_of(fills, words):
        box = union_box(bars)
        touching = [s for s in strokes if _meet(s, box) and not _meet_prose(s, box, words)]
        whole = union_box([box, *touching])
        near = tuple(f for f in fills if _meet(f, whole) and area(f) < area(whole))
        charts.append(Figure(whole, drawn=True, bars=tuple(bars), fills=near))
    return charts


def _with_grid(box: Box, strokes: Sequence[Box]) -> Box:
    """Return a drawing with the lines above and below that are exactly as wide: its grid."""
    lines = [
        s
        for s in strokes
        if s[3] - s[1] < _LINE and abs(s[0] - box[0]) + abs(s[2] - box[2]) < _LINE
    ]
    for line in sorted(lines, key=lambda s: abs(s[1] + s[3] - box[1] - box[3])):
        if max(box[1] - line[3], line[1] - box[3]) <= _GRID_STEP:
            box = union_box((box, line))
    return box


def _meet(one: Box, other: Box) -> bool:
    return all(max(one[i], other[i]) <= min(one[i + 2], other[i + 2]) + 0.005 for i in (0, 1))


def _meet_prose(stroke: Box, bars: Box, words: Sequence[Words]) -> bool:
    """Return True for a frame so large that it holds running text besides the bars."""
    if area(stroke) < 2 * area(bars):
        return False
    beside = [w.box for w in words if within(w.box, stroke) and not within(w.box, bars)]
    wide = sum(w[2] - w[0] > 0.5 * (stroke[2] - stroke[0]) for w in beside)
    return wide > 1 or area(stroke) > _MOST_ROOM * area(bars)


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


def _is_filled(path: Any) -> tuple[bool, bool]:
    """Return if a path is filled with anything darker than paper, and if its line is drawn."""
    mode, stroked = ctypes.c_int(), ctypes.c_int()
    if not raw.FPDFPath_GetDrawMode(path, mode, stroked):
        return False, False
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    if not mode.value or not raw.FPDFPageObj_GetFillColor(path, red, green, blue, alpha):
        return bool(mode.value), bool(stroked.value)
    dark = alpha.value > 0 and min(red.value, green.value, blue.value) < _PALE
    return dark, bool(stroked.value)


def _objects(page: pdfium.PdfPage) -> Iterator[tuple[Any, Box]]:
    """Yield each image and path, with left, bottom, right and top in page coordinates."""
    for i in range(min(raw.FPDFPage_CountObjects(page.raw), _MAX_OBJECTS)):
        yield from _inside(raw.FPDFPage_GetObject(page.raw, i), (1, 0, 0, 1, 0, 0), 0)


def _inside(item: Any, matrix: _Matrix, depth: int) -> Iterator[tuple[Any, Box]]:
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
            yield item, (min(xs), min(ys), max(xs), max(ys))


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
