"""Recordings to passages of speech, each word with its second."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from pincite.config import Config
from pincite.errors import IngestError
from pincite.ingest import Event
from pincite.ingest.clips import sound_clip
from pincite.ingest.recording import declared_seconds, open_recording, tag_line
from pincite.ingest.sound import RATE_HZ, Chunk, Samples, read_sound
from pincite.ingest.speech import (
    KnowsSentences,
    Recogniser,
    Word,
    choose_recogniser,
    listen,
)
from pincite.ingest.transcript import Odds, Passage, passages_of, sentences_of
from pincite.language import language_of
from pincite.types import Asset, Extracted, Problem, Progress, Segment, TimeSpan, segment_id

EXTRACTOR = "audio-1"
CLIP_MARGIN_S = 0.25
UNHEARD_CLIP_S = 60.0
"""How much of a recording without speech is kept as its clip."""

_TAPE_S = 150.0
_PROGRESS_S = 5.0


class AudioParser:
    """Reads recordings: WAV, MP3, FLAC, Ogg, M4A and whatever else FFmpeg decodes."""

    def parse(self, path: Path, asset: Asset, config: Config) -> Iterator[Event]:
        """Yield one segment a passage of speech; one for the whole when there is no speech.

        Raises:
            IngestError: No sound can be decoded.
        """
        with open_recording(path) as container:
            context, total_s = describe(path, tag_line(container)), declared_seconds(container)
            if not container.streams.audio:
                raise no_sound(path)
        recogniser = choose_recogniser(config)
        problems: list[Problem] = []
        tape = Tape(read_sound(path, problems.append), total_s or 0.0)
        ordinal = 0
        if isinstance(recogniser, Problem):
            problems.append(recogniser)
            yield from tape.run_through()
        else:
            for event in _passages(tape, recogniser, str(config["language"])):
                if isinstance(event, Progress):
                    yield event
                    continue
                yield recording_segment(
                    asset, event, tape, context, ordinal, draft=recogniser.draft
                )
                ordinal += 1
        if tape.end_s <= 0.0 and not problems:
            raise no_sound(path)
        if not ordinal:
            yield whole_recording(asset, tape, context)
        yield from problems
        if not isinstance(recogniser, Problem):
            yield from notes(ordinal, recogniser, path.name)


def _passages(tape: Tape, recogniser: Recogniser, language: str) -> Iterator[Passage | Progress]:
    """Yield passages as they are heard, and how far the tape has run."""
    sentences = sentences_of(_words(tape, recogniser, language), odds_of(recogniser))
    for passage in passages_of(sentences):
        yield passage
        yield from tape.progress()


def _words(tape: Tape, recogniser: Recogniser, language: str) -> Iterator[Word]:
    for words in listen(iter(tape), recogniser, language):
        yield from words


def odds_of(recogniser: Recogniser) -> Odds | None:
    """Return the recogniser's opinion on where sentences end, if it has one."""
    return recogniser.sentence_odds if isinstance(recogniser, KnowsSentences) else None


