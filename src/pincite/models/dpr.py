"""Dense passage retrieval: two towers and their inner product (Karpukhin et al. 2020).

    sim(q, p) = E_Q(q)ᵀ E_P(p)          equation 1

With `normalize` both vectors have length 1 and the score is their cosine, which is what a
knowledge base compares by; a model trained with it is served in the geometry it was trained in.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from pincite.errors import ModelMismatch, NotFound, UsageError
from pincite.models.tower import Pooling, Tower, load_encoder, load_tokenizer

SETTINGS_FILE = "pincite_dpr.json"
RAG_FILE = "pincite_rag.json"
RAG_FOLDERS = ("question_encoder", "context_encoder")
"""Where `pincite.models.rag.checkpoint` keeps the encoders of a model, if it has any."""
_FORMAT = 1


class DprModel(nn.Module):
    """A question encoder and a passage encoder of one vector space.

    Attributes:
        question: Encoder of questions with its pooling.
        passage: Encoder of passages; the very same object when `shared`.
        normalize: Whether vectors are brought to length 1.
    """

    def __init__(
        self,
        question_encoder: Any,
        passage_encoder: Any = None,
        *,
        pooling: Pooling | None = None,
        normalize: bool = False,
        shared: bool = False,
    ) -> None:
        """Make a model of encoders of Transformers.

        Args:
            question_encoder: Reads questions; with `shared` passages too.
            passage_encoder: Reads passages; left out exactly when `shared`.
            pooling: "cls", "mean" or "pooler"; default: the usual one of each encoder.
            normalize: Bring vectors to length 1.
            shared: One encoder for both.

        Raises:
            UsageError: The encoders do not fit together.
        """
        super().__init__()
        if shared == (passage_encoder is not None):
            raise UsageError(
                "a model has two encoders, or one that is shared: pass a passage_encoder or "
                f"shared=True, got shared={shared} and "
                f"{'one encoder' if passage_encoder is None else 'two encoders'}"
            )
        self.question = Tower(question_encoder, pooling)
        self.passage = self.question if shared else Tower(passage_encoder, pooling)
        self.normalize = normalize
        if self.question.width != self.passage.width:
            raise UsageError(
                f"questions have vectors of width {self.question.width}, passages of "
                f"{self.passage.width}; both need one width to be compared"
            )

    @classmethod
    def of_encoders(cls, question: Any, passage: Any, *, normalize: bool = False) -> DprModel:
        """Return a model over encoders of Transformers or towers, shared and not copied.

        Args:
            question: Encoder or `Tower` of questions.
            passage: Encoder or `Tower` of passages; the same object where both are one.
            normalize: Bring vectors to length 1.
        """
        towers = [each if isinstance(each, Tower) else Tower(each) for each in (question, passage)]
        if passage is question:
            return cls(
                towers[0].encoder, pooling=towers[0].pooling, shared=True, normalize=normalize
            )
        made = cls(towers[0].encoder, towers[1].encoder, normalize=normalize)
        made.question, made.passage = towers
        return made

    @property
    def shared(self) -> bool:
        """True when one encoder reads questions and passages."""
        return self.passage is self.question

    @property
    def width(self) -> int:
        """Length of a vector, d."""
        return self.question.width

    def encode_questions(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        """Return one vector a question: (b, s) and (b, s) to (b, d)."""
        return self._finished(self.question(input_ids, attention_mask))

    def encode_passages(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        """Return one vector a passage: (n, s) and (n, s) to (n, d)."""
        return self._finished(self.passage(input_ids, attention_mask))

    def forward(
        self, questions: Mapping[str, Tensor], passages: Mapping[str, Tensor]
    ) -> tuple[Tensor, Tensor]:
        """Return the vectors of questions (b, d) and passages (n, d), each as ids and mask."""
        return self.encode_questions(**questions), self.encode_passages(**passages)

    @staticmethod
    def score(questions: Tensor, passages: Tensor) -> Tensor:
        """Return inner products: (b, d) with (n, d) common or (b, n, d) own passages: (b, n)."""
        if passages.ndim == 2:
            return questions @ passages.T
        return torch.einsum("bd,bnd->bn", questions, passages)

    def _finished(self, vectors: Tensor) -> Tensor:
        return functional.normalize(vectors, dim=-1) if self.normalize else vectors

    # -- directories -------------------------------------------------------------------------

    @classmethod
    def from_pretrained(
        cls,
        directory: str | Path,
        passages: str | Path | None = None,
        *,
        pooling: Pooling | None = None,
        normalize: bool | None = None,
        shared: bool | None = None,
    ) -> DprModel:
        """Return the model that lies in a directory, or in two.

        Args:
            directory: What `save_pretrained` of this class wrote; a model of `pincite.models.rag`
                with encoders, such as `pincite train` writes; or a question encoder of
                Transformers, such as `facebook/dpr-question_encoder-single-nq-base` on disk.
            passages: With a question encoder, the passage encoder; without it both towers
                start from `directory`.
            pooling: Other than the saved, or usual, one.
            normalize: Other than the saved one; False where none was saved.
            shared: With one encoder alone, whether both towers stay one.

        Raises:
            NotFound: There is no model.
            UsageError: An option contradicts the saved model.
            ModelMismatch: Files are damaged or of something else.
        """
        folder = Path(directory)
        if not folder.is_dir():
            raise NotFound(f"there is no directory {str(folder)!r}; check the path of the model")
        if (folder / SETTINGS_FILE).is_file():
            if passages is not None:
                raise UsageError(
                    f"{str(folder)!r} holds both encoders; leave {str(passages)!r} out"
                )
            return cls._from_saved(folder, pooling, normalize, shared)
        if (folder / RAG_FILE).is_file():
            return cls._from_rag(folder, pooling, normalize)
        first = load_encoder(folder)
        together = bool(shared) and passages is None
        second = None if together else load_encoder(folder if passages is None else passages)
        return cls(
            first,
            second,
            pooling=pooling,
            normalize=bool(normalize),
            shared=bool(shared),
        )

    @classmethod
    def _from_saved(
        cls, folder: Path, pooling: Pooling | None, normalize: bool | None, shared: bool | None
    ) -> DprModel:
        saved = _read_settings(folder / SETTINGS_FILE)
        if shared is not None and shared != saved["shared"]:
            raise UsageError(
                f"{str(folder)!r} was trained with shared={saved['shared']}, asked was "
                f"shared={shared}; leave it out"
            )
        return cls(
            load_encoder(folder / "question"),
            None if saved["shared"] else load_encoder(folder / "passage"),
            pooling=pooling or saved["pooling"],
            normalize=saved["normalize"] if normalize is None else normalize,
            shared=saved["shared"],
        )

    @classmethod
    def _from_rag(cls, folder: Path, pooling: Pooling | None, normalize: bool | None) -> DprModel:
        saved = _read_rag(folder / RAG_FILE)
        first = load_encoder(folder / RAG_FOLDERS[0])
        question = Tower(first, pooling or saved["question"])
        passage = question
        if not saved["shared"]:
            second = load_encoder(folder / RAG_FOLDERS[1])
            passage = Tower(second, pooling or saved["context"])
        kept = saved["normalize"] if normalize is None else normalize
        return cls.of_encoders(question, passage, normalize=kept)

    def save_pretrained(
        self, directory: str | Path, question_tokenizer: Any, passage_tokenizer: Any = None
    ) -> None:
        """Write encoders (safetensors), tokenizers and settings into a directory.

        Args:
            directory: Made if need be; gets `question/`, `passage/` unless shared, and
                `pincite_dpr.json`.
            question_tokenizer: Saved beside the question encoder.
            passage_tokenizer: Saved beside the passage encoder; default: the same.
        """
        folder = Path(directory)
        self.question.encoder.save_pretrained(folder / "question")
        question_tokenizer.save_pretrained(folder / "question")
        if not self.shared:
            self.passage.encoder.save_pretrained(folder / "passage")
            (passage_tokenizer or question_tokenizer).save_pretrained(folder / "passage")
        settings = {"format": _FORMAT, **self.settings()}
        (folder / SETTINGS_FILE).write_text(json.dumps(settings, indent=2) + "\n", "utf-8")

    def settings(self) -> dict[str, Any]:
        """Return what makes vectors besides the weights: pooling, normalize, shared."""
        return {
            "pooling": self.question.pooling,
            "normalize": self.normalize,
            "shared": self.shared,
        }


def load_tokenizers(directory: str | Path, passages: str | Path | None = None) -> tuple[Any, Any]:
    """Return the tokenizers of questions and passages of a model that `DprModel` can load.

    Raises:
        NotFound: There is none.
    """
    folder = Path(directory)
    if (folder / SETTINGS_FILE).is_file():
        second = folder / "passage"
        return load_tokenizer(folder / "question"), load_tokenizer(
            second if second.is_dir() else folder / "question"
        )
    if (folder / RAG_FILE).is_file():
        first, second = (folder / name for name in RAG_FOLDERS)
        return load_tokenizer(first), load_tokenizer(second if second.is_dir() else first)
    return load_tokenizer(folder), load_tokenizer(folder if passages is None else Path(passages))


def _read_rag(file: Path) -> dict[str, Any]:
    """Return how the encoders of a RAG model are pooled, shared and compared."""
    try:
        saved = json.loads(file.read_text("utf-8"))
        encoders = saved["encoders"]
        found = {name: encoders[name] for name in ("question", "context")}
        if None in found.values():
            raise NotFound(
                f"the model in {str(file.parent)!r} was saved without encoders of questions and "
                "documents; train one with the recipe dpr or rag"
            )
        return {
            **{name: each["pooling"] for name, each in found.items()},
            "shared": bool(encoders["shared"]),
            "normalize": bool(saved["retrieval"]["normalize"]),
        }
    except (KeyError, TypeError, json.JSONDecodeError) as error:
        raise ModelMismatch(
            f"{str(file)!r} does not describe a model of this version ({error!r}); save it again"
        ) from error


def _read_settings(file: Path) -> dict[str, Any]:
    try:
        saved = json.loads(file.read_text("utf-8"))
        wanted = {"pooling": str, "normalize": bool, "shared": bool}
        if saved["format"] != _FORMAT or any(type(saved[k]) is not t for k, t in wanted.items()):
            raise ValueError(f"format {saved['format']!r}, this version reads {_FORMAT}")
    except (KeyError, TypeError, ValueError) as error:
        raise ModelMismatch(
            f"{str(file)!r} does not describe a model of this version ({error!r}); save it again"
        ) from error
    return dict(saved)
