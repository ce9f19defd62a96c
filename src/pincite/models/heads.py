"""Several classifications of one example, learned together.

    1/b Σ_i Σ_k w_k L_ik                        fixed weights
    1/b Σ_i Σ_k exp(-s_k) L_ik + s_k / 2        learned: s_k = log σ_k², Kendall et al. 2018, eq. 10

L_ik is the cross-entropy of example i in task k, of those k that it has a label for: every label
weighs the same, in whatever batch its example is. Letters here: b rows, c classes of a task,
u positions, d width, m views.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional

from pincite.errors import UsageError, did_you_mean

NO_LABEL = -100
"""Label of a row that has none for a task."""
Weighting = Literal["fixed", "learned"]


class ClassificationHead(nn.Module):
    """Log-probabilities of classes from one vector: a linear layer, or one hidden layer before it.

    Attributes:
        classes: How many there are, c.
    """

    def __init__(self, width: int, classes: int, *, hidden: int = 0, dropout: float = 0.0) -> None:
        super().__init__()
        if classes < 2:
            raise UsageError(f"a classification has at least 2 classes, got {classes}")
        self.classes = classes
        before: list[nn.Module] = [nn.Dropout(dropout)]
        if hidden:
            before += [nn.Linear(width, hidden), nn.GELU(), nn.Dropout(dropout)]
        self.layers = nn.Sequential(*before, nn.Linear(hidden or width, classes))

    def forward(self, vectors: Tensor) -> Tensor:
        """Return log P(class | vector): (..., d) to (..., c)."""
        return self.layers(vectors).log_softmax(dim=-1)


class MultiTaskHeads(nn.Module):
    """One head a task, and the weights by which their losses are added.

    Attributes:
        heads: By the name of the task, such as "classification" or "sentiment".
        weighting: "fixed" or "learned".
        log_variances: s_k by task, trained when the weighting is learned.
    """

    def __init__(
        self,
        width: int,
        tasks: Mapping[str, int],
        *,
        weights: Mapping[str, float] | None = None,
        weighting: Weighting = "fixed",
        hidden: int = 0,
        dropout: float = 0.0,
    ) -> None:
        """Make a head for each task.

        Args:
            width: d, of the vectors that are classified.
            tasks: Name to number of classes.
            weights: w_k by name for fixed weights; 1 where nothing is said.
            weighting: Fixed, or learned from the noise of each task.
            hidden: Width of a hidden layer in each head; 0 for none.
            dropout: Before each linear layer.

        Raises:
            UsageError: There is no task, or weights of an unknown one or besides learned ones.
        """
        super().__init__()
        if not tasks:
            raise UsageError("there is no task; name at least one with its number of classes")
        _check_weights(tasks, weights, weighting)
        self.heads = nn.ModuleDict(
            {
                name: ClassificationHead(width, classes, hidden=hidden, dropout=dropout)
                for name, classes in tasks.items()
            }
        )
        self.weighting = weighting
        self.weights = {name: float((weights or {}).get(name, 1.0)) for name in tasks}
        if weighting == "learned":
            self.log_variances = nn.ParameterDict(
                {name: nn.Parameter(torch.zeros(())) for name in tasks}
            )

    def forward(self, vectors: Tensor, view_log_weights: Tensor | None = None) -> dict[str, Tensor]:
        """Return log P(class) by task: (b, d) to (b, c) each.

        Args:
            vectors: (b, d); or (b, m, d), one for each view, merged as a mixture:
                log Σ_m w_m P_m(class).
            view_log_weights: (b, m), log w_m, given with views.
        """
        found = {name: head(vectors) for name, head in self.heads.items()}
        if view_log_weights is None:
            return found
        return {
            name: torch.logsumexp(each + view_log_weights[:, :, None], dim=1)
            for name, each in found.items()
        }

    def loss(
        self, log_probabilities: Mapping[str, Tensor], labels: Mapping[str, Tensor]
    ) -> tuple[Tensor, dict[str, Tensor]]:
        """Return the weighted loss, a mean over the rows, and that of each task, not weighted.

        Args:
            log_probabilities: What `forward` returned.
            labels: By task (b,) long, `NO_LABEL` where a row has none and costs nothing.
        """
        total = next(iter(log_probabilities.values())).new_zeros(())
        parts: dict[str, Tensor] = {}
        for name, found in log_probabilities.items():
            wanted = labels[name]
            labelled = (wanted != NO_LABEL).to(found.dtype).mean()
            summed = functional.nll_loss(found, wanted, ignore_index=NO_LABEL, reduction="sum")
            parts[name] = summed / len(wanted)
            total = total + self._weighted(name, parts[name], labelled)
        return total, parts

    def _weighted(self, name: str, loss: Tensor, labelled: Tensor) -> Tensor:
        if self.weighting == "fixed":
            return self.weights[name] * loss
        log_variance = self.log_variances[name]
        return torch.exp(-log_variance) * loss + labelled * log_variance / 2


def pooled_views(states: Tensor, mask: Tensor, views: Tensor | None = None) -> Tensor:
    """Return the mean state of each row (b, d), or of each of its views (b, m, d).

    Args:
        states: (b, u, d).
        mask: (b, u) bool, True = real.
        views: (b, m, u) bool: which positions belong to each view; an empty one gives zeros.
    """
    chosen = mask[:, None, :] if views is None else views & mask[:, None, :]
    clean = states.masked_fill(~mask[:, :, None], 0.0)
    summed = torch.einsum("bmu,bud->bmd", chosen.to(states.dtype), clean)
    means = summed / chosen.sum(dim=2, keepdim=True).clamp(min=1)
    return means[:, 0] if views is None else means


def _check_weights(
    tasks: Mapping[str, int], weights: Mapping[str, float] | None, weighting: str
) -> None:
    if weighting not in ("fixed", "learned"):
        raise UsageError(f"weighting is 'fixed' or 'learned', got {weighting!r}; choose one")
    if weights and weighting == "learned":
        raise UsageError("weights are given and to be learned as well; leave one of the two out")
    for name, weight in (weights or {}).items():
        if name not in tasks:
            raise UsageError(f"there is no task {name!r} to weigh.{did_you_mean(name, tasks)}")
        if not 0 <= weight < float("inf"):
            raise UsageError(f"the weight of task {name!r} is a number from 0 on, got {weight}")
