"""A sound at the rate a model was trained on, and cut into windows it can read."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pincite.content import Sound
from pincite.errors import UsageError

_SHORT = 512  # fewer samples do not fill the resampler's filter, and nothing would come out


def resampled(sound: Sound, rate_hz: int) -> npt.NDArray[np.float32]:
    """Return the samples of a sound at another rate: (ceil(t * rate_hz / sound.rate_hz),) float32.

    FFmpeg's libswresample does it, by a windowed sinc filter without delay. Samples that are no
    numbers become silence.
    """
    samples = np.nan_to_num(sound.samples, nan=0.0, posinf=1.0, neginf=-1.0)
    if sound.rate_hz == rate_hz:
        return samples
    import av

    wanted = -(-len(samples) * rate_hz // sound.rate_hz)
    padded = np.pad(samples, (0, max(0, _SHORT - len(samples))))
    frame = av.AudioFrame.from_ndarray(padded[None], "flt", "mono")
    frame.sample_rate = sound.rate_hz
    resampler = av.AudioResampler("flt", "mono", rate_hz)
    made = [*resampler.resample(frame), *resampler.resample(None)]
    joined = np.concatenate([part.to_ndarray()[0] for part in made])[:wanted]
    # Rounding may leave the last sample out.
    return np.pad(joined, (0, wanted - len(joined)), mode="edge").astype(np.float32)


def windows(samples: npt.NDArray[np.float32], longest: int) -> list[npt.NDArray[np.float32]]:
    """Return the samples cut into the fewest pieces of at most `longest`, all of one length ± 1.

    Even pieces weigh the same in a mean, where a short rest would count too much.

    Raises:
        UsageError: `longest` is below 1.

    Example:
        >>> [len(piece) for piece in windows(np.zeros(25, np.float32), 10)]
        [9, 8, 8]
    """
    if longest < 1:
        raise UsageError(f"a window holds at least one sample, got {longest}")
    return np.array_split(samples, max(-(-len(samples) // longest), 1))
