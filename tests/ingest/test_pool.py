"""Several reading processes: one file's end is no other file's, and memory stays bounded."""

import sys
import threading
import time

import pytest

from pincite.config import load_config
from pincite.errors import PinciteError
from pincite.ingest.parsed import Collector, Parsed, Reading, Task
from pincite.ingest.pool import Channel, Pool
from pincite.types import Asset, Extracted, Media, Segment, TextSpan
from tests.ingest.hostile import COMMAND
from tests.ingest.test_worker import codes, task_of, words


def config_of(tmp_path, **settings):
    return load_config({"workers": 1, **settings}, environ={}, folder=tmp_path)


def tasks_of(tmp_path, texts):
    return [task_of(tmp_path / f"{n:03}.txt", text) for n, text in enumerate(texts)]


def read(tmp_path, *texts, files_a_process=5_000, **settings):
    tasks = tasks_of(tmp_path, texts)
    config = config_of(tmp_path, **settings)
    with Pool(config, command=COMMAND, files_a_process=files_a_process) as pool:
        items = [item for item in pool.read(tasks) if isinstance(item, Parsed)]
    return sorted(items, key=lambda item: item.task.path)


@pytest.mark.parametrize(
    ("order", "code", "says"),
    [
        pytest.param("crash", "PARSER_CRASHED", "died (SIGSEGV)", id="killed by a signal"),
        pytest.param("exit", "PARSER_CRASHED", "died (exit code 3)", id="left"),
        pytest.param("garbage", "PARSER_CRASHED", "a frame carries", id="speaks nonsense"),
        pytest.param("hang", "PARSER_TIMEOUT", "2 s time a file (file_timeout_s)", id="silent"),
    ],
)
def test_one_files_end_is_no_other_files(tmp_path, order, code, says):
    parsed = read(tmp_path, "before", order, "after", file_timeout_s=2.0)
    assert [words(p) for p in parsed] == [["before"], [], ["after"]]
    assert codes(parsed[1]) == [code]
    assert says in parsed[1].problems[0].message


def test_what_a_slow_file_gave_before_its_time_was_up_is_kept(tmp_path):
    [parsed] = read(tmp_path, "hang first", file_timeout_s=1.0)
    assert codes(parsed) == ["LIMIT_REACHED"]
    assert words(parsed) == ["read before"]


def test_a_file_does_not_pay_for_what_came_before_it(tmp_path):
    """A crash in a used process is tried once more in a fresh one."""
    parsed = read(tmp_path, "first", "crash-if-used", "last")
    assert [words(p) for p in parsed] == [["first"], ["crash-if-used"], ["last"]]


def test_a_process_is_replaced_after_its_share_of_files(tmp_path):
    numbers = [words(p)[0] for p in read(tmp_path, "pid", "pid 2", "pid 3", files_a_process=2)]
    assert numbers[0] == numbers[1] != numbers[2]


def test_all_files_are_read_once_by_several_processes(tmp_path):
    texts = [f"file number {n}" for n in range(200)]
    parsed = read(tmp_path, *texts, workers=3)
    assert [words(p) for p in parsed] == [[text] for text in texts]


def test_news_from_inside_a_file_arrive_while_it_is_read(tmp_path):
    tasks = tasks_of(tmp_path, ["progress"])
    with Pool(config_of(tmp_path), command=COMMAND) as pool:
        items = [item for item in pool.read(tasks) if item]
    assert [type(item) for item in items] == [Reading, Reading, Parsed]
    assert (items[0].progress.unit, items[0].progress.done) == ("page", 3)


def test_stop_finishes_what_is_begun_and_begins_nothing(tmp_path):
    tasks = tasks_of(tmp_path, [f"file {n}" for n in range(50)])
    with Pool(config_of(tmp_path), command=COMMAND, held_bytes=1) as pool:
        done = []
        for item in pool.read(tasks):
            if isinstance(item, Parsed):
                done.append(item)
                pool.stop()
    assert 1 <= len(done) <= 4
    assert all(codes(p) == [] for p in done)


