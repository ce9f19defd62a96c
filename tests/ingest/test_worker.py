"""The reading process: what it tells of a file, and what it may not do."""

import hashlib
import subprocess
import sys

import pytest

from pincite.config import load_config
from pincite.ingest import parsers
from pincite.ingest.digest import digest
from pincite.ingest.parsed import Task
from pincite.ingest.pool import Pool
from pincite.ingest.process import COMMAND as REAL_COMMAND
from pincite.ingest.worker import FileReader
from pincite.types import Asset, Extracted
from tests.ingest.hostile import COMMAND

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="only Linux refuses it in the kernel")


def task_of(path, text=None):
    if text is not None:
        path.write_text(text)
    seen = digest(str(path))
    asset = Asset(seen.sha256, str(path), "", seen.size_bytes, seen.modified_ns, path.name)
    return Task(str(path), asset)


def read(tmp_path, *texts, **settings):
    """Have one process read files with these texts, one after the other."""
    tasks = [task_of(tmp_path / f"{number}.txt", text) for number, text in enumerate(texts)]
    config = load_config({"workers": 1, **settings}, environ={}, folder=tmp_path)
    with Pool(config, command=COMMAND) as pool:
        items = [item for item in pool.read(tasks) if hasattr(item, "extracts")]
    return sorted(items, key=lambda item: item.task.path)


def words(parsed):
    return [extract.segment.text for extract in parsed.extracts]


def codes(parsed):
    return [problem.code for problem in parsed.problems]


def test_a_file_is_read_under_its_own_asset(tmp_path):
    [parsed] = read(tmp_path, "hello there")
    assert words(parsed) == ["hello there"]
    assert parsed.asset.id == hashlib.sha256(b"hello there").hexdigest()
    assert (parsed.asset.media_type, parsed.parser) == ("text/x-hostile", "hostile")
    assert [e.segment.asset_id for e in parsed.extracts] == [parsed.asset.id]


def test_pictures_and_clips_come_with_their_segment(tmp_path):
    [parsed] = read(tmp_path, "pictures")
    first = parsed.extracts[0]
    assert first.picture == first.clip
    assert (first.picture.media_type, len(first.picture.data)) == ("image/png", 4000)


def test_problems_leave_the_file_partly_read(tmp_path):
    [parsed] = read(tmp_path, "page")
    assert (codes(parsed), words(parsed)) == (["PAGE_FAILED"], ["page"])


def test_a_refusal_is_the_files_failure(tmp_path):
    [parsed] = read(tmp_path, "refuse")
    assert codes(parsed) == ["CORRUPT_FILE"]
    assert parsed.problems[0].next_step == "Export again."


def test_what_was_read_before_a_refusal_or_a_mistake_is_kept(tmp_path):
    for order in ("refuse", "raise"):
        [parsed] = read(tmp_path, f"{order} first first")
        assert codes(parsed) == ["PART_FAILED"]
        assert words(parsed) == ["read before", "read before"]
        assert "The 2 parts read before are kept." in parsed.problems[0].message


def test_a_mistake_in_a_parser_is_told_with_its_name(tmp_path):
    [parsed] = read(tmp_path, "raise")
    assert codes(parsed) == ["PARSER_CRASHED"]
    assert "KeyError: 'no such part'" in parsed.problems[0].message


def test_a_missing_part_of_the_parser_is_not_blamed_on_the_file(tmp_path):
    [parsed] = read(tmp_path, "missing")
    assert codes(parsed) == ["PARSER_CRASHED"]
    assert "part-of-the-parser" in parsed.problems[0].message


def test_what_libraries_print_does_not_damage_the_answer(tmp_path):
    noisy, after = read(tmp_path, "noise", "after")
    assert (words(noisy), codes(noisy)) == (["noise"], [])
    assert words(after) == ["after"]


def test_a_file_that_changes_while_it_is_read_is_not_believed(tmp_path):
    [parsed] = read(tmp_path, "touch first")
    assert (codes(parsed), words(parsed)) == (["CHANGED_WHILE_READ"], [])


