"""Vectors in memory: what they find is what the table gives, at the version they were read."""

import dataclasses
import threading

import numpy as np
import pytest

from pincite.errors import SpaceMismatch, UsageError
from pincite.store import resident, resident_kinds
from pincite.store.resident import ResidentIndex
from pincite.store.resident_store import ResidentStore
from pincite.store.tables import Store
from pincite.types import Embeddings
from tests.store.making import ids, ingested, vector

KINDS = ["flat", "hnsw", "ivfpq"]
WORDS = [f"w{n}" for n in range(60)]


def random_file(name, rows, seed=0):
    rng = np.random.default_rng(seed)
    return ingested(f"/{name}.txt", *(" ".join(rng.choice(WORDS, 12)) for _ in range(rows)))


def queries(count):
    return np.array([vector(f"w{n} w{n + 1} w{n + 5}") for n in range(count)])


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    """A knowledge base of 1,200 segments, of which some have no vector; it is not written to."""
    store = Store.open(str(tmp_path_factory.mktemp("kb") / "kb"), create=True)
    store.commit([random_file(n, 100, n) for n in range(12)])
    store.commit([ingested("/bare.txt", "w1 w2 w3", "w4 w5 w6", space="")])
    return store


@pytest.fixture(scope="module", params=KINDS)
def index(request, filled):
    if request.param != "flat":
        pytest.importorskip("faiss", reason="the extra faiss is not installed")
    return ResidentIndex.build(filled, "words", request.param)


@pytest.fixture
def store(tmp_path):
    store = Store.open(str(tmp_path / "kb"), create=True)
    store.commit([random_file(n, 50, n) for n in range(3)])
    return store


def right(found, exact):
    """The share of what was found that is no farther than the last that is right; many tie."""
    pairs = zip(found, exact, strict=True)
    return np.mean([sum(s >= b[-1][1] - 5e-4 for _, s in a) / len(b) for a, b in pairs])


def test_memory_gives_what_the_table_gives(filled, index):
    exact = filled.nearest_many("words", queries(30), 10, exact=True)
    found = index.search_many(queries(30), 10)
    assert right(found, exact) >= 0.98
    assert (len(index), index.version) == (1200, filled.version)
    truth = dict(filled.nearest("words", queries(1)[0], 1200, exact=True))
    for id_, score in found[0]:
        assert score == pytest.approx(truth[id_], abs=5e-4)
    assert found[0] == sorted(found[0], key=lambda hit: (-hit[1], hit[0]))


@pytest.mark.parametrize("metric", ["cosine", "l2", "dot"])
def test_scores_are_those_of_the_table_in_every_metric(filled, index, metric):
    query = 3 * queries(1)[0]
    table = dict(filled.nearest("words", query, 1200, metric=metric))
    for id_, score in index.search(query, 5, metric=metric):
        assert score == pytest.approx(table[id_], abs=2e-3)


@pytest.mark.parametrize("where", ["uri = '/3.txt'", "uri <> '/3.txt'", "uri = '/none'"])
def test_a_filter_confines_what_memory_finds(filled, index, where):
    exact = filled.nearest("words", queries(1)[0], 10, where, exact=True)
    found = index.nearest("words", queries(1)[0], 10, where)
    inside = {i for i, _ in filled.nearest("words", queries(1)[0], 1200, where, exact=True)}
    assert {i for i, _ in found} <= inside
    assert len(found) == len(exact)
    assert not exact or right([found], [exact]) >= 0.9


def test_a_filter_that_keeps_only_what_lies_far_off_loses_nothing(filled, index):
    order = [i for i, _ in filled.nearest("words", queries(1)[0], 1200, exact=True)]
    far = order[1000:]
    found = [i for i, _ in index.search(queries(1)[0], 10, allowed=far)]
    assert len(found) == 10
    assert len(set(found) & set(far[:10])) >= 9


def test_more_than_there_are_gives_all(index):
    assert len(index.search(queries(1)[0], 10**9)) == 1200


