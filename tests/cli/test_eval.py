"""`pincite eval` on the command line: figures, exit codes, comparisons."""

import json
import re

import pytest

from pincite.encode import encoders
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


# -- a folder of several sets ----------------------------------------------------------------


@pytest.fixture
def sets(notes):
    """Two languages of questions, and a text in two languages that nothing here can translate."""
    folder = notes.parent / "sets"
    far = {"station": [("q1", "How far is the station from the pass?", "42 km")]}
    bars = {"pump": [("q1", "At how many bar does the pump run?", "3 bar")]}
    for name, asked in (("far", far), ("bars", bars)):
        small.squad(folder, asked)
        (folder / "qa.json").rename(folder / f"{name}.json")
    (folder / "test.en").write_text("A dog.\n")
    (folder / "test.de").write_text("Ein Hund.\n")
    return folder


def test_each_set_of_a_folder_is_run_and_what_cannot_be_is_said_once(sets, pincite):
    code, out, err = pincite("eval", sets, "--measure", "R@1", "--quiet")
    assert code == 0
    [reason] = err.splitlines()
    assert reason.startswith(f"not run: {sets}:test.de-en, {sets}:test.en-de: there is no default")
    assert "--generator" in reason
    kept = sets.parent / "runs" / "eval" / "sets"
    assert sorted(p.name for p in kept.iterdir()) == ["bars-retrieval", "far-retrieval"]
    assert (kept / "far-retrieval" / "report.html").is_file()
    rows = [line.split() for line in out.splitlines()[-3:]]
    assert rows[0] == ["set", "task", "measure", "value", "95", "%", "interval", "items"]
    assert [row[:4] for row in rows[1:]] == [
        [f"{sets}:{name}", "retrieval", "R@1", "1.0000"] for name in ("bars", "far")
    ]


def test_the_machine_form_of_several_sets_is_an_object_a_line(sets, pincite):
    code, out, _ = pincite("eval", sets, "--measure", "R@1", "--json", "--quiet")
    rows = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert [row["set"].rpartition(":")[2] for row in rows] == [
        "bars",
        "far",
        "test.de-en",
        "test.en-de",
    ]
    assert [row["measures"]["R@1"]["value"] for row in rows[:2]] == [1.0, 1.0]
    assert all("--generator" in row["not_run"] for row in rows[2:])


def test_each_set_must_reach_the_bound(sets, pincite):
    asked = json.loads((sets / "far.json").read_text())
    for paragraph in asked["data"][0]["paragraphs"]:
        for question in paragraph["qas"]:
            question["question"] = "At how many bar does the valve close?"
    (sets / "far.json").write_text(json.dumps(asked))
    code, _, err = pincite("eval", sets, "--fail-under", "R@1=1", "--quiet")
    assert code == 3
    assert err.splitlines()[0] == f"{sets}:far: R@1 is 0.0000, below 1"
    assert "bars: R@1" not in err


def test_where_no_set_can_be_run_that_is_wrong_use_and_says_why(sets, pincite):
    code, out, err = pincite("eval", sets, "--task", "translation")
    assert (code, out) == (2, "")
    assert "has nothing for task 'translation'" in err
    assert "there is no default generator for translation" in err


def test_a_later_run_of_all_sets_is_compared_set_by_set(sets, pincite):
    pincite("eval", sets, "--measure", "R@1")
    code, out, _ = pincite("eval", sets, "--measure", "R@1", "--compare", "sets")
    assert code == 0
    assert out.count("1 items in pairs:") == 2
    assert "against far-retrieval" in out
    assert (sets.parent / "runs" / "eval" / "sets-2" / "far-retrieval").is_dir()


def test_a_knowledge_base_is_for_one_set(sets, pincite):
    code, _, err = pincite("eval", sets, "--kb", "mine")
    assert code == 2
    assert f"the knowledge base of --kb is for one; name one: {sets}:bars" in err


# -- ways of merging -------------------------------------------------------------------------


@pytest.fixture
def misled(notes, monkeypatch):
    """The notes, and an encoder that likes least what fits best."""
    plugins = encoders._plugins | {"contrary": small.CONTRARY}
    monkeypatch.setitem(vars(encoders), "_plugins", plugins)
    monkeypatch.setenv("PINCITE_ENCODER", "contrary")
    monkeypatch.setenv("PINCITE_ENCODERS", "none")
    return notes


def test_a_fusion_is_learned_printed_and_used_by_name(misled, pincite):
    code, out, err = pincite(
        "eval", misled, "--learn-fusion", "f.json", "--measure", "RR", "--quiet"
    )
    assert (code, err) == (0, "")
    assert "against calibrated, 3 items in pairs:" in out
    assert "against rrf, 3 items in pairs:" in out
    assert out.splitlines()[-1] == "use it with --fusion learned:f.json, or the setting fusion"
    weights = json.loads((misled.parent / "f.json").read_text())["weights"]
    told = re.escape(f"{weights['dense']:+.4f}")
    assert re.search(f"^dense +{told}$", out, re.MULTILINE)
    code, out, _ = pincite("eval", misled, "--fusion", "learned:f.json", "--json")
    run = json.loads(out)
    assert (code, run["settings"]["fusion"]) == (0, "learned:f.json")
    assert run["measures"]["R@1"]["value"] == 1.0


def test_what_is_learned_has_a_machine_form(misled, pincite):
    code, out, _ = pincite("eval", misled, "--learn-fusion", "f.json", "--json")
    found = json.loads(out)
    assert (code, found["queries"], found["reachable"], found["path"]) == (0, 3, 3, "f.json")
    assert set(found["differences"]) == {"calibrated", "rrf"}
    assert found["weights"] == json.loads((misled.parent / "f.json").read_text())["weights"]


def test_only_the_channels_that_were_named_are_asked(misled, pincite):
    def channels(*arguments):
        out = pincite("eval", misled, "--measure", "R@1", "--json", *arguments)[1]
        return json.loads(out)["channels"]["text → any"]

    assert channels() == ["dense", "lexical"]
    assert channels("--channels", "lexical") == ["lexical"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--fusion", "rff"], "Did you mean 'rrf'?"),
        (["--reranker", "cross-encoder:nowhere"], "nowhere"),
        (["--learn-fusion", "f.json", "--compare", "x"], "leave out --compare"),
        (["--learn-fusion", "f.json", "--fusion", "rrf"], "leave out --fusion"),
        (["--learn-fusion", "f.json", "--task", "qa"], "from --task retrieval, got 'qa'"),
        (["--learn-fusion", "no/f.json"], "there is no directory"),
    ],
)
def test_wrong_ways_of_merging_are_wrong_use(notes, pincite, arguments, says):
    code, out, err = pincite("eval", notes, *arguments)
    assert (code, out) == (2, "")
    assert says in err
    assert not (notes.parent / "f.json").exists()
