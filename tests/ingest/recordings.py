"""Sounds and videos made on the spot."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

import av
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from pincite.config import Config, load_config
from pincite.ingest import Event, parsers
from pincite.ingest.sound import RATE_HZ, Samples, read_sound
from pincite.types import Asset, Extracted, Problem


def settings(**flags: object) -> Config:
    """Settings in force with these flags, and no file or variable of this machine."""
    return load_config(flags, environ={}, folder=Path("/nonexistent"))


@lru_cache(maxsize=16)
def spoken(text: str) -> Samples:
    """Speech as flite's rms voice reads it; skips the test where flite is absent."""
    if shutil.which("flite") is None:
        pytest.skip("flite, which makes the test speech, is not installed")
    with TemporaryDirectory() as folder:
        path = Path(folder) / "said.wav"
        command = ["flite", "-voice", "rms", "-t", text, "-o", str(path)]
        subprocess.run(command, check=True, capture_output=True)
        return heard(path)


def heard(path: Path, problems: list[Problem] | None = None) -> Samples:
    """All samples of a file; gaps are silence."""
    chunks = list(read_sound(path, [].append if problems is None else problems.append))
    samples = np.zeros(round(max(c.end_s for c in chunks) * RATE_HZ) + 1, dtype=np.float32)
    for chunk in chunks:
        at = round(chunk.start_s * RATE_HZ)
        samples[at : at + len(chunk.samples)] = chunk.samples
    return samples[:-1]


def tone(seconds: float, rate_hz: int = RATE_HZ, pitch_hz: float = 440.0) -> Samples:
    """A sine at half scale."""
    time = np.arange(round(seconds * rate_hz)) / rate_hz
    return (0.5 * np.sin(2 * np.pi * pitch_hz * time)).astype(np.float32)


def silence(seconds: float) -> Samples:
    """Nothing at all."""
    return np.zeros(round(seconds * RATE_HZ), dtype=np.float32)


def write_sound(
    path: Path,
    samples: np.ndarray,
    codec: str = "pcm_s16le",
    rate_hz: int = RATE_HZ,
    tags: dict[str, str] | None = None,
) -> Path:
    """Write samples (t,) or (channels, t) in the format the name says."""
    channels = np.atleast_2d(samples)
    layout = {1: "mono", 2: "stereo", 8: "7.1"}[len(channels)]
    with av.open(path, "w") as container:
        container.metadata.update(tags or {})
        stream = container.add_stream(codec, rate=rate_hz, layout=layout)
        _mux_sound(container, stream, channels, layout, rate_hz)
    return path


def _mux_sound(container, stream, channels, layout, rate_hz) -> None:
    for at in range(0, channels.shape[1], 1024):
        block = np.ascontiguousarray(channels[:, at : at + 1024], dtype=np.float32)
        frame = av.AudioFrame.from_ndarray(block, format="fltp", layout=layout)
        frame.sample_rate, frame.pts, frame.time_base = rate_hz, at, Fraction(1, rate_hz)
        container.mux(stream.encode(frame))
    container.mux(stream.encode(None))


def slide(*lines: str, ground=(255, 255, 255), ink=(0, 0, 0), size=(640, 360)) -> np.ndarray:
    """A picture (h, w, 3) with lines of text."""
    image = Image.new("RGB", size, ground)
    for row, line in enumerate(lines):
        ImageDraw.Draw(image).text((40, 40 + 56 * row), line, ink, font=ImageFont.load_default(32))
    return np.asarray(image)


def write_video(
    path: Path,
    frames: Sequence[tuple[float, np.ndarray]],
    sound: Samples | None = None,
    codec: str = "libx264",
    sound_codec: str = "aac",
) -> Path:
    """Write frames, each from its second on; the last one is shown for a tenth of a second."""
    height, width = frames[0][1].shape[:2]
    with av.open(path, "w") as container:
        pictures = container.add_stream(codec, rate=25)
        pictures.width, pictures.height, pictures.pix_fmt = width, height, "yuv420p"
        pictures.codec_context.time_base = Fraction(1, 1000)
        stream = None
        if sound is not None:
            stream = container.add_stream(sound_codec, rate=RATE_HZ, layout="mono")
        for at_s, rgb in frames:
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(rgb), format="rgb24")
            frame.pts, frame.time_base = round(at_s * 1000), Fraction(1, 1000)
            container.mux(pictures.encode(frame))
        container.mux(pictures.encode(None))
        if stream is not None:
            _mux_sound(container, stream, np.atleast_2d(sound), "mono", RATE_HZ)
    return path


def shown(pictures: Sequence[tuple[np.ndarray, float]], rate: int = 10):
    """Frames of pictures shown for so many seconds each."""
    frames, at = [], 0
    for rgb, seconds in pictures:
        for _ in range(round(seconds * rate)):
            frames.append((at / rate, rgb))
            at += 1
    return frames


def parse(parser: str, path: Path, config: Config) -> list[Event]:
    """All that a parser yields for a file."""
    asset = Asset("a" * 64, str(path), "", title=path.name)
    return list(parsers.create(parser).parse(path, asset, config))


def extracts(events: Sequence[Event]) -> list[Extracted]:
    return [event for event in events if isinstance(event, Extracted)]


def codes(events: Sequence[Event]) -> set[str]:
    return {event.code for event in events if isinstance(event, Problem)}
