"""Pictures inside files: what is shown is kept, what is an ornament is not, each read once."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from pincite.config import load_config
from pincite.errors import IngestError
from pincite.ingest import embedded
from pincite.ingest.embedded import Embedded, PictureReader
from pincite.types import Asset, Cells, Extracted, ImageRegion, PageRegion, Problem
from tests.ingest.offices import picture

ASSET = Asset("a" * 64, "/a.docx", "application/x")


def reader(**flags: object) -> PictureReader:
    return PictureReader(ASSET, load_config(flags, environ={}), "test-1")


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def test_words_in_a_picture_lie_in_the_box_of_the_picture_on_its_page():
    inner = PageRegion(3, (0.5, 0.5, 0.7, 0.6))
    [event] = reader().events(Embedded(picture("Duty roster"), "P", inner), 0)
    at = event.segment.text.index("Duty")
    x0, y0, x1, y1 = event.segment.locate(at, at + 4).box
    assert 0.5 <= x0 < x1 <= 0.7
    assert 0.5 <= y0 < y1 <= 0.6


@pytest.mark.parametrize("place", [ImageRegion(), Cells("Sheet", "D4:F9")])
def test_a_caption_is_the_text_before_the_words_in_the_picture(place):
    shot = Embedded(picture("Duty roster"), "P", place, caption="A board")
    [event] = reader().events(shot, 7)
    assert event.segment.text.split("\n") == ["A board", "Duty roster"]
    assert event.segment.locate(0, 7) == event.segment.locator == place
    assert event.segment.ordinal == 7


def test_a_picture_that_comes_again_is_read_once():
    same = reader(ocr="off")
    data = saved(Image.new("RGB", (60, 60), "red"), "TIFF")  # kept as another file, made once
    shots = [Embedded(data, "P", crop=(0, 0, 1, 1)) for _ in range(3)]
    found = [e for n, shot in enumerate(shots) for e in same.events(shot, n)][1:]
    assert found[0].picture is found[1].picture is found[2].picture
    assert len({event.segment.id for event in found}) == 3


def test_small_ornaments_are_left_out():
    assert list(reader().events(Embedded(picture(size=(400, 20)), "rule"), 0)) == []


def test_too_many_pixels_are_refused_from_the_header():
    [problem] = reader(max_pixels=1000).events(Embedded(picture(), "P"), 0)
    assert (problem.code, "400 x 120 pixels" in problem.message) == ("IMAGE_FAILED", True)


def test_an_unknown_or_broken_picture_is_told_by_name():
    for data in (b"no picture", picture()[:60]):
        [problem] = reader(ocr="off").events(Embedded(data, "Picture 4"), 0)
        assert isinstance(problem, Problem)
        assert problem.message.startswith("Picture 4 could not be read (")


def test_a_missing_engine_is_told_once_and_the_pictures_are_kept(monkeypatch):
    def failing(rgb, config):
        raise IngestError("OCR_UNAVAILABLE", "No engine.", "Install one.")

    monkeypatch.setattr(embedded, "read_lines", failing)
    same = reader()
    events = [e for n in range(2) for e in same.events(Embedded(picture(str(n)), "P"), n)]
    assert [type(event) for event in events] == [Problem, Extracted, Extracted]


def test_kinds_that_browsers_do_not_show_are_kept_as_png():
    data = saved(Image.new("RGB", (60, 60), "red"), "TIFF")
    *_, event = reader(ocr="off").events(Embedded(data, "P"), 0)
    assert event.picture.media_type == "image/png"
    shown = np.asarray(Image.open(io.BytesIO(event.picture.data)))
    assert (shown[30, 30] == (255, 0, 0)).all()


def test_black_words_on_nothing_are_read_as_on_paper():
    dark = Image.open(io.BytesIO(picture("Duty roster"))).convert("L")
    clear = Image.new("RGBA", dark.size, (0, 0, 0, 0))
    clear.paste("black", mask=dark.point(lambda value: 255 - value))
    [event] = reader().events(Embedded(saved(clear, "PNG"), "P"), 0)
    assert "Duty roster" in event.segment.text
