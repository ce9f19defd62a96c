"""A model that comes later: stored segments get its vectors from their words, files stay closed."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from pincite.config import load_config
from pincite.errors import ModelMismatch, SpaceMismatch, StoreError
from pincite.ingest.progress import RunProgress
from pincite.store import encode as encoding
from pincite.store.check import check
from pincite.store.encode import encode
from pincite.store.sync import sync
from pincite.store.tables import Store
from pincite.types import Embeddings
from tests.store.making import ROOT, WIDTH, ids, ingested, numbered, vector


class Words:
    """A real if humble encoder: words hashed into a few buckets."""

    name = "words"
    modalities = frozenset({"text"})
    languages = frozenset()

    def __init__(self, space="words", width=WIDTH):
        self.space, self.width = space, width
        self.read = []

    def encode(self, texts, role="document"):
        self.read += texts
        return np.array([vector(text, self.width) for text in texts], dtype=np.float32)


def ignore(event):
    """Hear nothing."""


@pytest.fixture
def store(tmp_path):
    return Store.open(str(tmp_path / "kb"), create=True)


def bare(first, count):
    """The files of `numbered`, read without an encoder."""
    plain = numbered(first, count)
    return [type(item)(item.entry, item.extracts, (), item.original) for item in plain]


def all_cosines(store, space="words", width=WIDTH):
    return dict(store.nearest(space, vector("speaks of pump3", width), 1_000))


# -- what comes out ------------------------------------------------------------------------------


def test_the_end_is_as_if_the_model_had_been_there_when_the_files_were_read(tmp_path, store):
    store.commit(bare(0, 5))
    assert encode(store, [Words()], ignore).segments == 15
    early = Store.open(str(tmp_path / "early"), create=True)
    early.commit(numbered(0, 5))
    assert store.ledger() == early.ledger()
    assert all_cosines(store) == all_cosines(early)
    segments = list(all_cosines(early))
    assert store.segments(segments) == early.segments(segments)
    assert sorted(store.lexical("pump3", 9)) == sorted(early.lexical("pump3", 9))
    assert check(store).ok, check(store).problems
    for item in numbered(0, 5):
        key = f"{item.entry.asset.id}/original"
        assert store.media(key) == early.media(key) is not None


def test_what_has_vectors_is_not_encoded_again(store):
    store.commit(numbered(0, 2))
    store.commit(bare(2, 1))
    first, second = Words(), Words()
    assert encode(store, [first], ignore).segments == len(first.read) == 3
    before = store.version
    assert encode(store, [second], ignore).segments == len(second.read) == 0
    assert store.version == before


def test_vectors_of_another_space_stay_as_they_are(store):
    store.commit(numbered(0, 4))
    before = all_cosines(store)
    encode(store, [Words("other", 8)], ignore)
    assert store.spaces() == {"words": WIDTH, "other": 8}
    assert all_cosines(store) == before
    assert set(all_cosines(store, "other", 8)) == set(before)
    assert {entry.spaces for entry in store.ledger().values()} == {("other", "words")}
    assert check(store).ok, check(store).problems


def test_only_the_files_asked_for_are_encoded(store):
    store.commit(bare(0, 4))
    chosen = ids(bare(1, 2))
    encode(store, [Words()], ignore, chosen)
    encoded = [a for a, entry in store.ledger().items() if entry.spaces]
    assert sorted(encoded) == sorted(chosen)
    assert len(all_cosines(store)) == 6


def test_the_encoder_reads_headings_and_context_as_at_ingest(tmp_path, store):
    """The same texts whether the model was there first or came later."""
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "a.md").write_text("# Pump\n\nIt is red.\n\n## Limits\n\n12 bar at most.\n")
    config = load_config({"workers": 1}, environ={}, folder=tmp_path)
    first, later = Words(), Words()
    sync(folder, Store.open(str(tmp_path / "first"), create=True), [first], config)
    sync(folder, store, (), config)
    sync(folder, store, [later], config)
    assert sorted(later.read) == sorted(first.read)
    assert any("Pump > Limits" in text for text in later.read)


def test_a_picture_without_words_is_settled_and_not_looked_at_again(store):
    store.commit([ingested("/wordless.png", "  ", space="")])
    encoder = Words()
    assert encode(store, [encoder], ignore).segments == 0
    assert encoder.read == []
    [entry] = store.ledger().values()
    assert entry.spaces == ("words",)


def test_syncing_with_a_new_model_reads_no_file(tmp_path, store, monkeypatch):
    folder = tmp_path / "folder"
    folder.mkdir()
    for n in range(3):
        (folder / f"{n}.txt").write_text(f"The pump number {n}.")
    config = load_config({"workers": 1}, environ={}, folder=tmp_path)
    sync(folder, store, (), config)
    (folder / "1.txt").unlink()
    monkeypatch.setattr("pincite.store.sync.Pool", lambda *a, **o: pytest.fail("a file was read"))
    events = []
    summary = sync(folder, store, [Words()], config, events.append, prune=True)
    assert (summary.encoded, summary.same, summary.removed, summary.segments) == (2, 2, 1, 0)
    looks = [e for e in events if isinstance(e, RunProgress)]
    assert {(e.doing, e.part.done, e.part.total) for e in looks} == {("encoding", 2, 2)}
    assert sync(folder, store, [Words()], config).encoded == 0


def test_progress_counts_segments_and_files(store, monkeypatch):
    monkeypatch.setattr("pincite.store.embed.SLICE", 4)
    store.commit(bare(0, 3))
    looks = []
    encode(store, [Words()], looks.append)
    assert [(e.part.done, e.part.total, e.done, e.total) for e in looks] == [
        (4, 9, 1, 3),
        (8, 9, 2, 3),
        (9, 9, 3, 3),
    ]
    assert looks[-1].remaining_s == 0


# -- what may go wrong ---------------------------------------------------------------------------


def test_an_encoder_that_fails_half_way_keeps_what_was_committed(store, monkeypatch):
    monkeypatch.setattr(encoding, "BATCH_SEGMENTS", 3)
    monkeypatch.setattr("pincite.store.embed.SLICE", 3)
    store.commit(bare(0, 3))

    class Failing(Words):
        def encode(self, texts, role="document"):
            vectors = super().encode(texts)
            return vectors * np.nan if len(self.read) > 3 else vectors

    with pytest.raises(ModelMismatch, match="not numbers"):
        encode(store, [Failing()], ignore)
    assert len(all_cosines(store)) == 3
    assert encode(store, [Words()], ignore).segments == 6
    assert len(all_cosines(store)) == 9


def test_a_space_of_another_width_is_refused(store):
    store.commit([*numbered(0, 1), *bare(1, 1)])
    with pytest.raises(SpaceMismatch, match="width 5"):
        encode(store, [Words(width=5)], ignore)
    assert len(all_cosines(store)) == 3


def test_damaged_vectors_are_not_covered_by_a_new_digest(store):
    """The digest of a row speaks for the vectors of all spaces; it must not be renewed blindly."""
    store.commit(numbered(0, 1))
    [segment, *_] = numbered(0, 1)[0].extracts
    right = vector(segment.segment.text)
    folder = Path(store.uri) / "segments.lance" / "data"
    [victim] = [path for path in folder.iterdir() if right.tobytes() in path.read_bytes()]
    victim.write_bytes(victim.read_bytes().replace(right.tobytes(), (-right).tobytes()))
    damaged = Store.open(store.uri)
    with pytest.raises(StoreError, match="not what was written"):
        encode(damaged, [Words("other")], ignore)
    assert not check(Store.open(store.uri)).ok


def test_a_file_that_changed_meanwhile_is_not_called_encoded(store):
    """Without a lock (object stores) another writer may replace it; the next run looks again."""
    store.commit(bare(0, 1))
    seen = store.ledger()
    nothing = Embeddings((), np.empty((0, WIDTH), np.float32), "words")
    [(asset_id, entry)] = seen.items()
    store.relocate({asset_id: (type(entry.sources[0])("/elsewhere.txt", 1, 1),)})
    store.encode([nothing], seen)
    assert store.ledger()[asset_id].spaces == ()
    store.encode([nothing], store.ledger())
    assert store.ledger()[asset_id].spaces == ("words",)


# -- how a run may end ---------------------------------------------------------------------------

RUNNER = """
import signal, sys
from pincite.store import embed, encode as encoding
from pincite.store.tables import Store
from tests.store.test_encode import Words
from tests.store.writer import die_at

