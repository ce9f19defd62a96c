"""A user's file becomes parts of a query, read by a confined process; what fails says how."""

import io
import os
import re
import struct
import zlib

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from pincite.errors import IngestError, NotFound, UsageError
from pincite.ingest import query_worker
from pincite.ingest.digest import digest
from pincite.ingest.pool import Pool
from pincite.ingest.query_file import QueryFiles, read_query
from pincite.ingest.query_worker import QueryReader
from pincite.ingest.worker import FileReader
from pincite.types import Asset, Extracted, Problem
from tests.ingest.recordings import (
    RATE_HZ,
    settings,
    shown,
    silence,
    slide,
    spoken,
    tone,
    write_sound,
    write_video,
)

RED, BLUE = (200, 0, 0), (0, 0, 200)


def png(picture):
    file = io.BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


def sign(words, size=(1400, 700)):
    image = Image.new("RGB", size, "white")
    ImageDraw.Draw(image).text((60, 60), words, "black", font=ImageFont.load_default(80))
    return image


@pytest.fixture
def silent():
    return settings(asr="none", ocr="off")


def test_a_picture_is_the_whole_picture_with_the_words_in_it(tmp_path):
    path = tmp_path / "sign.png"
    path.write_bytes(png(sign("PUMP ROOM")))
    parts = read_query(path, settings(), "image")
    assert parts.image.pixels.shape == (512, 1024, 3)
    assert parts.words == "PUMP ROOM"
    assert (parts.audio, parts.video) == (None, None)


def test_a_picture_comes_as_bytes_too_and_nothing_of_it_is_left_on_disk(
    silent, tmp_path, monkeypatch
):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    parts = read_query(png(Image.new("RGB", (30, 20), RED)), silent)
    assert (parts.image.pixels == RED).all()
    assert parts.words == ""
    assert not list(tmp_path.iterdir())


def test_a_recording_is_its_sound_and_what_is_said_in_it(tmp_path):
    path = write_sound(tmp_path / "asked.wav", spoken("how far is the station"))
    parts = read_query(path, settings(language="en"), "audio")
    assert parts.audio.rate_hz == RATE_HZ
    assert len(parts.audio.samples) / RATE_HZ == pytest.approx(
        len(spoken("how far is the station")) / RATE_HZ, abs=0.15
    )
    assert "station" in parts.words.lower()
    assert "DRAFT_TRANSCRIPT" in {note.code for note in parts.notes}


def test_a_video_is_frames_across_it_and_its_sound(tmp_path, silent):
    frames = shown([(slide(ground=RED), 2), (slide(ground=BLUE), 2)])
    path = write_video(tmp_path / "film.mp4", frames, tone(4))
    parts = read_query(path, silent, "video")
    assert parts.video.times_s == pytest.approx(np.arange(8) / 2 + 0.25, abs=0.11)
    means = parts.video.frames.mean(axis=(1, 2))
    assert (means[:4, 0] > 150).all()
    assert (means[4:, 2] > 150).all()
    assert len(parts.video.sound.samples) / RATE_HZ == pytest.approx(4.0, abs=0.15)
    assert parts.audio is None, "its sound is part of the footage"
    assert parts.image is None


def test_the_sound_of_a_video_can_be_asked_for_alone(tmp_path, silent):
    frames = shown([(slide(ground=RED), 1)])
    path = write_video(tmp_path / "film.mp4", frames, tone(1))
    parts = read_query(path, silent, "audio")
    assert parts.audio is not None
    assert parts.video is None
    mute = write_video(tmp_path / "mute.mp4", frames)
    with pytest.raises(UsageError, match=r"mute\.mp4: it holds no sound"):
        read_query(mute, silent, "audio")


def test_a_video_container_without_pictures_is_a_recording(tmp_path, silent):
    path = write_sound(tmp_path / "voice.mp4", tone(1), codec="aac")
    assert read_query(path, silent).audio is not None
    with pytest.raises(UsageError, match=r"voice\.mp4"):
        read_query(path, silent, "video")


def parsed(kind, parser, path, config):
    """All that the reading process would send, without the process."""
    asset = Asset("a" * 64, str(path), "")
    return list(QueryReader(kind, parser).parse(path, asset, config))


