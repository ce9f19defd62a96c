"""Packages that lie, swell, nest or point elsewhere end as a sentence, never as harm."""

from __future__ import annotations

import re
import struct
import zipfile

import docx
import openpyxl
import pptx
import pytest

from pincite.errors import IngestError
from tests.ingest.offices import assert_endures, outcome, read, replaced, rewritten

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
MAIN = {
    "docx": "word/document.xml",
    "pptx": "ppt/slides/slide1.xml",
    "xlsx": "xl/worksheets/sheet1.xml",
}


@pytest.fixture
def sound(tmp_path):
    """One sound file of each kind, all saying the same."""
    document = docx.Document()
    document.add_paragraph("The heron stands still.")
    document.save(tmp_path / "a.docx")
    deck = pptx.Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[0])
    slide.shapes.title.text = "The heron stands still."
    deck.save(tmp_path / "a.pptx")
    book = openpyxl.Workbook()
    book.active["A1"] = "The heron stands still."
    book.save(tmp_path / "a.xlsx")
    return {kind: tmp_path / f"a.{kind}" for kind in MAIN}


def swollen(source, target, megabytes):
    """A copy whose main part goes on with that many megabytes of zeros."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            with new.open(info.filename, "w") as part:
                part.write(old.read(info))
                for _ in range(megabytes if info.filename == "word/document.xml" else 0):
                    part.write(bytes(1 << 20))
    return target


def test_a_bomb_is_refused_from_its_directory(sound, tmp_path):
    bomb = swollen(sound["docx"], tmp_path / "bomb.docx", 256)
    assert bomb.stat().st_size < 1 << 20
    with pytest.raises(IngestError, match=r"TOO_LARGE.*256 MB, as only files made to do harm"):
        read(bomb)


def test_the_limit_of_the_settings_holds(sound):
    with pytest.raises(IngestError, match=r"TOO_LARGE.*the limit is 0 MB"):
        read(sound["docx"], max_unpacked_mb=0)


def test_a_part_that_lies_about_its_size_is_not_unpacked_further(sound, tmp_path):
    bomb = swollen(sound["docx"], tmp_path / "bomb.docx", 8)
    data = bytearray(bomb.read_bytes())
    at = data.rindex(b"word/document.xml") - 46  # its entry in the directory
    assert data[at : at + 4] == b"PK\x01\x02"
    data[at + 24 : at + 28] = struct.pack("<I", 1000)
    bomb.write_bytes(data)
    with pytest.raises(IngestError, match="CORRUPT_FILE"):
        read(bomb)


@pytest.mark.parametrize("kind", MAIN)
def test_deep_nesting_ends_as_a_broken_part(sound, tmp_path, kind):
    deep = b"<a>" * 100_000 + b"</a>" * 100_000
    path = rewritten(
        sound[kind], tmp_path / f"deep.{kind}", lambda n, d: deep if n == MAIN[kind] else d
    )
    assert {"PART_FAILED", "CORRUPT_FILE"} & set(outcome(path).codes)


@pytest.mark.parametrize("kind", MAIN)
def test_entities_are_not_expanded(sound, tmp_path, kind):
    ten = "".join(f'<!ENTITY {chr(98 + i)} "{f"&{chr(97 + i)};" * 10}">' for i in range(9))
    laughs = f'<!DOCTYPE x [<!ENTITY a "ha">{ten}]>'
    path = with_entity(sound[kind], tmp_path / f"laughs.{kind}", MAIN[kind], laughs, "&j;")
    assert "haha" not in outcome(path).text


@pytest.mark.parametrize("kind", MAIN)
def test_a_file_named_by_an_entity_is_not_read(sound, tmp_path, kind):
    secret = tmp_path / "secret.txt"
    secret.write_text("the secret")
    declared = f'<!DOCTYPE x [<!ENTITY s SYSTEM "{secret.as_uri()}">]>'
    path = with_entity(sound[kind], tmp_path / f"entity.{kind}", MAIN[kind], declared, "&s;")
    assert "the secret" not in outcome(path).text


def with_entity(source, target, part, declared, entity):
    def change(name, data):
        if name != part:
            return data
        root = data[re.match(rb"(<\?xml.*?\?>\s*)?", data).end() :]
        assert b"The heron" in root
        return declared.encode() + root.replace(b"The heron", entity.encode())

    return rewritten(source, target, change)


def test_links_to_elsewhere_are_told_and_not_followed(sound, tmp_path):
    link = (
        '<Relationship Id="rX" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
        'relationships/attachedTemplate" Target="http://example.invalid/t.dotm" '
        'TargetMode="External"/></Relationships>'
    )
    path = replaced(
        sound["docx"], tmp_path / "t.docx", "word/_rels/document.xml.rels", "</Relationships>", link
    )
    found = read(path)
    assert found.codes == ["ACTIVE_CONTENT_IGNORED"]
    assert found.text == "The heron stands still."


def test_a_hyperlink_is_nothing_to_tell(sound, tmp_path):
    link = (
        '<Relationship Id="rX" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
        'relationships/hyperlink" Target="http://example.invalid/" TargetMode="External"/>'
        "</Relationships>"
    )
    path = replaced(
        sound["docx"], tmp_path / "t.docx", "word/_rels/document.xml.rels", "</Relationships>", link
    )
    assert read(path).codes == []


def test_macros_are_noted(sound, tmp_path):
    path = tmp_path / "macro.docx"
    path.write_bytes(sound["docx"].read_bytes())
    with zipfile.ZipFile(path, "a") as package:
        package.writestr("word/vbaProject.bin", b"Sub AutoOpen")
    assert read(path).codes == ["ACTIVE_CONTENT_IGNORED"]


def test_names_that_lead_out_of_the_package_write_nothing(sound, tmp_path):
    inside = tmp_path / "inside"
    inside.mkdir()
    path = inside / "slip.docx"
    path.write_bytes(sound["docx"].read_bytes())
    with zipfile.ZipFile(path, "a") as package:
        package.writestr("../../slipped.txt", b"out")
        package.writestr("/slipped.txt", b"out")
    assert read(path).text == "The heron stands still."
    assert sorted(p.name for p in inside.iterdir()) == ["slip.docx"]


@pytest.mark.parametrize("kind", MAIN)
def test_strict_files_are_read_like_the_others(sound, tmp_path, kind):
    old = b"http://schemas.openxmlformats.org/"

    def strict(name, data):
        for space in (
            b"wordprocessingml",
            b"presentationml",
            b"spreadsheetml",
            b"officeDocument",
            b"drawingml",
        ):
            data = data.replace(
                old + space + b"/2006/", b"http://purl.oclc.org/ooxml/" + space + b"/"
            )
        return data

    path = rewritten(sound[kind], tmp_path / f"strict.{kind}", strict)
    assert read(path).text == "The heron stands still."


@pytest.mark.parametrize("kind", ["docx", "pptx"])
def test_templates_are_read_like_documents(sound, tmp_path, kind):
    path = tmp_path / f"t.{kind}"
    types = {
        "docx": ("document.main", "template.main"),
        "pptx": ("presentation.main", "template.main"),
    }
    replaced(sound[kind], path, "[Content_Types].xml", *types[kind])
    assert read(path).text == "The heron stands still."


@pytest.mark.parametrize("kind", MAIN)
def test_damage_ends_as_a_sentence(sound, tmp_path, kind):
    count = assert_endures(tmp_path, sound[kind].read_bytes(), f".{kind}", kind)
    assert 0 < count < 55


@pytest.mark.parametrize("kind", MAIN)
def test_damage_inside_the_parts_ends_as_a_sentence(sound, tmp_path, kind):
    stored = tmp_path / f"stored.{kind}"
    with zipfile.ZipFile(sound[kind]) as old, zipfile.ZipFile(stored, "w") as new:
        for info in old.infolist():
            if "theme" not in info.filename and "Layout" not in info.filename:
                new.writestr(info.filename, old.read(info))
    data = stored.read_bytes()
    assert assert_endures(tmp_path, data, f".{kind}", kind) > 0


@pytest.mark.parametrize("kind", MAIN)
def test_values_that_are_no_numbers_do_no_harm(sound, tmp_path, kind):
    """Every quoted number of the main part, one after another, becomes nonsense."""
    with zipfile.ZipFile(sound[kind]) as package:
        data = package.read(MAIN[kind])
    places = [
        i for i in range(len(data) - 1) if data[i : i + 1] == b'"' and data[i + 1 : i + 2].isdigit()
    ]
    for nonsense in (b"x", b"-9", b"9999999999999999999999"):
        for at in places[:20]:
            end = data.index(b'"', at + 1)
            broken = data[: at + 1] + nonsense + data[end:]
            path = rewritten(
                sound[kind],
                tmp_path / f"n.{kind}",
                lambda n, d, b=broken: b if n == MAIN[kind] else d,
            )
            assert set(outcome(path).codes) <= {"CORRUPT_FILE", "PART_FAILED", "NO_TEXT"}
