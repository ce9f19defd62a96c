"""PDF pages to segments; every file is written by hand, so each expected box is known."""

import re

import numpy as np
import pytest

from pincite.config import load_config
from pincite.errors import IngestError
from pincite.ingest.pdf import PdfParser
from pincite.types import Asset, Extracted, PageRegion, Problem, Progress
from tests.ingest.drawn import array
from tests.ingest.drawn import page as drawn_page
from tests.ingest.pdfs import Page, chinese, column, pdf, picture_at, text

LONG = [
    "The station was built in 1962 and has two pumps of equal size,",
    "one of which is kept in reserve. The pressure at the inlet is 3.5 bar.",
    "It is read every morning by the keeper of the station.",
]


def read(tmp_path, data, **flags):
    path = tmp_path / "document.pdf"
    path.write_bytes(data)
    config = load_config(flags, environ={}, folder=tmp_path)
    asset = Asset("0" * 64, str(path), "application/pdf")
    events = list(PdfParser().parse(path, asset, config))
    segments = [e.segment for e in events if isinstance(e, Extracted)]
    return segments, [e for e in events if isinstance(e, Problem)], events


def located(segment, quote):
    start = segment.text.index(quote)
    return segment.locate(start, start + len(quote))


def holds(box, x0, y0, x1, y1, slack=0.01):
    """The box lies around the rectangle, and not by much more than a letter."""
    inside = box[0] <= x0 + slack and box[1] <= y0 + slack
    return inside and box[2] >= x1 - slack and box[3] >= y1 - slack


