"""Losses of dense retrieval; each is computed in log space and takes a mask.

Letters: b questions, p passages of the whole batch, n documents of one question, d width. A
mask is boolean, True where something counts; a row in which nothing counts costs 0 and gives
zero gradients, never NaN. Numbers narrower than float32 are widened first.
"""

from __future__ import annotations

from typing import Any, Literal

import torch
from torch import Tensor
from torch.nn import functional

from pincite.errors import UsageError

Towards = Literal["reader", "retriever"]


def in_batch_contrastive(
    questions: Tensor,
    passages: Tensor,
    positives: Tensor,
    mask: Tensor | None = None,
    *,
    temperature: float | Tensor = 1.0,
) -> Tensor:
    """Return -log P(positive | question) among all passages of the batch: (b,).

        L_i = -log( exp(q_i·p_{c(i)} / τ) / Σ_{j: mask_ij} exp(q_i·p_j / τ) )

    Karpukhin et al. 2020, "Dense Passage Retrieval", equation 2, with the positives of the
    other questions and all hard negatives as negatives (section 3.2).

    Args:
        questions: (b, d).
        passages: (p, d): with h hard negatives a question, p is b(1 + h).
        positives: (b,) long: c(i), the row of `passages` that answers question i.
        mask: (b, p): which passages question i is compared with; `candidates` makes one that
            leaves out false negatives. The positive always counts.
        temperature: τ; 1 is the paper's, for vectors of unit length 0.01 to 0.1 is usual.
    """
    logits = _products(questions, passages) / temperature
    if mask is not None:
        mask = mask.scatter(1, positives[:, None], True)
        logits = logits.masked_fill(~mask, torch.finfo(logits.dtype).min)
    return functional.cross_entropy(logits, positives, reduction="none")


def candidates(passage_keys: Tensor, positive_keys: Tensor, positives: Tensor) -> Tensor:
    """Return which passages may stand as candidates of each question: (b, p).

    A passage known to be right for a question is no negative of it, wherever in the batch it
    comes from: as the positive of another question, its hard negative, or twice.

    Args:
        passage_keys: (p,) long, one number a distinct passage.
        positive_keys: (b, m) long, the keys of all passages known to be right for a question;
            padded with -1, which is the key of no passage.
        positives: (b,) long: the row of the one positive that stays.
    """
    right = (positive_keys[:, :, None] == passage_keys[None, None, :]).any(dim=1)
    own = passage_keys[positives][:, None] == passage_keys[None, :]
    return (~(right | own)).scatter(1, positives[:, None], True)


def info_nce(
    left: Tensor,
    right: Tensor,
    scale: float | Tensor,
    *,
    all_left: Tensor | None = None,
    all_right: Tensor | None = None,
    positives: Tensor | None = None,
    mask: Tensor | None = None,
) -> Tensor:
    """Return the contrastive loss of pairs, the mean of both directions: (b,).

        L_i = ½ ( -log softmax_j(s·x_i·y_j)[c(i)] - log softmax_j(s·y_i·x_j)[c(i)] )

    van den Oord et al. 2018 (InfoNCE), symmetric as in Radford et al. 2021 (CLIP), figure 3.

    Args:
        left: (b, d), unit rows.
        right: (b, d), unit rows; row i belongs to row i of `left`.
        scale: s, the inverse temperature.
        all_left: (p, d): the left side of all processes; default `left`.
        all_right: (p, d): the right side of all processes; default `right`.
        positives: (b,) long: c(i), where the own pair stands among them; default 0..b-1.
        mask: (b, p): pairs that are compared, the same in both directions.
    """
    if positives is None:
        positives = torch.arange(len(left), device=left.device)
    everyone_left = left if all_left is None else all_left
    everyone_right = right if all_right is None else all_right
    forth = in_batch_contrastive(left * scale, everyone_right, positives, mask)
    back = in_batch_contrastive(right * scale, everyone_left, positives, mask)
    return (forth + back) / 2


def sigmoid_contrastive(
    left: Tensor,
    right: Tensor,
    scale: float | Tensor,
    bias: float | Tensor,
    *,
    positives: Tensor | None = None,
    mask: Tensor | None = None,
) -> Tensor:
    """Return the pairwise sigmoid loss: (b,).

        L_i = - Σ_{j: mask_ij} log σ( z_ij (s·x_i·y_j + β) ),   z_ij = 1 if j = c(i), else -1

    Zhai et al. 2023, "Sigmoid Loss for Language Image Pre-Training" (SigLIP), equation 1; the
    paper starts from s = 10, β = -10.

    Args:
        left: (b, d), unit rows.
        right: (p, d), unit rows; p is b, or b times the number of processes.
        scale: s, the inverse temperature.
        bias: β.
        positives: (b,) long: c(i), the row of `right` of the own pair; default 0..b-1.
        mask: (b, p): pairs that are compared; the own pair always counts.
    """
    if positives is None:
        positives = torch.arange(len(left), device=left.device)
    logits = _products(left, right) * scale + bias
    own = torch.zeros_like(logits, dtype=torch.bool).scatter(1, positives[:, None], True)
    losses = -functional.logsigmoid(torch.where(own, logits, -logits))
    if mask is not None:
        losses = losses.masked_fill(~(mask | own), 0.0)
    return losses.sum(dim=1)


