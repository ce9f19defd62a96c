"""The contracts as a plugin author meets them: a test file of a package, and pytest."""

import subprocess
import sys

import pytest

PLUGIN_TEST = """
from pathlib import Path
from pincite.testing import ParserContract
from pincite.types import Extracted, Problem, Segment, TextSpan, segment_id

class MyParser:
    def parse(self, path, asset, config):
        text = path.read_text("utf-8", "replace")
        if not text.strip():
            yield Problem("NO_TEXT", "There are no words in the file.", "Nothing need be done.")
            return
        place = TextSpan(0, len(text))
        id_ = segment_id(asset.id, place, "mine-1")
        yield Extracted(Segment(id_, asset.id, "text", place, text, ordinal=ORDINAL))

class TestMyParser(ParserContract):
    def parser(self):
        return MyParser()

    def sample(self, tmp_path):
        path = tmp_path / "sample.xyz"
        path.write_text("The pump runs at three bar.")
        return path

    def quotes(self):
        return {"three bar": TextSpan(17, 26)}
"""


def run(folder, text: str) -> str:
    (folder / "test_plugin.py").write_text(text)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(folder)]
    return subprocess.run(command, capture_output=True, text=True, cwd=folder).stdout


def test_a_right_plugin_passes_and_a_wrong_one_is_told_why(tmp_path):
    good = run(tmp_path, PLUGIN_TEST.replace("ORDINAL", "0"))
    assert "18 passed" in good, good
    bad = run(tmp_path, PLUGIN_TEST.replace("ORDINAL", "5"))
    assert "1 failed, 17 passed" in bad, bad
    assert "ordinals count up from 0 in reading order, got [5]" in bad


def test_the_contracts_are_imported_without_pytest():
    code = "import sys, pincite.testing; sys.exit('pytest' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


@pytest.mark.parametrize("hook", ["parser", "encoder", "generator"])
def test_a_forgotten_hook_is_named(hook):
    import pincite.testing

    contract = getattr(pincite.testing, f"{hook.capitalize()}Contract")()
    arguments = (None, 0.5) if hook == "generator" else ()
    with pytest.raises(NotImplementedError, match=f"def {hook}"):
        getattr(contract, hook)(*arguments)
