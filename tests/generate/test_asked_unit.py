"""Units that a question names, and what then can answer it."""

import pytest

from pincite.generate.asked_unit import same_dimension, unit_of
from pincite.generate.extractive import ExtractiveGenerator
from pincite.generate.question import read
from tests.generate.evidence import evenly, source


@pytest.mark.parametrize(
    ("text", "kind", "dimension"),
    [
        ("How many litres of oil does it take?", "quantity", "volume"),
        ("How many kilowatt hours were used?", "quantity", "energy"),
        ("How many minutes does the tea stand?", "duration", "duration"),
        ("How many dollars did it cost?", "money", "money"),
        ("How many pounds did we pay?", "money", "money"),
        ("How many pounds does the anchor weigh?", "quantity", "mass"),
        ("What is the depth of the well in metres?", "quantity", "length"),
        ("气球最高到了多少公里？", "quantity", "length"),
        ("开门不能超过几秒？", "duration", "duration"),
        ("水温有几度？", "quantity", "temperature"),
    ],
)
def test_a_unit_in_the_question_says_what_is_measured(text, kind, dimension):
    asked = read(text)
    assert (asked.kind, asked.dimension, asked.measured) == (kind, dimension, True)


@pytest.mark.parametrize(
    "text", ["How many boats are in the harbour?", "今天有多少节课？", "Who is in?"]
)
def test_words_that_are_seldom_units_are_not_taken_for_them(text):
    assert not read(text).measured


def test_a_value_in_another_unit_does_not_answer():
    text = (
        "The oil is changed after 250 hours, in winter twice as often. Each change takes 22 litres."
    )
    answer = ExtractiveGenerator().generate(
        "How many litres of oil does each change take?", evenly(source(text))
    )
    assert answer.text is not None
    assert answer.text.startswith("22 litres")


def test_bare_degrees_answer_a_question_about_a_temperature():
    answer = ExtractiveGenerator().generate(
        "What temperature is the heater set to?",
        evenly(source("The heater is set to 58 degrees. The pump runs at 3 bar.")),
    )
    assert answer.text is not None
    assert answer.text.startswith("58 degrees")


@pytest.mark.parametrize(
    "text",
    [
        "What is the serial number of the gauge?",
        "What is the number of the receipt?",
        "What is the door code?",
        "水泵的型号是什么？",
    ],
)
def test_numbers_that_stand_on_a_thing_are_codes_and_not_counts(text):
    assert read(text).kind == "code"


def test_pounds_and_degrees_are_what_the_question_makes_of_them():
    assert same_dimension("pounds", "mass")
    assert same_dimension("pounds", "money")
    assert same_dimension("angle", "temperature")
    assert same_dimension("stuff", "volume")
    assert not same_dimension("stuff", "temperature")
    assert not same_dimension("length", "mass")


def test_hours_are_never_given_for_litres():
    answer = ExtractiveGenerator(abstain_below=0.0).generate(
        "How many litres does the oil change take?", evenly(source("The oil change takes 2 hours."))
    )
    assert answer.text is not None
    assert not answer.text.startswith("2 hours")


def test_a_length_is_never_given_for_a_speed():
    answer = ExtractiveGenerator(abstain_below=0.0).generate(
        "Up to what wind may the mast be climbed?",
        evenly(source("WIND MAST 12 m\nNot to be climbed above 15 m/s", "mast.jpg")),
    )
    assert answer.text is not None
    assert answer.text.startswith("15 m/s")


def test_a_year_is_no_code():
    answer = ExtractiveGenerator(abstain_below=0.0).generate(
        "What is the number of the receipt?",
        evenly(source("Ship chandlers since 1931.\n19.02.2025 16:42 No. 004471")),
    )
    assert answer.text is not None
    assert "004471" in answer.text


@pytest.mark.parametrize(
    ("key", "dimension"),
    [
        ("Diesel (litres)", "volume"),
        ("tank_a_l", "volume"),
        ("Load kg", "mass"),
        ("重量(公斤)", "mass"),
        ("Goal", ""),
        ("Animal", ""),
        ("", ""),
    ],
)
def test_the_name_of_a_column_tells_the_unit_of_its_numbers(key, dimension):
    assert unit_of(key) == dimension
