"""Rows to text: what is joined, what is kept apart, and where each word then lies."""

import pytest

from pincite.ingest.flow import flow
from pincite.ingest.headings import Headings
from pincite.ingest.layout import Piece, reading_rows
from pincite.ingest.paragraphs import is_caption


def line(y, text, x=0, size=10, bold=False):
    width = 6 * len(text)
    stops = tuple(x + 6 * (i + 1) for i in range(len(text)))
    return Piece(text, (x, y, x + width, y + size), size, bold, stops)


def flowing(*pieces, body=10.0):
    return flow(reading_rows(pieces), body, Headings())


@pytest.mark.parametrize(
    ("first", "second", "joined"),
    [
        pytest.param("The pump", "runs.", "The pump runs.", id="lines meet with a space"),
        pytest.param("the pres-", "sure is", "the pressure is", id="a divided word is mended"),
        pytest.param("a chain-of-", "thought", "a chain-of-thought", id="its own hyphen stays"),
        pytest.param("the EMNLP-", "Findings", "the EMNLP-Findings", id="capitals keep it too"),
        pytest.param("水泵的压力", "是多少", "水泵的压力是多少", id="no space in Chinese"),
        pytest.param("水泵 pump", "的压力", "水泵 pump 的压力", id="a space at a change of script"),
    ],
)
def test_lines_of_a_paragraph(first, second, joined):
    assert flowing(line(0, first), line(12, second)).text == joined


def test_a_hyphen_seen_elsewhere_on_the_page_is_kept():
    result = flowing(
        line(0, "self-refinement is good"), line(12, "because self-"), line(24, "refinement helps")
    )
    assert result.text.endswith("because self-refinement helps")


def test_white_space_parts_paragraphs():
    rows = [
        line(0, "First one goes"),
        line(12, "on here."),
        line(40, "Second one."),
        line(52, "Goes on."),
    ]
    assert flowing(*rows).text == "First one goes on here.\n\nSecond one. Goes on."


def test_a_row_of_a_table_stays_one_line_with_its_label_and_heads_are_in_reach():
    rows = [
        line(0, "Table 2: Income by year"),
        *(line(30, "Item"), line(30, "2023", x=200), line(30, "2024", x=300)),
        *(
            line(44, "Revenue"),
            line(44, "$", x=190),
            line(44, "120", x=200),
            line(44, "140", x=300),
        ),
        *(line(58, "Cost"), line(58, "80", x=200), line(58, "95", x=300)),
    ]
    result = flowing(*rows)
    assert "Revenue | $120 | 140\nCost | 80 | 95" in result.text
    [table] = [block for block in result.blocks if block.kind == "table"]
    assert table.heading == "Table 2: Income by year > Item | 2023 | 2024"


def test_larger_letters_make_a_heading_for_what_follows():
    headings = Headings("Manual")
    rows = [line(0, "Pumps", size=20), line(40, "A pump moves water."), line(52, "It is red.")]
    result = flow(reading_rows(rows), 10.0, headings)
    assert [block.heading for block in result.blocks] == ["Manual > Pumps", "Manual > Pumps"]
    assert headings.path == "Manual > Pumps"


@pytest.mark.parametrize("words", ["75%", "2024", "A sentence in bold letters."])
def test_numbers_and_bold_sentences_are_no_headings(words):
    result = flowing(line(0, words, bold=True), line(40, "Text of the page."))
    assert {block.heading for block in result.blocks} == {""}


def test_marks_say_where_each_sentence_lies_within_a_line():
    result = flowing(line(0, "It runs. It stops."))
    first, second = result.marks
    assert (first.start, first.end, second.end) == (0, 9, 18)
    assert first.box == (0, 0, 54, 10)
    assert second.box == (54, 0, 108, 10)


def test_a_mended_word_is_marked_on_both_lines():
    result = flowing(line(0, "the pres-"), line(12, "sure is"))
    start = result.text.index("pressure")
    assert result.box_of(start, start + 8) == (0, 0, 54, 22)


def test_captions_are_known_in_english_and_chinese():
    assert all(map(is_caption, ("Figure 3: x", "Fig. 2 shows", "Table 1", "图 3 压力", "表2")))
    assert not any(map(is_caption, ("Figures show", "In Table 1", "图书馆")))
