"""One writer at a time; who waits is told for whom; the dead hold nothing."""

import os
import signal
import subprocess
import sys
import threading
from datetime import timedelta

import pytest

from pincite.errors import StoreError, StoreLocked
from pincite.store import transaction
from pincite.store.check import check
from pincite.store.engine import LEDGER, open_table
from pincite.store.tables import Store
from pincite.store.view import View
from tests.store.making import ROOT, ids, numbered

HOLDER = """
import sys, time
from pincite.store.tables import Store
with Store.open(sys.argv[1], create=True).writing():
    print("held", flush=True)
    sys.stdin.read()
"""

WRITER = """
import sys
from pincite.store.tables import Store
from tests.store.making import numbered
store = Store.open(sys.argv[1], create=True, lock_wait_s=120)
for n in range(int(sys.argv[2]), int(sys.argv[2]) + 6, 2):
    store.commit(numbered(n, 2))
    store.commit(numbered(1000, 1))
store.optimize(purge=True)
"""


def run(code, *arguments):
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )


def test_the_second_writer_is_told_who_holds_it(tmp_path):
    kb = str(tmp_path / "kb")
    with run(HOLDER, kb) as holder:
        assert holder.stdout.readline() == "held\n"
        store = Store.open(kb, lock_wait_s=0.1)
        with pytest.raises(StoreLocked, match=rf"process {holder.pid} on .* since .*Wait until"):
            store.commit(numbered(0, 1))
        assert Store.open(kb, read_only=True).ledger() == {}, "reading needs no lock"
        holder.stdin.close()
        holder.wait()
        store.commit(numbered(0, 1))
    assert len(store.ledger()) == 1


def test_a_killed_writer_holds_nothing(tmp_path):
    kb = str(tmp_path / "kb")
    with run(HOLDER, kb) as holder:
        assert holder.stdout.readline() == "held\n"
        os.kill(holder.pid, signal.SIGKILL)
        holder.wait()
    store = Store.open(kb, lock_wait_s=0.1)
    store.commit(numbered(0, 1))
    assert len(store.ledger()) == 1


def test_a_thread_may_take_the_lock_again_and_another_may_not(tmp_path):
    store = Store.open(str(tmp_path / "kb"), create=True, lock_wait_s=0.1)
    seen = []

    def other():
        try:
            store.commit(numbered(5, 1))
        except StoreLocked as error:
            seen.append(str(error))

    with store.writing():
        with store.writing():
            store.commit(numbered(0, 1))
        store.commit(numbered(1, 1))
        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
    assert len(seen) == 1
    store.commit(numbered(5, 1))
    assert len(store.ledger()) == 3


def test_four_writers_at_once_and_a_reader(tmp_path):
    """All that each took in is there once, and a reader meanwhile never sees half a file."""
    kb = str(tmp_path / "kb")
    Store.open(kb, create=True)
    reader = Store.open(kb, read_only=True)
    writers = [run(WRITER, kb, first) for first in (0, 10, 20, 30)]
    while any(writer.poll() is None for writer in writers):
        reader.refresh()
        hits = [i for i, _ in reader.lexical("paragraph", 1_000)]
        assert len(hits) == len(set(hits)) == 3 * len(reader.ledger())
    for writer in writers:
        writer.communicate()
        assert writer.returncode == 0
    store = Store.open(kb)
    wanted = [*(i for n in (0, 10, 20, 30) for i in ids(numbered(n, 6))), *ids(numbered(1000, 1))]
    assert set(store.ledger()) == set(wanted)
    assert check(store).ok


def test_a_version_cleaned_away_while_it_is_read_gives_way_to_a_newer_one(tmp_path, monkeypatch):
    """The first ledger that is found is gone when its rows are read."""
    store = Store.open(str(tmp_path / "kb"), create=True)
    reader = Store.open(store.uri, read_only=True)
    store.commit(numbered(0, 1))
    stale = open_table(store.uri, LEDGER)
    store.commit(numbered(1, 1))
    newest = open_table(store.uri, LEDGER)
    newest.optimize.compact_files()
    newest.cleanup_old_versions(timedelta(0), delete_unverified=True)
    with pytest.raises(StoreError):
        View(store.uri, stale)
    found = iter([stale])
    monkeypatch.setattr(
        transaction, "open_table", lambda *named: next(found, None) or open_table(*named)
    )
    assert reader.refresh()
    assert len(reader.ledger()) == 2
