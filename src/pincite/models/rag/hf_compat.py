"""The label and prior conventions of Transformers' RAG, so that the two can be held together.

Transformers feeds the labels as decoder inputs unshifted and predicts their left shift, so the
first label is given and not predicted; a padding token in the target is not counted. RAG-Sequence
adds the prior to the second target token, and loses it where that one is padding; its smoothing
sums log P of the documents apart and joins them afterwards. `exclude_bos` leaves out a first
target that is the beginning-of-sentence token in every row, as its candidate scoring does.
"""

from __future__ import annotations

from typing import Any

import torch

from pincite.models.rag.marginal import Marginal

Tensor = Any


def shifted_targets(labels: Tensor, pad: int) -> Tensor:
    """Return what is predicted: the labels moved one to the left, (b, t)."""
    return torch.cat([labels[:, 1:], torch.full_like(labels[:, :1], pad)], dim=1)


def nll(
    log_probs: Tensor,
    log_prior: Tensor,
    targets: Tensor,
    *,
    pad: int,
    marginal: Marginal,
    smoothing: float = 0.0,
    excluded_bos: int | None = None,
) -> Tensor:
    """Return the loss of each question, (b,).

    Args:
        log_probs: log P(v|x, d, y_<t), (b, n, t, v).
        log_prior: log P(d|x), (b, n).
        targets: From `shifted_targets`.
        pad: Padding token of the targets.
        marginal: "token" or "sequence".
        smoothing: Share of the target spread over the vocabulary.
        excluded_bos: Beginning-of-sentence token that is not scored when all rows start with it.
    """
    padding = targets == pad
    if marginal == "token":
        mixed = torch.logsumexp(log_probs + log_prior[..., None, None], dim=1)
        chosen = mixed.gather(-1, targets.unsqueeze(-1)).squeeze(-1).masked_fill(padding, 0.0)
        spread = mixed.sum(dim=-1).masked_fill(padding, 0.0)
        log_likelihood, smooth = chosen.sum(dim=-1), spread.sum(dim=-1)
    else:
        second = torch.arange(targets.shape[1], device=targets.device) == 1
        prior = torch.where(second, log_prior.unsqueeze(-1), 0.0)
        each = log_probs.gather(-1, targets[:, None, :, None].expand(-1, log_prior.shape[1], -1, 1))
        each = (each.squeeze(-1) + prior).masked_fill(padding.unsqueeze(1), 0.0)
        total = log_probs.sum(dim=-1) + prior * log_probs.shape[-1]
        total = total.masked_fill(padding.unsqueeze(1), 0.0)
        if excluded_bos is not None and bool((targets[:, 0] == excluded_bos).all()):
            each = each[..., 1:]
        log_likelihood = each.sum(dim=-1).logsumexp(dim=1)
        smooth = total.sum(dim=-1).logsumexp(dim=1)
    share = smoothing / log_probs.shape[-1]
    return -(1.0 - smoothing) * log_likelihood - share * smooth
