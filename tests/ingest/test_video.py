"""Videos to shots with speech, screen text, key frame and preview."""

import io
import json
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from pincite.ingest.cutter import SPLIT_AT_S
from pincite.ingest.frames import read_frames
from pincite.ingest.speech import transcribe_file
from pincite.ingest.subtitles import read_subtitles
from pincite.types import TimeSpan
from tests.ingest.laid_out import Canvas
from tests.ingest.recordings import (
    codes,
    extracts,
    parse,
    settings,
    shown,
    silence,
    slide,
    spoken,
    tone,
    write_sound,
    write_video,
)

DATA = Path(__file__).parents[2] / ".." / "shared" / "data"
PLAN = slide("Maintenance plan", "Pump building 7")
LIMITS = slide("Pressure limits", "Maximum 50 bar", "Normal 42.5 bar")
THANKS = slide("Thank you", "Questions", ground=(20, 40, 120), ink=(255, 255, 255))
FIRST = "The water pump stopped on Tuesday night."
SECOND = "The pressure at the main valve is forty two point five bar."


@pytest.fixture(scope="module")
def talk(tmp_path_factory):
    """A talk of three slides; the first is spoken over, the second too, the third is silent."""
    first, second = spoken(FIRST), spoken(SECOND)
    rest = [silence(6 - len(first) / 16_000), second, silence(6 - len(second) / 16_000), silence(3)]
    frames = shown([(PLAN, 6), (LIMITS, 6), (THANKS, 3)])
    path = tmp_path_factory.mktemp("v") / "talk.mp4"
    return parse("video", write_video(path, frames, np.concatenate([first, *rest])), settings())


def test_each_slide_is_a_shot_with_its_exact_seconds(talk):
    spans = [e.segment.locator for e in extracts(talk)]
    assert [s.start_s for s in spans] == pytest.approx([0.0, 6.0, 12.0], abs=0.001)
    assert [s.end_s for s in spans] == pytest.approx([6.0, 12.0, 15.0], abs=0.1)
    assert {e.segment.modality for e in extracts(talk)} == {"video"}


def test_a_shot_holds_what_was_said_and_what_was_shown(talk):
    first, second, third = (e.segment for e in extracts(talk))
    assert "stopped on Tuesday night." in first.text.split("\n")[0]
    assert "Pump building 7" in first.text.split("\n")
    assert "42.5 bar" in second.text.split("\n")[0]
    assert "Maximum 50 bar" in second.text.split("\n")
    assert third.text.split("\n") == ["Thank you", "Questions"]
    assert [s.draft for s in (first, second, third)] == [True, True, False]


def test_words_in_separate_places_of_a_slide_are_blocks(tmp_path):
    canvas = Canvas((800, 450))
    for i, node in enumerate((("Pump", "3.2 bar"), ("Filter", "50 micron"), ("Lamp", "36 W"))):
        canvas.frame(30 + 260 * i, 150, 200, 110)
        canvas.stack(130 + 260 * i, 168, node, 28, "ma")
    first = np.asarray(canvas.picture)
    canvas.write(40, 350, "Checked in May", 28)
    path = write_video(tmp_path / "plant.mp4", shown([(first, 3), (np.asarray(canvas.picture), 3)]))
    segment, *rest = (e.segment for e in extracts(parse("video", path, settings())))
    assert segment.text.startswith("Pump\n3.2 bar\n\nFilter\n50 micron\n\nLamp\n36 W")
    at = segment.text.index("Filter")
    x0, _, x1, _ = segment.locate(at, at + len("Filter\n50 micron")).box
    assert 0.35 < x0 < x1 < 0.65
    assert all(later.text == "Checked in May" for later in rest)


