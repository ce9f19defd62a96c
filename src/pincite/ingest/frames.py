"""The pictures of a video, upright, in their true shape and each with its exact second."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import av.container
import av.error
import numpy as np
import numpy.typing as npt

from pincite.errors import IngestError
from pincite.ingest.clips import Picture
from pincite.ingest.recording import open_recording, stamp_seconds, start_seconds
from pincite.types import Problem

Grey = npt.NDArray[np.uint8]

_ATTACHED_PICTURE = 0x400  # AV_DISPOSITION_ATTACHED_PIC: the cover of a song is no video
_USUAL_FRAME_S = 0.04


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One picture of a video; it is converted only when asked for.

    Attributes:
        at_s: Second at which it appears.
        end_s: Second at which it disappears, as far as is known.
        width: Pixels across, upright and with square pixels.
        height: Pixels down.
    """

    at_s: float
    end_s: float
    width: int
    height: int
    _raw: Any
    _turns: int

    def rgb(self, width: int, height: int) -> Picture:
        """Return it as (height, width, 3) uint8."""
        sideways = self._turns % 2 == 1
        size = (height, width) if sideways else (width, height)
        picture = self._raw.reformat(*size, format="rgb24").to_ndarray()
        return np.ascontiguousarray(np.rot90(picture, self._turns))

    def grey(self, width: int, height: int) -> Grey:
        """Return its brightness as (height, width) uint8."""
        size = (height, width) if self._turns % 2 == 1 else (width, height)
        picture = self._raw.reformat(*size, format="gray", interpolation="AREA").to_ndarray()
        return np.ascontiguousarray(np.rot90(picture, self._turns))


def picture_stream(container: av.container.InputContainer) -> av.VideoStream | None:
    """Return the first stream of moving pictures, or None; cover art is not one."""
    for stream in container.streams.video:
        if not int(stream.disposition) & _ATTACHED_PICTURE:
            return stream
    return None


def read_frames(path: Path, max_pixels: int, report: Callable[[Problem], None]) -> Iterator[Frame]:
    """Yield the frames of a video in order of time, without those that cannot be decoded.

    Args:
        path: A file that has moving pictures.
        max_pixels: Larger frames are refused from the header.
        report: Called with what went wrong on the way.

    Raises:
        IngestError: The frames are too large, or there is no decoder for them.
    """
    with open_recording(path) as container:
        stream = picture_stream(container)
        if stream is None:
            return
        stream.thread_type = "NONE"
        _check_size(path.name, stream.codec_context, max_pixels)
        origin_s = start_seconds(container)
        usual_s = float(1 / stream.average_rate) if stream.average_rate else _USUAL_FRAME_S
        last_s = -usual_s
        damaged, stopped = 0, ""
        packets = container.demux(stream)
        while True:
            try:
                packet = next(packets, None)
                raws = packet.decode() if packet is not None else []
            except av.error.DecoderNotFoundError as error:
                raise _no_decoder(path.name, stream) from error
            except av.error.EOFError:
                break
            except (av.error.FFmpegError, ValueError) as error:
                damaged, stopped = damaged + 1, str(error)
                if damaged > 10_000:
                    break
                continue
            if packet is None:
                break
            for raw in raws:
                stamp = stamp_seconds(raw, origin_s)
                at_s = last_s + usual_s if stamp is None else max(stamp, 0.0)
                if at_s <= last_s:
                    continue
                last_s = at_s
                yield _frame(raw, at_s, usual_s, stream)
        _report(damaged, stopped, last_s, report)


def _frame(raw: Any, at_s: float, usual_s: float, stream: av.VideoStream) -> Frame:
    length_s = float(raw.duration * raw.time_base) if raw.duration and raw.time_base else usual_s
    aspect = stream.sample_aspect_ratio
    width = max(1, round(raw.width * float(aspect))) if aspect else raw.width
    height = raw.height
    turns = round(raw.rotation / 90) % 4
    if turns % 2:
        width, height = height, width
    return Frame(at_s, at_s + min(length_s, 10.0), width, height, raw, turns)


def _check_size(name: str, codec: Any, max_pixels: int) -> None:
    pixels = (codec.width or 0) * (codec.height or 0)
    if pixels > max_pixels:
        raise IngestError(
            "TOO_LARGE",
            f"The frames of {name} have {pixels:,} pixels; the limit is {max_pixels:,} "
            "(max_pixels).",
            "Raise max_pixels if the file deserves it.",
        )


def _no_decoder(name: str, stream: av.VideoStream) -> IngestError:
    return IngestError(
        "UNSUPPORTED_TYPE",
        f"No decoder knows the pictures in {name} ({stream.codec_context.name}).",
        "Convert the file to MP4 (H.264) or WebM.",
    )


def _report(damaged: int, stopped: str, last_s: float, report: Callable[[Problem], None]) -> None:
    if damaged:
        report(
            Problem(
                "PART_FAILED",
                f"{damaged} pieces of the picture could not be decoded; the last good frame is "
                f"at {max(last_s, 0.0):.1f} s ({stopped}).",
                "Fetch or export the file again if the missing pictures matter.",
            )
        )
