"""Recordings and videos are opened here, and nowhere else.

The demuxer is handed an open file, never a name, and may open nothing further: a playlist, a
reference track or a "concat" list therefore reaches no other file and no network.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

import av
import av.container
import av.error
import av.logging

from pincite.errors import IngestError

av.logging.set_level(None)  # what matters is reported as a problem, not on standard error

DEMUXERS = (
    "aac,ac3,aiff,amr,ape,asf,au,avi,caf,eac3,flac,flv,loas,m4v,matroska,webm,"
    "mov,mp4,m4a,3gp,3g2,mj2,mp3,mpc,mpc8,mpeg,mpegts,mpegvideo,mpegtsraw,h264,hevc,"
    "mxf,nut,ogg,rm,tta,voc,w64,wav,wv,dv,ivf,swf"
)
"""Formats that hold their own sound and pictures; playlists are none of them."""

_BUFFER_BYTES = 1 << 18


@contextmanager
def open_recording(path: Path) -> Iterator[av.container.InputContainer]:
    """Give the demuxer of the file at `path`, closed on leaving.

    Raises:
        IngestError: The file holds no recording that can be read, or is a playlist.
    """
    with path.open("rb") as file:
        try:
            container = av.open(
                file,
                mode="r",
                container_options={"format_whitelist": DEMUXERS, "protocol_whitelist": "none"},
                buffer_size=_BUFFER_BYTES,
                metadata_errors="replace",
                io_open=_refuse,
            )
        except (av.error.FFmpegError, ValueError, OSError) as error:
            raise _unopened(path, error) from error
        try:
            yield container
        finally:
            container.close()


def _refuse(url: str, flags: int, options: dict[str, str]) -> NoReturn:
    raise PermissionError(f"a recording may not open another file ({url!r})")


def _unopened(path: Path, error: BaseException) -> IngestError:
    with path.open("rb") as file:
        head = file.read(4096)
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"#EXTM3U", b"ffconcat", b"[playlist]")):
        return IngestError(
            "UNSUPPORTED_TYPE",
            f"{path.name} is a playlist: it names other files and holds no sound itself.",
            "Add the files it names instead.",
        )
    early = b"ftyp" in head[:16] and b"moov" not in head
    reason = (
        "its index (moov) is missing, as when a recording or a copy was cut off"
        if early
        else _reason(error)
    )
    return IngestError(
        "CORRUPT_FILE",
        f"{path.name} could not be opened as a recording: {reason}.",
        "Play the file to see if it works; if not, fetch or export it again.",
    )


def _reason(error: BaseException) -> str:
    text = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return str(text)[:200].rstrip(".")


def declared_seconds(container: av.container.InputContainer) -> float | None:
    """Return how long the header says the recording is, or None when it does not say."""
    if container.duration is not None and container.duration > 0:
        return float(container.duration) / float(av.time_base)
    lengths: list[float] = [
        float(s.duration * s.time_base)
        for s in container.streams
        if s.duration and s.time_base and s.duration > 0
    ]
    return max(lengths) if lengths else None


def start_seconds(container: av.container.InputContainer) -> float:
    """Return the time stamp that players show as 0:00."""
    start = container.start_time
    return float(start) / float(av.time_base) if start is not None else 0.0


def tag_line(container: av.container.InputContainer) -> str:
    """Return title, artist, album, date and comment of the file, joined by "; "."""
    found: dict[str, str] = {}
    for holder in (container, *container.streams):
        for key, value in holder.metadata.items():
            found.setdefault(key.lower(), " ".join(str(value).split())[:500])
    names = ("title", "artist", "album", "date", "genre", "comment", "description", "synopsis")
    return "; ".join(dict.fromkeys(found[name] for name in names if found.get(name)))


def tagged_title(container: av.container.InputContainer) -> str:
    """Return the title in the file's own tags, or an empty string."""
    for key, value in container.metadata.items():
        if key.lower() == "title":
            return " ".join(str(value).split())[:500]
    return ""


def stamp_seconds(item: Any, origin_s: float) -> float | None:
    """Return the time of a frame or packet on the player's clock, or None when it has none."""
    if item.pts is None or item.time_base is None:
        return None
    seconds = float(item.pts * item.time_base) - origin_s
    return seconds if math.isfinite(seconds) else None
