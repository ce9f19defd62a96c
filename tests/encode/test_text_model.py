"""BERT, RoBERTa, T5, GPT and their kin as text encoders, by torch and by ONNX Runtime."""

import json
import shutil

import numpy as np
import pytest
import torch
from transformers import AutoModel, AutoModelForTextEncoding, AutoTokenizer, BartConfig, BartModel

from pincite.config import load_config
from pincite.encode import encoders
from pincite.encode.pooling import POOLINGS, token_weights
from pincite.encode.text_model import TextModelEncoder, window_of
from pincite.errors import ModelMismatch, NotFound, UsageError
from pincite.testing import EncoderContract
from tests.encode import tiny_models

TEXTS = (*EncoderContract.texts, "a", "fox jumps over it " * 3)
PLUGINS = {
    "bert": "transformers",
    "roberta": "transformers",
    "t5": "t5",
    "gpt2": "gpt",
    "qwen2": "gpt",
}


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """A directory of each model, with its exported graph."""
    made = tmp_path_factory.mktemp("models")
    saved = {name: save(made / name) for name, save in tiny_models.TEXT_MODELS.items()}
    for name in ("bert", "t5", "roberta"):
        tiny_models.export_text(saved[name])
    return saved


def make(folder, name, pooling=None, **settings):
    config = load_config(settings, environ={}, folder=folder)
    more = {"pooling": pooling} if pooling else {}
    return encoders.create(PLUGINS[name], config=config, directory=str(folder), **more)


class Contract(EncoderContract):
    model, settings = "", {}

    @pytest.fixture(autouse=True)
    def _saved(self, folders):
        self.folder = folders[self.model]

    def encoder(self):
        return make(self.folder, self.model, **self.settings)


class TestBert(Contract):
    model = "bert"


class TestBertOnnx(Contract):
    model, settings = "bert", {"backend": "onnx"}


class TestRoberta(Contract):
    model = "roberta"


class TestT5(Contract):
    model = "t5"


class TestGpt2(Contract):
    model = "gpt2"


class TestQwen2(Contract):
    model = "qwen2"


def states_of(folder, name, text):
    """The states of one text alone, with no padding: (s, d)."""
    found = AutoModelForTextEncoding if name == "t5" else AutoModel
    tokenizer = AutoTokenizer.from_pretrained(folder)
    window = 24 if name == "t5" else 39 if name == "roberta" else 40
    inputs = tokenizer([text], truncation=True, max_length=window, return_tensors="pt")
    inputs.pop("token_type_ids", None)
    with torch.no_grad():
        return found.from_pretrained(folder)(**inputs).last_hidden_state[0].numpy()


def pooled_by_hand(states, how):
    places = np.arange(1, len(states) + 1)[:, None]
    rows = {
        "mean": states.mean(axis=0),
        "cls": states[0],
        "lasttoken": states[-1],
        "weightedmean": (states * places).sum(axis=0) / places.sum(),
    }
    return rows[how] / np.linalg.norm(rows[how])


@pytest.mark.parametrize("name", PLUGINS)
def test_a_text_in_a_batch_has_the_pooled_states_it_has_alone_in_transformers(folders, name):
    how = "lasttoken" if PLUGINS[name] == "gpt" else "mean"
    encoder = make(folders[name], name)
    assert encoder.pooling == how
    alone = [pooled_by_hand(states_of(folders[name], name, text), how) for text in TEXTS]
    np.testing.assert_allclose(encoder.encode(TEXTS), np.stack(alone), atol=1e-5)


@pytest.mark.parametrize("how", POOLINGS)
@pytest.mark.parametrize("name", ["bert", "gpt2"])
def test_each_pooling_is_that_of_its_definition(folders, name, how):
    alone = [pooled_by_hand(states_of(folders[name], name, text), how) for text in TEXTS]
    found = make(folders[name], name, pooling=how).encode(TEXTS)
    np.testing.assert_allclose(found, np.stack(alone), atol=1e-5)


@pytest.mark.parametrize("name", ["bert", "t5", "roberta"])
def test_an_exported_graph_gives_the_vectors_of_torch(folders, name):
    onnx = make(folders[name], name, backend="onnx")
    expected = make(folders[name], name).encode(TEXTS)
    assert onnx.backend == "onnx"
    np.testing.assert_allclose(onnx.encode(TEXTS), expected, atol=1e-4)


def test_the_side_on_which_a_tokenizer_pads_changes_nothing(folders, tmp_path):
    right = tiny_models.gpt2(tmp_path / "right", side="right")
    expected = make(folders["gpt2"], "gpt2").encode(TEXTS)
    np.testing.assert_allclose(make(right, "gpt2").encode(TEXTS), expected, atol=1e-6)


@pytest.mark.parametrize("how", POOLINGS)
def test_weights_pass_over_padding_on_either_side(how):
    mask = np.array([[1, 1, 1, 0, 0], [0, 0, 1, 1, 1], [1, 1, 1, 1, 1]])
    right, left, full = token_weights(mask, how)
    assert right[:3].tolist() == left[2:].tolist()
    assert [row.sum() for row in (right, left, full)] == pytest.approx([1, 1, 1])
    assert not right[3:].any()


