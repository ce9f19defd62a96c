"""Kept evidence is decoded to what an encoder reads, and each encoder is given its own kind."""

import io

import numpy as np
import pytest
from PIL import Image

from pincite.content import MODALITIES, Footage, Picture, Sound
from pincite.errors import IngestError, UsageError
from pincite.ingest.clips import PreviewWriter, key_frame, sound_clip
from pincite.ingest.content import SIDE_PX, content_of, footage_in, segment_content
from pincite.ingest.sound import RATE_HZ
from pincite.types import ImageRegion, Media, PageRegion, Segment, TextSpan, TimeSpan
from tests.ingest.pdfs import Page, pdf
from tests.ingest.recordings import shown, silence, slide, tone, write_video

RED, GREEN, BLUE = (200, 0, 0), (0, 160, 0), (0, 0, 200)
TIME = TimeSpan(1.0, 4.0)


def picture(kind="PNG", size=(80, 60), colour=RED, **options):
    buffer = io.BytesIO()
    Image.new("RGB", size, colour).save(buffer, kind, **options)
    return Media(f"image/{kind.lower()}", buffer.getvalue())


def clip(colours=(RED, GREEN, BLUE), sound=True):
    """A second of each colour, with a tone."""
    writer = PreviewWriter(with_sound=sound)
    for at in range(10 * len(colours)):
        writer.add(slide(ground=colours[at // 10], size=(160, 120)), at / 10)
    return writer.finish(tone(len(colours)) if sound else None)


def a(modality, locator=TIME, text=""):
    return Segment("s", "a", modality, locator, text)


def near(pixels, colour):
    return np.abs(pixels.reshape(-1, 3).mean(axis=0) - colour).max() < 12


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_picture_is_rgb_of_limited_size_and_keeps_its_shape(kind):
    seen = content_of(picture(kind, (3000, 1500)))
    assert isinstance(seen, Picture)
    assert seen.pixels.shape == (SIDE_PX // 2, SIDE_PX, 3)
    assert near(seen.pixels, RED)


def test_a_small_picture_is_left_as_it_is():
    assert content_of(picture(size=(7, 3))).pixels.shape == (3, 7, 3)


def test_a_photo_stands_upright():
    turned = Image.Exif()
    turned[0x0112] = 6  # turned by a quarter
    seen = content_of(picture("JPEG", (80, 60), exif=turned.tobytes()))
    assert seen.pixels.shape == (80, 60, 3)


def test_a_sound_clip_is_mono_with_its_length_and_loudness():
    heard = content_of(sound_clip(np.concatenate([silence(1), tone(2)])))
    assert isinstance(heard, Sound)
    assert heard.rate_hz == RATE_HZ
    assert len(heard.samples) / RATE_HZ == pytest.approx(3.0, abs=0.1)
    assert np.abs(heard.samples[: int(0.9 * RATE_HZ)]).max() < 0.05
    assert np.abs(heard.samples[2 * RATE_HZ :]).max() == pytest.approx(0.5, abs=0.1)


def test_footage_is_evenly_spaced_frames_with_their_seconds_and_the_sound():
    seen = content_of(clip(), count=6)
    assert isinstance(seen, Footage)
    assert seen.times_s == pytest.approx([0.25, 0.75, 1.25, 1.75, 2.25, 2.75], abs=0.11)
    for frame, colour in zip(seen.frames, (RED, RED, GREEN, GREEN, BLUE, BLUE), strict=True):
        assert near(frame, colour)
    assert len(seen.sound.samples) / seen.sound.rate_hz == pytest.approx(3.0, abs=0.15)


def test_a_picture_that_stands_over_many_parts_is_taken_once(tmp_path):
    still = [(0.0, slide(ground=RED)), (8.0, slide(ground=BLUE)), (9.9, slide(ground=BLUE))]
    seen = footage_in(write_video(tmp_path / "still.mp4", still), count=5)
    assert seen.times_s == pytest.approx([0.0, 8.0], abs=0.01)


def test_a_long_video_is_still_cut_evenly(tmp_path):
    """More frames come than are kept at once, so every second and then every fourth is."""
    frames = shown([(slide(ground=c, size=(64, 64)), 25) for c in (RED, GREEN)])
    seen = footage_in(write_video(tmp_path / "long.mp4", frames), count=5)
    assert seen.times_s == pytest.approx([5, 15, 25, 35, 45], abs=1.0)
    assert seen.sound is None


@pytest.mark.parametrize("kind", ["image/png", "audio/mp4", "video/mp4"])
def test_bytes_that_are_no_such_thing_are_an_error_with_its_code(kind):
    with pytest.raises(IngestError) as caught:
        content_of(Media(kind, b"not what it says it is" * 9))
    assert caught.value.code == "CORRUPT_FILE"


def test_text_is_no_content_of_this_kind_and_no_frames_are_no_footage():
    with pytest.raises(UsageError, match="text/plain"):
        content_of(Media("text/plain", b"words"))
    with pytest.raises(UsageError, match="at least one frame"):
        content_of(clip(), count=0)


# -- what an encoder is given of a segment -----------------------------------------------------


def test_an_image_is_its_crop_else_cut_out_of_the_original_without_margin_or_outline():
    ground = np.full((100, 200, 3), BLUE, dtype=np.uint8)
    ground[20:60, 50:150] = RED
    buffer = io.BytesIO()
    Image.fromarray(ground).save(buffer, "PNG")
    original = Media("image/png", buffer.getvalue())
    segment = a("image", ImageRegion((0.25, 0.2, 0.75, 0.6)))
    cut = segment_content(segment, None, None, original, {"image"})
    assert cut.pixels.shape == (40, 100, 3)
    assert (cut.pixels == RED).all()
    crop = picture(colour=GREEN)
    assert near(segment_content(segment, crop, None, original, {"image"}).pixels, GREEN)


def test_a_scanned_page_is_drawn_from_its_pdf():
    black = "0 0 0 rg 300 400 300 400 re f\n"  # the upper right quarter
    original = Media("application/pdf", pdf([Page(), Page(black)]))
    segment = a("image", PageRegion(2, (0.5, 0.0, 1.0, 0.5)))
    assert segment_content(segment, None, None, original, {"image"}).pixels.max() < 30
    gone = a("image", PageRegion(3))
    assert segment_content(gone, None, None, original, {"image", "text"}) is None


def test_audio_is_its_sound_and_video_its_footage():
    heard = sound_clip(tone(1))
    assert isinstance(segment_content(a("audio"), None, heard, None, {"audio"}), Sound)
    assert isinstance(segment_content(a("video"), None, clip(), None, {"video"}), Footage)


def test_video_is_its_key_frame_where_only_pictures_are_read():
    frame = key_frame(slide(ground=GREEN))
    seen = segment_content(a("video"), frame, clip(), None, {"image", "text"})
    assert isinstance(seen, Picture)
    assert near(seen.pixels[:20], GREEN)


def test_video_is_what_is_heard_in_it_where_only_sound_is_read():
    heard = segment_content(a("video"), None, clip(), None, {"audio", "text"})
    assert isinstance(heard, Sound)
    assert segment_content(a("video"), None, clip(sound=False), None, {"audio"}) is None


@pytest.mark.parametrize("modality", MODALITIES)
def test_a_text_encoder_reads_the_words_of_any_segment(modality):
    locator = TextSpan(0, 5) if modality == "text" else TIME
    segment = a(modality, locator, "three bar")
    media = {"picture": picture(), "clip": clip(), "original": None}
    assert segment_content(segment, **media, modalities={"text"}) == "three bar"


@pytest.mark.parametrize("modality", ["image", "audio", "video"])
def test_words_do_not_stand_for_what_the_encoder_reads_itself(modality):
    segment = a(modality, TIME, "three bar")
    seen = segment_content(segment, picture(), clip(), None, {"text", modality})
    assert not isinstance(seen, str)
    missing = segment_content(segment, None, None, None, {"text", modality})
    assert missing is None, "nothing was kept of it, and its words are another thing"


def test_what_an_encoder_cannot_read_is_nothing():
    assert segment_content(a("text", TextSpan(0, 1), "x"), None, None, None, {"image"}) is None
    assert segment_content(a("audio"), None, None, None, {"text"}) is None, "no words"
    broken = Media("image/png", b"broken")
    assert segment_content(a("image", ImageRegion()), broken, None, None, {"image"}) is None
