"""CLIP, SigLIP, SigLIP 2 and Chinese-CLIP: words, pictures and footage in one space."""

import json
import shutil
import subprocess
import sys

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import AutoImageProcessor, AutoModel, AutoTokenizer

from pincite.config import load_config
from pincite.content import Footage, Picture
from pincite.encode import encoders
from pincite.encode.image_text import ImageTextEncoder
from pincite.encode.making import make_encoder
from pincite.errors import ModelMismatch, NotFound, UsageError
from pincite.testing import EncoderContract
from pincite.testing.samples import SAMPLES
from tests.encode import tiny_models

TEXTS = EncoderContract.texts
PLUGINS = {name: name for name in tiny_models.IMAGE_TEXT} | {"siglip2": "siglip"}


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """A directory of each model."""
    made = tmp_path_factory.mktemp("models")
    return {name: save(made / name) for name, save in tiny_models.IMAGE_TEXT.items()}


def make(folders, name, **settings):
    config = load_config(settings, environ={}, folder=folders[name])
    return encoders.create(PLUGINS[name], config=config, directory=str(folders[name]))


class Contract(EncoderContract):
    model = ""

    @pytest.fixture(autouse=True)
    def _saved(self, folders):
        self.folders = folders

    def encoder(self):
        return make(self.folders, self.model)


class TestClip(Contract):
    model = "clip"


class TestSiglip(Contract):
    model = "siglip"


class TestSiglip2(Contract):
    model = "siglip2"


class TestChineseClip(Contract):
    model = "chinese-clip"


def unit(rows):
    rows = rows.numpy()
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@pytest.mark.parametrize("texts", [TEXTS, ("a", "red fox")], ids=["long", "short"])
@pytest.mark.parametrize("name", PLUGINS)
def test_words_have_the_vectors_that_transformers_gives(folders, name, texts):
    """SigLIP reads the last place, so short texts are padded to the whole window."""
    model = AutoModel.from_pretrained(folders[name])
    padding = "max_length" if name.startswith("siglip") else True
    tokenizer = AutoTokenizer.from_pretrained(folders[name])
    inputs = tokenizer(list(texts), padding=padding, truncation=True, return_tensors="pt")
    with torch.no_grad():
        expected = unit(model.get_text_features(**inputs).pooler_output)
    np.testing.assert_allclose(make(folders, name).encode(texts), expected, atol=1e-5)


@pytest.mark.parametrize("name", PLUGINS)
def test_pictures_have_the_vectors_that_transformers_gives(folders, name):
    model = AutoModel.from_pretrained(folders[name])
    pixels = [picture.pixels for picture in SAMPLES["image"]]
    inputs = AutoImageProcessor.from_pretrained(folders[name])(images=pixels, return_tensors="pt")
    with torch.no_grad():
        expected = unit(model.get_image_features(**inputs).pooler_output)
    np.testing.assert_allclose(make(folders, name).encode(SAMPLES["image"]), expected, atol=1e-5)


def test_footage_is_the_unit_mean_of_the_vectors_of_its_frames(folders):
    encoder = make(folders, "clip")
    footage = SAMPLES["video"][0]
    mean = encoder.encode([Picture(frame) for frame in footage.frames]).mean(axis=0)
    [found] = encoder.encode([footage])
    np.testing.assert_allclose(found, mean / np.linalg.norm(mean), atol=1e-5)


def test_footage_of_one_frame_is_that_picture(folders):
    encoder = make(folders, "siglip")
    picture = SAMPLES["image"][0]
    footage = Footage(picture.pixels[None], np.zeros(1))
    one, other = encoder.encode([picture, footage])
    np.testing.assert_allclose(one, other, atol=1e-5)


EXPORTED = ["clip", "siglip", "chinese-clip"]


@pytest.fixture(scope="module")
def exported(folders):
    for name in EXPORTED:
        tiny_models.export_image_text(folders[name], name)
    return folders


@pytest.mark.parametrize("name", EXPORTED)
def test_exported_graphs_give_the_vectors_of_torch(exported, name):
    torch_made, onnx = make(exported, name), make(exported, name, backend="onnx")
    assert (torch_made.backend, onnx.backend) == ("torch", "onnx")
    items = [*TEXTS, *SAMPLES["image"], *SAMPLES["video"], "a"]
    np.testing.assert_allclose(onnx.encode(items), torch_made.encode(items), atol=1e-4)


class TestClipOnnx(EncoderContract):
    @pytest.fixture(autouse=True)
    def _saved(self, exported):
        self.folders = exported

    def encoder(self):
        return make(self.folders, "clip", backend="onnx")


def test_exported_graphs_run_without_torch_and_transformers(exported):
    code = """
import sys
for name in ("torch", "transformers", "sentence_transformers"):
    sys.modules[name] = None
import numpy as np
from pincite.config import load_config
from pincite.content import Picture
from pincite.encode.making import make_encoder
encoder = make_encoder(sys.argv[1], load_config())
vectors = encoder.encode(["a pump", Picture(np.zeros((9, 9, 3), np.uint8))])
print(encoder.backend, vectors.shape)
"""
    command = [sys.executable, "-c", code, str(exported["chinese-clip"])]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.stdout == "onnx (2, 12)\n", done.stderr


def test_a_model_trained_further_is_another_space_and_a_copy_is_none(folders, tmp_path):
    copied = {"clip": shutil.copytree(folders["clip"], tmp_path / "copy")}
    further = {"clip": tiny_models.clip(tmp_path / "further", seed=1)}
    spaces = [make(each, "clip").space for each in (folders, copied, further)]
    assert spaces[0] == spaces[1] != spaces[2]
    assert spaces[0].startswith("clip-")


