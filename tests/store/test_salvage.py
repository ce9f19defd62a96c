"""A damaged newest version: named at once, set aside by repair, never mistaken for an empty one."""

import pytest

from pincite.errors import StoreError
from pincite.store.check import check
from pincite.store.tables import Store
from tests.store.making import ids, numbered


@pytest.fixture
def kb(tmp_path):
    """Three commits of two files each; nothing was joined or dropped since."""
    store = Store.open(str(tmp_path / "kb"), create=True)
    for first in (0, 2, 4):
        store.commit(numbered(first, 2))
    return tmp_path / "kb"


def newest_manifest(kb, table):
    return min((kb / f"{table}.lance" / "_versions").glob("*.manifest"))


def cut(path, keep):
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * keep)])


@pytest.mark.parametrize("keep", [0.0, 0.5, 0.99])
@pytest.mark.parametrize("table", ["ledger", "segments", "evidence"])
def test_a_manifest_cut_short_costs_only_what_its_version_brought(kb, table, keep):
    cut(newest_manifest(kb, table), keep)
    with pytest.raises(StoreError, match="kb check --repair"):
        check(Store.open(str(kb)))
    store = Store.open(str(kb), repair=True)
    assert "ingest again what came after it" in store.repaired[0]
    assert set(store.ledger()) == set(ids(numbered(0, 4)))
    report = check(store, repair=True)
    assert (report.ok, report.repaired[0]) == (True, store.repaired[0])
    store.commit(numbered(4, 2))
    store.optimize(purge=True)
    after = Store.open(str(kb))
    assert set(after.ledger()) == set(ids(numbered(0, 6)))
    assert check(after).ok, check(after).problems
    assert not list(kb.rglob("*.damaged")), "a purge takes the damaged ones, too"


def test_a_damaged_head_row_counts_as_a_damaged_version(kb):
    for path in (kb / "ledger.lance" / "data").iterdir():
        data = path.read_bytes()
        if ids(numbered(4, 1))[0].encode() in data:
            path.write_bytes(data.replace(b'"segments": ', b'"segmentz": '))
    with pytest.raises(StoreError, match="not what was written"):
        Store.open(str(kb))
    store = Store.open(str(kb), repair=True)
    assert set(store.ledger()) == set(ids(numbered(0, 4)))
    assert check(store).ok


def test_a_ledger_file_that_is_gone_goes_back_to_where_it_was_not_needed(kb):
    for path in (kb / "ledger.lance" / "data").iterdir():
        if ids(numbered(4, 1))[0].encode() in path.read_bytes():
            path.unlink()
    store = Store.open(str(kb), repair=True)
    assert set(store.ledger()) == set(ids(numbered(0, 4)))


def test_a_damaged_former_version_does_not_hide_the_others(kb):
    manifests = sorted((kb / "ledger.lance" / "_versions").glob("*.manifest"))
    cut(manifests[1], 0.5)
    store = Store.open(str(kb), repair=True)
    assert store.repaired == ()
    assert set(store.ledger()) == set(ids(numbered(0, 6)))
    numbers = [version.number for version in store.versions()]
    store.rollback(numbers[1])
    assert set(store.ledger()) == set(ids(numbered(0, 2)))


def test_a_sound_knowledge_base_is_left_alone(kb):
    before = {path: path.stat().st_mtime_ns for path in kb.glob("*.lance/**/*") if path.is_file()}
    store = Store.open(str(kb), repair=True)
    assert (store.repaired, len(store.ledger())) == ((), 6)
    after = {path: path.stat().st_mtime_ns for path in kb.glob("*.lance/**/*") if path.is_file()}
    assert set(before.items()) <= set(after.items())


def test_without_any_whole_version_nothing_is_touched(kb):
    for path in (kb / "ledger.lance" / "_versions").glob("*.manifest"):
        cut(path, 0.1)
    with pytest.raises(StoreError, match="can be read any more"):
        Store.open(str(kb), repair=True)
    assert not list(kb.rglob("*.damaged"))
