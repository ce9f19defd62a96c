"""Planning: what a folder's knowledge base lacks, found without reading what has not changed."""

import os

import pytest

from pincite.config import load_config
from pincite.errors import NotFound
from pincite.store import plan as planning
from pincite.store.ledger import LedgerEntry, Source
from pincite.store.plan import plan
from pincite.store.sync import sync
from pincite.store.tables import Store


@pytest.fixture
def config(tmp_path):
    return load_config({"workers": 1}, environ={}, folder=tmp_path)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "folder").mkdir()
    return tmp_path / "folder"


@pytest.fixture
def store(tmp_path):
    return Store.open(str(tmp_path / "kb"), create=True)


def wanted(part):
    return [[os.path.basename(s.uri) for s in w.sources] for w in part]  # noqa: PTH119


def test_new_content_is_added_and_copies_are_read_once(folder, store, config):
    for name, text in {"a.txt": "one", "b.txt": "two", "c.txt": "one"}.items():
        (folder / name).write_text(text)
    found = plan(folder, store, config)
    assert wanted(found.added) == [["a.txt", "c.txt"], ["b.txt"]]
    assert (found.changed, found.moved, found.same) == ((), (), ())


def test_an_unchanged_file_is_not_even_opened(folder, store, config, monkeypatch):
    (folder / "a.txt").write_text("one")
    sync(folder, store, (), config)
    monkeypatch.setattr(planning, "digest", lambda path: pytest.fail(f"{path} was read"))
    found = plan(folder, store, config)
    assert [r.status for r in found.same] == ["same"]
    assert found.nothing_to_write


def test_a_file_with_other_bytes_is_changed(folder, store, config):
    (folder / "a.txt").write_text("one")
    sync(folder, store, (), config)
    (folder / "a.txt").write_text("one more")
    assert wanted(plan(folder, store, config).changed) == [["a.txt"]]


def test_a_touched_file_is_the_same(folder, store, config):
    (folder / "a.txt").write_text("one")
    sync(folder, store, (), config)
    os.utime(folder / "a.txt", ns=(1, 1))
    found = plan(folder, store, config)
    assert (found.added, found.changed) == ((), ())
    assert [(m.elsewhere, m.source.modified_ns) for m in found.moved] == [(False, 1)]


def test_known_content_elsewhere_is_a_move_or_a_copy(folder, store, config):
    (folder / "a.txt").write_text("one")
    (folder / "b.txt").write_text("two")
    sync(folder, store, (), config)
    (folder / "a.txt").rename(folder / "moved.txt")
    (folder / "copy.txt").write_text("two")
    found = plan(folder, store, config)
    left = {m.source.uri.rsplit("/", 1)[-1]: len(m.left) for m in found.moved}
    assert left == {"moved.txt": 1, "copy.txt": 0}
    assert (found.added, found.changed) == ((), ())


def test_gone_files_are_removed_only_when_asked(folder, store, config):
    (folder / "a.txt").write_text("one")
    (folder / "b.txt").write_text("two")
    sync(folder, store, (), config)
    (folder / "a.txt").unlink()
    assert plan(folder, store, config).removed == ()
    assert plan(folder, store, config, prune=True).removed == (str(folder / "a.txt"),)


def test_files_outside_the_folder_are_never_removed(folder, store, config, tmp_path):
    (tmp_path / "folder2").mkdir()
    (tmp_path / "folder2" / "a.txt").write_text("one")
    sync([folder, tmp_path / "folder2"], store, (), config)
    (tmp_path / "folder2" / "a.txt").unlink()
    assert plan(folder, store, config, prune=True).removed == ()


def test_a_folder_that_is_gone_is_wrong_use_not_an_empty_one(folder, store, config):
    (folder / "a.txt").write_text("one")
    sync(folder, store, (), config)
    (folder / "a.txt").unlink()
    folder.rmdir()
    with pytest.raises(NotFound):
        plan(folder, store, config, prune=True)


def test_a_file_above_the_limit_is_refused_unread(folder, store, tmp_path, monkeypatch):
    config = load_config({"max_file_mb": 1}, environ={}, folder=tmp_path)
    with (folder / "large.txt").open("wb") as stream:
        stream.truncate(1_000_001)
    monkeypatch.setattr(planning, "digest", lambda path: pytest.fail(f"{path} was read"))
    [report] = plan(folder, store, config).refused
    assert (report.status, report.codes) == ("failed", ("TOO_LARGE",))
    assert "max_file_mb" in report.next_step


