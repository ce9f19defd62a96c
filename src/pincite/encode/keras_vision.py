"""Pictures to vectors with a Keras model: VGG16, InceptionV3, ResNet50, or one of your own.

A model is a `.keras` file, or a directory that describes one in `encoder.json`:

    {"application": "ResNet50", "arguments": {"input_shape": [224, 224, 3]},
     "weights": "resnet50.weights.h5"}
    {"model": "model.keras", "layer": "avg_pool", "application": "ResNet50"}

The first builds an application of Keras (https://keras.io/api/applications) without its
classifier, pooled by the mean; the second loads a saved model and takes what one of its layers
gives. Nothing is downloaded, and nothing but registered layers is loaded (`safe_mode`). Pixels
are prepared by the application's own `preprocess_input`, where one is named. Any backend of
Keras runs it: the one `KERAS_BACKEND` or `keras.json` names, else the first that is installed.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from PIL import Image

from pincite.content import Content, Modality
from pincite.encode import Role
from pincite.encode.visual import VISUAL, Pixels, visual_vectors
from pincite.errors import MissingExtra, ModelMismatch, NotFound, UsageError
from pincite.types import Vectors

DESCRIPTION = "encoder.json"
_BACKENDS = ("tensorflow", "jax", "torch")


class KerasEncoder:
    """Maps pictures, and footage by the mean of its frames, into the space of a Keras model.

    Attributes:
        name: The setting that makes it again, such as "keras:./resnet50".
        space: "keras-" and a digest of the weights and the way pixels are prepared.
        width: Length of a vector.
        modalities: Pictures and video.
        languages: Empty: it reads no words.
    """

    modalities: frozenset[Modality] = VISUAL
    languages: frozenset[str] = frozenset()

    def __init__(self, directory: str | Path, *, config: Any = None) -> None:
        """Load a `.keras` file, or the model a directory describes.

        Args:
            directory: The file, or the directory with `encoder.json`.
            config: Settings; none of them says anything to Keras.

        Raises:
            MissingExtra: Keras, or every backend of it, is not installed.
            NotFound: There is no such file or directory, or none of the weights it names.
            UsageError: The description cannot be followed.
            ModelMismatch: The model cannot be loaded, or reads no pictures of one size.
        """
        keras = _keras()
        self.name = f"keras:{directory}"
        described = _described(Path(directory).expanduser())
        self._model = _loaded(keras, described)
        self._prepare = _preparation(keras, described.application)
        self._first = keras.config.image_data_format() == "channels_first"
        self._height, self._width = _input_size(self._model, described.file, self._first)
        self.width = int(self._model.output_shape[-1])
        self.space = f"keras-{_digest(self._model, described)}"

    def encode(self, items: Sequence[Content], role: Role = "document") -> Vectors:
        """Return one unit vector per item, in order: (n, d) float32; both roles are one.

        Raises:
            UsageError: One string was given instead of a sequence of items.
            WrongModality: An item is neither a picture nor footage.
        """
        return visual_vectors(self.name, items, self.width, self._vectors)

    def _vectors(self, pictures: list[Pixels]) -> Vectors:
        size = (self._width, self._height)
        scaled = [Image.fromarray(p).resize(size, Image.Resampling.BILINEAR) for p in pictures]
        pixels = np.stack([np.asarray(picture, np.float32) for picture in scaled])
        if self._first:
            pixels = np.moveaxis(pixels, -1, 1)
        vectors: Vectors = self._model.predict_on_batch(self._prepare(pixels))
        return vectors


@dataclass(frozen=True)
class _Described:
    """What a model is made of: `file` holds all of it, or the weights of an application."""

    file: Path
    application: str = ""
    arguments: Mapping[str, Any] = field(default_factory=dict)
    layer: str = ""


def _keras() -> ModuleType:
    """Return Keras, on the backend that was chosen or else the first that is installed."""
    if find_spec("keras") is None:
        raise MissingExtra("encoder", "keras", "keras", "keras")
    settings = Path(os.environ.get("KERAS_HOME", "~/.keras")).expanduser() / "keras.json"
    if "KERAS_BACKEND" not in os.environ and not settings.is_file():
        found = [name for name in _BACKENDS if find_spec(name)]
        if not found:
            raise MissingExtra("encoder", "keras", "torch", "torch")
        os.environ["KERAS_BACKEND"] = found[0]
    return import_module("keras")


def _described(place: Path) -> _Described:
    if place.suffix == ".keras" and place.is_file():
        return _Described(place)
    file = place / DESCRIPTION
    if not file.is_file():
        raise NotFound(
            f"there is no {DESCRIPTION} in {str(place)!r}, and it is no .keras file; name a .keras "
            f'file, or a directory whose {DESCRIPTION} holds {{"application": "ResNet50", '
            '"arguments": {"input_shape": [224, 224, 3]}, "weights": "resnet50.weights.h5"}'
        )
    try:
        said = json.loads(file.read_text("utf-8"))
        layer, application = said.get("layer", ""), said.get("application", "")
        weights = said["model"] if "model" in said else said["weights"]
        arguments = dict(said.get("arguments", {}))
        made = _Described(place / str(weights), str(application), arguments, str(layer))
    except (ValueError, TypeError, AttributeError, KeyError) as error:
        raise UsageError(
            f"{str(file)!r} does not describe a model ({error!r}): it names a 'model', or an "
            "'application' with its 'weights'"
        ) from error
    if not made.file.is_file():
        raise NotFound(f"{str(file)!r} names {made.file.name}, which is not there; put it beside")
    if made.file.suffix != ".keras" and not application:
        raise UsageError(
            f"{str(file)!r} names weights but no 'application' that they belong to; add one, such "
            'as "ResNet50"'
        )
    return made


def _loaded(keras: ModuleType, described: _Described) -> Any:
    """Return the model that gives (b, d), with its weights."""
    try:
        if described.file.suffix == ".keras":
            model = keras.saving.load_model(described.file, compile=False, safe_mode=True)
        else:
            options = {"pooling": "avg", **described.arguments}
            build = getattr(_module(keras, described.application), described.application)
            model = build(**{**options, "weights": None, "include_top": False})
            model.load_weights(described.file)
        return _headless(keras, model, described.layer)
    except UsageError:
        raise
    except Exception as error:  # h5py, zipfile and every layer raise kinds of their own
        reason = (str(error).strip().splitlines() or [repr(error)])[0]
        raise ModelMismatch(
            f"Keras cannot load {str(described.file)!r}: {reason}; save the model again, as .keras "
            "or .weights.h5"
        ) from error


def _headless(keras: ModuleType, model: Any, layer: str) -> Any:
    """Return the model up to `layer`, its output averaged over the picture if it has places."""
    if layer:
        model = keras.Model(model.inputs[0], model.get_layer(layer).output)
    if len(model.outputs) != 1 or len(model.output_shape) not in (2, 4):
        raise UsageError(
            f"the model gives {len(model.outputs)} outputs, the first of shape "
            f"{tuple(model.outputs[0].shape)}; one vector a picture is wanted: name in "
            f"{DESCRIPTION} the 'layer' that gives it"
        )
    if len(model.output_shape) == 4:
        pooled = keras.layers.GlobalAveragePooling2D()(model.output)
        model = keras.Model(model.inputs[0], pooled)
    return model


def _module(keras: ModuleType, application: str) -> Any:
    """Return the module of `keras.applications` that has a model and how its pixels are prepared.

    Raises:
        UsageError: There is no such application.
    """
    modules = [m for m in vars(keras.applications).values() if hasattr(m, "preprocess_input")]
    for module in modules:
        if application[:1].isupper() and callable(getattr(module, application, None)):
            return module
    known = {n for m in modules for n in vars(m) if n[0].isupper()}
    raise UsageError(f"Keras has no application {application!r}; known: {', '.join(sorted(known))}")


def _preparation(keras: ModuleType, application: str) -> Callable[[Any], Any]:
    """Return what turns pixels of 0 to 255 into what the model was trained on."""
    if not application:
        return lambda pixels: pixels
    prepare: Callable[[Any], Any] = _module(keras, application).preprocess_input
    return prepare


def _input_size(model: Any, file: Path, channels_first: bool) -> tuple[int, int]:
    shape = tuple(model.input_shape) if isinstance(model.input_shape, tuple) else ()
    places, channels = (shape[2:], shape[1:2]) if channels_first else (shape[1:3], shape[3:])
    if len(shape) != 4 or channels != (3,) or None in places:
        raise ModelMismatch(
            f"the model of {str(file)!r} reads {model.input_shape}, not RGB pictures of one size; "
            'say which in its description: "arguments": {"input_shape": [224, 224, 3]}'
        )
    return int(places[0]), int(places[1])


def _digest(model: Any, described: _Described) -> str:
    found = hashlib.sha256(f"{described.application}|{described.layer}|".encode())
    found.update(f"{model.input_shape}".encode())
    for weights in model.get_weights():
        found.update(f"{weights.shape} {weights.dtype} ".encode())
        found.update(np.ascontiguousarray(weights).tobytes())
    return found.hexdigest()[:16]
