"""AdamW with decay on weights only, and the learning rate as a function of the step."""

from __future__ import annotations

import math
from typing import Any

import torch

from pincite.train.config import Optim


def make_optimizer(model: torch.nn.Module, optim: Optim) -> torch.optim.Optimizer:
    """Return AdamW over the parameters of `model` that are trained.

    Weight decay pulls weights towards 0; biases and the gains of norms have no reason to be
    small, so they are spared.
    """
    spared = {id(parameter) for parameter in _spared(model)}
    trained = [p for p in model.parameters() if p.requires_grad]
    groups: list[dict[str, Any]] = [
        {"params": [p for p in trained if id(p) not in spared], "weight_decay": optim.weight_decay},
        {"params": [p for p in trained if id(p) in spared], "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(
        [group for group in groups if group["params"]], lr=optim.lr, betas=optim.betas
    )


def _spared(model: torch.nn.Module) -> list[torch.nn.Parameter]:
    """Return the biases, and every parameter of a module whose class is called a norm."""
    return [
        parameter
        for module in model.modules()
        for name, parameter in module.named_parameters(recurse=False)
        if name.endswith("bias") or "norm" in type(module).__name__.lower()
    ]


def learning_rate(optim: Optim, step: int, steps: int) -> float:
    """Return the learning rate of step `step` (from 0) of `steps`.

    It rises linearly over the warm-up and then follows the schedule, which would reach 0 at
    step `steps`, one beyond the last.

    Example:
        >>> optim = Optim(lr=1.0, warmup_steps=2, max_steps=6)
        >>> [learning_rate(optim, step, 6) for step in range(6)]
        [0.0, 0.5, 1.0, 0.75, 0.5, 0.25]
    """
    if step < optim.warmup_steps:
        return optim.lr * step / optim.warmup_steps
    done = (step - optim.warmup_steps) / max(1, steps - optim.warmup_steps)
    if optim.schedule == "linear":
        return optim.lr * max(0.0, 1.0 - done)
    if optim.schedule == "cosine":
        return optim.lr * 0.5 * (1.0 + math.cos(math.pi * min(1.0, done)))
    return optim.lr
