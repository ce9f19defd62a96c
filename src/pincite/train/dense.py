"""Training of dense retrieval: questions and passages to one space (recipe "dpr").

    [task]                          [data]                       [model]
    name = "dpr"                    train = "train.jsonl"        path = "bert"
    hard_negatives = 2              held_out = "test.jsonl"
    refresh_negatives_every = 500   kb = "notes"

Negatives of a question are the passages of all others in its batch, and hard ones: those that
its row names, then those mined from the knowledge base, then, from the first refresh on, those
that the model in training takes for an answer. Batches that are only accumulated are not
compared with each other; processes are.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from pincite.errors import UsageError
from pincite.models.dpr import DprModel, load_tokenizers
from pincite.models.dpr_text import encode_texts, token_ids, window_of
from pincite.models.tower import Pooling
from pincite.pipeline import KnowledgeBase
from pincite.train.collate import pad_tokens
from pincite.train.config import Settings
from pincite.train.data import QuestionRow, read_questions, with_texts
from pincite.train.gather import check_processes, fail_together, gather
from pincite.train.losses import candidates, in_batch_contrastive
from pincite.train.negatives import DEPTH, Candidate, hard_negatives, kb_passages, mined
from pincite.train.objective import Loss
from pincite.train.ranking import Ranks, figures, ranks

CUTOFFS = (1, 5, 20)


@dataclass(frozen=True, slots=True)
class DprTask:
    """How questions and passages are compared.

    Attributes:
        hard_negatives: How many a question gets, besides the passages of the others.
        refresh_negatives_every: Steps after which the model mines them anew; 0: never.
        normalize: Compare by cosine, as a knowledge base does; else by inner product.
        temperature: What scores are divided by; default: 0.05 for cosines, 1 for products.
        question_tokens: Longest question that is read.
        passage_tokens: Longest passage that is read.
    """

    hard_negatives: int = 1
    refresh_negatives_every: int = 0
    normalize: bool = True
    temperature: float | None = None
    question_tokens: int = 64
    passage_tokens: int = 256

    def __post_init__(self) -> None:
        if min(self.hard_negatives, self.refresh_negatives_every) < 0:
            raise UsageError("hard_negatives and refresh_negatives_every are 0 or more")
        if self.refresh_negatives_every and not self.hard_negatives:
            raise UsageError("refresh_negatives_every needs hard_negatives of at least 1")
        if self.temperature is not None and not 0 < self.temperature < float("inf"):
            raise UsageError(f"temperature is a number above 0, got {self.temperature}")
        if min(self.question_tokens, self.passage_tokens) < 3:
            raise UsageError("question_tokens and passage_tokens are 3 or more")

    @property
    def divisor(self) -> float:
        """The temperature in force."""
        return (0.05 if self.normalize else 1.0) if self.temperature is None else self.temperature


@dataclass(frozen=True, slots=True)
class DprData:
    """What is learned from.

    Attributes:
        train: Questions with their passages, as `pincite.train.data` reads them.
        held_out: Questions that are evaluated on, against all passages there are.
        kb: Knowledge base that passages are named in and negatives are mined from; "": none.
    """

    train: Path
    held_out: Path
    kb: str = ""


@dataclass(frozen=True, slots=True)
class DprStart:
    """What training starts from.

    Attributes:
        path: Directory of a `DprModel`, or of an encoder of Transformers.
        passages: Directory of another encoder for passages.
        shared: One encoder for both.
        pooling: Other than the usual one.
    """

    path: Path
    passages: Path | None = None
    shared: bool | None = None
    pooling: Pooling | None = None


class DprObjective:
    """A `DprModel` with its questions; an example is one question with one of its positives."""

    measure, higher_is_better = "mrr", True

    def __init__(
        self,
        model: DprModel,
        tokenizers: tuple[Any, Any],
        rows: Sequence[QuestionRow],
        held_out: Sequence[QuestionRow],
        passages: Sequence[str] = (),
        task: DprTask | None = None,
        negatives: Sequence[Sequence[str]] | None = None,
    ) -> None:
        """Put a model and its questions together.

        Args:
            model: What is trained.
            tokenizers: Of questions and of passages.
            rows: Training questions, all passages as texts, each with a positive.
            held_out: Questions that are evaluated on, likewise.
            passages: More passages that are ranked, besides all that the rows name.
            task: How they are compared.
            negatives: Hard negatives of each training question, besides its own.
        """
        self.model, self.task = model, task or DprTask()
        self._tokenizers, self._rows, self._held_out = tokenizers, tuple(rows), tuple(held_out)
        named = [p for row in (*rows, *held_out) for p in (*row.positives, *row.negatives)]
        self.passages = tuple(dict.fromkeys([*passages, *named]))
        self._negatives = [tuple(each) for each in negatives or [()] * len(rows)]
        self._examples = [(i, p) for i, row in enumerate(rows) for p in row.positives]
        self.size = len(self._examples)

    def batch(self, indices: Sequence[int]) -> Mapping[str, Any]:
        """Return questions (b, s), distinct passages (p, s), and which is right for which."""
        examples = [self._examples[i] for i in indices]
        right = dict.fromkeys(positive for _, positive in examples)
        texts = list(right | dict.fromkeys(n for i, _ in examples for n in self._hard(i)))
        place = {text: i for i, text in enumerate(texts)}
        rows = [self._rows[i] for i, _ in examples]
        return {
            "questions": self._tokens([row.question for row in rows], "query"),
            "passages": self._tokens(texts, "document"),
            "positives": torch.tensor([place[positive] for _, positive in examples]),
            "passage_keys": torch.tensor([_key(text) for text in texts]),
            "positive_keys": _padded([[_key(p) for p in row.positives] for row in rows]),
        }

    def loss(self, model: Any, batch: Any) -> Loss:
        """Return the contrastive loss; "recall" is how often the positive scores best."""
        questions, passages = model(batch["questions"], batch["passages"])
        everyone, keys = gather(passages), gather(batch["passage_keys"])
        positives = batch["positives"] + everyone.first
        mask = candidates(keys.rows, batch["positive_keys"], positives)
        losses = in_batch_contrastive(
            questions, everyone.rows, positives, mask, temperature=self.task.divisor
        )
        with torch.no_grad():
            scores = (questions @ everyone.rows.T).masked_fill(~mask, -torch.inf)
            recall = (scores.argmax(dim=1) == positives).float().mean()
        return Loss(fail_together(losses.mean()), {"recall": float(recall)})

    def before_step(self, step: int) -> None:
        """Mine hard negatives with the model as it is, when it is time."""
        every = self.task.refresh_negatives_every
        if every and step and step % every == 0:
            found = self._search([row.question for row in self._rows], DEPTH)
            look = dict(zip((row.question for row in self._rows), found, strict=True))
            self._negatives = list(
                hard_negatives(self._rows, lambda q, k: look[q][:k], self.task.hard_negatives)
            )

    def evaluate(self) -> Mapping[str, float]:
        """Return recall@1, 5 and 20 and MRR of the held-out questions among all passages."""
        return figures(self.ranks(), CUTOFFS)

    def scores(self) -> Sequence[float]:
        """Return 1 / rank of each held-out question."""
        return [1.0 / float(rank) for rank in self.ranks()]

    def ranks(self) -> Ranks:
        """Return the rank of the best positive of each held-out question among all passages."""
        passages = self._vectors(self.passages, "document")
        found = [np.zeros(0, np.int64)]
        for start in range(0, len(self._held_out), 256):
            rows = self._held_out[start : start + 256]
            questions = self._vectors([row.question for row in rows], "query")
            right = [[p in set(row.positives) for p in self.passages] for row in rows]
            found.append(ranks(questions @ passages.T, right))
        return np.concatenate(found)

    def state(self) -> Mapping[str, Any]:
        """Return the hard negatives in force."""
        return {"negatives": [list(each) for each in self._negatives]}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take the hard negatives back."""
        self._negatives = [tuple(each) for each in state["negatives"]]

    def save(self, directory: Path) -> None:
        """Write the model as `DprModel.from_pretrained` reads it."""
        self.model.save_pretrained(directory, *self._tokenizers)

    # -- parts -------------------------------------------------------------------------------

    def _hard(self, row: int) -> Sequence[str]:
        own = self._rows[row].negatives
        return list(dict.fromkeys([*own, *self._negatives[row]]))[: self.task.hard_negatives]

    def _limit(self, role: Any) -> int:
        asked = self.task.question_tokens if role == "query" else self.task.passage_tokens
        return window_of(self.model, role, asked)

    def _tokenizer(self, role: Any) -> Any:
        return self._tokenizers[role == "document"]

    def _tokens(self, texts: Sequence[str], role: Any) -> dict[str, Tensor]:
        tokenizer = self._tokenizer(role)
        return pad_tokens(token_ids(tokenizer, texts, self._limit(role)), tokenizer.pad_token_id)

    def _vectors(self, texts: Sequence[str], role: Any) -> Any:
        return encode_texts(
            self.model, self._tokenizer(role), texts, role=role, max_tokens=self._limit(role)
        )

    def _search(self, questions: Sequence[str], count: int) -> list[list[Candidate]]:
        """Return the passages that the model ranks best for each question."""
        training = self.model.training
        self.model.eval()
        passages = self._vectors(self.passages, "document")
        vectors = self._vectors(questions, "query")
        self.model.train(training)
        found = []
        for vector in vectors:
            best = np.argsort(-(passages @ vector), kind="stable")[:count]
            found.append([Candidate(self.passages[i], self.passages[i]) for i in best])
        return found


