"""Closed areas of a picture on which words stand: a box drawn around them, a fill of their own."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from pincite.types import Box

_LONG_SIDE = 1000  # pixels of the copy in which areas are looked for
_STEP = 4  # neighbours whose colours differ by more are two areas, 0..255
_RIM = 3  # pixels to either side of an area's end in which its rim is looked for
_CONTRAST = 14.0  # by which a rim or the ground beyond it differs from the area at least, 0..255
_CLOSED = 0.75  # share of the rim that must differ so
_BACKGROUND = 0.6  # an area around more of the picture than this tells nothing apart


def grounds(rgb: npt.NDArray[np.uint8], boxes: Sequence[Box]) -> list[Box | None]:
    """Return for each box of words the box around the closed area it stands on, in pixels.

    Words on one area get equal boxes; None stands for the ground of the picture, and for words
    that no area holds.

    Args:
        rgb: (h, w, 3) uint8.
        boxes: In pixels.
    """
    height, width = rgb.shape[:2]
    scale = min(1.0, _LONG_SIDE / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA) if scale < 1 else rgb.copy()
    areas = _Areas(small)
    found = [areas.around(_scaled(box, scale)) for box in boxes]
    return [box and _scaled(box, 1 / scale) for box in found]


def _scaled(box: Box, scale: float) -> Box:
    x0, y0, x1, y1 = box
    return (x0 * scale, y0 * scale, x1 * scale, y1 * scale)


class _Areas:
    """Areas of about one colour in a picture, found where they are asked for."""

    def __init__(self, rgb: npt.NDArray[np.uint8]) -> None:
        self._rgb = rgb
        self._mask = np.zeros((rgb.shape[0] + 2, rgb.shape[1] + 2), np.uint8)
        self._number: npt.NDArray[np.int32] = np.zeros(rgb.shape[:2], np.int32)
        self._height, self._width = int(rgb.shape[0]), int(rgb.shape[1])
        self._boxes: list[Box] = []
        self._closed: list[bool] = []

    def around(self, box: Box) -> Box | None:
        """Return the box of the area on which the words in `box` stand, if it holds them."""
        x, y = self._seed(box)
        if not self._number[y, x]:
            self._fill(x, y)
        number = self._number[y, x] - 1
        area = self._boxes[number]
        slack = 0.3 * (box[3] - box[1])
        inside = all(a <= b + slack for a, b in zip(area[:2], box[:2], strict=True)) and all(
            a >= b - slack for a, b in zip(area[2:], box[2:], strict=True)
        )
        return area if inside and self._closed[number] else None

    def _seed(self, box: Box) -> tuple[int, int]:
        """Return a pixel at the edge of the words that has the colour usual there."""
        xs = np.linspace(box[0], box[2], 9).round().astype(int).clip(0, self._width - 1)
        ys = np.array([box[1], box[3]]).round().astype(int).clip(0, self._height - 1)
        places = [(int(x), int(y)) for y in ys for x in xs]
        colours = np.array([self._rgb[y, x] for x, y in places], np.int32)
        away = np.abs(colours - np.median(colours, axis=0)).sum(axis=1)
        return places[int(away.argmin())]

    def _fill(self, x: int, y: int) -> None:
        flags = 4 | cv2.FLOODFILL_MASK_ONLY | (1 << 8)
        steps = (_STEP,) * 3
        filled = cv2.floodFill(self._rgb, self._mask, (x, y), 0, steps, steps, flags)
        left, top, w, h = filled[3]
        self._boxes.append((float(left), float(top), float(left + w), float(top + h)))
        new = self._mask[top + 1 : top + h + 1, left + 1 : left + w + 1] == 1
        part = self._number[top : top + h, left : left + w]
        part[new & (part == 0)] = len(self._boxes)
        large = w * h > _BACKGROUND * self._height * self._width
        self._closed.append(not large and self._is_closed(filled[3]))

    def _is_closed(self, rect: tuple[int, int, int, int]) -> bool:
        """Return True when the area filled last differs clearly from what lies around it.

        Noise and shade also end an area, but what lies beyond is hardly of another colour.
        """
        left, top, w, h = rect
        x0, y0 = max(0, left - _RIM), max(0, top - _RIM)
        place = (slice(y0, top + h + _RIM), slice(x0, left + w + _RIM))
        inside = (self._number[place] == len(self._boxes)).astype(np.uint8)
        colours = self._rgb[place].astype(np.float32)
        own = colours[inside == 1]
        away = np.abs(colours - np.median(own, axis=0)).max(axis=2)
        reach = cv2.dilate(away, np.ones((2 * _RIM + 1, 2 * _RIM + 1), np.uint8))
        outlines, _ = cv2.findContours(inside, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
        rim = max(outlines, key=len)[:, 0]
        differs = reach[rim[:, 1], rim[:, 0]] > _CONTRAST + 2 * float(own.std(axis=0).max())
        return bool(differs.mean() >= _CLOSED)
