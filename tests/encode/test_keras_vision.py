"""Keras models on the torch backend: a tiny one of our own, and a real application built small."""

import json
import os
from functools import cache
from importlib.util import find_spec

import numpy as np
import pytest
from PIL import Image

from pincite.content import Picture
from pincite.encode.keras_vision import KerasEncoder
from pincite.errors import MissingExtra, ModelMismatch, NotFound, UsageError
from pincite.testing import EncoderContract
from pincite.testing.samples import SAMPLES

pytestmark = [
    pytest.mark.skipif(
        not (find_spec("keras") and find_spec("torch")), reason="needs the extras keras and torch"
    ),
    # Keras' own variables and NumPy 2.
    pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy"),
]
os.environ.setdefault("KERAS_BACKEND", "torch")  # read when Keras is first imported

ARGUMENTS = {"alpha": 0.25, "input_shape": [32, 32, 3]}


@cache
def mobilenet():
    import keras

    keras.utils.set_random_seed(0)
    return keras.applications.MobileNet(**ARGUMENTS, weights=None, include_top=False, pooling="avg")


def small(top=5):
    """A convolution, its mean over the picture, and a classifier."""
    import keras

    keras.utils.set_random_seed(1)
    return keras.Sequential(
        [
            keras.layers.Input((16, 24, 3)),
            keras.layers.Rescaling(1 / 255),
            keras.layers.Conv2D(8, 3, activation="relu", name="places"),
            keras.layers.GlobalAveragePooling2D(name="mean"),
            keras.layers.Dense(top, name="classes"),
        ]
    )


def describe(folder, **said):
    (folder / "encoder.json").write_text(json.dumps(said))
    return folder


@pytest.fixture(scope="module")
def application(tmp_path_factory):
    folder = tmp_path_factory.mktemp("mobilenet")
    mobilenet().save_weights(folder / "model.weights.h5")
    return describe(
        folder, application="MobileNet", arguments=ARGUMENTS, weights="model.weights.h5"
    )


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    file = tmp_path_factory.mktemp("own") / "model.keras"
    small().save(file)
    return file


def scaled(picture, size):
    return np.asarray(Image.fromarray(picture.pixels).resize(size, 2), np.float32)


class TestAnApplication(EncoderContract):
    @pytest.fixture(autouse=True)
    def saved(self, application):
        self.folder = application

    def encoder(self):
        return KerasEncoder(self.folder)


class TestAModelOfOnesOwn(EncoderContract):
    @pytest.fixture(autouse=True)
    def saved(self, own):
        self.file = describe(own.parent, model=own.name, layer="mean")

    def encoder(self):
        return KerasEncoder(self.file)


def test_an_application_gives_what_keras_itself_gives(application):
    """Its own preparation, which brings pixels to -1 to 1, is part of that."""
    import keras

    pictures = SAMPLES["image"]
    pixels = np.stack([scaled(p, (32, 32)) for p in pictures])
    prepared = keras.applications.mobilenet.preprocess_input(pixels)
    assert -1.0 <= float(prepared.min()) < float(prepared.max()) <= 1.0
    plain = mobilenet().predict(prepared, verbose=0)
    plain /= np.linalg.norm(plain, axis=1, keepdims=True)
    np.testing.assert_allclose(KerasEncoder(application).encode(pictures), plain, atol=1e-5)


def test_a_saved_model_is_read_as_it_is(own):
    """Without an application pixels are left at 0 to 255: the model scales them itself."""
    picture = SAMPLES["image"][0]
    [plain] = small().predict(scaled(picture, (24, 16))[None], verbose=0)
    [found] = KerasEncoder(own).encode([picture])
    np.testing.assert_allclose(found, plain / np.linalg.norm(plain), atol=1e-5)


def test_a_layer_with_places_is_averaged_over_the_picture(own):
    by_places = KerasEncoder(describe(own.parent, model=own.name, layer="places"))
    by_mean = KerasEncoder(describe(own.parent, model=own.name, layer="mean"))
    pictures = SAMPLES["image"]
    np.testing.assert_allclose(by_places.encode(pictures), by_mean.encode(pictures), atol=1e-6)


def test_footage_is_the_mean_of_its_frames(application):
    made = KerasEncoder(application)
    film = SAMPLES["video"][0]
    mean = made.encode([Picture(frame) for frame in film.frames]).mean(axis=0)
    np.testing.assert_allclose(made.encode([film])[0], mean / np.linalg.norm(mean), atol=1e-5)


def test_other_weights_are_another_space(own, tmp_path):
    model = small()
    model.save(tmp_path / "same.keras")
    model.layers[1].set_weights([w + 0.01 for w in model.layers[1].get_weights()])
    model.save(tmp_path / "other.keras")
    spaces = [KerasEncoder(f).space for f in (own, tmp_path / "same.keras")]
    assert spaces[0] == spaces[1] != KerasEncoder(tmp_path / "other.keras").space


def test_another_preparation_is_another_space(own, tmp_path):
    plain = KerasEncoder(describe(own.parent, model=own.name)).space
    prepared = describe(own.parent, model=own.name, application="VGG16")
    assert KerasEncoder(prepared).space != plain


@pytest.mark.parametrize(
    ("said", "error", "message"),
    [
        (None, NotFound, "there is no encoder.json"),
        ({}, UsageError, "it names a 'model', or an 'application' with its 'weights'"),
        ({"model": "absent.keras"}, NotFound, "names absent.keras, which is not there"),
        ({"weights": "w.weights.h5"}, UsageError, "no 'application' that they belong to"),
        (
            {"application": "ResNet51", "weights": "w.weights.h5"},
            UsageError,
            "no application 'ResNet51'; known: .*ResNet50",
        ),
        (
            {"application": "MobileNet", "arguments": ARGUMENTS, "weights": "w.weights.h5"},
            ModelMismatch,
            r"Keras cannot load '.*w.weights.h5': .*; save the model again",
        ),
        ({"model": "broken.keras"}, ModelMismatch, r"Keras cannot load '.*broken.keras'"),
    ],
)
def test_a_model_that_cannot_be_had_says_why(said, error, message, tmp_path):
    for name in ("w.weights.h5", "broken.keras"):
        (tmp_path / name).write_bytes(b"no model")
    if said is not None:
        describe(tmp_path, **said)
    with pytest.raises(error, match=message):
        KerasEncoder(tmp_path)


def test_a_model_for_pictures_of_any_size_asks_for_one(tmp_path):
    mobilenet().save_weights(tmp_path / "m.weights.h5")
    open_size = {"application": "MobileNet", "arguments": {"alpha": 0.25}}
    with pytest.raises(ModelMismatch, match=r"not RGB pictures of one size.*input_shape"):
        KerasEncoder(describe(tmp_path, **open_size, weights="m.weights.h5"))


def test_without_keras_the_extra_is_named(monkeypatch, own):
    monkeypatch.setattr("pincite.encode.keras_vision.find_spec", lambda name: None)
    with pytest.raises(MissingExtra, match=r"pip install 'pincite\[keras\]'"):
        KerasEncoder(own)
