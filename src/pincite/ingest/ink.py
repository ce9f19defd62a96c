"""What is written on the pictures of a video, cell by cell, and when it was replaced.

Slides of one template differ in a few words, far too little for a comparison of whole pictures.
The picture is therefore cut into cells of a few pixels, and each cell with ink in it is compared
by correlation, which neither noise nor another brightness disturbs, with two others of its
kind: half a second earlier, to know whether it stands still, and as it was when the shot first
held it still. Where ink that stood still has given way to something else that stands still, the
slide is another. Ink that is only added is a build: the same slide, further on. A page that was
scrolled and a notice that drifts through the picture are not new either; a change that cannot be
dated within two seconds came by and by.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TypeVar

import cv2
import numpy as np
import numpy.typing as npt

Number = TypeVar("Number", np.uint8, np.float32)
Luma = npt.NDArray[np.uint8]
Cells = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]

LONG_SIDE = 640
"""Longest side of the pictures it looks at, pixels."""
STEP_S = 0.24
"""It looks this often."""

_CELL = 8
_INK = 10.0  # standard deviation of brightness in a cell that has something in it
_NOISE = 16.0  # variance that is as good as none
_OTHER = 0.6  # cells less alike than this show different things
_STILL = 0.88  # cells more alike than this have not moved
_REST_S = 0.45
_KEEP_S = 2.0
_OVERWRITTEN = 6  # cells of ink that must have become other ink, or
_REPLACED = 20  # cells that must have become other ink or blank: more than a pointer covers
_USUAL_S = 8.0
_RESTLESS = 0.7  # share of the looks at which a cell moves
_HABIT = 0.1  # weight of the last look in that share
_HELD_S = 1.5  # a single frame shown this long stands still, a shorter one may be of a movement
_SCROLLED = 0.6  # correlation of a page with itself, moved up or down
_DRIFT = 4  # pixels
_PROBES = 40  # places that are looked for
_MOVED = 0.8  # correlation of a place with itself, moved
_PAGE = 0.25  # share of the height that moves when a page does
_FAR = 0.4  # a page moved by this share of the height shows enough that is new


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """One look at a picture.

    Attributes:
        at_s: Second of the frame.
        cells: (h, w, p) float32, brightness of the p pixels of each cell, less their mean.
        power: (h, w) float32, mean square of a cell.
        grey: (h, w, p) uint8, brightness of the p pixels of each cell.
    """

    at_s: float
    cells: Cells
    power: Cells
    grey: Luma

    @property
    def ink(self) -> Mask:
        """(h, w): where there is something to see."""
        return self.power > _INK**2


def sample(luma: Luma, at_s: float) -> Sample:
    """Return what is compared of a picture in grey (h, w)."""
    rows, columns = luma.shape[0] // _CELL, luma.shape[1] // _CELL
    whole = luma[: rows * _CELL, : columns * _CELL].reshape(rows, _CELL, columns, _CELL)
    grey = np.ascontiguousarray(whole.transpose(0, 2, 1, 3)).reshape(rows, columns, _CELL**2)
    cells = grey.astype(np.float32)
    cells -= cells.mean(axis=2, keepdims=True)
    return Sample(at_s, cells, _product(cells, cells), grey)


def looked_at(width: int, height: int) -> tuple[int, int]:
    """Return the size at which a picture is looked at: at least one cell.

    Example:
        >>> looked_at(1920, 1080), looked_at(320, 240)
        ((640, 360), (320, 240))
    """
    scale = min(1.0, LONG_SIDE / max(width, height))
    return max(_CELL, round(width * scale)), max(_CELL, round(height * scale))


def _product(a: Cells, b: Cells) -> Cells:
    """Return the mean product of two pictures in each cell: (h, w)."""
    product: Cells = np.einsum("hwp,hwp->hw", a, b) / np.float32(a.shape[2])
    return product


def likeness(a: Sample, b: Sample) -> Cells:
    """Return the correlation of each cell, -1..1; faint cells are alike: (h, w)."""
    scale = np.sqrt((a.power + _NOISE) * (b.power + _NOISE))
    return ((_product(a.cells, b.cells) + _NOISE) / scale).astype(np.float32, copy=False)


def _scrolled(before: Sample, now: Sample) -> bool:
    """Return whether a picture is the one before, moved a little up or down."""
    changed = likeness(before, now) < _OTHER
    rows, columns = np.flatnonzero(changed.any(axis=1)), np.flatnonzero(changed.any(axis=0))
    part = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    a, b = _pixels(before.cells[part]), _pixels(now.cells[part])
    height = len(a)
    if height < _PAGE * _CELL * len(now.cells):
        return False
    spectra = [np.fft.rfft(x, 2 * height, axis=0) for x in (a, b)]
    match = np.fft.irfft(spectra[0] * spectra[1].conj(), axis=0).sum(axis=1)
    far = int(min(_FAR * _CELL * len(now.cells), 0.5 * height))
    shift = max((y for y in range(-far, far + 1) if y), key=lambda y: match[y], default=0)
    a, b = (a[shift:], b[: height - shift]) if shift > 0 else (a[:shift], b[-shift:])
    scale = float(np.sqrt((a * a).sum() * (b * b).sum()))
    return scale > 0 and float((a * b).sum()) / scale > _SCROLLED


def _drifted(replaced: Mask, before: Sample, now: Sample) -> bool:
    """Return whether most of what was replaced is still there, a few pixels aside.

    Unlike `_scrolled` it asks each place for itself, so a slow zoom or turn is drift as well.
    """
    a, b = _pixels(before.grey), np.pad(_pixels(now.grey), _DRIFT, mode="edge")
    places = np.argwhere(replaced)
    places = places[:: max(1, len(places) // _PROBES)]
    found = 0
    for row, column in places:
        top, left = max(0, row - 1) * _CELL, max(0, column - 1) * _CELL
        part = a[top : top + 3 * _CELL, left : left + 3 * _CELL]
        height, width = part.shape
        around = b[top : top + height + 2 * _DRIFT, left : left + width + 2 * _DRIFT]
        found += int(cv2.matchTemplate(around, part, cv2.TM_CCOEFF_NORMED).max() > _MOVED)
    return found > len(places) / 2


def _pixels(cells: npt.NDArray[Number]) -> npt.NDArray[Number]:
    """Return cells (h, w, p) as a picture again."""
    rows, columns, _ = cells.shape
    pixels = cells.reshape(rows, columns, _CELL, _CELL).transpose(0, 2, 1, 3)
    return np.ascontiguousarray(pixels).reshape(rows * _CELL, columns * _CELL)


@dataclass(frozen=True, slots=True, eq=False)
class _Still:
    """Where a picture (`settled`, by cell) has stood still since a second."""

    since_s: float
    picture: Sample
    settled: Mask


class InkWatch:
    """Takes samples in order and tells when the ink of a shot was replaced.

    Attributes:
        rest: How much of the ink stands still rather than moves, -1..1 of the picture.
        additive: True when the last sample only added ink to what the shot showed.
    """

    def __init__(self) -> None:
        self._past: deque[Sample] = deque()
        self._moved: deque[tuple[float, int]] = deque()
        self._stills: deque[_Still] = deque(maxlen=2)
        self._key: Sample | None = None
        self._restlessness = np.zeros((0, 0), dtype=np.float32)
        self._looks = 0
        self._scrolling = False
        self.rest = 0.0
        self.additive = False

    def begin(self, cut_s: float) -> None:
        """Begin a new shot at a second; its ink is what has stood still since then."""
        known = [still for still in self._stills if still.since_s >= cut_s - 1e-6]
        self._key = None
        self._scrolling = self.additive = False
        if known:
            self._learn(known[-1])

    def push(self, look: Sample) -> tuple[float, float] | None:
        """Take the next sample; return the two seconds between which ink was replaced.

        A picture that lasts until the next one comes has stood still all that time.
        """
        if self._past and self._past[0].power.shape != look.power.shape:
            self._past.clear()
            self.begin(look.at_s)
        found = None
        if self._past:
            found = self.hold(look.at_s)
        self._past.append(look)
        while self._past[0].at_s < look.at_s - _KEEP_S and len(self._past) > 2:
            self._past.popleft()
        return found or self._compare(look, look.at_s)

    def hold(self, until_s: float) -> tuple[float, float] | None:
        """Say that the last picture was shown until a second; return as `push` does."""
        if not self._past or until_s < self._past[-1].at_s + _HELD_S:
            return None
        return self._compare(self._past[-1], until_s)

    def _compare(self, now: Sample, at_s: float) -> tuple[float, float] | None:
        early = next((s for s in reversed(self._past) if s.at_s <= at_s - _REST_S), None)
        if early is None:
            return None
        settled = self._settled(early, now)
        moving = int((~settled & ~self._tell_restless(~settled)).sum())
        self.rest = (int((settled & now.ink).sum()) - moving) / settled.size
        still = _Still(early.at_s, now, settled)
        self._stills.append(still)
        if self._key is None:
            self._learn(still)
            return None
        replaced = self._replaced(self._key, still)
        self.additive = replaced is None and bool(self._key.ink.any())
        usual = self._usual(at_s)
        if at_s - early.at_s < _HELD_S or early is now:
            self._moved.append((at_s, moving))
        if replaced is None:
            self._learn(still)
        elif int(replaced.sum()) < max(moving, 2 * usual):
            return None
        elif _scrolled(self._key, now):
            self._scrolling = True
        elif self._scrolling:
            return early.at_s, now.at_s  # by now the page shows enough that is new
        else:
            drifted = _drifted(replaced, self._key, now)
            moment = None if drifted else self._when(replaced, self._key)
            if moment is not None:
                return moment
            self._key = None  # the same things a little further on, or by and by others
            self._learn(still)
        return None

    def _replaced(self, key: Sample, still: _Still) -> Mask | None:
        """Return where ink of the shot has given way, or None where that is too little."""
        now, settled = still.picture, still.settled & (self._restlessness < _RESTLESS)
        replaced: Mask = settled & key.ink & (likeness(key, now) < _OTHER)
        if int((settled & now.ink).sum()) < _OVERWRITTEN:
            return None  # a blank picture says nothing new
        enough = int((replaced & now.ink).sum()) >= _OVERWRITTEN
        return replaced if enough or int(replaced.sum()) >= _REPLACED else None

    def _tell_restless(self, moving: Mask) -> Mask:
        """Return which cells move nearly always, such as a speaker's beside the slides."""
        if self._restlessness.shape != moving.shape:
            self._restlessness, self._looks = np.zeros(moving.shape, dtype=np.float32), 0
        self._looks += 1
        self._restlessness += max(_HABIT, 1.0 / self._looks) * (moving - self._restlessness)
        restless: Mask = self._restlessness >= _RESTLESS
        return restless

    def _learn(self, still: _Still) -> None:
        """Add the ink that stands still to that of the shot, where the shot had none."""
        now = still.picture
        if self._key is None:
            nothing = np.zeros_like(now.cells), np.zeros_like(now.power)
            self._key = Sample(now.at_s, *nothing, now.grey.copy())
        new = still.settled & now.ink & ~self._key.ink
        self._key.cells[new], self._key.power[new] = now.cells[new], now.power[new]
        self._key.grey[new] = now.grey[new]

    def _settled(self, early: Sample, now: Sample) -> Mask:
        """Return where nothing has moved since an earlier sample."""
        if early is now:
            return np.ones(now.power.shape, dtype=np.bool_)
        a, b = early.power + _NOISE, now.power + _NOISE
        settled: Mask = (likeness(early, now) >= _STILL) & (np.maximum(a, b) < 2 * np.minimum(a, b))
        return settled | ~(early.ink | now.ink)

    def _usual(self, at_s: float) -> int:
        """Return how many cells move most of the time."""
        while self._moved and self._moved[0][0] < at_s - _USUAL_S:
            self._moved.popleft()
        counts = [count for _, count in self._moved]
        return int(np.percentile(counts, 30)) if counts else 0

    def _when(self, replaced: Mask, key: Sample) -> tuple[float, float] | None:
        """Return the seconds of the last sample like the shot and the first like the new one.

        None when the change is not a matter of the last two seconds.
        """
        now = self._stills[-1].picture
        after_s = now.at_s
        for past in reversed(self._past):
            to_new = likeness(past, now)[replaced].mean()
            if to_new <= likeness(past, key)[replaced].mean():
                return past.at_s, after_s
            after_s = past.at_s
        return None
