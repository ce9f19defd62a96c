"""From the decoder's logits over every document to the distribution that is searched."""

from __future__ import annotations

from typing import Any

import torch

from pincite.models.rag.memory import Memory
from pincite.models.rag.search import Predict, Prediction
from pincite.models.rag.steps import Steps

Tensor = Any


def marginal_predict(steps: Steps, memory: Memory, log_prior: Tensor) -> Predict:
    """Return the next-token distribution of RAG-Token: sum_d P(d|x) P(v|x, d, y_<t).

    With one document a question (`Memory.by_document`, Fusion-in-Decoder) it is that document's
    own distribution.

    Args:
        steps: The decoder over `memory`.
        memory: q questions, n documents each.
        log_prior: log P(d|x), (q, n).
    """

    def predict(tokens: Tensor, parents: Tensor | None) -> Prediction:
        return _prediction(steps.advance(tokens.to(log_prior.device), parents), memory, log_prior)

    return predict


def _prediction(logits: Tensor, memory: Memory, log_prior: Tensor) -> Prediction:
    """Return what (q, c, k, v) logits predict; the softmax of each context is taken once."""
    logits = logits if logits.dtype == torch.float64 else logits.float()
    total = logits.logsumexp(dim=-1)

    def evidence(words: Tensor, hypotheses: Tensor) -> Tensor:
        flat = logits.flatten(2)
        where = (hypotheses * logits.shape[-1] + words).unsqueeze(1)
        where = where.expand(-1, logits.shape[1], -1)
        normaliser = total.gather(2, hypotheses.unsqueeze(1).expand(-1, logits.shape[1], -1))
        return memory.document_log_probs(flat.gather(2, where) - normaliser)

    if memory.view_log_weights is None:
        shift = log_prior.unsqueeze(-1) - total
        if logits.shape[1] == 1:
            return Prediction((logits + shift.unsqueeze(-1)).squeeze(1), evidence)
        return Prediction(torch.logsumexp(logits + shift.unsqueeze(-1), dim=1), evidence)
    each = memory.document_log_probs(logits - total.unsqueeze(-1))
    return Prediction(torch.logsumexp(each + log_prior[..., None, None], dim=1), evidence)