def distill_attention(
    scores: Tensor, attention_share: Tensor, mask: Tensor | None = None
) -> Tensor:
    """Return how far the retriever is from where the reader looked: (b,).

        L = KL( a ‖ softmax(scores) ),   a_d = share_d / Σ share

    Izacard and Grave 2021, "Distilling Knowledge from Reader to Retriever", section 3.3. The
    reader is the teacher: nothing flows back into `attention_share`.

    Args:
        scores: (b, n), unnormalised log scale.
        attention_share: (b, n), not negative: cross-attention mass on each document.
        mask: (b, n).
    """
    scores, share = _widened(scores), _widened(attention_share.detach()).to(scores.dtype)
    mask = torch.ones_like(scores, dtype=torch.bool) if mask is None else mask
    share = share.masked_fill(~mask, 0.0)
    total = share.sum(dim=1, keepdim=True)
    share = share / torch.where(total > 0, total, torch.ones_like(total))
    student = _log_softmax(scores, mask)
    return (torch.xlogy(share, share) - share * student).masked_fill(~mask, 0.0).sum(dim=1)


def distill_likelihood(
    scores: Tensor,
    log_likelihood: Tensor,
    temperature: float = 1.0,
    mask: Tensor | None = None,
    *,
    towards: Towards = "reader",
) -> Tensor:
    """Return how far the retriever is from what helped the reader: (b,).

        Q_d = softmax_d( log p(y|x,d) / τ ),   P_d = softmax_d(scores)
        towards "reader":     L = KL( Q ‖ P )   perplexity distillation, Izacard et al. 2022 (Atlas)
        towards "retriever":  L = KL( P ‖ Q )   REPLUG LSR, Shi et al. 2023, equation 5

    The first makes the retriever cover every document that helped, the second keeps it from
    documents that did not. The reader is the teacher: nothing flows back into it.

    Args:
        scores: (b, n), unnormalised log scale.
        log_likelihood: (b, n): log p(y|x,d) of the right answer.
        temperature: τ.
        mask: (b, n).
        towards: Whose mass weighs the differences.
    """
    if towards not in ("reader", "retriever"):
        raise UsageError(f"towards is 'reader' or 'retriever', got {towards!r}; choose one")
    scores = _widened(scores)
    teacher = _widened(log_likelihood.detach()).to(scores.dtype) / temperature
    mask = torch.ones_like(scores, dtype=torch.bool) if mask is None else mask
    log_p, log_q = _log_softmax(scores, mask), _log_softmax(teacher, mask)
    first, second = (log_q, log_p) if towards == "reader" else (log_p, log_q)
    apart = (first - second).masked_fill(~mask, 0.0)
    return (first.exp() * apart).sum(dim=1)


def emdr(scores: Tensor, log_likelihood: Tensor, mask: Tensor | None = None) -> Tensor:
    """Return -log of the answer's likelihood under the retriever, the reader held fixed: (b,).

        L = - log Σ_d p(y|x,d) p(d|x),   p(d|x) = softmax_d(scores)

    Sachan et al. 2021, "End-to-End Training of Multi-Document Reader and Retriever" (EMDR²),
    second term of equation 6; its gradient is posterior minus prior: p(d|x) - p(d|x,y).

    Args:
        scores: (b, n), unnormalised log scale.
        log_likelihood: (b, n): log p(y|x,d) of the right answer.
        mask: (b, n).
    """
    scores = _widened(scores)
    teacher = _widened(log_likelihood.detach()).to(scores.dtype)
    mask = torch.ones_like(scores, dtype=torch.bool) if mask is None else mask
    joint = _log_softmax(scores, mask) + teacher
    joint = joint.masked_fill(~mask, torch.finfo(joint.dtype).min)
    return -torch.logsumexp(joint, dim=1).masked_fill(~mask.any(dim=1), 0.0)


def _products(left: Tensor, right: Tensor) -> Tensor:
    """Return all inner products, (b, p), in full precision even under autocast."""
    with torch.autocast(left.device.type, enabled=False):
        wide: Any = torch.promote_types(_widened(left).dtype, _widened(right).dtype)
        return left.to(wide) @ right.to(wide).T


def _widened(values: Tensor) -> Tensor:
    return values.float() if values.dtype in (torch.float16, torch.bfloat16) else values


def _log_softmax(scores: Tensor, mask: Tensor) -> Tensor:
    return scores.masked_fill(~mask, torch.finfo(scores.dtype).min).log_softmax(dim=1)
