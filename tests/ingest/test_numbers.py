"""Spoken numbers as a person writes them down."""

import pytest

from pincite.ingest.numbers import written


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ("forty two point five bar", "42.5 bar"),
        ("zero point zero five", "0.05"),
        ("three point one four one five nine", "3.14159"),
        ("one hundred and twenty kilometers", "120 kilometers"),
        ("three hundred thousand people", "300,000 people"),
        ("twelve thousand five hundred and six", "12,506"),
        ("one point two million dollars", "1.2 million dollars"),
        ("two million three hundred thousand", "2.3 million"),
        ("nineteen eighty four", "1984"),
        ("nineteen oh five", "1905"),
        ("two thousand and twelve", "2012"),
        ("twenty twenty six", "2026"),
        ("nineteen hundred", "1900"),
        ("the eighteen hundreds", "the 1800s"),
        ("the third of may", "the 3rd of may"),
        ("may twenty first", "may 21st"),
        ("the twenty first century", "the 21st century"),
        ("the twelfth night", "the 12th night"),
        ("one hundred and third", "103rd"),
        ("seven thirty p m", "7:30 p.m."),
        ("ten oh five a m", "10:05 a.m."),
        ("at three o'clock", "at 3 o'clock"),
        ("sixty three percent", "63 percent"),
        ("building seven", "building 7"),
        ("nine hours", "9 hours"),
        ("call five five five one two three four", "call 5551234"),
        pytest.param("two eggs", "two eggs", id="below ten stays a word"),
        pytest.param("one of the four methods", "one of the four methods", id="one is a pronoun"),
        pytest.param("in the second experiment", "in the second experiment", id="no date"),
        pytest.param("oh no", "oh no", id="oh is no zero"),
        pytest.param("between ten and twenty", "between 10 and 20", id="and does not add"),
        pytest.param("forty or fifty", "40 or 50", id="two numbers stay two"),
        pytest.param("half past six", "half past six", id="no unit follows"),
        ("", ""),
    ],
)
def test_spoken_numbers_are_written_in_digits(said, text):
    assert " ".join(reading.text for reading in written(said.split())) == text


def test_every_word_belongs_to_exactly_one_reading():
    """Anchors rest on this: a number takes its words' time, no word is lost or shared."""
    said = [
        "on",
        "may",
        "twenty",
        "first",
        "nineteen",
        "eighty",
        "four",
        "it",
        "rose",
        "to",
        "forty",
        "two",
        "point",
        "five",
        "bar",
    ]
    readings = written(said)
    assert [r.start for r in readings[1:]] == [r.end for r in readings[:-1]]
    assert (readings[0].start, readings[-1].end) == (0, len(said))
