"""How retrieval and generation are trained together, as a configuration says it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from pincite.errors import UsageError
from pincite.models.rag.marginal import MARGINALS, Marginal

Distillation = Literal["", "likelihood", "emdr", "attention"]


@dataclass(frozen=True, slots=True)
class RagTask:
    """How retrieval and generation are trained together.

    Attributes:
        marginal: "token", "sequence" or "fid".
        n_docs: Documents that are read for a question.
        random_docs: How many of them are drawn at random instead of retrieved, in training: what
            the retriever does not know yet is never found otherwise.
        gold: Put a document that the question names as positive among them, in training.
        reindex_every: Steps after which the index is made anew; 0: only once.
        normalize: Compare vectors by cosine, or by inner product; left out, as the retriever was
            trained to.
        temperature: What scores are divided by; default: 0.05 for cosines, 1 for products.
        label_smoothing: Share of each target spread over the vocabulary.
        distill: What else teaches the retriever: "likelihood" or "emdr" of the answer under each
            document, "attention" of the reader on each; "": nothing.
        distill_weight: Of that loss beside -log P(y|x).
        modality_dropout: Probability that a document with text and features loses one of them.
        freeze_generator: First steps in which retrieval alone is trained; a generator that can
            read already does not unlearn it while retrieval still finds the wrong documents.
        freeze_documents: Train no document encoder, and so never index anew.
        question_tokens: Longest question the retriever reads.
        passage_tokens: Longest document the retriever reads.
        max_new_tokens: Longest answer that is generated in evaluation.
        num_beams: Beams in evaluation.
    """

    marginal: Marginal = "token"
    n_docs: int = 5
    random_docs: int = 0
    gold: bool = False
    reindex_every: int = 200
    normalize: bool | None = None
    temperature: float | None = None
    label_smoothing: float = 0.0
    distill: Distillation = ""
    distill_weight: float = 1.0
    modality_dropout: float = 0.0
    freeze_generator: int = 0
    freeze_documents: bool = False
    question_tokens: int = 64
    passage_tokens: int = 256
    max_new_tokens: int = 32
    num_beams: int = 1

    def __post_init__(self) -> None:
        if self.marginal not in MARGINALS:
            raise UsageError(f"marginal is one of {', '.join(MARGINALS)}, got {self.marginal!r}")
        if self.distill not in get_args(Distillation):
            raise UsageError(f"distill is one of likelihood, emdr, attention, got {self.distill!r}")
        if self.n_docs < 1 or not 0 <= self.random_docs <= self.n_docs:
            raise UsageError(
                "n_docs is at least 1 and random_docs at most n_docs, got "
                f"{self.n_docs} and {self.random_docs}"
            )
        if self.temperature is not None and not 0 < self.temperature < float("inf"):
            raise UsageError(f"temperature is a number above 0, got {self.temperature}")
        if min(self.reindex_every, self.freeze_generator) < 0:
            raise UsageError("reindex_every and freeze_generator are numbers of steps, 0 or more")
        if not 0 <= self.label_smoothing < 1 or not 0 <= self.modality_dropout <= 1:
            raise UsageError("label_smoothing lies in [0, 1) and modality_dropout in [0, 1]")
        if self.marginal == "fid" and not self.distill and not self.freeze_documents:
            raise UsageError(
                'a joint reading ("fid") sends no gradient into retrieval; set distill = '
                '"attention" or freeze_documents = true'
            )

    def divisor(self, normalize: bool) -> float:
        """Return the temperature in force over cosines, or over inner products."""
        return (0.05 if normalize else 1.0) if self.temperature is None else self.temperature
