"""Sounds to one vector each, by anything that gives a window of sound a vector."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from pincite.content import Sound
from pincite.encode.batches import by_length, unit
from pincite.encode.resample import resampled, windows
from pincite.errors import ModelMismatch, NotFound
from pincite.types import Vectors

Samples: TypeAlias = npt.NDArray[np.float32]
BATCH = 8
"""Windows that go through a model at once; one of half a minute has half a million samples."""
_FILES = ("preprocessor_config.json", "processor_config.json")


def sound_vectors(
    sounds: Sequence[Sound],
    rate_hz: int,
    longest: int,
    width: int,
    encode: Callable[[list[Samples]], Vectors],
) -> Vectors:
    """Return one unit vector per sound, in order: (n, d) float32.

    A sound is cut into even windows, and its vector is the mean of theirs, at unit length.

    Args:
        sounds: At any rates.
        rate_hz: What the model reads.
        longest: Most samples of a window, at that rate.
        width: Length of a vector, d.
        encode: Gives b windows of like length their vectors: (b, d).
    """
    cut = [windows(resampled(sound, rate_hz), longest) for sound in sounds]
    pieces = [piece for parts in cut for piece in parts]
    vectors = by_length(pieces, [len(piece) for piece in pieces], width, encode, BATCH)
    ends = np.cumsum([len(parts) for parts in cut])
    return unit(np.stack([part.mean(axis=0) for part in np.split(vectors, ends[:-1])]))


def feature_extractor(folder: Path) -> Any:
    """Return what turns samples into the input of the model in a directory.

    Raises:
        NotFound: There is none.
        ModelMismatch: It cannot be read.
    """
    from transformers import AutoFeatureExtractor

    if not any((folder / name).is_file() for name in _FILES):
        raise NotFound(
            f"there is no {_FILES[0]} in {str(folder)!r}, which says how sounds are prepared; copy "
            "it from where the model came from"
        )
    try:
        return AutoFeatureExtractor.from_pretrained(
            folder, local_files_only=True, trust_remote_code=False
        )
    except Exception as error:  # Transformers raises whatever the file makes it stumble over
        reason = (str(error).splitlines() or [repr(error)])[0]
        raise ModelMismatch(
            f"the feature extractor in {str(folder)!r} cannot be read: {reason} Save it again"
        ) from error
