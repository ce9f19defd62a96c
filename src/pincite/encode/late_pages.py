"""Pages as pictures, found by words: late interaction with ColPali, ColQwen2, ColModernVBert.

A page has a vector for each of its patches and a question one for each of its words; MaxSim
compares them, so that layout, tables and charts are searched without OCR. M. Faysse et al.,
"ColPali: Efficient Document Retrieval with Vision Language Models", ICLR 2025; ModernVBERT:
arXiv 2510.01149. Prompts and the tokens that lengthen a question are the processor's own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, ClassVar

import transformers
from PIL import Image

from pincite.config import Config, load_config
from pincite.content import Content, Modality, Picture
from pincite.encode import Role
from pincite.encode.backends import backend_of
from pincite.encode.family import FAMILIES
from pincite.encode.late import by_like_length, pooled, token_vectors
from pincite.encode.model_files import locate, require_type, space_of, weight_files
from pincite.encode.tokens import readable_text
from pincite.encode.torch_model import array, device_of, load, running
from pincite.encode.vision import image_processor
from pincite.encode.visual import middle
from pincite.errors import ModelMismatch, NotFound
from pincite.types import TokenVectors, Vectors

WORDS = 256
"""Tokens of a text that are read; what is asked of pages is shorter."""
_BATCH = {"text": 32, "image": 4}


class PageEncoder:
    """Maps texts and pictures of pages to several vectors each, in one space.

    A text is read as a question in both roles: the models know no other kind of text.

    Attributes:
        name: The setting that makes it again, such as "colqwen2:./colqwen2".
        space: The plugin's name and a digest of the model.
        width: Length of a vector.
        modalities: Text and pictures.
        languages: Empty: the model does not say.
    """

    modalities: frozenset[Modality] = frozenset({"text", "image"})
    languages: frozenset[str] = frozenset()
    plugin: ClassVar[str]
    model_class: ClassVar[str]

    def __init__(self, directory: str | Path, *, config: Config | None = None) -> None:
        """Load a model that `save_pretrained` wrote, with its processor beside it.

        Args:
            directory: Of the model.
            config: Settings; `device`, `precision` and `threads` say how it runs.

        Raises:
            NotFound: There is no such directory, no weights or no processor in it.
            UsageError: The model is of another kind.
            ModelMismatch: Files are damaged, or of another model.
        """
        self._config = config or load_config()
        self.name = f"{self.plugin}:{directory}"
        folder = locate(directory)
        require_type(folder, self.plugin, FAMILIES[self.plugin])
        backend_of(self._config, self.plugin, folder)
        self._device = device_of(self._config)
        self._model = load(getattr(transformers, self.model_class), folder, self._device)
        self._processor = _processor(folder)
        self.width = int(self._model.config.embedding_dim)
        self.space = space_of(self.plugin, folder, weight_files(folder))

    def encode(self, items: Sequence[Content], role: Role = "document") -> Vectors:
        """Return the unit mean of each item's vectors, in order: (n, d) float32.

        Raises:
            UsageError: One string was given instead of a sequence of items.
            WrongModality: An item is neither text nor a picture.
        """
        return pooled(self.encode_tokens(items, role))

    def encode_tokens(self, items: Sequence[Content], role: Role = "document") -> TokenVectors:
        """Return the unit vectors of each item, in order.

        Raises:
            UsageError: One string was given instead of a sequence of items.
            WrongModality: An item is neither text nor a picture.
        """
        parts: dict[Modality, Callable[..., Sequence[Vectors]]] = {
            "text": self._texts,
            "image": self._pictures,
        }
        return token_vectors(self.name, self.width, parts, items)

    def _texts(self, texts: Sequence[str]) -> list[Vectors]:
        cut = [self._cut(text) for text in texts]

        def encode(batch: list[str]) -> list[Vectors]:
            return self._run(self._processor.process_queries(text=batch))

        return by_like_length(cut, [len(text) for text in cut], encode, _BATCH["text"])

    def _cut(self, text: str) -> str:
        """Return a text as far as it is read, without the token that stands for a picture."""
        text = readable_text(text, WORDS).replace(self._processor.image_token, " ")
        split = self._processor.tokenizer(
            text, add_special_tokens=False, return_offsets_mapping=True
        )
        ends = [end for _, end in split["offset_mapping"]]
        return text[: ends[WORDS - 1]] if len(ends) > WORDS else text

    def _pictures(self, pictures: Sequence[Picture]) -> list[Vectors]:
        pages = [Image.fromarray(middle(picture.pixels)) for picture in pictures]

        def encode(batch: list[Image.Image]) -> list[Vectors]:
            return self._run(self._processor.process_images(images=batch))

        return by_like_length(
            pages, [page.width * page.height for page in pages], encode, _BATCH["image"]
        )

    def _run(self, inputs: Any) -> list[Vectors]:
        """Return the vectors of the tokens of each item, without those of padding."""
        mask = inputs["attention_mask"].bool().numpy()
        inputs.pop("labels", None)  # ColPali's processor makes some
        with running(self._device, self._config):
            vectors = array(self._model(**inputs.to(self._device)).embeddings)
        return [row[real] for row, real in zip(vectors, mask, strict=True)]


class ColQwen2Encoder(PageEncoder):
    """ColQwen2: Qwen2-VL with a projection; pages keep their proportions."""

    plugin, model_class = "colqwen2", "ColQwen2ForRetrieval"


class ColModernVBertEncoder(PageEncoder):
    """ColModernVBert: a small bidirectional model that reads a page in tiles."""

    plugin, model_class = "colmodernvbert", "ColModernVBertForRetrieval"


class ColPaliEncoder(PageEncoder):
    """ColPali: PaliGemma with a projection; pages are brought to one square."""

    plugin, model_class = "colpali", "ColPaliForRetrieval"


def _processor(folder: Path) -> Any:
    """Return the processor of a model, with pictures on Pillow.

    Raises:
        NotFound: There is none.
        ModelMismatch: It cannot be read.
    """
    pictures = image_processor(folder)
    if not any((folder / name).is_file() for name in ("tokenizer.json", "vocab.json")):
        raise NotFound(f"there is no tokenizer in {str(folder)!r}; save it beside the model")
    try:
        made = transformers.AutoProcessor.from_pretrained(
            folder, local_files_only=True, trust_remote_code=False
        )
    except Exception as error:  # Transformers raises whatever the files make it stumble over
        reason = (str(error).splitlines() or [repr(error)])[0]
        raise ModelMismatch(
            f"the processor in {str(folder)!r} cannot be read: {reason} Save it again"
        ) from error
    made.image_processor = pictures
    return made
