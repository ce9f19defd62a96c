"""A day asked for in one way of writing is found in the others."""

import pytest

from pincite.dates import other_forms


@pytest.mark.parametrize(
    "text",
    [
        "rain on 2 March 2025",
        "rain on the 2nd of March 2025",
        "rain on March 2, 2025",
        "2025年3月2日下雨",
        "rain on 2025-03-02",
    ],
)
def test_one_day_has_the_same_forms_however_it_is_asked(text):
    assert other_forms(text) == ["2025-03-02", "02 mar", "3月2日"]


@pytest.mark.parametrize("text", ["May I ask 5 people?", "in 2025", "45 March", "3.5 km", "", "🙂"])
def test_what_is_no_day_has_no_forms(text):
    assert other_forms(text) == []


def test_a_day_without_a_year_invents_none():
    assert other_forms("on 12 April") == ["12 apr", "4月12日"]
