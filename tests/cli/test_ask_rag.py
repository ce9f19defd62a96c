"""`pincite ask FOLDER QUESTION --generator rag-token:DIR`, from files to a cited answer."""

import json
import os
import re
from pathlib import Path

import pytest

from pincite.config import load_config
from pincite.pipeline import KnowledgeBase
from tests.generate.tiny_rag import taught

GUIDE = Path(__file__).parents[2] / "docs" / "guides" / "rag-models.md"
NOTES = {
    "station.txt": "The station lies 42 km north of the pass. It was built in 1962.",
    "pump.txt": "The pump of the station was repaired on monday.",
}
QUESTION = "How far is the station from the pass?"
SAID = "It lies 42 km north of the pass."


@pytest.fixture
def model(folder, pincite, tmp_path, monkeypatch):
    """A model taught one answer from what the search finds in the folder."""
    for name, text in NOTES.items():
        (folder / name).write_text(text)
    assert pincite("sync", folder)[0] == 0
    kb = KnowledgeBase.open(folder, config=load_config())
    evidence = kb.search(QUESTION).evidence
    assert len(evidence) == 2
    made, tokenizer = taught(((QUESTION, evidence, SAID),))
    made.save_pretrained(tmp_path / "model", tokenizer)
    return tmp_path / "model"


def test_a_trained_model_answers_from_a_folder_with_exact_citations(folder, pincite, model):
    code, out, err = pincite("ask", folder, QUESTION, "--generator", f"rag-token:{model}", "--json")
    answer = json.loads(out)
    assert (code, answer["answer"], answer["generator"]) == (0, f"{SAID} [1]", "rag-token")
    cited = answer["citations"][0]
    assert cited["quote"] == "The station lies 42 km north of the pass."
    assert cited["locator"] == {"kind": "text", "start": 0, "end": 41}
    assert cited["asset"]["title"] == "station.txt"
    assert 0.5 < cited["posterior"] <= 1.0
    assert "it/s" not in err
    assert cited["quote"] in pincite("show", cited["id"])[1]


def test_setting_and_variable_name_it_too(folder, pincite, model, monkeypatch, tmp_path):
    monkeypatch.setenv("PINCITE_GENERATOR", f"rag-sequence:{model}")
    assert SAID in pincite("ask", folder, QUESTION)[1]
    monkeypatch.delenv("PINCITE_GENERATOR")
    (tmp_path / "pincite.toml").write_text('generator = "fid:model"\n')
    out = pincite("ask", folder, QUESTION, "--json")[1]
    assert json.loads(out)["generator"] == "fid"


def test_a_question_it_was_never_taught_is_not_answered_with_what_no_source_says(
    folder, pincite, model
):
    code, out, _ = pincite(
        "ask", folder, "When was the station built?", "--generator", f"rag-token:{model}", "--json"
    )
    answer = json.loads(out)
    assert (code == 4) == (answer["answer"] is None)
    for cited in answer["citations"]:
        assert cited["quote"] in NOTES[cited["asset"]["title"]]


@pytest.mark.parametrize(
    ("generator", "says"),
    [
        ("rag-token", "needs the directory of a model; name it behind a colon"),
        ("rag-token:nowhere", "no directory 'nowhere'; check the path"),
        ("rag-token:folder", "no model in 'folder'"),
        ("extractive:model", "takes no directory"),
        ("rag-causal:model", "write rag-token:model"),
    ],
)
def test_a_wrong_generator_says_what_to_do(folder, pincite, model, generator, says):
    code, out, err = pincite("ask", folder, QUESTION, "--generator", generator)
    assert (code, out) == (2, "")
    assert says in err.splitlines()[-1]


def test_a_damaged_model_is_a_sentence(folder, pincite, model):
    weights = model / "generator" / "model.safetensors"
    os.truncate(weights, weights.stat().st_size - 64)
    code, out, err = pincite("ask", folder, QUESTION, "--generator", f"fid:{model}")
    assert (code, out) == (2, "")
    assert "copy or save it again" in err
    assert "Traceback" not in err


def test_the_guide_runs_as_it_is_printed(folder, model, capsys):
    blocks = re.findall(r"```python\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL)
    assert len(blocks) == 2
    for block in blocks:
        exec(compile(block.replace("How far is the station?", QUESTION), GUIDE.name, "exec"), {})
    answer, decoded = capsys.readouterr().out.splitlines()[:2]
    assert answer.startswith(f"{SAID} [1] ['The station lies 42 km")
    assert decoded.startswith("It lies 42 km")
    assert (folder.parent / "copy" / "pincite_rag.json").is_file()
