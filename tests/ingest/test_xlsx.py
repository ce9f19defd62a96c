"""Spreadsheets: cells as a person reads them, under the names of their columns."""

from __future__ import annotations

import datetime
import io
import itertools
import zipfile

import openpyxl
import pytest
from openpyxl.comments import Comment
from openpyxl.drawing.image import Image as SheetImage

from pincite.ingest.cellformat import number_words
from pincite.ingest.sheettables import tables
from pincite.ingest.workbook import MOST_ROWS
from pincite.types import Cells
from tests.ingest.offices import picture, read, replaced, rewritten

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
SHEET = "xl/worksheets/sheet1.xml"


@pytest.fixture
def book():
    return openpyxl.Workbook()


@pytest.fixture
def save(book, tmp_path):
    def saved():
        book.save(tmp_path / "a.xlsx")
        return tmp_path / "a.xlsx"

    return saved


def fill(sheet, *rows, row=1, column=1):
    for y, cells in enumerate(rows, start=row):
        for x, value in enumerate(cells, start=column):
            if value is not None:
                sheet.cell(y, x, value)


def test_a_row_reads_header_value_and_each_value_knows_its_cell(book, save):
    fill(book.active, ["Pump", "Bar"], ["North", 5], ["South", 7.5])
    found = read(save())
    [segment] = found.segments
    assert segment.text == "Pump: North; Bar: 5\n\nPump: South; Bar: 7.5"
    assert segment.locator == Cells("Sheet", "A2:B3")
    assert segment.heading == "Sheet"
    assert found.place("Bar: 7.5") == Cells("Sheet", "B3")
    assert found.place("Pump: South; Bar: 7.5") == Cells("Sheet", "A3:B3")


def test_tables_of_a_sheet_have_their_own_titles_and_names(book, save):
    fill(book.active, ["Pumps of 2026"], ["Pump", "Bar"], ["North", 5], ["South", 6])
    fill(book.active, ["Crew"], row=7)
    fill(book.active, ["Name", "Task"], ["Ann", "pumps"], ["Bo", "mail"], row=9, column=2)
    first, second = read(save()).segments
    assert (first.heading, first.text.split("\n")[0]) == (
        "Sheet > Pumps of 2026",
        "Pump: North; Bar: 5",
    )
    assert (second.heading, second.text.split("\n")[0]) == (
        "Sheet > Crew",
        "Name: Ann; Task: pumps",
    )
    assert second.locator == Cells("Sheet", "B10:C11")


def test_names_of_columns_above_an_empty_row_are_those_of_the_table_below(book, save):
    fill(book.active, ["In millions", "Sales", "Profit"])
    fill(book.active, ["North", 12, 3], ["South", 9, 1], row=3)
    [segment] = read(save()).segments
    assert segment.text == (
        "In millions: North; Sales: 12; Profit: 3\n\nIn millions: South; Sales: 9; Profit: 1"
    )


def test_notes_below_a_table_are_no_list_with_a_name(book, save):
    fill(book.active, ["Pump", "Bar"], ["North", 5])
    fill(book.active, ["(a) Before tax."], ["(b) After tax."], row=4)
    assert read(save()).segments[-1].text == "(a) Before tax.\n\n(b) After tax."


