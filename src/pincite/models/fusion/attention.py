"""Multi-head attention that returns its weights, and in which a query may have nothing to see.

    a_ij = exp f(q_i, k_j) / Σ_j' exp f(q_i, k_j')        c_i = Σ_j a_ij v_j
    f(q, k) = q·k            "dot"         (Luong et al., 2015)
    f(q, k) = q·k / √d_k     "scaled_dot"  (Vaswani et al., 2017), d_k the width of a head

Sums run over the real keys only. A query without one has a_ij = 0 for all j and c_i = 0, which
softmax alone would not give: it has no value on an empty set. Projections carry no bias (Raffel
et al., 2020), so that a query which attends to nothing adds nothing.
"""

from __future__ import annotations

import math
from typing import Literal, get_args

import torch
from torch import Tensor, nn

from pincite.errors import UsageError, did_you_mean

Score = Literal["scaled_dot", "dot"]
SCORES: tuple[Score, ...] = get_args(Score)


def attention_weights(queries: Tensor, keys: Tensor, mask: Tensor, score: Score) -> Tensor:
    """Return how much each query attends to each key; a row sums to 1, or to 0 without real keys.

    Args:
        queries: (b,h,q,c), c features a head.
        keys: (b,h,k,c); k may be 0.
        mask: (b,q,k) bool, True where a real query may see a real key.
        score: f of the equation.

    Returns:
        (b,h,q,k)
    """
    scores = queries @ keys.transpose(-1, -2)
    if score == "scaled_dot":
        scores = scores / math.sqrt(queries.shape[-1])
    hidden = ~mask[:, None]
    scores = scores.masked_fill(hidden, torch.finfo(scores.dtype).min)
    return scores.softmax(-1).masked_fill(hidden, 0.0)


def pairs(query_mask: Tensor, key_mask: Tensor) -> Tensor:
    """Return where both the query and the key are real: (b,q), (b,k) -> (b,q,k)."""
    return query_mask[:, :, None] & key_mask[:, None, :]


class HeadWeights(nn.Module):
    """The weights a_ij of several heads, from learned projections of queries and keys."""

    def __init__(self, width: int, heads: int, score: Score) -> None:
        super().__init__()
        if score not in SCORES:
            raise UsageError(
                f"no attention score named {score!r}; known: {', '.join(SCORES)}."
                f"{did_you_mean(str(score), SCORES)}"
            )
        self.heads, self.score = heads, score
        self.query = nn.Linear(width, width, bias=False)
        self.key = nn.Linear(width, width, bias=False)

    def forward(self, queries: Tensor, keys: Tensor, mask: Tensor) -> Tensor:
        """Return the weights: (b,q,d), (b,k,d), (b,q,k) -> (b,h,q,k)."""
        q, k = self.split(self.query(queries)), self.split(self.key(keys))
        return attention_weights(q, k, mask, self.score)

    def split(self, states: Tensor) -> Tensor:
        """Return the slice of features of each head: (b,q,d) -> (b,h,q,d/h)."""
        return states.unflatten(-1, (self.heads, -1)).transpose(1, 2)


class MultiHeadAttention(nn.Module):
    """c_i of all heads side by side, projected: O [c_i^1; …; c_i^h]."""

    def __init__(self, width: int, heads: int, score: Score, dropout: float) -> None:
        super().__init__()
        self.weigh = HeadWeights(width, heads, score)
        self.value = nn.Linear(width, width, bias=False)
        self.output = nn.Linear(width, width, bias=False)
        self.dropout = dropout_layer(dropout)

    def forward(self, queries: Tensor, keys: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """Return what each query gathers (b,q,d) and the weights (b,h,q,k).

        Dropout acts on the weights that gather, not on those returned.

        Args:
            queries: (b,q,d)
            keys: (b,k,d), which are the values too.
            mask: (b,q,k) bool, see `attention_weights`.
        """
        weights = self.weigh(queries, keys, mask)
        context = self.dropout(weights) @ self.weigh.split(self.value(keys))
        return self.output(context.transpose(1, 2).flatten(-2)), weights


def dropout_layer(rate: float) -> nn.Module:
    """Return a dropout layer.

    Raises:
        UsageError: The rate is not in [0, 1).
    """
    if not 0.0 <= rate < 1.0:
        raise UsageError(f"dropout must be at least 0 and below 1, got {rate}")
    return nn.Dropout(rate)
