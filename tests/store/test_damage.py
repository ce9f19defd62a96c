"""A knowledge base on a bad disk: what is damaged is named, and wrong rows never come back."""

import random
import shutil
import subprocess
import sys
from contextlib import suppress

import pytest

from pincite.errors import StoreError
from pincite.store.check import check
from pincite.store.tables import Store
from pincite.types import Media
from tests.store.making import ROOT, ids, ingested, numbered, vector

BATCH = numbered(0, 12)
WANTED = {e.segment.id: e.segment for item in BATCH for e in item.extracts}


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    """A knowledge base of several data files with indexes, to be copied and then damaged."""
    kb = tmp_path_factory.mktemp("sound") / "kb"
    store = Store.open(str(kb), create=True)
    store.commit(BATCH[:6])
    store.optimize()
    store.commit(BATCH[6:])
    return kb


def data_files(kb, table):
    return sorted((kb / f"{table}.lance" / "data").iterdir())


def assert_never_wrong(kb):
    """Whatever is returned is what was written; an error is an answer, too."""
    store = Store.open(str(kb))
    for key, segment in WANTED.items():
        with suppress(StoreError):
            assert store.segments([key]) in ({}, {key: segment})
    for item in BATCH:
        with suppress(StoreError):
            assert store.media(f"{item.entry.asset.id}/original") in (None, item.original)


@pytest.mark.parametrize("table", ["segments", "evidence"])
@pytest.mark.parametrize("keep", [0.0, 0.1, 0.5, 0.9, 0.99])
def test_a_file_cut_short_is_named_and_its_files_can_be_read_anew(sound, tmp_path, table, keep):
    kb = tmp_path / "kb"
    shutil.copytree(sound, kb)
    victim = data_files(kb, table)[0]
    victim.write_bytes(victim.read_bytes()[: int(victim.stat().st_size * keep)])
    assert_never_wrong(kb)
    store = Store.open(str(kb))
    report = check(store)
    assert not report.ok
    assert victim.name in next(p for p in report.problems if p.code == "UNREADABLE_FILES").message
    repaired = check(store, repair=True)
    assert repaired.ok, repaired.problems
    assert any("ingest them again" in sentence for sentence in repaired.repaired)
    store.commit([item for item in BATCH if item.entry.asset.id not in store.ledger()])
    assert Store.open(str(kb)).segments(list(WANTED)) == WANTED
    assert check(store).ok


def test_flipped_bytes_never_give_wrong_rows_and_check_sees_each_that_matters(sound, tmp_path):
    chance = random.Random(3)
    for turn in range(40):
        kb = tmp_path / str(turn)
        shutil.copytree(sound, kb)
        table = chance.choice(["segments", "evidence"])
        victim = chance.choice(data_files(kb, table))
        data = bytearray(victim.read_bytes())
        place = chance.randrange(len(data))
        data[place] ^= 1 << chance.randrange(8)
        victim.write_bytes(data)
        assert_never_wrong(kb)
        store = Store.open(str(kb))
        report = check(store)
        if report.ok:  # the byte was padding or statistics: everything must still be right
            assert store.segments(list(WANTED)) == WANTED
            for item in BATCH:
                assert store.media(f"{item.entry.asset.id}/original") == item.original
        else:
            assert check(store, repair=True).ok


def test_a_changed_ledger_row_is_noticed_and_only_its_file_is_read_anew(sound, tmp_path):
    kb = tmp_path / "kb"
    shutil.copytree(sound, kb)
    for victim in data_files(kb, "ledger"):
        data = victim.read_bytes()
        if b"/folder/7.txt" in data:
            victim.write_bytes(data.replace(b"/folder/7.txt", b"/folder/X.txt"))
    with pytest.raises(StoreError, match="not what was written"):
        Store.open(str(kb)).ledger()
    store = Store.open(str(kb))
    assert "DAMAGED_ROWS" in {problem.code for problem in check(store).problems}
    assert check(store, repair=True).ok
    assert set(store.ledger()) == set(ids(BATCH)) - {BATCH[7].entry.asset.id}


def test_a_damaged_index_is_built_again(sound, tmp_path):
    kb = tmp_path / "kb"
    shutil.copytree(sound, kb)
    for victim in (kb / "segments.lance" / "_indices").rglob("*.lance"):
        victim.write_bytes(victim.read_bytes()[:50])
    store = Store.open(str(kb))
    report = check(store)
    assert "BROKEN_INDEX" in {problem.code for problem in report.problems}
    with pytest.raises(StoreError, match="kb check --repair"):
        store.lexical("pump3", 5)
    assert check(store, repair=True).ok
    assert len(store.lexical("pump3", 5)) == 3
    assert len(store.ledger()) == len(BATCH), "no file was lost to a damaged index"


