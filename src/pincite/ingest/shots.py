"""Where one shot of a video ends and the next begins, found while the frames go by.

Three rules. Two look at small copies of the frames. A hard cut is a jump between neighbouring
frames that is still there a moment later (a flash is not) and stands out from the motion around
it. Any other change of scene (dissolve, fade) is seen when the picture has come to rest and differs
from the last picture at rest: in colour, in brightness, or in its edges. Blank frames are passed
over, so a fade to black and back to the same scene is no cut. The third rule is for slides of one
template, and follows what is written on them (see `ink.py`).
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pincite.ingest.clips import Picture
from pincite.ingest.ink import InkWatch, Sample

SMALL = (160, 90)
"""Width and height of the pictures it looks at."""
DELAY_S = 2.0
"""A cut is known at most this long after it happened."""
SHORTEST_S = 1.0
"""Shots are at least this long."""

_LOOK_S = 0.3  # a jump must have lasted this long
_REST_S = 0.25  # a picture is at rest when it is the same as it was this long ago
_JUMP = 0.22
_SAME_SCENE = 0.95
_OTHER_COLOURS = 0.3
_OTHER_LIGHT = 0.12
_OTHER_SCENE = 0.5
_FADE_S = 1.0  # after a blank, what looks like a jump is the picture coming back
_EDGE = 20.0
_BINS = 8
_WEIGHTS = np.array([0.299, 0.587, 0.114], dtype=np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """What is compared of one frame.

    Attributes:
        at_s: Second of the frame.
        picture: (h, w, 3) the frame.
        luma: (h, w) float32 brightness, 0..255.
        colours: Share of pixels in each colour bin; sums to 1.
        edges: (h, w) bool, where brightness changes.
    """

    at_s: float
    picture: Picture
    luma: npt.NDArray[np.float32]
    colours: npt.NDArray[np.float32]
    edges: npt.NDArray[np.bool_]

    @property
    def detail(self) -> float:
        """Share of the picture that is edges: text and fine structure raise it."""
        return float(self.edges.mean())

    @property
    def blank(self) -> bool:
        """True for a black, white or one-coloured frame."""
        return float(self.luma.std()) < 5.0 and self.detail < 0.002


def look_at(picture: Picture, at_s: float) -> Look:
    """Return what is compared of a picture (h, w, 3) of size `SMALL`."""
    luma: npt.NDArray[np.float32] = np.dot(picture, _WEIGHTS)
    bins = (picture >> 5).astype(np.int32)
    index = (bins[..., 0] * _BINS + bins[..., 1]) * _BINS + bins[..., 2]
    counts = np.bincount(index.ravel(), minlength=_BINS**3).astype(np.float32)
    edges = np.zeros(luma.shape, dtype=np.bool_)
    edges[:, 1:] |= np.abs(np.diff(luma, axis=1)) > _EDGE
    edges[1:, :] |= np.abs(np.diff(luma, axis=0)) > _EDGE
    return Look(at_s, picture, luma, counts / counts.sum(), edges)


def _brightness(a: Look, b: Look) -> float:
    """Return the mean difference of brightness, 0..1."""
    return float(np.abs(a.luma - b.luma).mean()) / 255.0


def _colour(a: Look, b: Look) -> float:
    """Return half the sum of differences of the colour shares, 0..1."""
    return float(np.abs(a.colours - b.colours).sum()) / 2.0


def _edge_change(a: Look, b: Look) -> float:
    """Return which share of the edges of either is not near one of the other, 0..1."""
    in_a, in_b = _thick(a.edges), _thick(b.edges)
    lost = (a.edges & ~in_b).sum() + (b.edges & ~in_a).sum()
    total = a.edges.sum() + b.edges.sum()
    return float(lost) / float(total) if total else 0.0


def _likeness(a: Look, b: Look) -> float:
    """Return the correlation of the pixels, -1..1: a fade of one scene stays near 1."""
    x, y = (look.picture - look.picture.mean(dtype=np.float32) for look in (a, b))
    scale = float(np.sqrt(np.square(x).sum() * np.square(y).sum()))
    return float((x * y).sum()) / scale if scale else 0.0


def _thick(edges: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    thick = edges.copy()
    thick[:, 1:] |= edges[:, :-1]
    thick[:, :-1] |= edges[:, 1:]
    thick[1:, :] |= edges[:-1, :]
    thick[:-1, :] |= edges[1:, :]
    return thick


def jump(a: Look, b: Look) -> float:
    """Return how unlike two frames are in colour and brightness, 0..1."""
    return 0.5 * _colour(a, b) + min(0.5, 1.5 * _brightness(a, b))


def other_picture(a: Look, b: Look) -> bool:
    """Return whether two pictures at rest show different things."""
    if jump(a, b) > _OTHER_COLOURS:
        return _likeness(a, b) < _SAME_SCENE
    return (
        _brightness(a, b) > _OTHER_LIGHT
        and _likeness(a, b) < _OTHER_SCENE
        and _edge_change(a, b) > 0.2
    )


class ShotDetector:
    """Takes the frames of a video in order and tells where shots begin."""

    def __init__(self) -> None:
        self._past: deque[Look] = deque()
        self._jumps: deque[tuple[float, float]] = deque()
        self._suspect: tuple[Look, float] | None = None
        self._resting: Look | None = None
        self._blank_s: float | None = None
        self._shot_s = 0.0
        self._ink = InkWatch()
        self.at_rest = False

    @property
    def worth(self) -> float:
        """How good the last frame is as a key frame: what is written on it, and stands still."""
        return self._ink.rest

    def push(self, look: Look, ink: Sample | None = None) -> float | None:
        """Take the next frame; return the second a new shot began, if that is clear now.

        Args:
            look: The frame.
            ink: What is written on it; need not come with every frame.
        """
        replaced = self._ink.push(ink) if ink is not None else None
        found = self._follow(look)
        if found is None and replaced is not None:
            found = self._accept(self._replaced_at(*replaced), look)
        return found

    def finish(self, end_s: float) -> float | None:
        """Say when the last frame disappears; return the second its shot began, as `push`."""
        replaced = self._ink.hold(end_s)
        if replaced is None or not self._past:
            return None
        return self._accept(self._replaced_at(*replaced), self._past[-1])

    def _follow(self, look: Look) -> float | None:
        """Take the next frame for the two rules of whole pictures."""
        found = None
        if look.blank:
            self._blank_s, self._suspect, self.at_rest = look.at_s, None, False
            self._past.clear()  # the dim frames before and after a blank look alike
            return None
        if self._past:
            if look.at_s >= self._past[-1].at_s + _REST_S:  # it stood still until now
                found = self._change_at_rest(self._past[-1])
            change = jump(self._past[-1], look)
            found = self._hard_cut(look, change) if found is None else found
            self._jumps.append((look.at_s, change))
        earlier = next((p for p in reversed(self._past) if p.at_s <= look.at_s - _REST_S), None)
        self.at_rest = earlier is not None and _same(earlier, look)
        if found is None and self.at_rest:
            found = self._change_at_rest(look)
        self._past.append(look)
        self._forget(look.at_s)
        return self._accept(found, look)

    def _hard_cut(self, look: Look, change: float) -> float | None:
        """Return the time of a jump that has lasted, and remember a new one."""
        if self._suspect is not None:
            before, at_s = self._suspect
            if look.at_s >= at_s + _LOOK_S:
                self._suspect = None
                lasting = jump(before, look) > 0.8 * _JUMP
                return at_s if lasting and _likeness(before, look) < _SAME_SCENE else None
            return None
        around = [c for t, c in self._jumps if t > look.at_s - 1.0]
        usual = float(np.median(around)) if len(around) > 2 else 0.0
        fading = self._blank_s is not None and look.at_s < self._blank_s + _FADE_S
        if change > _JUMP and change > 4.0 * usual and not fading:
            self._suspect = (self._past[-1], look.at_s)
        return None

    def _change_at_rest(self, look: Look) -> float | None:
        """Return when the picture changed from the last one at rest, if it did."""
        before, self._resting = self._resting, look
        blank_s, self._blank_s = self._blank_s, None
        if before is None or not other_picture(before, look):
            return None
        if self._ink.additive and jump(before, look) <= _OTHER_COLOURS:
            return None  # a slide that is being built up
        if blank_s is not None:
            return min((p.at_s for p in self._past if p.at_s > blank_s), default=look.at_s)
        steps = [(c, t) for t, c in self._jumps if t > before.at_s]
        return max(steps)[1] if steps else look.at_s

    def _replaced_at(self, before_s: float, after_s: float) -> float:
        """Return the second of the greatest change between two, not too soon after a cut."""
        steps = [(c, t) for t, c in self._jumps if before_s < t <= after_s]
        return max(max(steps)[1] if steps else after_s, self._shot_s + SHORTEST_S)

    def _accept(self, found: float | None, look: Look) -> float | None:
        if found is None or found < self._shot_s + SHORTEST_S:
            return None
        self._shot_s = found
        self._resting = look if self.at_rest else None
        self._suspect = None
        self._ink.begin(found)
        return found

    def _forget(self, now_s: float) -> None:
        while self._past and self._past[0].at_s < now_s - DELAY_S:
            self._past.popleft()
        while self._jumps and self._jumps[0][0] < now_s - DELAY_S:
            self._jumps.popleft()


def _same(a: Look, b: Look) -> bool:
    return _brightness(a, b) < 0.012 and (jump(a, b) < 0.08) and _edge_change(a, b) < 0.25
