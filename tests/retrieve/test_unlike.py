"""What pushes away in a space, and what is usual where a modality has few segments."""

import math

import numpy as np
import pytest

from pincite.errors import UsageError
from pincite.retrieve.channels import LEAST_SPREAD, usual_in
from pincite.retrieve.merge import PUSH, Weighted
from pincite.retrieve.route import HASH_SPACE, Router
from pincite.retrieve.search import Options, Searcher
from pincite.store.tables import Store
from pincite.types import Query
from tests.retrieve.joint import Joint, footage, ingested, number_of, picture

LOOKS = Joint(("image", "video"))
WORDS = {1: "pump", 2: "bird", 3: "storm"}


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """Three pictures that share a word, each of another thing, and one film."""
    store = Store.open(str(tmp_path_factory.mktemp("kb")), create=True)
    pictures = [
        ingested(n, picture(thing), [LOOKS], text=f"seen {thing}") for n, thing in WORDS.items()
    ]
    store.commit([*pictures, ingested(4, footage("pump"), [LOOKS], text="seen film")])
    return store


def found(store, query, **options):
    return Searcher(store, [LOOKS], Options(**options)).search(query, k=10)


@pytest.mark.parametrize("number", WORDS)
@pytest.mark.parametrize("fusion", [None, Weighted()], ids=["calibrated", "weighted"])
def test_a_picture_that_pushes_away_moves_back_what_is_like_it(store, number, fusion):
    query = Query("seen", image=picture(WORDS[number]), weights={"image": -1.0})
    options = {} if fusion is None else {"fusion": fusion}
    evidence = found(store, query, **options).evidence
    assert {number_of(e) for e in evidence} == {1, 2, 3, 4}, "all have the word"
    like = {number, 4} if number == 1 else {number}
    assert {number_of(e) for e in evidence[-len(like) :]} == like


def test_what_is_pushed_away_loses_by_how_like_it_is(store):
    """P(alike | z) of two normals two deviations apart."""
    query = Query("seen", image=picture("bird"), weights={"image": -1.0})
    evidence = {number_of(e): e.hit.parts["without"] for e in found(store, query).evidence}
    vectors = LOOKS.encode([picture("bird"), *map(picture, WORDS.values()), footage("pump")])
    cosines = vectors[1:] @ vectors[0]
    z = (cosines - cosines.mean()) / cosines.std()
    expected = [-PUSH / (1 + math.exp(2 - 2 * value)) for value in z]
    assert [evidence[n] for n in (1, 2, 3, 4)] == pytest.approx(expected, rel=1e-4)


def test_words_alone_bring_up_what_is_then_pushed_away(store):
    """What is unlike the picture is not found for that."""
    query = Query("storm", image=picture("pump"), weights={"image": -1.0})
    assert [number_of(e) for e in found(store, query).evidence] == [3]


def test_a_copy_is_not_looked_for_where_it_is_not_wanted(store):
    from pincite.retrieve.asked import Asked

    hashes = Joint(("image", "video"))
    hashes.space = HASH_SPACE
    store.commit([ingested(9, picture("bird"), [hashes])])
    query = Query("seen", image=picture("bird"), weights={"image": -1.0})
    [_, route] = Router(store, [hashes]).routes(Asked.of(query))
    assert (route.asked, route.why.startswith("what it reads of the query pushes away")) == (
        False,
        True,
    )


def test_footage_and_pictures_are_usual_together_where_they_are_few(store):
    """One film alone would make itself what is usual of films."""
    [row] = LOOKS.encode([footage("pump")])
    usual = usual_in(store, LOOKS, "video", row)
    cosines = LOOKS.encode([*map(picture, WORDS.values()), footage("pump")]) @ row
    assert usual.mean == pytest.approx(cosines.mean(), abs=1e-6)
    assert usual.spread == pytest.approx(max(cosines.std(), LEAST_SPREAD), abs=1e-6)
    best, *_ = found(store, Query(video=footage("pump"))).evidence
    assert number_of(best) in {1, 4}
    assert {number_of(e) for e in found(store, Query(video=footage("pump"))).evidence[:2]} == {1, 4}


def test_pictures_and_texts_are_never_usual_together(tmp_path):
    """They lie on different levels within one space."""
    both = Joint(gap=3.0)
    store = Store.open(str(tmp_path / "kb"), create=True)
    store.commit([ingested(1, "a pump", [both]), ingested(2, picture("bird"), [both])])
    [row] = both.encode(["pump"])
    expected = float(both.encode([picture("bird")])[0] @ row)
    assert usual_in(store, both, "image", row).mean == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(
    "options", [{"channels": ("jont",)}, {"fusion": Weighted({"jont": 2.0})}], ids=str
)
def test_a_channel_that_there_is_not_is_named_with_those_there_are(store, options):
    with pytest.raises(UsageError, match=r"no channel 'jont'; .* lexical, joint\. Did you mean"):
        found(store, Query("seen"), **options)


def test_a_channel_of_other_models_may_be_named_without_them(store):
    assert found(store, Query("seen"), channels=("lexical", "dense", "clip")).evidence


def test_what_holds_no_word_of_a_short_ranking_has_no_share_of_the_words(store):
    """All that hold a word were brought up, so the others hold none."""
    query = Query("bird", image=picture("storm"))
    pool = Searcher(store, [LOOKS]).candidates(query)
    shares = {int(id): row.lexical for id, row in pool.features.items()}
    assert shares[2] > 0
    assert {n: share for n, share in shares.items() if n not in (2, 9)} == {1: 0, 3: 0, 4: 0}
    assert np.isfinite(list(shares.values())).all()


def test_diversity_looks_at_pictures_where_a_text_encoder_comes_first(tmp_path):
    """What a space says nothing of, the next one may know."""
    words = Joint(("text",))
    words.space = "words"
    store = Store.open(str(tmp_path / "kb"), create=True)
    things = {1: "bird", 2: "bird", 3: "storm"}
    pictures = [ingested(n, picture(thing), [LOOKS]) for n, thing in things.items()]
    store.commit([ingested(4, "a pump", [words]), *pictures])
    searcher = Searcher(store, [words, LOOKS], Options(diversity=0.9))
    chosen = searcher.search(Query(image=picture("bird")), k=2).evidence
    assert {number_of(item) for item in chosen} in ({1, 3}, {2, 3})
