"""Indexes change how fast something is found, never what."""

import numpy as np
import pytest

from pincite.store import search, upkeep, vector_index
from pincite.store.check import check
from pincite.store.engine import one_of
from pincite.store.tables import Store
from tests.store.making import ids, ingested, vector


@pytest.fixture
def store(tmp_path, monkeypatch):
    """A knowledge base of 600 segments, with thresholds low enough for every index."""
    monkeypatch.setattr(vector_index, "VECTOR_INDEX_ROWS", 500)
    monkeypatch.setattr(upkeep, "KEY_INDEX_ROWS", 100)
    store = Store.open(str(tmp_path / "kb"), create=True)
    rng = np.random.default_rng(5)
    words = [f"w{n}" for n in range(60)]
    texts = [" ".join(rng.choice(words, 12)) for _ in range(600)]
    store.commit([ingested(f"/{n}.txt", *texts[n * 60 : (n + 1) * 60]) for n in range(10)])
    return store


def test_an_index_finds_what_comparing_everything_finds(store):
    queries = [vector(f"w{n} w{n + 1} w{n + 2}") for n in range(20)]
    exact = [store.nearest("words", query, 10) for query in queries]
    store.optimize()
    assert upkeep.indexed_columns(store.view.segments) >= {"vector_words", "id", "asset_id"}
    near = [store.nearest("words", query, 10) for query in queries]
    shared = [len({i for i, _ in a} & {i for i, _ in b}) for a, b in zip(exact, near, strict=True)]
    assert np.mean(shared) >= 9.5
    np.testing.assert_allclose([b[0][1] for b in near], [a[0][1] for a in exact], atol=1e-4)


def test_what_comes_after_the_index_was_built_is_found_at_once(store):
    store.optimize()
    late = ingested("/late.txt", "zeppelin over water")
    store.commit([late])
    [segment] = [e.segment.id for e in late.extracts]
    assert store.lexical("zeppelin", 3)[0][0] == segment
    assert store.nearest("words", vector("zeppelin over water"), 3)[0][0] == segment
    assert check(store).problems[0].count == 1
    store.forget(ids([late]))
    assert store.lexical("zeppelin", 3) == []
    assert segment not in [i for i, _ in store.nearest("words", vector("zeppelin"), 700)]


def test_below_the_threshold_all_vectors_are_compared(store, monkeypatch):
    monkeypatch.setattr(vector_index, "VECTOR_INDEX_ROWS", 601)
    store.optimize()
    assert "vector_words" not in upkeep.indexed_columns(store.view.segments)


def test_upkeep_joins_what_many_commits_scattered(tmp_path):
    store = Store.open(str(tmp_path / "kb"), create=True)
    for n in range(8):
        store.commit([ingested(f"/{n}.txt", f"text {n}")])
    assert len(store.view.segments.get_fragments()) == 8
    store.optimize()
    assert len(store.view.segments.get_fragments()) == 1
    assert len(store.view.ledger.get_fragments()) == 1
    assert len(store.lexical("text", 10)) == 8


def index_of(store):
    [index] = [i for i in store.view.segments.describe_indices() if "vector" in i.name]
    return index


def random_file(name, rows, seed):
    words = [f"w{n}" for n in range(60)]
    rng = np.random.default_rng(seed)
    return ingested(f"/{name}.txt", *(" ".join(rng.choice(words, 12)) for _ in range(rows)))


def test_vectors_that_come_later_go_into_the_index_and_many_renew_it(store, monkeypatch):
    monkeypatch.setattr(vector_index, "DELTA_ROWS", 20)
    monkeypatch.setattr(vector_index, "DELTAS", 2)
    store.optimize()
    seen = []
    for number, rows in enumerate([10, 40, 40, 400]):
        store.commit([random_file(f"late{number}", rows, number)])
        store.optimize()
        index = index_of(store)
        seen.append((index.num_rows_indexed, len(index.segments)))
    assert seen == [(600, 1), (650, 2), (690, 1), (1090, 1)]
    query = vector("w1 w2 w3")
    exact = {i for i, _ in store.nearest("words", query, 20, exact=True)}
    assert len(exact & {i for i, _ in store.nearest("words", query, 20)}) >= 19


def test_upkeep_leaves_a_vector_index_that_holds_nearly_all(store):
    """Lance's own renewal joins partitions; each query would then compare most vectors."""
    store.optimize()
    before = [segment.uuid for segment in index_of(store).segments]
    store.commit([random_file("late", 5, 1)])
    store.optimize()
    assert [segment.uuid for segment in index_of(store).segments] == before


def test_a_filter_that_keeps_only_what_lies_far_off_loses_nothing(store, monkeypatch):
    monkeypatch.setattr(search, "probes", lambda rows: 1)
    store.optimize()
    queries = np.array([vector(f"w{n} w{n + 7}") for n in range(9)])
    near = {i for hits in store.nearest_many("words", queries, 250) for i, _ in hits}
    where = f"NOT ({one_of('id', sorted(near))})"
    exact = store.nearest_many("words", queries, 10, where, exact=True)
    found = store.nearest_many("words", queries, 10, where)
    assert all(len(hits) == 10 for hits in exact)
    assert [{i for i, _ in hits} for hits in found] == [{i for i, _ in hits} for hits in exact]


def test_a_file_that_changed_is_found_by_its_new_vector_only(store):
    store.optimize()
    store.commit([ingested("/0.txt", "zeppelin over water")])
    hits = store.nearest("words", vector("zeppelin over water"), 600)
    assert hits[0][1] == pytest.approx(1.0, abs=1e-5)
    assert len(hits) == 541
