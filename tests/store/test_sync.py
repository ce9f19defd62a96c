"""Syncing: the knowledge base ends up equal to the folder, however the run ends."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from pincite.config import load_config
from pincite.errors import ModelMismatch
from pincite.ingest.progress import RunProgress
from pincite.ingest.report import FileReport
from pincite.store.plan import plan
from pincite.store.sync import run, sync
from pincite.store.tables import Store
from tests.ingest.hostile import COMMAND
from tests.store.making import WIDTH, vector


class Words:
    """A real if humble encoder: words hashed into a few buckets."""

    name = "words"
    modalities = frozenset({"text"})
    space, width = "words", WIDTH

    def encode(self, texts, role="document"):
        return np.array([vector(text) for text in texts], dtype=np.float32)


@pytest.fixture
def config(tmp_path):
    return load_config({"workers": 2}, environ={}, folder=tmp_path)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "folder").mkdir()
    return tmp_path / "folder"


@pytest.fixture
def store(tmp_path):
    return Store.open(str(tmp_path / "kb"), create=True)


def fill(folder, **texts):
    for name, text in texts.items():
        (folder / f"{name}.txt").write_text(text)


def contents(store):
    """What the knowledge base holds: name of each source to the text of its segments."""
    held = {}
    for entry in store.ledger().values():
        hits = store.lexical("pump", 100, f"asset_id = '{entry.asset.id}'")
        texts = [s.text for s in store.segments([i for i, _ in hits]).values()]
        for source in entry.sources:
            held[Path(source.uri).name] = texts
    return held


def listen():
    events = []
    return events, events.append


def reports(events):
    found = [e for e in events if isinstance(e, FileReport)]
    return {Path(r.uri).name: r.status for r in found}


def test_a_folder_is_taken_in_and_can_be_found(folder, store, config):
    fill(folder, a="The pump is red.", b="No pump here.", c="")
    events, hear = listen()
    summary = sync(folder, store, [Words()], config, hear)
    assert reports(events) == {"a.txt": "complete", "b.txt": "complete", "c.txt": "failed"}
    assert (summary.files, summary.added, summary.failed, summary.segments) == (3, 2, 1, 2)
    assert contents(store)["a.txt"] == ["The pump is red."]
    [(found, _)] = store.nearest("words", vector("The pump is red."), 1)
    assert store.segments([found])[found].text == "The pump is red."


def test_a_second_run_reads_nothing_and_says_same(folder, store, config):
    fill(folder, a="A pump.", b="")
    sync(folder, store, [Words()], config)
    before = store.version
    events, hear = listen()
    summary = sync(folder, store, [Words()], config, hear)
    assert reports(events) == {"a.txt": "same", "b.txt": "same"}
    assert (summary.same, summary.added, summary.failed, summary.unresolved) == (2, 0, 0, 1)
    assert store.version == before


def test_an_unchanged_file_that_failed_still_says_why(folder, store, config):
    fill(folder, a="")
    sync(folder, store, (), config)
    events, hear = listen()
    assert not sync(folder, store, (), config, hear).clean
    [report] = events
    assert (report.status, report.codes) == ("same", ("EMPTY_FILE",))
    assert report.message
    assert report.next_step


def test_a_changed_file_replaces_itself(folder, store, config):
    fill(folder, a="The old pump.")
    sync(folder, store, (), config)
    fill(folder, a="The new and better pump.")
    summary = sync(folder, store, (), config)
    assert (summary.changed, summary.added) == (1, 0)
    assert contents(store) == {"a.txt": ["The new and better pump."]}
    assert len(store.ledger()) == 1


def test_content_that_another_file_still_has_stays(folder, store, config):
    fill(folder, a="The pump.", b="The pump.")
    sync(folder, store, (), config)
    fill(folder, a="Another pump.")
    sync(folder, store, (), config)
    assert contents(store) == {"a.txt": ["Another pump."], "b.txt": ["The pump."]}


def test_a_moved_file_is_not_read_again(folder, store, config):
    fill(folder, a="The pump.")
    sync(folder, store, [Words()], config)
    (folder / "a.txt").rename(folder / "b.txt")
    events, hear = listen()
    summary = sync(folder, store, [Words()], config, hear)
    assert (summary.moved, summary.added, summary.segments) == (1, 0, 0)
    assert contents(store) == {"b.txt": ["The pump."]}
    assert [e.message for e in events] == [
        f"Moved here from {folder / 'a.txt'}; nothing had to be read."
    ]


def test_files_that_change_places_keep_their_contents(folder, store, config):
    fill(folder, a="The red pump.", b="The blue pump, larger.")
    sync(folder, store, (), config)
    (folder / "a.txt").rename(folder / "x")
    (folder / "b.txt").rename(folder / "a.txt")
    (folder / "x").rename(folder / "b.txt")
    sync(folder, store, (), config)
    assert contents(store) == {"a.txt": ["The blue pump, larger."], "b.txt": ["The red pump."]}


def test_a_deleted_file_leaves_nothing_behind(folder, store, config):
    fill(folder, a="The pump.", b="A second pump.")
    sync(folder, store, [Words()], config)
    (folder / "a.txt").unlink()
    events, hear = listen()
    summary = sync(folder, store, [Words()], config, hear, prune=True)
    assert reports(events) == {"a.txt": "removed", "b.txt": "same"}
    assert (summary.removed, summary.files) == (1, 1)
    assert contents(store) == {"b.txt": ["A second pump."]}


def test_one_bad_file_fails_alone(folder, store, config):
    fill(folder, a="good pump", b="crash", c="raise", d="page pump", e="touch")
    events, hear = listen()
    summary = run(plan(folder, store, config), store, (), config, hear, command=COMMAND)
    assert reports(events) == {
        "a.txt": "complete", "b.txt": "failed", "c.txt": "failed",
        "d.txt": "partial", "e.txt": "failed",
    }  # fmt: skip
    assert (summary.added, summary.partial, summary.failed) == (2, 1, 3)


def test_a_file_that_changed_while_it_was_read_is_tried_again(folder, store, config):
    """Nothing is noted of bytes that were never there as a whole; what was known stays."""
    fill(folder, a="an old pump")
    sync(folder, store, (), config)
    fill(folder, a="touch pump")
    summary = run(plan(folder, store, config), store, (), config, command=COMMAND)
    assert (summary.failed, contents(store)) == (1, {"a.txt": ["an old pump"]})
    sync(folder, store, (), config)
    assert contents(store) == {"a.txt": ["touch pump"]}


def test_a_document_whose_pages_are_drawn_later_keeps_its_bytes(folder, store, config):
    from PIL import Image

    Image.new("RGB", (40, 30), "red").save(folder / "a.png")
    fill(folder, b="The pump.")
    off = load_config({"ocr": "off"}, environ={}, folder=folder)
    sync(folder, store, (), off)
    by_name = {Path(e.asset.uri).name: a for a, e in store.ledger().items()}
    assert store.media(f"{by_name['a.png']}/original").data == (folder / "a.png").read_bytes()
    assert store.media(f"{by_name['b.txt']}/original") is None


def test_vectors_come_when_an_encoder_does(folder, store, config):
    fill(folder, a="The pump.")
    sync(folder, store, (), config)
    assert store.spaces() == {}
    sync(folder, store, [Words()], config)
    assert store.spaces() == {"words": WIDTH}
    assert sync(folder, store, [Words()], config).same == 1


@pytest.mark.parametrize(
    ("vectors", "found"),
    [
        pytest.param(lambda n: np.full((n, WIDTH), np.nan), "not numbers", id="not numbers"),
        pytest.param(lambda n: np.ones((n, WIDTH)), "not of unit length", id="not unit"),
        pytest.param(lambda n: np.zeros((n - 1, WIDTH)), "shape", id="too few"),
        pytest.param(lambda n: np.zeros((n, 3)), "instead of (1, 16)", id="another width"),
    ],
)
def test_vectors_that_are_not_what_was_promised_are_refused(folder, store, config, vectors, found):
    class Lying(Words):
        def encode(self, texts, role="document"):
            return vectors(len(texts))

    fill(folder, a="The pump.")
    with pytest.raises(ModelMismatch) as refused:
        sync(folder, store, [Lying()], config)
    assert found in str(refused.value)
    assert store.ledger() == {}


def test_a_file_is_told_of_only_when_it_is_safe(folder, store, config):
    """Whoever hears of a file finds it in the knowledge base, also from another process."""
    fill(folder, **{f"f{n}": f"pump number {n}" for n in range(20)})
    seen = []

    def hear(event):
        if isinstance(event, FileReport):
            other = Store.open(store.uri, read_only=True)
            seen.append(any(e.asset.uri == event.uri for e in other.ledger().values()))

    sync(folder, store, (), config, hear)
    assert seen == [True] * 20


def test_progress_comes_with_every_file(folder, store, config):
    fill(folder, **{f"f{n}": f"pump number {n}" for n in range(5)})
    events, hear = listen()
    sync(folder, store, [Words()], config, hear)
    looks = [e for e in events if isinstance(e, RunProgress) and e.part is None]
    assert [(e.done, e.total) for e in looks] == [(n, 5) for n in range(1, 6)]


def test_a_large_file_tells_how_far_its_vectors_are(folder, store, config, monkeypatch):
    monkeypatch.setattr("pincite.store.embed.SLICE", 2)
    fill(folder, a="\n\n".join(f"The pump number {n}. " * 60 for n in range(5)))
    events, hear = listen()
    sync(folder, store, [Words()], config, hear)
    parts = [e.part for e in events if isinstance(e, RunProgress) and e.part]
    assert [p.done for p in parts if p.unit == "segment"][-1] == parts[-1].total > 2
    assert len(store.nearest("words", vector("pump"), 100)) == parts[-1].total


def test_names_that_are_no_utf_8_are_found_again(folder, store, config):
    path = folder / os.fsdecode(b"caf\xe9.txt")
    path.write_text("The pump.")
    sync(folder, store, (), config)
    assert sync(folder, store, (), config).same == 1
    path.unlink()
    assert sync(folder, store, (), config, prune=True).removed == 1


# -- how a run may end ----------------------------------------------------------------------

RUNNER = """
import sys
from pathlib import Path
from pincite.config import load_config
from pincite.ingest.report import FileReport
from pincite.store.plan import plan
from pincite.store.sync import run
from pincite.store.tables import Store
from pincite.store import sync as syncing