class TestText:
    def test_a_sentence_is_found_in_its_lines_and_cited_where_it_stands(self, tmp_path):
        [segment], problems, events = read(tmp_path, pdf([Page(column(60, 700, LONG))]))
        assert "equal size, one of which" in segment.text
        where = located(segment, "It is read every morning")
        assert where.page == 1
        # Third baseline at y = 670 of 800 from below, letters about 9 high: 0.151..0.1625.
        assert where.box[1] == pytest.approx(0.151, abs=0.006)
        assert where.box[3] == pytest.approx(0.1655, abs=0.006)
        assert where.box[0] == pytest.approx(0.1, abs=0.003)
        assert not problems
        assert events[-1] == Progress("page", 1, 1)

    def test_a_sentence_that_begins_inside_a_line_is_cited_from_there(self, tmp_path):
        [segment], _, _ = read(tmp_path, pdf([Page(column(60, 700, LONG))]))
        box = located(segment, "The pressure at the inlet is 3.5 bar.").box
        assert box[0] > 0.3
        assert box[3] - box[1] < 0.03

    @pytest.mark.parametrize("rotate", [90, 180, 270])
    def test_a_turned_page_has_boxes_as_it_is_displayed(self, tmp_path, rotate):
        upright, _, _ = read(tmp_path, pdf([Page(column(60, 700, LONG))]))
        turned, _, _ = read(tmp_path, pdf([Page(column(60, 700, LONG), rotate=rotate)]))
        x0, y0, x1, y1 = upright[0].locator.box
        expected = {
            90: (1 - y1, x0, 1 - y0, x1),
            180: (1 - x1, 1 - y1, 1 - x0, 1 - y0),
            270: (y0, 1 - x1, y1, 1 - x0),
        }[rotate]
        assert turned[0].text == upright[0].text
        assert turned[0].locator.box == pytest.approx(expected, abs=0.002)

    def test_a_cropped_page_has_boxes_of_what_is_shown(self, tmp_path):
        cropped = Page(column(60, 700, LONG), crop_box=(0, 400, 600, 800))
        [whole], _, _ = read(tmp_path, pdf([Page(column(60, 700, LONG))]))
        [shown], _, _ = read(tmp_path, pdf([cropped]))
        assert shown.locator.box[3] == pytest.approx(2 * whole.locator.box[3], abs=0.005)

    def test_letters_outside_the_crop_are_not_read(self, tmp_path):
        page = Page(
            column(60, 700, LONG) + text(60, 100, "Hidden below"), crop_box=(0, 400, 600, 800)
        )
        segments, _, _ = read(tmp_path, pdf([page]))
        assert "Hidden" not in "".join(s.text for s in segments)

    def test_two_columns_are_read_one_after_the_other(self, tmp_path):
        left = [f"left column holds words of line {i}" for i in range(6)]
        right = [f"right column holds words of line {i}" for i in range(6)]
        page = Page(column(40, 700, left, 10) + column(320, 700, right, 10))
        segments, _, _ = read(tmp_path, pdf([page]))
        words = " ".join(s.text for s in segments)
        assert words.index("left column holds words of line 5") < words.index("right column")

    def test_a_table_row_keeps_its_label_and_numbers_in_one_line(self, tmp_path):
        rows = [("Revenue", "6,779", "5,504"), ("Marketing", "824", "607"), ("Total", "91", "88")]
        content = ""
        for i, row in enumerate(rows):
            for x, cell in zip((60, 300, 400), row, strict=True):
                content += text(x, 700 - 15 * i, cell)
        [segment], _, _ = read(tmp_path, pdf([Page(content)]))
        assert "Marketing | 824 | 607" in segment.text.splitlines()
        assert located(segment, "607").box[0] == pytest.approx(400 / 600, abs=0.005)

    def test_headings_carry_over_to_the_next_page(self, tmp_path):
        pages = [
            Page(text(60, 700, "Operating the pump", 24) + column(60, 640, LONG)),
            Page(column(60, 700, LONG)),
        ]
        segments, _, _ = read(tmp_path, pdf(pages, title="Pump manual"))
        assert segments[-1].heading == "Pump manual > Operating the pump"
        assert segments[-1].locator.page == 2

    def test_a_segment_never_crosses_a_page_and_ordinals_ascend(self, tmp_path):
        segments, _, _ = read(tmp_path, pdf([Page(column(60, 700, LONG * 9)) for _ in range(3)]))
        assert [s.ordinal for s in segments] == list(range(len(segments)))
        assert len({s.id for s in segments}) == len(segments)
        for segment in segments:
            pages = {anchor.locator.page for anchor in segment.anchors}
            assert pages == {segment.locator.page}

    def test_the_number_of_the_page_can_be_searched(self, tmp_path):
        segments, _, _ = read(tmp_path, pdf([Page(), Page(column(60, 700, LONG))]))
        assert segments[-1].context.endswith("page 2")

    def test_a_comment_and_a_filled_field_are_read(self, tmp_path):
        note = "<< /Type /Annot /Subtype /Text /Rect [60 400 80 420] /Contents (Valve 7 leaks) >>"
        field = (
            "<< /Type /Annot /Subtype /Widget /FT /Tx /T (Name) /V (Ada Long) "
            "/Rect [60 300 200 320] /DA (/F1 12 Tf) >>"
        )
        page = Page(column(60, 700, LONG), annotations=note + field)
        data = pdf([page], extra="/AcroForm << /Fields [] >>")
        segments, _, _ = read(tmp_path, data)
        words = "\n".join(s.text for s in segments)
        assert "Valve 7 leaks" in words
        assert "Name: Ada Long" in words


class TestChinese:
    def words(self, tmp_path, content):
        segments, _, _ = read(tmp_path, pdf([Page(content)]))
        return "\n".join(segment.text for segment in segments)

    def test_wide_spaces_part_words_not_cells(self, tmp_path):
        content = chinese(60, 700, "第12期　2025年4月") + chinese(60, 600, "图1　　各块面积")
        found = self.words(tmp_path, content)
        assert "第12期 2025年4月" in found
        assert "图1 各块面积" in found

    def test_a_row_of_wide_spaces_parts_cells(self, tmp_path):
        found = self.words(tmp_path, chinese(60, 700, "公司　　　　　电话"))
        assert found == "公司 | 电话"

    @pytest.mark.parametrize("gap", [0, 1, 4])
    def test_a_change_of_font_at_a_number_puts_no_space(self, tmp_path, gap):
        # Two digits of Helvetica at 12 points are 13.3 wide.
        content = chinese(60, 700, "停到八月") + text(108 + gap, 700, "24")
        content += chinese(121.3 + 2 * gap, 700, "日为止")
        assert self.words(tmp_path, content) == "停到八月24日为止"

    def test_a_space_that_is_written_stays(self, tmp_path):
        content = chinese(60, 700, "水泵 24 号")
        assert self.words(tmp_path, content) == "水泵 24 号"


