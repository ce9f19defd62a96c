"""In which order examples are seen: a pure function of the seed and the epoch.

Nothing of it has to be stored: a resumed run asks for the same step and gets the same examples.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt


@lru_cache(maxsize=2)
def epoch_order(size: int, seed: int, epoch: int) -> npt.NDArray[np.int64]:
    """Return the indices 0 to `size` - 1 as a permutation: (size,), the same on every machine.

    Example:
        >>> sorted(epoch_order(5, seed=1, epoch=0).tolist())
        [0, 1, 2, 3, 4]
    """
    # The raw stream of a bit generator is promised to stay; `permutation` is not.
    keys = np.random.PCG64(np.random.SeedSequence([seed, epoch])).random_raw(size)
    order = np.argsort(keys, kind="stable")
    order.setflags(write=False)
    return order


@dataclass(frozen=True, slots=True)
class Order:
    """Steps to examples. A step never spans two epochs: the last one of an epoch may be short.

    Attributes:
        size: Examples in all.
        seed: What the order of each epoch follows from, with its number.
        batch_size: Examples of a batch.
        accumulate: Batches of a step.
    """

    size: int
    seed: int
    batch_size: int
    accumulate: int = 1

    @property
    def steps_per_epoch(self) -> int:
        """How many steps see every example once."""
        return math.ceil(self.size / (self.batch_size * self.accumulate))

    def epoch(self, step: int) -> int:
        """Return the epoch, from 0, that step `step` belongs to."""
        return step // self.steps_per_epoch

    def batches(self, step: int) -> list[list[int]]:
        """Return the examples of step `step` (from 0), batch by batch; none is empty."""
        epoch, turn = divmod(step, self.steps_per_epoch)
        order = epoch_order(self.size, self.seed, epoch)
        width = self.batch_size
        start = turn * width * self.accumulate
        stop = min(start + width * self.accumulate, self.size)
        return [order[at : min(at + width, stop)].tolist() for at in range(start, stop, width)]


def share(batch: list[int], rank: int, processes: int) -> list[int]:
    """Return the part of a batch that process `rank` of `processes` computes; it may be empty.

    Example:
        >>> [share([7, 3, 9, 1, 4], rank, 2) for rank in (0, 1)]
        [[7, 3, 9], [1, 4]]
    """
    whole, more = divmod(len(batch), processes)
    start = rank * whole + min(rank, more)
    return batch[start : start + whole + (rank < more)]
