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
    chosen: Tensor,
    log_prior: Tensor,
    targets: Tensor,
    *,
    pad: int,
    marginal: Marginal,
    excluded_bos: int | None = None,
) -> Tensor:
    """Return the loss of each question, (b,).

    Args:
        chosen: log P(target_t|x, d, y_<t), (b, n, t).
        log_prior: log P(d|x), (b, n).
        targets: From `shifted_targets`.
        pad: Padding token of the targets.
        marginal: "token" or "sequence".
        excluded_bos: Beginning-of-sentence token that is not scored when all rows start with it.
    """
    padding = targets == pad
    if marginal == "token":
        mixed = torch.logsumexp(chosen + log_prior.unsqueeze(-1), dim=1)
        return -mixed.masked_fill(padding, 0.0).sum(dim=-1)
    each = (chosen + _prior_at_second(log_prior, targets)).masked_fill(padding.unsqueeze(1), 0.0)
    if excluded_bos is not None and bool((targets[:, 0] == excluded_bos).all()):
        each = each[..., 1:]
    return -each.sum(dim=-1).logsumexp(dim=1)


def spread(
    log_probs: Tensor, log_prior: Tensor, targets: Tensor, *, pad: int, marginal: Marginal
) -> Tensor:
    """Return what smoothing mixes in, (b,): -log P summed over the vocabulary, and its mean taken.

    Args:
        log_probs: log P(v|x, d, y_<t), (b, n, t, v).
        log_prior: log P(d|x), (b, n).
        targets: From `shifted_targets`.
        pad: Padding token of the targets.
        marginal: "token" or "sequence".
    """
    padding, words = targets == pad, log_probs.shape[-1]
    if marginal == "token":
        mixed = torch.logsumexp(log_probs + log_prior[..., None, None], dim=1)
        return -mixed.sum(dim=-1).masked_fill(padding, 0.0).sum(dim=-1) / words
    total = log_probs.sum(dim=-1) + _prior_at_second(log_prior, targets) * words
    return -total.masked_fill(padding.unsqueeze(1), 0.0).sum(dim=-1).logsumexp(dim=1) / words


def _prior_at_second(log_prior: Tensor, targets: Tensor) -> Tensor:
    """Return log P(d|x) at the second target and 0 elsewhere, (b, n, t)."""
    second = torch.arange(targets.shape[1], device=targets.device) == 1
    return torch.where(second, log_prior.unsqueeze(-1), 0.0)
