"""The parts of a sound's description, and what is usual for each.

Frames more than 50 dB below the loudest are left out of all that describes colour: between
events, what is measured is the recorder. Letters: t frames, b bands.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from pincite.encode.descriptors.mel import (
    BANDS,
    HOP,
    RATE_HZ,
    WINDOW,
    bank,
    cosines,
    frequencies,
    power,
)

Numbers = npt.NDArray[np.float64]

_CEPSTRA = 20
_QUIET_DB, _FLOOR_DB = -50.0, -60.0
_OCTAVES_HZ = (0.0, 200.0, 400.0, 800.0, 1600.0, 3200.0, 8000.0)
_SWELLS_HZ = (0.3, 1.0, 2.0, 4.0, 8.0, 16.0, 31.0)
_BLOCK = HOP * 2048  # samples worked on at once, half a minute: memory stays flat


@dataclass(frozen=True, slots=True)
class Usual:
    """What a part usually is, its spread, and how much it weighs; one number serves all places."""

    count: int
    value: tuple[float, ...]
    spread: tuple[float, ...]
    weight: float = 1.0


USUAL: Mapping[str, Usual] = {
    "colour": Usual(BANDS, (0.0,), (11.5,), 2.0),
    "colour_change": Usual(BANDS, (5.8,), (3.9,)),
    "cepstral_step": Usual(_CEPSTRA, (2.9,), (0.84,)),
    "loudness": Usual(
        6, (-10.5, 6.7, 2.6, 0.98, -19.0, -2.7), (10.0, 5.3, 2.2, 0.1, 16.0, 5.9), 2.0
    ),
    "rhythm": Usual(6, (0.17,), (0.13,)),
    "contrast": Usual(6, (22.0,), (15.0,)),
    "contrast_change": Usual(6, (3.6,), (2.1,)),
    "flatness": Usual(2, (-5.2, 0.76), (4.2, 0.74), 0.5),
}
"""Means and deviations over made-up sounds: tones, chords, coloured noise and bursts, through
random filters and swells, over a faint hiss. No recording had a part in them."""

WIDTH = sum(usual.count for usual in USUAL.values())


@dataclass(frozen=True, slots=True)
class _Frames:
    """What is kept of each frame: mel bands (t, b), octave contrast (t, 6) and flatness (t,)."""

    bands: Numbers
    contrast: Numbers
    flatness: Numbers


def parts(samples: Numbers) -> dict[str, Numbers]:
    """Return the parts of a sound at 16 kHz whose peak is 1.

    colour is the mean log-mel spectrum in dB about its own mean, colour_change its deviation in
    time; cepstral_step the deviation of the step from frame to frame of each cepstral
    coefficient but the first; loudness the mean, deviation, deviation of the step, share of
    frames that are not quiet, and 10th and 90th percentile of the level in dB below the loudest
    frame; rhythm the share of the envelope's swelling at rates an octave apart; contrast and
    contrast_change mean and deviation of how far peaks stand above valleys in each octave (Jiang
    et al., ICME 2002); flatness mean and deviation of the logarithm of the geometric over the
    arithmetic mean of the power.
    """
    frames = _frames(samples)
    energy = frames.bands.sum(axis=1)
    loud = energy > energy.max() * 10 ** (_QUIET_DB / 10)
    logs = _decibels(frames.bands, frames.bands.max() * 1e-8)
    colour = logs[loud].mean(axis=0)
    return {
        "colour": colour - colour.mean(),
        "colour_change": logs[loud].std(axis=0),
        "cepstral_step": _steps(logs @ cosines(_CEPSTRA + 1)[1:].T, loud),
        "loudness": _loudness(energy, loud),
        "rhythm": _rhythm(energy),
        "contrast": frames.contrast[loud].mean(axis=0),
        "contrast_change": frames.contrast[loud].std(axis=0),
        "flatness": np.array([frames.flatness[loud].mean(), frames.flatness[loud].std()]),
    }


def _frames(samples: Numbers) -> _Frames:
    around = np.pad(samples, WINDOW // 2)  # the first and last samples count like any other
    blocks = [power(block) for block in _blocks(around)]
    return _Frames(
        np.concatenate([spectra @ bank().T for spectra in blocks]),
        np.concatenate([_contrast(spectra) for spectra in blocks]),
        np.concatenate([_flatness(spectra) for spectra in blocks]),
    )


def _blocks(samples: Numbers) -> list[Numbers]:
    """Return pieces whose frames, one after another, are the frames of the whole."""
    overlap = WINDOW - HOP
    starts = range(0, max(len(samples) - overlap, 1), _BLOCK)
    return [samples[start : start + _BLOCK + overlap] for start in starts]


def _decibels(powers: Numbers, least: float) -> Numbers:
    return np.asarray(10.0 * np.log10(np.maximum(powers, max(least, 1e-12))))


def _steps(cepstra: Numbers, loud: npt.NDArray[np.bool_]) -> Numbers:
    """Return the deviation of each coefficient's step between frames that are both not quiet."""
    steps = np.diff(cepstra, axis=0)[loud[1:] & loud[:-1]]
    return np.asarray(steps.std(axis=0)) if len(steps) else np.zeros(cepstra.shape[1])


def _loudness(energy: Numbers, loud: npt.NDArray[np.bool_]) -> Numbers:
    level = _decibels(energy / energy.max(), 10 ** (_FLOOR_DB / 10))
    steps = float(np.diff(level).std()) if len(level) > 1 else 0.0
    low, high = np.percentile(level, [10, 90])
    return np.array([level.mean(), level.std(), steps, loud.mean(), low, high])


def _rhythm(energy: Numbers) -> Numbers:
    """Return the share of the envelope's swelling in each octave of rates: (6,)."""
    envelope = np.sqrt(energy / energy.max())
    count = max(512, len(envelope))
    powers = np.square(np.abs(np.fft.rfft(envelope - envelope.mean(), n=count)))
    rates = np.fft.rfftfreq(count, HOP / RATE_HZ)
    bands = pairwise(_SWELLS_HZ)
    sizes = np.array([np.sqrt(powers[(rates >= a) & (rates < b)].sum()) for a, b in bands])
    return np.asarray(sizes / max(float(sizes.sum()), 1e-9))


def _contrast(spectra: Numbers) -> Numbers:
    """Return how many dB the strongest fifth of each octave is above the weakest: (t, 6)."""
    found = []
    for low, high in pairwise(_OCTAVES_HZ):
        inside = (frequencies() >= low) & (frequencies() < high)
        ordered = np.sort(spectra[:, inside], axis=1) + 1e-12
        fifth = max(1, ordered.shape[1] // 5)
        peak, valley = ordered[:, -fifth:].mean(axis=1), ordered[:, :fifth].mean(axis=1)
        found.append(10.0 * np.log10(peak / valley))
    return np.stack(found, axis=1)


def _flatness(spectra: Numbers) -> Numbers:
    safe = spectra + 1e-12
    return np.asarray(np.log(safe).mean(axis=1) - np.log(safe.mean(axis=1)))
