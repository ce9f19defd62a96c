"""Picture files: the words in them with their places, and the words about them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from pincite.config import Config
from pincite.errors import IngestError
from pincite.ingest import Event
from pincite.ingest.flow import Flow
from pincite.ingest.image_context import about
from pincite.ingest.image_open import Frame, frames, is_paged, opened
from pincite.ingest.image_tags import tags_of
from pincite.ingest.ocr import OcrLine, read_lines
from pincite.ingest.page_segments import placed_segment, segments_of
from pincite.ingest.picture_flow import picture_flow
from pincite.ingest.plotted import read_plots
from pincite.ingest.segment import LIMIT, weight
from pincite.types import (
    WHOLE,
    Asset,
    Box,
    Extracted,
    ImageRegion,
    Locator,
    PageRegion,
    Problem,
    Progress,
    Segment,
)

EXTRACTOR = "image-2"


class ImageParser:
    """Reads PNG, JPEG, WebP, TIFF, GIF and BMP files."""

    def parse(self, path: Path, asset: Asset, config: Config) -> Iterator[Event]:
        """Yield the segments of a picture; a TIFF of several pages has pages.

        Raises:
            IngestError: TOO_LARGE or CORRUPT_FILE.
        """
        with opened(path, config["max_pixels"]) as image:
            paged = is_paged(image)
            total = getattr(image, "n_frames", 1) if paged else 1
            reading = _Reading(asset, config, about(path, image), paged, tags_of(path, image))
            try:
                for frame in frames(image, config["max_pixels"]):
                    yield from map(Extracted, reading.segments(frame))
                    if paged:
                        yield Progress("page", frame.number, total)
            except IngestError as error:
                if not reading.ordinal:
                    raise
                yield Problem("PAGE_FAILED", error.message, error.next_step)
            yield from reading.problems()


@dataclass(slots=True)
class _Reading:
    """What was read of one file so far."""

    asset: Asset
    config: Config
    context: str
    paged: bool
    tags: tuple[str, ...] = ()
    ordinal: int = 0
    words: int = 0
    cut_short: list[int] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    broken: Problem | None = None

    def segments(self, frame: Frame) -> Iterator[Segment]:
        """Yield the segments of one frame."""
        if frame.cut_short:
            self.cut_short.append(frame.number)
        lines = self._lines(frame)
        if frame.number > 1 and not self.paged:
            lines = [line for line in lines if line.text not in self.seen]
            if not lines:
                return  # a later frame of an animation that says nothing new
        self.seen.update(line.text for line in lines)
        self.words += len(lines)
        locate = _locator(frame.number if self.paged else None)
        plotted = read_plots(lines, frame.rgb)
        flow = plotted.flow
        flow.extend(picture_flow(plotted.rest, frame.rgb), lambda box: box)
        for segment in self._cut(flow, locate, frame.number):
            self.ordinal = segment.ordinal + 1
            yield replace(segment, tags=self.tags)

    def _lines(self, frame: Frame) -> list[OcrLine]:
        if self.broken is not None:
            return []
        try:
            return read_lines(frame.rgb, self.config)
        except IngestError as error:
            self.broken = Problem(error.code, error.message, error.next_step)
            return []

    def _cut(self, flow: Flow, locate: Callable[[Box], Locator], number: int) -> Iterator[Segment]:
        if weight(flow.text) > LIMIT:
            return segments_of(
                flow,
                self.asset,
                locate,
                modality="image",
                extractor=EXTRACTOR,
                ordinal=self.ordinal,
                context=self.context,
            )
        extractor = EXTRACTOR if number == 1 or self.paged else f"{EXTRACTOR}#{number}"
        return iter(
            [
                placed_segment(
                    flow.text,
                    flow.marks,
                    self.asset,
                    locate,
                    "image",
                    extractor,
                    "",
                    self.context,
                    self.ordinal,
                    box=WHOLE,
                )
            ]
        )

    def problems(self) -> Iterator[Problem]:
        """Yield what was left out or is worth knowing."""
        if self.cut_short:
            yield Problem(
                "TRUNCATED",
                "The picture ends early; the part that was there has been read.",
                "Fetch the file again from where it came from.",
            )
        if self.broken is not None:
            yield self.broken
        elif self.config["ocr"] == "off":
            yield Problem(
                "OCR_OFF", "The words in the picture were not read.", "Run again with --ocr auto."
            )
        elif not self.words:
            yield Problem(
                "NO_TEXT",
                "No words were found in the picture; its name and captions can be searched.",
                "Nothing needs doing; a text file of the same name beside it can describe it.",
            )


def _locator(page: int | None) -> Callable[[Box], Locator]:
    if page is None:
        return ImageRegion
    return lambda box: PageRegion(page, box)