def test_leaving_the_pool_ends_what_hangs_and_leaves_nothing_behind(tmp_path, monkeypatch):
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    tasks = tasks_of(tmp_path, ["hang", "hang 2"])
    with Pool(config_of(tmp_path, workers=2), command=COMMAND) as pool:
        reading = pool.read(tasks)
        assert next(reading) is None
        workers = list(pool._workers.values())
    assert all(worker.dead for worker in workers)
    assert list((tmp_path / "tmp").iterdir()) == []


def test_reading_pauses_while_nobody_fetches_results(tmp_path):
    """Files are named as they are begun; with no room, only a few are."""
    begun = []

    def named():
        for task in tasks_of(tmp_path, [f"file {n}" for n in range(100)]):
            begun.append(task)
            yield task

    with Pool(config_of(tmp_path), command=COMMAND, held_bytes=1) as pool:
        reading = pool.read(named())
        while next(reading) is None:
            continue
        deadline = time.monotonic() + 0.5
        while time.monotonic() < deadline:
            assert len(begun) <= 4
        assert sum(isinstance(item, Parsed) for item in reading) == 99


def test_a_process_that_cannot_start_is_an_error_not_a_bad_file(tmp_path):
    tasks = tasks_of(tmp_path, ["a"])
    broken = [sys.executable, "-c", "raise SystemExit('no such module')"]
    with (
        Pool(config_of(tmp_path), command=broken) as pool,
        pytest.raises(PinciteError, match=r"could not start .*no such module.*pincite doctor"),
    ):
        list(pool.read(tasks))


def test_the_channel_holds_its_weight_and_takes_a_heavy_item_alone():
    channel = Channel(10)
    channel.put("heavy", 99)
    waiting = threading.Thread(target=channel.put, args=("light", 1), daemon=True)
    waiting.start()
    waiting.join(0.1)
    assert waiting.is_alive()
    assert channel.get(1.0) == "heavy"
    waiting.join(5.0)
    assert channel.get(1.0) == "light"
    assert channel.get(0.0) is None


# -- what is kept of the answers -------------------------------------------------------------


def collector(tmp_path):
    return Collector(Task("/a", Asset("a" * 64, "/a", "")), config_of(tmp_path))


def an_extract(id_="s" * 32, text="text", picture=None):
    return Extracted(Segment(id_, "other", "text", TextSpan(0, len(text)), text), picture)


def test_segments_of_one_place_keep_different_ids(tmp_path):
    """The store takes an id once; a parser that finds two things in one place loses neither."""
    twice = [collector(tmp_path), collector(tmp_path)]
    for each in twice:
        each.take(an_extract(text="one"))
        each.take(an_extract(text="two"))
    first, second = ([e.segment for e in c.result(0.0).extracts] for c in twice)
    assert [s.text for s in first] == ["one", "two"]
    assert first[0].id == "s" * 32
    assert first[1].id != first[0].id
    assert first == second


def test_segments_belong_to_the_file_that_was_asked_for(tmp_path):
    gathered = collector(tmp_path)
    gathered.take(an_extract())
    assert gathered.result(0.0).extracts[0].segment.asset_id == "a" * 64


def test_evidence_beyond_the_limit_is_left_out_and_the_words_stay(tmp_path, monkeypatch):
    monkeypatch.setattr("pincite.ingest.parsed.EVIDENCE_LIMIT_BYTES", 10)
    gathered = collector(tmp_path)
    for number in range(3):
        gathered.take(an_extract(str(number) * 32, picture=Media("image/png", b"12345678")))
    parsed = gathered.result(0.0)
    assert [e.picture is not None for e in parsed.extracts] == [True, False, False]
    assert codes(parsed) == ["LIMIT_REACHED"]


def test_segments_beyond_the_limit_are_left_out_with_a_word(tmp_path, monkeypatch):
    monkeypatch.setattr("pincite.ingest.parsed.SEGMENTS_LIMIT", 2)
    gathered = collector(tmp_path)
    for number in range(5):
        gathered.take(an_extract(str(number) * 32))
    parsed = gathered.result(0.0)
    assert (len(parsed.extracts), codes(parsed)) == (2, ["LIMIT_REACHED"])


def test_a_file_in_which_nothing_was_found_says_so(tmp_path):
    assert codes(collector(tmp_path).result(0.0)) == ["NO_TEXT"]
