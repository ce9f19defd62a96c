"""One of several things of a kind is not another of them."""

import pytest

from pincite.generate.calibrate import weights_for
from pincite.generate.compose import belief_features, proposals
from pincite.generate.extractive import ExtractiveGenerator
from pincite.generate.question import read
from pincite.generate.score import read_evidence
from pincite.generate.terms import term_of
from pincite.generate.told_apart import another, marked, numbers_in, under_another
from tests.generate.evidence import evenly, source


@pytest.mark.parametrize(
    ("text", "noun", "number"),
    [
        ("What is stored in tank three?", "tank", 3),
        ("Who waited at table 5?", "tabl", 5),
        ("When was generator number two stopped?", "generator", 2),
        ("Where does the third train wait?", "train", 3),
        ("Where does the 12th boat lie?", "boat", 12),
        ("Where does the 21st boat lie?", "boat", 21),
        ("Which way does valve V4 open?", "V", 4),
        ("六号展厅有多大？", "展厅", 6),
        ("第十二号泊位在哪里？", "泊位", 12),
        ("3号泵的功率是多少？", "泵的", 3),
    ],
)
def test_a_number_tells_one_thing_from_others_of_its_kind(text, noun, number):
    assert (noun, number) in {(thing.noun, thing.number) for thing in marked(text)}


@pytest.mark.parametrize(
    "text",
    [
        "Who washed 42 casks?",
        "What happened on 4 May?",
        "What happened in May 12 years ago?",
        "Who was there in 2012?",
        "What comes first train or bus?",
        "5月6号天气怎么样？",
        "海燕二号是谁当船长？",
    ],
)
def test_amounts_and_dates_tell_nothing_apart(text):
    assert marked(text) == ()


@pytest.mark.parametrize(
    ("question", "statement", "heading", "is_another"),
    [
        ("When was pump 3 repaired?", "Pump 2 was repaired in May.", "", True),
        ("When was pump 3 repaired?", "Pumps 2 and 3: pump 3 was repaired in May.", "", False),
        ("When was pump 3 repaired?", "It was repaired in May.", "Pump 2", True),
        ("When was pump 3 repaired?", "It was repaired in May.", "Pump 3", False),
        ("When was pump 3 repaired?", "The pump was repaired in May.", "", True),
        ("When was pump three repaired?", "The pump with the number 3 ran again.", "", False),
        ("三号泊位有多长？", "二号泊位长40米。", "", True),
        ("三号泊位有多长？", "三号泊位长40米。", "", False),
    ],
)
def test_a_statement_is_about_another_when_it_names_another_number(
    question, statement, heading, is_another
):
    around = numbers_in(f"{statement}\n{heading}")
    assert another(marked(question), statement, heading, around) is is_another


@pytest.mark.parametrize(
    ("statement", "heading"),
    [("Pump 2 was repaired in May.", ""), ("It was repaired in May.", "Pump 2")],
)
def test_the_number_told_elsewhere_in_the_source_does_not_make_it_the_one(statement, heading):
    around = numbers_in(f"{statement} Pump 3 stands in the yard.")
    assert another(marked("When was pump 3 repaired?"), statement, heading, around)


def test_another_of_a_kind_is_a_limit_that_is_not_met():
    evidence = evenly(source("Pump 2 was repaired in May 2021. Pump 3 is new.", "a.txt"))
    asked = read("When was pump 3 repaired?")
    reading, weights = read_evidence(asked, evidence), weights_for(asked)
    best = proposals(reading, evidence, weights)[0]
    assert best.norm.startswith("2021")
    assert belief_features(reading, best, weights)["limits"] == 1.0


def test_a_section_named_after_one_of_a_kind_is_not_about_another():
    asked = [(term_of("south"), term_of("jetty"))]
    assert under_another(asked, "It has 14 posts.", "North jetty") is True
    assert under_another(asked, "Like the south one it has 14 posts.", "North jetty") is False
    assert under_another(asked, "It has 14 posts.", "South jetty") is False
    assert under_another(asked, "It has 14 posts.", "What we found at the north jetty") is False


PUMPS = evenly(
    source("Pump 2 was repaired by Ida Berg on 4 May. It gives 300 litres a minute.", "pumps.txt"),
    source("The jetty has 14 posts. Paint it in spring.", "jetty.txt"),
)


def test_what_is_said_of_one_pump_is_no_answer_about_another():
    generator = ExtractiveGenerator()
    assert generator.generate("Who repaired pump 3?", PUMPS).text is None
    told = generator.generate("Who repaired pump 2?", PUMPS)
    assert told.text is not None
    assert "Ida Berg" in told.text


@pytest.mark.parametrize(("number", "flags"), [(2, [False, False]), (3, [True, True])])
def test_the_number_may_stand_anywhere_in_the_source(number, flags):
    evidence = evenly(source("Pump 2 was repaired on 4 May. It gives 300 litres.", "pumps.txt"))
    reading = read_evidence(read(f"Who repaired pump {number}?"), evidence)
    assert [s.another for s in reading.statements] == flags


def test_the_neighbouring_words_of_a_question_meet_the_headings():
    evidence = evenly(
        source("It has 14 posts.", "a.md", heading="Harbour > North jetty"),
        source("It has 9 posts.", "b.md", heading="Harbour > South jetty"),
    )
    reading = read_evidence(read("How many posts has the south jetty?"), evidence)
    assert [s.another for s in reading.statements] == [True, False]
