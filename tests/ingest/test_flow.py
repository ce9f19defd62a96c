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
        pytest.param(
            "用泵pump送水到8", "月8日停", "用泵pump送水到8月8日停", id="none after a digit"
        ),
        pytest.param("最多的是8月2", "4日，有船", "最多的是8月24日，有船", id="a number goes on"),
        pytest.param("水位到了6", ".73米高", "水位到了6.73米高", id="so does its fraction"),
        pytest.param("一共付了62,", "400元整", "一共付了62,400元整", id="so do its thousands"),
        pytest.param("漏水不到2%", "。以后再", "漏水不到2%。以后再", id="a mark follows tightly"),
        pytest.param("在 8", "月 4 日停", "在 8 月 4 日停", id="spaced text stays spaced"),
        pytest.param("page 2", "4 of them", "page 2 4 of them", id="English numbers stay apart"),
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


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("After a year one of them had broken, in arch", "6. Radar showed that it is wet."),
        ("The keeper was told by a letter with the No.", "14. He answered within two days."),
        ("The lower room holds the pump which is pump", "2) in the plan of the station."),
    ],
)
def test_a_number_at_the_start_of_a_line_of_running_text_is_no_item(first, second):
    assert flowing(line(0, first), line(12, second)).text == f"{first} {second}"


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param(["Do all this before the pump", "1. Open the valve", "2. Stop"], id="items"),
        pytest.param(["It is wet.", "6. Radar showed it."], id="after a sentence"),
        pytest.param(["Short", "6. Radar showed that the fill is wet."], id="after a short line"),
        pytest.param(["送到县里去化验", "一、青花罐一件", "二、玉带钩一件"], id="Chinese numerals"),
        pytest.param(["1.一号泵换油。", "2.二号泵漏水。"], id="Chinese without a space"),
    ],
)
def test_items_of_a_list_are_paragraphs(rows):
    placed = [line(12 * i, text) for i, text in enumerate(rows)]
    assert flowing(*placed).text == "\n\n".join(rows)


@pytest.mark.parametrize(
    "rows",
    [
        ["酸碱度：7.2", "浊度：3.5", "检测人：韩福生"],
        ["检测人：韩福生", "结论：水是清的，没有带出泥沙，暂时不用抢修。"],
        ["Keeper: Ada Long", "Pressure: 8 bar"],
        ["The tank was emptied in May and filled again.", "Source: the keeper"],
    ],
)
def test_names_with_values_and_short_lines_of_chinese_stay_lines(rows):
    placed = [line(12 * i, text) for i, text in enumerate(rows)]
    assert flowing(*placed).text == "\n".join(rows)


def test_short_lines_below_chinese_text_stay_lines():
    rows = ["各组用水要提前一天登记，登记的", "电话在门口。", "值班室", "三月八日"]
    found = flowing(*[line(12 * i, text) for i, text in enumerate(rows)])
    assert found.text == f"{rows[0]}{rows[1]}\n值班室\n三月八日"


def test_a_colon_in_running_text_makes_no_line_of_its_own():
    rows = ["The annual report in parts, as it was filed with", "the court includes: (i) all else"]
    assert flowing(*[line(12 * i, text) for i, text in enumerate(rows)]).text == " ".join(rows)


def test_a_caption_ends_where_its_line_does():
    rows = ["Figure 1. Power.", "The mill sold more flour than in any year before."]
    found = flowing(*[line(12 * i, text) for i, text in enumerate(rows)])
    assert found.text == "\n\n".join(rows)


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
