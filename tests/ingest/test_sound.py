"""Any recording becomes 16 kHz mono with exact times."""

import wave

import av
import numpy as np
import pytest

from pincite.errors import IngestError
from pincite.ingest.sound import RATE_HZ, read_sound
from tests.ingest.recordings import heard, shown, silence, slide, tone, write_sound, write_video


def click_s(samples, threshold=0.2):
    """Second of the first loud sample."""
    return int(np.argmax(np.abs(samples) > threshold)) / RATE_HZ


@pytest.mark.parametrize("rate_hz", [8_000, 11_025, 44_100, 192_000])
def test_any_rate_keeps_its_time(tmp_path, rate_hz):
    before = np.zeros(rate_hz * 2, dtype=np.float32)
    path = write_sound(
        tmp_path / "s.wav", np.concatenate([before, tone(1.0, rate_hz)]), rate_hz=rate_hz
    )
    samples = heard(path)
    assert len(samples) / RATE_HZ == pytest.approx(3.0, abs=0.005)
    assert click_s(samples) == pytest.approx(2.0, abs=0.005)


@pytest.mark.parametrize(
    ("name", "codec"),
    [
        ("s.mp3", "libmp3lame"),
        ("s.flac", "flac"),
        ("s.ogg", "libopus"),
        ("s.m4a", "aac"),
        ("s.wav", "pcm_s24le"),
        ("s.webm", "libopus"),
        ("s.mkv", "flac"),
    ],
)
def test_every_format_tells_the_same_second(tmp_path, name, codec):
    """Encoder delay and edit lists are taken off."""
    rate_hz = 48_000
    quiet = np.zeros(rate_hz * 2, dtype=np.float32)
    sound = np.concatenate([quiet, tone(1.0, rate_hz)])
    path = write_sound(tmp_path / name, sound, codec, rate_hz)
    assert click_s(heard(path)) == pytest.approx(2.0, abs=0.03)


def test_eight_channels_are_mixed(tmp_path):
    channels = np.zeros((RATE_HZ, 8), dtype="<i2")
    channels[:, 5] = tone(1.0) * 32767
    with wave.open(str(tmp_path / "s.wav"), "wb") as file:
        file.setnchannels(8)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes(channels.tobytes())
    samples = heard(tmp_path / "s.wav")
    assert np.abs(samples).max() > 0.05


def test_channels_that_cancel_out_are_still_heard(tmp_path):
    channels = np.stack([tone(1.0), -tone(1.0)])
    assert np.abs(heard(write_sound(tmp_path / "s.wav", channels))).max() > 0.4


def test_a_hundredth_of_a_second_is_enough(tmp_path):
    assert len(heard(write_sound(tmp_path / "s.wav", tone(0.01)))) == pytest.approx(160, abs=2)


def test_long_recordings_stay_exact_in_small_chunks(tmp_path):
    """Half an hour at 44.1 kHz: no drift by the rate, and never more than a second in hand."""
    rate_hz, minutes = 44_100, 30
    path = tmp_path / "s.flac"
    with av.open(path, "w") as container:
        stream = container.add_stream("flac", rate=rate_hz, layout="mono")
        for minute in range(minutes):
            block = np.zeros((1, rate_hz * 60), dtype=np.int16)
            if minute == minutes - 1:
                block[0, rate_hz * 30 :] = tone(30.0, rate_hz) * 32767
            frame = av.AudioFrame.from_ndarray(block, format="s16", layout="mono")
            frame.sample_rate, frame.pts = rate_hz, minute * 60 * rate_hz
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    first_s = None
    for chunk in read_sound(path, [].append):
        assert len(chunk.samples) <= RATE_HZ
        loud = np.abs(chunk.samples) > 0.2
        if first_s is None and loud.any():
            first_s = chunk.start_s + int(loud.argmax()) / RATE_HZ
    assert first_s == pytest.approx((minutes - 0.5) * 60, abs=0.005)


def test_sound_that_starts_late_in_a_video_keeps_its_second(tmp_path):
    quiet = np.concatenate([silence(1.5), tone(1.0)])
    path = write_video(tmp_path / "v.mkv", shown([(slide("x"), 3.0)]), quiet, sound_codec="flac")
    assert click_s(heard(path)) == pytest.approx(1.5, abs=0.01)


@pytest.mark.parametrize(("name", "codec"), [("s.wav", "pcm_s16le"), ("s.ogg", "libopus")])
def test_a_cut_off_file_is_named_and_read_to_its_end(tmp_path, name, codec):
    path = write_sound(tmp_path / name, tone(8.0, 48_000), codec, 48_000)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    problems = []
    samples = heard(path, problems)
    assert 3.0 < len(samples) / RATE_HZ < 5.5
    assert [p.code for p in problems] == ["TRUNCATED"]


def test_a_whole_file_is_not_called_cut_off(tmp_path):
    problems = []
    heard(write_sound(tmp_path / "s.ogg", tone(3.0, 48_000), "libopus", 48_000), problems)
    heard(write_sound(tmp_path / "s.wav", tone(3.0)), problems)
    assert problems == []


@pytest.mark.parametrize("size", [0xFFFFFFFF, 0])
def test_a_wav_header_without_a_length_is_not_believed(tmp_path, size):
    """Recorders that stream write no length; all the sound is read."""
    path = write_sound(tmp_path / "s.wav", tone(2.0))
    data = bytearray(path.read_bytes())
    at = data.index(b"data") + 4
    data[at : at + 4] = size.to_bytes(4, "little")
    path.write_bytes(data)
    problems = []
    assert len(heard(path, problems)) / RATE_HZ == pytest.approx(2.0, abs=0.05)
    assert problems == []


@pytest.mark.parametrize(
    "content",
    [b"RIFF\x00\x00\x00\x00WAVEjunk", b"\xff\xfb\x90\x00" * 3, b"not a recording at all"],
)
def test_rubbish_is_refused_with_a_code(tmp_path, content):
    path = tmp_path / "s.wav"
    path.write_bytes(content)
    with pytest.raises(IngestError) as caught:
        heard(path)
    assert caught.value.code in ("CORRUPT_FILE", "UNSUPPORTED_TYPE")


@pytest.mark.parametrize(
    "content",
    [
        "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n{other}\n#EXT-X-ENDLIST\n",
        "ffconcat version 1.0\nfile '{other}'\n",
    ],
)
def test_a_playlist_reaches_no_other_file(tmp_path, content):
    other = write_sound(tmp_path / "other.wav", tone(1.0))
    path = tmp_path / "list.wav"
    path.write_text(content.format(other=other), "utf-8")
    with pytest.raises(IngestError, match="playlist") as caught:
        list(read_sound(path, [].append))
    assert caught.value.code == "UNSUPPORTED_TYPE"