@pytest.mark.parametrize("kind", KINDS)
def test_a_refresh_takes_in_what_was_added_changed_and_removed(store, kind):
    if kind != "flat":
        pytest.importorskip("faiss", reason="the extra faiss is not installed")
    index = ResidentIndex.build(store, "words", kind)
    before = index.version
    assert not index.refresh(store)
    late = ingested("/late.txt", "zeppelin over water")
    query = vector("zeppelin over water")
    old = [i for i, _ in index.search(query, 3)]
    store.commit([late])
    assert [i for i, _ in index.search(query, 3)] == old
    assert index.refresh(store)
    assert index.version == store.version > before
    assert index.search(query, 1)[0][0] == late.extracts[0].segment.id
    turned = Embeddings((late.extracts[0].segment.id,), -query[None], "words")
    store.commit([dataclasses.replace(late, embeddings=(turned,))])
    index.refresh(store)
    assert index.search(query, 151)[-1][0] == late.extracts[0].segment.id
    store.forget(ids([late, random_file(0, 50, 0)]))
    index.refresh(store)
    assert index.search(query, 5, allowed=[late.extracts[0].segment.id]) == []
    assert len(index) == 100
    exact = store.nearest("words", query, 200, exact=True)
    assert {i for i, _ in index.search(query, 200)} == {i for i, _ in exact}


def test_many_changes_build_the_index_anew(store, monkeypatch):
    built = []
    read = resident._read
    monkeypatch.setattr(resident, "_read", lambda *a: built.append(a[0].version) or read(*a))
    monkeypatch.setattr(resident, "REBUILD_ROWS", 20)
    index = ResidentIndex.build(store, "words", "flat")
    seen = []
    for number, rows in enumerate([10, 10, 20]):
        store.commit([random_file(f"late{number}", rows, 9 + number)])
        index.refresh(store)
        seen.append(len(built))
    assert seen == [1, 1, 2]
    assert len(index) == 190


@pytest.mark.parametrize("kind", KINDS)
def test_a_search_keeps_its_version_while_another_thread_refreshes(store, kind):
    """Every answer must be whole: that of the version before, or of one after."""
    if kind != "flat":
        pytest.importorskip("faiss", reason="the extra faiss is not installed")
    index = ResidentIndex.build(store, "words", kind)
    query, failures, stop = vector("w1 w2 w3"), [], threading.Event()
    counts = {len(index)}

    def ask():
        while not stop.is_set():
            try:
                failures.extend(n for n in [len(index.search(query, 999))] if n not in counts)
                where = len(index.nearest("words", query, 999, "uri = '/1.txt'"))
                failures.extend(n for n in [where] if n != 50)
            except Exception as error:
                failures.append(error)

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    for number in range(2):
        store.commit([random_file(f"late{number}", 10, 9 + number)])
        counts.add(160 + 10 * number)
        index.refresh(store)
    stop.set()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(index) == 170


def test_what_cannot_be_asked_is_refused(store, index):
    with pytest.raises(SpaceMismatch, match="other"):
        ResidentIndex.build(store, "other")
    with pytest.raises(UsageError, match="'flatt'; known: auto, flat, hnsw, ivfpq"):
        ResidentIndex.build(store, "words", "flatt")
    with pytest.raises(SpaceMismatch):
        index.nearest("other", vector("w1"), 3)
    with pytest.raises(SpaceMismatch, match="width 15"):
        index.search(vector("w1")[1:], 3)
    with pytest.raises(UsageError, match="at least 1"):
        index.search(vector("w1"), 0)
    with pytest.raises(UsageError, match="columns"):
        index.nearest("words", vector("w1"), 3, "colour = 'red'")


def test_size_decides_where_nothing_was_asked_for(store, monkeypatch):
    assert ResidentIndex.build(store, "words").kind == "flat"
    pytest.importorskip("faiss", reason="the extra faiss is not installed")
    monkeypatch.setattr(resident_kinds, "FLAT_ROWS", 100)
    assert ResidentIndex.build(store, "words").kind in ("ivfpq", "gpu")


@pytest.mark.skipif(resident_kinds.gpus() > 0, reason="there is a GPU")
def test_a_gpu_that_is_not_there_is_refused(store):
    with pytest.raises(UsageError, match="no GPU"):
        ResidentIndex.build(store, "words", "gpu")


def test_a_store_answers_from_memory_and_from_the_table_what_is_not_there(store):
    store.commit([ingested("/b.txt", "other words", space="second")])
    held = ResidentStore.build(store, ["words"])
    query = vector("other words")
    assert held.nearest("second", query, 3) == store.nearest("second", query, 3)
    first = [i for i, _ in store.nearest("words", query, 3, exact=True)]
    assert [i for i, _ in held.nearest("words", query, 3)] == first
    assert not held.refresh()
    store.commit([random_file("late", 10, 9)])
    assert held.refresh()
    assert len(held.indexes["words"]) == 160
