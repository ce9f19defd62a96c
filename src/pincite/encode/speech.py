"""Speech to vectors with Wav2Vec 2.0 and its kin, or with Whisper's encoder, averaged over time.

Such vectors tell voices, sounds and languages apart and find a recording by a like one; for what
is said there are transcripts. Wav2Vec 2.0: Baevski et al., NeurIPS 2020; Whisper: Radford et al.,
"Robust Speech Recognition via Large-Scale Weak Supervision", ICML 2023. Only frames that hold sound
are averaged, never padding, and a recording longer than half a minute is cut into even windows.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import ClassVar

import numpy as np

from pincite.config import Config, load_config
from pincite.content import Content, Modality, Sound
from pincite.encode import Role
from pincite.encode.backends import backend_of
from pincite.encode.batches import by_modality
from pincite.encode.family import FAMILIES
from pincite.encode.hearing import Samples, feature_extractor, sound_vectors
from pincite.encode.model_files import locate, require_type, space_of, weight_files
from pincite.encode.torch_model import array, device_of, load, running, tensors
from pincite.types import Vectors

WINDOW_S = 30
"""Longest stretch that Wav2Vec 2.0 reads at once; it takes time by the square of it."""


class SpeechEncoder:
    """Maps sounds into the space of a speech model.

    Attributes:
        name: The setting that makes it again, such as "whisper:./whisper-base".
        space: The plugin's name and a digest of the model.
        width: Length of a vector.
        modalities: Audio.
        languages: Empty: it reads no words.
    """

    modalities: frozenset[Modality] = frozenset({"audio"})
    languages: frozenset[str] = frozenset()
    plugin: ClassVar[str]
    unused: ClassVar[tuple[str, ...]]

    def __init__(self, directory: str | Path, *, config: Config | None = None) -> None:
        """Load a model that `save_pretrained` wrote, with its feature extractor beside it.

        Args:
            directory: Of the model, with a head (for transcription, say) or without.
            config: Settings; `device`, `precision` and `threads` say how it runs.

        Raises:
            NotFound: There is no such directory, no weights or no feature extractor in it.
            UsageError: The model is of another kind.
            ModelMismatch: Files are damaged, or of another model.
        """
        from transformers import AutoModel

        self._config = config or load_config()
        self.name = f"{self.plugin}:{directory}"
        folder = locate(directory)
        require_type(folder, self.plugin, FAMILIES[self.plugin])
        backend_of(self._config, self.plugin, folder)
        self._device = device_of(self._config)
        self._model = load(AutoModel, folder, self._device, self.unused)
        self._extractor = feature_extractor(folder)
        self._rate_hz = int(self._extractor.sampling_rate)
        self.width = int(self._model.config.hidden_size)
        self.space = space_of(self.plugin, folder, weight_files(folder))

    def encode(self, items: Sequence[Content], role: Role = "document") -> Vectors:
        """Return one unit vector per sound, in order: (n, d) float32; both roles are one.

        Raises:
            UsageError: One string was given instead of a sequence of items.
            WrongModality: An item is no sound.
        """
        return by_modality(self.name, self.width, {"audio": self._sounds}, items)

    def _sounds(self, sounds: Sequence[Sound]) -> Vectors:
        return sound_vectors(sounds, self._rate_hz, self.longest, self.width, self._windows)

    @property
    def longest(self) -> int:
        """Most samples of a window."""
        raise NotImplementedError

    def _windows(self, pieces: list[Samples]) -> Vectors:
        """Return the mean state of each window: (b, d)."""
        raise NotImplementedError


class Wav2Vec2Encoder(SpeechEncoder):
    """Wav2Vec 2.0, HuBERT, WavLM, Data2Vec audio: a network over samples.

    Windows of one length go through it together, so that nothing is padded: models normalised over
    time, as the base ones are, would hear the padding.
    """

    plugin = "wav2vec2"
    unused = ("masked_spec_embed",)  # training hides frames behind it

    @property
    def longest(self) -> int:
        """Most samples of a window."""
        return WINDOW_S * self._rate_hz

    @property
    def _shortest(self) -> int:
        """Samples of one frame: what the stack of convolutions reads for it."""
        config = self._model.config
        samples = 1
        steps = zip(reversed(config.conv_kernel), reversed(config.conv_stride), strict=True)
        for kernel, stride in steps:
            samples = (samples - 1) * stride + kernel
        return int(samples)

    def _windows(self, pieces: list[Samples]) -> Vectors:
        short = self._shortest
        padded = [np.pad(piece, (0, max(0, short - len(piece)))) for piece in pieces]
        # They come sorted by length.
        groups = [list(group) for _, group in groupby(padded, len)]
        return np.concatenate([self._of_one_length(group) for group in groups])

    def _of_one_length(self, pieces: list[Samples]) -> Vectors:
        inputs = self._extractor(pieces, sampling_rate=self._rate_hz, return_tensors="np")
        values = tensors({"input_values": np.stack(inputs["input_values"])}, self._device)
        with running(self._device, self._config):
            return array(self._model(**values).last_hidden_state.float().mean(dim=1))


class WhisperEncoder(SpeechEncoder):
    """The encoder of Whisper, which reads a spectrogram of half a minute, padded with silence."""

    plugin = "whisper"
    unused = ("decoder.",)

    def __init__(self, directory: str | Path, *, config: Config | None = None) -> None:
        """Load the model and let its decoder go; see `SpeechEncoder`."""
        super().__init__(directory, config=config)
        self._model = self._model.get_encoder()

    @property
    def longest(self) -> int:
        """Most samples of a window."""
        return int(self._extractor.n_samples)

    def _windows(self, pieces: list[Samples]) -> Vectors:
        inputs = self._extractor(
            pieces, sampling_rate=self._rate_hz, return_attention_mask=True, return_tensors="np"
        )
        features = tensors({"input_features": inputs["input_features"]}, self._device)
        with running(self._device, self._config):
            states = array(self._model(**features).last_hidden_state)
        # The second convolution halves the frames of the spectrogram.
        heard = np.asarray(inputs["attention_mask"])[:, ::2, None] > 0
        means: Vectors = states.mean(axis=1, where=heard, dtype=np.float32)
        return means