class Tape:
    """The sound as it runs by; the last minutes can be wound back for a clip."""

    def __init__(self, chunks: Iterator[Chunk], total_s: float) -> None:
        self._chunks = chunks
        self._total_s = total_s
        self._kept: deque[Chunk] = deque()
        self._opening: list[Chunk] = []
        self._told_s = 0.0
        self.end_s = 0.0
        self._running = self._run()

    def __iter__(self) -> Iterator[Chunk]:
        return self._running

    def _run(self) -> Iterator[Chunk]:
        for chunk in self._chunks:
            self.end_s = max(self.end_s, chunk.end_s)
            if chunk.start_s < UNHEARD_CLIP_S:
                self._opening.append(chunk)
            self._kept.append(chunk)
            while self._kept[0].end_s < self.end_s - _TAPE_S:
                self._kept.popleft()
            yield chunk

    def pull(self, until_s: float) -> None:
        """Let the sound run up to a second, or to its end."""
        while self.end_s < until_s and next(self._running, None) is not None:
            pass

    def run_through(self) -> Iterator[Progress]:
        """Let the rest of the sound go by, so that its length and its damage are known."""
        for _ in self:
            yield from self.progress()

    def progress(self) -> Iterator[Progress]:
        """Yield how far it is, when that is news."""
        if self.end_s >= self._told_s + _PROGRESS_S:
            self._told_s = self.end_s
            yield Progress("second", self.end_s, max(self._total_s, self.end_s))

    def between(self, start_s: float, end_s: float) -> Samples:
        """Return the samples of a span that lies in the last minutes; silence where none are."""
        return _pasted(self._kept, start_s, min(end_s, self.end_s))

    def opening(self) -> Samples:
        """Return the first minute."""
        return _pasted(self._opening, 0.0, min(UNHEARD_CLIP_S, self.end_s))


def _pasted(chunks: deque[Chunk] | list[Chunk], start_s: float, end_s: float) -> Samples:
    start, count = round(start_s * RATE_HZ), max(0, round((end_s - start_s) * RATE_HZ))
    samples = np.zeros(count, dtype=np.float32)
    for chunk in chunks:
        at = round(chunk.start_s * RATE_HZ) - start
        low, high = max(at, 0), min(at + len(chunk.samples), count)
        if low < high:
            samples[low:high] = chunk.samples[low - at : high - at]
    return samples


def recording_segment(
    asset: Asset, passage: Passage, tape: Tape, context: str, ordinal: int, *, draft: bool
) -> Extracted:
    """Return the segment of a passage of speech, with its sound from the tape."""
    locator = TimeSpan(passage.start_s, passage.end_s)
    sound = tape.between(max(0.0, passage.start_s - CLIP_MARGIN_S), passage.end_s + CLIP_MARGIN_S)
    segment = Segment(
        id=segment_id(asset.id, locator, EXTRACTOR),
        asset_id=asset.id,
        modality="audio",
        locator=locator,
        text=passage.text,
        context="\n".join(part for part in (passage.spoken, context) if part),
        ordinal=ordinal,
        anchors=passage.anchors,
        language=language_of(passage.text),
        draft=draft,
    )
    return Extracted(segment, clip=sound_clip(sound))


def whole_recording(asset: Asset, tape: Tape, context: str) -> Extracted:
    """Return the one segment of a recording without words: found by name and tags only."""
    locator = TimeSpan(0.0, round(tape.end_s, 3))
    segment = Segment(
        id=segment_id(asset.id, locator, EXTRACTOR),
        asset_id=asset.id,
        modality="audio",
        locator=locator,
        text="",
        context=context,
    )
    return Extracted(segment, clip=sound_clip(tape.opening()))


def describe(path: Path, tags: str) -> str:
    """Return the words of the file name and the tags, as context for search."""
    name = path.stem.replace("_", " ").replace("-", " ")
    return "; ".join(part for part in (" ".join(name.split()), tags) if part)


def no_sound(path: Path) -> IngestError:
    """Return the error of a file that opens as a recording and holds no sound at all."""
    return IngestError(
        "CORRUPT_FILE",
        f"{path.name} opens as a recording but holds no sound.",
        "Play the file to see if it works; if not, fetch or export it again.",
    )


def notes(passages: int, recogniser: Recogniser, name: str) -> Iterator[Problem]:
    """Yield what a user should know of a transcript."""
    if not passages:
        yield Problem(
            "NO_SPEECH",
            f"No speech was heard in {name}; it can be found by its name and tags.",
            "If someone speaks in it, set language, or a better recogniser with asr.",
        )
    elif recogniser.draft:
        yield Problem(
            "DRAFT_TRANSCRIPT",
            f"The transcript of {name} was written by a rough recogniser.",
            "Listen to the cited seconds before quoting, or set asr to a Whisper model.",
        )
