"""Sound by pitch and time: power spectra, mel bands and the cosine transform of their logarithm.

Letters: t frames, b bands, f frequencies of the spectrum.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]

RATE_HZ = 16_000
WINDOW = 1024
"""Samples of a frame, 64 ms."""
HOP = 256
"""Samples from one frame to the next, 16 ms."""
BANDS = 64
_LOW_HZ, _HIGH_HZ = 50.0, 8_000.0


def power(samples: npt.NDArray[np.floating]) -> Numbers:
    """Return the power spectrum of each frame under a Hann window: (t, 513).

    There are at least `WINDOW` samples; at the end, less than a hop is left out.
    """
    frames = np.lib.stride_tricks.sliding_window_view(samples, WINDOW)[::HOP]
    return np.asarray(np.square(np.abs(np.fft.rfft(frames * _hann(), axis=1))), np.float64)


@lru_cache(maxsize=1)
def _hann() -> Numbers:
    return np.asarray(0.5 - 0.5 * np.cos(2 * np.pi * np.arange(WINDOW) / WINDOW), np.float64)


@lru_cache(maxsize=1)
def frequencies() -> Numbers:
    """Return the frequency of each place of a spectrum, in hertz: (513,)."""
    return np.asarray(np.fft.rfftfreq(WINDOW, 1 / RATE_HZ), np.float64)


def mel(hz: float | Numbers) -> Numbers:
    """Return pitch as it is heard: 2595 log10(1 + f/700) (O'Shaughnessy, 1987).

    Example:
        >>> mel(1000.0).round(1).item()
        1000.0
    """
    return np.asarray(2595.0 * np.log10(1.0 + np.asarray(hz) / 700.0))


def hertz(mels: Numbers) -> Numbers:
    """Return the frequency of a pitch; undoes `mel`."""
    return np.asarray(700.0 * (10.0 ** (mels / 2595.0) - 1.0))


@lru_cache(maxsize=1)
def bank() -> Numbers:
    """Return the mel filters: (64, 513), triangles that rise from the middle of the band before.

    Each sums to 1, so a band is the mean power in it.
    """
    corners = hertz(np.linspace(mel(_LOW_HZ), mel(_HIGH_HZ), BANDS + 2))[:, None]
    low, middle, high = corners[:-2], corners[1:-1], corners[2:]
    hz = frequencies()[None]
    filters = np.maximum(
        0.0, np.minimum((hz - low) / (middle - low), (high - hz) / (high - middle))
    )
    return np.asarray(filters / filters.sum(axis=1, keepdims=True))


@lru_cache(maxsize=4)
def cosines(count: int) -> Numbers:
    """Return the first rows of the orthonormal cosine transform (type II) of bands: (count, 64).

    The cosine transform of a log-mel spectrum is its mel-frequency cepstral coefficients (Davis
    and Mermelstein, 1980).
    """
    places = (np.arange(BANDS) + 0.5) * np.pi / BANDS
    rows = np.cos(np.arange(count)[:, None] * places) * np.sqrt(2.0 / BANDS)
    rows[0] /= np.sqrt(2.0)
    return np.asarray(rows)
