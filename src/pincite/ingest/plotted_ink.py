"""The tight box around printed words: boxes of the reader have a wide margin around short ones."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from pincite.ingest.ocr import Picture
from pincite.types import Box

_CONTRAST = 60
"""A pixel is ink when a channel differs from the paper by more than this."""


def tight_box(rgb: Picture, box: Box) -> Box:
    """Return the part of a box that holds ink, with a little margin, or the box itself.

    Args:
        rgb: (h, w, 3) uint8.
        box: Where the words lie, as fractions of the picture.
    """
    height, width = rgb.shape[:2]
    x0, x1 = round(box[0] * width), round(box[2] * width)
    y0, y1 = round(box[1] * height), round(box[3] * height)
    part = rgb[y0:y1, x0:x1].astype(np.int16)
    if min(part.shape[:2]) < 4:
        return box
    paper = np.median(part.reshape(-1, 3), axis=0)
    ink = _inner((np.abs(part - paper).max(axis=2) > _CONTRAST).astype(np.uint8))
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    if len(rows) < 0.25 * (y1 - y0) or len(columns) < 0.25 * (x1 - x0):
        return box
    margin = max(1.0, 0.1 * len(rows))
    top, bottom = y0 + rows[0] - margin, y0 + rows[-1] + 1 + margin
    left, right = x0 + columns[0] - margin, x0 + columns[-1] + 1 + margin
    return (
        max(box[0], left / width),
        max(box[1], top / height),
        min(box[2], right / width),
        min(box[3], bottom / height),
    )


def _inner(ink: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """Return the ink (h, w) without what reaches in from outside: bars and lines beside."""
    _, parts = cv2.connectedComponents(ink)
    edges = np.concatenate([parts[0], parts[-1], parts[:, 0], parts[:, -1]])
    inner = ink * ~np.isin(parts, np.unique(edges))
    return inner if inner.any() else ink