class TestCharts:
    """Bars 40 wide, 60 apart, on y = 300; what stands around them belongs to the figure."""

    QUARTERS = (("Jan-Mar", 182), ("Apr-Jun", 214), ("Jul-Sep", 273), ("Oct-Dec", 199))

    def upright(self, size=9):
        content = "0.2 0.4 0.7 rg\n"
        for i, (_, value) in enumerate(self.QUARTERS):
            content += f"{120 + 60 * i} 300 40 {value / 2} re f\n"
        content += "0 g\n"
        for i, (name, value) in enumerate(self.QUARTERS):
            content += text(122 + 60 * i, 287, name, 9)
            content += text(132 + 60 * i, 304 + value / 2, str(value), size)
        return content

    def level(self):
        content = "0.2 0.4 0.7 rg\n"
        for i, (_, value) in enumerate(self.QUARTERS):
            content += f"200 {400 - 20 * i} {value} 12 re f\n"
        content += "0 g\n"
        for i, (name, value) in enumerate(self.QUARTERS):
            content += text(60, 403 - 20 * i, name, 9)
            content += text(206 + value, 403 - 20 * i, str(value), 9)
        return content

    def page(self, chart):
        content = column(60, 740, LONG) + text(60, 500, "Sales", 16, "F2") + chart
        content += text(60, 262, "Figure 1. Flour sold in tons.", 10)
        return Page(content + text(60, 230, "Outlook", 16, "F2") + column(60, 200, LONG))

    @pytest.mark.parametrize("kind", ["upright", "level"])
    def test_the_words_of_bars_are_one_figure_with_its_caption(self, tmp_path, kind):
        segments, _, _ = read(tmp_path, pdf([self.page(getattr(self, kind)())]))
        [figure] = [s for s in segments if s.modality == "image"]
        rows = [f"{name} | {value}" for name, value in self.QUARTERS]
        assert figure.text.splitlines() == ["Figure 1. Flour sold in tons.", "", *rows]
        assert figure.heading == "Sales"
        prose = "\n".join(s.text for s in segments if s.modality == "text")
        assert not any(name in prose or str(value) in prose for name, value in self.QUARTERS)

    def test_a_value_is_cited_where_it_is_printed(self, tmp_path):
        segments, _, _ = read(tmp_path, pdf([self.page(self.upright())]))
        [figure] = [s for s in segments if s.modality == "image"]
        box = located(figure, "Jul-Sep | 273").box
        assert holds(box, 252 / 600, 1 - 448 / 800, 267 / 600, 1 - 440 / 800, slack=0.006)
        assert box[3] - box[1] < 0.02

    def test_large_values_are_no_headings(self, tmp_path):
        segments, _, _ = read(tmp_path, pdf([self.page(self.upright(size=15))]))
        assert {s.heading for s in segments} == {"", "Sales", "Outlook"}
        [figure] = [s for s in segments if s.modality == "image"]
        assert "Jul-Sep | 273" in figure.text

    def test_cells_with_shades_are_no_bars(self, tmp_path):
        content, widths = "0.8 0.9 1 rg\n", (120, 80, 150, 60)
        for i in range(4):
            content += f"60 {600 - 20 * i} {widths[i]} 14 re f\n"
            content += f"{60 + widths[i]} {600 - 20 * i} 100 14 re f\n"
        content += "0 g\n"
        for i in range(4):
            content += text(62, 603 - 20 * i, f"Row {i}", 9) + text(262, 603 - 20 * i, f"{i}7", 9)
        segments, _, _ = read(tmp_path, pdf([Page(column(60, 740, LONG) + content)]))
        assert {s.modality for s in segments} == {"text"}

    def test_lines_on_coloured_ground_are_no_bars(self, tmp_path):
        lines = [
            "Do not open the valve.",
            "Wait.",
            "Then close the drain.",
            "Read the gauge again.",
        ]
        content = "1 0.9 0.3 rg\n"
        for i, words in enumerate(lines):
            content += f"60 {600 - 20 * i} {8 * len(words)} 14 re f\n"
        content += "0 g\n" + column(62, 603, lines, 10, 20)
        content += column(45, 603, ["a", "b", "c", "d"], 10, 20)
        segments, _, _ = read(tmp_path, pdf([Page(column(60, 740, LONG) + content)]))
        assert {s.modality for s in segments} == {"text"}

    def test_ticks_and_names_around_a_drawn_line_leave_the_prose(self, tmp_path):
        content = ""
        for i in range(5):
            content += f"110 {300 + 30 * i} m 400 {300 + 30 * i} l S\n"
            content += text(90, 297 + 30 * i, f"{i}.5", 9)
        content += "130 320 m 180 400 l 230 350 l 280 410 l 330 330 l S\n"
        content += "".join(f"{128 + 50 * i} 330 4 4 re f\n" for i in range(5))
        content += "".join(
            text(122 + 50 * i, 287, m, 9) for i, m in enumerate(("Jan", "Feb", "Mar"))
        )
        segments, _, _ = read(tmp_path, pdf([self.page(content)]))
        [figure] = [s for s in segments if s.modality == "image"]
        assert all(word in figure.text for word in ("0.5", "4.5", "Jan", "Mar"))
        assert not any("Feb" in s.text or "2.5" in s.text for s in segments if s.modality == "text")


