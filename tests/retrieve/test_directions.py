"""Any query to any evidence: each modality asked for by each other, with gold."""

import itertools

import pytest

from pincite.content import MODALITIES
from pincite.retrieve.search import POOL, Options, Searcher
from pincite.store.tables import Store
from pincite.types import Filters, Query
from tests.retrieve.joint import THINGS, Joint, footage, ingested, number_of, picture, sound

MAKE = {"text": lambda thing: f"This is a {thing}.", "image": picture, "audio": sound,
        "video": footage}  # fmt: skip
NUMBER = {
    (modality, thing): 10 * m + t
    for m, modality in enumerate(MODALITIES)
    for t, thing in enumerate(THINGS)
}


@pytest.fixture(scope="module", params=[0.0, 0.5], ids=["one level", "levels apart"])
def joint(request):
    return Joint(gap=request.param)


@pytest.fixture(scope="module")
def store(tmp_path_factory, joint):
    store = Store.open(str(tmp_path_factory.mktemp("kb")), create=True)
    store.commit(
        [ingested(n, MAKE[modality](thing), [joint]) for (modality, thing), n in NUMBER.items()]
    )
    return store


def query(modality, thing, **more):
    content = MAKE[modality](thing)
    return Query(thing, **more) if modality == "text" else Query(**{modality: content}, **more)


@pytest.mark.parametrize(("asked", "wanted"), [*itertools.product(MODALITIES, repeat=2)])
def test_each_modality_finds_each_modality(store, joint, asked, wanted):
    for thing in THINGS:
        search = query(asked, thing, filters=Filters(modalities=(wanted,)))
        found = Searcher(store, [joint]).search(search, k=1)
        assert [number_of(item) for item in found.evidence] == [NUMBER[wanted, thing]]


@pytest.mark.parametrize("asked", MODALITIES)
def test_over_all_modalities_the_same_thing_comes_first(store, joint, asked):
    for thing in THINGS:
        found = Searcher(store, [joint]).search(query(asked, thing), k=4)
        same = {NUMBER[modality, thing] for modality in MODALITIES}
        assert {number_of(item) for item in found.evidence} == same


def test_a_mix_finds_what_has_both(tmp_path):
    joint = Joint()
    store = Store.open(str(tmp_path / "kb"), create=True)
    store.commit([ingested(1, "pump", [joint]), ingested(2, "boat", [joint]),
                  ingested(3, "a pump on a boat", [joint])])  # fmt: skip
    both = Query("pump", image=picture("boat"))
    assert number_of(Searcher(store, [joint]).search(both, k=1).evidence[0]) == 3
    without = Query("pump", without="boat")
    ranked = [number_of(item) for item in Searcher(store, [joint]).search(without, k=3).evidence]
    assert ranked[0] == 1


def test_pictures_that_lack_words_stand_beside_passages(store, joint):
    """With words as the query both the text of it and the picture of it are found."""
    found = Searcher(store, [joint]).search(query("text", "bird"), k=4)
    assert {item.segment.modality for item in found.evidence} == set(MODALITIES)
    image = next(item for item in found.evidence if item.segment.modality == "image")
    assert image.hit.parts["joint"] > 0


def test_only_named_channels_are_asked(store, joint):
    options = Options(channels=("lexical",))
    found = Searcher(store, [joint], options).search(query("text", "bird"), k=10)
    assert {name for item in found.evidence for name in item.hit.channels} == {"lexical"}
    assert {r.name: r.channel is not None for r in found.routes} == {
        "lexical": True,
        "joint": False,
    }


def test_texts_that_lie_nearer_do_not_push_every_picture_out(tmp_path):
    """In a space with levels apart, more texts than are looked at lie nearer than any picture."""
    joint = Joint(gap=0.8)
    store = Store.open(str(tmp_path / "kb"), create=True)
    texts = [ingested(n, f"bird {n}", [joint]) for n in range(POOL + 5)]
    store.commit([*texts, ingested(500, picture("bird"), [joint])])
    options = Options(channels=("joint",))
    pool = Searcher(store, [joint], options).candidates(Query("bird"), POOL)
    assert f"{500:032}" in pool.segments, "the picture of it"
