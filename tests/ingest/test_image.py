"""Picture files of every kind of colour, size and damage to segments."""

import io
import json
import struct
import zlib

import numpy as np
import pytest
from PIL import ExifTags, Image

from pincite.config import load_config
from pincite.errors import IngestError
from pincite.ingest.image import ImageParser
from pincite.ingest.image_open import opened
from pincite.ingest.image_tags import tags_of
from pincite.types import WHOLE, Asset, Extracted, ImageRegion, PageRegion, Problem, Progress
from tests.ingest.drawn import page

SIGN = [(60, 60, "Valve 7 is shut"), (60, 100, "since March 2024")]


def read(path, **flags):
    config = load_config(flags, environ={}, folder=path.parent)
    events = list(ImageParser().parse(path, Asset("0" * 64, str(path), "image/png"), config))
    segments = [e.segment for e in events if isinstance(e, Extracted)]
    return segments, [e for e in events if isinstance(e, Problem)], events


def saved(tmp_path, picture, name="sign.png", **options):
    path = tmp_path / name
    picture.save(path, **options)
    return path


def test_lines_are_cited_where_they_stand(tmp_path):
    [segment], problems, _ = read(saved(tmp_path, page(SIGN)))
    assert segment.text == "Valve 7 is shut\nsince March 2024"
    assert segment.locator == ImageRegion(WHOLE)
    assert segment.modality == "image"
    start = segment.text.index("since")
    box = segment.locate(start, len(segment.text)).box
    assert box[1] * 400 == pytest.approx(100, abs=15)
    assert not problems


def test_a_label_and_its_amount_are_one_line_with_an_anchor_each(tmp_path):
    receipt = [(40, 30, "Bread"), (480, 30, "3.20"), (40, 90, "Milk"), (480, 90, "1.15")]
    receipt += [(40, 150, "TOTAL"), (480, 150, "4.35")]
    [segment], _, _ = read(saved(tmp_path, page(receipt)))
    assert segment.text.splitlines()[-1] == "TOTAL 4.35"
    end = len(segment.text)
    assert segment.locate(end - 4, end).box[0] > 0.7


@pytest.mark.parametrize(
    ("mode", "name"),
    [
        ("L", "grey.png"),
        ("1", "bilevel.png"),
        ("P", "palette.gif"),
        ("CMYK", "print.jpg"),
        ("CMYK", "print.tif"),
        ("RGB", "photo.webp"),
        ("RGB", "photo.bmp"),
        ("LA", "grey-alpha.png"),
    ],
)
def test_every_colour_mode_is_read(tmp_path, mode, name):
    path = saved(tmp_path, page(SIGN).convert(mode), name)
    assert "Valve 7" in read(path)[0][0].text


def test_sixteen_bits_are_read(tmp_path):
    values = np.asarray(page(SIGN).convert("L"), dtype=np.uint16) * 257
    assert "Valve 7" in read(saved(tmp_path, Image.fromarray(values)))[0][0].text


@pytest.mark.parametrize("ink", [0, 255])
def test_words_on_a_clear_ground_are_read_dark_or_light(tmp_path, ink):
    grey = 255 - np.asarray(page(SIGN).convert("L"))
    pixels = np.full((*grey.shape, 4), ink, np.uint8)
    pixels[..., 3] = grey
    assert "Valve 7" in read(saved(tmp_path, Image.fromarray(pixels, "RGBA")))[0][0].text


def test_a_photograph_turned_by_exif_has_boxes_as_it_is_displayed(tmp_path):
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6  # displayed after a quarter turn clockwise
    path = saved(tmp_path, page(SIGN).rotate(90, expand=True), "turned.jpg", exif=exif, quality=95)
    [segment], _, _ = read(path)
    assert segment.text == "Valve 7 is shut\nsince March 2024"
    assert segment.locate(0, 5).box[1] * 400 == pytest.approx(60, abs=15)


def test_camera_date_place_and_name_can_be_searched_but_are_not_text(tmp_path):
    exif = Image.Exif()
    exif[ExifTags.Base.Make], exif[ExifTags.Base.Model] = "Acme", "Acme X100"
    exif[ExifTags.Base.DateTime] = "2024:03:09 14:30:00"
    exif.get_ifd(ExifTags.IFD.GPSInfo).update(
        {1: "S", 2: (33.0, 51.0, 30.0), 3: "E", 4: (151.0, 12.0, 0.0)}
    )
    path = saved(tmp_path, Image.new("RGB", (64, 64), "navy"), "harbour_bridge.jpg", exif=exif)
    [segment], [note], _ = read(path)
    assert segment.text == ""
    assert note.code == "NO_TEXT"
    assert segment.context.splitlines() == [
        "harbour bridge",
        "taken 2024-03-09 14:30",
        "Acme X100",
        "at 33.85833°S 151.20000°E",
    ]


def test_captions_beside_the_picture_are_its_context(tmp_path):
    path = saved(tmp_path, Image.new("RGB", (64, 64)), "a.png")
    (tmp_path / "a.txt").write_text("A heron at dawn", "utf-8")
    (tmp_path / "a.json").write_text(json.dumps({"title": "Morning", "n": 3}), "utf-8")
    rows = [
        {"file_name": "b.png", "text": "other"},
        {"file_name": "a.png", "captions": ["水边的鸟"]},
    ]
    table = "\n".join(json.dumps(row) for row in rows) + "\nnot json\n"
    (tmp_path / "metadata.jsonl").write_text(table, "utf-8")
    [segment], _, _ = read(path)
    assert segment.context.splitlines() == ["a", "A heron at dawn", "Morning", "水边的鸟"]