@pytest.mark.parametrize(
    ("said", "how"),
    [
        ({"pooling_mode_cls_token": True, "pooling_mode_mean_tokens": False}, "cls"),
        ({"pooling_mode": "lasttoken", "embedding_dimension": 16}, "lasttoken"),
    ],
)
def test_the_pooling_that_the_directory_says_is_used(folders, tmp_path, said, how):
    folder = shutil.copytree(folders["bert"], tmp_path / "model")
    (folder / "1_Pooling").mkdir()
    (folder / "1_Pooling" / "config.json").write_text(json.dumps(said))
    expected = make(folders["bert"], "bert", pooling=how).encode(TEXTS)
    made = make(folder, "bert")
    np.testing.assert_allclose(made.encode(TEXTS), expected, atol=1e-6)
    assert made.space != make(folders["bert"], "bert").space


def test_another_pooling_is_another_space(folders):
    spaces = {make(folders["bert"], "bert", pooling=how).space for how in POOLINGS}
    assert len(spaces) == len(POOLINGS)


def test_a_pooling_that_is_not_known_is_named(folders, tmp_path):
    with pytest.raises(UsageError, match="pooling is one of mean, cls"):
        make(folders["bert"], "bert", pooling="best")
    (tmp_path / "1_Pooling").mkdir()
    said = {"pooling_mode": ["mean", "max"]}
    (tmp_path / "1_Pooling" / "config.json").write_text(json.dumps(said))
    (tmp_path / "config.json").write_text('{"model_type": "bert"}')
    with pytest.raises(UsageError, match="pooled by mean and max"):
        TextModelEncoder(tmp_path)


def test_roberta_reads_two_tokens_fewer_than_it_has_places():
    assert window_of({"max_position_embeddings": 514, "pad_token_id": 1}, "roberta") == 512
    assert window_of({"n_positions": 1024}, "gpt2") == 1024
    assert window_of({"max_position_embeddings": 131_072}, "qwen2") == 8_192
    assert window_of({"n_positions": 512}, "t5") == 512
    assert window_of({}, "bert") == 512


@pytest.mark.parametrize(
    ("name", "other", "told"),
    [
        ("t5", "bert", "'t5' loads models of type mt5, t5, umt5, but .* 'bert'"),
        ("gpt2", "bert", "'gpt' loads models of type .*gpt2.*, but .* 'bert'"),
    ],
)
def test_a_model_of_another_kind_is_refused(folders, name, other, told):
    with pytest.raises(UsageError, match=told):
        make(folders[other], name)


def test_a_model_that_reads_no_text_names_its_encoder(tmp_path):
    folder = tiny_models.clip(tmp_path / "clip")
    with pytest.raises(UsageError, match=r"type 'clip'; use clip:.*clip"):
        TextModelEncoder(folder)


def test_a_model_with_a_decoder_is_refused(tmp_path):
    config = BartConfig(
        vocab_size=44,
        d_model=16,
        encoder_layers=1,
        decoder_layers=1,
        encoder_attention_heads=2,
        decoder_attention_heads=2,
        encoder_ffn_dim=16,
        decoder_ffn_dim=16,
        max_position_embeddings=24,
    )
    tiny_models.save(tmp_path, BartModel(config), tiny_models.letter_tokenizer())
    with pytest.raises(UsageError, match="has a decoder"):
        TextModelEncoder(tmp_path).encode(["a"])


def test_no_model_is_told(tmp_path):
    with pytest.raises(NotFound, match=r"no config\.json"):
        TextModelEncoder(tmp_path)
    with pytest.raises(NotFound, match="no such directory"):
        TextModelEncoder(tmp_path / "nothing")


def test_a_graph_of_something_else_is_told(folders, tmp_path):
    folder = shutil.copytree(folders["bert"], tmp_path / "model")
    graph = tiny_models.clip(tmp_path / "clip")
    tiny_models.export_image_text(graph, "clip")
    shutil.copy(graph / "onnx" / "text_model.onnx", folder / "onnx" / "model.onnx")
    encoder = TextModelEncoder(folder, config=load_config({"backend": "onnx"}))
    with pytest.raises(ModelMismatch, match=r"gives text_embeds; .* output last_hidden_state"):
        encoder.encode(["a"])


def test_a_long_text_takes_few_others_with_it(folders, monkeypatch):
    """What a batch holds with its padding is bounded, whatever its number of texts."""
    monkeypatch.setattr("pincite.encode.text_model.TOKENS_A_BATCH", 120)
    encoder = make(folders["bert"], "bert")
    sizes = []
    encoded = encoder._encoded
    encoder._encoded = lambda rows: sizes.append((len(rows), len(rows[0]))) or encoded(rows)
    encoder.encode(["a " * 38] * 4 + ["b"] * 50)
    assert sizes[1:] == [(3, 40), (3, 40), (32, 3), (16, 3)]
