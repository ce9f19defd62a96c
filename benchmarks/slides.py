"""Slides of a video that get a shot of their own, and footage that must not be cut to pieces.

    python -m benchmarks.slides [--only NAME] [--reading]

A slide is right when each of its lines is in the text of exactly one shot, the same for all of
them, and that shot overlaps the time of the slide by at least 0.8 (intersection over union).
Footage without slides is right when it has no more shots than stated. `--reading` measures the
time of a silent camera-like video of 60 s as a multiple of decoding it. To compare with other
code, put its `src` first in PYTHONPATH.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.slide_videos import Slide, Video, talking_head, videos
from pincite.config import load_config
from pincite.ingest import parsers
from pincite.ingest.frames import read_frames
from pincite.language import fold
from pincite.types import Asset, Extracted, Segment, TimeSpan

OVERLAP = 0.8


def shots_of(path: Path, **flags: object) -> list[Segment]:
    """Return the segments of a video."""
    config = load_config({"asr": "none", **flags}, environ={}, folder=Path("/nonexistent"))
    asset = Asset("a" * 64, str(path), "", title=path.name)
    events = parsers.create("video").parse(path, asset, config)
    return [event.segment for event in events if isinstance(event, Extracted)]


def overlap(slide: Slide, segment: Segment) -> float:
    """Return the intersection over union of two stretches of time, 0..1."""
    assert isinstance(segment.locator, TimeSpan)
    start_s, end_s = segment.locator.start_s, segment.locator.end_s
    shared = min(slide.end_s, end_s) - max(slide.start_s, start_s)
    return max(0.0, shared) / (max(slide.end_s, end_s) - min(slide.start_s, start_s))


def _letters(text: str) -> str:
    return "".join(char for char in fold(text) if char.isalnum())


def is_right(slide: Slide, shots: Sequence[Segment]) -> bool:
    """Return whether a slide's lines are in one shot only, at its time."""
    holders = {
        tuple(s.ordinal for s in shots if _letters(line) in _letters(s.text))
        for line in slide.lines
    }
    if len(holders) != 1 or len(found := holders.pop()) != 1:
        return False
    return overlap(slide, next(s for s in shots if s.ordinal == found[0])) >= OVERLAP


def judge(video: Video, folder: Path, *, detail: bool) -> tuple[int, int]:
    """Print a line about a video; return (right, of how many)."""
    shots = shots_of(video.write(folder), ocr="auto" if video.slides else "off")
    if video.slides:
        right, of = sum(is_right(slide, shots) for slide in video.slides), len(video.slides)
        print(f"{video.name:32} {right:3} of {of:2} slides, {len(shots):3} shots", flush=True)
    else:
        right, of = int(len(shots) <= video.most), 1
        print(f"{video.name:32} {len(shots):3} shots, at most {video.most}", flush=True)
    for shot in shots if detail else ():
        print("   ", shot.locator, repr(shot.text))
    return right, of


def reading_ratio(folder: Path, rounds: int = 3) -> float:
    """Return the time to read a camera-like video, OCR off, over the time to decode it."""
    path = talking_head(60.0, (1280, 720)).write(folder)
    ratios = []
    for _ in range(rounds):
        started = time.process_time()
        for _frame in read_frames(path, 10**9, [].append):
            pass
        decoded = time.process_time()
        shots_of(path, ocr="off")
        ratios.append((time.process_time() - decoded) / (decoded - started))
    return statistics.median(ratios)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="")
    parser.add_argument("--reading", action="store_true")
    arguments = parser.parse_args()
    decks, footage = [0, 0], [0, 0]
    with tempfile.TemporaryDirectory() as scratch:
        if arguments.reading:
            print(f"reading is {reading_ratio(Path(scratch)):.2f} times decoding")
            return
        for video in videos():
            if arguments.only in video.name:
                total = decks if video.slides else footage
                right, of = judge(video, Path(scratch), detail=bool(arguments.only))
                total[0], total[1] = total[0] + right, total[1] + of
    print(f"slides right: {decks[0]} of {decks[1]}; footage whole: {footage[0]} of {footage[1]}")


if __name__ == "__main__":
    main()