@pytest.mark.parametrize(
    ("value", "code", "words"),
    [
        pytest.param("0.35", "0%", "35%", id="percent"),
        pytest.param("0.355", "0.0%", "35.5%", id="percent with a place"),
        pytest.param("1234.5", "#,##0.00", "1,234.50", id="thousands"),
        pytest.param("-1234.5", "#,##0.00;(#,##0.00)", "(1,234.50)", id="below zero in brackets"),
        pytest.param("-5", "#,##0;[Red]-#,##0", "-5", id="below zero in red"),
        pytest.param("0", '#,##0;-#,##0;"–"', "–", id="a dash for zero"),
        pytest.param("1500000", '$#,##0.0,,"M"', "$1.5M", id="millions"),
        pytest.param("1234", "[$€-407] #,##0", "€ 1,234", id="money"),
        pytest.param("12", '0" kg"', "12 kg", id="unit"),
        pytest.param("1234", '#,##0"元"', "1,234元", id="Chinese unit"),
        pytest.param("7", "00000", "00007", id="leading zeros"),
        pytest.param("2.50", "0.##", "2.5", id="places only when needed"),
        pytest.param("0.1", "General", "0.1", id="general"),
        pytest.param("0.30000000000000004", "", "0.3", id="noise of binary fractions"),
        pytest.param("45000", "d/m/yyyy", "2023-03-15", id="date"),
        pytest.param("45000", 'yyyy"年"m"月"d"日"', "2023-03-15", id="Chinese date"),
        pytest.param("45000.75", "d-mmm-yy h:mm", "2023-03-15 18:00", id="date and time"),
        pytest.param("0.75", "h:mm AM/PM", "18:00", id="time of day"),
        pytest.param("1.5", "[h]:mm", "36:00", id="duration"),
        pytest.param("61", "yyyy-mm-dd", "1900-03-01", id="after the leap day that never was"),
        pytest.param("1", "yyyy-mm-dd", "1900-01-01", id="the first day"),
        pytest.param("-3", "yyyy-mm-dd", "-3", id="no date before the calendar"),
        pytest.param("1e400", "0", "1e400", id="beyond any number"),
        pytest.param("seven", "0", "seven", id="no number"),
    ],
)
def test_a_number_reads_as_its_cell_shows_it(value, code, words):
    assert number_words(value, code) == words


def test_dates_count_from_1904_where_the_file_says_so():
    assert number_words("0", "yyyy-mm-dd", from_1904=True) == "1904-01-01"


def test_formats_come_from_the_styles_of_the_file(book, save):
    fill(book.active, ["Share", "Since", "Runs"], [0.35, datetime.date(2026, 5, 1), True])
    book.active["A2"].number_format = "0%"
    assert read(save()).text == "Share: 35%; Since: 2026-05-01; Runs: yes"


def test_a_formula_shows_its_result_and_without_one_itself(book, save, tmp_path):
    fill(book.active, ["Sum", "Mean"], ["=1+2", "=(1+2)/2"])
    path = replaced(save(), tmp_path / "b.xlsx", SHEET, "<f>1+2</f><v></v>", "<f>1+2</f><v>3</v>")
    assert read(path).text == "Sum: 3; Mean: =(1+2)/2"


def test_a_cell_merged_downwards_speaks_in_each_of_its_rows(book, save):
    fill(book.active, ["Site", "Pump"], ["North", "P1"], [None, "P2"], ["South", "P3"])
    book.active.merge_cells("A2:A3")
    assert read(save()).text.split("\n\n") == [
        "Site: North; Pump: P1", "Site: North; Pump: P2", "Site: South; Pump: P3"
    ]  # fmt: skip


def test_names_merged_over_several_columns_are_joined_to_those_below(book, save):
    fill(book.active, ["Kind", "Result"], [None, "Hits", "Time"], ["Blind", 3, 9], ["Sharp", 4, 8])
    book.active.merge_cells("B1:C1")
    assert "Kind: Blind; Result Hits: 3; Result Time: 9" in read(save()).text


def test_a_hidden_sheet_is_read_and_called_hidden(book, save):
    fill(book.active, ["Seen words here"])
    other = book.create_sheet("Lists")
    fill(other, ["Unseen words here"])
    other.sheet_state = "veryHidden"
    found = read(save())
    assert found.holding("Unseen").heading == "Lists (hidden sheet)"
    assert found.place("Unseen") == Cells("Lists", "A1")


def test_notes_on_cells_are_read(book, save):
    fill(book.active, ["Pump", "Bar"], ["North", 5])
    book.active["B2"].comment = Comment("Six since May.", "Ann")
    found = read(save())
    assert found.holding("Six since May.").heading == "Sheet > Notes"
    assert found.place("Six since May.") == Cells("Sheet", "B2")


