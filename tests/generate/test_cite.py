"""Citations are checked against the stored text before anyone sees them."""

import pytest

from pincite.errors import GeneratorError, UsageError
from pincite.generate.cite import citation, uncovered
from pincite.types import TextSpan

from .evidence import source


def cite(start, end, **changes):
    given = {"n": 1, "span": TextSpan(0, 5), "support": 0.9, "posterior": 1.0} | changes
    return citation(source("The pier has 7 lamps.", offset=40), start, end, **given)


def test_the_quote_is_the_stored_text_and_the_id_says_where():
    made = cite(4, 8)
    assert made.quote == "pier"
    assert made.id == f"{made.segment_id}.4-8"
    assert made.locator == TextSpan(44, 48)


@pytest.mark.parametrize(("start", "end"), [(4, 4), (8, 4), (-1, 3), (4, 22)])
def test_a_quote_outside_the_text_is_refused(start, end):
    with pytest.raises(UsageError, match="is not in it"):
        cite(start, end)


@pytest.mark.parametrize(
    "changes", [{"support": 1.2}, {"posterior": -0.1}, {"span": TextSpan(3, 3)}]
)
def test_shares_outside_0_to_1_and_empty_spans_are_refused(changes):
    with pytest.raises(GeneratorError, match="citation 1"):
        cite(4, 8, **changes)


def test_words_of_an_answer_that_no_citation_covers_are_found():
    text = "Seven. It is old."
    assert uncovered(text, (cite(4, 8, span=TextSpan(0, 6)),)) == [(6, 17)]
    assert uncovered(text, (cite(4, 8, span=TextSpan(0, 17)),)) == []
