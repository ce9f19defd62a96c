"""Answers that a trained model of retrieval-augmented generation writes, cited by code.

`rag-token:DIR`, `rag-sequence:DIR`, `fid:DIR` and `rag-causal:DIR` name the marginal and the
directory of the model (`pincite.models.rag.load_rag`). The model reads the evidence and writes;
which places bear out what it wrote is then found by `borne_out.py`, weighed with the model's
posterior of each source. A sentence that nothing bears out is left out, and said to be; an answer
of which no sentence is left is not given.
"""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import torch

from pincite.errors import GeneratorError, UsageError
from pincite.generate.attributed import Borne, sentences_of, written
from pincite.generate.borne_out import Quote, quotes
from pincite.generate.copying import CopyOnly
from pincite.generate.documents import document_of
from pincite.generate.similar import Similarity
from pincite.models.rag import RagCausalModel, RagModel, RagTokenizer, load_rag
from pincite.models.rag.retrieval import document_scores
from pincite.models.rag.text import Document, readable
from pincite.types import Answer, Citation, Evidence

_LEAST_PRIOR = 1e-6
"""What a source counts for that the search believes not at all."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What the model wrote.

    Attributes:
        text: The answer.
        ends: Where each token ends in it.
        posterior: P(d|question, answer), (n,).
        of_tokens: The same for each token, (t, n).
        certainty: Mean probability of a token (geometric), 0..1.
    """

    text: str
    ends: tuple[int, ...]
    posterior: tuple[float, ...]
    of_tokens: tuple[tuple[float, ...], ...]
    certainty: float


class RagGenerator:
    """Lets a model answer from the evidence and cites what bears the answer out.

    P(d|x) comes from the model's own encoders where it has them, else from the search. The
    confidence is the mean probability of a token times the mean support of the sentences times
    the share of sentences that are borne out; it is 0..1 and 1 only for a certain model whose every
    word is found. It is not fitted to any question set.

    Args:
        directory: Of the model.
        similarity: Returns the cosine of a question to each of some texts, (n,); tells which of
            several places with the same words is meant. None goes by words alone.
        abstain_below: An answer believed less than this is not given, 0..1.
        num_beams: Hypotheses the search for an answer keeps.
        max_new_tokens: Longest answer.
        copy_only: Let the model write with tokens of the evidence alone.

    Raises:
        UsageError: An option is out of range, or the model is of another kind.
        NotFound: There is no such directory, or no model or no tokenizer in it.
        ModelMismatch: Files are damaged, or of another version.
    """

    name = "rag"
    marginal = ""
    causal = False

    def __init__(
        self,
        directory: str | Path,
        similarity: Similarity | None = None,
        abstain_below: float = 0.5,
        *,
        num_beams: int = 4,
        max_new_tokens: int = 64,
        copy_only: bool = False,
    ) -> None:
        if not 0.0 <= abstain_below <= 1.0:
            raise UsageError(f"abstain_below must lie in 0..1, got {abstain_below}")
        self.model, self.tokenizer = _loaded(Path(directory).expanduser())
        self.similarity = similarity
        self.abstain_below = abstain_below
        self.options: dict[str, Any] = {"num_beams": num_beams, "max_new_tokens": max_new_tokens}
        self.copy_only = copy_only
        if isinstance(self.model, RagCausalModel) != self.causal:
            other = "rag-causal" if not self.causal else "rag-token"
            raise UsageError(
                f"{str(directory)!r} holds a {type(self.model.generator).__name__}, which "
                f"{self.name} cannot use; write {other}:{directory}"
            )

    def generate(self, question: str, evidence: Sequence[Evidence]) -> Answer:
        """Return the answer with its citations, or one whose text is None: it abstained.

        Raises:
            GeneratorError: The model failed.
        """
        began = time.perf_counter()
        warnings: list[str] = []
        asked = self.tokenizer.shortened(readable(question))
        if len(asked) < len(question):
            warnings.append(
                f"The question has {len(question)} characters; "
                f"only the first {len(asked)} were read."
            )
        read = self._chosen(asked, evidence) if asked.strip() else []
        text: str | None = None
        citations: tuple[Citation, ...] = ()
        confidence = 0.0
        if read:
            draft = self._draft(asked, *zip(*read, strict=True))
            borne, unborne = self._borne(asked, draft, [item for item, _, _ in read])
            confidence = _confidence(draft, borne, unborne)
            warnings += _left_out(unborne, borne)
            if borne and confidence >= self.abstain_below:
                text, citations = written(borne, [item for item, _, _ in read], draft.posterior)
        return Answer(
            question=question,
            text=text,
            citations=citations,
            evidence=tuple(evidence),
            confidence=confidence,
            generator=self.name,
            warnings=tuple(warnings),
            timings_ms={"generate": 1000.0 * (time.perf_counter() - began)},
        )

    def _chosen(
        self, question: str, evidence: Sequence[Evidence]
    ) -> list[tuple[Evidence, Document, float]]:
        """Return the documents to be read with their scores, best first, at most `n_docs`."""
        found = [(item, document_of(item.segment, item.asset)) for item in evidence]
        found = [(item, document) for item, document in found if document[1]]
        if not found:
            return []
        scores = [math.log(max(item.prior, _LEAST_PRIOR)) for item, _ in found]
        if self.model.question_encoder is not None and self.model.context_encoder is not None:
            documents = [document for _, document in found]
            with torch.no_grad():
                found_scores = document_scores(self.model, self.tokenizer, question, documents)
            scores = found_scores[0].tolist()
        rows = [(*pair, score) for pair, score in zip(found, scores, strict=True)]
        rows.sort(key=lambda row: (-row[2], row[0].segment.id))
        return rows[: self.model.retrieval.n_docs]

    def _draft(
        self,
        question: str,
        evidence: Sequence[Evidence],
        documents: Sequence[Document],
        scores: Sequence[float],
    ) -> Draft:
        device = next(self.model.parameters()).device
        ids, mask = self.tokenizer.sources([question], [list(documents)])
        processors = []
        if self.copy_only:
            texts = [item.segment.text for item in evidence]
            processors = [CopyOnly(self.tokenizer.generator, texts)]
        try:
            out = self.model.generate(
                ids.to(device),
                mask.to(device),
                torch.tensor([scores], device=device),
                self.marginal,
                logits_processor=processors,
                **self.options,
            )
        except RuntimeError as error:
            raise GeneratorError(
                f"the model of {self.name} failed: {str(error).splitlines()[0]}; ask with a "
                "smaller -k, or use a smaller model"
            ) from error
        return self._read_off(out)

    def _read_off(self, out: Any) -> Draft:
        length = int(out.lengths[0, 0])
        ids = out.sequences[0, 0, self.model.prompt :][:length].tolist()
        whole = out.doc_posterior[0, 0]
        each = out.token_posterior[0, 0, :length]
        if self.marginal == "sequence":  # one document for all tokens
            each = whole.expand(length, -1)
        certainty = math.exp(float(out.log_probs[0, 0]) / max(1, length))
        return Draft(
            text=self.tokenizer.decode(ids),
            ends=tuple(len(self.tokenizer.decode(ids[: i + 1])) for i in range(length)),
            posterior=tuple(whole.tolist()),
            of_tokens=tuple(map(tuple, each.tolist())),
            certainty=min(1.0, certainty),
        )

    def _borne(
        self, question: str, draft: Draft, evidence: Sequence[Evidence]
    ) -> tuple[list[Borne], list[str]]:
        """Return the sentences with what bears them out, and those that nothing does."""
        borne: list[Borne] = []
        unborne: list[str] = []
        for start, end, sentence in sentences_of(draft.text):
            posterior = _mean_between(draft, start, end)
            found: tuple[Quote, ...] = quotes(
                sentence, evidence, posterior, question, self.similarity
            )
            if found:
                borne.append(Borne(sentence, found))
            else:
                unborne.append(sentence)
        return borne, unborne


