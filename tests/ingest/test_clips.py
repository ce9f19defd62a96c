"""Evidence that plays when the file is gone."""

import io

import av
import numpy as np
import pytest
from PIL import Image

from pincite.ingest.clips import KEY_FRAME_SIDE, PreviewWriter, fitted, key_frame, sound_clip
from pincite.ingest.sound import RATE_HZ
from tests.ingest.recordings import silence, slide, tone


def decoded(media, kind):
    with av.open(io.BytesIO(media.data)) as container:
        return list(container.decode(**{kind: 0}))


def test_a_sound_clip_keeps_length_and_sound_in_few_bytes():
    clip = sound_clip(np.concatenate([silence(2), tone(3)]))
    assert clip.media_type == "audio/mp4"
    assert len(clip.data) < 40_000
    samples = np.concatenate([f.to_ndarray()[0] for f in decoded(clip, "audio")])
    assert len(samples) / RATE_HZ == pytest.approx(5.0, abs=0.1)
    assert (
        np.abs(samples[: RATE_HZ * 18 // 10]).max() < 0.05 < 0.3 < np.abs(samples[-RATE_HZ:]).max()
    )


def test_no_sound_gives_no_clip():
    assert sound_clip(silence(0)) is None


def test_a_preview_has_the_pictures_at_their_seconds_and_the_sound():
    writer = PreviewWriter(with_sound=True)
    for at in range(30):
        red = at < 15
        writer.add(slide(ground=(200, 0, 0) if red else (0, 0, 200), size=(320, 240)), at / 10)
    clip = writer.finish(tone(3))
    frames = decoded(clip, "video")
    assert clip.media_type == "video/mp4"
    assert len(frames) == 30
    assert [f.to_ndarray(format="rgb24")[100, 100, 0] > 100 for f in frames] == [True] * 15 + [
        False
    ] * 15
    assert frames[15].time - frames[0].time == pytest.approx(1.5, abs=0.002)
    assert sum(f.samples for f in decoded(clip, "audio")) / RATE_HZ == pytest.approx(3, abs=0.2)


def test_frames_of_odd_and_changing_size_are_taken():
    writer = PreviewWriter(with_sound=False)
    writer.add(slide(size=(321, 241)), 0.0)
    writer.add(slide(size=(120, 90)), 0.1)
    frames = decoded(writer.finish(None), "video")
    assert {(f.width, f.height) for f in frames} == {(320, 240)}
    assert len(frames) == 2


def test_a_preview_without_frames_is_none():
    assert PreviewWriter(with_sound=True).finish(tone(1)) is None


@pytest.mark.parametrize("size", [(3840, 2160), (1080, 1920), (1, 1), (65_000, 2)])
def test_previews_are_even_and_small(size):
    width, height = fitted(*size)
    assert width % 2 == height % 2 == 0
    assert 2 <= width <= 854
    assert 2 <= height <= 480


def test_a_key_frame_is_a_bounded_jpeg():
    image = Image.open(io.BytesIO(key_frame(slide("big", size=(4000, 3000))).data))
    assert (image.format, max(image.size)) == ("JPEG", KEY_FRAME_SIDE)
