"""Real files of many kinds, some broken, locked or odd: each ends with a status and a reason."""

from collections import Counter
from pathlib import Path

import pytest

from pincite.codes import CODES
from pincite.config import load_config
from pincite.ingest.report import FileReport, status_of
from pincite.ingest.walk import walk
from pincite.store.sync import sync
from pincite.store.tables import Store
from pincite.types import Problem

FOLDER = Path(__file__).parents[2] / "shared" / "data" / "messy-files"

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason=f"no folder {FOLDER} to measure with")


@pytest.fixture(scope="module")
def outcome(tmp_path_factory):
    """The reports of one run over the folder, pictures left unread for the sake of time."""
    place = tmp_path_factory.mktemp("messy")
    store = Store.open(str(place / "kb"), create=True)
    config = load_config({"ocr": "off", "file_timeout_s": 60.0}, environ={}, folder=place)
    reports = []
    summary = sync(
        FOLDER, store, (), config, lambda e: reports.append(e) if isinstance(e, FileReport) else 0
    )
    return store, config, reports, summary


def test_every_file_is_told_of_exactly_once(outcome):
    _, _, reports, summary = outcome
    listed = Counter(found.uri for found in walk([FOLDER]).files)
    assert Counter(report.uri for report in reports) == listed
    assert summary.files == len(reports)


def test_no_parser_crashes_hangs_or_eats_the_memory(outcome):
    _, _, reports, _ = outcome
    ends = {"PARSER_CRASHED", "PARSER_TIMEOUT", "PARSER_MEMORY"}
    assert [(r.uri, r.message) for r in reports if ends & set(r.codes)] == []


def test_what_is_not_complete_says_why_and_what_to_do(outcome):
    _, _, reports, _ = outcome
    for report in reports:
        assert set(report.codes) <= set(CODES)
        assert report.status == status_of([Problem(code, "", "") for code in report.codes])
        if report.status != "complete":
            assert report.message, report
            assert report.next_step, report


def test_what_is_complete_holds_words_or_says_that_there_are_none(outcome):
    _, _, reports, _ = outcome
    silent = [r.uri for r in reports if r.status == "complete" and not r.segments and not r.codes]
    assert silent == []


def test_a_second_run_finds_nothing_to_do(outcome):
    store, config, reports, _ = outcome
    before = store.version
    again = sync(FOLDER, store, (), config)
    assert (again.same, again.added, again.changed) == (len(reports), 0, 0)
    assert store.version == before
