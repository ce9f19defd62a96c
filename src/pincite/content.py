"""What an encoder reads and a query may consist of: words, a picture, a sound, footage.

Letters in shapes: h, w pixels; t samples or frames. All hold decoded content, never files.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal, TypeAlias, get_args

from pincite.errors import UsageError

if TYPE_CHECKING:  # these values are light, and so is importing them
    import numpy as np
    import numpy.typing as npt

Modality = Literal["text", "image", "audio", "video"]
MODALITIES: tuple[Modality, ...] = get_args(Modality)


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """A picture: `pixels` is uint8 RGB, (h, w, 3)."""

    modality: ClassVar[Modality] = "image"
    pixels: npt.NDArray[np.uint8]

    def __post_init__(self) -> None:
        _require(self.pixels, "uint8", "(h, w, 3)", ndim=3, last=3)


@dataclass(frozen=True, slots=True, eq=False)
class Sound:
    """A recording: `samples` is float32 mono in [-1, 1], (t,), at `rate_hz`."""

    modality: ClassVar[Modality] = "audio"
    samples: npt.NDArray[np.float32]
    rate_hz: int

    def __post_init__(self) -> None:
        _require(self.samples, "float32", "(t,)", ndim=1)
        if self.rate_hz < 1:
            raise UsageError(f"a sound has samples per second, got a rate of {self.rate_hz} Hz")

    @property
    def duration_s(self) -> float:
        """How long it is, seconds."""
        return len(self.samples) / self.rate_hz


@dataclass(frozen=True, slots=True, eq=False)
class Footage:
    """Moving pictures: some of their frames, when each is shown, and the sound if there is one.

    Attributes:
        frames: uint8 RGB, (t, h, w, 3), in order, at least one.
        times_s: Seconds from the start, (t,) float64, ascending.
        sound: What is heard.
    """

    modality: ClassVar[Modality] = "video"
    frames: npt.NDArray[np.uint8]
    times_s: npt.NDArray[np.float64]
    sound: Sound | None = None

    def __post_init__(self) -> None:
        _require(self.frames, "uint8", "(t, h, w, 3)", ndim=4, last=3)
        if self.times_s.shape != self.frames.shape[:1]:
            raise UsageError(
                f"footage has one time a frame: expected ({len(self.frames)},), "
                f"got {self.times_s.shape}"
            )


Content: TypeAlias = str | Picture | Sound | Footage


def modality_of(content: Content) -> Modality:
    """Return the modality of a piece of content.

    Example:
        >>> modality_of("a red pump")
        'text'
    """
    return "text" if isinstance(content, str) else content.modality


def _require(
    array: npt.NDArray[np.generic], kind: str, shape: str, *, ndim: int, last: int | None = None
) -> None:
    """Refuse arrays of another type or shape, and empty ones."""
    fits = array.ndim == ndim and (last is None or array.shape[-1] == last)
    if array.dtype.name != kind or not fits or not array.size:
        raise UsageError(
            f"expected {kind} of shape {shape} that is not empty, "
            f"got {array.dtype.name} of shape {array.shape}"
        )
