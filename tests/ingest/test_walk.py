"""Walking a folder: the same files in the same order, and nothing that is no file is opened."""

import os
import socket
import sys
import unicodedata
from pathlib import Path

import pytest

from pincite.errors import NotFound
from pincite.ingest.walk import path_of, uri_of, walk


def names(folder, listing):
    return [os.path.relpath(found.path, folder) for found in listing.files]


def refused(listing):
    return {Path(r.path).name: r.error.code for r in listing.refused}


def put(path, text="x"):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_files_come_in_the_order_of_their_bytes_and_before_subfolders(tmp_path):
    for name in ["b.txt", "a.txt", "Z.txt", "é.txt", "sub/a.txt", "sub/deep/x.txt", "alone/y.txt"]:
        put(tmp_path / name)
    expected = ["Z.txt", "a.txt", "b.txt", "é.txt", "alone/y.txt", "sub/a.txt", "sub/deep/x.txt"]
    assert names(tmp_path, walk([tmp_path])) == expected


def test_a_file_is_found_with_its_size_and_time(tmp_path):
    path = put(tmp_path / "a.txt", "four")
    os.utime(path, ns=(5, 1_234_567_890_123_456_789))
    [found] = walk([tmp_path]).files
    assert (found.size_bytes, found.modified_ns) == (4, 1_234_567_890_123_456_789)


def test_hidden_names_and_usual_junk_are_passed_over_and_counted(tmp_path):
    put(tmp_path / "kept.txt")
    for name in [".git/config", ".DS_Store", ".env"]:
        put(tmp_path / name)
    for name in ["node_modules/x.js", "__pycache__/x.pyc", "Thumbs.db", "~$report.docx",
                 ".~lock.sheet.ods#", "._photo.jpg", "desktop.ini"]:  # fmt: skip
        put(tmp_path / name)
    listing = walk([tmp_path])
    assert names(tmp_path, listing) == ["kept.txt"]
    assert listing.skipped == {"hidden": 3, "junk": 7}


def test_a_hidden_folder_that_is_named_is_walked(tmp_path):
    put(tmp_path / ".notes" / "a.txt")
    assert names(tmp_path, walk([tmp_path / ".notes"])) == [".notes/a.txt"]


def test_a_knowledge_base_inside_the_folder_is_no_material(tmp_path):
    put(tmp_path / "kb" / "ledger.lance" / "data.lance")
    put(tmp_path / "kb" / "writer.lock")
    listing = walk([tmp_path])
    assert listing.files == ()
    assert listing.skipped == {"knowledge base": 1}


def test_links_are_not_followed(tmp_path):
    """A loop ends, a target inside is listed once, and what lies outside was not asked for."""
    folder, outside = tmp_path / "folder", put(tmp_path / "outside" / "secret.txt")
    put(folder / "sub" / "a.txt")
    (folder / "loop").symlink_to(folder)
    (folder / "again.txt").symlink_to(folder / "sub" / "a.txt")
    (folder / "out.txt").symlink_to(outside)
    (folder / "out").symlink_to(outside.parent)
    listing = walk([folder])
    assert names(folder, listing) == ["sub/a.txt"]
    assert listing.skipped == {"link": 2, "link out of the folder": 2}


def test_a_link_that_is_named_is_followed(tmp_path):
    target = put(tmp_path / "real" / "a.txt")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    [found] = walk([tmp_path / "link"]).files
    assert found.path == str(target)


def test_broken_links_and_circles_are_no_files(tmp_path):
    (tmp_path / "broken").symlink_to(tmp_path / "nowhere")
    (tmp_path / "circle").symlink_to(tmp_path / "circle")
    assert refused(walk([tmp_path])) == {"broken": "NOT_A_FILE", "circle": "NOT_A_FILE"}


@pytest.mark.skipif(sys.platform == "win32", reason="pipes in the file system are POSIX's")
def test_pipes_sockets_and_devices_are_never_opened(tmp_path):
    """Opening the pipe would wait for a writer for ever."""
    os.mkfifo(tmp_path / "pipe")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "socket"))
        assert refused(walk([tmp_path])) == {"pipe": "NOT_A_FILE", "socket": "NOT_A_FILE"}
    assert refused(walk(["/dev/zero"])) == {"zero": "NOT_A_FILE"}


def test_hard_links_are_two_files(tmp_path):
    os.link(put(tmp_path / "a.txt"), tmp_path / "b.txt")
    assert names(tmp_path, walk([tmp_path])) == ["a.txt", "b.txt"]


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may read everything")
def test_a_folder_that_cannot_be_listed_is_told(tmp_path):
    put(tmp_path / "closed" / "a.txt")
    (tmp_path / "closed").chmod(0)
    try:
        listing = walk([tmp_path])
    finally:
        (tmp_path / "closed").chmod(0o700)
    assert refused(listing) == {"closed": "UNREADABLE"}
    assert listing.refused[0].folder


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("a\nb.txt", id="newline"),
        pytest.param("-rf.txt", id="leading dash"),
        pytest.param("bill\u202efdp.txt", id="right-to-left override"),
        pytest.param("🐘.txt", id="emoji"),
        pytest.param("é" * 125 + ".txt", id="254 bytes"),
        pytest.param(os.fsdecode(b"caf\xe9.txt"), id="not UTF-8"),
        pytest.param("file: x.txt", id="looks like a URI"),
    ],
)
def test_any_name_the_file_system_allows_is_found_and_comes_back(tmp_path, name):
    path = tmp_path / name
    put(path)
    [found] = walk([tmp_path]).files
    assert found.path == str(path)
    found.uri.encode("utf-8")
    assert path_of(found.uri) == str(path)


def test_names_that_differ_only_in_unicode_form_are_two_files(tmp_path):
    for form in ("NFC", "NFD"):
        put(tmp_path / unicodedata.normalize(form, "é.txt"))
    if len(list(tmp_path.iterdir())) == 1:
        pytest.skip("this file system takes both forms for one name")
    assert len({found.uri for found in walk([tmp_path]).files}) == 2


def test_the_same_folder_named_twice_is_walked_once(tmp_path):
    put(tmp_path / "sub" / "a.txt")
    listing = walk([tmp_path, tmp_path / "sub", str(tmp_path)])
    assert names(tmp_path, listing) == ["sub/a.txt"]


def test_three_hundred_levels_are_walked(tmp_path):
    deep = tmp_path
    for _ in range(300):
        deep = deep / "d"
    put(deep / "a.txt")
    assert len(walk([tmp_path]).files) == 1


def test_a_path_too_long_for_the_system_is_told_and_ends_nothing(tmp_path):
    put(tmp_path / "a.txt")
    before = Path.cwd()
    os.chdir(tmp_path)
    try:
        for _ in range(20):
            Path("d" * 250).mkdir()
            os.chdir("d" * 250)
    finally:
        os.chdir(before)
    listing = walk([tmp_path])
    assert names(tmp_path, listing) == ["a.txt"]
    assert [r.error.code for r in listing.refused] == ["UNREADABLE"]


def test_a_path_that_does_not_exist_is_wrong_use(tmp_path):
    with pytest.raises(NotFound, match=r"asked for .*nowhere.*no such file or folder; check"):
        walk([tmp_path / "nowhere"])


def test_uri_of_a_plain_path_is_the_path():
    assert uri_of("/notes/泵 1.txt") == "/notes/泵 1.txt"
