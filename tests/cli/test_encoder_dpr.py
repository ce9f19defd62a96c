"""`encoder = "dpr:DIR"`: a knowledge base made and searched with one's own trained retriever."""

import json
import os

import pytest
import torch

from pincite.config import load_config
from pincite.models.dpr import DprModel
from pincite.models.dpr_text import DprTextEncoder
from pincite.pipeline import KnowledgeBase
from tests.models.retrievers import bert, letter_tokenizer

NOTES = {"station.txt": "The station lies north of the pass.", "pump.txt": "The pump is broken."}


@pytest.fixture
def model(folder, tmp_path, monkeypatch, capsys):
    """A tiny model beside a folder of notes, named by the environment."""
    for name, text in NOTES.items():
        (folder / name).write_text(text)
    made = DprModel(bert(initializer_range=0.5), bert(1, initializer_range=0.5), normalize=True)
    made.save_pretrained(tmp_path / "model", letter_tokenizer())
    monkeypatch.setenv("PINCITE_ENCODER", "dpr:model")
    capsys.readouterr()  # Transformers shows how it saves
    return tmp_path / "model"


def spaces(folder):
    found = KnowledgeBase.open(folder, config=load_config({"encoder": "none"})).info()["spaces"]
    return [space["space"] for space in found]


def test_a_folder_is_searched_by_the_vectors_of_the_model(folder, pincite, model):
    code, _, err = pincite("sync", folder)
    assert (code, "it/s" in err) == (0, False)
    encoder = DprTextEncoder(model)
    assert spaces(folder) == [encoder.space]
    code, out, err = pincite("search", "zzz", "--kb", folder, "--json", "--explain")
    assert (code, err) == (0, "")
    asked = encoder.encode(["zzz"], role="query")[0]
    dense = {hit["text"]: hit["channels"]["dense"] for hit in json.loads(out)["hits"]}
    assert dense.keys() == set(NOTES.values())  # no word in common: found by the vectors alone
    for text, cosine in dense.items():
        assert cosine == pytest.approx(float(encoder.encode([text])[0] @ asked), abs=1e-4)


def test_a_knowledge_base_made_without_it_gets_its_vectors_later(
    folder, pincite, model, monkeypatch
):
    assert pincite("sync", folder)[0] == 0
    first = DprTextEncoder(model).space
    trained = DprModel.from_pretrained(model)
    with torch.no_grad():
        next(trained.passage.parameters())[5] += 1.0
    trained.save_pretrained(model, letter_tokenizer())
    _, _, err = pincite("search", "zzz", "--kb", folder)
    assert "searching by words alone" in err
    assert "pincite kb encode" in err
    assert pincite("kb", "encode", "--kb", folder)[0] == 0
    assert spaces(folder) == sorted({first, DprTextEncoder(model).space})
    assert pincite("search", "zzz", "--kb", folder)[2] == ""


def test_the_file_of_settings_names_it_too(folder, pincite, model, monkeypatch, tmp_path):
    monkeypatch.delenv("PINCITE_ENCODER")
    (tmp_path / "pincite.toml").write_text('encoder = "dpr:~/model"\n')
    assert pincite("sync", folder)[0] == 0
    assert spaces(folder) == [DprTextEncoder(model).space]


def test_doctor_tries_it(folder, pincite, model, monkeypatch):
    out = pincite("doctor")[1]
    assert f"ok    meaning: {DprTextEncoder(model).space}, width 16, knows any language" in out
    monkeypatch.setenv("PINCITE_ENCODER", "dpr:nowhere")
    code, out, err = pincite("doctor")
    assert (code, "FAIL  meaning: NotFound" in out) == (1, True)
    assert "there is no directory 'nowhere'" in err


@pytest.mark.parametrize(
    ("encoder", "says"),
    [
        ("dpr", "encoder 'dpr' needs the directory of a model; name it behind a colon: dpr:./mo"),
        ("dpr:nowhere", "there is no directory 'nowhere'; check the path of the model"),
        ("dpr:folder", "there is no model in 'folder'"),
        ("minilm:model", "encoder 'minilm' takes no directory, got 'model'; write it without"),
        ("dpl:model", "Did you mean 'dpr'?"),
    ],
)
def test_a_wrong_encoder_says_what_to_do(folder, pincite, model, monkeypatch, encoder, says):
    monkeypatch.setenv("PINCITE_ENCODER", encoder)
    for command in (("sync", folder), ("kb", "encode", "--kb", folder)):
        code, out, err = pincite(*command)
        assert (code, out) == (2, "")
        assert says in err.splitlines()[-1]
        KnowledgeBase.open(folder, config=load_config({"encoder": "none"}))


def test_damaged_weights_are_a_sentence(folder, pincite, model):
    weights = model / "passage" / "model.safetensors"
    os.truncate(weights, weights.stat().st_size - 64)
    code, out, err = pincite("sync", folder)
    assert (code, out) == (2, "")
    assert "cannot be read" in err
    assert "copy or save it again" in err
