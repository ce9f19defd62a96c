"""Word files: what a reader sees, in order, each part under its headings."""

from __future__ import annotations

import io
import zipfile

import docx
import pytest
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from pincite.types import ImageRegion, TextSpan
from tests.ingest.offices import picture, read, replaced, rewritten

RELATED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


@pytest.fixture
def document():
    return docx.Document()


@pytest.fixture
def save(document, tmp_path):
    def saved(name="a.docx"):
        document.save(tmp_path / name)
        return tmp_path / name

    return saved


def xml(words: str):
    return parse_xml(words.replace(">", f" {nsdecls('w')}>", 1))


def test_a_segment_stands_under_the_path_of_its_headings(document, save):
    document.add_heading("Pumps", 1)
    document.add_heading("North pump", 2)
    document.add_paragraph("It runs at five bar.")
    document.add_heading("Valves", 1)
    document.add_paragraph("They are brass.")
    found = read(save())
    assert found.holding("five bar").heading == "Pumps > North pump"
    assert found.holding("brass").heading == "Valves"


def test_a_style_that_rests_on_a_heading_is_one(document, save):
    style = document.styles.add_style("House title", WD_STYLE_TYPE.PARAGRAPH)
    style.base_style = document.styles["Heading 1"]
    document.add_paragraph("Pumps", style="House title")
    document.add_paragraph("It runs at five bar.")
    assert read(save()).holding("five bar").heading == "Pumps"


def test_characters_of_a_segment_are_located_in_the_text_of_the_file(document, save):
    document.add_heading("Pumps", 1)
    document.add_paragraph("It runs at five bar.")
    found = read(save())
    assert found.place("five bar") == TextSpan(
        len("Pumps\n\nIt runs at "), len("Pumps\n\nIt runs at five bar")
    )


def test_rows_of_a_table_read_header_value(document, save):
    table = document.add_table(3, 2)
    for cell, words in zip(
        (c for row in table.rows for c in row.cells),
        ["Pump", "Bar", "North", "5", "South", "7"],
        strict=True,
    ):
        cell.text = words
    assert read(save()).text == "Pump: North; Bar: 5\n\nPump: South; Bar: 7"


def test_a_cell_merged_downwards_speaks_in_each_of_its_rows(document, save):
    table = document.add_table(3, 2)
    for cell, words in zip(
        (c for row in table.rows for c in row.cells),
        ["Site", "Bar", "North", "5", "", "7"],
        strict=True,
    ):
        cell.text = words
    table.cell(1, 0).merge(table.cell(2, 0))
    assert read(save()).text == "Site: North; Bar: 5\n\nSite: North; Bar: 7"


def test_a_table_in_a_cell_belongs_to_that_cell(document, save):
    table = document.add_table(2, 2)
    for cell, words in zip(
        (c for row in table.rows for c in row.cells), ["Pump", "Bar", "North", "5"], strict=True
    ):
        cell.text = words
    inner = table.cell(1, 0).add_table(1, 1)
    inner.cell(0, 0).text = "inner"
    assert read(save()).text == "Pump: North inner; Bar: 5"


def test_content_controls_fields_and_insertions_are_read_deletions_not(document, save):
    paragraph = document.add_paragraph("It runs ")
    for words in (
        "<w:sdt><w:sdtContent><w:r><w:t>at </w:t></w:r></w:sdtContent></w:sdt>",
        '<w:ins w:id="1" w:author="A"><w:r><w:t>five</w:t></w:r></w:ins>',
        '<w:del w:id="2" w:author="A"><w:r><w:br/><w:delText>six</w:delText></w:r></w:del>',
        '<w:moveFrom w:id="3" w:author="A"><w:r><w:t>gone</w:t></w:r></w:moveFrom>',
        '<w:fldSimple w:instr="PAGE"><w:r><w:t> bar</w:t></w:r></w:fldSimple>',
    ):
        paragraph._p.append(xml(words))
    document.element.body.insert(
        0,
        xml("<w:sdt><w:sdtContent><w:p><w:r><w:t>First.</w:t></w:r></w:p></w:sdtContent></w:sdt>"),
    )
    assert read(save()).text == "First.\n\nIt runs at five bar"


def test_a_text_box_is_read_once(document, save):
    box = "<w:txbxContent><w:p><w:r><w:t>In the box.</w:t></w:r></w:p></w:txbxContent>"
    alternate = (
        f'<mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
        f' {nsdecls("w")}><mc:Choice Requires="wps">{box}</mc:Choice>'
        f"<mc:Fallback><w:pict>{box}</w:pict></mc:Fallback></mc:AlternateContent>"
    )
    document.add_paragraph("Beside it.").add_run()._r.append(parse_xml(alternate))
    assert read(save()).text == "Beside it.\n\nIn the box."


