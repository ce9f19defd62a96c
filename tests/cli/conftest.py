"""What the tests of commands share: a machine of their own, and the command line."""

import pytest

from pincite.cli import run


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder of material, on a machine without settings and models."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("PINCITE_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("PINCITE_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("PINCITE_WORKERS", "1")
    (tmp_path / "folder").mkdir()
    return tmp_path / "folder"


@pytest.fixture
def pincite(capsys):
    def call(*arguments):
        """Exit code, stdout and stderr of a command."""
        code = run([str(a) for a in arguments])
        said = capsys.readouterr()
        return code, said.out, said.err

    return call
