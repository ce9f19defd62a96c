"""Small pictures, sounds and footage that are clearly different, and odd ones of each kind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from pincite.content import Content, Footage, Modality, Picture, Sound

_RATE_HZ = 16_000


def disc(height: int, width: int, x: float, y: float) -> npt.NDArray[np.uint8]:
    """Return a red disc at (x, y), fractions, on light blue: (height, width, 3) uint8."""
    rows, columns = np.mgrid[:height, :width]
    inside = np.hypot(rows - y * height, columns - x * width) < 0.3 * min(height, width)
    return np.where(inside[..., None], (220, 30, 20), (190, 220, 250)).astype(np.uint8)


def stripes(height: int, width: int, every: int) -> npt.NDArray[np.uint8]:
    """Return black and yellow stripes, each `every` pixels wide: (height, width, 3) uint8."""
    dark = (np.arange(width) // every % 2 == 0)[None, :, None]
    row = np.where(dark, (10, 10, 10), (250, 220, 0)).astype(np.uint8)
    return np.repeat(row, height, axis=0)


def dots(height: int, width: int, seed: int = 0) -> npt.NDArray[np.uint8]:
    """Return coarse dots of any colour: (height, width, 3) uint8."""
    coarse = np.random.default_rng(seed).integers(0, 256, (height // 6 + 1, width // 6 + 1, 3))
    fine = coarse.repeat(6, axis=0).repeat(6, axis=1)[:height, :width]
    return fine.astype(np.uint8)


def tone(hz: float, seconds: float, rate_hz: int = _RATE_HZ) -> Sound:
    """Return a pure tone."""
    times = np.arange(round(seconds * rate_hz)) / rate_hz
    return Sound((0.5 * np.sin(2 * np.pi * hz * times)).astype(np.float32), rate_hz)


def buzz(hz: float, seconds: float, rate_hz: int = _RATE_HZ) -> Sound:
    """Return a harsh tone, rich in overtones, that swells."""
    times = np.arange(round(seconds * rate_hz)) / rate_hz
    wave = np.sign(np.sin(2 * np.pi * hz * times)) * np.linspace(0.1, 0.8, len(times))
    return Sound(wave.astype(np.float32), rate_hz)


def hiss(seconds: float, rate_hz: int = _RATE_HZ, seed: int = 0) -> Sound:
    """Return noise."""
    noise = np.random.default_rng(seed).normal(0, 0.2, round(seconds * rate_hz))
    return Sound(noise.clip(-1, 1).astype(np.float32), rate_hz)


def silence(samples: int, rate_hz: int = _RATE_HZ) -> Sound:
    """Return a sound in which nothing is heard."""
    return Sound(np.zeros(samples, np.float32), rate_hz)


def footage(frames: list[npt.NDArray[np.uint8]], sound: Sound | None = None) -> Footage:
    """Return footage that shows two frames a second."""
    return Footage(np.stack(frames), np.arange(len(frames)) / 2, sound)


def _read_only(array: npt.NDArray[np.generic]) -> npt.NDArray[Any]:
    array.setflags(write=False)
    return array


SAMPLES: Mapping[Modality, tuple[Content, ...]] = {
    "image": (
        Picture(disc(48, 64, 0.3, 0.5)),
        Picture(stripes(70, 50, 8)),
        Picture(dots(64, 64)),
    ),
    "audio": (tone(220, 0.6), buzz(1_500, 0.4, 22_050), hiss(0.5)),
    "video": (
        footage([disc(36, 48, x, 0.5) for x in (0.2, 0.4, 0.6, 0.8)], tone(220, 2.0)),
        footage([stripes(48, 48, every) for every in (4, 8)]),
        footage([dots(40, 60, seed) for seed in range(3)], hiss(1.5)),
    ),
}
"""Three of each modality but text, no two alike nor of one size."""

ODD: Mapping[Modality, Mapping[str, Content]] = {
    "image": {
        "a picture of one pixel": Picture(np.full((1, 1, 3), 128, np.uint8)),
        "a very wide picture": Picture(stripes(2, 300, 9)),
        "a very tall picture": Picture(dots(300, 2)),
        "a black picture": Picture(np.zeros((20, 30, 3), np.uint8)),
        "a picture that is read-only": Picture(_read_only(dots(12, 12))),
    },
    "audio": {
        "a sound of one sample": Sound(np.ones(1, np.float32), _RATE_HZ),
        "a sound of a few samples": hiss(7 / _RATE_HZ),
        "silence": silence(8_000),
        "a sound of few samples a second": tone(50, 0.5, 1_000),
        "a sound that is read-only": Sound(_read_only(hiss(0.2).samples), _RATE_HZ),
    },
    "video": {
        "footage of one frame": footage([disc(30, 40, 0.5, 0.5)]),
        "footage of one pixel": footage([np.full((1, 1, 3), 9, np.uint8)] * 2),
        "footage with a silent sound": footage([dots(24, 24)] * 3, silence(8_000)),
        "footage with a sound of one sample": footage([dots(24, 24)], silence(1)),
    },
}
"""What is met in files, and has a vector like anything else, by what it is called."""
