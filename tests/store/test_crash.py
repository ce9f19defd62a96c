"""kill -9 at any moment loses nothing acknowledged, doubles nothing and shows nothing by halves."""

import random
import subprocess
import sys
import time

import pytest

from pincite.errors import NotFound
from pincite.store.check import check
from pincite.store.tables import Store
from tests.store.making import ROOT, ids, numbered
from tests.store.writer import write

FILES = 20
FILES_A_TURN = 12


def writer(kb, *arguments):
    return subprocess.Popen(
        [sys.executable, "-m", "tests.store.writer", str(kb), *map(str, arguments)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )


def assert_whole(kb, acknowledged):
    """What was acknowledged is there, once; whatever is there is there entirely."""
    store = Store.open(str(kb), read_only=True)
    present = store.ledger()
    assert acknowledged <= set(present)
    assert check(store).ok, check(store).problems
    assert store.count() == 3 * len(present)
    everything = [i for i, _ in store.lexical("paragraph", 10_000)]
    assert len(everything) == len(set(everything)) == 3 * len(present)


def assert_same_as_uninterrupted(kb, tmp_path, count):
    """A run that was killed and resumed ends in the state of one that never was."""
    plain = Store.open(str(tmp_path / "plain"), create=True)
    plain.commit(numbered(0, count))
    plain.optimize()
    resumed = Store.open(str(kb))
    assert resumed.ledger() == plain.ledger()
    segments = [e.segment.id for item in numbered(0, count) for e in item.extracts]
    assert resumed.segments(segments) == plain.segments(segments)
    assert resumed.count() == plain.count()
    for n in (0, count - 1):
        key = f"{ids(numbered(n, 1))[0]}/original"
        assert resumed.media(key) == plain.media(key) is not None
        hits = [i for i, _ in resumed.lexical(f"pump{n}", 10)]
        assert sorted(hits) == sorted(i for i, _ in plain.lexical(f"pump{n}", 10))


def kill_at_random(kb, times, seed):
    chance = random.Random(seed)
    acknowledged = set()
    for turn in range(times):
        count = FILES_A_TURN * (turn + 1)
        process = writer(kb, count)
        assert process.stdout.readline() == "ready\n"
        time.sleep(chance.uniform(0.0, 0.12))
        process.kill()
        for line in process.stdout:
            acknowledged |= set(line.split()) - {"done"}
        process.wait()
        process.stdout.close()
        assert_whole(kb, acknowledged)
    return FILES_A_TURN * times


def test_killed_at_random_moments(tmp_path):
    count = kill_at_random(tmp_path / "kb", 20, seed=1)
    write(str(tmp_path / "kb"), count)
    assert_same_as_uninterrupted(tmp_path / "kb", tmp_path, count)


@pytest.mark.nightly
def test_killed_at_a_hundred_random_moments(tmp_path):
    count = kill_at_random(tmp_path / "kb", 100, seed=2)
    write(str(tmp_path / "kb"), count)
    assert_same_as_uninterrupted(tmp_path / "kb", tmp_path, count)


STEPS = {
    "when made, before its ledger": "pincite.store.opening:rows_to_table:before:1",
    "before segments": "pincite.store.transaction:Chain.append:before:1",
    "after segments, before evidence": "pincite.store.transaction:Chain.append:after:3",
    "after evidence": "pincite.store.transaction:Chain.append:after:4",
    "after deleting, before replacing": "pincite.store.transaction:Chain.delete:after:1",
    "before the ledger row": "pincite.store.transaction:commit_ledger:before:3",
    "ledger row written, not committed": "pincite.store.transaction:write_fragments:after:3",
    "after the ledger row": "pincite.store.transaction:commit_ledger:after:3",
    "in compaction": "pincite.store.upkeep:index_words:before:2",
    "in an index build": "lance:LanceDataset.create_scalar_index:before:2",
    "in bringing an index up to date": "pincite.store.upkeep:_renew:after:1",
    "in removing old versions": "pincite.store.upkeep:_kept:after:1",
    "between removals": "lance:LanceDataset.cleanup_old_versions:after:2",
}


@pytest.mark.parametrize("step", STEPS)
def test_killed_at_a_named_step(tmp_path, step):
    kb = tmp_path / "kb"
    process = writer(kb, FILES, STEPS[step])
    said = process.communicate()[0].split()
    assert process.returncode == -9, "the step was never reached"
    acknowledged = set(said) - {"ready"}
    try:
        assert_whole(kb, acknowledged)
    except NotFound:
        assert not acknowledged
    write(str(kb), FILES)
    assert_same_as_uninterrupted(kb, tmp_path, FILES)


def test_what_a_dead_writer_left_is_swept_up_by_the_next(tmp_path):
    """Not only hidden: the rows are gone from the tables, the files from the disk."""
    import lance

    kb = tmp_path / "kb"
    writer(kb, 8, "pincite.store.transaction:commit_ledger:before:2").communicate()
    left = lance.dataset(str(kb / "segments.lance"))
    store = Store.open(str(kb))
    assert left.count_rows() > store.count()
    store.commit(numbered(90, 1))
    assert lance.dataset(str(kb / "segments.lance")).count_rows() == store.count()
    store.optimize(purge=True)
    assert check(store).problems == ()
    kept = lance.dataset(str(kb / "segments.lance"))
    named = {file.path for fragment in kept.get_fragments() for file in fragment.data_files()}
    assert {path.name for path in (kb / "segments.lance" / "data").iterdir()} == named
