"""Sentences to sound: flite speaks, silences are cut to a known length, times are kept."""

from __future__ import annotations

import subprocess
import tempfile
import wave
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from .places import SpeechFinder, Spoken

RATE_HZ = 16_000
Samples = npt.NDArray[np.float32]


def say(text: str, voice: str = "rms") -> Samples:
    """Return `text` spoken, without the silence before and after: (t,) in [-1, 1] at 16 kHz."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "speech.wav"
        subprocess.run(["flite", "-voice", voice, "-t", text, "-o", str(path)], check=True)
        with wave.open(str(path)) as file:
            assert file.getframerate() == RATE_HZ, "flite's rms and slt voices speak at 16 kHz"
            raw = np.frombuffer(file.readframes(file.getnframes()), dtype=np.int16)
    samples = raw.astype(np.float32) / 32768
    loud = np.flatnonzero(np.abs(samples) > 0.004)
    margin = RATE_HZ // 20
    return samples[max(0, loud[0] - margin) : loud[-1] + margin]


def recite(
    paragraphs: Sequence[Sequence[str]],
    *,
    voice: str = "rms",
    pause_s: float = 0.45,
    gap_s: float = 1.4,
    lead_s: float = 0.4,
    hiss: float = 0.0006,
) -> tuple[Samples, SpeechFinder]:
    """Return paragraphs of sentences spoken one after the other, and when each is heard.

    Args:
        paragraphs: Sentences, grouped by topic.
        voice: A voice of flite.
        pause_s: Silence between sentences.
        gap_s: Silence between paragraphs.
        lead_s: Silence before the first and after the last word.
        hiss: Level of the background noise.
    """
    pieces, sentences, now = [_silence(lead_s)], [], lead_s
    for paragraph in paragraphs:
        for number, text in enumerate(paragraph, start=1):
            sound = say(text, voice)
            length = len(sound) / RATE_HZ
            sentences.append(Spoken(text, round(now, 2), round(now + length, 2)))
            rest = gap_s if number == len(paragraph) else pause_s
            pieces += [sound, _silence(rest)]
            now += length + rest
    pieces.append(_silence(lead_s))
    samples = np.concatenate(pieces)
    noise = np.random.default_rng(7).normal(0, hiss, len(samples)).astype(np.float32)
    return np.clip(samples * 0.9 + noise, -1, 1), SpeechFinder(sentences)


def _silence(length_s: float) -> Samples:
    return np.zeros(round(length_s * RATE_HZ), dtype=np.float32)


def write_wav(samples: Samples, path: Path) -> None:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes((samples * 32767).astype("<i2").tobytes())


def encode(samples: Samples, path: Path, title: str) -> None:
    """Write `samples` in the format named by the ending of `path`: wav, flac, ogg or mp3."""
    if path.suffix == ".wav":
        write_wav(samples, path)
        return
    codec = {
        ".flac": ["-c:a", "flac", "-sample_fmt", "s16"],
        ".ogg": ["-c:a", "libvorbis", "-q:a", "3"],
        ".mp3": ["-c:a", "libmp3lame", "-b:a", "48k"],
    }[path.suffix]
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / "plain.wav"
        write_wav(samples, plain)
        command = ["ffmpeg", "-v", "error", "-y", "-i", str(plain), *codec]
        exact = ["-fflags", "+bitexact", "-flags:a", "+bitexact", "-metadata", f"title={title}"]
        subprocess.run([*command, *exact, str(path)], check=True)