def test_words_point_at_their_second_and_lines_at_their_place(talk):
    second = extracts(talk)[1].segment
    at = second.text.index("42.5")
    said = second.locate(at, at + 4)
    assert said.box is None
    assert 7.5 < said.start_s < said.end_s < 10.5
    at = second.text.index("Maximum")
    written = second.locate(at, at + len("Maximum 50 bar"))
    assert (written.start_s, round(written.end_s, 1)) == (6.0, 12.0)
    x0, y0, x1, y1 = written.box
    assert 0.03 < x0 < 0.09 < 0.35 < x1 < 0.6
    assert 0.2 < y0 < 0.32 < 0.34 < y1 < 0.45


def test_a_shot_keeps_its_key_frame_and_a_preview_with_sound(talk):
    for extract in extracts(talk):
        length_s = extract.segment.locator.end_s - extract.segment.locator.start_s
        assert Image.open(io.BytesIO(extract.picture.data)).format == "JPEG"
        with av.open(io.BytesIO(extract.clip.data)) as container:
            assert {s.type for s in container.streams} == {"video", "audio"}
            assert container.duration / av.time_base == pytest.approx(length_s, abs=0.3)


def test_lines_the_shot_before_showed_are_not_repeated(tmp_path):
    """The picture beside the words changes; the words are cited where they first appear."""
    beside = [LIMITS.copy(), LIMITS.copy()]
    beside[0][:, 380:], beside[1][:, 380:] = (200, 30, 30), (20, 20, 160)
    path = write_video(tmp_path / "v.mp4", shown([(beside[0], 3), (beside[1], 3)]))
    first, second = (e.segment for e in extracts(parse("video", path, settings())))
    assert "Maximum 50 bar" in first.text
    assert "Maximum" not in second.text
    assert "Maximum 50 bar" in second.context


def test_slides_of_one_template_are_all_read_at_their_seconds(tmp_path):
    """A build counts as one slide, whose key frame is its last state."""
    oil, kiln = ("Oil the hinge", "Never paint it"), ("Fire at 1240 degrees", "Cool nine hours")
    begun, built, other = (slide("Workshop", *t) for t in (oil[:1], oil, kiln))
    path = write_video(tmp_path / "v.mp4", shown([(begun, 2), (built, 2), (other, 3)]))
    first, second = (e.segment for e in extracts(parse("video", path, settings())))
    assert set(first.text.split("\n")) >= {"Workshop", *oil}
    assert set(second.text.split("\n")) == set(kiln)
    assert second.context.startswith("Workshop")
    assert (first.locator.end_s, second.locator.start_s) == pytest.approx((4.0, 4.0), abs=0.01)


def test_a_slide_is_read_although_it_is_but_one_frame(tmp_path):
    """The last frame says how long the one before was shown."""
    one, two = slide("Workshop", "Oil the hinge"), slide("Workshop", "Cool nine hours")
    path = write_video(tmp_path / "v.mkv", [(0, one), (6, two), (12, two)])
    found = [e.segment for e in extracts(parse("video", path, settings()))]
    assert [s.locator.start_s for s in found] == pytest.approx([0.0, 6.0])
    assert "Cool nine hours" in found[1].text


def test_a_video_without_sound_is_complete_and_says_so(tmp_path):
    path = write_video(tmp_path / "v.webm", shown([(PLAN, 2)]), codec="libvpx")
    events = parse("video", path, settings())
    assert codes(events) == {"NO_AUDIO_TRACK"}
    assert "Pump building 7" in extracts(events)[0].segment.text


def test_a_container_without_pictures_is_read_as_sound(tmp_path):
    path = write_sound(tmp_path / "s.mp4", spoken(SECOND), "aac")
    events = parse("video", path, settings())
    assert codes(events) == {"NO_VIDEO_TRACK", "DRAFT_TRANSCRIPT"}
    assert "42.5 bar" in extracts(events)[0].segment.text
    assert extracts(events)[0].segment.modality == "audio"