def test_what_is_no_file_is_refused(folder, store, config):
    os.mkfifo(folder / "pipe")
    [report] = plan(folder, store, config).refused
    assert (report.status, report.codes) == ("failed", ("NOT_A_FILE",))


class Ledger:
    """A store that has only a ledger, written by hand."""

    def __init__(self, *entries):
        self._entries = {entry.asset.id: entry for entry in entries}

    def ledger(self):
        return self._entries


def entry_of(path, store, config, **changes):
    """The entry a run wrote for one file, changed."""
    sync(path, store, (), config)
    [entry] = store.ledger().values()
    values = {name: getattr(entry, name) for name in LedgerEntry.__slots__} | changes
    return Ledger(LedgerEntry(**values))


@pytest.mark.parametrize(
    ("settings", "read_again"),
    [
        pytest.param({}, False, id="nothing changed: it would fail again"),
        pytest.param({"ocr": "off"}, True, id="a setting changed: it may go better now"),
        pytest.param({"k": 3}, False, id="a setting that has no part in reading"),
    ],
)
def test_a_failed_file_is_tried_again_when_it_may_go_better(
    folder, store, config, tmp_path, settings, read_again
):
    (folder / "a.txt").write_text("one")
    ledger = entry_of(folder / "a.txt", store, config, status="failed", segments=0)
    now = load_config({"workers": 1, **settings}, environ={}, folder=tmp_path)
    assert bool(plan(folder, ledger, now).changed) is read_again
    assert bool(plan(folder, ledger, now, again="failed").changed)


def test_a_complete_file_is_read_again_only_when_all_are(folder, store, config, tmp_path):
    (folder / "a.txt").write_text("one")
    sync(folder, store, (), config)
    other = load_config({"workers": 1, "ocr": "off"}, environ={}, folder=tmp_path)
    assert plan(folder, store, other).nothing_to_write
    assert plan(folder, store, other, again="failed").nothing_to_write
    assert wanted(plan(folder, store, other, again="all").changed) == [["a.txt"]]


def test_files_without_vectors_of_the_encoder_are_encoded_and_not_read(folder, store, config):
    (folder / "a.txt").write_text("one")
    without = entry_of(folder / "a.txt", store, config)
    found = plan(folder, without, config, spaces=["minilm"])
    assert (found.changed, [r.status for r in found.same]) == ((), ["same"])
    assert found.unencoded == tuple(without.ledger())
    assert not found.nothing_to_write
    assert plan(folder, without, config).nothing_to_write, "no encoder, nothing to encode"
    with_them = entry_of(folder / "a.txt", store, config, spaces=("other", "minilm"))
    assert plan(folder, with_them, config, spaces=["minilm"]).nothing_to_write


def test_a_moved_file_without_vectors_is_encoded_too(folder, store, config):
    (folder / "a.txt").write_text("one")
    sync(folder, store, (), config)
    (folder / "a.txt").rename(folder / "b.txt")
    found = plan(folder, store, config, spaces=["minilm"])
    assert found.unencoded == tuple(store.ledger())


def test_a_path_that_two_contents_claim_is_settled(folder, store, config):
    """A run that ended between noting a move and forgetting what lay there leaves this."""
    (folder / "a.txt").write_text("one")
    sync(folder, store, (), config)
    [entry] = store.ledger().values()
    stale = Source(entry.asset.uri, 99, 99)
    changes = {name: getattr(entry, name) for name in LedgerEntry.__slots__}
    ghost_asset = type(entry.asset)("f" * 64, entry.asset.uri, "text/plain")
    ghost = LedgerEntry(**changes | {"asset": ghost_asset, "sources": (stale,)})
    found = plan(folder, Ledger(entry, ghost), config)
    assert [(m.asset_id, m.elsewhere) for m in found.moved] == [(entry.asset.id, False)]


def test_the_plan_prints_as_the_contract_says(folder, store, config):
    for name in ("a.txt", "b.txt", "c.txt", "d.txt"):
        (folder / name).write_text(name)
    sync(folder, store, (), config)
    (folder / "a.txt").unlink()
    (folder / "b.txt").write_text("changed")
    (folder / "new.txt").write_text("new")
    told = plan(folder, store, config, prune=True).to_json()
    assert told["plan"] == "+1 ~1 −1 =2"
    assert told["added"] == [str(folder / "new.txt")]
