"""Documentation is part of the program: what exists is described, and what is shown runs."""

import importlib.util
import re
import shlex
from pathlib import Path

import pytest

from pincite.cli.tree import commands

ROOT = Path(__file__).parents[1]
SHOWN = [ROOT / "README.md", ROOT / "README.zh.md", *sorted((ROOT / "docs").rglob("*.md"))]


@pytest.fixture(scope="module")
def reference():
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.pages()


def test_the_reference_is_what_the_program_says(reference):
    """Every command, option, setting, code, error and plugin: run `python docs/generate.py`."""
    for name, text in reference.items():
        assert (ROOT / "docs" / "reference" / name).read_text("utf-8") == text, name


def shell_lines(text: str):
    for block in re.findall(r"```(?:console|bash|sh)\n(.*?)```", text, re.DOTALL):
        for line in block.splitlines():
            line = line.removeprefix("$ ").strip()
            if line.startswith("pincite "):
                yield line


@pytest.mark.parametrize("path", SHOWN, ids=lambda p: str(p.relative_to(ROOT)))
def test_commands_shown_exist_with_their_options(path):
    known = set(commands())
    text = (ROOT / "docs" / "reference" / "cli.md").read_text("utf-8")
    sections = dict(re.findall(r"## `pincite ?(.*?)`\n\n```text\n(.*?)```", text, re.DOTALL))
    for line in shell_lines(path.read_text("utf-8")):
        words = shlex.split(line.split(" #")[0])[1:]
        command = next((tuple(words[:n]) for n in (2, 1) if tuple(words[:n]) in known), ())
        for option in (w.split("=")[0] for w in words if re.fullmatch(r"--?[a-z][\w=-]*", w)):
            assert option in sections[" ".join(command)], f"{path.name}: {line}"
        assert command or words[0].startswith("-"), f"{path.name}: {line}"


@pytest.mark.parametrize("name", ["README.md", "README.zh.md", "docs/quickstart.md"])
def test_python_shown_runs(name, tmp_path, monkeypatch):
    """The examples run in a folder with one small note, whose answer they print."""
    monkeypatch.chdir(tmp_path)
    for variable in ("PINCITE_DATA_DIR", "PINCITE_CACHE_DIR"):
        monkeypatch.setenv(variable, str(tmp_path / variable))
    (tmp_path / "folder").mkdir()
    note = "The station lies 42 km north of the pass. The pump runs at 3 bar.\n"
    (tmp_path / "folder" / "note.txt").write_text(note)
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / name).read_text("utf-8"), re.DOTALL)
    assert blocks
    for block in blocks:
        exec(compile(block, name, "exec"), {})


def test_links_between_pages_lead_somewhere():
    for path in SHOWN:
        for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", path.read_text("utf-8")):
            assert (path.parent / target).exists(), f"{path.relative_to(ROOT)} -> {target}"
