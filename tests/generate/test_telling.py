"""What an answer says: the value or not, what joins the best statement, what stands beside it."""

import pytest

from pincite.generate.calibrate import weights_for
from pincite.generate.compose import proposals
from pincite.generate.extractive import ExtractiveGenerator
from pincite.generate.question import read
from pincite.generate.score import read_evidence
from pincite.generate.telling import NEARLY, equal_second, shows_value, tell
from tests.generate.evidence import evenly, sheet, source
from tests.generate.test_compose import only_the_prior


def told(question, evidence):
    asked = read(question)
    weights = weights_for(asked)
    reading = read_evidence(asked, evidence)
    return tell(asked, reading, proposals(reading, evidence, weights), evidence, weights)


def said(question, evidence):
    found = told(question, evidence)
    places = [(evidence[p.best.scored.source], p.best.scored.statement) for p, _ in found.said]
    return [item.segment.text[s.start : s.end] for item, s in places]


@pytest.mark.parametrize(("second", "shown"), [(NEARLY + 0.05, True), (NEARLY - 0.05, False)])
def test_a_statement_nearly_as_likely_as_the_best_is_told_too(second, shown):
    evidence = [
        source("The old lamp hangs over the stairs of the hall.", "a.txt", prior=0.5),
        source("A lamp stands beside the door of the shed.", "b.txt", prior=0.5 * second),
    ]
    asked = read("What about the lamp?")
    found = proposals(read_evidence(asked, evidence), evidence, only_the_prior())
    assert (equal_second(found, found[:1]) is not None) is shown


def test_both_are_cited_and_the_reader_is_told_why():
    evidence = evenly(
        source("The blue boat lies at the pier.", "a.txt"),
        source("The blue boat lies at the dock.", "b.txt"),
    )
    answer = ExtractiveGenerator().generate("Where does the blue boat lie?", evidence)
    assert {c.segment_id for c in answer.citations} == {e.segment.id for e in evidence}
    assert answer.warnings == ("Two statements fit about equally well; both are given.",)


def test_rows_of_one_table_that_hold_the_same_number_say_it_once():
    rows = [{"Day": str(day), "Rain": "0.5"} for day in range(1, 7)]
    evidence = [sheet(rows, "rain.csv")]
    asked = read("How much rain fell?")
    reading = read_evidence(asked, evidence)
    found = {p.norm: p.probability for p in proposals(reading, evidence, only_the_prior())}
    assert found["0.5"] <= 1 / len(reading.statements) + 1e-9


def test_the_same_number_in_two_tables_is_said_twice():
    evidence = evenly(
        sheet([{"Day": "x", "Rain": "0.5"}], "a.csv"), sheet([{"Day": "y", "Rain": "0.5"}], "b.csv")
    )
    asked = read("How much rain fell?")
    reading = read_evidence(asked, evidence)
    found = {p.norm: p.probability for p in proposals(reading, evidence, only_the_prior())}
    assert found["0.5"] == pytest.approx(1.0)


def test_the_sentence_that_holds_no_fitting_value_brings_the_next_one():
    evidence = evenly(
        source("Rain wetted the three sacks of malt. Penny Ash took them for her pigs.", "a.txt"),
        source("The mash tun was cleaned.", "b.txt"),
    )
    assert said("Why were the three sacks of malt wetted?", evidence) == [
        "Rain wetted the three sacks of malt.",
        "Penny Ash took them for her pigs.",
    ]


def test_why_has_no_short_value_in_front():
    evidence = evenly(source("The stove smoked badly on Monday. A bird was in the flue.", "a.txt"))
    assert [shown for _, shown in told("Why did the stove smoke?", evidence).said] == [False] * 2


def test_a_value_of_another_kind_is_not_put_in_front():
    evidence = evenly(source("The trolley to the pier is heavy and old.", "a.txt"))
    asked = read("Which colour is the trolley to the pier?")
    weights = weights_for(asked)
    reading = read_evidence(asked, evidence)
    best = proposals(reading, evidence, weights)[0]
    assert not shows_value(asked, best, weights)