SECTIONS = (DprTask, DprData, DprStart)
"""What the recipe takes in [task], [data] and [model]."""


def dpr(settings: Settings) -> DprObjective:
    """Return the objective of the recipe "dpr".

    Raises:
        NotFound: A file, model or knowledge base does not exist.
        UsageError: A setting or a line of the data is wrong.
    """
    task, data, start = settings.take(*SECTIONS)
    rows, held_out = read_questions(data.train), read_questions(data.held_out)
    kb = KnowledgeBase.open(data.kb, create=False) if data.kb else None
    segments = kb_passages(kb) if kb else None
    rows, held_out = with_texts(rows, segments), with_texts(held_out, segments)
    negatives = None
    if kb and task.hard_negatives:
        negatives = mined(kb, rows, task.hard_negatives, settings.run.out / "negatives")
    model = DprModel.from_pretrained(
        start.path,
        start.passages,
        pooling=start.pooling,
        normalize=task.normalize,
        shared=start.shared,
    )
    made = DprObjective(
        model.float(),
        load_tokenizers(start.path, start.passages),
        rows,
        held_out,
        tuple((segments or {}).values()),
        task,
        negatives,
    )
    check_processes(made.size, settings.optim.batch_size)
    return made


def _key(passage: str) -> int:
    """Return a number that stands for a text on every machine, never negative."""
    digest = hashlib.sha256(passage.encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:8], "big") >> 1


def _padded(keys: Sequence[Sequence[int]]) -> Tensor:
    longest = max(map(len, keys))
    return torch.tensor([[*row, *[-1] * (longest - len(row))] for row in keys])
