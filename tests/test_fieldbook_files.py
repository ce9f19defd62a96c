"""The sample folder: its questions point at places that exist, and the check notices when not."""

import importlib.util
import json
import shutil
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[1] / "examples"
SPEC = importlib.util.spec_from_file_location("check_fieldbook", EXAMPLES / "check_fieldbook.py")
check = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(check)


@pytest.fixture(scope="module", params=check.SETS)
def name(request):
    """One set of questions after the other."""
    return request.param


@pytest.fixture(scope="module")
def records(name):
    return check.questions(name=name)


def test_the_sample_folder_is_whole():
    """Files exist, places lie inside them, and the counts by kind and language are met."""
    assert check.problems() == []


def test_every_question_is_asked_once(records):
    assert len({record["question"] for record in records}) == len(records)


def test_answerable_questions_have_forms_that_differ(records):
    """A form given twice hides a form that was meant and forgotten."""
    for record in records:
        forms = [record["answer"], *record["aliases"]]
        assert len(set(forms)) == len(forms), record["id"]


def test_the_everyday_set_is_mostly_its_own():
    """At most a quarter of it comes from the paraphrased set, with id and all."""
    everyday, paraphrased = (check.questions(name=name) for name in check.SETS)
    shared = [record for record in everyday if record in paraphrased]
    asked = {record["question"] for record in paraphrased}
    assert 0 < len(shared) <= len(everyday) / 4
    assert len(shared) == sum(record["question"] in asked for record in everyday)


def test_the_readme_counts_the_questions_of_a_set(records, name):
    readme = (EXAMPLES / "fieldbook/README.md").read_text("utf-8")
    missing = sum(not record["answerable"] for record in records)
    assert f"| {name} | {len(records)}, of them {missing} without an answer |" in readme


def test_an_id_that_means_two_questions_is_noticed(records):
    other = records[0] | {"question": "Is it another one?"}
    found = list(check.shared_problems({"one": records, "two": [other]}))
    assert found == [f"{records[0]['id']}: is not the same question in both sets"]


def test_a_set_that_misses_its_bars_is_noticed(records, name):
    """Only the questions on text are left: nothing seen, heard, watched or not answerable."""
    left = [r for r in records if r["answerable"] and r["modality"] == "text"]
    found = "; ".join(check.count_problems(left, name, check.sample_files()))
    for complaint in ("0 without an answer", "0 questions on image", "no question asks about"):
        assert complaint in found


def test_the_sources_disagree_about_the_north_colony_and_nothing_hides_it():
    """412 nests in the notebook, 421 in the annual report; the README says which is right."""
    notebook = (EXAMPLES / "fieldbook/files/notes/seabird-notebook.md").read_text("utf-8")
    readme = (EXAMPLES / "fieldbook/README.md").read_text("utf-8")
    assert "412 nests" in notebook
    assert "412" in readme
    assert "421" in readme


@pytest.mark.parametrize(
    ("suffix", "change", "complaint"),
    [
        pytest.param(".md", {"start": 0}, "is not as long as its quote", id="a shifted span"),
        pytest.param(".pdf", {"page": 99}, "page 99 of", id="a page beyond the last"),
        pytest.param(".jpg", {"box": [0.2, 0.2, 0.2, 0.4]}, "is empty", id="a box without width"),
        pytest.param(".png", {"box": [0.2, 0.2, 1.2, 0.4]}, "leaves the page", id="a box outside"),
        pytest.param(".mp3", {"end_s": 9e3}, " s of ", id="a time after the end"),
        pytest.param(".csv", {"range": "A1"}, "do not hold", id="another cell"),
        pytest.param(".wav", {"kind": "text"}, "is located by time", id="a wrong kind"),
    ],
)
def test_a_wrong_place_is_noticed(records, suffix, change, complaint):
    record = next(r for r in records if r["answerable"] and r["asset"].endswith(suffix))
    broken = record | {"locator": record["locator"] | change}
    assert complaint in "; ".join(check.question_problems(broken, check.HERE))


def test_an_answer_that_its_quote_does_not_hold_is_noticed(records):
    record = next(r for r in records if r["answerable"])
    broken = record | {"answer": "forty-two", "aliases": []}
    assert "no accepted answer" in "; ".join(check.question_problems(broken, check.HERE))


def test_a_missing_file_and_a_bar_not_met_are_noticed(tmp_path, records, name):
    """A folder that holds the questions and no files fails for each of them."""
    for one in check.SETS:
        shutil.copy(check.HERE / one, tmp_path)
    found = check.problems(tmp_path)
    asked = [r for r in records if r["answerable"]]
    assert sum(line.startswith(name) and "does not exist" in line for line in found) >= len(asked)
    assert "0 files, fewer than 24" in found


def test_questions_are_plain_json_lines(records, name):
    """One object a line, readable without the package."""
    lines = (check.HERE / name).read_text("utf-8").splitlines()
    assert [json.loads(line)["id"] for line in lines] == [record["id"] for record in records]
