"""Which values in a statement could be the answer, and how well their kind fits."""

import pytest

from pincite.generate.question import read
from pincite.generate.score import read_evidence
from pincite.generate.value_score import VALUE_FEATURES
from tests.generate.evidence import evenly, sheet, source


def types(question, *evidence):
    """Values of all statements with how well their kind fits, by their words."""
    found = {}
    items = evenly(*evidence)
    for scored in read_evidence(read(question), items).statements:
        text = items[scored.source].segment.text
        for value, row in zip(scored.values, scored.value_features, strict=True):
            found[text[value.start : value.end]] = row[VALUE_FEATURES.index("type")]
    return found


def test_an_amount_of_the_stuff_asked_about_fits_in_any_unit():
    assert types("How much rain fell?", source("There were 20 mm of rain."))["20 mm"] == 1.0
    assert "20 mm" not in types("How much rain fell?", source("The rope is 20 mm thick."))


def test_the_unit_in_the_name_of_a_column_counts_for_its_numbers():
    rows = [{"Month": "May", "Diesel (litres)": "870", "Distance (km)": "412"}]
    found = types("How many litres of diesel were used in May?", sheet(rows))
    assert found["870"] == 1.0
    assert found["412"] < 1.0


def test_a_count_of_people_is_no_length_of_time():
    found = types("操作证的有效期是几年？", source("有操作证的目前为三人。"))
    assert max(found.values(), default=0.0) <= 0.4
    assert found.get("三人", 0.0) < 0.1


def test_a_number_counted_before_a_colon_is_a_value():
    text = "站内共有五个急救箱：厨房、机库和码头各一个。"
    assert types("站里有几个急救箱？", source(text))["五个"] == 1.0


@pytest.mark.parametrize(
    ("text", "value", "fits"),
    [
        ("Office: ext. 10", "ext. 10", True),
        ("Office: 0712 555 010", "0712 555 010", True),
        ("Office: 17 Quay Street", "17 Quay Street", False),
    ],
)
def test_a_telephone_is_reached_by_a_number(text, value, fits):
    found = types("What is the phone number of the office?", source(f"{text}\nHours: 9 to 5"))
    assert bool(found.get(value, 0.0) > 0.0) is fits


def test_a_code_is_one_word_with_a_digit():
    rows = [{"Receipt": "004471", "Paid with": "a card ending in 22"}]
    found = types("What is the number of the receipt?", sheet(rows))
    assert found["004471"] >= 0.7
    assert found["a card ending in 22"] < 0.5


def test_the_field_called_place_says_where():
    rows = [{"Name": "barometer", "Place": "shelf of Tom", "Maker": "shelf of Ida"}]
    found = types("Where is the barometer?", sheet(rows))
    assert found["shelf of Tom"] > found["shelf of Ida"]


def test_the_stamp_of_a_mail_is_not_the_date_of_what_it_tells():
    stamped = "Date: Mon, 28 Apr 2025 10:12:00 +0000\nDue: 30 June"
    asked = read_evidence(read("Until when is the offer valid?"), evenly(source(stamped, "a.eml")))
    key = VALUE_FEATURES.index("key")
    best = [max((row[key] for row in s.value_features), default=0.0) for s in asked.statements]
    assert best[0] == 0.0
    assert best[1] > 0.5


def test_the_measure_before_a_number_tells_it_from_others():
    focus = VALUE_FEATURES.index("focus")
    evidence = evenly(source("灯塔 高23米 射程15海里", "a.png", modality="image"))
    for scored in read_evidence(read("灯塔有多高？"), evidence).statements:
        text = evidence[0].segment.text
        told = {
            text[v.start : v.end]: row[focus]
            for v, row in zip(scored.values, scored.value_features, strict=True)
        }
        assert told["23米"] == 1.0
        assert told["15海里"] == 0.0


def test_a_masked_card_is_no_sum():
    rows = [{"Item": "Rope", "Paid": "card **** 2290"}, {"Item": "Lamp", "Paid": "14.50"}]
    found = types("How much was the lamp?", sheet(rows))
    assert found.get("card **** 2290", 0.0) < 0.5
    assert found["14.50"] > 0.5


def test_the_very_unit_that_is_asked_for_fits_best():
    found = types("How many kilometres is it?", source("It is 3.6 km, or 300 metres by boat."))
    assert found["3.6 km"] == 1.0
    assert found["300 metres"] < 1.0
