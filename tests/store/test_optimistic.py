"""Without a lock, as on an object store: a change that met another is made again, wholly."""

import threading

import pytest

from pincite.errors import StoreLocked
from pincite.store import transaction, writing
from pincite.store.check import check
from pincite.store.engine import Interfered
from pincite.store.tables import Store
from tests.store.making import ids, numbered


@pytest.fixture
def uri(tmp_path):
    store = Store.open(str(tmp_path / "kb"), create=True)
    store.commit(numbered(0, 2))
    return store.uri


def unlocked(uri):
    """A store that does not ask for the lock, as for an object store."""
    store = Store.open(uri)
    store._lock = None
    return store


def test_threads_without_a_lock_lose_and_double_nothing(uri):
    failures = []

    def work(first):
        store = unlocked(uri)
        for n in range(first, first + 4):
            while True:
                try:
                    store.commit(numbered(n, 1))
                    break
                except StoreLocked:
                    continue
                except Exception as error:
                    failures.append(error)
                    return

    threads = [threading.Thread(target=work, args=(first,)) for first in (10, 20, 30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [str(f) for f in failures] == []
    store = Store.open(uri)
    wanted = [*ids(numbered(0, 2)), *(i for n in (10, 20, 30) for i in ids(numbered(n, 4)))]
    assert set(store.ledger()) == set(wanted)
    assert check(store).ok
    assert store.count() == 3 * len(wanted)


@pytest.mark.parametrize("step", ["append", "commit"])
def test_a_writer_that_comes_between_is_not_undone(uri, monkeypatch, step):
    """Its files stay, ours come too, and no row of the first attempt shows."""
    ours, theirs = unlocked(uri), unlocked(uri)
    owner = transaction.Chain if step == "append" else transaction.Change
    inner, turns = getattr(owner, step), []

    def between(self, *arguments):
        if not turns:
            turns.append(1)
            theirs.commit(numbered(50, 1))
        return inner(self, *arguments)

    monkeypatch.setattr(owner, step, between)
    ours.commit(numbered(60, 1))
    store = Store.open(uri)
    assert set(store.ledger()) == set(ids([*numbered(0, 2), *numbered(50, 1), *numbered(60, 1)]))
    assert check(store).ok
    assert store.count() == 12


def test_upkeep_that_met_a_writer_is_done_again(uri, monkeypatch):
    ours, theirs = unlocked(uri), unlocked(uri)
    inner, turns = transaction.Chain.maintain, []

    def between(self, *arguments):
        turns.append(1)
        if len(turns) == 3:
            theirs.commit(numbered(50, 1))
        return inner(self, *arguments)

    monkeypatch.setattr(transaction.Chain, "maintain", between)
    ours.optimize()
    store = Store.open(uri)
    assert set(store.ledger()) == set(ids([*numbered(0, 2), *numbered(50, 1)]))
    assert check(store).ok


def test_upkeep_does_not_make_the_rows_of_an_unfinished_writer_visible(uri, monkeypatch):
    ours, theirs = unlocked(uri), unlocked(uri)
    inner, turns = transaction.Chain.maintain, []

    def between(self, *arguments):
        turns.append(1)
        if len(turns) == 3:
            writing.ingest(transaction.Change(theirs.view), numbered(50, 1))  # and dies
        return inner(self, *arguments)

    monkeypatch.setattr(transaction.Chain, "maintain", between)
    ours.optimize()
    store = Store.open(uri)
    assert store.lexical("pump50", 5) == []
    assert store.count() == 6
    assert check(store).ok


def test_a_writer_that_is_always_late_gives_up_with_a_word(uri, monkeypatch):
    monkeypatch.setattr(transaction.time, "sleep", lambda _: None)

    def late(work, batch):
        raise Interfered

    monkeypatch.setattr(writing, "ingest", late)
    with pytest.raises(StoreLocked, match="faster than this one could"):
        unlocked(uri).commit(numbered(5, 1))
