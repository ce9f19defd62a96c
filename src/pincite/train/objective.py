"""What is trained: a model, its examples, its loss and how well it does.

The loop (`pincite.train.loop`) knows nothing but this. An objective is made by a recipe
(`pincite.train.recipes`) from a configuration; `docs/guides/plugins.md` shows one of one's own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, runtime_checkable


@dataclass(frozen=True, slots=True, eq=False)
class Loss:
    """What one batch costs.

    Attributes:
        value: Scalar tensor, the mean over the examples of the batch.
        parts: Named numbers for the log, such as {"nll": 2.1, "recall": 0.5}.
    """

    value: Any
    parts: Mapping[str, float] = field(default_factory=dict)


class Objective(Protocol):
    """A model with its data and its loss.

    Attributes:
        model: `torch.nn.Module` that holds every parameter to be trained.
        size: Training examples, of which an epoch sees each once.
        measure: Name of the number of `evaluate` that early stopping and "best" look at.
        higher_is_better: Whether a larger `measure` is better.
    """

    model: Any
    size: int
    measure: str
    higher_is_better: bool

    def batch(self, indices: Sequence[int]) -> Any:
        """Return the examples of these indices as one batch of tensors, on the CPU."""
        ...

    def loss(self, model: Any, batch: Any) -> Loss:
        """Return the loss of a batch; `model` is `self.model`, perhaps wrapped for several GPUs."""
        ...

    def before_step(self, step: int) -> None:
        """Do what is due before optimiser step `step` (from 0), such as indexing anew."""
        ...

    def evaluate(self) -> Mapping[str, float]:
        """Return the figures on the held-out examples; the model is in evaluation mode."""
        ...

    def state(self) -> Mapping[str, Any]:
        """Return tensors and plain values, beside the parameters, that a resumed run needs."""
        ...

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take back what `state` returned."""
        ...

    def save(self, directory: Path) -> None:
        """Write the trained model, ready for use, into a directory that exists and is empty."""
        ...


@runtime_checkable
class Scored(Protocol):
    """What an objective may offer besides: a score for each held-out example.

    With it, `pincite train --ablate` prints intervals over examples as well as over seeds.
    """

    def scores(self) -> Sequence[float]:
        """Return one number a held-out example, in a fixed order; their mean is the measure."""
        ...
