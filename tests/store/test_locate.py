"""Which knowledge base a name, a folder, a file or an address means."""

from pathlib import Path

import pytest

from pincite.config import load_config
from pincite.errors import NotFound, UsageError
from pincite.store.locate import kb_uri
from pincite.store.tables import Store


@pytest.fixture
def config(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return load_config({"data_dir": str(tmp_path / "data")}, environ={}, folder=tmp_path)


def test_a_name_means_one_of_the_users_own(tmp_path, config):
    assert kb_uri("notes", config) == str(tmp_path / "data" / "kbs" / "notes")


def test_a_folder_of_material_means_the_one_that_belongs_to_it(tmp_path, config):
    """However it is named; another folder of the same name has another."""
    for home in ("a", "b"):
        (tmp_path / home / "notes").mkdir(parents=True)
        (tmp_path / home / "notes" / "x.txt").write_text("x")
    first = kb_uri(Path("a/notes"), config)
    assert first.startswith(str(tmp_path / "data"))
    assert first == kb_uri("a/notes", config) == kb_uri(str(tmp_path / "a/notes/"), config)
    assert first != kb_uri(Path("b/notes"), config)


def test_nothing_is_ever_put_into_an_empty_folder_that_shall_be_read(tmp_path, config):
    """What is filled later must find the same knowledge base, and the folder stays the user's."""
    (tmp_path / "folder").mkdir()
    before = kb_uri(Path("folder"), config)
    assert before.startswith(str(tmp_path / "data"))
    Store.open(before, create=True)
    assert kb_uri("folder", config) == kb_uri("./folder", config) == before
    (tmp_path / "folder" / "x.txt").write_text("x")
    assert kb_uri(Path("folder"), config) == kb_uri("folder", config) == before


def test_an_empty_directory_named_with_kb_is_the_place_of_a_new_one(tmp_path, config):
    (tmp_path / "place").mkdir()
    assert kb_uri("./place", config) == str(tmp_path / "place")
    Store.open(str(tmp_path / "place"), create=True)
    assert kb_uri("./place", config) == kb_uri(Path("place"), config) == str(tmp_path / "place")


def test_a_single_file_that_is_asked_has_its_own(tmp_path, config):
    (tmp_path / "x.txt").write_text("x")
    assert kb_uri(Path("x.txt"), config).startswith(str(tmp_path / "data"))
    with pytest.raises(UsageError, match=r"'x\.txt' is a file"):
        kb_uri("x.txt", config)


def test_an_address_means_itself(config):
    assert kb_uri("s3://bucket/notes", config) == "s3://bucket/notes"


def test_what_is_no_name_and_what_is_not_there_is_wrong_use(config):
    with pytest.raises(UsageError, match="cannot name a knowledge base"):
        kb_uri("a b?", config)
    with pytest.raises(NotFound, match="no folder 'gone'"):
        kb_uri(Path("gone"), config)
