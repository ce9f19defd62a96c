"""Encoders of everything without weights: a reference for the contracts, and what to break."""

import re
import zlib

import numpy as np

from pincite.content import MODALITIES, Footage, Picture, Sound
from pincite.encode.readable import readable
from pincite.types import TokenVectors

WIDTH = 64


class Sensing:
    """Hashed words, colours by place, and loudness by pitch, in one space."""

    name = "sensing"
    space = "sensing-64"
    width = WIDTH
    modalities = frozenset(MODALITIES)
    languages = frozenset()

    def encode(self, items, role="document"):
        tokens = self.encode_tokens(items, role)
        means = [tokens[i].mean(axis=0) for i in range(len(items))]
        return unit(np.stack(means)) if means else np.zeros((0, WIDTH), np.float32)

    def encode_tokens(self, items, role="document"):
        readable(self.name, self.modalities, items)
        rows = [unit(self.tokens(item)) for item in items]
        offsets = np.cumsum([0, *map(len, rows)], dtype=np.int64)
        empty = np.zeros((0, WIDTH), np.float32)
        return TokenVectors(np.concatenate([empty, *rows]), offsets)

    def tokens(self, item):
        """Unit vectors to be, (t, WIDTH)."""
        if isinstance(item, str):
            words = re.findall(r"\w+", item) or [""]
            at = [zlib.crc32(w.encode("utf-8", "replace")) % WIDTH for w in words]
            return np.eye(WIDTH, dtype=np.float32)[at]
        if isinstance(item, Picture):
            return looks(item.pixels)[None]
        if isinstance(item, Sound):
            return pitches(item)[None]
        assert isinstance(item, Footage)
        return np.stack([looks(frame) for frame in item.frames])


def looks(pixels):
    """Mean colour of each of 3 x 3 parts, darkness beside it, (WIDTH,)."""
    rows, columns = (np.linspace(0, n - 1, 24).astype(int) for n in pixels.shape[:2])
    small = pixels[rows][:, columns].reshape(3, 8, 3, 8, 3) / 255
    vector = np.zeros(WIDTH, np.float32)
    vector[:27] = small.mean(axis=(1, 3)).ravel()
    vector[27:54] = small.std(axis=(1, 3)).ravel()
    vector[54] = 0.1
    return vector


def pitches(sound):
    """Loudness in each of WIDTH - 1 bands up to 8 kHz, (WIDTH,)."""
    loud = np.abs(np.fft.rfft(sound.samples))
    hz = np.fft.rfftfreq(len(sound.samples), 1 / sound.rate_hz)
    bands = np.minimum(hz * (WIDTH - 1) / 8_000, WIDTH - 2).astype(int)
    vector = np.bincount(bands, loud, WIDTH)
    vector[WIDTH - 1] = 1e-6
    return vector.astype(np.float32)


def unit(rows):
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)
