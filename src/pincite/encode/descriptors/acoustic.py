"""Sounds that sound alike, found without a model."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from pincite.config import Config
from pincite.content import Content, Footage, Modality, Sound
from pincite.encode import Role
from pincite.encode.descriptors import timbre
from pincite.encode.descriptors.mel import RATE_HZ
from pincite.encode.readable import readable
from pincite.encode.resample import resampled
from pincite.types import Vectors

_SILENT = 1e-4  # 80 dB below full scale, three steps of 16 bits
_FARTHEST = 3.0  # a number further from its usual value counts as if it were here


class AcousticEncoder:
    """Describes a sound by its timbre and how it changes; footage by what is heard in it.

    The parts of `timbre`, each number taken relative to what is usual there, each part weighed
    alike however many numbers it has. How loud the recording is does not matter. Silence, and
    footage without sound, is like silence and like nothing else: it has a direction of its own.
    """

    name = "acoustic"
    space = "acoustic-1"
    width = timbre.WIDTH + 1
    modalities: frozenset[Modality] = frozenset({"audio", "video"})
    languages: frozenset[str] = frozenset()

    def __init__(self, config: Config | None = None) -> None:
        """Take the settings as any encoder does; none of them matters here."""

    def encode(self, items: Sequence[Content], role: Role = "document") -> Vectors:
        """Return one unit vector per sound or footage, in order: (n, 175) float32.

        Raises:
            WrongModality: An item is neither.
        """
        readable(self.name, self.modalities, items)
        vectors = np.empty((len(items), self.width), np.float32)
        for row, item in enumerate(items):
            vectors[row] = _vector(item)
        return vectors


def _vector(item: Content) -> npt.NDArray[np.float64]:
    heard = item.sound if isinstance(item, Footage) else item
    if heard is None:
        return _silence()
    if not isinstance(heard, Sound):
        raise TypeError(f"expected a sound or footage, got {type(heard).__name__}")
    samples = resampled(heard, RATE_HZ).astype(np.float64)
    samples -= samples.mean() if len(samples) > 1 else 0.0
    peak = float(np.abs(samples).max(initial=0.0))
    return _silence() if peak < _SILENT else _described(samples / peak)


def _described(samples: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return the description of a sound whose peak is 1: (175,) of unit length."""
    found = timbre.parts(samples)
    weighed = []
    for name, usual in timbre.USUAL.items():
        away = (found[name] - np.array(usual.value)) / np.array(usual.spread)
        near = np.clip(away, -_FARTHEST, _FARTHEST)
        weighed.append(near * np.sqrt(usual.weight / len(near)))
    vector = np.append(np.concatenate(weighed), 0.0)
    length = float(np.linalg.norm(vector))
    return vector / length if length > 1e-6 else _silence()


def _silence() -> npt.NDArray[np.float64]:
    return np.append(np.zeros(timbre.WIDTH), 1.0)
