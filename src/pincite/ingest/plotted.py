"""Charts in pictures: each printed value said with its category and its series."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pincite.ingest.flow import Flow
from pincite.ingest.ocr import OcrLine, Picture


@dataclass(frozen=True, slots=True)
class Plotted:
    """What the charts of a picture say, and what else is written in it.

    Attributes:
        flow: Title and rows of each chart; empty when there is none. Boxes are fractions.
        rest: The lines that belong to no chart, in the order given.
    """

    flow: Flow
    rest: list[OcrLine]


def read_plots(lines: Sequence[OcrLine], rgb: Picture) -> Plotted:
    """Return the charts among the lines of a picture (h, w, 3) uint8."""
    return Plotted(Flow(), list(lines))
