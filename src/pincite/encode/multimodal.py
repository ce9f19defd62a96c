"""Texts, pictures, sounds and footage in one space, with a model of Sentence Transformers.

Any model that the library saved (`modules.json`) and that reads more than text: CLIP and SigLIP,
CLAP, and embedding models built on vision-language models, such as Qwen3-VL-Embedding. What a model
reads is asked of it. Footage is read by its frames, whose vectors are averaged; a long sound in
even windows. A text is always read as text: the library by itself takes one that looks like an
address or a path of a picture for that picture, and would fetch it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from pincite.config import Config, load_config
from pincite.content import Content, Footage, Modality, Picture, Sound
from pincite.encode import Role
from pincite.encode.backends import backend_of
from pincite.encode.batches import by_modality, frame_means, unit
from pincite.encode.hearing import Samples, sound_vectors
from pincite.encode.model_files import locate, space_of, weight_files
from pincite.encode.sentence_model import sentence_model
from pincite.encode.tokens import readable_text
from pincite.encode.torch_model import device_of, running
from pincite.encode.visual import Pixels, middle
from pincite.errors import NotFound, UsageError
from pincite.types import Vectors

MODULES = "modules.json"
WINDOW_S = 30
"""Longest stretch of sound read at once, where the model does not say less."""
_LONGEST = 8_192  # tokens; texts are clipped where no tokenizer would read on
_BATCH = 8
_READ: tuple[Modality, ...] = ("text", "image", "audio")


class MultimodalEncoder:
    """Maps whatever a model reads into one space.

    Attributes:
        name: The setting that makes it again, such as "multimodal:./qwen3-vl-embedding-2b".
        space: "multimodal-" and a digest of the model.
        width: Length of a vector.
        modalities: What the model says it reads, and video where it reads pictures.
        languages: Empty: the model does not say.
    """

    languages: frozenset[str] = frozenset()

    def __init__(self, directory: str | Path, *, config: Config | None = None) -> None:
        """Load a model that `SentenceTransformer.save` wrote.

        Args:
            directory: Of the model.
            config: Settings; `device`, `precision` and `threads` say how it runs.

        Raises:
            NotFound: There is no such directory, no modules.json or no weights in it.
            UsageError: The model reads nothing that is known here.
            ModelMismatch: Files are damaged, or ask for code of their own.
        """
        from sentence_transformers import SentenceTransformer

        self._config = config or load_config()
        self.name = f"multimodal:{directory}"
        folder = locate(directory)
        if not (folder / MODULES).is_file():
            raise NotFound(
                f"there is no {MODULES} in {str(folder)!r}, so it is no model of Sentence "
                "Transformers; save it with that library, which then knows how it is pooled"
            )
        backend_of(self._config, "multimodal", folder)
        self._device = device_of(self._config)
        self._model = sentence_model(SentenceTransformer, folder, self._device)
        self._processor = getattr(self._model[0], "processor", None)
        read = {modality for modality in _READ if self._model.supports(modality)}
        if not read:
            raise UsageError(
                f"the model in {str(folder)!r} reads {self._model.modalities}; none of it is known "
                f"here: {', '.join(_READ)}"
            )
        self.modalities: frozenset[Modality] = frozenset(
            read | ({"video"} if "image" in read else set())
        )
        self.width = int(self._model.get_embedding_dimension())
        self.space = space_of("multimodal", folder, weight_files(folder))

    def encode(self, items: Sequence[Content], role: Role = "document") -> Vectors:
        """Return one unit vector per item, in order: (n, d) float32.

        The prompts of a question and of a document are the model's own.

        Raises:
            UsageError: One string was given instead of a sequence of items.
            WrongModality: An item is of a modality that the model does not read.
        """
        known: dict[Modality, Callable[..., Vectors]] = {
            "text": self._texts,
            "image": self._pictures,
            "audio": self._sounds,
            "video": self._footage,
        }
        parts = {modality: partial(known[modality], role) for modality in sorted(self.modalities)}
        return by_modality(self.name, self.width, parts, items)

    def _texts(self, role: Role, texts: Sequence[str]) -> Vectors:
        return self._run(role, [{"text": self._plain(text)} for text in texts])

    def _plain(self, text: str) -> str:
        """Return a text without the tokens that stand for a picture, a sound or a film."""
        text = readable_text(text, _LONGEST)
        for name in ("image_token", "video_token", "audio_token"):
            token = getattr(self._processor, name, None)
            text = text.replace(token, " ") if isinstance(token, str) and token else text
        return text

    def _pictures(self, role: Role, pictures: Sequence[Picture]) -> Vectors:
        return self._pixels(role, [picture.pixels for picture in pictures])

    def _pixels(self, role: Role, pictures: Sequence[Pixels]) -> Vectors:
        return self._run(role, [{"image": Image.fromarray(middle(p))} for p in pictures])

    def _footage(self, role: Role, footages: Sequence[Footage]) -> Vectors:
        return frame_means(footages, partial(self._pixels, role))

    def _sounds(self, role: Role, sounds: Sequence[Sound]) -> Vectors:
        extractor = getattr(self._processor, "feature_extractor", self._processor)
        rate = int(getattr(extractor, "sampling_rate", 16_000))
        longest = getattr(extractor, "nb_max_samples", None) or getattr(extractor, "n_samples", 0)

        def encode(pieces: list[Samples]) -> Vectors:
            return self._run(role, [{"audio": {"array": p, "sampling_rate": rate}} for p in pieces])

        return sound_vectors(sounds, rate, int(longest or WINDOW_S * rate), self.width, encode)

    def _run(self, role: Role, inputs: list[dict[str, Any]]) -> Vectors:
        encode = self._model.encode_query if role == "query" else self._model.encode_document
        with running(self._device, self._config):
            found = encode(
                inputs, batch_size=_BATCH, show_progress_bar=False, convert_to_numpy=True
            )
        return unit(np.asarray(found, np.float32))
