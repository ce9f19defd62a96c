"""The legend of a chart: names that stand beside a patch of a colour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np

from pincite.ingest.ocr import Picture
from pincite.ingest.plotted_bars import Colour, Mask, colour_mask
from pincite.ingest.plotted_labels import Label

_SWATCH_GLYPHS = frozenset("■□▪▫●○◆◇▬—-–|Il口回曰.·•一")
_LONGEST_NAME = 40


def legend_of(
    rgb: Picture, labels: Sequence[Label], colours: Sequence[Colour]
) -> dict[Colour, Label]:
    """Return the name that stands beside a patch of each colour; all of them, or none.

    Args:
        rgb: (h, w, 3) uint8.
        labels: What is no value and no category.
        colours: The colours of the bars.
    """
    offers: list[tuple[float, Colour, Label]] = []
    short = [
        label
        for label in labels
        if len(label.text) <= _LONGEST_NAME and label.text not in _SWATCH_GLYPHS
    ]
    for colour in colours:
        mask = colour_mask(rgb, colour)
        for label in short:
            gap = _patch_gap(mask, label)
            if gap is not None:
                offers.append((gap / label.height, colour, label))
    offers.sort(key=lambda offer: offer[0])
    found: dict[Colour, Label] = {}
    taken: set[int] = set()
    for _, colour, label in offers:
        if colour not in found and id(label) not in taken:
            found[colour] = _without_patch(label)
            taken.add(id(label))
    return found if len(found) == len(colours) else {}


def _patch_gap(mask: Mask, label: Label) -> float | None:
    """Return the pixels between a patch of colour and the words to its right, or None."""
    x0, y0, x1, y1 = label.box
    height = label.height
    left, right = max(0, round(x0 - 2.6 * height)), round(min(x1, x0 + 1.4 * height))
    part = np.ascontiguousarray(mask[max(0, round(y0)) : round(y1), left:right])
    if part.size == 0 or not part.any():
        return None
    _, _, stats, _ = cv2.connectedComponentsWithStats(part)
    gaps = []
    for x, _, w, h, area in stats[1:]:
        solid = area >= 0.4 * w * h and area >= max(6.0, 0.03 * height * height)
        if solid and w >= 0.25 * height and h >= 2 and left + x < x0 + 0.6 * height:
            gaps.append(max(0.0, x0 - (left + x + w)))
    return min(gaps, default=None)


def _without_patch(label: Label) -> Label:
    """Return a name without the sign that its patch was read as."""
    first, _, rest = label.text.partition(" ")
    if rest and len(first) == 1 and first in _SWATCH_GLYPHS:
        return replace(label, text=rest)
    return label
