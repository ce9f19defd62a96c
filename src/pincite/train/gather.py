"""Rows of all processes in each, with gradients: several GPUs compare as one would.

Each process compares its own questions with the passages of all. The gradient of a passage is
the sum of what every process asks of it. The loop weighs the mean of each process by its share of
the examples and adds the gradients up, which gives those of one process with the whole batch.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor

from pincite.errors import UsageError


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


def fail_together(loss: Tensor) -> Tensor:
    """Return the loss, or NaN if that of any process is not finite.

    A process that stops alone would leave the others waiting for its part of the gradients.
    """
    if processes() == 1:
        return loss
    sound = torch.isfinite(loss.detach()).to(torch.int32)
    dist.all_reduce(sound, dist.ReduceOp.MIN)
    return loss if bool(sound) else loss * float("nan")


def check_processes(size: int, batch_size: int) -> None:
    """Refuse a batch size that leaves a process without examples while others wait for it.

    Raises:
        UsageError: The last batch of an epoch has fewer examples than there are processes.
    """
    count = int(os.environ.get("WORLD_SIZE", "1"))
    last = size % batch_size or batch_size
    if min(last, size) < count:
        raise UsageError(
            f"{size} examples in batches of {batch_size} leave {min(last, size)} for the last "
            f"batch of an epoch, fewer than the {count} processes, which compare their examples "
            "with each other's; choose another batch_size in [optim]"
        )


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
