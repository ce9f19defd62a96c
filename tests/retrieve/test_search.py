"""A query through all channels of a real knowledge base."""

import threading
from dataclasses import replace

import numpy as np
import pytest

from pincite.errors import UsageError
from pincite.retrieve.search import Options, Searcher
from pincite.store.ledger import Ingested, LedgerEntry, Source
from pincite.store.tables import Store
from pincite.types import (
    Asset,
    Embeddings,
    Extracted,
    Filters,
    PageRegion,
    Query,
    Segment,
    TextSpan,
)

PUMP = "The pump in the north hut failed in March because its seal was worn."
BIRDS = "Four hundred penguins nest on the beach below the station."
STORM = "暴风雪把天线吹倒了，无线电中断了两天。"


class Axes:
    """An encoder whose vectors are one axis a topic: "water machine" means the pump."""

    name = "axes"
    space = "axes"
    width = 3
    modalities = frozenset({"text"})
    languages = frozenset({"en"})
    topics = ("pump machine", "penguins birds", "radio")

    def __init__(self):
        self.asked = []

    def encode(self, texts, role="document"):
        self.asked += [(text, role) for text in texts]
        rows = [[float(any(w in t.lower() for w in topic.split())) for topic in self.topics]
                for t in texts]  # fmt: skip
        vectors = np.array(rows, dtype=np.float32) + 1e-3
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def ingested(number, text, uri, encoder, modality="text", modified_ns=0):
    asset = Asset(f"{number:064}", uri, "text/plain", len(text), modified_ns, uri.split("/")[-1])
    segment = Segment(f"{number:032}", asset.id, modality, TextSpan(0, len(text)), text)
    vectors = Embeddings((segment.id,), encoder.encode([text]), encoder.space)
    source = Source(uri, len(text), modified_ns)
    entry = LedgerEntry(asset, (source,), "complete", segments=1, spaces=(encoder.space,))
    return Ingested(entry, (Extracted(segment),), (vectors,))


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    store = Store.open(str(tmp_path_factory.mktemp("kb")), create=True)
    encoder = Axes()
    store.commit(
        [
            ingested(1, PUMP, "/field/notes/pump.txt", encoder, modified_ns=10),
            ingested(2, BIRDS, "/field/photos/birds.jpg", encoder, "image", 20),
            ingested(3, STORM, "/field/notes/storm's.txt", encoder, modified_ns=30),
        ]
    )
    return store


def texts(found):
    return [item.segment.text for item in found.evidence]


def test_words_find_and_shares_sum_to_one(store):
    found = Searcher(store).search(Query("Why did the pump fail?"), k=10)
    assert texts(found)[0] == PUMP
    assert sum(item.prior for item in found.evidence) == pytest.approx(1.0)
    assert set(found.evidence[0].hit.channels) == {"lexical"}


def test_meaning_finds_what_no_word_finds(store):
    query = Query("machine")
    assert PUMP not in texts(Searcher(store).search(query, k=1))
    found = Searcher(store, [Axes()]).search(query, k=1)
    assert texts(found) == [PUMP]
    assert found.evidence[0].hit.channels["dense"] > 0.9


def test_passages_of_one_meaning_share_their_surroundings(tmp_path):
    """The two vectors are equal, so the belief around them is, though one has no word asked for."""
    store, encoder = Store.open(str(tmp_path / "kb"), create=True), Axes()
    other = ingested(2, "A machine that lifts seawater.", "/b.txt", encoder)
    store.commit([ingested(1, PUMP, "/a.txt", encoder), other])
    pool = Searcher(store, [encoder]).candidates(Query("seal of the pump"))
    one, two = pool.features.values()
    assert one.coverage != two.coverage
    assert one.around == pytest.approx(two.around)


def test_by_words_alone_what_follows_the_best_passage_is_preferred(tmp_path):
    """Of two pieces with the same words, the one that comes right after the best wins."""
    store = Store.open(str(tmp_path / "kb"), create=True)
    said = "It was repaired in April, by the crew of the north station."
    apart, begun = (ingested(n, said, f"/{n}.txt", Axes()) for n in (1, 2))
    segment = begun.extracts[0].segment
    begin = replace(segment, id="3" * 32, text="The pump of the north hut was repaired twice.")
    after = Extracted(replace(segment, ordinal=1))
    store.commit([apart, replace(begun, extracts=(Extracted(begin), after))])
    found = Searcher(store).search(Query("When was the pump of the north hut repaired?"), k=3)
    assert [item.segment.id[-1] for item in found.evidence] == ["3", "2", "1"]


