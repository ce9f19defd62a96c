"""Encoders without weights, one for each part of what a folder holds, and such a folder."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
from PIL import Image

from pincite.encode.readable import readable
from tests.ingest.pdfs import Page, column, pdf
from tests.ingest.recordings import tone
from tests.testing.sensing import WIDTH, Sensing

Pages = Sensing
"""Late interaction over everything: it is shown the pages of a PDF whole."""


class Looks:
    """One vector for words and pictures alike."""

    width = WIDTH
    languages = frozenset()

    def __init__(self, space="looks", modalities=("text", "image")):
        self.name = self.space = space
        self.modalities = frozenset(modalities)
        self.read = []

    def encode(self, items, role="document"):
        readable(self.name, self.modalities, items)
        self.read += items
        return Sensing().encode(items, role)


def hears():
    return Looks("hears", ("audio",))


def fill(folder: Path) -> Path:
    """A note, a red picture, a tone, and a PDF whose two pages have several segments each."""
    folder.mkdir(exist_ok=True)
    (folder / "note.txt").write_text("The pump is red.")
    Image.new("RGB", (80, 60), (200, 0, 0)).save(folder / "red.png")
    samples = np.round(tone(2) * 32767).astype("<i2")
    with wave.open(str(folder / "tone.wav"), "wb") as sound:
        sound.setparams((1, 2, 16_000, 0, "NONE", ""))
        sound.writeframes(samples.tobytes())
    words = [f"Sentence number {n} of this page tells of pumps and valves." for n in range(40)]
    pages = [Page(column(40, 780, [f"Page {n}", *words])) for n in (1, 2)]
    (folder / "two.pdf").write_bytes(pdf(pages))
    return folder
