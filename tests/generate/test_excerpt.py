"""The part of a stored clip or picture that a citation means."""

import io

import av
import numpy as np
import pytest
from PIL import Image

from pincite.generate.excerpt import cut_clip, mark_box
from pincite.ingest.clips import PreviewWriter, sound_clip
from pincite.ingest.sound import RATE_HZ
from pincite.types import Media


def tone(seconds: float, hz: float) -> np.ndarray:
    t = np.arange(int(seconds * RATE_HZ)) / RATE_HZ
    return (0.5 * np.sin(2 * np.pi * hz * t)).astype(np.float32)


def length_s(clip: Media) -> float:
    with av.open(io.BytesIO(clip.data)) as container:
        return container.duration / av.time_base


def loudest_hz(clip: Media) -> float:
    with av.open(io.BytesIO(clip.data)) as container:
        sound = np.concatenate([f.to_ndarray()[0] for f in container.decode(audio=0)])
    middle = sound[len(sound) // 4 : -len(sound) // 4]
    return float(np.abs(np.fft.rfft(middle)).argmax() * RATE_HZ / len(middle))


def test_the_seconds_cited_are_the_seconds_heard():
    """Ten seconds low, then two high: the cut around the high ones holds nothing else."""
    clip = sound_clip(np.concatenate([tone(10, 200), tone(2, 900), tone(4, 200)]))
    part = cut_clip(clip, 10.25, 11.75)
    assert length_s(part) == pytest.approx(2.0, abs=0.3)
    assert loudest_hz(part) == pytest.approx(900, rel=0.03)


def test_a_span_of_the_whole_clip_gives_the_clip_itself():
    clip = sound_clip(tone(3, 400))
    assert cut_clip(clip, 0.0, 3.0) is clip


def test_a_video_is_cut_with_its_sound():
    writer = PreviewWriter(with_sound=True)
    for number in range(80):
        red = 255 if 40 <= number < 60 else 0
        writer.add(np.full((48, 64, 3), (red, 0, 0), np.uint8), number / 10)
    clip = writer.finish(tone(8, 300))
    part = cut_clip(clip, 4.3, 5.6)
    with av.open(io.BytesIO(part.data)) as container:
        frames = [f.to_ndarray(format="rgb24") for f in container.decode(video=0)]
        assert container.streams.audio
    reds = [frame[..., 0].mean() > 128 for frame in frames]
    assert np.mean(reds) > 0.8
    assert length_s(part) < 3


def test_a_box_is_drawn_around_the_part_and_nowhere_else():
    buffer = io.BytesIO()
    Image.new("RGB", (400, 200), "white").save(buffer, "PNG")
    marked = mark_box(Media("image/png", buffer.getvalue()), (0.5, 0.5, 0.75, 0.75))
    pixels = np.asarray(Image.open(io.BytesIO(marked.data)))
    rows, columns = np.nonzero((pixels != 255).any(axis=2))
    assert 190 <= columns.min() <= 200
    assert 300 <= columns.max() <= 310
    assert 90 <= rows.min() <= 100
    assert 150 <= rows.max() <= 160
    assert (pixels[110:140, 210:290] == 255).all()