class TestPictures:
    def scan(self):
        lines = [(30, 40 + 50 * i, f"Report number {i} of the station") for i in range(4)]
        return array(drawn_page(lines, (600, 800), 30))

    def test_a_page_without_text_layer_is_read_by_ocr_and_cited_in_its_place(self, tmp_path):
        page = Page(picture_at(0, 0, 600, 800), picture=self.scan())
        [segment], problems, _ = read(tmp_path, pdf([page]))
        assert segment.modality == "image"
        assert "Report number 2 of the station" in segment.text
        box = located(segment, "Report number 2 of the station").box
        assert holds(box, 30 / 600, 147 / 800, 440 / 600, 165 / 800)
        assert box[3] - box[1] < 0.08
        assert not problems

    def test_with_ocr_off_the_page_is_reported_and_its_picture_kept(self, tmp_path):
        page = Page(picture_at(0, 0, 600, 800), picture=self.scan())
        [segment], [problem], _ = read(tmp_path, pdf([page]), ocr="off")
        assert problem.code == "OCR_OFF"
        assert "1" in problem.message
        assert segment.text == ""

    def test_ocr_can_be_forced_on_a_page_with_text(self, tmp_path):
        segments, _, _ = read(tmp_path, pdf([Page(column(60, 700, LONG))]), ocr="force")
        assert {s.modality for s in segments} == {"image"}
        assert "1962" in segments[0].text

    def test_a_picture_on_a_text_page_is_a_segment_with_its_caption(self, tmp_path):
        picture = array(
            drawn_page([(20, 30, "Inlet 3.5 bar"), (20, 90, "Outlet 9 bar")], (400, 200))
        )
        content = column(60, 740, LONG) + picture_at(100, 450, 300, 150)
        content += text(100, 430, "Figure 1: The two gauges.")
        segments, _, _ = read(tmp_path, pdf([Page(content, picture=picture)]))
        [figure] = [s for s in segments if s.modality == "image"]
        assert figure.text.startswith("Figure 1: The two gauges.")
        assert "Outlet 9 bar" in figure.text
        assert figure.locator == PageRegion(
            1, pytest.approx((1 / 6, 0.25, 2 / 3, 0.4375), abs=0.01)
        )
        assert "station was built" in figure.context
        box = located(figure, "Outlet 9 bar").box
        assert 0.25 <= box[1] <= box[3] <= 0.4375

    def test_bars_and_axes_drawn_as_strokes_are_a_figure_and_their_labels_leave_the_prose(
        self, tmp_path
    ):
        bars = "".join(f"{120 + 30 * i} 300 20 {40 + 20 * i} re f\n" for i in range(8))
        axes = "110 300 m 380 300 l S 110 300 m 110 500 l S\n"
        labels = "".join(text(122 + 60 * i, 310, f"{i}0 %", 8) for i in range(4))
        page = Page(
            column(60, 740, LONG) + bars + axes + labels + text(110, 260, "Figure 2: Output.")
        )
        segments, _, _ = read(tmp_path, pdf([page]))
        [figure] = [s for s in segments if s.modality == "image"]
        assert "Figure 2: Output." in figure.text
        assert "30 %" in figure.text
        assert not any("30 %" in s.text for s in segments if s.modality == "text")
        box = figure.locator.box
        assert holds(box, 120 / 600, 1 - 480 / 800, 340 / 600, 1 - 300 / 800)

    def test_a_table_with_rules_and_shades_is_no_figure(self, tmp_path):
        shades = (
            "0.9 g\n" + "".join(f"60 {690 - 12 * i} 440 10 re f\n" for i in range(20)) + "0 g\n"
        )
        cells = "".join(
            text(60, 692 - 12 * i, f"Row {i}", 8) + text(400, 692 - 12 * i, str(i * 100), 8)
            for i in range(20)
        )
        segments, _, _ = read(tmp_path, pdf([Page(shades + cells)]))
        assert {s.modality for s in segments} == {"text"}

    def test_a_picture_shown_again_is_not_kept_twice(self, tmp_path):
        logo = np.zeros((120, 240, 3), np.uint8)
        logo[::7] = 200
        page = Page(column(60, 740, LONG) + picture_at(100, 450, 200, 100), picture=logo)
        segments, _, _ = read(tmp_path, pdf([page, page]))
        assert sum(s.modality == "image" for s in segments) == 1

    def test_a_photograph_without_words_still_has_a_segment_and_a_note(self, tmp_path):
        photo = np.full((300, 300, 3), 120, np.uint8)
        [segment], [problem], _ = read(
            tmp_path, pdf([Page(picture_at(0, 0, 600, 800), picture=photo)])
        )
        assert (segment.modality, segment.text) == ("image", "")
        assert problem.code == "NO_TEXT"