def test_comments_are_read_with_who_made_them(document, save):
    run = document.add_paragraph("It runs at five bar.").runs[0]
    document.add_comment(run, text="Six since May.", author="Ann", initials="A")
    comment = read(save()).holding("Six since May.")
    assert (comment.text, comment.heading) == ("Ann: Six since May.", "Comments")


def test_footnotes_are_read(document, save, tmp_path):
    document.add_paragraph("It runs at five bar.")
    note = "<w:footnote><w:p><w:r><w:t>Since May.</w:t></w:r></w:p></w:footnote>"
    notes = f"<w:footnotes {nsdecls('w')}>{note}</w:footnotes>"
    relation = (
        f'<Relationship Id="rN" Type="{RELATED}/footnotes" Target="footnotes.xml"/></Relationships>'
    )
    path = replaced(
        save(), tmp_path / "b.docx", "word/_rels/document.xml.rels", "</Relationships>", relation
    )
    with zipfile.ZipFile(path, "a") as package:
        package.writestr("word/footnotes.xml", notes)
    assert read(path).holding("Since May.").heading == "Footnotes"


def test_a_broken_part_beside_the_body_costs_only_itself(document, save, tmp_path):
    document.add_paragraph("It runs at five bar.")
    document.sections[0].header.paragraphs[0].text = "Station"
    path = rewritten(save(), tmp_path / "b.docx", lambda n, d: b"<broken" if "header" in n else d)
    found = read(path)
    assert (found.text, found.codes) == ("It runs at five bar.", ["PART_FAILED"])


def test_the_first_page_header_is_read_and_equal_ones_once(document, save):
    document.add_paragraph("It runs.")
    section = document.sections[0]
    section.different_first_page_header_footer = True
    section.first_page_header.paragraphs[0].text = "Station manual"
    section.header.paragraphs[0].text = "Page"
    section.footer.paragraphs[0].text = "Page"
    found = read(save())
    assert found.text.count("Page") == 1
    assert "Station manual" in found.text


def test_a_picture_is_found_by_the_caption_below_it(document, save):
    document.add_heading("Birds", 1)
    document.add_picture(io.BytesIO(picture()))
    document.add_paragraph("Figure 1. The heron on the jetty.")
    document.add_paragraph("Another paragraph.")
    found = read(save())
    [shot] = [extract for extract in found.extracts if extract.segment.modality == "image"]
    assert shot.segment.text == "Figure 1. The heron on the jetty."
    assert shot.segment.heading == "Birds"
    assert shot.picture.data == picture()
    assert "OCR_OFF" in found.codes


def test_a_caption_above_a_picture_joins_it_and_one_below_is_not_taken_twice(document, save):
    document.add_paragraph("Figure 1. Above.")
    document.add_picture(io.BytesIO(picture()))
    document.add_paragraph("Words between.")
    document.add_picture(io.BytesIO(picture(color="red")))
    document.add_paragraph("Figure 2. Below.")
    document.add_picture(io.BytesIO(picture(color="blue")))
    images = [s.text for s in read(save()).segments if s.modality == "image"]
    assert images == ["Figure 1. Above.", "Figure 2. Below.", ""]


def test_words_in_a_picture_know_their_region(document, save):
    document.add_picture(io.BytesIO(picture("Duty roster")))
    found = read(save(), ocr="auto")
    segment = found.holding("Duty roster")
    place = segment.locate(0, len(segment.text))
    assert isinstance(place, ImageRegion)
    assert 0.0 < place.box[0] < 0.1 < place.box[2] < 0.9
    assert found.codes == []


def test_a_linked_picture_is_not_fetched(document, save, tmp_path):
    document.add_picture(io.BytesIO(picture()))
    document.add_paragraph("It runs.")
    path = replaced(
        save(), tmp_path / "b.docx", "word/_rels/document.xml.rels",
        'Target="media/image1.png"', 'Target="http://example.invalid/a.png" TargetMode="External"',
    )  # fmt: skip
    found = read(path)
    assert [segment.modality for segment in found.segments] == ["text"]
    assert found.codes == ["ACTIVE_CONTENT_IGNORED"]


def test_a_missing_picture_is_told_and_the_text_is_kept(document, save, tmp_path):
    document.add_picture(io.BytesIO(picture()))
    document.add_paragraph("It runs.")
    path = rewritten(save(), tmp_path / "b.docx", lambda n, d: None if "media" in n else d)
    found = read(path)
    assert (found.text, found.codes) == ("It runs.", ["PART_FAILED"])


def test_equal_tables_and_paragraphs_are_segments_of_their_own(document, save):
    for _ in range(2):
        document.add_heading("Same", 1)
        document.add_paragraph("The same words. " * 30)
    assert len(read(save()).segments) == 2


def test_a_file_without_words_says_so(save):
    found = read(save())
    assert (found.segments, found.codes) == ([], ["NO_TEXT"])
