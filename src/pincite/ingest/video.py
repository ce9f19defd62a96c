"""Videos to shots: what is said, what is written on the screen, and how it looks."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path

from pincite.config import Config
from pincite.ingest import Event
from pincite.ingest.audio import AudioParser, describe, notes, odds_of, recording_segment
from pincite.ingest.clips import key_frame
from pincite.ingest.cutter import Cutter, Shot
from pincite.ingest.endings import bytes_missing
from pincite.ingest.frames import picture_stream
from pincite.ingest.recording import declared_seconds, open_recording, tag_line
from pincite.ingest.screen import ScreenReader, ScreenText
from pincite.ingest.sound import read_sound
from pincite.ingest.speech import Word, choose_recogniser, listen
from pincite.ingest.subtitles import read_subtitles
from pincite.ingest.transcript import Sentence, passage, passages_of, sentences_of
from pincite.language import language_of
from pincite.types import (
    Anchor,
    Asset,
    Extracted,
    Problem,
    Progress,
    Segment,
    TimeSpan,
    segment_id,
)

EXTRACTOR = "video-2"
_LATE_S, _LATE_SHARE = 1.0, 0.02  # headers may promise this much more than there is


class VideoParser:
    """Reads videos: MP4, MOV, MKV, WebM, AVI, MPEG and whatever else FFmpeg decodes."""

    def parse(self, path: Path, asset: Asset, config: Config) -> Iterator[Event]:
        """Yield one segment a shot; a file without moving pictures is read as sound.

        Raises:
            IngestError: Neither pictures nor sound can be decoded.
        """
        facts = _facts(path)
        if not facts.pictures:
            yield _no_pictures(path.name, "has no moving pictures")
            yield from AudioParser().parse(path, asset, config)
            return
        problems: list[Problem] = []
        speech = yield from _speech(path, config, facts, problems)
        spans = [(s.start_s, s.end_s) for s in speech.sentences]
        cutter = Cutter(
            path, config["max_pixels"], facts.total_s, facts.sound, spans, problems.append
        )
        screen = ScreenReader(config)
        late = list(speech.sentences)
        ordinal = 0
        for shot in cutter.shots():
            if isinstance(shot, Progress):
                yield shot
                continue
            said = [s for s in late if (s.start_s + s.end_s) / 2 < shot.end_s]
            late = late[len(said) :]
            shown = screen.read(shot.picture) if shot.picture is not None else ScreenText()
            yield _segment(asset, shot, said, shown, facts.context, ordinal, draft=speech.draft)
            ordinal += 1
        if not ordinal:
            yield _no_pictures(path.name, "has a picture track that cannot be decoded")
            yield from AudioParser().parse(path, asset, config)
            return
        for spoken in passages_of(late):
            cutter.tape.pull(spoken.end_s + 1.0)
            yield recording_segment(
                asset, spoken, cutter.tape, facts.context, ordinal, draft=speech.draft
            )
            ordinal += 1
        problems.extend(_missing_end(path, facts.total_s, cutter))
        yield from dict.fromkeys((*problems, *screen.problems))


@dataclass(frozen=True, slots=True)
class _Facts:
    """What the header says of a video."""

    pictures: bool
    sound: bool
    total_s: float
    context: str


@dataclass(frozen=True, slots=True)
class _Speech:
    """What is said in a video."""

    sentences: tuple[Sentence, ...] = ()
    draft: bool = False


def _facts(path: Path) -> _Facts:
    with open_recording(path) as container:
        return _Facts(
            pictures=picture_stream(container) is not None,
            sound=bool(container.streams.audio),
            total_s=declared_seconds(container) or 0.0,
            context=describe(path, tag_line(container)),
        )


def _missing_end(path: Path, stated_s: float, cutter: Cutter) -> Iterator[Problem]:
    """Yield the problem of a video that holds less than its header promises."""
    cutter.tape.pull(stated_s)
    end_s = max(cutter.end_s, cutter.tape.end_s)
    if stated_s - end_s > max(_LATE_S, _LATE_SHARE * stated_s):
        found = f"{path.name} ends at {end_s:.1f} s; its header promises {stated_s:.1f} s."
    elif bytes_missing(path):
        found = f"{path.name} lacks its end; what is there ends at {end_s:.1f} s."
    else:
        return
    yield Problem("TRUNCATED", found, "Fetch or export the file again if the rest matters.")


def _no_pictures(name: str, found: str) -> Problem:
    return Problem(
        "NO_VIDEO_TRACK",
        f"{name} {found}; it was read as a recording.",
        "Nothing needs doing if it is a recording; otherwise export the video again.",
    )


def _speech(
    path: Path, config: Config, facts: _Facts, problems: list[Problem]
) -> Generator[Progress, None, _Speech]:
    """Return what is said, from a subtitle track or from the sound."""
    language = str(config["language"])
    words = read_subtitles(path, language)
    if words:
        return _Speech(tuple(sentences_of(words)))
    if not facts.sound:
        problems.append(
            Problem(
                "NO_AUDIO_TRACK",
                f"{path.name} has no sound; its pictures were read.",
                "Nothing needs doing if it is a silent video.",
            )
        )
        return _Speech()
    recogniser = choose_recogniser(config)
    if isinstance(recogniser, Problem):
        problems.append(recogniser)
        return _Speech()
    heard: list[Word] = []
    for group in listen(read_sound(path, problems.append), recogniser, language):
        heard += group
        yield Progress("second", group[-1].end_s, max(facts.total_s, group[-1].end_s))
    problems.extend(notes(len(heard), recogniser, path.name))
    return _Speech(tuple(sentences_of(heard, odds_of(recogniser))), recogniser.draft)


def _segment(
    asset: Asset,
    shot: Shot,
    said: list[Sentence],
    shown: ScreenText,
    context: str,
    ordinal: int,
    *,
    draft: bool,
) -> Extracted:
    """Return the segment of a shot: speech first, then what is written on the screen."""
    spoken = passage(said) if said else None
    text, anchors = (spoken.text, list(spoken.anchors)) if spoken else ("", [])
    lead = "\n" if text and shown.new.text else ""
    shift = len(text) + len(lead)
    text += lead + shown.new.text
    for mark in shown.new.marks:
        place = TimeSpan(shot.start_s, shot.end_s, mark.box)
        anchors.append(Anchor(mark.start + shift, mark.end + shift, place))
    around = (spoken.spoken if spoken else "", shown.kept, context)
    locator = TimeSpan(shot.start_s, shot.end_s)
    segment = Segment(
        id=segment_id(asset.id, locator, EXTRACTOR),
        asset_id=asset.id,
        modality="video",
        locator=locator,
        text=text,
        context="\n".join(part for part in around if part),
        ordinal=ordinal,
        anchors=tuple(anchors),
        language=language_of(text),
        draft=draft and bool(said),
    )
    picture = key_frame(shot.picture) if shot.picture is not None else None
    return Extracted(segment, picture=picture, clip=shot.clip)