def test_the_cover_of_a_song_is_no_video(tmp_path):
    path = tmp_path / "song.mp4"
    with av.open(path, "w") as container:
        sound = container.add_stream("aac", rate=16_000, layout="mono")
        cover = container.add_stream("mjpeg", rate=1)
        cover.width, cover.height, cover.pix_fmt = 64, 64, "yuvj420p"
        cover.disposition = av.stream.Disposition.attached_pic
        frame = av.VideoFrame.from_ndarray(slide(size=(64, 64)), format="rgb24")
        container.mux(cover.encode(frame))
        container.mux(cover.encode(None))
        block = av.AudioFrame.from_ndarray(tone(1)[None], format="fltp", layout="mono")
        block.sample_rate, block.pts, block.time_base = 16_000, 0, Fraction(1, 16_000)
        container.mux(sound.encode(block))
        container.mux(sound.encode(None))
    assert "NO_VIDEO_TRACK" in codes(parse("video", path, settings(asr="none")))


def test_variable_frame_rate_keeps_its_seconds(tmp_path):
    """Ten frames a second, then one every two seconds, then ten again."""
    frames = [(i / 10, PLAN) for i in range(30)]
    frames += [(3 + 2 * i, LIMITS) for i in range(3)]
    frames += [(9 + i / 10, THANKS) for i in range(30)]
    path = write_video(tmp_path / "v.mkv", frames)
    assert [f.at_s for f in read_frames(path, 10**9, [].append)] == pytest.approx(
        [at_s for at_s, _ in frames], abs=0.002
    )
    spans = [e.segment.locator for e in extracts(parse("video", path, settings(ocr="off")))]
    assert [s.start_s for s in spans] == pytest.approx([0.0, 3.0, 9.0], abs=0.01)


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_a_video_recorded_sideways_is_turned_upright(tmp_path, turns):
    """The frames lie turned in the file, and its display matrix says by how much."""
    path = write_video(tmp_path / "v.mp4", shown([(np.rot90(PLAN, -turns), 2)]))
    _set_matrix(path, turns)
    frame = next(read_frames(path, 10**9, [].append))
    assert (frame.width, frame.height) == (640, 360)
    upright = frame.rgb(640, 360).astype(int)
    assert np.abs(upright - PLAN).mean() < 4
    text = extracts(parse("video", path, settings()))[0].segment.text
    assert "Pump building 7" in text


def _set_matrix(path, turns):
    """Write the matrix of a counter-clockwise turn into the picture track's header."""
    cos, sin = [(1, 0), (0, 1), (-1, 0), (0, -1)][turns]
    one = 0x10000
    values = [cos * one, -sin * one, 0, sin * one, cos * one, 0, 0, 0, 0x40000000]
    data = bytearray(path.read_bytes())
    at = data.index(b"tkhd") + 4 + 4 + 20 + 8 + 8
    data[at : at + 36] = b"".join(v.to_bytes(4, "big", signed=True) for v in values)
    path.write_bytes(data)


def test_a_subtitle_track_is_the_transcript_and_no_draft(tmp_path):
    path = tmp_path / "v.mkv"
    (tmp_path / "v.srt").write_text(
        "1\n00:00:01,000 --> 00:00:03,500\nThe pump holds 42 bar.\n\n"
        "2\n00:00:04,000 --> 00:00:06,000\n<i>水泵坏了。</i>Call the crew!\n",
        "utf-8",
    )
    with av.open(path, "w") as container, av.open(tmp_path / "v.srt") as cues:
        pictures = container.add_stream("libx264", rate=10)
        pictures.width, pictures.height, pictures.pix_fmt = 640, 360, "yuv420p"
        titles = container.add_stream_from_template(cues.streams.subtitles[0])
        for i in range(70):
            frame = av.VideoFrame.from_ndarray(THANKS, format="rgb24")
            frame.pts, frame.time_base = i, Fraction(1, 10)
            container.mux(pictures.encode(frame))
        container.mux(pictures.encode(None))
        for packet in cues.demux(cues.streams.subtitles[0]):
            if packet.size:
                packet.stream = titles
                container.mux(packet)
    words = read_subtitles(path)
    assert "".join(w.text for w in words) == "Thepumpholds42bar.水泵坏了。Callthecrew!"
    assert (words[0].start_s, words[4].end_s) == pytest.approx((1.0, 3.5), abs=0.01)
    [segment] = [e.segment for e in extracts(parse("video", path, settings(ocr="off")))]
    assert segment.text == "The pump holds 42 bar. 水泵坏了。 Call the crew!"
    assert not segment.draft
    at = segment.text.index("水泵")
    assert 4.0 <= segment.locate(at, at + 2).start_s < segment.locate(at, at + 2).end_s <= 6.0


