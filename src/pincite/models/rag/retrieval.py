"""How a model scores documents by its own encoders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch.nn import functional

from pincite.errors import UsageError
from pincite.models.rag.text import Document, RagTokenizer
from pincite.models.tower import Tower, pooled, usual_pooling

Tensor = Any


@dataclass(frozen=True, slots=True)
class Retrieval:
    """How many documents a model reads and how their scores come from vectors.

    log P(d|x) = scale q(x)ᵀ c(d) + constant (Lewis et al. 2020, section 2.2, has scale 1).

    Attributes:
        n_docs: n, documents a question is answered from.
        normalize: Bring vectors to length 1, as a knowledge base does.
        scale: Factor of the inner product; with `normalize` the inverse of a temperature.

    Raises:
        UsageError: There would be no document, or the scale is not positive.
    """

    n_docs: int = 5
    normalize: bool = False
    scale: float = 1.0

    def __post_init__(self) -> None:
        if self.n_docs < 1 or not self.scale > 0:
            raise UsageError(
                f"n_docs must be at least 1 and scale above 0, got {self.n_docs} and {self.scale}"
            )

    def scores(self, questions: Tensor, documents: Tensor) -> Tensor:
        """Return the score of each document, (b, n), of vectors (b, d) and (b, n, d)."""
        if self.normalize:
            questions = functional.normalize(questions, dim=-1)
            documents = functional.normalize(documents, dim=-1)
        return self.scale * torch.einsum("bd,bnd->bn", questions, documents)


def encoded(encoder: Any, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
    """Return one vector a text, (b, d), of a `Tower` or an encoder of Transformers.

    An encoder that is no `Tower` is pooled as is usual for its kind.
    """
    if isinstance(encoder, Tower):
        return encoder(input_ids, attention_mask)
    out = encoder(input_ids=input_ids, attention_mask=attention_mask, return_dict=True)
    pooling = usual_pooling(encoder.config.model_type)
    if pooling == "pooler":
        return out.pooler_output
    return pooled(out.last_hidden_state, attention_mask, pooling)


def document_scores(
    model: Any, tokenizer: RagTokenizer, question: str, documents: Sequence[Document]
) -> Tensor:
    """Return the scores of a question's documents by the encoders of a `RagModel`, (1, n)."""
    device = next(model.parameters()).device
    asked = [part.to(device) for part in tokenizer.questions([question])]
    read = [part.to(device) for part in tokenizer.contexts(documents)]
    vectors = encoded(model.context_encoder, *read)
    return model.retrieval.scores(encoded(model.question_encoder, *asked), vectors[None])
