"""Encoded documents: what the decoder attends to, made once and read by every hypothesis."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

import torch

Tensor = Any


@dataclass(frozen=True, slots=True, eq=False)
class Memory:
    """The encoded documents of b questions, n each, m views of each (1 but for late fusion).

    Attributes:
        states: (b * n * m, u, d), a row a view of a document, questions outermost.
        mask: True where a state is real, (b * n * m, u).
        questions: b.
        documents: n.
        views: m.
        view_log_weights: log weight of each view of a document, (b, n, m); None when m is 1.
        weights: Heat maps of the fusion, each (b, n, ...).
    """

    states: Tensor
    mask: Tensor
    questions: int
    documents: int
    views: int = 1
    view_log_weights: Tensor | None = None
    weights: Mapping[str, Tensor] = field(default_factory=dict)

    def by_document(self) -> Memory:
        """Return the same with each document as a question of its own."""
        weights = self.view_log_weights
        return Memory(
            self.states,
            self.mask,
            self.questions * self.documents,
            1,
            self.views,
            None if weights is None else weights.flatten(0, 1).unsqueeze(1),
        )

    def only(self, exists: Tensor) -> Memory:
        """Return the same with nothing real in documents where `exists`, (b, n), is False."""
        rows = exists.flatten().repeat_interleave(self.views)
        weights = self.view_log_weights
        if weights is not None:
            weights = weights.masked_fill(~exists.unsqueeze(-1), _lowest(weights))
        return replace(self, mask=self.mask & rows.unsqueeze(-1), view_log_weights=weights)

    def joined(self) -> Memory:
        """Return all documents of a question as one, for Fusion-in-Decoder.

        Views stay apart, each over all documents; their weights are the means over documents.
        """
        b, n, m = self.questions, self.documents, self.views
        states = self.states.view(b, n, m, *self.states.shape[1:]).transpose(1, 2)
        mask = self.mask.view(b, n, m, -1).transpose(1, 2)
        weights = self.view_log_weights
        if weights is not None:  # what keeps a missing view a number is not to be read with others
            there = (weights > _lowest(weights) / 2).transpose(1, 2)
            mask = mask & there.unsqueeze(-1)
            weights = weights.logsumexp(dim=1, keepdim=True).log_softmax(dim=-1)
        mask = anchored(mask.reshape(b * m, -1))
        return Memory(states.reshape(b * m, -1, states.shape[-1]), mask, b, 1, m, weights)

    def document_log_probs(self, log_probs: Tensor) -> Tensor:
        """Return log probabilities (b, n, ...) from those of every view, (b, n * m, ...).

        Views are merged in probability space: P = sum_m w_m P_m, at each token.
        """
        if self.view_log_weights is None:
            return log_probs
        shape = (self.questions, self.documents, self.views, *log_probs.shape[2:])
        weights = self.view_log_weights
        padded = weights.reshape(*weights.shape, *([1] * (log_probs.ndim - 2)))
        return torch.logsumexp(log_probs.reshape(shape) + padded, dim=2)


def _lowest(log_weights: Tensor) -> float:
    """Return what stands for log 0 and stays finite when a number as low is added."""
    return float(torch.finfo(log_weights.dtype).min / 2)


def trimmed(ids: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
    """Return ids and mask without the columns at the end that no row uses: (..., s') each."""
    mask = mask.bool()
    used = mask.flatten(0, -2).any(dim=0).nonzero()
    length = int(used.max()) + 1 if len(used) else 1
    return ids[..., :length], mask[..., :length]


def anchored(mask: Tensor) -> Tensor:
    """Return a mask (r, s) with the first position of empty rows real, for attention to go to.

    Such a row is a document without text. Give it features and a fusion sees that it has no text,
    or the score -inf and it has no influence.
    """
    first = torch.arange(mask.shape[-1], device=mask.device) == 0
    return mask | (~mask.any(dim=-1, keepdim=True) & first)


def by_length(
    encode: Callable[[Tensor, Tensor], Tensor], ids: Tensor, mask: Tensor, slack: float = 1.15
) -> Tensor:
    """Return encoded texts, (r, s, d), encoding those of like length together.

    A batch padded to its longest text costs as if all were as long. Rows are sorted by length and
    cut where the longest of a group is `slack` times its shortest; padded states are zeros.

    Args:
        encode: From ids and mask (r', s') to states (r', s', d).
        ids: (r, s).
        mask: True where real, (r, s).
        slack: Largest ratio of lengths in a group.
    """
    lengths = (mask * torch.arange(1, mask.shape[1] + 1, device=mask.device)).amax(dim=-1)
    order = lengths.argsort(stable=True)
    cuts = [0]
    in_order = lengths[order].tolist()
    for place, length in enumerate(in_order):
        if length > slack * in_order[cuts[-1]]:
            cuts.append(place)
    if len(cuts) == 1:
        return encode(ids, mask)
    parts = []
    for first, last in pairwise([*cuts, len(in_order)]):
        rows, longest = order[first:last], in_order[last - 1]
        states = encode(ids[rows, :longest], mask[rows, :longest])
        parts.append(torch.nn.functional.pad(states, (0, 0, 0, ids.shape[1] - longest)))
    return torch.cat(parts)[order.argsort()]


def additive(mask: Tensor, dtype: Any) -> Tensor:
    """Return a mask to be added to attention scores, (r, 1, 1, u): 0 where real."""
    zeros = torch.zeros(mask.shape, dtype=dtype, device=mask.device)
    return zeros.masked_fill(~mask, torch.finfo(dtype).min)[:, None, None, :]
