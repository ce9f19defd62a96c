"""Many queries at once find what each would find alone."""

import threading

import pytest

from pincite.errors import UsageError
from pincite.retrieve import batch
from pincite.retrieve.batch import search_many
from pincite.retrieve.search import Options, Searcher
from pincite.store.resident_store import ResidentStore
from pincite.store.tables import Store
from pincite.types import Embeddings, Filters, Query
from tests.retrieve.joint import THINGS, Joint, ingested, picture, sound
from tests.retrieve.test_late import WordVectors, paged
from tests.retrieve.test_search import Axes
from tests.store.making import ingested as written

NOTES = [
    "The pump machine broke in March.",
    "Penguins nest on the beach.",
    "The radio fell silent for two days.",
    "A machine lifts water.",
    "Birds were counted from the boat.",
]


class Counted(Axes):
    """Remembers how many texts it was given at a time."""

    def __init__(self):
        super().__init__()
        self.batches = []

    def encode(self, texts, role="document"):
        self.batches.append(len(texts))
        return super().encode(texts, role)


@pytest.fixture
def words():
    return Counted()


@pytest.fixture
def joint():
    return Joint()


@pytest.fixture
def store(tmp_path, words, joint):
    store = Store.open(str(tmp_path / "kb"), create=True)
    notes = [written(f"/notes/{n}.txt", text, space="") for n, text in enumerate(NOTES)]
    store.commit([*notes, *(ingested(n, picture(t), [joint]) for n, t in enumerate(THINGS))])
    ids = tuple(item.extracts[0].segment.id for item in notes)
    store.encode([Embeddings(ids, words.encode(NOTES), words.space)], {})
    words.batches.clear()
    return store


QUERIES = [
    Query("machine"),
    Query("birds", Filters(path="/notes/4.txt")),
    Query("无线电断了几天？"),  # in no language of the encoder of words
    Query("radio", Filters(path="/notes/*.txt")),
    Query("penguins", Filters(path="/notes/*.txt")),
    Query(image=picture("storm")),
    Query("bird", image=picture("pump"), weights={"image": -1}),
    Query(audio=sound("boat")),
    Query("", Filters()),
    Query("bird", without="storm"),
]


def many(searcher, queries, k=3, nearest=None):
    look = nearest or searcher.store.nearest_many
    return list(search_many(searcher, queries, k, look, threads=2))


@pytest.mark.parametrize("held", [False, True], ids=["from disk", "in memory"])
@pytest.mark.parametrize("at_once", [3, 256])
def test_many_find_what_each_finds_alone(store, words, joint, monkeypatch, at_once, held):
    monkeypatch.setattr(batch, "AT_ONCE", at_once)
    resident = ResidentStore.build(store) if held else None
    searcher = Searcher(store, [words, joint], nearest=resident.nearest if held else None)
    alone = [searcher.search(query, 3) for query in QUERIES]
    found = many(searcher, QUERIES, nearest=resident.nearest_many if held else None)
    assert [f.query for f in found] == QUERIES
    for one, other in zip(alone, found, strict=True):
        assert [e.segment.id for e in one.evidence] == [e.segment.id for e in other.evidence]
        for mine, theirs in zip(one.evidence, other.evidence, strict=True):
            assert theirs.hit.channels == pytest.approx(mine.hit.channels, abs=1e-6)
            assert theirs.prior == pytest.approx(mine.prior, abs=1e-6)
        assert [(r.name, r.why) for r in one.routes] == [(r.name, r.why) for r in other.routes]


def test_queries_are_encoded_together(store, words, joint):
    many(Searcher(store, [words]), [Query("machine"), Query("birds"), Query("无线电"), Query("a")])
    assert words.batches == [3]


def test_queries_with_one_filter_are_looked_up_in_one_pass(store, words):
    passes = []

    def nearest(space, vectors, k, where):
        passes.append((len(vectors), where))
        return store.nearest_many(space, vectors, k, where)

    def alone(space, vector, k, where):
        raise AssertionError("looked up beforehand")

    searcher = Searcher(store, [words], nearest=alone)
    here = Filters(where="ordinal = 0")
    many(searcher, [Query("machine"), Query("birds", here), Query("radio")], nearest=nearest)
    assert passes == [(2, ""), (1, "(ordinal = 0)")]


def test_a_space_that_is_not_stored_is_not_encoded(store, words):
    other = Counted()
    other.space = "elsewhere"
    many(Searcher(store, [other]), [Query("machine")])
    assert other.batches == []


def test_no_query_finds_nothing(store):
    assert many(Searcher(store), []) == []


def test_a_query_whose_parts_cancel_out_is_told(store, joint):
    query = Query("pump", image=picture("pump"), weights={"image": -1})
    with pytest.raises(UsageError, match="cancel each other out"):
        many(Searcher(store, [joint], Options()), [Query("bird"), query])


class ByLength:
    """A reranker that likes short texts."""

    def rerank(self, query, candidates):
        return [-float(len(candidate.segment.text)) for candidate in candidates]


def threads_of(owner, name, monkeypatch):
    """Return the threads that call a method from now on."""
    called, used = getattr(owner, name), set()

    def watched(*arguments, **named):
        used.add(threading.get_ident())
        return called(*arguments, **named)

    monkeypatch.setattr(owner, name, watched)
    return used


def test_a_model_that_reads_each_query_alone_is_used_by_one_thread(
    tmp_path, store, joint, monkeypatch
):
    plain = [Query(thing) for thing in THINGS] * 5
    reranker, late = ByLength(), WordVectors()
    used = threads_of(reranker, "rerank", monkeypatch)
    many(Searcher(store, [], Options(reranker=reranker)), plain)
    assert len(used) == 1
    paper = Store.open(str(tmp_path / "paper"), create=True)
    paper.commit([paged(1, ["pump", "valve bird"], ["boat boat boat", "nothing"])])
    used = threads_of(late, "encode_tokens", monkeypatch)
    many(Searcher(paper, [late]), plain)
    assert len(used) == 1
    pictures = Joint(modalities=("image",))
    used = threads_of(pictures, "encode", monkeypatch)
    unwanted = {"image": picture("pump"), "weights": {"image": -1}}
    many(Searcher(store, [pictures]), [Query(thing, **unwanted) for thing in THINGS] * 5)
    assert len(used) == 1
