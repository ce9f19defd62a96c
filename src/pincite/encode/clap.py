"""Sounds and words in one space, with CLAP: a question in words finds what is heard.

Y. Wu et al., "Large-scale Contrastive Language-Audio Pretraining with Feature Fusion and
Keyword-to-Caption Augmentation", ICASSP 2023. CLAP reads windows of some ten seconds; a longer
sound is cut into even windows whose vectors are averaged, where the model's own feature extractor
would cut at random. Footage is not read: much of it has no sound, and would have no vector.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from pincite.config import Config, load_config
from pincite.content import Content, Modality, Sound
from pincite.encode import Role
from pincite.encode.backends import backend_of
from pincite.encode.batches import by_length, by_modality, unit
from pincite.encode.family import FAMILIES
from pincite.encode.hearing import Samples, feature_extractor, sound_vectors
from pincite.encode.model_files import locate, require_type, space_of, weight_files
from pincite.encode.tokens import from_transformers
from pincite.encode.torch_model import array, device_of, load, running, tensors
from pincite.types import Vectors


class ClapEncoder:
    """Maps texts and sounds into the space of a CLAP model.

    Attributes:
        name: The setting that makes it again, such as "clap:./clap-htsat-unfused".
        space: "clap-" and a digest of the model.
        width: Length of a vector.
        modalities: Text and audio.
        languages: Empty: the model does not say.
    """

    modalities: frozenset[Modality] = frozenset({"text", "audio"})
    languages: frozenset[str] = frozenset()

    def __init__(self, directory: str | Path, *, config: Config | None = None) -> None:
        """Load a model that `save_pretrained` wrote, with its processor beside it.

        Args:
            directory: Of the model.
            config: Settings; `device`, `precision` and `threads` say how it runs.

        Raises:
            NotFound: There is no such directory, no weights, tokenizer or feature extractor in it.
            UsageError: The model is of another kind.
            ModelMismatch: Files are damaged, or of another model.
        """
        from transformers import ClapModel

        self._config = config or load_config()
        self.name = f"clap:{directory}"
        folder = locate(directory)
        require_type(folder, "clap", FAMILIES["clap"])
        backend_of(self._config, "clap", folder)
        self._device = device_of(self._config)
        self._model = load(ClapModel, folder, self._device)
        # RoBERTa counts positions from padding_idx + 1 on.
        text = self._model.config.text_config
        self._tokens = from_transformers(folder, text.max_position_embeddings - 2)
        self._extractor = feature_extractor(folder)
        self.width = int(self._model.config.projection_dim)
        self.space = space_of("clap", folder, weight_files(folder))

    def encode(self, items: Sequence[Content], role: Role = "document") -> Vectors:
        """Return one unit vector per item, in order: (n, d) float32; both roles are one.

        Raises:
            UsageError: One string was given instead of a sequence of items.
            WrongModality: An item is neither text nor a sound.
        """
        parts: dict[Modality, Callable[..., Vectors]] = {
            "text": self._texts,
            "audio": self._sounds,
        }
        return by_modality(self.name, self.width, parts, items)

    def _texts(self, texts: Sequence[str]) -> Vectors:
        ids = self._tokens.ids(texts)
        return unit(by_length(ids, [len(row) for row in ids], self.width, self._rows))

    def _rows(self, ids: list[list[int]]) -> Vectors:
        batch = tensors(self._tokens.padding(ids), self._device)
        with running(self._device, self._config):
            return array(self._model.get_text_features(**batch).pooler_output)

    def _sounds(self, sounds: Sequence[Sound]) -> Vectors:
        rate, longest = self._extractor.sampling_rate, self._extractor.nb_max_samples
        return sound_vectors(sounds, rate, longest, self.width, self._windows)

    def _windows(self, pieces: list[Samples]) -> Vectors:
        rate = self._extractor.sampling_rate
        inputs = self._extractor(pieces, sampling_rate=rate, return_tensors="np")
        batch = {
            "input_features": np.asarray(inputs["input_features"], np.float32),
            # None is longer than the model reads; the extractor would mark one at random as if.
            "is_longer": np.zeros((len(pieces), 1), bool),
        }
        with running(self._device, self._config):
            out = self._model.get_audio_features(**tensors(batch, self._device))
            return array(out.pooler_output)
