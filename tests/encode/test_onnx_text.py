"""The text encoder, on a tiny BERT of random weights; torch is the peer where it is installed."""

import numpy as np
import pytest

from pincite.encode import default_encoder
from pincite.encode.catalog import find
from pincite.encode.onnx_text import OnnxTextEncoder
from pincite.errors import MissingModel, ModelMismatch, UnknownPlugin, UsageError
from tests.encode import tiny

TEXTS = ["how far is the river", "", "pump pressure", "the red fox jumps over a valve " * 9, "狐"]


@pytest.fixture(scope="module", params=["fp32", "int8"])
def encoder(request, tmp_path_factory):
    config = tiny.install(tmp_path_factory.mktemp("cache"), precision=request.param)
    return OnnxTextEncoder(config, tiny.entry(tiny.files()))


def test_vectors_are_of_unit_length(encoder):
    """Scores are cosines only because this holds; an empty text is no exception."""
    norms = np.linalg.norm(encoder.encode(TEXTS), axis=1)
    np.testing.assert_allclose(norms, 1, atol=1e-5)


def test_a_text_has_one_vector_however_it_is_batched(encoder):
    """To the last bit, in eight-bit arithmetic too: no padding, no scale shared with neighbours."""
    together = encoder.encode(TEXTS)
    for i, text in enumerate(TEXTS):
        np.testing.assert_array_equal(encoder.encode([text])[0], together[i])
    np.testing.assert_array_equal(encoder.encode(TEXTS[::-1])[::-1], together)


def test_more_texts_than_a_slice_keep_their_order(encoder):
    texts = [f"{word} {other}" for word in tiny.WORDS for other in tiny.WORDS] * 3
    vectors = encoder.encode(texts)
    assert len(vectors) == len(texts) == 768
    np.testing.assert_array_equal(vectors[700], encoder.encode([texts[700]])[0])


def test_an_empty_batch_keeps_its_width(encoder):
    assert encoder.encode([]).shape == (0, tiny.WIDTH)
    assert encoder.encode([]).dtype == np.float32


def test_one_string_is_not_taken_for_a_list_of_letters(encoder):
    with pytest.raises(UsageError, match=r"got one string; pass \[text\]"):
        encoder.encode("pump")


def test_texts_are_read_to_the_window_and_not_as_the_file_says(encoder):
    """The published tokenizer file asks for padding and an earlier cut; neither is wanted."""
    same, longer = " ".join(["pump"] * (tiny.WINDOW - 2)), " ".join(["pump"] * 500)
    shorter = " ".join(["pump"] * (tiny.WINDOW - 3))
    a, b, c = encoder.encode([same, longer, shorter])
    np.testing.assert_array_equal(a, b)
    assert not np.array_equal(a, c)


def test_lone_surrogates_do_not_stop_a_batch(encoder):
    """They come from file names that are no Unicode."""
    np.testing.assert_array_equal(*encoder.encode(["pump \ud800", "pump ?"]))


def test_precisions_have_spaces_of_their_own_and_nearly_agree(tmp_path):
    by_precision = {
        precision: OnnxTextEncoder(
            tiny.install(tmp_path, precision=precision), tiny.entry(tiny.files())
        )
        for precision in ("fp32", "int8")
    }
    assert {p: e.space for p, e in by_precision.items()} == {"fp32": "tiny", "int8": "tiny-int8"}
    full, rounded = (e.encode(TEXTS) for e in by_precision.values())
    assert not np.array_equal(full, rounded)
    assert (full * rounded).sum(axis=1).min() > 0.98