def test_rows_that_belong_to_no_file_are_named_and_removed(tmp_path):
    """Made by hand: segments in the visible version, the ledger without their file."""
    store = Store.open(str(tmp_path / "kb"), create=True)
    store.commit(numbered(0, 2))
    gone = ids(numbered(0, 1))[0]

    def drop_entry_only(work):
        work.drop.add(gone)
        return "damage"

    store.change(drop_entry_only)
    codes = {p.code: p.count for p in check(store).problems}
    assert codes["ORPHAN_SEGMENTS"] == codes["ORPHAN_EVIDENCE"] == 1
    assert check(store, repair=True).ok
    assert store.count() == 3


def test_rows_that_are_there_twice_or_not_at_all_are_named(tmp_path):
    store = Store.open(str(tmp_path / "kb"), create=True)
    store.commit(numbered(0, 3))
    first, second, _ = ids(numbered(0, 3))

    def damage(work):
        rows = work.segments.dataset.to_table(filter=f"asset_id = '{first}'")
        work.segments.append(rows)
        work.segments.delete(f"asset_id = '{second}' AND ordinal = 1")
        work.evidence.delete(f"asset_id = '{second}'")
        return "damage"

    store.change(damage)
    codes = {p.code: p.count for p in check(store).problems}
    assert codes["DUPLICATE_SEGMENTS"] == 3
    assert codes["MISSING_SEGMENTS"] == 2
    assert codes["MISSING_EVIDENCE"] == 1
    form = check(store).to_json()
    assert form["ok"] is False
    assert set(form["problems"][0]) == {"code", "message", "count"}
    repaired = check(store, repair=True)
    assert repaired.ok
    assert list(store.ledger()) == ids(numbered(2, 1))


SMALL_FILES = """
import resource, sys
from pincite.errors import StoreError
from pincite.store.tables import Store
from pincite.types import Media
from pincite.types import Media
from tests.store.making import ingested, numbered
store = Store.open(sys.argv[1])
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
try:
    store.commit([ingested("/big.txt", "big words", original=Media("x/y", bytes(200_000)))])
except StoreError as error:
    print(error)
"""


def test_a_limit_on_file_size_gives_a_sentence_and_harms_nothing(tmp_path):
    kb = tmp_path / "kb"
    store = Store.open(str(kb), create=True)
    store.commit(numbered(0, 2))
    done = subprocess.run(
        [sys.executable, "-c", SMALL_FILES, str(kb)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "writing (table evidence)" in done.stdout
    assert "ulimit -f" in done.stdout
    again = Store.open(str(kb))
    assert set(again.ledger()) == set(ids(numbered(0, 2)))
    again.commit(numbered(5, 1))
    assert check(again).ok


def test_a_place_where_nothing_can_be_made_gives_a_sentence(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreError, match="choose another place"):
        Store.open(str(tmp_path / "file" / "kb"), create=True)


NOBODY = """
import os, sys
from pincite.errors import StoreError
from pincite.store.tables import Store
from pincite.types import Media
from tests.store.making import numbered, vector
if os.getuid() == 0:
    os.setuid(65534)
store = Store.open(sys.argv[1])
near = store.nearest("words", vector("x"), 9)
print(len(store.ledger()), len(store.lexical("pump1", 5)), len(near))
try:
    store.commit(numbered(5, 1))
except StoreError as error:
    print(error)
"""


def test_a_read_only_directory_can_be_read_and_refuses_to_be_written(tmp_path):
    kb = tmp_path / "kb"
    Store.open(str(kb), create=True).commit(numbered(0, 2))
    for path in [tmp_path, *tmp_path.parents[:2]]:
        path.chmod(0o755)
    for path in kb.rglob("*"):
        path.chmod(0o555 if path.is_dir() else 0o444)
    kb.chmod(0o555)
    done = subprocess.run(
        [sys.executable, "-c", NOBODY, str(kb)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    for path in [kb, *kb.rglob("*")]:
        path.chmod(0o755)
    assert done.returncode == 0, done.stderr
    counts, message = done.stdout.splitlines()
    assert counts == "2 3 6"
    assert "Permission denied" in message
    assert "--kb" in message


def test_a_full_disk_gives_a_sentence_and_harms_nothing(tmp_path):
    """On a file system of one megabyte, where the system lets us mount one."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(disk)],
        capture_output=True,
        check=False,
    )
    if mounted.returncode:
        pytest.skip("mounting a small file system is not allowed here")
    try:
        store = Store.open(str(disk / "kb"), create=True)
        store.commit(numbered(0, 2))
        heavy = Media("x/y", random.Random(1).randbytes(2_000_000))
        with pytest.raises(StoreError, match="free some space"):
            store.commit([ingested("/big.txt", "big words", original=heavy)])
        again = Store.open(str(disk / "kb"))
        assert set(again.ledger()) == set(ids(numbered(0, 2)))
        assert len(again.nearest("words", vector("x"), 9)) == 6
        again.optimize(purge=True)
        again.commit(numbered(5, 1))
        assert check(again).ok
    finally:
        subprocess.run(["umount", str(disk)], check=True)
