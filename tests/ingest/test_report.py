"""Reports: the contract's JSON lines, and statuses that follow from codes alone."""

import json

import pytest

from pincite.codes import CODES, FAILING, NOTES
from pincite.ingest.progress import Meter
from pincite.ingest.report import FileReport, Summary, file_report, printable, status_of
from pincite.types import Problem, Progress


def problem(code, message="m", next_step="n"):
    return Problem(code, message, next_step)


@pytest.mark.parametrize("code", sorted(CODES))
def test_every_code_makes_the_status_its_group_says(code):
    expected = "failed" if code in FAILING else "complete" if code in NOTES else "partial"
    assert status_of([problem(code)]) == expected


def test_the_gravest_problem_decides_and_speaks():
    problems = [
        problem("NO_TEXT", "No words.", "Nothing."),
        problem("PAGE_FAILED", "Page 2.", "Export."),
        problem("PAGE_FAILED", "Page 3.", "Export."),
    ]
    report = file_report("/a.pdf", problems, segments=4, seconds=1.5)
    assert report.status == "partial"
    assert report.codes == ("PAGE_FAILED", "NO_TEXT")
    assert report.message == "Page 2. (and 2 more problems)"
    assert report.next_step == "Export."


def test_a_file_without_problems_is_complete_and_silent():
    assert file_report("/a", []) == FileReport("/a", "complete")


def test_a_file_line_has_the_keys_of_the_contract():
    report = FileReport("/泵.pdf", "partial", 3, ("PAGE_FAILED",), "m", "n", 0.12345)
    assert report.to_json() == {
        "event": "file", "uri": "/泵.pdf", "status": "partial", "segments": 3,
        "codes": ["PAGE_FAILED"], "message": "m", "next_step": "n", "seconds": 0.123,
    }  # fmt: skip


def test_the_last_line_has_the_keys_of_the_contract():
    line = Summary(files=3, added=1, same=2, skipped={"hidden": 4}).to_json()
    numbers = ["files", "added", "changed", "same", "removed", "partial", "failed", "segments"]
    assert line["event"] == "done"
    assert {*numbers, "seconds"} <= set(line)
    assert json.loads(json.dumps(line)) == line


@pytest.mark.parametrize("name", ["partial", "failed", "unresolved"])
def test_a_run_with_an_incomplete_file_is_not_clean(name):
    assert not Summary(**{name: 1}).clean
    assert Summary(files=1, added=1).clean


def test_an_interrupted_run_is_not_clean():
    assert not Summary(interrupted=True).clean


def test_a_name_cannot_deceive_the_terminal():
    assert printable("a\x1b[2J\u202e泵.txt") == "a\\x1b[2J\\u202e泵.txt"


def test_progress_counts_bytes_and_files():
    """Two files of 100 kB and 300 kB, a file costing 50 kB: 150 of 500 kB done after 3 s."""
    now = [0.0]
    meter = Meter([100_000, 300_000], clock=lambda: now[0])
    assert meter.look("/a").remaining_s is None
    now[0] = 3.0
    meter.finished(100_000)
    look = meter.look("/b", Progress("page", 2, 8))
    assert (look.done, look.total) == (1, 2)
    assert look.files_per_s == pytest.approx(1 / 3)
    assert look.remaining_s == pytest.approx(3.0 * 350 / 150)
    assert look.to_json() == {
        "event": "progress", "doing": "reading", "done": 1, "total": 2, "uri": "/b",
        "unit": "page", "at": 2, "of": 8, "files_per_s": 0.33, "remaining_s": 7.0,
    }  # fmt: skip
