"""Values printed in charts: how many get the right category and series, and what is no chart.

    python -m benchmarks.plotted [--verbose] [--save FOLDER]

The charts and the other pictures are drawn by the tests and read by the real OCR. A value is
right when its row says category, series and number as printed, and its box overlaps the printed
number by at least 0.3 (intersection over union).
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image
from tests.ingest.charted import Printed, array, draw, gallery, left_alone
from tests.ingest.uncharted import uncharted

from pincite.config import load_config
from pincite.ingest.ocr import read_lines
from pincite.ingest.plotted import Plotted, read_plots
from pincite.types import Box

LEAST_OVERLAP = 0.3


@dataclass(frozen=True, slots=True)
class Score:
    """What was told of one chart.

    Attributes:
        right: Values with their category, series and place.
        wrong: Rows that say something else.
        printed: Values in the picture that have a category.
    """

    right: int
    wrong: int
    printed: int


def main() -> None:
    arguments = _arguments()
    right = wrong = printed = 0
    for chart in gallery():
        picture, values = draw(chart)
        _save(arguments.save, chart.name, picture)
        plotted = _read(array(picture))
        score = judged(plotted, values)
        right, wrong = right + score.right, wrong + score.wrong
        printed += score.printed
        print(f"{chart.name:24s} {score.right:3d} of {score.printed:3d}, {score.wrong} wrong")
        if arguments.verbose and score.right < score.printed:
            print(plotted.flow.text, [line.text for line in plotted.rest], sep="\n")
    print(f"values tied right: {right} of {printed} ({right / printed:.1%}); rows wrong: {wrong}")
    others = {chart.name: draw(chart)[0] for chart in left_alone()} | uncharted()
    false = []
    for name, picture in others.items():
        _save(arguments.save, name, picture)
        if _read(array(picture)).flow.text:
            false.append(name)
    print(f"taken for a chart: {len(false)} of {len(others)} other pictures {false or ''}")


def judged(plotted: Plotted, values: Sequence[Printed]) -> Score:
    """Return how the rows of a picture compare with what is printed in it."""
    wanted = {
        " | ".join(filter(None, (_flat(v.category), v.series, v.text))): v.box
        for v in values
        if v.category
    }
    right = wrong = 0
    for mark in plotted.flow.marks:
        row = plotted.flow.text[plotted.flow.text.rfind("\n", 0, mark.start) + 1 : mark.end]
        if " | " not in row:
            continue
        placed = row in wanted and overlap(mark.box, wanted[row]) >= LEAST_OVERLAP
        right, wrong = right + placed, wrong + (not placed)
    return Score(right, wrong, len(wanted))


def overlap(one: Box, other: Box) -> float:
    """Return the intersection over union of two boxes.

    Example:
        >>> overlap((0, 0, 2, 1), (1, 0, 3, 1))
        0.3333333333333333
    """
    width = max(0.0, min(one[2], other[2]) - max(one[0], other[0]))
    height = max(0.0, min(one[3], other[3]) - max(one[1], other[1]))
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (one, other)]
    return width * height / (sum(areas) - width * height)


def _read(rgb: npt.NDArray[np.uint8]) -> Plotted:
    return read_plots(read_lines(rgb, load_config()), rgb)


def _flat(words: str) -> str:
    return " ".join(words.split())


def _save(folder: Path | None, name: str, picture: Image.Image) -> None:
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        picture.save(folder / f"{name}.png")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--verbose", action="store_true", help="print what was not told right")
    parser.add_argument("--save", type=Path, help="folder for the pictures")
    return parser.parse_args()


if __name__ == "__main__":
    main()
