"""Values in a text, and which of them are equal. Norms were worked out by hand."""

import pytest

from pincite.generate.values import parse_number, values


def norms(text, *kinds):
    return [v.norm for v in values(text) if v.kind in kinds]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1,200", "twelve hundred"),
        ("1200", "一千二百"),
        ("3.5 million", "350万"),
        ("twenty-five", "25"),
        ("two hundred and five", "二百零五"),
        ("twice", "2"),
        ("十二", "12"),
        ("一亿三千万", "130 million"),
    ],
)
def test_numbers_are_equal_however_they_are_written(one, other):
    assert parse_number(one) == parse_number(other) is not None


@pytest.mark.parametrize(
    ("one", "other", "kind"),
    [
        ("42 km", "42,000 metres", "quantity"),
        ("42公里", "42 km", "quantity"),
        ("8 bar", "0.8 MPa", "quantity"),
        ("20 °C", "68 degrees Fahrenheit", "quantity"),
        ("每秒31米", "31 m/s", "quantity"),
        ("90 minutes", "1.5 hours", "duration"),
        ("$12.50", "12.5 dollars", "money"),
        ("12%", "百分之十二", "percent"),
        ("3 May 2019", "2019年5月3日", "date"),
        ("May 3rd, 2019", "2019-05-03", "date"),
        ("03/05/2019", "3 May 2019", "date"),
        ("4:30 pm", "16:30", "clock"),
        ("下午4点半", "16:30", "clock"),
    ],
)
def test_amounts_and_dates_are_equal_in_different_forms(one, other, kind):
    assert norms(f"({one})", kind) == norms(f"({other})", kind) != []


def test_a_piece_of_an_amount_is_no_value():
    assert norms("paid $1,200.50 on 3 May 2019", "number", "chunk") == ["paid"]


def test_a_year_is_a_date_and_not_a_duration():
    assert norms("建于1957年", "date", "duration") == ["1957"]


def test_names_places_and_organisations_are_told_apart():
    text = "Professor Ada Holm joined Nordlys University near Lake Torne."
    found = {text[v.start : v.end]: v.kind for v in values(text)}
    assert found["Professor Ada Holm"] == "name"
    assert found["Nordlys University"] == "organisation"
    assert found["Lake Torne"] == "place"


def test_spans_are_the_characters_of_the_value():
    text = "联系人：王芳，电话 010-6552 7788，邮箱 wang@station.org"
    contacts = [text[v.start : v.end] for v in values(text) if v.kind == "contact"]
    assert contacts == ["010-6552 7788", "wang@station.org"]


def test_a_date_with_dashes_is_no_telephone_number():
    assert norms("2018-03-12", "contact") == []


@pytest.mark.parametrize(
    ("text", "norm"),
    [
        ("库温保持零下二十二度", "temperature -22"),
        ("stored at minus 80 °C", "temperature -80"),
    ],
)
def test_below_zero_belongs_to_the_number(text, norm):
    assert norms(text, "quantity") == [norm]


@pytest.mark.parametrize("text", ["刷了一遍漆", "我们一起去", "气温零下", "上千"])
def test_numerals_inside_a_chinese_word_are_no_numbers(text):
    assert norms(text, "number") == []


@pytest.mark.parametrize(
    ("text", "norm"),
    [
        ("serial TB-6674", "tb-6674"),
        ("SERIAL No. 77-0319", "77-0319"),
        ("Key No. 14", "14"),
        ("receipt 004471", "004471"),
        ("sensor C2-8805", "c2-8805"),
    ],
)
def test_a_code_is_one_value_and_not_the_numbers_in_it(text, norm):
    assert norms(text, "code") == [norm]
    assert norms(text, "number") == []


@pytest.mark.parametrize("text", ["in 2024-2025", "on 2025-03-05", "rooms 10-20"])
def test_dates_and_ranges_are_no_codes(text):
    assert norms(text, "code") == []


def test_the_number_of_an_item_is_no_value():
    assert norms("五、小艇最多乘坐八人", "number") == ["8"] * 2