embed.SLICE, encoding.BATCH_SEGMENTS = 2, 6
if sys.argv[2:] != ["interrupt"]:
    die_at(sys.argv[2])
hear = (lambda event: signal.raise_signal(signal.SIGINT)) if len(sys.argv[2]) == 9 else print
done = encoding.encode(Store.open(sys.argv[1]), [Words()], hear)
print(done.segments, done.interrupted)
"""

STEPS = {
    "before a commit": "pincite.store.tables:Store.encode:before:2",
    "rows deleted, not put back": "pincite.store.transaction:Chain.delete:after:2",
    "rows put back, not visible": "pincite.store.transaction:Chain.append:after:2",
    "before the ledger": "pincite.store.transaction:commit_ledger:before:2",
    "after the ledger": "pincite.store.transaction:commit_ledger:after:2",
    "column added only": "pincite.store.transaction:Chain.add_columns:after:1",
}


def run(uri, step):
    command = [sys.executable, "-c", RUNNER, uri, step]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("step", STEPS)
def test_killed_at_any_step_and_taken_up(tmp_path, store, step):
    store.commit(bare(0, 6))
    assert run(store.uri, STEPS[step]).returncode == -9, "the step was never reached"
    left = Store.open(store.uri)
    assert check(left).ok, check(left).problems
    assert left.count() == 18, "no segment was lost"
    kept = len(all_cosines(left))
    for entry in left.ledger().values():
        lacking = left.lacking("words", [entry.asset.id])
        assert not (entry.spaces and lacking), "called encoded before it was"
    assert encode(left, [Words()], ignore).segments == 18 - kept
    early = Store.open(str(tmp_path / "early"), create=True)
    early.commit(numbered(0, 6))
    assert left.ledger() == early.ledger()
    assert all_cosines(left) == all_cosines(early)
    assert check(left).ok


def test_ctrl_c_commits_what_was_encoded_and_a_later_run_goes_on(store):
    store.commit(bare(0, 6))
    done = run(store.uri, "interrupt")
    assert done.stdout.split() == ["2", "True"], done.stderr
    left = Store.open(store.uri)
    assert len(all_cosines(left)) == 2
    assert encode(left, [Words()], ignore).segments == 16
