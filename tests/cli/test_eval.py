"""`pincite eval` on the command line: figures, exit codes, comparisons."""

import json

import pytest

from tests.evaluate import small


@pytest.fixture
def notes(folder, monkeypatch):
    monkeypatch.setenv("PINCITE_ENCODER", "none")
    return small.beir(folder.parent / "notes")


def test_figures_are_printed_and_the_run_is_kept_below_runs(notes, pincite):
    code, out, err = pincite("eval", notes, "--measure", "R@1,nDCG@10", "--quiet")
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[0].split() == ["measure", "value", "95", "%", "interval", "items"]
    assert lines[1].split()[:2] == ["R@1", "1.0000"]
    assert lines[-1] == "the run and its report are in runs/eval/notes-retrieval"
    assert {"run.json", "items.jsonl", "report.html"} <= {
        p.name for p in (notes.parent / "runs" / "eval" / "notes-retrieval").iterdir()
    }


def test_the_machine_form_is_one_object_with_all_figures(notes, pincite):
    code, out, _ = pincite("eval", notes, "--json", "--out", "here", "--limit", "2", "--seed", "5")
    found = json.loads(out)
    assert (code, found["path"], found["task"]) == (0, "here", "retrieval")
    assert found["measures"]["R@1"]["value"] == 1.0
    assert found["dataset"]["items"] == 2
    assert found["options"]["seed"] == 5
    assert (
        json.loads((notes.parent / "here" / "run.json").read_text())["measures"]
        == (found["measures"])
    )


def test_a_second_run_is_kept_beside_the_first_and_compared_by_name(notes, pincite):
    assert pincite("eval", notes, "--measure", "R@1")[0] == 0
    code, out, _ = pincite("eval", notes, "--measure", "R@1", "--compare", "notes-retrieval")
    assert code == 0
    assert "against notes-retrieval, 3 items in pairs:" in out
    assert out.splitlines()[-1].split()[:4] == ["R@1", "1.0000", "1.0000", "+0.0000"]
    assert (notes.parent / "runs" / "eval" / "notes-retrieval-2" / "run.json").is_file()


def test_a_comparison_measures_what_the_earlier_run_did(notes, pincite):
    pincite("eval", notes, "--measure", "P@3", "--out", "first")
    _, out, _ = pincite("eval", notes, "--compare", "first", "--json")
    assert [d["measure"] for d in json.loads(out)["differences"]] == ["P@3"]


def test_a_run_over_other_data_cannot_be_compared(notes, pincite):
    pincite("eval", notes, "--out", "first")
    code, _, err = pincite("eval", notes, "--limit", "2", "--compare", "first")
    assert code == 2
    assert "was measured on other data" in err


@pytest.mark.parametrize(
    ("bounds", "code", "says"),
    [
        ("R@1=1.0", 0, ""),
        ("nDCG@10=0.5,R@1=1.01", 3, "R@1 is 1.0000, below 1.01"),
        ("Latency@50=0.0001", 3, "Latency@50 is"),
    ],
)
def test_a_figure_below_its_bound_ends_with_a_code_of_its_own(notes, pincite, bounds, code, says):
    found, _, err = pincite("eval", notes, "--fail-under", bounds, "--quiet")
    assert found == code
    assert says in err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "name what to measure on: pincite eval DATASET"),
        (["nowhere"], "there is no dataset 'nowhere'"),
        (["notes", "--task", "qa"], "has nothing for task 'qa'; it serves: retrieval"),
        (["notes", "--measure", "nGCD@10"], "no measure named 'nGCD'"),
        (["notes", "--fail-under", "R@1"], "--fail-under takes MEASURE=NUMBER"),
        (["notes", "--compare", "yesterday"], "there is no run 'yesterday'"),
        (["notes", "--limit", "0"], "--limit must be at least 1, got 0"),
        (["notes", "-k", "0"], "k must be at least 1, got 0"),
        (["rate", "yesterday"], "there is no run 'yesterday'"),
    ],
)
def test_wrong_use_is_a_sentence_and_nothing_is_run(notes, pincite, arguments, says):
    code, out, err = pincite("eval", *arguments)
    assert (code, out) == (2, "")
    assert says in err
    assert not (notes.parent / "runs").exists()


def test_what_was_rated_is_summed_up_without_a_server(notes, pincite):
    pincite("eval", notes, "--out", "first")
    code, out, _ = pincite("eval", "rate", "first", "--summary")
    assert (code, out) == (0, "0 ratings by nobody\n")
    values = {"rater": "Ada", "item": "q1", "grades": [4], "better": -1, "systems": ["first"]}
    (notes.parent / "first" / "ratings.jsonl").write_text(json.dumps(values) + "\n")
    code, out, _ = pincite("eval", "rate", "first", "--summary")
    assert out.splitlines()[:2] == ["1 ratings by Ada", "first: mean grade 4.00"]


def test_a_dataset_called_as_a_command_is_named_by_its_path(notes, pincite):
    notes.rename(notes.parent / "rate")
    code, out, _ = pincite("eval", "./rate", "--measure", "R@1", "--json")
    assert (code, json.loads(out)["dataset"]["name"]) == (0, "rate")
