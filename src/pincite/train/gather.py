"""Rows of all processes in each, with gradients: several GPUs compare as one would.

Each process compares its own questions with the passages of all. The gradient of a passage is
the sum of what every process asks of it, so that averaging the gradients over the processes,
as data-parallel training does, gives those of one process that holds the whole batch.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor


def processes() -> int:
    """Return how many processes train together; 1 when nothing was started."""
    return dist.get_world_size() if dist.is_available() and dist.is_initialized() else 1


@dataclass(frozen=True, slots=True, eq=False)
class Gathered:
    """The rows of all processes, in the order of their ranks.

    Attributes:
        rows: (sum of all b, ...); the gradient flows to whom a row came from.
        first: Where the rows of this process begin.
    """

    rows: Tensor
    first: int


def gather(rows: Tensor) -> Gathered:
    """Return the rows (b, ...) of all processes; b may differ between them.

    Every process must call it equally often; with one process it returns what it was given.
    """
    if processes() == 1:
        return Gathered(rows, 0)
    counts = _counts(len(rows), rows.device)
    first = sum(counts[: dist.get_rank()])
    return Gathered(_Gather.apply(rows, counts, first), first)


def share(own: int, device: Any) -> float:
    """Return the weight of a mean over `own` examples, so that the mean over processes is right.

    Data-parallel training averages over the processes; where the last batch is smaller on one
    of them, its mean counts for less: own · processes / all.
    """
    if processes() == 1:
        return 1.0
    return own * processes() / sum(_counts(own, device))


def _counts(own: int, device: Any) -> list[int]:
    counts = [torch.zeros(1, dtype=torch.long, device=device) for _ in range(processes())]
    dist.all_gather(counts, torch.tensor([own], dtype=torch.long, device=device))
    return [int(count) for count in counts]


class _Gather(torch.autograd.Function):
    """all_gather whose backward sums the gradients of all processes (reduce, then own part)."""

    @staticmethod
    def forward(ctx: Any, rows: Tensor, counts: list[int], first: int) -> Tensor:
        ctx.own = slice(first, first + len(rows))
        padded = rows.new_zeros(max(counts), *rows.shape[1:])  # all_gather wants equal shapes
        padded[: len(rows)] = rows
        parts = [torch.empty_like(padded) for _ in counts]
        dist.all_gather(parts, padded)
        return torch.cat([part[:count] for part, count in zip(parts, counts, strict=True)])

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None, None]:
        gradient = gradient.contiguous().clone()
        dist.all_reduce(gradient)
        return gradient[ctx.own], None, None
