"""Kept evidence to what an encoder reads: pictures, sounds and footage, decoded and small.

Pictures and frames are upright RGB, their longest side at most `SIDE_PX`: encoders look at 224
to 512 pixels, and descriptors at fewer. Sound is mono at 16 kHz.
"""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from PIL import Image

from pincite.config import SETTINGS
from pincite.content import Content, Footage, Modality, Picture, Sound
from pincite.errors import IngestError, NotFound, UsageError
from pincite.ingest.frames import Frame, read_frames
from pincite.ingest.image_open import frames, opened
from pincite.ingest.pictures import cut_out
from pincite.ingest.searchable import embed_text
from pincite.ingest.sound import RATE_HZ, Chunk, read_sound
from pincite.types import ImageRegion, Media, PageRegion, Problem, Segment

SIDE_PX = 1024
"""Longest side of a picture or frame that is handed to an encoder."""
FRAMES = 8
"""How many frames stand for a clip."""
_MAX_PIXELS = int(SETTINGS["max_pixels"].default)
_DENSITY = 8  # candidates kept for each frame that is wanted
_UNREADABLE = (IngestError, NotFound)


def segment_content(
    segment: Segment,
    picture: Media | None,
    clip: Media | None,
    original: Media | None,
    modalities: Collection[Modality],
) -> Content | None:
    """Return what an encoder that reads `modalities` is given of a segment; None: nothing.

    A segment is read as what it is where the encoder can: an image as its picture, cut out of
    the original where no crop was kept; audio as its sound; video as its footage, else its key
    frame. An encoder of sounds, which reads no pictures, is given what is heard in a video, and
    nothing of a silent one: all silence is alike. Words stand for a segment only where the
    encoder reads them and nothing closer: a text encoder reads the transcript of a recording,
    the words on a page.

    Args:
        segment: The segment.
        picture: What was kept as `SEGMENT/picture`.
        clip: What was kept as `SEGMENT/clip`.
        original: What was kept as `ASSET/original`.
        modalities: What the encoder reads.
    """
    try:
        match segment.modality:
            case "image" if "image" in modalities:
                return _picture_of(segment, picture, original)
            case "audio" if "audio" in modalities:
                return content_of(clip) if clip else None
            case "video" if {"video", "image", "audio"} & set(modalities):
                return _of_video(picture, clip, modalities)
    except _UNREADABLE:
        return None
    words = embed_text(segment) if "text" in modalities else ""
    return words if words.strip() else None


def _picture_of(segment: Segment, picture: Media | None, original: Media | None) -> Content | None:
    if picture is not None:
        return content_of(picture)
    if original is not None and isinstance(segment.locator, PageRegion | ImageRegion):
        return _small(cut_out(original, segment.locator))
    return None


def _of_video(
    picture: Media | None, clip: Media | None, modalities: Collection[Modality]
) -> Content | None:
    if clip is not None and "audio" in modalities and "image" not in modalities:
        with _as_file(clip) as path:
            return sound_in(path)
    if clip is not None and "video" in modalities:
        return content_of(clip)
    if picture is not None and "image" in modalities:
        return content_of(picture)
    return None


def content_of(media: Media, count: int = FRAMES) -> Picture | Sound | Footage:
    """Return the decoded content of a picture, a recording or a video.

    Args:
        media: Bytes with their type; of an animation, the first frame is taken.
        count: How many frames of a video are taken at most, evenly over its length.

    Raises:
        UsageError: It is of another type, or no frame was asked for.
        IngestError: The bytes cannot be decoded, or hold more than the limits allow.
    """
    kind = media.media_type.partition("/")[0]
    if kind == "image":
        return picture_in(media.data)
    if kind not in ("audio", "video"):
        raise UsageError(
            f"expected a picture, a recording or a video, got {media.media_type}; "
            f"encode its text instead"
        )
    with _as_file(media) as path:
        if kind == "video":
            return footage_in(path, count)
        sound = sound_in(path)
    if sound is None:
        raise _empty("The recording", "sound")
    return sound


def picture_in(source: Path | bytes, max_pixels: int = _MAX_PIXELS) -> Picture:
    """Return the picture in a file or its bytes, the first of several.

    Raises:
        IngestError: TOO_LARGE, more pixels than `max_pixels`; CORRUPT_FILE, no picture.
    """
    with opened(source, max_pixels) as image:
        image.draft("RGB", (SIDE_PX, SIDE_PX))  # a JPEG is decoded at a fraction of its size
        return _small(Image.fromarray(next(frames(image, max_pixels)).rgb))