def test_a_file_that_is_gone_says_so(tmp_path):
    [parsed] = read(tmp_path, "delete")
    assert codes(parsed) == ["VANISHED"]


def test_a_file_that_changed_since_it_was_listed_is_not_read(tmp_path):
    task = task_of(tmp_path / "a.txt", "hello")
    (tmp_path / "a.txt").write_text("something longer")
    config = load_config({}, environ={}, folder=tmp_path)
    with Pool(config, command=COMMAND) as pool:
        [parsed] = [item for item in pool.read([task]) if item]
    assert codes(parsed) == ["CHANGED_WHILE_READ"]


def test_a_link_that_took_the_files_place_is_not_followed(tmp_path):
    task = task_of(tmp_path / "a.txt", "hello")
    (tmp_path / "a.txt").rename(tmp_path / "b.txt")
    (tmp_path / "a.txt").symlink_to(tmp_path / "b.txt")
    config = load_config({}, environ={}, folder=tmp_path)
    with Pool(config, command=COMMAND) as pool:
        [parsed] = [item for item in pool.read([task]) if item]
    assert codes(parsed) == ["NOT_A_FILE"]


# -- what it may not do ---------------------------------------------------------------------


def test_it_may_not_connect(tmp_path):
    [parsed] = read(tmp_path, "connect")
    assert codes(parsed) == ["UNREADABLE"]
    assert "socket" in parsed.problems[0].message


@LINUX
def test_the_kernel_refuses_sockets_and_programs_whoever_asks(tmp_path):
    """EACCES is 13; a library's machine code does not pass through Python's checks."""
    [parsed] = read(tmp_path, "kernel")
    assert words(parsed)[0] == "[13, 13]"


@LINUX
def test_it_may_not_take_more_memory_than_the_setting(tmp_path):
    for order in ("huge", "slurp"):
        [parsed] = read(tmp_path, order, file_memory_mb=300)
        assert codes(parsed) == ["PARSER_MEMORY"]
        assert "300 MB memory a file (file_memory_mb)" in parsed.problems[0].message


@LINUX
def test_it_may_not_write_large_files(tmp_path):
    [parsed] = read(tmp_path, "write", max_unpacked_mb=2)
    assert codes(parsed) == ["UNREADABLE"]
    assert "File too large" in parsed.problems[0].message


def test_it_does_not_see_the_keys_of_its_user(tmp_path, monkeypatch):
    monkeypatch.setenv("SOME_API_KEY", "secret")
    [parsed] = read(tmp_path, "secret")
    assert "SOME_API_KEY" not in words(parsed)[0]
    assert "PATH" in words(parsed)[0]


# -- with the parsers that ship -------------------------------------------------------------


def test_a_text_file_goes_through_the_real_parser(tmp_path):
    path = tmp_path / "泵.txt"
    path.write_text("The pump stands in hall 3.\n\n水泵在三号厅。", "utf-8")
    config = load_config({}, environ={}, folder=tmp_path)
    with Pool(config) as pool:
        [parsed] = [item for item in pool.read([task_of(path)]) if item]
    assert parsed.parser == "text"
    assert "hall 3" in words(parsed)[0]


def test_reading_in_this_process_yields_the_same_events(tmp_path):
    """The reader itself is plain; only the process around it confines."""
    path = tmp_path / "a.txt"
    path.write_text("One. Two.")
    task = task_of(path)
    reader = FileReader(load_config({}, environ={}, folder=tmp_path), create=parsers.create)
    events = list(reader.read(task.path, task.asset))
    assert [type(e).__name__ for e in events] == ["Begin", "Extracted", "End"]
    assert [e.segment.text for e in events if isinstance(e, Extracted)] == ["One. Two."]


def test_no_module_of_the_working_folder_is_imported(tmp_path):
    """Attachments are unpacked there; one may be called json.py, and must never run."""
    (tmp_path / "json.py").write_text("raise SystemExit('ran')")
    started = [*REAL_COMMAND[:-2], "-c", "import json; print(json.__file__)"]
    found = subprocess.run(started, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert str(tmp_path) not in found.stdout
