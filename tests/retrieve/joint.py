"""A joint space made by hand: words, pictures, sounds and footage on axes of meaning.

A picture shows the thing whose colour it has, a sound is of the thing whose pitch it has; so an
encoder can be written down, and what must be found is known.
"""

import numpy as np

from pincite.content import Footage, Picture, Sound
from pincite.store.ledger import Ingested, LedgerEntry, Source
from pincite.types import (
    Asset,
    Embeddings,
    Extracted,
    ImageRegion,
    Segment,
    TextSpan,
    TimeSpan,
)

THINGS = ("pump", "bird", "storm", "boat")
RATE_HZ = 8_000


def picture(thing, light=200):
    """A plain picture in the colour of a thing; the fourth thing is grey."""
    pixels = np.zeros((8, 8, 3), np.uint8)
    pixels[..., THINGS.index(thing) if thing != "boat" else slice(None)] = light
    return Picture(pixels)


def sound(thing):
    """A tone whose pitch is that of a thing."""
    t = np.arange(RATE_HZ) / RATE_HZ
    pitch_hz = 300 * (1 + THINGS.index(thing))
    return Sound(np.sin(2 * np.pi * pitch_hz * t).astype(np.float32), RATE_HZ)


def footage(thing):
    """Two frames of a thing."""
    return Footage(np.stack([picture(thing).pixels] * 2), np.array([0.0, 1.0]))


class Joint:
    """One axis a thing; `gap` moves what is not text to another level, as in real models."""

    name = "joint"
    space = "joint"
    width = len(THINGS) + 1
    languages = frozenset()

    def __init__(self, modalities=("text", "image", "audio", "video"), gap=0.0):
        self.modalities, self.gap = frozenset(modalities), gap
        self.asked = []

    def encode(self, items, role="document"):
        rows = np.zeros((len(items), self.width), np.float32)
        for row, item in zip(rows, items, strict=True):
            self.asked.append((role, item))
            row[: len(THINGS)] = _share(item) + 0.05
            row[-1] = 0.0 if isinstance(item, str) else self.gap
            row /= np.linalg.norm(row)
        return rows


def _share(item):
    if isinstance(item, str):
        return np.array([float(thing in item.casefold()) for thing in THINGS])
    if isinstance(item, Sound):
        pitch_hz = np.abs(np.fft.rfft(item.samples)).argmax() * item.rate_hz / len(item.samples)
        return np.array([float(abs(pitch_hz - 300 * (1 + i)) < 50) for i in range(len(THINGS))])
    pixels = item.frames[0] if isinstance(item, Footage) else item.pixels
    colour = pixels.reshape(-1, 3).mean(axis=0)
    if colour.min() > 0:
        return np.eye(len(THINGS))[-1]
    return np.append(colour / colour.max(), 0.0)


def ingested(number, content, encoders, *, text="", tags=()):
    """A file of one segment, with the vectors of the encoders that read it."""
    kind = "text" if isinstance(content, str) else content.modality
    text = content if isinstance(content, str) else text
    suffix = {"text": "txt", "image": "png", "audio": "wav", "video": "mp4"}[kind]
    uri = f"/kb/{number:02}.{suffix}"
    asset = Asset(f"{number:064}", uri, f"{kind}/x", 10, 0, f"{number:02}.{suffix}")
    locator = {
        "text": TextSpan(0, len(text)),
        "image": ImageRegion(),
        "audio": TimeSpan(0, 1),
        "video": TimeSpan(0, 1),
    }[kind]
    segment = Segment(f"{number:032}", asset.id, kind, locator, text, ordinal=0)
    vectors = tuple(
        Embeddings((segment.id,), e.encode([content]), e.space, e.name)
        for e in encoders
        if kind in e.modalities
    )
    entry = LedgerEntry(
        asset, (Source(uri, 10, 0),), "complete", segments=1, spaces=tuple(v.space for v in vectors)
    )
    return Ingested(entry, (Extracted(segment),), vectors)


def number_of(item):
    """Which file a piece of evidence is of."""
    return int(item.segment.id)