def test_a_long_recording_is_cut_and_a_note_says_so(tmp_path, silent):
    path = write_sound(tmp_path / "long.wav", np.concatenate([tone(59), silence(4)]))
    parts = read_query(path, silent)
    assert len(parts.audio.samples) / RATE_HZ == pytest.approx(60.0, abs=0.1)
    (note,) = [note for note in parts.notes if note.code == "LIMIT_REACHED"]
    assert "first 60 seconds of sound" in note.message
    whole = write_sound(tmp_path / "whole.wav", tone(59.9))
    assert "LIMIT_REACHED" not in {note.code for note in read_query(whole, silent).notes}


def test_a_long_video_is_cut_too(tmp_path, silent, monkeypatch):
    monkeypatch.setattr(query_worker, "VIDEO_S", 2.0)
    path = write_video(tmp_path / "long.mp4", shown([(slide(ground=RED), 2), (slide(), 3)]))
    events = parsed("video", "video", path, silent)
    seconds = [e.segment.locator.start_s for e in events if isinstance(e, Extracted)]
    assert max(seconds) < 2.0
    notes = [e.message for e in events if isinstance(e, Problem)]
    assert any("first 2 seconds of pictures" in note for note in notes)


def test_only_the_first_page_of_several_is_read(tmp_path, silent):
    path = tmp_path / "fax.tif"
    pages = [Image.new("RGB", (80, 60), colour) for colour in (RED, BLUE, BLUE)]
    pages[0].save(path, save_all=True, append_images=pages[1:])
    parts = read_query(path, silent)
    assert (parts.image.pixels == RED).all()
    events = parsed("image", "image", path, silent)
    assert len([e for e in events if isinstance(e, Extracted)]) == 2, "the picture and its words"


# -- what cannot be searched with -----------------------------------------------------------------


def bomb():
    """The header of a picture of ten thousand million pixels, and hardly any bytes."""

    def chunk(kind, data):
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    header = struct.pack(">IIBBBBB", 100_000, 100_000, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 999))
        + chunk(b"IEND", b"")
    )


REFUSED = {
    "recording.wav": ("image", None, r"a recording \(audio/wav\), and a picture was asked for"),
    "picture.png": ("audio", None, r"a picture \(image/png\), and a recording was asked for"),
    "film.png": ("video", None, r"a picture \(image/png\), and a video was asked for"),
    "notes.txt": (None, b"just words\n" * 20, r"a document \(text/plain\).*UNSUPPORTED_TYPE"),
    "broken.png": ("image", b"\x89PNG\r\n\x1a\n" + b"broken" * 30, "CORRUPT_FILE"),
    "broken.wav": ("audio", b"RIFF\x24\x00\x00\x00WAVEfmt broken", "CORRUPT_FILE"),
    "empty.jpg": ("image", b"", "EMPTY_FILE"),
    "bomb.png": ("image", bomb(), r"TOO_LARGE.*max_pixels"),
}


def ending(kind, path, config):
    """The error with which the reading process would end, without the process."""
    seen = digest(str(path))
    asset = Asset(seen.sha256, str(path), "", seen.size_bytes, seen.modified_ns)
    reader = FileReader(
        config,
        lambda path: query_worker._fitting(kind or "any", path),
        lambda parser: QueryReader(kind or "any", parser),
    )
    (error,) = [e for e in reader.read(str(path), asset) if isinstance(e, IngestError)]
    return error


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_read_is_told_with_a_code_and_the_next_step(tmp_path, silent, name):
    kind, data, expected = REFUSED[name]
    path = tmp_path / name
    if name == "recording.wav":
        write_sound(path, tone(0.2))
    else:
        path.write_bytes(png(Image.new("RGB", (9, 9))) if data is None else data)
    error = ending(kind, path, silent)
    assert re.search(expected, f"{error.message} {error.code} {error.next_step}")
    assert error.next_step.endswith("."), "the next step is a sentence"


def test_the_error_names_the_file_the_code_and_the_next_step(tmp_path, silent):
    path = tmp_path / "bomb.png"
    path.write_bytes(bomb())
    with pytest.raises(UsageError) as caught:
        read_query(path, silent, "image")
    message = str(caught.value)
    assert message.startswith(f"cannot search with {path}: The picture exceeds the limit")
    assert "(TOO_LARGE)" in message
    assert message.endswith("make it smaller.")


