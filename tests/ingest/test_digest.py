"""The digest is of bytes that were there as a whole, or there is none."""

import hashlib
import os

import pytest

from pincite.errors import IngestError
from pincite.ingest.digest import content, digest


def code_of(call, *arguments):
    with pytest.raises(IngestError) as refused:
        call(*arguments)
    return refused.value.code


def test_it_is_the_sha_256_with_the_size_and_time_of_that_moment(tmp_path):
    path = tmp_path / "a.bin"
    path.write_bytes(b"x" * 3_000_000)
    os.utime(path, ns=(5, 7))
    taken = digest(str(path))
    assert taken.sha256 == hashlib.sha256(b"x" * 3_000_000).hexdigest()
    assert (taken.size_bytes, taken.modified_ns) == (3_000_000, 7)


def test_a_file_that_grows_while_it_is_read_has_none(tmp_path, monkeypatch):
    path = tmp_path / "log.txt"
    path.write_text("line\n")
    read = os.read

    def read_while_another_writes(handle, count):
        with path.open("a") as stream:
            stream.write("line\n" if path.stat().st_size < 50 else "")
        return read(handle, count)

    monkeypatch.setattr("os.read", read_while_another_writes)
    assert code_of(digest, str(path)) == "CHANGED_WHILE_READ"


def test_what_is_gone_or_no_file_has_none(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    assert code_of(digest, str(tmp_path / "gone")) == "VANISHED"
    assert code_of(digest, str(tmp_path / "pipe")) == "NOT_A_FILE"
    assert code_of(digest, "/dev/zero") == "NOT_A_FILE"


def test_bytes_are_kept_only_if_they_are_those_that_were_read(tmp_path):
    path = tmp_path / "a.pdf"
    path.write_bytes(b"first")
    assert content(str(path), digest(str(path)).sha256) == b"first"
    assert code_of(content, str(path), hashlib.sha256(b"other").hexdigest()) == "CHANGED_WHILE_READ"