def test_a_long_shot_is_split(tmp_path):
    path = write_video(tmp_path / "v.mp4", shown([(PLAN, 160)], rate=2))
    spans = [e.segment.locator for e in extracts(parse("video", path, settings(ocr="off")))]
    assert len(spans) >= 2
    assert all(s.end_s - s.start_s <= SPLIT_AT_S + 1 for s in spans)
    assert [s.start_s for s in spans[1:]] == [s.end_s for s in spans[:-1]]


def test_speech_beyond_the_last_picture_is_kept(tmp_path):
    sound = np.concatenate([silence(4), spoken(SECOND)])
    path = write_video(tmp_path / "v.mkv", shown([(PLAN, 2)]), sound, sound_codec="flac")
    events = extracts(parse("video", path, settings(ocr="off")))
    assert [e.segment.modality for e in events] == ["video", "audio"]
    assert "42.5 bar" in events[1].segment.text
    assert events[1].segment.locator.start_s > 4
    assert events[1].clip is not None


@pytest.mark.parametrize(("name", "codec"), [("v.mkv", "libx264"), ("v.avi", "mpeg4")])
def test_a_cut_off_video_is_read_and_named(tmp_path, name, codec):
    path = tmp_path / name
    rate = 10 if codec == "libx264" else 25
    with av.open(path, "w") as container:
        stream = container.add_stream(codec, rate=rate)
        stream.width, stream.height, stream.pix_fmt = 160, 120, "yuv420p"
        rng = np.random.default_rng(0)
        for _ in range(12 * rate):
            noise = rng.integers(0, 255, (120, 160, 3), dtype=np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(noise, format="rgb24")))
        container.mux(stream.encode(None))
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    events = parse("video", path, settings(ocr="off"))
    assert "TRUNCATED" in codes(events)
    assert 3 < extracts(events)[-1].segment.locator.end_s < 9


def test_switched_off_ocr_is_said(tmp_path):
    path = write_video(tmp_path / "v.mp4", shown([(PLAN, 1)]))
    events = parse("video", path, settings(ocr="off"))
    assert "OCR_OFF" in codes(events)
    assert extracts(events)[0].segment.text == ""


def test_whole_locators_are_time_spans(talk):
    assert all(isinstance(e.segment.locator, TimeSpan) for e in extracts(talk))


@pytest.mark.nightly
def test_words_of_real_videos_lie_where_they_are_spoken():
    """Mean overlap of heard words with the true words, where one was heard at all."""
    folder = DATA / "talking-video"
    if not folder.is_dir():
        pytest.skip("the measuring data is not here")
    overlaps = []
    for line in (folder / "metadata.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        heard = transcribe_file(folder / row["file_name"], settings(language="en"))
        for true in row["words"]:
            best = max((_overlap(true, word) for word in heard), default=0.0)
            overlaps.append(best)
    assert np.mean(overlaps) > 0.35


def _overlap(true, word):
    shared = min(true["end_s"], word.end_s) - max(true["start_s"], word.start_s)
    whole = max(true["end_s"], word.end_s) - min(true["start_s"], word.start_s)
    return max(0.0, shared) / whole
