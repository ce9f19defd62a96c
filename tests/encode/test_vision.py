"""Tiny vision models, saved as published ones are, against plain calls of Transformers."""

import json

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")

import torch
import transformers
from PIL import Image
from transformers.models.convnext.image_processing_pil_convnext import ConvNextImageProcessorPil
from transformers.models.vit.image_processing_pil_vit import ViTImageProcessorPil

from pincite.content import Picture
from pincite.encode import encoders
from pincite.encode.vision import ResNetEncoder, VitEncoder
from pincite.encode.visual import middle
from pincite.errors import ModelMismatch, NotFound, UsageError
from pincite.testing import EncoderContract
from pincite.testing.samples import SAMPLES, dots


def save_vit(folder, pooler=True, seed=0):
    torch.manual_seed(seed)
    config = transformers.ViTConfig(
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=48,
        image_size=32,
        patch_size=8,
        initializer_range=0.3,
    )
    model = transformers.ViTModel(config, add_pooling_layer=pooler).eval()
    model.save_pretrained(folder)
    ViTImageProcessorPil(size={"height": 32, "width": 32}).save_pretrained(folder)
    return model


def save_resnet(folder):
    torch.manual_seed(0)
    config = transformers.ResNetConfig(
        embedding_size=8, hidden_sizes=[8, 24], depths=[1, 1], layer_type="basic"
    )
    model = transformers.ResNetModel(config)
    for _ in range(5):  # so that batch statistics are not those of a network never used
        model(torch.randn(8, 3, 32, 32))
    model.eval().save_pretrained(folder)
    ConvNextImageProcessorPil(size={"shortest_edge": 32}).save_pretrained(folder)
    return model


def scaled(picture, size):
    image = Image.fromarray(picture.pixels).resize((size, size), Image.Resampling.BILINEAR)
    return torch.tensor(np.asarray(image)).permute(2, 0, 1)[None] / 127.5 - 1


def unit(vectors):
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


@pytest.fixture(scope="module")
def vit(tmp_path_factory):
    folder = tmp_path_factory.mktemp("vit")
    return folder, save_vit(folder)


@pytest.fixture(scope="module")
def resnet(tmp_path_factory):
    folder = tmp_path_factory.mktemp("resnet")
    return folder, save_resnet(folder)


class TestVit(EncoderContract):
    @pytest.fixture(autouse=True)
    def saved(self, vit):
        self.folder = vit[0]

    def encoder(self):
        return encoders.create("vit", directory=self.folder)


class TestResNet(EncoderContract):
    @pytest.fixture(autouse=True)
    def saved(self, resnet):
        self.folder = resnet[0]

    def encoder(self):
        return encoders.create("resnet", directory=self.folder)


def test_a_vit_gives_its_pooled_output(vit):
    """Pixels are prepared by hand here: scaled to 32 by 32, then -1 to 1."""
    folder, model = vit
    with torch.no_grad():
        plain = [model(scaled(p, 32)).pooler_output[0].numpy() for p in SAMPLES["image"]]
    found = VitEncoder(folder).encode(SAMPLES["image"])
    np.testing.assert_allclose(found, unit(np.stack(plain)), atol=1e-5)


def test_a_vit_saved_without_a_pooler_gives_the_state_of_its_first_token(tmp_path):
    """Published classifiers have none; one made up of random numbers would mean nothing."""
    model = save_vit(tmp_path, pooler=False)
    with torch.no_grad():
        states = [model(scaled(p, 32)).last_hidden_state[0, 0] for p in SAMPLES["image"]]
    found = VitEncoder(tmp_path).encode(SAMPLES["image"])
    np.testing.assert_allclose(found, unit(torch.stack(states).numpy()), atol=1e-5)


def test_a_resnet_gives_the_mean_over_the_picture(resnet):
    folder, model = resnet
    processor = ConvNextImageProcessorPil(size={"shortest_edge": 32})
    inputs = processor(images=[p.pixels for p in SAMPLES["image"]], return_tensors="pt")
    with torch.no_grad():
        plain = model(**inputs).last_hidden_state.mean(dim=(2, 3)).numpy()
    found = ResNetEncoder(folder).encode(SAMPLES["image"])
    np.testing.assert_allclose(found, unit(plain), atol=1e-5)


def test_footage_is_the_mean_of_its_frames(vit):
    made, film = VitEncoder(vit[0]), SAMPLES["video"][2]
    mean = made.encode([Picture(frame) for frame in film.frames]).mean(axis=0)
    np.testing.assert_allclose(made.encode([film])[0], mean / np.linalg.norm(mean), atol=1e-5)


def test_a_picture_like_a_line_is_read_in_its_middle():
    """Its short side scaled to 256 pixels, the long one would have millions."""
    line = dots(1, 65_535)
    assert np.array_equal(middle(line), line[:, 32_751:32_783])
    assert middle(dots(64, 64 * 32)).shape == (64, 64 * 32, 3)


def test_a_line_has_the_vector_of_its_middle(vit):
    """Which the image processor is given in its place: the vector would else be of the whole."""
    line = dots(1, 65_535)
    found = VitEncoder(vit[0]).encode([Picture(line), Picture(line[:, 32_751:32_783])])
    np.testing.assert_allclose(found[0], found[1], atol=1e-5)


def test_the_space_is_the_model_and_not_its_place(vit, tmp_path):
    save_vit(tmp_path / "copy")
    save_vit(tmp_path / "other", seed=1)
    space = VitEncoder(vit[0]).space
    assert VitEncoder(tmp_path / "copy").space == space
    assert VitEncoder(tmp_path / "other").space != space


def test_a_directory_without_a_model_is_not_found(tmp_path):
    with pytest.raises(NotFound, match=r"no config\.json"):
        VitEncoder(tmp_path)
    with pytest.raises(NotFound, match="no such directory"):
        VitEncoder(tmp_path / "absent")


def test_a_model_of_another_kind_is_refused(resnet):
    with pytest.raises(UsageError, match=r"encoder 'vit' loads models of type .*'resnet'"):
        VitEncoder(resnet[0])


def test_a_model_without_its_image_processor_says_so(tmp_path):
    save_vit(tmp_path)
    (tmp_path / "preprocessor_config.json").write_text("[")
    with pytest.raises(ModelMismatch, match=r"image processor in .* cannot be read"):
        VitEncoder(tmp_path)
    (tmp_path / "preprocessor_config.json").unlink()
    with pytest.raises(NotFound, match=r"no preprocessor_config\.json"):
        VitEncoder(tmp_path)


def test_damaged_weights_are_refused(tmp_path):
    save_vit(tmp_path)
    (tmp_path / "model.safetensors").write_bytes(b"\xff" * 64)
    with pytest.raises(ModelMismatch, match="cannot be loaded"):
        VitEncoder(tmp_path)


def test_weights_of_a_smaller_model_are_refused(tmp_path):
    """The second layer would be random numbers."""
    save_vit(tmp_path)
    settings = json.loads((tmp_path / "config.json").read_text())
    (tmp_path / "config.json").write_text(json.dumps(settings | {"num_hidden_layers": 3}))
    with pytest.raises(ModelMismatch, match=r"lack .*in all"):
        VitEncoder(tmp_path)
