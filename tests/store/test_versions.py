"""Going back: the three tables move together, names keep versions, nothing else is lost."""

import pytest

from pincite.errors import NotFound, UsageError
from pincite.store import upkeep
from pincite.store.check import check
from pincite.store.tables import Store
from tests.store.making import ids, ingested, numbered


@pytest.fixture
def store(tmp_path):
    return Store.open(str(tmp_path / "kb"), create=True)


def texts(store, query):
    return [s.text for s in store.segments([i for i, _ in store.lexical(query, 20)]).values()]


def test_all_tables_go_back_together(store):
    store.commit([ingested("/a.txt", "first wording", pictures=True)])
    then = store.version, store.ledger()
    store.commit([ingested("/a.txt", "second wording", pictures=True)])
    store.commit(numbered(0, 3))
    store.rollback(then[0])
    assert store.ledger() == then[1]
    assert texts(store, "wording") == ["first wording"]
    assert store.count() == 1
    assert store.media(f"{ingested('/a.txt', 'first wording').extracts[0].segment.id}/picture")
    assert check(store).ok


def test_going_back_can_itself_be_undone_and_written_upon(store):
    store.commit(numbered(0, 2))
    store.commit(numbered(2, 2))
    late = store.version
    store.rollback(late - 1)
    store.rollback(late)
    assert set(store.ledger()) == set(ids(numbered(0, 4)))
    store.rollback(late - 1)
    store.commit(numbered(7, 1))
    assert set(store.ledger()) == set(ids([*numbered(0, 2), *numbered(7, 1)]))
    assert check(Store.open(store.uri)).ok


@pytest.mark.parametrize("name", ["before-clean-up", "清理前", "v 1.0/β", "p.q"])
def test_a_snapshot_keeps_its_version_through_a_purge(store, name):
    store.commit(numbered(0, 2))
    store.snapshot(name)
    store.forget(ids(numbered(0, 2)))
    store.commit(numbered(2, 1))
    store.optimize(purge=True)
    kept = store.versions()
    assert [version.names for version in kept] == [(name,), ()]
    assert [version.files for version in kept] == [2, 1]
    store.rollback(name)
    assert set(store.ledger()) == set(ids(numbered(0, 2)))
    assert check(store).ok


def test_without_its_name_a_version_goes_with_the_next_purge(store):
    store.commit(numbered(0, 2))
    store.snapshot("old")
    store.commit(numbered(2, 1))
    store.remove_snapshot("old")
    store.optimize(purge=True)
    assert len(store.versions()) == 1
    with pytest.raises(NotFound, match="Snapshots: none"):
        store.rollback("old")


def test_versions_past_their_time_are_dropped_by_upkeep(store, monkeypatch):
    store.commit(numbered(0, 2))
    store.commit(numbered(2, 2))
    store.optimize()
    assert len(store.versions()) > 1
    monkeypatch.setattr(upkeep, "KEEP", -upkeep.KEEP)
    store.optimize()
    assert len(store.versions()) == 1
    assert check(store).ok


def test_a_snapshot_is_not_overwritten(store):
    store.snapshot("one")
    with pytest.raises(UsageError, match="already"):
        store.snapshot("one")
    with pytest.raises(UsageError, match="needs a name"):
        store.snapshot(" ")


@pytest.mark.parametrize("version", [99, 0, -1, "never"])
def test_what_is_not_kept_cannot_be_gone_back_to(store, version):
    with pytest.raises(NotFound, match="no version"):
        store.rollback(version)
    with pytest.raises(NotFound):
        store.remove_snapshot("never")


def test_versions_say_what_made_them(store):
    store.commit(numbered(0, 2))
    store.forget(ids(numbered(0, 1)))
    assert [(v.change, v.files) for v in store.versions()] == [
        ("made", 0),
        ("2 files taken in", 2),
        ("1 files forgotten", 1),
    ]
    moments = [v.created for v in store.versions()]
    assert moments == sorted(moments)
    assert all(moment.utcoffset() is not None for moment in moments)
