"""End-to-end training of retrieval and generation: the objective of the recipe "rag".

Lewis et al. 2020: the loss is -log P(y|x), summed over the documents that the question encoder
retrieves, so its gradient reaches question encoder, document encoder, fusion and generator alike.
Documents are looked up in an index of vectors, which is made anew every `reindex_every` steps
(Guu et al. 2020, "REALM", section 3.3); the scores of those found are always of the encoders as
they are. Without gold documents anywhere: a document is good if it makes the answer likely.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from pincite.errors import UsageError
from pincite.models.dpr import DprModel
from pincite.models.dpr_text import encode_texts, token_ids, window_of
from pincite.models.rag import Memory, RagModel
from pincite.models.rag.attention import joint_attention
from pincite.train.answers import exact_match, token_f1
from pincite.train.collate import pad_tokens
from pincite.train.data import QuestionRow
from pincite.train.documents import Document, padded_features, widths
from pincite.train.losses import distill_attention, distill_likelihood, emdr
from pincite.train.objective import Loss
from pincite.train.rag_task import RagTask


class Trainee(nn.Module):
    """The parts that are trained: `rag` reads and writes, `retriever` finds."""

    def __init__(self, rag: RagModel, retriever: DprModel) -> None:
        super().__init__()
        self.rag, self.retriever = rag, retriever


@dataclass(frozen=True, slots=True, eq=False)
class Read:
    """Documents of b questions as the generator reads them.

    Attributes:
        places: Which document, (b, n), -1 where there is none.
        input_ids: (b, n, s).
        attention_mask: (b, n, s).
        features: By modality, (b, n, m, e).
        feature_masks: By modality, (b, n, m).
    """

    places: Tensor
    input_ids: Tensor
    attention_mask: Tensor
    features: Mapping[str, Tensor]
    feature_masks: Mapping[str, Tensor]


class RagObjective:
    """A reader and a retriever with their questions and documents; see the module."""

    measure, higher_is_better = "exact_match", True

    def __init__(
        self,
        rag: RagModel,
        retriever: DprModel,
        tokenizer: Any,
        rows: Sequence[QuestionRow],
        held_out: Sequence[QuestionRow],
        documents: Sequence[Document],
        task: RagTask | None = None,
    ) -> None:
        """Put models, questions and documents together.

        Args:
            rag: Reads documents and writes answers.
            retriever: Its question encoder asks, its passage encoder indexes.
            tokenizer: `pincite.models.rag.text.RagTokenizer`.
            rows: Training questions, each with an answer.
            held_out: Questions that are evaluated on.
            documents: All there is to retrieve from.
            task: How.

        Raises:
            UsageError: A question has no answer, or there are no documents.
        """
        self.task = task or RagTask()
        if not documents:
            raise UsageError(
                "there is no document to retrieve from; name documents or kb in [data]"
            )
        for row in (*rows, *held_out):
            if not row.answers:
                raise UsageError(f'{row.where or row.id}: expected "answers", found none; add one')
        rag.question_encoder, rag.context_encoder = None, None
        if self.task.normalize is not None:
            retriever.normalize = self.task.normalize
        self.model = Trainee(rag, retriever)
        self.tokenizer = tokenizer
        self.rows, self.held_out = tuple(rows), tuple(held_out)
        self.documents = tuple(documents)
        self.size = len(self.rows)
        self._widths = widths(documents) if rag.fusion is not None else {}
        self._place = {document.text: i for i, document in enumerate(documents)}
        self._place |= {document.id: i for i, document in enumerate(documents)}
        self._index: Tensor | None = None
        self._thawed: list[nn.Parameter] | None = None
        if self.task.freeze_documents:
            retriever.passage.requires_grad_(False)

    # -- training ----------------------------------------------------------------------------

    def batch(self, indices: Sequence[int]) -> Mapping[str, Any]:
        """Return questions as the retriever reads them, (b, s), labels (b, t), and the rows."""
        rows = [self.rows[i] for i in indices]
        return {
            "questions": self._tokens([row.question for row in rows], "query"),
            "labels": self.tokenizer.labels([row.answers[0] for row in rows]),
            "rows": list(indices),
        }

    def before_step(self, step: int) -> None:
        """Index the documents anew, and freeze or thaw the generator, when it is time."""
        if self._thawed is None:
            self._thawed = [p for p in self.model.rag.parameters() if p.requires_grad]
        for parameter in self._thawed:
            parameter.requires_grad_(step >= self.task.freeze_generator)
        every = self.task.reindex_every
        due = every and step % every == 0 and not self.task.freeze_documents
        if self._index is None or (due and step):
            self._index = self.indexed()

    def loss(self, model: Any, batch: Any) -> Loss:
        """Return -log P(y|x), a token, averaged; with what distillation adds."""
        rows = [self.rows[i] for i in batch["rows"]]
        questions = model.retriever.encode_questions(**batch["questions"])
        read = self.read(rows, self._chosen(rows, questions.detach()), drop=True)
        read = _on(read, questions.device)
        scores = self._scores(model, questions, read.places)
        memory = model.rag.encode(
            read.input_ids,
            read.attention_mask,
            features=read.features,
            feature_masks=read.feature_masks,
        )
        labels = batch["labels"]
        nll = model.rag.nll_of(
            memory, scores, labels, self.task.marginal, self.task.label_smoothing
        )
        tokens = model.rag.real_labels(labels)[1].sum(dim=-1).clamp(min=1)
        value = (nll / tokens).mean()
        parts = {"nll": float(value.detach()), "recall": self._recall(rows, read.places)}
        if self.task.distill:
            taught = self._taught(model.rag, memory, scores, labels).mean()
            parts["distill"] = float(taught.detach())
            value = value + self.task.distill_weight * taught
        return Loss(value, parts)

    def _taught(self, rag: RagModel, memory: Memory, scores: Tensor, labels: Tensor) -> Tensor:
        """Return what the reader teaches the retriever, (b,)."""
        real = torch.isfinite(scores)
        finite = scores.masked_fill(~real, 0.0)
        if self.task.distill == "attention":
            ids, mask = rag.real_labels(labels)
            with torch.no_grad():
                shares = joint_attention(rag.generator, memory.only(real), rag.shifted_right(ids))
            shares = shares.masked_fill(~mask.unsqueeze(-1), 0.0).sum(dim=1)
            return distill_attention(finite, shares, real)
        with torch.no_grad():  # the losses detach it anyway; this saves its graph
            likelihood = rag.document_log_likelihood(memory, labels)[0].sum(dim=-1)
        teach = emdr if self.task.distill == "emdr" else distill_likelihood
        return teach(finite, likelihood, mask=real)

    def _scores(self, model: Any, questions: Tensor, places: Tensor) -> Tensor:
        """Return the scores of documents by the encoders as they are, (b, n), -inf for none."""
        distinct, where = places.clamp(min=0).unique(return_inverse=True)
        texts = [self.documents[i].words for i in distinct.tolist()]
        tokens = {k: v.to(questions.device) for k, v in self._tokens(texts, "document").items()}
        with torch.set_grad_enabled(torch.is_grad_enabled() and not self.task.freeze_documents):
            vectors = model.retriever.encode_passages(**tokens)
        scores = DprModel.score(questions, vectors[where]) / self._divisor
        return scores.masked_fill(places < 0, -torch.inf)

    def _chosen(self, rows: Sequence[QuestionRow], questions: Tensor) -> list[list[int]]:
        """Return the documents read for each question in training: found, random, gold."""
        found = self.found(questions, self.task.n_docs - self.task.random_docs)
        chosen = []
        for row, places in zip(rows, found, strict=True):
            own = list(places)
            if self.task.random_docs:
                draws = torch.randint(len(self.documents), (4 * self.task.random_docs,)).tolist()
                fresh = dict.fromkeys(i for i in draws if i not in own)
                own += list(fresh)[: self.task.random_docs]
            gold = [self._place[p] for p in row.positives if p in self._place]
            if self.task.gold and gold and not set(gold) & set(own):
                own[-1] = gold[0]
            chosen.append(own)
        return chosen

    # -- retrieval ---------------------------------------------------------------------------

    @torch.no_grad()
    def indexed(self) -> Tensor:
        """Return the vectors of all documents by the document encoder as it is, (N, d)."""
        retriever = self.model.retriever
        was_training = retriever.training
        retriever.eval()
        tokenizer = self.tokenizer.context
        words = [document.words for document in self.documents]
        vectors = encode_texts(
            retriever, tokenizer, words, role="document", max_tokens=self._limit("document")
        )
        retriever.train(was_training)
        return torch.from_numpy(vectors)

    def found(self, questions: Tensor, count: int, index: Tensor | None = None) -> list[list[int]]:
        """Return the places of the `count` documents of the index that score best, best first."""
        count = min(count, len(self.documents))
        if not count:
            return [[] for _ in questions]
        if index is None:
            self._index = index = self.indexed() if self._index is None else self._index
        scores = questions.float().cpu() @ index.T
        return scores.topk(count, dim=-1).indices.tolist()

    def read(
        self, rows: Sequence[QuestionRow], chosen: Sequence[Sequence[int]], drop: bool = False
    ) -> Read:
        """Return documents as the generator reads them.

        Args:
            rows: b questions.
            chosen: Places of the documents of each; fewer where there are fewer.
            drop: Let documents lose a modality, as modality dropout asks.
        """
        most = max(1, *map(len, chosen))
        places = torch.full((len(rows), most), -1)
        for i, own in enumerate(chosen):
            places[i, : len(own)] = torch.tensor(own, dtype=torch.long)
        documents = [
            [self.documents[p] if p >= 0 else None for p in row] for row in places.tolist()
        ]
        if drop and self.task.modality_dropout and self._widths:
            documents = [[_dropped(d, self.task.modality_dropout) for d in r] for r in documents]
        texts = [[(d.title, d.text) for d in row if d is not None] for row in documents]
        ids, mask = self.tokenizer.sources([row.question for row in rows], texts)
        features, masks = padded_features(documents, self._widths)
        return Read(places, ids, mask, features, masks)

    # -- evaluation --------------------------------------------------------------------------

    def evaluate(self) -> Mapping[str, float]:
        """Return recall@1 and @n of the index made anew, exact match and F1 of the answers.

        Recall counts questions that name positives; it is left out when none does.
        """
        answers, chosen = self.answered()
        figures = {
            "exact_match": float(np.mean(self._matches(answers))),
            "f1": float(
                np.mean(
                    [
                        max(token_f1(a, right) for right in row.answers)
                        for a, row in zip(answers, self.held_out, strict=True)
                    ]
                )
            ),
        }
        known = [
            ([self._place[p] for p in row.positives if p in self._place], own)
            for row, own in zip(self.held_out, chosen, strict=True)
        ]
        known = [(gold, own) for gold, own in known if gold]
        for count in sorted({1, self.task.n_docs}) if known else ():
            hits = [bool(set(gold) & set(own[:count])) for gold, own in known]
            figures[f"recall@{count}"] = float(np.mean(hits))
        return figures

    def scores(self) -> Sequence[float]:
        """Return 1 for each held-out question answered rightly, else 0."""
        return [float(match) for match in self._matches(self.answered()[0])]

    def _matches(self, answers: Sequence[str]) -> list[bool]:
        return [
            any(exact_match(answer, right) for right in row.answers)
            for answer, row in zip(answers, self.held_out, strict=True)
        ]

    @torch.no_grad()
    def answered(
        self, chosen: Sequence[Sequence[int]] | None = None, *, batch_size: int = 16
    ) -> tuple[list[str], list[list[int]]]:
        """Return an answer to each held-out question, and the documents it was read from.

        Args:
            chosen: Documents to read instead of those retrieved.
            batch_size: Questions answered together.
        """
        model, device = self.model, next(self.model.parameters()).device
        index = self.indexed()
        answers: list[str] = []
        used: list[list[int]] = []
        for first in range(0, len(self.held_out), batch_size):
            rows = self.held_out[first : first + batch_size]
            tokens = self._tokens([row.question for row in rows], "query")
            questions = model.retriever.encode_questions(
                **{name: value.to(device) for name, value in tokens.items()}
            )
            own = (
                self.found(questions, self.task.n_docs, index)
                if chosen is None
                else [list(places) for places in chosen[first : first + batch_size]]
            )
            read = _on(self.read(rows, own), device)
            answers += self._written(questions, read)
            used += own
        return answers, used

    def _written(self, questions: Tensor, read: Read) -> list[str]:
        generated = self.model.rag.generate(
            read.input_ids,
            read.attention_mask,
            self._scores(self.model, questions, read.places),
            self.task.marginal,
            features=read.features,
            feature_masks=read.feature_masks,
            num_beams=self.task.num_beams,
            max_new_tokens=self.task.max_new_tokens,
        )
        return list(self.tokenizer.decode(generated.sequences[:, 0]))

    def _recall(self, rows: Sequence[QuestionRow], places: Tensor) -> float:
        hits = [
            bool({self._place[p] for p in row.positives if p in self._place} & set(own))
            for row, own in zip(rows, places.tolist(), strict=True)
        ]
        return float(np.mean(hits))

    # -- keeping -----------------------------------------------------------------------------

    def state(self) -> Mapping[str, Any]:
        """Return the index in force, which is older than the encoders."""
        return {} if self._index is None else {"index": self._index}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take the index back."""
        self._index = state.get("index")

    def save(self, directory: Path) -> None:
        """Write the model as `RagModel.from_pretrained` and `pincite ask --generator` read it."""
        rag, retriever = self.model.rag, self.model.retriever
        rag.marginal = self.task.marginal
        rag.save_pretrained(
            directory,
            self.tokenizer,
            retriever=retriever,
            n_docs=self.task.n_docs,
            scale=1.0 / self._divisor,
        )

    # -- parts -------------------------------------------------------------------------------

    @property
    def _divisor(self) -> float:
        return self.task.divisor(self.model.retriever.normalize)

    def _limit(self, role: Any) -> int:
        asked = self.task.question_tokens if role == "query" else self.task.passage_tokens
        return window_of(self.model.retriever, role, asked)

    def _tokens(self, texts: Sequence[str], role: Any) -> dict[str, Tensor]:
        tokenizer = self.tokenizer.question if role == "query" else self.tokenizer.context
        return pad_tokens(token_ids(tokenizer, texts, self._limit(role)), tokenizer.pad_token_id)


def _dropped(document: Document | None, rate: float) -> Document | None:
    """Return a document that has lost its text or its features, or as it was."""
    chance, which = torch.rand(2).tolist()
    if document is None or not document.features or not document.text or chance >= rate:
        return document
    if which < 0.5:
        return Document(document.id, features=document.features)
    return Document(document.id, document.title, document.text)


def _on(read: Read, device: torch.device) -> Read:
    """Return the same on a device."""
    return Read(
        read.places,
        read.input_ids.to(device),
        read.attention_mask.to(device),
        {name: value.to(device) for name, value in read.features.items()},
        {name: value.to(device) for name, value in read.feature_masks.items()},
    )
