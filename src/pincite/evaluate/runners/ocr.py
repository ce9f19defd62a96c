"""Pictures to the words in them, and where they stand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pincite.evaluate.datasets.model import Item, Line
from pincite.evaluate.outcome import Outcome
from pincite.evaluate.places import box_iou
from pincite.evaluate.runners.setup import Setup
from pincite.evaluate.types import Boxed, Written
from pincite.types import Box, ImageRegion, PageRegion, Segment


def run(setup: Setup) -> Iterator[Outcome]:
    """Yield what the reader read in each picture."""
    for item in setup.items:
        segments = [s for s in setup.corpus.segments(item.source) if s.text]
        text = "\n".join(segment.text for segment in segments)
        report = setup.corpus.reports.get(item.source)
        yield Outcome(
            item.id,
            "image",
            "text",
            query={"file": item.source},
            gold={"text": item.answers[0]},
            found={"text": text, "hits": [{"id": s.id} for s in segments[:1]]},
            observed=(Written(text, item.answers, item.language), *_boxed(setup, item, segments)),
            latency_ms=1000 * report.seconds if report else 0.0,
            error=report.message if report else "",
        )


def _boxed(setup: Setup, item: Item, segments: Sequence[Segment]) -> list[Boxed]:
    """Return for each line with a box the box that was read and overlaps it most."""
    lines = [line for line in item.lines if line.box is not None]
    if not lines:
        return []
    width, height = _size_px(setup, item)
    found = _boxes(segments)
    return [_nearest(_fractions(line, width, height), found) for line in lines]


def _fractions(line: Line, width_px: int, height_px: int) -> Box:
    x0, y0, x1, y1 = line.box or (0.0, 0.0, 0.0, 0.0)
    return x0 / width_px, y0 / height_px, x1 / width_px, y1 / height_px


def _nearest(gold: Box, found: Sequence[Box]) -> Boxed:
    def overlap(box: Box) -> float:
        return box_iou(_axes(box), _axes(gold))

    best = max(found, key=overlap, default=None)
    return Boxed(best, (gold,))


def _axes(box: Box) -> list[tuple[float, float]]:
    return [(box[0], box[2]), (box[1], box[3])]


def _boxes(segments: Sequence[Segment]) -> list[Box]:
    """Return the boxes of what was read: of lines where the reader gave them."""
    boxes = []
    for segment in segments:
        places = [anchor.locator for anchor in segment.anchors] or [segment.locator]
        boxes += [place.box for place in places if isinstance(place, ImageRegion | PageRegion)]
    return boxes


def _size_px(setup: Setup, item: Item) -> tuple[int, int]:
    """Return width and height of a picture as it is seen, turned as its metadata says."""
    from PIL import Image

    with Image.open(setup.corpus.places[item.source]) as picture:
        width, height = picture.size
        sideways = picture.getexif().get(0x0112, 1) in (5, 6, 7, 8)
    return (height, width) if sideways else (width, height)
