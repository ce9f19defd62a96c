"""Small copies of the sound and pictures of a time span, kept as evidence.

A citation can then be heard and seen although the file is gone. Sound is AAC, pictures are
H.264 with at most 480 lines, both in MP4, which every browser plays.
"""

from __future__ import annotations

import io
from fractions import Fraction

import av
import av.container
import numpy as np
import numpy.typing as npt
from PIL import Image

from pincite.ingest.sound import RATE_HZ, Samples
from pincite.types import Media

Picture = npt.NDArray[np.uint8]

SOUND_BITS_PER_S = 32_000
LINES = 480
WIDTH = 854
FRAMES_PER_S = 10
KEY_FRAME_SIDE = 1600
"""Longest side of a key frame, pixels."""

_BLOCK = 1024
_TIME_BASE = Fraction(1, 1000)


def sound_clip(samples: Samples) -> Media | None:
    """Return sound (float32 mono, 16 kHz) as AAC in MP4, or None when there is none."""
    if not len(samples):
        return None
    file = io.BytesIO()
    with av.open(file, "w", format="mp4", options=_MP4) as container:
        _write_sound(container, _sound_stream(container), samples)
    return Media("audio/mp4", file.getvalue())


_MP4 = {"fflags": "+bitexact"}


def _sound_stream(container: av.container.OutputContainer) -> av.AudioStream:
    stream = container.add_stream("aac", rate=RATE_HZ, layout="mono")
    stream.bit_rate = SOUND_BITS_PER_S
    return stream


def _write_sound(
    container: av.container.OutputContainer, stream: av.AudioStream, samples: Samples
) -> None:
    for at in range(0, len(samples), _BLOCK):
        block = np.ascontiguousarray(samples[None, at : at + _BLOCK], dtype=np.float32)
        frame = av.AudioFrame.from_ndarray(block, format="fltp", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = RATE_HZ, at, Fraction(1, RATE_HZ)
        container.mux(stream.encode(frame))
    container.mux(stream.encode(None))


class PreviewWriter:
    """Writes the preview of one shot while its frames go by, so none has to be kept.

    Args:
        with_sound: Whether `finish` will be given samples.
    """

    STEP_S = 0.95 / FRAMES_PER_S
    """Frames need not come more often than this."""

    def __init__(self, *, with_sound: bool) -> None:
        self._file = io.BytesIO()
        self._container = av.open(self._file, "w", format="mp4", options=_MP4)
        self._pictures: av.VideoStream | None = None
        self._sound = with_sound
        self._sound_stream: av.AudioStream | None = None
        self._last_ms = -1_000

    def add(self, rgb: Picture, at_s: float) -> None:
        """Add a frame (h, w, 3), already small, shown from second `at_s` of the clip."""
        if self._pictures is None:
            self._open(rgb.shape[1] // 2 * 2, rgb.shape[0] // 2 * 2)
        stream = self._pictures
        if stream is None:
            return
        even = np.ascontiguousarray(rgb[: stream.height, : stream.width])
        if even.shape[:2] != (stream.height, stream.width):
            size = (stream.width, stream.height)
            even = np.asarray(Image.fromarray(even).resize(size), dtype=np.uint8)
        frame = av.VideoFrame.from_ndarray(even, format="rgb24")
        self._last_ms = max(self._last_ms + 1, round(at_s * 1000))
        frame.pts, frame.time_base = self._last_ms, _TIME_BASE
        self._container.mux(stream.encode(frame))

    def _open(self, width: int, height: int) -> None:
        options = {"preset": "ultrafast", "crf": "30", "threads": "1", "tune": "zerolatency"}
        stream = self._container.add_stream("libx264", rate=FRAMES_PER_S, options=options)
        stream.width, stream.height, stream.pix_fmt = max(width, 2), max(height, 2), "yuv420p"
        stream.codec_context.time_base = _TIME_BASE
        self._pictures = stream
        if self._sound:
            self._sound_stream = _sound_stream(self._container)

    def finish(self, samples: Samples | None) -> Media | None:
        """Return the clip with its sound, or None when no frame was added."""
        if self._pictures is not None:
            self._container.mux(self._pictures.encode(None))
            if self._sound_stream is not None and samples is not None:
                _write_sound(self._container, self._sound_stream, samples)
        opened = self._pictures is not None
        self._container.close()
        return Media("video/mp4", self._file.getvalue()) if opened else None


def fitted(width: int, height: int) -> tuple[int, int]:
    """Return the size of a preview of a picture: even, at most `WIDTH` by `LINES`.

    Example:
        >>> fitted(1920, 1080), fitted(320, 240), fitted(1080, 1920)
        ((852, 480), (320, 240), (270, 480))
    """
    scale = min(1.0, WIDTH / width, LINES / height)
    return max(2, int(width * scale) // 2 * 2), max(2, int(height * scale) // 2 * 2)


def key_frame(rgb: Picture) -> Media:
    """Return a picture as JPEG, its longest side at most `KEY_FRAME_SIDE`."""
    image = Image.fromarray(np.ascontiguousarray(rgb))
    image.thumbnail((KEY_FRAME_SIDE, KEY_FRAME_SIDE))
    file = io.BytesIO()
    image.save(file, "JPEG", quality=85)
    return Media("image/jpeg", file.getvalue())