def test_an_encoder_is_not_asked_in_a_language_it_does_not_know(store):
    encoder = Axes()
    assert texts(Searcher(store, [encoder]).search(Query("无线电断了几天？"), k=1)) == [STORM]
    assert encoder.asked == []


def test_the_query_is_encoded_as_a_query(store):
    encoder = Axes()
    Searcher(store, [encoder]).search(Query("penguins"), k=1)
    assert encoder.asked == [("penguins", "query")]


def test_models_are_used_by_the_thread_that_searches(store):
    """Words are looked up beside; not every model may be loaded or used by two threads."""
    encoder, used = Axes(), set()
    encode = encoder.encode

    def watched(texts, role="document"):
        used.add(threading.get_ident())
        return encode(texts, role)

    encoder.encode = watched
    Searcher(store, [encoder]).search(Query("penguins"), k=1)
    assert used == {threading.get_ident()}


@pytest.mark.parametrize(
    ("filters", "kept"),
    [
        pytest.param(Filters(modalities=("image",)), {BIRDS}, id="modality"),
        pytest.param(Filters(path="/field/notes"), {PUMP, STORM}, id="a folder"),
        pytest.param(Filters(path="notes/*.txt"), {PUMP, STORM}, id="a glob from any folder on"),
        pytest.param(Filters(path="storm's.txt"), {STORM}, id="a quotation mark in a name"),
        pytest.param(Filters(modified_after_ns=20), {BIRDS, STORM}, id="not before"),
        pytest.param(Filters(modified_before_ns=20), {PUMP}, id="before"),
        pytest.param(Filters(where="title LIKE 'b%'"), {BIRDS}, id="a condition"),
        pytest.param(
            Filters(modalities=("text",), where="title = 'x' OR true"), {PUMP, STORM},
            id="a condition cannot break out of the others",
        ),
    ],
)  # fmt: skip
def test_filters_confine_every_channel(store, filters, kept):
    found = Searcher(store, [Axes()]).search(Query("pump penguins radio 无线电", filters), k=10)
    assert texts(found)
    assert set(texts(found)) <= kept


@pytest.mark.parametrize("where", ["modality = ", "nonsense = 1", "1; DROP TABLE segments"])
def test_a_broken_condition_is_wrong_use(store, where):
    with pytest.raises(UsageError):
        Searcher(store).search(Query("pump", Filters(where=where)), k=1)


@pytest.mark.parametrize(
    "text", ["", "the of", "🙂", '"AND" OR (pump', "x" * 1_000_000, "pump\0", "^~*:\\"]
)
def test_any_text_is_a_query(store, text):
    Searcher(store).search(Query(text), k=3)


def test_the_search_is_repeatable(store):
    first, second = (Searcher(store, [Axes()]).search(Query("pump birds"), k=3) for _ in range(2))
    assert [e.hit for e in first.evidence] == [e.hit for e in second.evidence]


# -- pages ----------------------------------------------------------------------------------------


@pytest.fixture
def report(tmp_path):
    """A store with four paragraphs on the pump on page 1, and one on each of two more pages."""
    store = Store.open(str(tmp_path / "kb"), create=True)
    whole = ingested(1, PUMP, "/report.pdf", Axes())
    segment = whole.extracts[0].segment
    said = ["pump pump pump seal", "pump pump seal", "pump seal now", "pump", "a pump", "the pump"]
    boxes = map(PageRegion, (1, 1, 1, 1, 2, 3))
    extracts = [
        Extracted(replace(segment, id=f"{n:032}", text=text, ordinal=n, locator=box))
        for n, (text, box) in enumerate(zip(said, boxes, strict=True), start=1)
    ]
    store.commit([replace(whole, extracts=tuple(extracts), embeddings=())])
    return store


def pages(store, k, **options):
    found = Searcher(store, options=Options(**options)).search(Query("pump seal"), k=k)
    return [item.segment.locator.page for item in found.evidence]


def test_two_hits_of_a_page_come_before_those_of_other_pages(report):
    assert pages(report, 6, page_hits=0)[:3] == [1, 1, 1]
    assert pages(report, 4)[:2] == [1, 1]
    assert sorted(pages(report, 4)) == [1, 1, 2, 3]
    assert sorted(pages(report, 6)) == [1, 1, 1, 1, 2, 3]


def test_where_belief_falls_off_other_pages_do_not_come_in(report):
    """Adaptive keeps what is believed; the rule of pages only orders what is kept."""
    kept = pages(report, 6, page_hits=0, adaptive=True)
    assert len(kept) < 6
    assert sorted(pages(report, 6, page_hits=1, adaptive=True)) == sorted(kept)
