"""Makes flat drawings look photographed: backgrounds, perspective, light, blur and noise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from .canvas import Canvas
from .places import Line

Pixels = npt.NDArray[np.float32]  # (h, w, 3) in 0..255
Quad = Sequence[tuple[float, float]]  # top left, top right, bottom right, bottom left


def cloud(height: int, width: int, seed: int, coarse: int = 4, octaves: int = 6) -> Pixels:
    """Return smooth noise in about -1..1: (h, w)."""
    rng = np.random.default_rng(seed)
    total = np.zeros((height, width), dtype=np.float32)
    for octave in range(octaves):
        cells = coarse * 2**octave
        grid = rng.standard_normal((cells, cells)).astype(np.float32)
        layer = cv2.resize(grid, (width, height), interpolation=cv2.INTER_CUBIC)
        total += layer * 0.5**octave
    return total / 2


def hillside(width: int, height: int, seed: int) -> Pixels:
    """An overcast sky, snowy hills and tussock grass."""
    rows = np.linspace(0, 1, height, dtype=np.float32)[:, None, None]
    sky = np.array([186, 200, 214], dtype=np.float32) + 40 * rows
    picture = np.broadcast_to(sky, (height, width, 3)).copy()
    picture += 9 * cloud(height, width, seed, 3)[:, :, None]
    x = np.linspace(0, 1, width)
    tones = [((150, 163, 178), 0.46), ((196, 203, 209), 0.58), ((122, 124, 88), 0.72)]
    for number, (tone, top) in enumerate(tones):
        ridge = cloud(2, width, seed + number + 1, 3, 7)[0] * 0.07 + top - 0.04 * np.sin(7 * x)
        below = np.arange(height)[:, None] > ridge[None] * height
        grain = cloud(height, width, seed + 10 + number, 24, 5)[:, :, None]
        layer = np.array(tone, dtype=np.float32) + (10 + 14 * number) * grain
        picture[below] = layer[below]
    return picture


def cladding(width: int, height: int, seed: int, tone: tuple[int, int, int]) -> Pixels:
    """A wall of corrugated metal with dirt."""
    wave = np.sin(np.linspace(0, width / 9.0, width, dtype=np.float32))
    picture = np.array(tone, dtype=np.float32) + 20 * wave[None, :, None]
    picture = np.broadcast_to(picture, (height, width, 3)).copy()
    streaks = cv2.resize(cloud(8, width, seed, 16), (width, height))
    return picture + 8 * streaks[:, :, None] + 6 * cloud(height, width, seed + 1, 8)[:, :, None]


def planks(width: int, height: int, seed: int, tone: tuple[int, int, int], boards: int) -> Pixels:
    """Wooden boards, lying across."""
    picture = np.zeros((height, width, 3), dtype=np.float32)
    rng = np.random.default_rng(seed)
    step = height / boards
    for board in range(boards):
        top, bottom = round(board * step), round((board + 1) * step)
        grain = cv2.resize(cloud(bottom - top, 40, seed + board, 8), (width, bottom - top))
        shade = rng.uniform(-10, 10)
        picture[top:bottom] = np.array(tone, dtype=np.float32) + shade + 20 * grain[:, :, None]
        picture[bottom - 3 : bottom] *= 0.45
    return picture


def place(
    scene: Pixels, card: Canvas, quad: Quad, *, shadow: float = 0.45
) -> tuple[Pixels, list[Line]]:
    """Return the scene with the card pasted into `quad`, and the card's lines where they went.

    Args:
        scene: (h, w, 3).
        card: The flat drawing.
        quad: Where its corners go, in pixels of the scene.
        shadow: How dark the card's shadow is, 0..1.
    """
    height, width = scene.shape[:2]
    w, h = card.image.size
    source = np.array([(0, 0), (w, 0), (w, h), (0, h)], dtype=np.float32)
    matrix = cv2.getPerspectiveTransform(source, np.array(quad, dtype=np.float32))
    flat = np.asarray(card.image, dtype=np.float32)
    warped = cv2.warpPerspective(flat, matrix, (width, height), flags=cv2.INTER_AREA)
    mask = cv2.warpPerspective(np.ones((h, w), np.float32), matrix, (width, height))
    fall = cv2.GaussianBlur(np.roll(mask, (14, 11), axis=(0, 1)), (0, 0), 11)[:, :, None]
    scene = scene * (1 - shadow * fall)
    scene = scene * (1 - mask[:, :, None]) + warped * mask[:, :, None]
    return scene, [_moved(line, matrix) for line in card.lines]


def _moved(line: Line, matrix: npt.NDArray[np.float64]) -> Line:
    x0, y0, x1, y1 = line.box
    corners = np.array([[(x0, y0), (x1, y0), (x1, y1), (x0, y1)]], dtype=np.float32)
    [moved] = cv2.perspectiveTransform(corners, matrix)
    low, high = moved.min(axis=0), moved.max(axis=0)
    return replace(line, box=(float(low[0]), float(low[1]), float(high[0]), float(high[1])))


def expose(
    scene: Pixels,
    seed: int,
    *,
    noise: float = 5.0,
    blur: float = 0.7,
    warmth: float = 0.0,
    falloff: float = 0.16,
) -> Image.Image:
    """Return the scene as a camera would give it: uneven light, soft lens, grain."""
    height, width = scene.shape[:2]
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j].astype(np.float32)
    light = 1 + falloff * (0.4 - x**2 - y**2 + 0.44 * x - 0.25 * y)
    picture = cv2.GaussianBlur(scene * light[:, :, None], (0, 0), blur)
    rng = np.random.default_rng(seed)
    picture += rng.normal(0, noise, (height, width, 1)).astype(np.float32)
    picture += rng.normal(0, noise / 3, picture.shape).astype(np.float32)
    picture += np.array([warmth, 0, -warmth], dtype=np.float32)
    return Image.fromarray(np.clip(picture, 0, 255).astype(np.uint8))
