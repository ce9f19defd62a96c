"""What all training of generators has in common: the loss of a batch, and held-out likelihood.

    L = 1/b Σ_i 1/|y_i| Σ_t [ (1 - ε) -log P(y_t|x, y_<t) + ε/v Σ_w -log P(w|x, y_<t) ]

Every example weighs the same in whatever batch it is, so that batches that are accumulated, or
computed by several processes, give what one batch gives. Over examples of one length that is the
loss of Transformers. ε is label smoothing (Szegedy et al. 2016, section 7).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from pincite.models.generator import NO_TOKEN, GeneratorWithHeads, read_and_write
from pincite.train.framing import Framing
from pincite.train.objective import Loss

EVALUATED_TOGETHER = 16


def token_losses(
    logits: Tensor, labels: Tensor, smoothing: float = 0.0
) -> tuple[Tensor, Tensor, Tensor]:
    """Return the smoothed loss and -log P summed over the tokens of each row, and their number.

    Args:
        logits: (b, t, v).
        labels: (b, t), `NO_TOKEN` where nothing is predicted and nothing costs.
        smoothing: ε.
    """
    by_class = logits.transpose(1, 2)
    nll = functional.cross_entropy(by_class, labels, ignore_index=NO_TOKEN, reduction="none")
    smoothed = nll
    if smoothing:
        smoothed = functional.cross_entropy(
            by_class,
            labels,
            ignore_index=NO_TOKEN,
            reduction="none",
            label_smoothing=smoothing,
        )
    return smoothed.sum(dim=1), nll.sum(dim=1).detach(), (labels != NO_TOKEN).sum(dim=1)


class SequenceObjective:
    """A generator with its framing; what it reads and writes is for those who inherit."""

    def __init__(self, model: Any, framing: Framing, smoothing: float) -> None:
        self.model, self.framing, self.smoothing = model, framing, smoothing

    @property
    def generator(self) -> Any:
        """The model of Transformers."""
        own = isinstance(self.model, GeneratorWithHeads)
        return self.model.generator if own else self.model

    def loss(self, model: Any, batch: Any) -> Loss:
        """Return the loss of a batch; -log P a token, and the loss of each head, are its parts."""
        heads = isinstance(model, GeneratorWithHeads)
        logits, labels, classes = model(batch) if heads else read_and_write(model, batch)
        smoothed, nll, count = token_losses(logits, labels, self.smoothing)
        value, parts = (smoothed / count).mean(), {"nll": float((nll / count).mean())}
        if heads:
            more, by_task = model.heads.tasks.loss(classes, batch["classes"])
            value = value + more
            parts |= {name: float(each.detach()) for name, each in by_task.items()}
        return Loss(value, parts)

    @torch.no_grad()
    def likelihoods(self, batches: Iterable[Mapping[str, Tensor]]) -> tuple[Any, Any]:
        """Return -log P of each row of the batches, and its number of tokens."""
        nlls, counts = [np.zeros(0)], [np.zeros(0)]
        for batch in batches:
            logits, labels, _ = read_and_write(self.generator, self.on_device(batch))
            _, nll, count = token_losses(logits, labels)
            nlls.append(nll.double().cpu().numpy())
            counts.append(count.cpu().numpy())
        return np.concatenate(nlls), np.concatenate(counts)

    def on_device(self, batch: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Return a batch where the generator is."""
        return {name: values.to(self.generator.device) for name, values in batch.items()}

    def before_step(self, step: int) -> None:
        """Nothing is due."""

    def state(self) -> Mapping[str, Any]:
        """Return nothing: there is no state but the parameters."""
        return {}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take nothing back."""

    def save(self, directory: Path) -> None:
        """Write the generator as Transformers reads it, its tokenizer, and heads beside it."""
        self.generator.save_pretrained(directory)
        self.framing.tokenizer.save_pretrained(directory)
        if isinstance(self.model, GeneratorWithHeads):
            self.model.heads.save_pretrained(directory)