def test_pictures_lie_on_the_cells_they_cover(book, save):
    fill(book.active, ["Pump", "Bar"], ["North", 5])
    book.active.add_image(SheetImage(io.BytesIO(picture("Duty roster"))), "D4")
    found = read(save(), ocr="auto")
    segment = found.holding("Duty roster")
    assert segment.modality == "image"
    assert segment.locator.range.startswith("D4")
    assert segment.locate(0, 4) == segment.locator


def test_equal_sheets_and_rows_are_segments_of_their_own(book, save):
    for name in ("a", "b"):
        fill(book.create_sheet(name), ["Note"], ["The same words. " * 200], ["The same words."])
    assert len(read(save()).segments) > 4


def test_a_broken_sheet_costs_only_itself(book, save, tmp_path):
    fill(book.active, ["First words"])
    fill(book.create_sheet("b"), ["Second words"])
    path = rewritten(save(), tmp_path / "b.xlsx", lambda n, d: b"<sheet" if n == SHEET else d)
    found = read(path)
    assert (found.text, found.codes) == ("Second words", ["PART_FAILED"])


def test_what_stands_before_the_damage_is_kept(book, save, tmp_path):
    fill(book.active, ["Pump", "Bar"], *([f"pump {i}", i] for i in range(500)))
    path = rewritten(
        save(), tmp_path / "b.xlsx", lambda n, d: d[: len(d) // 2] if n == SHEET else d
    )
    found = read(path)
    assert "pump 100;" in found.text
    assert found.codes == ["PART_FAILED"]


def test_a_row_beyond_all_sheets_is_refused_not_counted_to(book, save, tmp_path):
    fill(book.active, ["Words"])
    path = replaced(save(), tmp_path / "b.xlsx", SHEET, '<row r="1"', '<row r="99999999"')
    assert read(path).codes == ["PART_FAILED", "NO_TEXT"]


def test_gaps_between_rows_cost_nothing(book, save, tmp_path):
    fill(book.active, ["First words"], ["Last words"])
    path = replaced(save(), tmp_path / "b.xlsx", SHEET, '<row r="2"', f'<row r="{MOST_ROWS}"')
    path = replaced(path, tmp_path / "c.xlsx", SHEET, 'r="A2"', f'r="A{MOST_ROWS}"')
    assert read(path).place("Last words") == Cells("Sheet", f"A{MOST_ROWS}")


def test_rows_are_taken_one_at_a_time():
    """A table as long as a sheet is never held: the first rows come before the last are read."""
    taken = itertools.count()

    def rows():
        yield 1, {1: "Pump", 2: "Bar"}
        for number in range(2, MOST_ROWS + 1):
            next(taken)
            yield number, {1: f"pump {number}", 2: str(number)}

    table = next(iter(tables(rows())))
    assert next(table.rows) == [(2, 1, "Pump: pump 2"), (2, 2, "Bar: 2")]
    assert next(taken) < 100


def test_strings_that_cells_share_are_read_without_the_readings_beside_them(book, save, tmp_path):
    fill(book.active, ["first", "second"])
    strings = (
        '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        "<si><r><t>东</t></r><r><t>京</t></r><rPh><t>とうきょう</t></rPh></si></sst>"
    )
    found = '<c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>7</v></c></row>'
    sheet = f'<worksheet xmlns="{MAIN}"><sheetData><row r="1">{found}</sheetData></worksheet>'
    relation = (
        f'<Relationship Id="rS" Type="{RELATED}/sharedStrings" Target="shared.xml"/>'
        "</Relationships>"
    )
    path = rewritten(save(), tmp_path / "b.xlsx", lambda n, d: sheet.encode() if n == SHEET else d)
    with zipfile.ZipFile(path) as package:
        relations = package.read("xl/_rels/workbook.xml.rels").decode()
    changed = relations.replace("</Relationships>", relation).encode()
    path = rewritten(
        path, tmp_path / "c.xlsx", lambda n, d: changed if n == "xl/_rels/workbook.xml.rels" else d
    )
    with zipfile.ZipFile(path, "a") as package:
        package.writestr("xl/shared.xml", strings)
    assert read(path).text == "东京"
