"""Recordings to passages of speech."""

import io
import tracemalloc

import av
import numpy as np
import pytest

from pincite.errors import IngestError
from pincite.ingest.sound import RATE_HZ
from pincite.types import Progress, TimeSpan
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

SAID = "The pressure at the main valve is forty two point five bar. Close the red door."


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    """What is read from two parts of speech with a long silence between them."""
    sound = np.concatenate([silence(2), spoken(SAID), silence(12), spoken(SAID), silence(1)])
    path = tmp_path_factory.mktemp("a") / "evening-report_2.m4a"
    tags = {"title": "Evening report", "artist": "Ada", "date": "2024"}
    return parse("audio", write_sound(path, sound, "aac", tags=tags), settings())


def test_speech_becomes_segments_with_the_second_of_each_word(report):
    first, second = (e.segment for e in extracts(report))
    assert "42.5 bar" in first.text
    at = first.text.index("42.5")
    found, later = first.locate(at, at + 4), second.locate(at, at + 4)
    assert isinstance(found, TimeSpan)
    assert 3.5 < found.start_s < found.end_s < 6.5
    gap_s = len(spoken(SAID)) / RATE_HZ + 12
    assert later.start_s - found.start_s == pytest.approx(gap_s, abs=0.1)
    assert second.locator.start_s > 15
    assert [e.segment.ordinal for e in extracts(report)] == [0, 1]


def test_segments_are_drafts_in_english_with_name_and_tags_as_context(report):
    for segment in (e.segment for e in extracts(report)):
        assert (segment.modality, segment.language, segment.draft) == ("audio", "en", True)
        for word in ("evening report 2", "Evening report", "Ada", "2024", "forty two point five"):
            assert word in segment.context
            assert segment.text.count("Ada") == 0
    assert codes(report) == {"DRAFT_TRANSCRIPT"}


def test_each_segment_keeps_its_own_sound(report):
    for extract in extracts(report):
        with av.open(io.BytesIO(extract.clip.data)) as container:
            samples = np.concatenate([f.to_ndarray()[0] for f in container.decode(audio=0)])
        locator = extract.segment.locator
        assert len(samples) / RATE_HZ == pytest.approx(locator.end_s - locator.start_s, abs=0.7)
        assert np.abs(samples).max() > 0.05


def test_progress_runs_to_the_end(report):
    progress = [e for e in report if isinstance(e, Progress)]
    assert {p.unit for p in progress} == {"second"}
    assert all(p.done <= p.total for p in progress)
    assert [p.done for p in progress] == sorted(p.done for p in progress)


@pytest.mark.parametrize("sound", [silence(4), tone(4)], ids=["silence", "a tone"])
def test_without_speech_one_segment_is_found_by_name(tmp_path, sound):
    events = parse("audio", write_sound(tmp_path / "rain-on-roof.wav", sound), settings())
    [extract] = extracts(events)
    assert extract.segment.text == ""
    assert extract.segment.locator == TimeSpan(0.0, 4.0)
    assert "rain on roof" in extract.segment.context
    assert extract.clip is not None
    assert codes(events) == {"NO_SPEECH"}


@pytest.mark.parametrize("flags", [{"language": "zh"}, {"asr": "none"}])
def test_without_a_recogniser_the_file_is_still_found_by_name(tmp_path, flags):
    events = parse("audio", write_sound(tmp_path / "会议.wav", tone(2)), settings(**flags))
    [extract] = extracts(events)
    assert "会议" in extract.segment.context
    assert codes(events) == {"ASR_UNAVAILABLE"}


def test_a_cut_off_recording_is_read_and_named(tmp_path):
    path = write_sound(tmp_path / "s.wav", np.concatenate([spoken(SAID), tone(20)]))
    path.write_bytes(path.read_bytes()[: 2 * (len(spoken(SAID)) + RATE_HZ)])
    events = parse("audio", path, settings())
    assert "TRUNCATED" in codes(events)
    assert "42.5 bar" in extracts(events)[0].segment.text


def test_a_file_without_sound_is_refused(tmp_path):
    path = write_video(tmp_path / "v.mp4", shown([(slide("x"), 1.0)]))
    with pytest.raises(IngestError, match="no sound"):
        parse("audio", path, settings())


def test_memory_stays_flat_over_a_long_recording(tmp_path):
    """Twelve minutes that are never quiet: the last few of them are in memory at once."""
    path = tmp_path / "s.flac"
    hum = np.tile((tone(1) * 32767).astype(np.int16), 60)[None]
    with av.open(path, "w") as container:
        stream = container.add_stream("flac", rate=RATE_HZ, layout="mono")
        for minute in range(12):
            frame = av.AudioFrame.from_ndarray(hum, format="s16", layout="mono")
            frame.sample_rate, frame.pts = RATE_HZ, minute * 60 * RATE_HZ
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    tracemalloc.start()
    [extract] = extracts(parse("audio", path, settings(asr="none")))
    peak_bytes = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert extract.segment.locator.end_s == pytest.approx(720, abs=0.01)
    assert peak_bytes < 30e6  # all of it would be 46 MB, and be copied
