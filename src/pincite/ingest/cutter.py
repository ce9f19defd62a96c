"""A video to its shots, each with key frame and preview, in one pass and flat memory."""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pincite.ingest.audio import Tape
from pincite.ingest.clips import KEY_FRAME_SIDE, Picture, PreviewWriter, fitted
from pincite.ingest.frames import Frame, read_frames
from pincite.ingest.ink import STEP_S, looked_at, sample
from pincite.ingest.shots import DELAY_S, SMALL, ShotDetector, look_at
from pincite.ingest.sound import read_sound
from pincite.types import Media, Problem, Progress

SPLIT_FROM_S = 45.0
"""A shot this long is split at the next pause in what is said,"""
SPLIT_AT_S = 75.0
"""and wherever it is at this length."""

_LOOKS_PER_S = 30.0
_KEY_EVERY_S = 0.5
_PROGRESS_S = 5.0


@dataclass(frozen=True, slots=True, eq=False)
class Shot:
    """A span of a video without a cut.

    Attributes:
        start_s: Second of its first frame.
        end_s: Second where the next shot begins, or the last frame ends.
        picture: The key frame, (h, w, 3).
        clip: Its preview with sound.
    """

    start_s: float
    end_s: float
    picture: Picture | None
    clip: Media | None


@dataclass(slots=True, eq=False)
class _Waiting:
    """A frame on its way to a shot, held until it is clear to which one it belongs."""

    at_s: float
    end_s: float
    preview: Picture | None
    key: Picture | None
    worth: float


@dataclass(slots=True, eq=False)
class _Open:
    """The shot that is being gathered."""

    start_s: float
    writer: PreviewWriter
    end_s: float = 0.0
    worth: float = -1.0
    key: Picture | None = None

    def take(self, frame: _Waiting) -> None:
        self.end_s = max(self.end_s, frame.end_s)
        if frame.preview is not None:
            self.writer.add(frame.preview, max(0.0, frame.at_s - self.start_s))
        if frame.key is not None and frame.worth >= self.worth:
            self.key, self.worth = frame.key, frame.worth


@dataclass(eq=False)
class Cutter:
    """Cuts one video.

    Attributes:
        path: The file.
        max_pixels: Larger frames are refused.
        total_s: Its length as the header says, for progress.
        with_sound: Whether it has a sound track.
        sentence_spans: (start_s, end_s) of what is said, in order; long shots are not split
            inside one.
        report: Called with what went wrong on the way.
        tape: Its sound, as far as it has run.
        end_s: Where the last picture so far ends.
    """

    path: Path
    max_pixels: int
    total_s: float
    with_sound: bool
    sentence_spans: Sequence[tuple[float, float]]
    report: Callable[[Problem], None]
    tape: Tape = field(init=False)
    end_s: float = field(default=0.0, init=False)

    def __post_init__(self) -> None:
        # What is wrong with the sound was reported when its words were read.
        chunks = read_sound(self.path, _already_said) if self.with_sound else iter(())
        self.tape = Tape(chunks, self.total_s)
        self._starts = [start_s for start_s, _ in self.sentence_spans]
        self._line: deque[_Waiting] = deque()
        self._cuts: deque[float] = deque()
        self._detector = ShotDetector()
        self._looked_s = self._previewed_s = self._keyed_s = self._sampled_s = -10.0

    def shots(self) -> Iterator[Shot | Progress]:
        """Yield the shots in order, and how far the pictures have run."""
        shot: _Open | None = None
        told_s = 0.0
        for frame in read_frames(self.path, self.max_pixels, self.report):
            self.end_s = frame.end_s
            if not self._look(frame) and self._line:
                self._line[-1].end_s = frame.end_s
                continue
            while self._line and self._line[0].at_s < frame.at_s - DELAY_S:
                shot, done = self._place(shot, self._line.popleft())
                yield from done
            if frame.at_s >= told_s + _PROGRESS_S:
                told_s = frame.at_s
                yield Progress("second", told_s, max(self.total_s, told_s))
        self._note(self._detector.finish(self.end_s))
        while self._line:
            shot, done = self._place(shot, self._line.popleft())
            yield from done
        if shot is not None:
            yield self._close(shot, shot.end_s)

    def _look(self, frame: Frame) -> bool:
        """Show a frame to the detector and put it in line; False when it comes too soon."""
        if frame.at_s < self._looked_s + 0.9 / _LOOKS_PER_S:
            return False
        self._looked_s = frame.at_s
        look = look_at(frame.rgb(*SMALL), frame.at_s)
        ink = None
        if frame.at_s >= self._sampled_s + STEP_S:
            self._sampled_s = frame.at_s
            ink = sample(frame.grey(*looked_at(frame.width, frame.height)), frame.at_s)
        self._note(self._detector.push(look, ink))
        preview = key = None
        if frame.at_s >= self._previewed_s + PreviewWriter.STEP_S:
            self._previewed_s = frame.at_s
            preview = frame.rgb(*fitted(frame.width, frame.height))
        if frame.at_s >= self._keyed_s + _KEY_EVERY_S:
            self._keyed_s = frame.at_s
            key = frame.rgb(*_key_size(frame))
        worth = self._detector.worth + look.detail * (1.0 if self._detector.at_rest else 0.5)
        self._line.append(_Waiting(frame.at_s, frame.end_s, preview, key, worth))
        return True

    def _note(self, cut_s: float | None) -> None:
        """Remember a cut, so that the frame it lies at opens a shot."""
        if cut_s is not None:
            self._cuts.append(cut_s)

    def _place(self, shot: _Open | None, frame: _Waiting) -> tuple[_Open, list[Shot]]:
        """Give a frame to the open shot, closing it first when a new one begins."""
        done: list[Shot] = []
        cut = bool(self._cuts) and frame.at_s >= self._cuts[0] - 1e-6
        while self._cuts and frame.at_s >= self._cuts[0] - 1e-6:
            self._cuts.popleft()
        if shot is not None and (cut or self._too_long(shot, frame.at_s)):
            done.append(self._close(shot, frame.at_s))
            shot = None
        if shot is None:
            shot = _Open(frame.at_s, PreviewWriter(with_sound=self.with_sound))
        shot.take(frame)
        return shot, done

    def _too_long(self, shot: _Open, at_s: float) -> bool:
        length_s = at_s - shot.start_s
        if length_s < SPLIT_FROM_S:
            return False
        index = bisect_right(self._starts, at_s) - 1
        speaking = index >= 0 and at_s < self.sentence_spans[index][1]
        return length_s >= SPLIT_AT_S or not speaking

    def _close(self, shot: _Open, end_s: float) -> Shot:
        self.tape.pull(end_s)
        sound = self.tape.between(shot.start_s, end_s) if self.with_sound else None
        return Shot(round(shot.start_s, 3), round(end_s, 3), shot.key, shot.writer.finish(sound))


def _already_said(problem: Problem) -> None:
    """Take a problem that was reported before."""


def _key_size(frame: Frame) -> tuple[int, int]:
    scale = min(1.0, KEY_FRAME_SIDE / max(frame.width, frame.height))
    return max(1, round(frame.width * scale)), max(1, round(frame.height * scale))
