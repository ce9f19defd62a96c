"""The process that reads the file of a query: `python -m pincite.ingest.query_worker KIND`.

It is confined like the readers of documents and answers in their frames, but it shows the file
itself: the whole picture, the first minute of sound, frames across the video. KIND is image,
audio or video, or "any" of them.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

from PIL import Image

from pincite.config import Config
from pincite.content import Modality, Picture
from pincite.errors import IngestError
from pincite.ingest import Event, detect, worker
from pincite.ingest.audio import notes, odds_of
from pincite.ingest.clips import sound_clip
from pincite.ingest.content import FRAMES, evenly, joined, picture_in
from pincite.ingest.frames import Frame, read_frames
from pincite.ingest.image import ImageParser
from pincite.ingest.sound import Chunk, read_sound
from pincite.ingest.speech import choose_recogniser, listen
from pincite.ingest.transcript import passage, sentences_of
from pincite.types import (
    Asset,
    Extracted,
    ImageRegion,
    Locator,
    Media,
    Problem,
    Progress,
    Segment,
    TimeSpan,
    segment_id,
)

Timed = TypeVar("Timed", Frame, Chunk)

SOUND_S = 60.0
"""How much of a recording a query takes."""
VIDEO_S = 600.0
"""How much of a video's pictures a query takes."""
KINDS: dict[str, str] = {"image": "a picture", "audio": "a recording", "video": "a video"}
_GIVES = {"image": ("image",), "audio": ("audio", "video"), "video": ("video",)}
"""Parsers whose files hold what is asked for: the sound of a video is a sound."""


class QueryReader:
    """Reads the file of a query that one of the parsers image, audio and video would read."""

    def __init__(self, kind: str, parser: str) -> None:
        self._kind, self._parser = kind, parser

    def parse(self, path: Path, asset: Asset, config: Config) -> Iterator[Event]:
        """Yield what the file shows and the words in it, each with the problems met.

        Raises:
            IngestError: Nothing at all can be read.
        """
        if self._parser == "image":
            yield from _picture(path, asset, config)
            return
        if self._parser == "video" and self._kind != "audio":
            yield from _footage(path, asset, config)
        yield from _sound(path, asset, config)


def _picture(path: Path, asset: Asset, config: Config) -> Iterator[Event]:
    yield _part(asset, "image", ImageRegion(), 0, picture=_png(picture_in(path, _limit(config))))
    for event in ImageParser().parse(path, asset, config):
        if isinstance(event, Progress):  # the first page of several has been read
            break
        yield event


def _footage(path: Path, asset: Asset, config: Config) -> Iterator[Event]:
    problems: list[Problem] = []
    frames = _until(
        read_frames(path, _limit(config), problems.append), "pictures", VIDEO_S, problems
    )
    for number, (at_s, picture) in enumerate(evenly(frames, FRAMES)):
        yield _part(asset, "video", TimeSpan(at_s, at_s), number, picture=_png(picture))
    yield from problems


def _sound(path: Path, asset: Asset, config: Config) -> Iterator[Event]:
    problems: list[Problem] = []
    chunks = list(_until(read_sound(path, problems.append), "sound", SOUND_S, problems))
    heard = joined(chunks, SOUND_S)
    if heard is not None:
        words = _words(chunks, path.name, config, problems.append)
        clip = sound_clip(heard.samples)
        yield _part(asset, "audio", TimeSpan(0.0, SOUND_S), 0, words=words, clip=clip)
    yield from problems


def _words(
    chunks: list[Chunk], name: str, config: Config, report: Callable[[Problem], None]
) -> str:
    """Return what is said."""
    recogniser = choose_recogniser(config)
    if isinstance(recogniser, Problem):
        report(recogniser)
        return ""
    heard = listen(iter(chunks), recogniser, str(config["language"]))
    words = [word for utterance in heard for word in utterance]
    for note in notes(len(words), recogniser, name):
        report(note)
    sentences = list(sentences_of(words, odds_of(recogniser)))
    return passage(sentences).text if sentences else ""


def _until(
    items: Iterator[Timed], what: str, limit_s: float, problems: list[Problem]
) -> Iterator[Timed]:
    """Yield what begins before a second, and say so where more comes."""
    for item in items:
        if (item.at_s if isinstance(item, Frame) else item.start_s) >= limit_s:
            problems.append(
                Problem(
                    "LIMIT_REACHED",
                    f"A query takes the first {limit_s:g} seconds of {what}; the rest was left "
                    f"out.",
                    "Cut the part that is meant into a file of its own.",
                )
            )
            return
        yield item


def _part(
    asset: Asset,
    modality: Modality,
    locator: Locator,
    number: int,
    words: str = "",
    picture: Media | None = None,
    clip: Media | None = None,
) -> Extracted:
    id_ = segment_id(asset.id, locator, f"query-{modality}#{number}")
    return Extracted(Segment(id_, asset.id, modality, locator, words), picture, clip)


def _png(picture: Picture) -> Media:
    file = io.BytesIO()
    Image.fromarray(picture.pixels).save(file, "PNG", compress_level=1)
    return Media("image/png", file.getvalue())


def _limit(config: Config) -> int:
    return int(config["max_pixels"])


# -- what kind of file it is ----------------------------------------------------------------


def _fitting(kind: str, path: Path) -> detect.Detected:
    """Return what a file is, if it is of the kind asked for.

    Raises:
        IngestError: UNSUPPORTED_TYPE, it is something else.
    """
    found = detect.detect(path)
    asked = KINDS.get(kind, "a picture, a recording or a video")
    if found.parser in _GIVES.get(kind, KINDS):
        return found
    is_ = KINDS.get(found.parser, "a document")
    advice = f"give it as {found.parser}" if found.parser in KINDS else "write what it says"
    raise IngestError(
        "UNSUPPORTED_TYPE",
        f"It is {is_} ({found.media_type}), and {asked} was asked for.",
        f"Name {asked}, or {advice}.",
    )


def main(kind: str) -> None:
    """Serve requests from standard input until it ends."""
    worker.main(lambda path: _fitting(kind, path), lambda parser: QueryReader(kind, parser))


if __name__ == "__main__":
    main(sys.argv[1])
