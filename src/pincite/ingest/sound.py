"""Any recording to float32 mono at 16 kHz, in chunks, with exact times.

Memory stays flat however long the recording is. Times come from the container's own stamps
(start offsets and edit lists included), and between stamps from counting samples, so the last
word of ten hours is as exact as the first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, TypeAlias

import av
import av.audio
import av.container
import av.error
import numpy as np
import numpy.typing as npt

from pincite.errors import IngestError
from pincite.ingest.endings import bytes_missing
from pincite.ingest.recording import (
    declared_seconds,
    open_recording,
    stamp_seconds,
    start_seconds,
)
from pincite.types import Problem

RATE_HZ = 16_000
Samples: TypeAlias = npt.NDArray[np.float32]

_GAP_S = 0.12  # smaller jumps of the stamps are jitter of the muxer
_GREATEST_RATE_HZ = 1_000_000
_LATE_S = 0.5  # a file that ends earlier than its header says, by more than this, is cut off


@dataclass(frozen=True, slots=True, eq=False)
class Chunk:
    """Sound from `start_s` on; chunks ascend, and where one is missing there was silence."""

    start_s: float
    samples: Samples

    @property
    def end_s(self) -> float:
        """Where it ends."""
        return self.start_s + len(self.samples) / RATE_HZ


def read_sound(path: Path, report: Callable[[Problem], None]) -> Iterator[Chunk]:
    """Yield the sound of the file at `path`; nothing when it has no sound track.

    Args:
        path: A recording or a video.
        report: Called with what went wrong on the way: damaged or missing parts.

    Raises:
        IngestError: The file cannot be opened, or its sound cannot be decoded at all.
    """
    with open_recording(path) as container:
        if not container.streams.audio:
            return
        stream = container.streams.audio[0]
        stream.thread_type = "NONE"
        clock = _Clock(declared_seconds(container))
        origin_s = start_seconds(container)
        damage = _Damage(path.name, bytes_missing(path))
        for frame in _frames(container, stream, damage):
            clock.stamp(stamp_seconds(frame, origin_s))
            for samples in clock.resample(frame, damage):
                yield Chunk(clock.advance(len(samples)), samples)
        for samples in clock.flush():
            yield Chunk(clock.advance(len(samples)), samples)
        damage.report(clock.now_s, _stated_end(container, stream, origin_s), report)


def _frames(
    container: av.container.InputContainer, stream: av.AudioStream, damage: _Damage
) -> Iterator[av.AudioFrame]:
    """Yield decoded frames, counting the packets that could not be decoded."""
    packets = container.demux(stream)
    while True:
        try:
            packet = next(packets)
        except StopIteration:
            return
        except (av.error.FFmpegError, OSError) as error:
            damage.stopped = str(error)
            return
        try:
            yield from packet.decode()
        except av.error.DecoderNotFoundError as error:
            raise _no_decoder(damage.name, stream) from error
        except (av.error.FFmpegError, ValueError):
            damage.packets += 1


def _no_decoder(name: str, stream: av.AudioStream) -> IngestError:
    return IngestError(
        "UNSUPPORTED_TYPE",
        f"No decoder knows the sound in {name} ({stream.codec_context.name}).",
        "Convert the file to WAV, FLAC, MP3, Ogg or M4A.",
    )


class _Clock:
    """Turns frames into mono samples, and keeps the time of the next one."""

    def __init__(self, limit_s: float | None) -> None:
        self._limit_s = limit_s
        self._anchor_s = 0.0
        self._counted = 0
        self._started = False
        self._in_form: tuple[str, str, int] | None = None
        self._resampler: Any = None

    @property
    def now_s(self) -> float:
        return self._anchor_s + self._counted / RATE_HZ

    def stamp(self, seconds: float | None) -> None:
        """Take a time from the container: the first one, or one after a gap."""
        if seconds is None:
            return
        ahead = seconds - self.now_s
        if not self._started:
            credible = seconds >= -1.0 and (self._limit_s is None or seconds <= self._limit_s)
            self._anchor_s = max(seconds, 0.0) if credible else 0.0
        elif ahead > _GAP_S and (self._limit_s is None or seconds <= self._limit_s + 1.0):
            self._anchor_s, self._counted = seconds, 0

    def advance(self, count: int) -> float:
        start = self.now_s
        self._counted += count
        return start

    def resample(self, frame: av.AudioFrame, damage: _Damage) -> Iterator[Samples]:
        """Yield what the resampler gives for one frame; a change of form starts a new one."""
        self._started = True
        if not 0 < frame.sample_rate <= _GREATEST_RATE_HZ:
            damage.packets += 1
            return
        form = (frame.format.name, frame.layout.name, frame.sample_rate)
        if form != self._in_form:
            yield from self.flush()
            self._in_form = form
            self._resampler = av.AudioResampler("flt", frame.layout, RATE_HZ)
        frame.pts = None  # the resampler would pad or drop samples to meet a jittering stamp
        for ready in self._resampler.resample(frame):
            yield _mono(ready)

    def flush(self) -> Iterator[Samples]:
        if self._resampler is not None:
            for ready in self._resampler.resample(None):
                yield _mono(ready)
        self._resampler = None


def _mono(frame: av.AudioFrame) -> Samples:
    """Return the mean of the channels, or the loudest where they cancel each other out."""
    # Packed, because PyAV reads past the planes of a planar frame with eight channels or more.
    packed = frame.to_ndarray().reshape(-1, frame.layout.nb_channels)
    channels = np.nan_to_num(packed.T, nan=0.0, posinf=1.0, neginf=-1.0)
    mean: Samples = np.clip(channels.mean(axis=0), -1.0, 1.0).astype(np.float32)
    power = np.square(channels).mean(axis=1)
    if len(power) > 1 and np.square(mean).mean() < 0.01 * power.max():
        mean = np.clip(channels[int(power.argmax())], -1.0, 1.0).astype(np.float32)
    return mean


@dataclass
class _Damage:
    """What could not be decoded."""

    name: str
    missing_bytes: int = 0
    packets: int = 0
    stopped: str = ""

    def report(
        self, end_s: float, stated_s: float | None, report: Callable[[Problem], None]
    ) -> None:
        if end_s <= 0.0 and (self.packets or self.stopped):
            raise IngestError(
                "CORRUPT_FILE",
                f"No sound in {self.name} could be decoded ({self.packets} damaged packets).",
                "Play the file to see if it works; if not, fetch or export it again.",
            )
        again = "Fetch or export the file again if the rest matters."
        if stated_s is not None and stated_s - end_s > max(_LATE_S, 0.01 * stated_s):
            found = f"The sound ends at {end_s:.1f} s; the header promises {stated_s:.1f} s."
            report(Problem("TRUNCATED", found, again))
        elif self.stopped:
            found = f"The sound cannot be read beyond {end_s:.1f} s ({self.stopped})."
            report(Problem("TRUNCATED", found, again))
        elif self.missing_bytes:
            found = f"The file lacks its end; the sound stops at {end_s:.1f} s."
            report(Problem("TRUNCATED", found, again))
        elif self.packets:
            found = f"{self.packets} damaged pieces of the sound were passed over."
            report(Problem("PART_FAILED", found, again))


def _stated_end(
    container: av.container.InputContainer, stream: av.AudioStream, origin_s: float
) -> float | None:
    """Return where the header says this sound track ends."""
    base = Fraction(stream.time_base or 1)
    if stream.duration is not None and stream.duration > 0:
        start = float((stream.start_time or 0) * base) - origin_s
        return max(start, 0.0) + float(stream.duration * base)
    return declared_seconds(container) if len(container.streams) == 1 else None
