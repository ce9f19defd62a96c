"""Words of a picture as text, each still placed."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from pincite.ingest.flow import Flow
from pincite.ingest.layout import Piece
from pincite.ingest.ocr import OcrLine, Picture
from pincite.ingest.picture_blocks import picture_rows
from pincite.ingest.segment import Block


def picture_flow(
    lines: Sequence[OcrLine], rgb: Picture, left_out: Collection[OcrLine] = ()
) -> Flow:
    """Return OCR lines as text, block by block, each box a mark.

    Args:
        lines: Boxes in fractions of the picture.
        rgb: (h, w, 3) uint8.
        left_out: Lines that help to see how the others are laid out, but are no text here.
    """
    height, width = rgb.shape[:2]
    sources: dict[int, OcrLine] = {}
    pieces = []
    for line in lines:
        x0, y0, x1, y1 = line.box
        piece = Piece(line.text, (x0 * width, y0 * height, x1 * width, y1 * height))
        sources[id(piece)] = line
        pieces.append(piece)
    result = Flow()
    column = 0
    for row in picture_rows(pieces, rgb):
        written = [sources[id(piece)] for piece in row.pieces]
        gap = "\n" if row.column == column else "\n\n"
        for line in (line for line in written if line not in left_out):
            result.add(line.text, line.box, gap=gap)
            gap, column = " ", row.column
    result.blocks = _blocks(result.text)
    return result


def _blocks(text: str) -> list[Block]:
    """Return the stretches between empty lines."""
    blocks, start = [], 0
    for part in text.split("\n\n"):
        blocks.append(Block(start, start + len(part)))
        start += len(part) + 2
    return [block for block in blocks if block.end > block.start]
