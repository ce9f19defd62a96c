"""Groups of words in pictures that the text keeps together, read as rows and read as blocks.

    python -m benchmarks.picture_layout

The pictures are drawn by the tests; the second set was drawn after the rules had been written.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
from tests.ingest.laid_out import Sample, kept, samples
from tests.ingest.laid_out_more import more_samples

from pincite.config import load_config
from pincite.ingest.layout import Piece, reading_rows
from pincite.ingest.ocr import OcrLine, read_lines
from pincite.ingest.picture_flow import picture_flow


def as_rows(lines: Sequence[OcrLine], size: tuple[int, int]) -> str:
    """Return the text of a picture read as a page: level pieces share a row."""
    width, height = size
    rows = reading_rows(
        [
            Piece(
                line.text, tuple(s * f for s, f in zip(line.box, (width, height) * 2, strict=True))
            )  # type: ignore[arg-type]
            for line in lines
        ]
    )
    text = " ".join(piece.text for piece in rows[0].pieces) if rows else ""
    for last, row in pairwise(rows):
        apart = row.column != last.column or row.box[1] - last.box[3] > 0.9 * row.pieces[0].height
        text += ("\n\n" if apart else "\n") + " ".join(piece.text for piece in row.pieces)
    return text


def measure(name: str, chosen: Iterable[Sample]) -> None:
    """Print for each picture, and in all, how many groups either reading keeps."""
    config = load_config({}, environ={}, folder=Path.cwd())
    totals = np.zeros(3, int)
    for sample in chosen:
        rgb = np.asarray(sample.picture)
        lines = read_lines(rgb, config)
        before = kept(sample, as_rows(lines, sample.picture.size))
        after = kept(sample, picture_flow(lines, rgb).text)
        groups = len(sample.nodes) + len(sample.rows) + len(sample.columns)
        totals += (len(before), len(after), groups)
        print(f"{sample.name:44} {len(before):3} -> {len(after):3} of {groups:3}")
    print(f"{name}: {totals[0]} -> {totals[1]} of {totals[2]} groups\n")


def main() -> None:
    argparse.ArgumentParser(description=__doc__.splitlines()[0]).parse_args()
    measure("first set", samples())
    measure("second set", more_samples())


if __name__ == "__main__":
    main()