def _small(image: Image.Image) -> Picture:
    image.thumbnail((SIDE_PX, SIDE_PX))
    return Picture(np.array(image, dtype=np.uint8))


def sound_in(path: Path, limit_s: float | None = None) -> Sound | None:
    """Return the sound of a recording or video, its first `limit_s` seconds; None without any.

    Raises:
        IngestError: The file cannot be opened, or its sound cannot be decoded at all.
    """
    chunks: list[Chunk] = []
    for chunk in read_sound(path, _overlook):
        chunks.append(chunk)
        if limit_s is not None and chunk.end_s >= limit_s:
            break
    return joined(chunks, limit_s)


def joined(chunks: Iterable[Chunk], limit_s: float | None = None) -> Sound | None:
    """Return chunks as one sound that starts at second 0, with silence where none are."""
    kept = [chunk for chunk in chunks if len(chunk.samples)]
    if not kept:
        return None
    end_s = kept[-1].end_s if limit_s is None else min(kept[-1].end_s, limit_s)
    samples = np.zeros(max(round(end_s * RATE_HZ), 1), dtype=np.float32)
    for chunk in kept:
        at = round(chunk.start_s * RATE_HZ)
        room = samples[at : at + len(chunk.samples)]
        room[:] = chunk.samples[: len(room)]
    return Sound(samples, RATE_HZ)


def footage_in(path: Path, count: int = FRAMES, max_pixels: int = _MAX_PIXELS) -> Footage:
    """Return at most `count` frames of a video, evenly over its length, with its sound.

    Raises:
        UsageError: No frame was asked for.
        IngestError: No frame can be decoded, or frames have more than `max_pixels` pixels.
    """
    shown = evenly(read_frames(path, max_pixels, _overlook), count)
    if not shown:
        raise _empty("The video", "picture")
    times = np.array([at_s for at_s, _ in shown], dtype=np.float64)
    return Footage(np.stack([picture.pixels for _, picture in shown]), times, sound_in(path))


def evenly(video: Iterable[Frame], count: int) -> list[tuple[float, Picture]]:
    """Return at most `count` pictures of a video with their seconds, all of one size.

    The video is cut into `count` equal parts, and what is shown in the middle of each is taken;
    a picture that stands over several of them is taken once. It is read once and its length is
    taken from no header: every 2^i-th frame is kept, where i grows with the frames that come.
    """
    if count < 1:
        raise UsageError(f"footage has at least one frame, got {count}; ask for {FRAMES}")
    kept: list[tuple[float, Picture]] = []
    stride, end_s, size = 1, 0.0, (0, 0)
    for number, frame in enumerate(video):
        end_s = frame.end_s
        if number % stride:
            continue
        size = size if kept else _fitted(frame.width, frame.height)
        kept.append((frame.at_s, Picture(frame.rgb(*size))))
        if len(kept) == 2 * _DENSITY * count:
            kept, stride = kept[::2], 2 * stride
    middles = ((i + 0.5) * end_s / count for i in range(count))
    chosen = (max((n for n, (at_s, _) in enumerate(kept) if at_s <= m), default=0) for m in middles)
    return [kept[n] for n in dict.fromkeys(chosen)] if kept else []


def _fitted(width: int, height: int) -> tuple[int, int]:
    scale = min(1.0, SIDE_PX / max(width, height))
    return max(1, round(width * scale)), max(1, round(height * scale))


@contextmanager
def _as_file(media: Media) -> Iterator[Path]:
    """Give the path of a private file with the bytes, gone on leaving."""
    with tempfile.TemporaryDirectory(prefix="pincite-") as folder:
        path = Path(folder) / "clip"
        path.write_bytes(media.data)
        yield path


def _overlook(problem: Problem) -> None:
    """Take a problem of a part that was reported when the file was ingested."""


def _empty(what: str, lacks: str) -> IngestError:
    return IngestError(
        "CORRUPT_FILE",
        f"{what} holds no {lacks} that can be decoded.",
        "Play the file to see if it works; if not, fetch or export it again.",
    )
