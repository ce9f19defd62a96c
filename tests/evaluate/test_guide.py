"""docs/guides/evaluate.md, run from its first block to its last."""

import io
import json
import re
import shlex
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

from pincite.cli import run

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs" / "guides" / "evaluate.md").read_text("utf-8")
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def said(tmp_path_factory):
    """What each command and the Python of the guide printed, in order."""
    folder = tmp_path_factory.mktemp("guide")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("HOME", str(folder))
        for name in ("XDG_CONFIG_HOME", "PINCITE_CACHE_DIR", "PINCITE_DATA_DIR"):
            patch.setenv(name, str(folder / name))
        patch.setenv("PINCITE_WORKERS", "1")
        (folder / "notes").mkdir()
        yield dict(walked())


def walked():
    for found in BLOCK.finditer(GUIDE):
        kind, body = found.groups()
        if kind in ("json", "tsv"):
            name = re.findall(r"`([\w.]+\.(?:jsonl|tsv))`", GUIDE[: found.start()])[-1]
            (Path("notes") / name).write_text(body, "utf-8")
        elif kind == "python":
            with redirect_stdout(io.StringIO()) as out:
                exec(compile(body, "evaluate.md", "exec"), {})
            yield f"python {found.start()}", out.getvalue()
        elif kind == "console":
            for line in body.splitlines():
                if "rate" in line and "--summary" not in line:
                    continue  # a server; tests/evaluate/test_rating.py starts one
                yield line, command(line.removeprefix("$ pincite "))


def command(line):
    with redirect_stdout(io.StringIO()) as out, redirect_stderr(io.StringIO()) as err:
        code = run(shlex.split(line))
    assert code == 0, (line, err.getvalue())
    return out.getvalue()


def of(said, part):
    return next(text for line, text in said.items() if part in line)


def test_the_first_run_goes_where_the_guide_says_and_the_second_is_compared_with_it(said):
    assert "are in runs/eval/notes-retrieval\n" in of(said, "R@1")
    second = of(said, "--compare")
    assert "are in runs/eval/notes-retrieval-2\n" in second
    assert "against notes-retrieval, 2 items in pairs:" in second
    assert json.loads(of(said, "--fail-under"))["unmet"] == []


def test_the_fusion_that_the_guide_learns_is_the_one_it_uses(said):
    learned = of(said, "--learn-fusion")
    assert "against calibrated, 2 items in pairs:" in learned
    assert learned.splitlines()[-1].startswith("use it with --fusion learned:notes.fusion.json,")
    assert "against by-rank, 2 items in pairs:" in of(said, "--fusion learned:")


def test_the_python_prints_what_the_command_does(said):
    first, second = (text.splitlines() for name, text in said.items() if "python" in name)
    assert first == ["1.0 1.0 1.0", "q1 pump", "q2 station", "1.0"]
    assert second == ["1.0 2", "1.0"]


def test_the_summary_of_no_ratings_is_printed(said):
    assert of(said, "--summary") == "0 ratings by nobody\n"


def test_what_errors_are_said_to_say_is_what_they_say():
    source = "".join(path.read_text("utf-8") for path in (ROOT / "src").rglob("*.py"))
    table = GUIDE[GUIDE.index("| it says |") :].splitlines()[2:]
    assert len(table) >= 5
    for row in table:
        for words in re.findall(r"`([^`]+)`", row.split("|")[1]):
            assert words in source, words


def test_every_layout_and_task_is_in_the_guide():
    from pincite.evaluate.datasets import LAYOUTS, TASKS

    assert len(LAYOUTS) == 6
    for task in TASKS:
        assert task in GUIDE, task