class RagTokenGenerator(RagGenerator):
    """`rag-token:DIR`: the documents are summed over at each token."""

    name, marginal = "rag-token", "token"


class RagSequenceGenerator(RagGenerator):
    """`rag-sequence:DIR`: each document writes the whole answer, and these are summed over."""

    name, marginal = "rag-sequence", "sequence"


class FidGenerator(RagGenerator):
    """`fid:DIR`: all documents are read at once, and none is summed over."""

    name, marginal = "fid", "fid"


class RagCausalGenerator(RagGenerator):
    """`rag-causal:DIR`: a decoder-only model, whose prompts are summed over at each token."""

    name, marginal, causal = "rag-causal", "token", True


def _loaded(directory: Path) -> tuple[RagModel, RagTokenizer]:
    """Return a model, kept until another is asked for or its files change."""
    stamps = [(file.name, file.stat().st_mtime_ns) for file in sorted(directory.glob("*.json"))]
    return _kept(directory, (directory.absolute(), *stamps))


@lru_cache(maxsize=1)
def _kept(directory: Path, stamps: tuple[Any, ...]) -> tuple[RagModel, RagTokenizer]:
    return load_rag(directory)


def _mean_between(draft: Draft, start: int, end: int) -> list[float]:
    """Return the mean posterior of the tokens that end within characters `start:end`."""
    rows = [
        row for row, at in zip(draft.of_tokens, draft.ends, strict=True) if start < at <= end
    ] or [draft.posterior]
    return [sum(column) / len(rows) for column in zip(*rows, strict=True)]


def _confidence(draft: Draft, borne: Sequence[Borne], unborne: Sequence[str]) -> float:
    if not borne:
        return 0.0
    support = sum(b.quotes[0].support for b in borne) / len(borne)
    return draft.certainty * support * len(borne) / (len(borne) + len(unborne))


def _left_out(unborne: Sequence[str], borne: Sequence[Borne]) -> list[str]:
    if not unborne:
        return []
    shown = "; ".join(f"“{sentence}”" for sentence in unborne)
    if not borne:
        return [f"The model wrote what no source bears out: {shown}"]
    return [f"Left out, because no source bears it out: {shown}"]