class TestHostile:
    def test_a_password_is_asked_for(self, tmp_path):
        # Encrypted with a user password that is not empty (RC4, 40 bits).
        with pytest.raises(IngestError) as raised:
            read(tmp_path, encrypted(pdf([Page(column(60, 700, LONG))])))
        assert raised.value.code == "PASSWORD_REQUIRED"

    @pytest.mark.parametrize("share", [0.01, 0.3])
    def test_a_stump_is_corrupt(self, tmp_path, share):
        data = pdf([Page(column(60, 700, LONG))])
        with pytest.raises(IngestError) as raised:
            read(tmp_path, data[: max(5, int(share * len(data)))])
        assert raised.value.code == "CORRUPT_FILE"

    def test_a_wrong_cross_reference_is_rebuilt(self, tmp_path):
        data = pdf([Page(column(60, 700, LONG))])
        start = data.rindex(b"startxref\n") + len(b"startxref\n")
        segments, _, _ = read(tmp_path, data[:start] + b"7\n%%EOF\n")
        assert "1962" in segments[0].text

    def test_one_broken_page_is_reported_and_the_rest_is_read(self, tmp_path):
        data = pdf([Page(column(60, 700, LONG)), Page(), Page(column(60, 700, LONG))])
        second = data.index(b"/Type /Page ", data.index(b"/Type /Page ") + 1)
        broken = data[:second] + b"/Type /Nope " + data[second + 12 :]
        segments, problems, _ = read(tmp_path, broken)
        assert {s.locator.page for s in segments} <= {1, 2, 3}
        assert any("1962" in s.text for s in segments)
        assert all(p.code in ("PAGE_FAILED", "NO_TEXT") for p in problems)

    def test_a_page_tree_that_holds_itself_ends(self, tmp_path):
        whole = pdf([Page(column(60, 700, LONG))])
        looped = re.sub(rb"/Kids \[\d+ 0 R\]", b"/Kids [2 0 R]", whole)
        assert looped != whole
        with pytest.raises(IngestError) as raised:
            read(tmp_path, looped)
        assert raised.value.code == "CORRUPT_FILE"

    def test_a_page_of_ten_million_points_is_drawn_small(self, tmp_path):
        photo = np.full((50, 50, 3), 90, np.uint8)
        page = Page(picture_at(0, 0, 1e7, 1e7), media_box=(0, 0, 1e7, 1e7), picture=photo)
        segments, _, _ = read(tmp_path, pdf([page]))
        assert all(0 <= v <= 1 for s in segments for v in s.locator.box)


def encrypted(data: bytes) -> bytes:
    """The file with an encryption dictionary whose keys belong to another password."""
    entry = (
        b"/Encrypt << /Filter /Standard /V 1 /R 2 /Length 40 /P -4 "
        b"/O <" + b"11" * 32 + b"> /U <" + b"22" * 32 + b"> >> /ID [<33> <33>] "
    )
    return data.replace(b"trailer\n<< ", b"trailer\n<< " + entry)
