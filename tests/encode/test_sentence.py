"""Models of Sentence Transformers: what the library gives is what is stored."""

import json
import shutil
import subprocess
import sys

import numpy as np
import pytest
from safetensors.torch import load_file, save_file
from sentence_transformers import SentenceTransformer

from pincite.config import load_config
from pincite.encode.making import make_encoder
from pincite.encode.sentence import SentenceEncoder
from pincite.errors import ModelMismatch, NotFound, UsageError
from pincite.testing import EncoderContract
from tests.encode import tiny_models

TEXTS = (*EncoderContract.texts, "a", "fox jumps over it " * 3)
PROMPTS = {"query": "query: ", "passage": "passage: "}


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    made = tmp_path_factory.mktemp("models")
    saved = {
        "plain": tiny_models.sentence(made / "plain", dense=False),
        "prompts": tiny_models.sentence(made / "prompts", pooling="cls", prompts=PROMPTS),
        "last": tiny_models.sentence(made / "last", pooling="lasttoken"),
    }
    for folder in saved.values():
        tiny_models.export_text(folder)
    return saved


def make(folder, **settings):
    return SentenceEncoder(folder, config=load_config(settings, environ={}, folder=folder))


class TestSentence(EncoderContract):
    backend = "torch"

    @pytest.fixture(autouse=True)
    def _saved(self, folders):
        self.folder = folders["prompts"]

    def encoder(self):
        return make(self.folder, backend=self.backend)


class TestSentenceOnnx(TestSentence):
    backend = "onnx"


@pytest.mark.parametrize("name", ["plain", "prompts", "last"])
@pytest.mark.parametrize("backend", ["torch", "onnx"])
def test_vectors_are_those_of_the_library(folders, name, backend):
    theirs = SentenceTransformer(str(folders[name]), device="cpu", local_files_only=True)
    encoder = make(folders[name], backend=backend)
    assert encoder.backend == backend
    atol = 1e-5 if backend == "torch" else 1e-4
    np.testing.assert_allclose(
        encoder.encode(TEXTS, role="query"), theirs.encode_query(list(TEXTS)), atol=atol
    )
    prompt = encoder.prompts["document"]
    np.testing.assert_allclose(
        encoder.encode(TEXTS), theirs.encode([prompt + text for text in TEXTS]), atol=atol
    )


def test_questions_and_passages_are_read_behind_their_own_prompts(folders):
    encoder = make(folders["prompts"])
    assert encoder.prompts == {"query": "query: ", "document": "passage: "}
    one, other = encoder.encode(["a"], role="query"), encoder.encode(["a"])
    assert float(np.abs(one - other).max()) > 0.01
    plain = make(folders["plain"])
    assert plain.prompts == {"query": "", "document": ""}


def test_it_runs_without_torch_where_it_was_exported(folders):
    code = """
import sys
for name in ("torch", "transformers", "sentence_transformers"):
    sys.modules[name] = None
from pincite.config import load_config
from pincite.encode.making import make_encoder
encoder = make_encoder(sys.argv[1], load_config())
print(encoder.backend, encoder.encode(["a pump"], role="query").shape)
"""
    command = [sys.executable, "-c", code, str(folders["prompts"])]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.stdout == "onnx (1, 8)\n", done.stderr


def test_weights_prompts_and_layers_are_in_the_name_of_the_space(folders, tmp_path):
    first = make(folders["prompts"]).space
    assert make(shutil.copytree(folders["prompts"], tmp_path / "copy")).space == first
    further = tiny_models.sentence(tmp_path / "further", pooling="cls", prompts=PROMPTS, seed=1)
    assert make(further).space != first
    said = tmp_path / "copy" / "config_sentence_transformers.json"
    said.write_text(said.read_text().replace("passage: ", "text: "))
    assert make(tmp_path / "copy").space != first


def test_a_directory_alone_is_known_by_its_modules(folders):
    made = make_encoder(str(folders["plain"]), load_config())
    assert made.name == f"sentence-transformers:{folders['plain']}"


def test_a_plain_model_of_transformers_is_sent_to_its_encoder(tmp_path):
    folder = tiny_models.bert(tmp_path / "bert")
    with pytest.raises(NotFound, match=r"no modules\.json.*use transformers:"):
        SentenceEncoder(folder)


def test_code_of_a_model_is_never_run(folders, tmp_path):
    folder = shutil.copytree(folders["plain"], tmp_path / "model")
    modules = json.loads((folder / "modules.json").read_text())
    modules[1]["type"] = "strange.Pooling"
    (folder / "strange.py").write_text("raise SystemExit('it was run')")
    (folder / "modules.json").write_text(json.dumps(modules))
    with pytest.raises(ModelMismatch, match="no code of a model is run"):
        make(folder).encode(["a"])


def test_weights_that_are_missing_are_not_drawn_anew(folders, tmp_path):
    folder = shutil.copytree(folders["plain"], tmp_path / "model")
    weights = load_file(folder / "model.safetensors")
    del weights["encoder.layer.1.output.dense.weight"]
    save_file(weights, folder / "model.safetensors", {"format": "pt"})
    with pytest.raises(ModelMismatch, match=r"lack encoder\.layer\.1\.output\.dense\.weight"):
        make(folder).encode(["a"])


def test_damaged_files_are_told(folders, tmp_path):
    folder = shutil.copytree(folders["plain"], tmp_path / "model")
    (folder / "model.safetensors").write_bytes(b"no weights")
    with pytest.raises(ModelMismatch, match="cannot be loaded"):
        make(folder).encode(["a"])


def test_modules_that_only_torch_runs_are_named(folders, tmp_path):
    folder = shutil.copytree(folders["plain"], tmp_path / "model")
    modules = json.loads((folder / "modules.json").read_text())
    modules[1]["type"] = "sentence_transformers.sentence_transformer.modules.lstm.LSTM"
    (folder / "modules.json").write_text(json.dumps(modules))
    with pytest.raises(UsageError, match=r"has LSTM, .* set backend = torch"):
        make(folder, backend="onnx").encode(["a"])


def test_a_damaged_dense_layer_is_told(folders, tmp_path):
    folder = shutil.copytree(folders["prompts"], tmp_path / "model")
    (folder / "2_Dense" / "model.safetensors").write_bytes(b"no weights")
    with pytest.raises(ModelMismatch, match=r"dense layer .* cannot be used"):
        make(folder, backend="onnx").encode(["a"])
