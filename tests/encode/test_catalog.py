"""The catalogue: what stands in it can be fetched, checked, and told apart."""

import re

import pytest

from pincite.encode import encoders
from pincite.encode.catalog import E5, MODELS, find
from pincite.encode.entry import ModelFile, TextModel
from pincite.errors import UsageError
from pincite.ingest.speech import recognisers

FILES = [(model, file) for model in MODELS.values() for file in model.files]
IDS = [f"{model.name}/{file.name}" for model, file in FILES]


@pytest.mark.parametrize(("model", "file"), FILES, ids=IDS)
def test_every_file_is_of_one_commit_and_of_known_bytes(model, file):
    """Weights of clap-htsat alone are taken on the hub's word: nobody states their digest."""
    assert re.fullmatch(r"[0-9a-f]{40}", file.revision or model.revision)
    assert file.size_bytes > 0
    unknown = (model.name, file.name) == ("clap-htsat", "model.safetensors")
    assert file.pinned is not unknown
    if file.pinned:
        assert re.fullmatch(r"[0-9a-f]{64}", file.sha256)


def test_no_two_files_of_a_model_have_one_place():
    for model in MODELS.values():
        assert len({file.name for file in model.files}) == len(model.files)


def test_the_sets_are_those_that_are_documented():
    sets = {model.aliases[0]: model.name for model in MODELS.values()}
    assert sets == {
        "text": "minilm",
        "multilingual": "e5",
        "vision": "siglip2",
        "audio": "clap-htsat",
        "speech": "whisper-small",
    }
    assert all(find(name).name == model for name, model in sets.items())


@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
def test_a_name_means_one_thing(model):
    """A model is no encoder of another name, but for the one that is converted here."""
    for name in (model.name, *model.aliases):
        assert (name in encoders) == (name == "minilm")
        assert name not in recognisers
    plugins = recognisers if model.kind == "speech" else encoders
    assert model.runs in plugins


@pytest.mark.parametrize("name", [m.name for m in MODELS.values() if m.kind != "speech"])
def test_a_model_reads_what_the_encoder_reads_that_runs_it(name):
    model = find(name)
    if model.missing:
        pytest.skip(f"the extra {model.extra} is not installed")
    assert encoders.load(model.runs).modalities == model.modalities
    assert (model.modalities == {"text"}) == (model.kind == "text")


def test_reading_text_takes_nothing_that_is_not_installed_with_the_package():
    """Words of any language are found by meaning without torch."""
    assert {m.name: m.missing for m in MODELS.values() if m.kind == "text"} == {
        "minilm": (),
        "e5": (),
    }
    assert (E5.query_prompt, E5.document_prompt) == ("query: ", "passage: "), "as its card has it"
    assert all(isinstance(m, TextModel) for m in MODELS.values() if m.kind == "text")


@pytest.mark.parametrize("name", ["../config.json", "/etc/passwd", "a/../../b", "a\\..\\b", ""])
def test_a_file_lies_inside_its_repository(name):
    with pytest.raises(UsageError, match="a path inside a repository"):
        ModelFile(name, 1)


@pytest.mark.parametrize("name", ["pytorch_model.bin", "x/model.pt", "a.pkl", "last.ckpt", "w.npy"])
def test_no_entry_can_name_a_pickle(name):
    with pytest.raises(UsageError, match="is a pickle"):
        ModelFile(name, 1, "0" * 64)