@pytest.mark.parametrize("pooling", ["mean", "first"])
def test_vectors_equal_those_of_the_reference_implementation(tmp_path, pooling):
    torch = pytest.importorskip("torch", reason="torch is not installed: no peer to compare with")
    transformers = pytest.importorskip("transformers", reason="transformers is not installed")
    contents = tiny.files()
    encoder = OnnxTextEncoder(
        tiny.install(tmp_path, precision="fp32"), tiny.entry(contents, pooling=pooling)
    )
    shape = transformers.BertConfig(
        vocab_size=len(tiny.SPECIAL + tiny.WORDS),
        hidden_size=tiny.WIDTH,
        num_hidden_layers=tiny.LAYERS,
        num_attention_heads=tiny.HEADS,
        intermediate_size=tiny.INNER,
        max_position_embeddings=tiny.WINDOW,
        layer_norm_eps=1e-12,
    )
    peer = transformers.BertModel(shape, add_pooling_layer=False).eval()
    weights = {name: torch.from_numpy(value) for name, value in tiny.tensors().items()}
    peer.load_state_dict(weights, strict=True)
    for text, vector in zip(TEXTS, encoder.encode(TEXTS), strict=True):
        [pieces] = encoder._pieces([text])
        with torch.no_grad():
            states = peer(torch.tensor([pieces])).last_hidden_state[0]
        pooled = states.mean(0) if pooling == "mean" else states[0]
        expected = torch.nn.functional.normalize(pooled, dim=0).numpy()
        np.testing.assert_allclose(vector, expected, atol=2e-6)


# -- which encoder is in force -----------------------------------------------------------------


def test_without_a_pulled_model_auto_is_words_alone(tmp_path):
    config = tiny.load_config({"cache_dir": str(tmp_path)}, environ={}, folder=tmp_path)
    assert default_encoder(config) is None


def test_none_is_none(tmp_path):
    assert default_encoder(tiny.install(tmp_path, encoder="none")) is None


@pytest.mark.parametrize("name", ["minilm", "text"])
def test_a_named_model_that_was_not_pulled_says_how_to_pull_it(tmp_path, name):
    with pytest.raises(MissingModel, match=r"not on this machine.*pincite models pull minilm"):
        default_encoder(tiny.install(tmp_path, encoder=name))


def test_an_unknown_encoder_is_refused_with_a_guess(tmp_path):
    with pytest.raises(UnknownPlugin, match="Did you mean 'minilm'"):
        default_encoder(tiny.install(tmp_path, encoder="minlm"))


def test_an_interrupted_pull_is_no_model(tmp_path):
    """The receipt is written last; files without it are not trusted."""
    contents = tiny.files()
    config = tiny.install(tmp_path)
    (tmp_path / "models" / "tiny" / "pulled.json").unlink()
    with pytest.raises(MissingModel):
        OnnxTextEncoder(config, tiny.entry(contents))


# -- the graph beside the weights --------------------------------------------------------------


def test_a_damaged_graph_is_built_again(tmp_path):
    """A flipped byte of it would change vectors silently."""
    config, model = tiny.install(tmp_path), tiny.entry(tiny.files())
    expected = OnnxTextEncoder(config, model).encode(TEXTS)
    [graph] = (tmp_path / "models" / "tiny").glob("*.onnx")
    data = bytearray(graph.read_bytes())
    data[len(data) // 2] ^= 0xFF
    graph.write_bytes(data)
    np.testing.assert_array_equal(OnnxTextEncoder(config, model).encode(TEXTS), expected)
    assert graph.read_bytes() != bytes(data)


def test_a_graph_of_an_older_converter_is_replaced(tmp_path):
    config, model = tiny.install(tmp_path), tiny.entry(tiny.files())
    older = tmp_path / "models" / "tiny" / "int8-0-0123456789abcdef.onnx"
    older.write_bytes(b"of an older version")
    OnnxTextEncoder(config, model).encode(["a"])
    assert not older.exists()
    assert len(list((tmp_path / "models" / "tiny").glob("*.onnx"))) == 1


def test_weights_that_changed_since_the_pull_are_refused(tmp_path):
    contents = tiny.files()
    config = tiny.install(
        tmp_path,
        {**contents, "model.safetensors": tiny.files(tiny.tensors(1))["model.safetensors"]},
    )
    with pytest.raises(ModelMismatch, match=r"has changed since it was pulled.*models pull tiny"):
        OnnxTextEncoder(config, tiny.entry(contents)).encode(["a"])


def test_the_catalogue_says_what_a_model_reads():
    """English words of the model are noise to it in Chinese; search relies on this."""
    assert find("text").languages == {"en"}
