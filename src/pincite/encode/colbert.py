"""Texts to a vector for each token, with ColBERT: words are matched with words, in context.

O. Khattab and M. Zaharia, "ColBERT: Efficient and Effective Passage Search via Contextualized Late
Interaction over BERT", SIGIR 2020; K. Santhanam et al., "ColBERTv2", NAACL 2022. A linear layer
(`linear.weight`, 128 wide as published) projects the states of an encoder. A question is filled up
with [MASK] to 32 tokens, whose vectors count ("query augmentation"); of a passage the vectors of
punctuation are left out. Sentence Transformers runs it, and reads what the authors' code wrote
(`artifact.metadata`), PyLate's models and its own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from pincite.config import Config, load_config
from pincite.content import Content, Modality
from pincite.encode import Role
from pincite.encode.backends import backend_of
from pincite.encode.family import gives_tokens
from pincite.encode.late import pooled, token_vectors
from pincite.encode.model_files import CONFIG, locate, read_json, space_of, weight_files
from pincite.encode.sentence_model import sentence_model
from pincite.encode.tokens import readable_text
from pincite.encode.torch_model import device_of, running
from pincite.errors import NotFound, UsageError
from pincite.types import TokenVectors, Vectors

METADATA = "artifact.metadata"
_LONGEST = 8_192  # tokens; texts are clipped where no tokenizer would read on
_BATCH = 32


class ColbertEncoder:
    """Maps texts to a vector for each of their tokens.

    Attributes:
        name: The setting that makes it again, such as "colbert:./colbertv2.0".
        space: "colbert-" and a digest of the model.
        width: Length of a vector.
        modalities: Text.
        languages: Empty: the model does not say.
    """

    modalities: frozenset[Modality] = frozenset({"text"})
    languages: frozenset[str] = frozenset()

    def __init__(self, directory: str | Path, *, config: Config | None = None) -> None:
        """Load a model as ColBERT's authors, PyLate or Sentence Transformers save it.

        Args:
            directory: Of the model.
            config: Settings; `device`, `precision` and `threads` say how it runs.

        Raises:
            NotFound: There is no such directory, no model or no weights in it.
            UsageError: The model gives one vector a text: nothing projects its tokens.
            ModelMismatch: Files are damaged, or ask for code of their own.
        """
        from sentence_transformers import MultiVectorEncoder

        self._config = config or load_config()
        self.name = f"colbert:{directory}"
        folder = locate(directory)
        _require_colbert(folder)
        backend_of(self._config, "colbert", folder)
        self._device = device_of(self._config)
        self._model = sentence_model(MultiVectorEncoder, folder, self._device)
        self.width = int(self._model.get_embedding_dimension())
        said = read_json(folder / METADATA)
        self.space = space_of("colbert", folder, weight_files(folder), metadata=said)

    def encode(self, items: Sequence[Content], role: Role = "document") -> Vectors:
        """Return the unit mean of each text's vectors, in order: (n, d) float32.

        Raises:
            UsageError: One string was given instead of a sequence of them.
            WrongModality: An item is no text.
        """
        return pooled(self.encode_tokens(items, role))

    def encode_tokens(self, items: Sequence[Content], role: Role = "document") -> TokenVectors:
        """Return the unit vectors of each text, in order, as its role has them.

        Raises:
            UsageError: One string was given instead of a sequence of them.
            WrongModality: An item is no text.
        """
        parts: dict[Modality, Callable[..., Sequence[Vectors]]] = {
            "text": partial(self._texts, role)
        }
        return token_vectors(self.name, self.width, parts, items)

    def _texts(self, role: Role, texts: Sequence[str]) -> list[Vectors]:
        encode = self._model.encode_query if role == "query" else self._model.encode_document
        with running(self._device, self._config):
            found: list[Vectors] = encode(
                [readable_text(text, _LONGEST) for text in texts],
                batch_size=_BATCH,
                show_progress_bar=False,
                convert_to_numpy=True,
            )
        return found


def _require_colbert(folder: Path) -> None:
    """Refuse a model whose tokens nothing projects: the library would do it at random."""
    if not (folder / CONFIG).is_file() and not (folder / "modules.json").is_file():
        raise NotFound(f"there is no {CONFIG} in {str(folder)!r}, so no model; check the path")
    if not gives_tokens(folder):
        raise UsageError(
            f"the model in {str(folder)!r} is no ColBERT: its {CONFIG} does not name HF_ColBERT, "
            "and it was not saved by PyLate or as a MultiVectorEncoder. Name the directory without "
            "'colbert', and the encoder for it is found"
        )
