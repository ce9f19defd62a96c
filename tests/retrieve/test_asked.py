"""A query of several parts: which of them an encoder is given, and the vector they make."""

import numpy as np
import pytest

from pincite.content import Footage
from pincite.errors import UsageError
from pincite.retrieve.asked import Asked
from pincite.types import Query
from tests.retrieve.joint import Joint, footage, picture, sound

PUMP, BIRD = (Joint().encode([word])[0] for word in ("pump", "bird"))


def unit(vector):
    return vector / np.linalg.norm(vector)


@pytest.mark.parametrize(
    ("query", "vector"),
    [
        pytest.param(Query("pump"), PUMP, id="words alone"),
        pytest.param(Query(image=picture("bird")), BIRD, id="a picture alone"),
        pytest.param(
            Query("pump", image=picture("bird")), unit(PUMP + BIRD), id="both count the same"
        ),
        pytest.param(
            Query("pump", image=picture("bird"), weights={"image": 0.25}),
            unit(PUMP + 0.25 * BIRD),
            id="a weight",
        ),
        pytest.param(
            Query("pump", image=picture("bird"), weights={"text": -0.5}),
            unit(BIRD - 0.5 * PUMP),
            id="a weight below 0 pushes away",
        ),
        pytest.param(
            Query(image=picture("bird"), without="pump"), unit(BIRD - PUMP), id="unwanted words"
        ),
        pytest.param(
            Query("pump", image=picture("bird"), weights={"image": 0.0}), PUMP, id="no weight"
        ),
        pytest.param(
            Query("pump", audio=sound("bird"), weights={"text": 3.0}),
            unit(3 * PUMP + BIRD),
            id="words and sound",
        ),
    ],
)
def test_the_vector_is_the_weighted_sum_of_the_parts(query, vector):
    np.testing.assert_allclose(Asked.of(query).vector(Joint()), vector, atol=1e-6)


def test_an_encoder_is_given_only_what_it_reads():
    encoder = Joint(modalities=("image",))
    query = Query("pump", image=picture("bird"), audio=sound("boat"))
    np.testing.assert_allclose(Asked.of(query).vector(encoder), BIRD, atol=1e-6)
    assert [role for role, _ in encoder.asked] == ["query"]
    assert Asked.of(Query("pump")).vector(encoder) is None


def test_an_encoder_of_sounds_is_given_what_is_heard_in_a_video():
    encoder = Joint(modalities=("audio", "video"))
    heard = Footage(footage("boat").frames, np.array([0.0, 1.0]), sound("bird"))
    vector = Asked.of(Query(video=heard)).vector(encoder)
    np.testing.assert_allclose(vector, BIRD, atol=1e-6)
    assert Asked.of(Query(video=footage("boat"))).vector(encoder) is None


def test_words_heard_in_a_part_are_wanted_like_words():
    asked = Asked.of(Query("pump", audio=sound("bird"), heard="in the boat"))
    assert asked.text == "pump\nin the boat"
    words_only = Joint(modalities=("text",))
    assert asked.parts_for(words_only) == [("pump\nin the boat", 1.0)]


def test_words_that_push_away_are_not_looked_up():
    asked = Asked.of(Query("pump", image=picture("bird"), weights={"text": -1}, without="boat"))
    assert (asked.text, asked.words, asked.unwanted) == ("", "", "pump\nboat")


@pytest.mark.parametrize(
    ("query", "message"),
    [
        pytest.param(
            Query("pump", weights={"text": -1}), "every part", id="only words pushed away"
        ),
        pytest.param(Query(without="pump"), "every part", id="only unwanted words"),
    ],
)
def test_a_query_wants_something(query, message):
    with pytest.raises(UsageError, match=message):
        Asked.of(query)


def test_parts_that_cancel_out_are_refused():
    query = Query("bird", image=picture("bird"), weights={"text": -1})
    with pytest.raises(UsageError, match="cancel each other out"):
        Asked.of(query).vector(Joint())


def test_what_only_pushes_away_in_a_space_is_not_looked_for_there():
    """The picture is unwanted, and the words are for another encoder."""
    asked = Asked.of(Query("a bird", image=picture("pump"), weights={"image": -1}))
    pictures = Joint(modalities=("image",))
    assert asked.vector(pictures) is None
    assert asked.unwanted_vector(pictures) is not None
