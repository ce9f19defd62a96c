"""The parts of a picture's description: layout, colours, edges and texture, each (d,) float32.

All are taken of the picture at `SIDE_PX` by `SIDE_PX`, so its size and shape do not matter.
"""

from __future__ import annotations

import itertools

import cv2
import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.uint8]
Numbers = npt.NDArray[np.float32]

SIDE_PX = 128
_BRIGHTNESS, _GAINS = 0.42, (0.6, 1.7)
_LAYOUT = 4  # cells across and down
_LEVELS, _TINTS, _TINT_SPAN = 4, 6, 60.0  # bins of lightness, of a* and of b*, and their reach
_ANGLES, _PYRAMID = 8, (1, 2, 4)
_FAINT_EDGE, _FAINT_STEP = 0.02, 3  # below these, an edge or a step between pixels is noise


def scaled(pixels: Pixels, side: int = SIDE_PX) -> Pixels:
    """Return a picture as a square: (side, side, 3)."""
    shrinks = min(pixels.shape[:2]) >= side
    method = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    square: Pixels = cv2.resize(np.ascontiguousarray(pixels), (side, side), interpolation=method)
    return square


def evened(pixels: Pixels) -> Numbers:
    """Return a picture in 0..1 with usual brightness, so that exposure matters little."""
    values = pixels.astype(np.float32) / np.float32(255)
    gain = float(np.clip(_BRIGHTNESS / max(float(values.mean()), 1e-3), *_GAINS))
    return np.asarray(np.clip(values * gain, 0.0, 1.0), np.float32)


def layout(lit: Numbers) -> Numbers:
    """Return the mean colour of the cells of a grid, in CIE L*a*b*, lightness at half weight."""
    cells = cv2.resize(lit, (_LAYOUT, _LAYOUT), interpolation=cv2.INTER_AREA)
    colours = cv2.cvtColor(cells, cv2.COLOR_RGB2LAB) - np.array([50, 0, 0], np.float32)
    return np.asarray(colours * np.array([0.5, 1, 1], np.float32), np.float32).ravel()


def colours(lit: Numbers) -> Numbers:
    """Return the square root of the share of each colour, by L*a*b* bins that run into another.

    A pixel counts for the eight bins around it by how near they are, so a small change of
    colour moves little; roots make the inner product the Bhattacharyya coefficient.
    """
    small = cv2.resize(lit, (64, 64), interpolation=cv2.INTER_AREA)
    lab = cv2.cvtColor(small, cv2.COLOR_RGB2LAB).reshape(-1, 3)
    low, high = (
        np.array([0, -_TINT_SPAN, -_TINT_SPAN], np.float32),
        np.array([100, _TINT_SPAN, _TINT_SPAN], np.float32),
    )
    bins = np.array([_LEVELS, _TINTS, _TINTS])
    places = np.clip((lab - low) / (high - low) * bins - 0.5, 0, bins - 1)
    first = np.floor(places).astype(np.intp)
    rest = places - first
    shares = np.zeros(int(bins.prod()))
    for corner in itertools.product((0, 1), repeat=3):
        weights = np.where(corner, rest, 1 - rest).prod(axis=1)
        at = np.ravel_multi_index(tuple(np.minimum(first + corner, bins - 1).T), tuple(bins))
        shares += np.bincount(at, weights, minlength=len(shares))
    return np.sqrt(shares / len(lab)).astype(np.float32)


def edges(grey: Pixels) -> Numbers:
    """Return histograms of the directions of edges over a spatial pyramid.

    Histograms of oriented gradients (Dalal and Triggs, CVPR 2005) over whole, quarters and
    sixteenths (Lazebnik et al., CVPR 2006), by roots of the gradients; each level weighs the same.
    """
    smooth = cv2.GaussianBlur(grey.astype(np.float32) / 255, (0, 0), 1.0)
    across = cv2.Sobel(smooth, cv2.CV_32F, 1, 0, ksize=1)
    down = cv2.Sobel(smooth, cv2.CV_32F, 0, 1, ksize=1)
    strength = np.sqrt(np.hypot(across, down))
    places = np.mod(np.arctan2(down, across), np.pi) / np.pi * _ANGLES
    first = np.floor(places).astype(np.intp)
    rest = places - first
    planes = [
        strength * ((first % _ANGLES == k) * (1 - rest) + ((first + 1) % _ANGLES == k) * rest)
        for k in range(_ANGLES)
    ]
    return np.concatenate([_level(planes, cells) for cells in _PYRAMID])


def _level(planes: list[Numbers], cells: int) -> Numbers:
    size = (cells, cells)
    means = np.stack(
        [
            cv2.resize(plane.astype(np.float32), size, interpolation=cv2.INTER_AREA)
            for plane in planes
        ],
        axis=-1,
    ).reshape(-1, len(planes))
    lengths = np.linalg.norm(means, axis=1, keepdims=True)
    return np.asarray(means / (lengths + _FAINT_EDGE) / cells, np.float32).ravel()


def texture(grey: Pixels) -> Numbers:
    """Return the square root of the share of each uniform local binary pattern: (59,).

    A pattern says which of the 8 pixels around one are lighter (Ojala et al., PAMI 2002); those
    with more than two changes around the circle share the last place.
    """
    smooth = cv2.GaussianBlur(grey, (0, 0), 0.8).astype(np.int16)
    height, width = smooth.shape
    centre = smooth[1:-1, 1:-1] + _FAINT_STEP
    codes = np.zeros(centre.shape, np.intp)
    for bit, (down, across) in enumerate(_CIRCLE):
        around = smooth[1 + down : height - 1 + down, 1 + across : width - 1 + across]
        codes |= (around >= centre).astype(np.intp) << bit
    shares = np.bincount(_UNIFORM[codes].ravel(), minlength=59) / codes.size
    return np.sqrt(shares).astype(np.float32)


_CIRCLE = ((-1, -1), (-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1))


def _uniform() -> npt.NDArray[np.intp]:
    """Return the place of each of the 256 codes: 58 uniform ones, then all others."""
    bits = (np.arange(256)[:, None] >> np.arange(8)) & 1
    few = (bits != np.roll(bits, 1, axis=1)).sum(axis=1) <= 2
    return np.where(few, np.cumsum(few) - 1, 58)


_UNIFORM = _uniform()
