"""What is written on the screen of a video, once for each slide."""

from __future__ import annotations

from dataclasses import dataclass, field

from pincite.config import Config
from pincite.errors import IngestError
from pincite.ingest.clips import Picture
from pincite.ingest.flow import Flow
from pincite.ingest.ocr import OcrLine, read_lines
from pincite.ingest.picture_flow import picture_flow
from pincite.ingest.plotted import Plotted, read_plots
from pincite.language import fold
from pincite.types import Problem


@dataclass(frozen=True, slots=True, eq=False)
class ScreenText:
    """Words on a key frame.

    Attributes:
        new: What the shot before did not show, block by block; boxes in fractions.
        kept: Words of the lines it did show; they help to find the shot, but are cited there.
    """

    new: Flow = field(default_factory=Flow)
    kept: str = ""


class ScreenReader:
    """Reads key frames in order, and remembers the one before."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._before: frozenset[str] = frozenset()
        self._failed = False
        self.problems: list[Problem] = []
        if config["ocr"] == "off":
            self.problems.append(
                Problem(
                    "OCR_OFF",
                    "Words on the screen were not read, because OCR is switched off.",
                    "Set ocr to auto to have them read.",
                )
            )

    def read(self, picture: Picture) -> ScreenText:
        """Return what a key frame (h, w, 3) says beyond the one before it."""
        if self._failed:
            return ScreenText()
        try:
            lines = [line for line in read_lines(picture, self._config) if line.text.strip()]
        except IngestError as error:
            self._failed = True
            self.problems.append(Problem(error.code, error.message, error.next_step))
            return ScreenText()
        kept = [line for line in lines if _key(line) in self._before]
        self._before = frozenset(_key(line) for line in lines)
        charts = read_plots(lines, picture)
        if all(line in kept for line in lines if line not in charts.rest):
            charts = Plotted(Flow(), lines)  # told in the shot before
        flow = charts.flow
        flow.extend(picture_flow(charts.rest, picture, kept), lambda box: box)
        return ScreenText(flow, " ".join(line.text for line in kept))


def _key(line: OcrLine) -> str:
    """Return a line as it is compared: letters and digits only, folded."""
    return "".join(char for char in fold(line.text) if char.isalnum()) or line.text
