"""Charts on pages: in scans, in pictures, and drawn with lines and words of the page itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np

from pincite.ingest.flow import Flow
from pincite.ingest.layout import Piece
from pincite.ingest.ocr import OcrLine, Picture
from pincite.ingest.plotted import read_plots
from pincite.types import Box


def charts_among(pieces: Sequence[Piece], rgb: Picture) -> tuple[Flow, list[Piece]]:
    """Return what the charts in a picture say, in fractions of it, and the other pieces.

    Args:
        pieces: Words, their boxes in pixels.
        rgb: (h, w, 3) uint8.
    """
    height, width = rgb.shape[:2]
    sources: dict[int, Piece] = {}
    lines = []
    for piece in pieces:
        x0, y0, x1, y1 = piece.box
        box = (x0 / width, y0 / height, x1 / width, y1 / height)
        lines.append(OcrLine(piece.text, box, 1.0))
        sources[id(lines[-1])] = piece
    charts = read_plots(lines, rgb)
    return charts.flow, [sources[id(line)] for line in charts.rest]


def with_charts(words: Flow, rgb: Picture, box: Box) -> Flow:
    """Return the words drawn in a figure, its charts first; the same words when it has none.

    Args:
        words: Boxes in fractions of the page.
        rgb: The figure, (h, w, 3) uint8.
        box: Where the figure lies, in fractions of the page.
    """
    to_page, to_figure = maps(box)
    lines = [
        OcrLine(words.text[mark.start : mark.end], to_figure(mark.box), 1.0) for mark in words.marks
    ]
    charts = read_plots(lines, rgb)
    if not charts.flow.text:
        return words
    result = Flow()
    result.extend(charts.flow, to_page)
    for i, line in enumerate(charts.rest):
        result.add(line.text, to_page(line.box), gap="\n" if i else "\n\n")
    return result


def only_fills(rgb: Picture, box: Box, fills: Iterable[Box]) -> Picture:
    """Return a figure (h, w, 3) with its fills on white: no grid, axes or words over its bars.

    Args:
        rgb: The figure, (h, w, 3) uint8.
        box: Where the figure lies, in fractions of the page.
        fills: Shapes filled with one colour, in fractions of the page.
    """
    height, width = rgb.shape[:2]
    _, to_figure = maps(box)
    result = np.full_like(rgb, 255)
    for fill in sorted(fills, key=_area, reverse=True):
        x0, y0, x1, y1 = (min(max(side, 0.0), 1.0) for side in to_figure(fill))
        rows = slice(round(y0 * height), round(y1 * height))
        columns = slice(round(x0 * width), round(x1 * width))
        part = rgb[rows, columns].reshape(-1, 3)
        if len(part):
            result[rows, columns] = np.median(part, axis=0).astype(np.uint8)
    return result


def _area(box: Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])


def maps(box: Box) -> tuple[Callable[[Box], Box], Callable[[Box], Box]]:
    """Return the ways from fractions of a figure to those of its page, and back."""
    left, top, wide, tall = box[0], box[1], box[2] - box[0], box[3] - box[1]

    def to_page(part: Box) -> Box:
        x0, y0, x1, y1 = part
        return (left + x0 * wide, top + y0 * tall, left + x1 * wide, top + y1 * tall)

    def to_figure(part: Box) -> Box:
        x0, y0, x1, y1 = part
        return ((x0 - left) / wide, (y0 - top) / tall, (x1 - left) / wide, (y1 - top) / tall)

    return to_page, to_figure
