"""A knowledge base as what a model retrieves from."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch

from pincite.errors import UsageError
from pincite.generate.documents import document_of
from pincite.models.rag.text import Document, Retrieved
from pincite.pipeline import KnowledgeBase

_LEAST_PRIOR = 1e-6
"""What a document counts for that the search brought up but believes not at all."""


class KnowledgeRetriever:
    """Finds documents for questions by the search that `ask` uses, words and vectors alike.

    A `pincite.models.rag.Retriever`. Titles and texts are those that `pincite ask` gives to a
    model; segments without words are passed over.

    Args:
        kb: Where to look.
    """

    def __init__(self, kb: KnowledgeBase) -> None:
        self.kb = kb

    def retrieve(self, questions: Sequence[str], n: int) -> Retrieved:
        """Return the `n` best documents of each question, with log P(d|question) of the search.

        The scores are log shares of belief, (b, n), -inf where fewer were found; equal ones fall to
        the smaller segment id. A question for which nothing is found gets one document without
        words and the score 0, so that a model can read the question alone.

        Raises:
            UsageError: `n` is not positive, or a question is empty.
        """
        if n < 1:
            raise UsageError(f"n must be at least 1, got {n}")
        for question in questions:
            if not question.strip():
                raise UsageError("a question is empty; leave it out")
        found = [self._found(question, n) for question in questions]
        scores = torch.full((len(found), n), -torch.inf)
        for row, documents in enumerate(found):
            for place, (_, _, score) in enumerate(documents):
                scores[row, place] = score
        return Retrieved(
            ids=tuple(tuple(name for name, _, _ in row if name) for row in found),
            documents=tuple(tuple(document for _, document, _ in row) for row in found),
            scores=scores,
        )

    def _found(self, question: str, n: int) -> list[tuple[str, Document, float]]:
        """Return segment id, document and score of the best `n` with words."""
        depth = n
        while True:
            evidence = self.kb.search(question, k=depth).evidence
            rows = [
                (item.segment.id, document, math.log(max(item.prior, _LEAST_PRIOR)))
                for item in evidence
                if (document := document_of(item.segment, item.asset))[1]
            ]
            if len(rows) >= n or len(evidence) < depth:
                return rows[:n] or [("", ("", ""), 0.0)]
            depth *= 2
