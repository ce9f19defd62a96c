"""When a place in a source bears out a sentence that a model wrote, and which place is cited."""

import pytest

from pincite.generate.borne_out import quotes, said_in, support_of
from pincite.testing.evidence import evidence, shared_words

STATION = "The station lies 42 km north of the pass. It was built in 1962."
QUESTION = "How far is the station from the pass?"


def cited(sentence, *texts, posterior=None, question=QUESTION, similarity=None):
    sources = [evidence(text, 0.5, title=f"{i}.txt") for i, text in enumerate(texts)]
    even = [1.0 / len(texts)] * len(texts)
    found = quotes(sentence, sources, posterior or even, question, similarity)
    return [(q.source, texts[q.source][q.start : q.end]) for q in found]


@pytest.mark.parametrize(
    ("sentence", "quote"),
    [
        ("The station lies 42 km north of the pass.", "It lies 42 km north of the pass."),
        ("42 km", "The station lies 42 km north of the pass."),
        ("The pumps were repaired.", "The pump was repaired on monday."),
        ("It is not safe.", "The bridge is not safe."),
        ("3 bar", "The pump does not run at 8 bar but at 3 bar."),
        ("车站位于山口以北42公里处。", "车站位于山口以北42公里处。"),
        ("twelve ropes", "There are 12 ropes in the shed."),
    ],
)
def test_a_quote_that_says_as_much_bears_it_out(sentence, quote):
    assert support_of(said_in(sentence), quote) >= 0.7


@pytest.mark.parametrize(
    ("sentence", "quote"),
    [
        pytest.param("It lies 43 km north.", "It lies 42 km north.", id="another number"),
        pytest.param("It was built by Anna.", "It was built by Otto.", id="another name"),
        pytest.param("The bridge is not safe.", "The bridge is safe.", id="denied by the model"),
        pytest.param("The bridge is safe.", "The bridge is not safe.", id="denied by the source"),
        pytest.param("水泵没有坏。", "水泵坏了。", id="denied in Chinese"),
        pytest.param(
            "车站位于山口以北43公里处。", "车站位于山口以北42公里处。", id="Chinese number"
        ),
        pytest.param("The mayor opened the old bridge", "The old bridge fell.", id="half of it"),
        pytest.param("42 km", "The station lies north of the pass.", id="no number"),
    ],
)
def test_a_quote_that_says_something_else_does_not(sentence, quote):
    assert support_of(said_in(sentence), quote) < 0.7


def test_the_sentence_of_a_source_is_quoted_and_two_only_where_one_is_not_enough():
    assert cited("42 km", STATION) == [(0, "The station lies 42 km north of the pass.")]
    both = "The station north of the pass, 42 km, was built in 1962."
    assert cited(both, STATION) == [(0, STATION)]


def test_nothing_is_cited_for_what_no_source_says():
    assert cited("The station lies 43 km north of the pass.", STATION, "43 ropes") == []
    assert cited("…", STATION) == []


def test_the_source_the_model_wrote_from_goes_first():
    texts = ("It lies 42 km away from the station.", "It lies 42 km away from the pass.")
    assert cited("42 km", *texts, posterior=[0.3, 0.7])[0][0] == 1
    assert cited("42 km", *texts, posterior=[0.7, 0.3])[0][0] == 0
    assert [source for source, _ in cited("42 km", *texts, posterior=[0.99, 0.01])] == [0]


def test_a_source_the_model_gave_no_credit_is_cited_if_it_alone_says_so():
    assert cited("42 km", STATION, "The pump runs.", posterior=[0.0, 1.0])[0][0] == 0
    texts = ("The ship sailed 42 km.", STATION, "The pump runs.")
    assert cited("42 km", *texts, posterior=[0.0, 0.0, 1.0])[0][0] == 1


def test_of_two_places_with_the_words_the_one_about_the_question_is_cited():
    ship = "The ship sailed 42 km last week. The station lies 42 km north of the pass."
    assert cited("42 km", ship) == [(0, "The station lies 42 km north of the pass.")]


def test_an_encoder_helps_to_tell_what_a_place_is_about():
    """By words both are alike; the encoder is asked for the quotes alone."""
    heard = []

    def cosines(question, texts):
        heard.extend(texts)
        return [1.0 if "Depot" in text else 0.0 for text in texts]

    texts = ("Depot: 42 km.", "Harbour: 42 km.")
    assert cited("42 km", *texts, similarity=cosines)[0][0] == 0
    assert cited("42 km", *texts[::-1], similarity=cosines)[0][0] == 1
    assert set(heard) == set(texts)
    assert cited("42 km", *texts, similarity=shared_words)


def test_at_most_three_sources_are_cited_for_a_sentence():
    texts = [f"Note {i}: it is 42 km." for i in range(5)]
    assert len(cited("42 km", *texts)) == 3
