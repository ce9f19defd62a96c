"""Where a recording is loud enough to be speech, cut at its pauses.

A detector by energy: the floor and the peak are measured over a window of half a minute, so
quiet and noisy recordings both work. It only decides where a recogniser listens; whether that
was speech, the recogniser's own confidence says.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from pincite.ingest.sound import RATE_HZ, Chunk, Samples

Loudness: TypeAlias = npt.NDArray[np.float32]

FRAME = RATE_HZ // 100
"""Samples of one frame of 10 ms."""
LONGEST_S = 20.0
"""An utterance is cut at its quietest place when no pause comes in time."""
PAUSE_S = 0.45
"""Silence that ends an utterance."""
SHORT_PAUSE_S = 0.2
"""Silence that ends an utterance which is already `LONG_ENOUGH_S` long."""
LONG_ENOUGH_S = 9.0

_WINDOW_S = 30.0
_PAD_S = 0.18
_SHORTEST_S = 0.09  # shorter bursts are clicks
_SILENCE_DB = -58.0  # nothing below is listened to, however quiet the rest
_LIFT_DB = 8.0  # speech is at least this far above the floor
_REACH_DB = 34.0  # and at most this far below the peak


@dataclass(frozen=True, slots=True, eq=False)
class Utterance:
    """Sound between two pauses, from `start_s` on."""

    start_s: float
    samples: Samples

    @property
    def end_s(self) -> float:
        """Where it ends."""
        return self.start_s + len(self.samples) / RATE_HZ


def utterances(chunks: Iterable[Chunk]) -> Iterator[Utterance]:
    """Yield what is loud enough to be speech, in order, each at most `LONGEST_S` long."""
    for window in _windows(chunks):
        yield from _in_window(window)


def _windows(chunks: Iterable[Chunk]) -> Iterator[Chunk]:
    """Yield pieces of about half a minute, ended at a quiet place or where sound is missing."""
    held: list[Samples] = []
    start_s, count = 0.0, 0
    for chunk in chunks:
        if count and abs(chunk.start_s - (start_s + count / RATE_HZ)) > 0.05:
            yield Chunk(start_s, np.concatenate(held))
            held, count = [], 0
        if not count:
            start_s = chunk.start_s
        held.append(chunk.samples)
        count += len(chunk.samples)
        while count > _WINDOW_S * RATE_HZ:
            sound = np.concatenate(held)[: int(_WINDOW_S * RATE_HZ)]
            rest = np.concatenate(held)[len(sound) :]
            cut = _quietest(loudness_db(sound), len(sound) // FRAME // 2, len(sound) // FRAME)
            yield Chunk(start_s, sound[: cut * FRAME])
            start_s += cut * FRAME / RATE_HZ
            held = [sound[cut * FRAME :], rest]
            count -= cut * FRAME
    if count:
        yield Chunk(start_s, np.concatenate(held))


def loudness_db(samples: Samples) -> Loudness:
    """Return the power of each frame of 10 ms in dB below full scale, -120 for none."""
    frames = len(samples) // FRAME
    if not frames:
        return np.full(1 if len(samples) else 0, -120.0, dtype=np.float32)
    framed = samples[: frames * FRAME].reshape(frames, FRAME)
    framed = framed - framed.mean(axis=1, keepdims=True)
    power = np.square(framed, dtype=np.float64).mean(axis=1)
    decibels: Loudness = (10.0 * np.log10(np.maximum(power, 1e-12))).astype(np.float32)
    return decibels


def _quietest(loud: Loudness, low: int, high: int) -> int:
    """Return the frame in the middle of the quietest quarter second between two frames."""
    width = 25
    if high - low <= width:
        return max(low, 1)
    means = np.convolve(loud[low:high], np.ones(width) / width, mode="valid")
    return low + int(means.argmin()) + width // 2


def _in_window(window: Chunk) -> Iterator[Utterance]:
    loud = loudness_db(window.samples)
    if not len(loud):
        return
    for first, last in _joined(_speech_runs(loud), loud):
        low = max(0, first * FRAME - int(_PAD_S * RATE_HZ))
        high = min(len(window.samples), last * FRAME + int(_PAD_S * RATE_HZ))
        yield Utterance(window.start_s + low / RATE_HZ, window.samples[low:high])


def _speech_runs(loud: Loudness) -> list[tuple[int, int]]:
    """Return (first, one past last) frame of each loud run that is no click."""
    floor, peak = (float(np.percentile(loud, share)) for share in (10, 98))
    threshold = max(_SILENCE_DB, floor + _LIFT_DB, peak - _REACH_DB)
    if floor > peak - 2 * _LIFT_DB:  # no pause in sight, or steady noise: listen to most of it
        threshold = max(_SILENCE_DB, floor)
    edges = np.flatnonzero(np.diff(np.pad((loud >= threshold).astype(np.int8), 1)))
    runs = list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))
    joined: list[tuple[int, int]] = []
    for first, last in runs:
        if joined and first - joined[-1][1] < SHORT_PAUSE_S * 100:
            joined[-1] = (joined[-1][0], last)
        else:
            joined.append((first, last))
    return [run for run in joined if run[1] - run[0] >= _SHORTEST_S * 100]


def _joined(runs: list[tuple[int, int]], loud: Loudness) -> Iterator[tuple[int, int]]:
    """Yield runs joined over pauses within a sentence, and split where they are too long."""
    current: tuple[int, int] | None = None
    for run in runs:
        if current is None:
            current = run
            continue
        length_s = (current[1] - current[0]) / 100
        pause = SHORT_PAUSE_S if length_s >= LONG_ENOUGH_S else PAUSE_S
        if run[0] - current[1] < pause * 100 and run[1] - current[0] <= LONGEST_S * 100:
            current = (current[0], run[1])
        else:
            yield from _split(current, loud)
            current = run
    if current is not None:
        yield from _split(current, loud)


def _split(run: tuple[int, int], loud: Loudness) -> Iterator[tuple[int, int]]:
    first, last = run
    longest = int((LONGEST_S - 2 * _PAD_S) * 100)
    while last - first > longest:
        cut = _quietest(loud, first + longest // 2, first + longest)
        yield first, cut
        first = cut
    yield first, last
