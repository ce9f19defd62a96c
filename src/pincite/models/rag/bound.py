"""Which candidates of RAG-Sequence can still be among the best: branch and bound.

P(y|x) = sum_d P(d|x) P(y|x, d). What the documents that proposed y make of it bounds it from below.
Under any other document P(y|x, d) is at most P(y_<t|x, d), whatever follows, which bounds it from
above. A candidate whose upper bound is under the r-th best lower bound is not among the r best, so
the rest of it need not be scored: the answers returned, and all that is said of them, are the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

Tensor = Any
SLACK = 1e-3
"""In log probability: how far apart bounds must be, for rounding."""


class Bound:
    """What is known of the candidates of b questions while they are scored.

    Args:
        log_prior: log P(d|x), (b, n).
        own: log P(y|x, d) under documents that proposed y, -inf under others, (b, n, j).
        others: For each document, questions outermost, which candidates it did not propose.
        counts: How many candidates each question has.
        wanted: r, answers wanted of each question.
    """

    def __init__(
        self,
        log_prior: Tensor,
        own: Tensor,
        others: Sequence[Sequence[int]],
        counts: Sequence[int],
        wanted: int,
    ) -> None:
        self._log_prior, self._others = log_prior, others
        self._shape = own.shape
        self._lower = torch.logsumexp(log_prior.unsqueeze(-1) + own, dim=1)
        self._least = torch.stack(
            [
                each[:count].topk(wanted).values[-1]
                if count >= wanted
                else each.new_tensor(-torch.inf)
                for each, count in zip(self._lower, counts, strict=True)
            ]
        )

    def can_win(self, others_so_far: Tensor) -> Tensor:
        """Return which candidates can still be among the best, (b, j) bool.

        Args:
            others_so_far: log P(y_<t|x, d) under documents that did not propose y, -inf under
                those that did, (b, n, j).
        """
        rest = torch.logsumexp(self._log_prior.unsqueeze(-1) + others_so_far, dim=1)
        upper = torch.logaddexp(self._lower, rest)
        return upper >= self._least.unsqueeze(-1) - SLACK

    def goes_on(self, so_far: Tensor) -> list[list[bool]]:
        """Return for each document which of its `others` are still to be scored.

        Args:
            so_far: log P(y_<t|x, d) of the others of each document, (b * n, 1, at most j).
        """
        n = self._shape[1]
        spread = so_far.new_full(self._shape, -torch.inf)
        for row, own in enumerate(self._others):
            spread[row // n, row % n, list(own)] = so_far[row, 0, : len(own)]
        able = self.can_win(spread).tolist()
        return [[able[row // n][j] for j in own] for row, own in enumerate(self._others)]