syncing.BATCH_FILES = 3
folder, kb, *command = sys.argv[1:]
config = load_config({"workers": 1}, environ={}, folder=Path(folder))
store = Store.open(kb, create=True)

def hear(event):
    if isinstance(event, FileReport):
        print(event.uri, flush=True)

summary = run(plan(folder, store, config), store, (), config, hear, command=command)
print("done" if not summary.interrupted else "interrupted", flush=True)
"""


def begin(folder, kb, command=COMMAND, *, errors=False, home=None):
    return subprocess.Popen(
        [sys.executable, "-c", RUNNER, str(folder), kb, *command],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE if errors else subprocess.DEVNULL,
        text=True,
        env=os.environ
        | {"PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
        | ({"TMPDIR": str(home)} if home else {}),
        start_new_session=True,
    )


def test_ctrl_c_finishes_what_is_begun_and_a_later_run_goes_on(folder, tmp_path, config):
    fill(folder, **{f"f{n:03}": f"progress pump {n}" for n in range(30)})  # 0.4 s each
    with begin(folder, str(tmp_path / "kb")) as process:
        acknowledged = [process.stdout.readline().strip()]
        process.send_signal(signal.SIGINT)
        *rest, last = process.stdout.read().splitlines()
    assert (process.returncode, last) == (0, "interrupted")
    acknowledged += rest
    store = Store.open(str(tmp_path / "kb"))
    assert sorted(e.asset.uri for e in store.ledger().values()) == sorted(acknowledged)
    assert len(acknowledged) < 30
    summary = sync(folder, store, (), config)
    assert (summary.same, summary.added) == (len(acknowledged), 30 - len(acknowledged))


def test_ctrl_c_twice_ends_at_once(folder, tmp_path):
    fill(folder, a="pump 1", b="pump 2", c="pump 3", d="hang", e="pump 4")
    process = begin(folder, str(tmp_path / "kb"), errors=True)
    first = [process.stdout.readline() for _ in range(3)]  # the next file hangs for an hour
    process.send_signal(signal.SIGINT)
    time.sleep(0.5)
    assert process.poll() is None
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=30)
    assert "KeyboardInterrupt" in told
    assert len(Store.open(str(tmp_path / "kb")).ledger()) == len(first)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends children with their parent")
def test_a_reading_process_ends_with_the_program_even_when_it_hangs(folder, tmp_path):
    fill(folder, a="pump 1", b="pump 2", c="pump 3", d="hang")
    with begin(folder, str(tmp_path / "kb"), home=tmp_path) as process:
        for _ in range(3):
            process.stdout.readline()
        assert _readers_in(tmp_path) != []
        process.kill()
    deadline = time.monotonic() + 10.0
    while _readers_in(tmp_path) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert _readers_in(tmp_path) == []


def test_kill_at_any_moment_loses_nothing_told(folder, tmp_path, config):
    fill(folder, **{f"f{n:03}": f"pump number {n}" for n in range(60)})
    kb = str(tmp_path / "kb")
    told = set()
    for lines in (1, 3, 8, 20):
        process = begin(folder, kb)
        for _ in range(lines):
            told.add(process.stdout.readline().strip())
        process.kill()
        rest = process.stdout.read().splitlines(keepends=True)
        process.communicate()
        told.update(line.strip() for line in rest if line.endswith("\n"))
        held = [e.asset.uri for e in Store.open(kb).ledger().values()]
        assert told <= set(held)
        assert len(held) == len(set(held))
    store = Store.open(kb)
    sync(folder, store, (), config)
    assert len(store.ledger()) == 60
    assert store.count() == 60


def _readers_in(folder):
    """Reading processes at work in a folder."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            at_work = entry.name.isdigit() and str((entry / "cwd").readlink())
        except OSError:  # it ended while we looked
            continue
        if at_work and at_work.startswith(str(folder / "pincite-")):
            found.append(entry.name)
    return found