def test_pictures_prepared_otherwise_are_another_space(folders, tmp_path):
    copied = shutil.copytree(folders["clip"], tmp_path / "copy")
    file = copied / "preprocessor_config.json"
    said = json.loads(file.read_text()) | {"image_mean": [0.5, 0.5, 0.5]}
    file.write_text(json.dumps(said))
    assert make({"clip": copied}, "clip").space != make(folders, "clip").space


def test_the_name_makes_the_same_encoder_again(folders):
    made = make(folders, "chinese-clip")
    again = make_encoder(made.name, load_config())
    assert (again.name, again.space) == (made.name, made.space)


def test_a_model_of_another_kind_is_refused_by_name(folders):
    config = load_config()
    with pytest.raises(UsageError, match=r"'clip' loads models of type clip, but .* 'siglip'"):
        ImageTextEncoder(folders["siglip"], config=config)


def test_a_missing_model_says_where_was_looked_and_how_to_fetch_it(tmp_path):
    with pytest.raises(NotFound, match=r"no such directory.*hf download openai/no-such-model"):
        ImageTextEncoder("openai/no-such-model")
    with pytest.raises(NotFound, match=r"no config\.json"):
        ImageTextEncoder(tmp_path)


def without(folder, place, *patterns):
    """A copy of a model that lacks some of its files."""
    return shutil.copytree(folder, place, ignore=shutil.ignore_patterns(*patterns))


@pytest.mark.parametrize(
    ("lacking", "told"),
    [
        (["*.safetensors", "onnx"], r"looked for \*\.safetensors or text_model\.onnx and vision"),
        (["preprocessor_config.json"], "nothing says how pictures are prepared"),
        (["tokenizer*"], "there is no tokenizer"),
    ],
)
def test_what_is_not_in_the_directory_is_named(folders, tmp_path, lacking, told):
    folder = without(folders["clip"], tmp_path / "model", *lacking)
    with pytest.raises(NotFound, match=told):
        ImageTextEncoder(folder).encode(["a"])


def test_pickled_weights_are_never_loaded(folders, tmp_path):
    folder = without(folders["clip"], tmp_path / "model", "*.safetensors", "onnx")
    torch.save({}, folder / "pytorch_model.bin")
    with pytest.raises(NotFound, match=r"pickle.* are never loaded"):
        ImageTextEncoder(folder)


@pytest.mark.parametrize("end", [0, 7, 4_000])
def test_damaged_weights_are_told(folders, tmp_path, end):
    folder = without(folders["clip"], tmp_path / "model", "onnx")
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:end])
    with pytest.raises(ModelMismatch, match=r"cannot be loaded.*only safetensors"):
        ImageTextEncoder(folder).encode(["a"])


def test_weights_of_a_part_of_the_model_are_not_filled_up_with_chance(folders, tmp_path):
    folder = without(folders["clip"], tmp_path / "model", "onnx")
    weights = load_file(folder / "model.safetensors")
    del weights["text_projection.weight"]
    save_file(weights, folder / "model.safetensors", {"format": "pt"})
    with pytest.raises(ModelMismatch, match=r"lack text_projection\.weight \(1 in all\)"):
        ImageTextEncoder(folder).encode(["a"])


@pytest.mark.parametrize("file", ["config.json", "preprocessor_config.json", "tokenizer.json"])
def test_damaged_settings_are_told(folders, tmp_path, file):
    folder = without(folders["clip"], tmp_path / "model", "onnx")
    (folder / file).write_text("{ not JSON")
    with pytest.raises(ModelMismatch, match=r"cannot be (read|loaded)"):
        ImageTextEncoder(folder).encode(["a"])


def test_a_damaged_graph_is_told(exported, tmp_path):
    folder = without(exported["clip"], tmp_path / "model")
    (folder / "onnx" / "text_model.onnx").write_bytes(b"no graph")
    encoder = ImageTextEncoder(folder, config=load_config({"backend": "onnx"}))
    with pytest.raises(ModelMismatch, match=r"text_model\.onnx' cannot be loaded"):
        encoder.encode(["a"])


def test_a_graph_without_the_projected_vectors_is_refused(exported, tmp_path):
    """The pooled state of CLIP is no vector of the shared space."""
    folder = without(exported["clip"], tmp_path / "model")
    shutil.copy(exported["siglip"] / "onnx" / "text_model.onnx", folder / "onnx")
    encoder = ImageTextEncoder(folder, config=load_config({"backend": "onnx"}))
    with pytest.raises(ModelMismatch, match=r"gives pooler_output; .* output text_embeds"):
        encoder.encode(["a"])


@pytest.mark.parametrize("device", ["cuda:99", "gpu", "meta:x"])
def test_a_device_that_is_not_here_is_named(folders, device):
    with pytest.raises(UsageError, match=r"'device' is .*Use auto, cpu, cuda"):
        make(folders, "clip", device=device).encode(["a"])


@pytest.mark.parametrize("name", ["siglip", "siglip2"])
def test_capitals_are_small_letters_to_siglip_whatever_its_tokenizer_says(tmp_path, name):
    """The published SigLIP 2 of fixed proportions has Gemma's tokenizer, which keeps capitals."""
    folder = tiny_models.IMAGE_TEXT[name](tmp_path / name)
    file = folder / "tokenizer.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | {"normalizer": None}))
    encoder = make_encoder(str(folder), load_config({}, environ={}, folder=tmp_path))
    vectors = encoder.encode(["A Red Pump", "a red pump", "a red pumq"])
    assert np.array_equal(vectors[0], vectors[1])
    assert not np.allclose(vectors[1], vectors[2])
