"""Tables as text: rows that a question finds, each value located by its cell."""

from __future__ import annotations

import pytest

from pincite.ingest.csv import read_rows
from pincite.ingest.rows import column_names
from pincite.ingest.segment import LIMIT, weight
from pincite.types import Cells
from tests.ingest.parsing import read


def test_a_row_reads_header_value_and_each_value_knows_its_cell(tmp_path):
    [segment], _ = read(tmp_path, "pumps.csv", "Pump,Bar\nNorth,5\nSouth,7\n")
    assert segment.text == "Pump: North; Bar: 5\n\nPump: South; Bar: 7"
    assert segment.locator == Cells("pumps", "A2:B3")
    at = segment.text.index("Bar: 7")
    assert segment.locate(at, at + 6) == Cells("pumps", "B3")
    row = segment.text.index("Pump: South")
    assert segment.locate(row, len(segment.text)) == Cells("pumps", "A3:B3")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("a,b\n1,2\n", id="comma"),
        pytest.param("a;b\n1;2\n", id="semicolon"),
        pytest.param("a\tb\n1\t2\n", id="tab"),
        pytest.param("a|b\n1|2\n", id="bar"),
        pytest.param('a,b\r\n"1","2"\r\n', id="quoted, CRLF"),
        pytest.param("\ufeffa,b\n\n1,2\n", id="mark and blank line"),
    ],
)
def test_the_delimiter_is_found(tmp_path, text):
    [segment], _ = read(tmp_path, "t.csv", text)
    assert segment.text == "a: 1; b: 2"


def test_decimal_commas_do_not_make_columns(tmp_path):
    [segment], _ = read(tmp_path, "t.csv", "Year;Bar\n2020;1,5\n2021;2,5\n")
    assert segment.text == "Year: 2020; Bar: 1,5\n\nYear: 2021; Bar: 2,5"


def test_a_quoted_cell_may_hold_lines_and_rows_still_count_as_records(tmp_path):
    [segment], _ = read(tmp_path, "t.csv", 'Pump,Note\nNorth,"two\nlines, one cell"\nSouth,x\n')
    assert "Note: two\nlines, one cell" in segment.text
    assert segment.locate(len(segment.text) - 1, len(segment.text)) == Cells("t", "B3")


def test_a_quotation_mark_left_open_spoils_only_its_own_line():
    rows = list(read_rows('a,b\n"5 inch,x\n' + "c,d\n" * 9000, ","))
    assert rows[1] == ['"5 inch', "x"]
    assert rows[2:] == [["c", "d"]] * 9000


def test_a_title_above_the_header_becomes_the_heading(tmp_path):
    [segment], _ = read(tmp_path, "t.csv", "Pumps of 2026,,\nName,Bar,Note\nNorth,5,x\n")
    assert segment.heading == "Pumps of 2026"
    assert segment.text == "Name: North; Bar: 5; Note: x"
    assert segment.locator == Cells("t", "A3:C3")


@pytest.mark.parametrize(
    ("rows", "names"),
    [
        pytest.param(
            [["Part", "2023", "2024"], ["Seal", "4", "5"]], ["Part", "2023", "2024"], id="years"
        ),
        pytest.param([["1", "2"], ["3", "4"]], [], id="numbers alone"),
        pytest.param([["泵", "压力"], ["北", "5"]], ["泵", "压力"], id="Chinese"),
        pytest.param([["Name", "Bar"]], [], id="nothing below"),
    ],
)
def test_which_row_names_the_columns(rows, names):
    assert column_names(rows)[1] == names


def test_a_long_row_is_spread_over_segments_that_say_whose_it_is(tmp_path):
    note = "The pump runs at five bar. " * 100
    segments, _ = read(tmp_path, "t.csv", f"Pump,Note\nNorth,{note}\nSouth,x\n")
    assert len(segments) > 2
    assert all(weight(segment.text) <= LIMIT for segment in segments)
    assert {segment.heading for segment in segments[:-1]} == {"Pump: North"}
    assert segments[-1].text == "Pump: South; Note: x"
    assert "".join(s.text for s in segments).count("five bar") == 100


def test_many_rows_fill_segments_and_none_is_lost(tmp_path):
    rows = "".join(f"pump {i},{i}\n" for i in range(2000))
    segments, _ = read(tmp_path, "t.csv", "Name,Number\n" + rows)
    whole = "\n\n".join(segment.text for segment in segments)
    assert whole == "\n\n".join(f"Name: pump {i}; Number: {i}" for i in range(2000))
    assert all(weight(segment.text) <= LIMIT for segment in segments)


def test_columns_past_the_limit_are_dropped_and_that_is_said(tmp_path):
    segments, problems = read(tmp_path, "t.csv", "5," * 20_000 + "lost\n")
    assert sum(len(segment.anchors) for segment in segments) == 16_384
    assert not any("lost" in segment.text for segment in segments)
    assert [problem.code for problem in problems] == ["LIMIT_REACHED"]
    assert "20001 columns" in problems[0].message


def test_old_mac_line_ends_and_stray_carriage_returns_lose_no_row(tmp_path):
    [mac], _ = read(tmp_path, "mac.csv", "Name,Count\rRope,4\rLamp,7\r")
    assert mac.text == "Name: Rope; Count: 4\n\nName: Lamp; Count: 7"
    [stray], _ = read(tmp_path, "stray.csv", "Name,Note\r\nRope,old\rblue\r\nLamp,new\r\n")
    assert stray.text == "Name: Rope; Note: old blue\n\nName: Lamp; Note: new"
