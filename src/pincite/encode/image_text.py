"""Words, pictures and footage in one space: CLIP, SigLIP, SigLIP 2 and Chinese-CLIP.

Two towers were trained so that a picture lies near what is said of it (Radford et al., ICML 2021;
Zhai et al., ICCV 2023; Tschannen et al., arXiv:2502.14786; Yang et al., arXiv:2211.01335). Footage
is the mean of its frames.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, Protocol

import numpy as np
import numpy.typing as npt

from pincite.config import Config, load_config
from pincite.content import Content, Footage, Modality, Picture
from pincite.encode import Role
from pincite.encode.backends import Backend, backend_of, onnx_file
from pincite.encode.batches import by_length, by_modality, frame_means, unit
from pincite.encode.model_files import (
    CONFIG,
    locate,
    read_json,
    require_type,
    space_of,
    weight_files,
)
from pincite.encode.onnx_model import OnnxModel
from pincite.encode.pictures import Preprocessing
from pincite.encode.tokens import Tokens, from_file, from_transformers
from pincite.types import Vectors

TEXT_GRAPH, VISION_GRAPH = "text_model", "vision_model"
_TEXT_OUTPUTS, _VISION_OUTPUTS = ("text_embeds",), ("image_embeds",)
_POOLED = "pooler_output"  # that of SigLIP is the vector itself, that of CLIP is not yet projected
_WINDOWS = {"clip": 77, "siglip": 64, "siglip2": 64, "chinese_clip": 512}

Inputs = Mapping[str, npt.NDArray[Any]]


class Towers(Protocol):
    """The two halves of a model: inputs by name to vectors of any length."""

    def texts(self, batch: Inputs) -> Vectors:
        """Return one vector a text: (n, s) ids to (n, d)."""
        ...

    def pictures(self, batch: Inputs) -> Vectors:
        """Return one vector a picture: (n, 3, h, w) to (n, d)."""
        ...


class ImageTextEncoder:
    """Maps words, pictures and footage into the space of one image-text model.

    Attributes:
        plugin: What it is called in settings.
        types: The `model_type` of models it loads.
        name: The setting that makes it again, such as "clip:openai/clip-vit-base-patch32".
        backend: What runs it, "torch" or "onnx".
        modalities: Text, image and video.
        languages: Empty: the model does not say.
    """

    plugin: ClassVar[str] = "clip"
    types: ClassVar[tuple[str, ...]] = ("clip",)
    modalities: frozenset[Modality] = frozenset({"text", "image", "video"})
    languages: frozenset[str] = frozenset()

    def __init__(self, directory: str | Path, *, config: Config | None = None) -> None:
        """Find the model; it is loaded when something is encoded.

        Args:
            directory: Of the model, or its id if it is in the cache of the Hugging Face hub.
            config: Settings: `backend`, `device`, `precision`, `threads`.

        Raises:
            NotFound: There is no such model, or no weights, tokenizer or image processor in it.
            UsageError: It is of another kind.
            MissingExtra: It needs torch, which is not installed.
            ModelMismatch: Its settings are damaged.
        """
        self._config = config or load_config()
        self.name = f"{self.plugin}:{directory}"
        self._folder = locate(directory)
        self._type = require_type(self._folder, self.plugin, self.types)
        graphs = (TEXT_GRAPH, VISION_GRAPH)
        self.backend: Backend = backend_of(self._config, self.plugin, self._folder, graphs)
        self._prepare = Preprocessing.read(self._folder)

    @cached_property
    def space(self) -> str:
        """Name of the vector space: the plugin and a digest of the model."""
        weights = weight_files(self._folder)
        if self.backend == "onnx":
            found = (onnx_file(self._folder, name) for name in (TEXT_GRAPH, VISION_GRAPH))
            weights = [file for file in found if file is not None]
        return space_of(self.plugin, self._folder, weights)

    @cached_property
    def width(self) -> int:
        """Length of a vector."""
        return int(self._towers.texts(self._tokens.batch(self._tokens.ids(["a"]))).shape[1])

    def encode(self, items: Sequence[Content], role: Role = "document") -> Vectors:
        """Return one unit vector per item, in order: (n, d) float32; both roles are one.

        A text longer than the model's window is read up to its end.

        Raises:
            UsageError: One string was given instead of a sequence of items.
            WrongModality: An item is a sound.
            ModelMismatch: Weights or tokenizer are damaged.
        """
        parts: dict[Modality, Callable[..., Vectors]]
        parts = {"text": self._texts, "image": self._pictures, "video": self._footages}
        return by_modality(self.name, self.width, parts, items)

    def _texts(self, texts: list[str]) -> Vectors:
        # SigLIP and SigLIP 2 were trained on small letters. The tokenizers of SigLIP 2 do not see
        # to it: those of fixed proportions are stored as Gemma's, beside a model of type siglip.
        small = self._type.startswith("siglip")
        ids = self._tokens.ids([text.lower() for text in texts] if small else texts)
        return by_length(
            ids,
            [len(row) for row in ids],
            self.width,
            lambda rows: unit(self._towers.texts(self._tokens.batch(rows))),
        )

    def _pictures(self, pictures: list[Picture]) -> Vectors:
        return self._frames([picture.pixels for picture in pictures])

    def _footages(self, footages: list[Footage]) -> Vectors:
        return frame_means(footages, self._frames)

    def _frames(self, frames: list[npt.NDArray[np.uint8]]) -> Vectors:
        return by_length(
            frames,
            [0] * len(frames),
            self.width,
            lambda some: unit(self._towers.pictures(self._prepare(some))),
        )

    @cached_property
    def _tokens(self) -> Tokens:
        said = read_json(self._folder / CONFIG).get("text_config") or {}
        window = int(said.get("max_position_embeddings", _WINDOWS[self._type]))
        full = self._type.startswith("siglip")  # its text tower reads the last place
        if self.backend == "torch":
            return from_transformers(self._folder, window, pad_to_window=full)
        return from_file(self._folder, window, pad_to_window=full)

    @cached_property
    def _towers(self) -> Towers:
        if self.backend == "onnx":
            return OnnxTowers(self._folder, self._config, pooled=self._type.startswith("siglip"))
        from pincite.encode.image_text_torch import TorchTowers

        return TorchTowers(self._folder, self._config)


class OnnxTowers:
    """The halves as the hub has them: `onnx/text_model.onnx` and `onnx/vision_model.onnx`."""

    def __init__(self, folder: Path, config: Config, *, pooled: bool) -> None:
        """Load both graphs; `pooled`: the pooled output of each is the vector.

        Raises:
            ModelMismatch: A graph is damaged.
        """
        self._text = OnnxModel(folder, TEXT_GRAPH, config)
        self._vision = OnnxModel(folder, VISION_GRAPH, config)
        self._also = (_POOLED,) if pooled else ()

    def texts(self, batch: Inputs) -> Vectors:
        """Return one vector a text: (n, s) ids to (n, d)."""
        ids = batch["input_ids"]
        whole = {"attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        return self._text.run({**whole, **batch}, (*_TEXT_OUTPUTS, *self._also))

    def pictures(self, batch: Inputs) -> Vectors:
        """Return one vector a picture: (n, 3, h, w) to (n, d)."""
        return self._vision.run(batch, (*_VISION_OUTPUTS, *self._also))


class SiglipEncoder(ImageTextEncoder):
    """SigLIP, and SigLIP 2 of fixed or of native proportions (NaFlex)."""

    plugin = "siglip"
    types = ("siglip", "siglip2")


class ChineseClipEncoder(ImageTextEncoder):
    """Chinese-CLIP, whose texts were Chinese."""

    plugin = "chinese-clip"
    types = ("chinese_clip",)
    languages = frozenset({"zh"})