def test_pages_of_a_tiff_are_pages(tmp_path):
    first, second = page(SIGN), page([(60, 60, "The second page")])
    path = saved(tmp_path, first, "fax.tif", save_all=True, append_images=[second])
    segments, _, events = read(path)
    assert [s.locator for s in segments] == [PageRegion(1, WHOLE), PageRegion(2, WHOLE)]
    assert "The second page" in segments[1].text
    assert events[-1] == Progress("page", 2, 2)


def test_an_animation_gives_its_first_frame_and_later_ones_only_for_new_words(tmp_path):
    frames = [page(SIGN)] * 8 + [page([(60, 60, "Valve 9 opens")])] + [page(SIGN)] * 30
    frames = [f.copy() for f in frames]
    for i, frame in enumerate(frames):  # Pillow merges equal frames
        frame.putpixel((i, 0), (0, 0, 0))
    path = saved(tmp_path, frames[0], "loop.gif", save_all=True, append_images=frames[1:])
    segments, _, _ = read(path)
    assert [s.text.splitlines()[0] for s in segments] == ["Valve 7 is shut", "Valve 9 opens"]
    assert len({s.id for s in segments}) == 2


def test_with_ocr_off_the_picture_is_kept_and_the_loss_is_told(tmp_path):
    [segment], [problem], _ = read(saved(tmp_path, page(SIGN)), ocr="off")
    assert (segment.text, problem.code) == ("", "OCR_OFF")


def png_header(width, height):
    def chunk(kind, data):
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    rows = zlib.compress(bytes(1000))
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("pixels", [200_000_001, 1_020_000_000])
def test_too_many_pixels_are_refused_from_the_header(tmp_path, pixels):
    path = tmp_path / "bomb.png"
    path.write_bytes(png_header(pixels // 1000 + 1, 1000))
    with pytest.raises(IngestError) as raised:
        read(path)
    assert raised.value.code == "TOO_LARGE"
    assert "max_pixels" in raised.value.next_step


def test_a_picture_that_ends_early_gives_what_was_there(tmp_path):
    buffer = io.BytesIO()
    page(SIGN, (600, 900)).save(buffer, "JPEG", quality=95)
    path = tmp_path / "cut.jpg"
    path.write_bytes(buffer.getvalue()[: int(len(buffer.getvalue()) * 0.8)])
    [segment], problems, _ = read(path)
    assert "Valve 7" in segment.text
    assert [p.code for p in problems] == ["TRUNCATED"]


@pytest.mark.parametrize(
    "data", [b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0junk", b"GIF89a", b"words"]
)
def test_what_cannot_be_decoded_is_corrupt(tmp_path, data):
    path = tmp_path / "broken.png"
    path.write_bytes(data)
    with pytest.raises(IngestError) as raised:
        read(path)
    assert raised.value.code == "CORRUPT_FILE"


@pytest.mark.parametrize("size", [(1, 1), (1, 65000), (65000, 1)])
def test_slivers_are_kept_without_words(tmp_path, size):
    [segment], [note], _ = read(saved(tmp_path, Image.new("L", size)))
    assert (segment.text, note.code) == ("", "NO_TEXT")


@pytest.mark.parametrize("seed", range(12))
def test_flipped_bytes_never_raise_anything_but_an_ingest_error(tmp_path, seed):
    buffer = io.BytesIO()
    kind = ("PNG", "JPEG", "GIF", "TIFF", "WEBP", "BMP")[seed % 6]
    page(SIGN[:1], (120, 60), 12).save(buffer, kind)
    data = bytearray(buffer.getvalue())
    dice = np.random.default_rng(seed)
    for at in dice.integers(0, len(data), 12):
        data[at] = dice.integers(0, 256)
    path = tmp_path / "flipped.bin"
    path.write_bytes(data)
    try:
        segments, _, _ = read(path, ocr="off")
    except IngestError as error:
        segments = []
        code = error.code
    else:
        code = ""
    assert segments or code in ("CORRUPT_FILE", "TOO_LARGE")


def test_tags_come_from_sidecars_and_from_the_xmp_inside(tmp_path):
    xmp = "<x><dc:subject><rdf:Bag><rdf:li>Q&amp;A</rdf:li></rdf:Bag></dc:subject></x>"
    path = tmp_path / "a.jpg"
    Image.new("RGB", (40, 30), "red").save(path, xmp=xmp.encode())
    (tmp_path / "a.json").write_text('{"tags": ["pump", 3], "keywords": "red, 水泵"}')
    (tmp_path / "a.jpg.xmp").write_text(xmp.replace("Q&amp;A", "valve"))
    (tmp_path / "metadata.jsonl").write_text('{"file_name": "a.jpg", "labels": ["pump", "pipe"]}')
    with opened(path, 10_000) as image:
        assert tags_of(path, image) == ("pump", "red", "水泵", "pipe", "valve", "Q&A")
    (tmp_path / "a.json").write_text('{"tags": ["' + "x" * 200 + '", "\\u0000 "]}')
    with opened(path, 10_000) as image:
        assert tags_of(path, image) == ("pump", "pipe", "valve", "Q&A")


def test_every_segment_of_a_picture_has_its_tags(tmp_path):
    path = tmp_path / "a.png"
    Image.new("RGB", (40, 30), "red").save(path)
    (tmp_path / "a.json").write_text('{"tags": ["pump"]}')
    [segment], _, _ = read(path, ocr="off")
    assert segment.tags == ("pump",)