def test_a_wrong_kind_is_an_error_that_says_what_it_is(tmp_path, silent):
    path = write_sound(tmp_path / "said.wav", tone(0.2))
    with pytest.raises(UsageError, match=r"said\.wav: It is a recording .* picture was asked for"):
        read_query(path, silent, "image")


def test_bytes_that_fail_are_called_the_given_file(silent):
    with pytest.raises(UsageError, match=r"cannot search with the given file: .*EMPTY_FILE"):
        read_query(b"", silent)


def test_the_limits_of_the_settings_hold(tmp_path):
    path = tmp_path / "large.png"
    path.write_bytes(png(Image.new("RGB", (200, 200))))
    with pytest.raises(UsageError, match="TOO_LARGE"):
        read_query(path, settings(max_pixels=1_000))
    with pytest.raises(UsageError, match="max_file_mb"):
        read_query(path, settings(max_file_mb=0))


def test_a_file_that_is_not_there_and_a_folder_and_a_pipe(tmp_path, silent):
    for missing in (tmp_path / "none.png", "nul\0.png"):
        with pytest.raises(NotFound, match="there is no such file"):
            read_query(missing, silent)
    with pytest.raises(UsageError, match="NOT_A_FILE"):
        read_query(tmp_path, silent)
    os.mkfifo(tmp_path / "pipe.png")
    with pytest.raises(UsageError, match="NOT_A_FILE"):
        read_query(tmp_path / "pipe.png", silent)


def test_a_link_to_a_file_is_followed(tmp_path, silent):
    """The user named it; in a folder that is ingested, a link may have come from anywhere."""
    (tmp_path / "real.png").write_bytes(png(Image.new("RGB", (9, 9), BLUE)))
    (tmp_path / "link.png").symlink_to(tmp_path / "real.png")
    assert (read_query(tmp_path / "link.png", silent).image.pixels == BLUE).all()


def test_text_is_no_file_of_a_query(silent):
    with pytest.raises(UsageError, match="give text as the words"):
        read_query(b"words", silent, "text")


# -- many queries in turn -------------------------------------------------------------------------


@pytest.fixture
def started(monkeypatch):
    """The kinds of the reading processes that were started, in order."""
    kinds, start = [], Pool._start

    def counted(pool):
        kinds.append(pool._command[-1])
        return start(pool)

    monkeypatch.setattr(Pool, "_start", counted)
    return kinds


def test_the_files_of_many_queries_are_read_by_one_process_a_kind(tmp_path, silent, started):
    sound = write_sound(tmp_path / "beep.wav", tone(0.2))
    with QueryFiles(silent) as files:
        for colour in (RED, BLUE, RED):
            data = png(Image.new("RGB", (9, 9), colour))
            assert (files.read(data, "image").image.pixels == colour).all()
            assert files.read(sound, "audio").audio is not None
    assert started == ["image", "audio"]


def test_a_file_that_fails_leaves_the_reader_of_use(silent, started):
    with QueryFiles(silent) as files:
        for broken in (b"", b"\x89PNG\r\n\x1a\n" + b"broken" * 30):
            with pytest.raises(UsageError, match="cannot search with the given file"):
                files.read(broken, "image")
        assert files.read(png(Image.new("RGB", (9, 9), BLUE)), "image").image is not None
    assert started == ["image"]


def test_a_process_that_died_between_two_files_is_replaced(silent, started):
    picture = png(Image.new("RGB", (9, 9), BLUE))
    with QueryFiles(silent) as files:
        files.read(picture, "image")
        [worker] = files._lines["image"]._pool._workers.values()
        worker.kill()
        worker._process.wait()
        assert files.read(picture, "image").image is not None
    assert started == ["image", "image"]


def test_no_process_and_nothing_on_disk_is_left_behind(silent, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with QueryFiles(silent) as files:
        files.read(png(Image.new("RGB", (9, 9))), "image")
        [worker] = files._lines["image"]._pool._workers.values()
    assert worker._process.poll() is not None
    assert not list(tmp_path.iterdir())


def test_a_recogniser_that_is_switched_off_hears_no_words(tmp_path):
    path = write_sound(tmp_path / "asked.wav", spoken("how far is the station"))
    parts = read_query(path, settings(asr="none"), "audio")
    assert parts.words == ""
    assert parts.audio is not None
    assert {note.code for note in parts.notes} == {"ASR_UNAVAILABLE"}
