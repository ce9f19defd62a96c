"""Values printed in charts: how many get the right category and series, and what is no chart.

    python -m benchmarks.plotted [--verbose] [--save FOLDER]

The charts and the other pictures are drawn by the tests and read by the real OCR. A value is
right when its row says category, series and number as printed, and its box overlaps the printed
number by at least 0.3 (intersection over union).
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image
from tests.ingest.charted import array, draw, gallery, judged, left_alone
from tests.ingest.uncharted import uncharted

from pincite.config import load_config
from pincite.ingest.ocr import read_lines
from pincite.ingest.plotted import Plotted, read_plots


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


def _read(rgb: npt.NDArray[np.uint8]) -> Plotted:
    return read_plots(read_lines(rgb, load_config()), rgb)


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
