"""One optimiser step, and what can go wrong in it."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from itertools import chain
from typing import Any

import torch

from pincite.train.chance import chance_state
from pincite.train.optimizer import learning_rate
from pincite.train.order import share
from pincite.train.processes import add_up_gradients, moved, told_by_all
from pincite.train.stage import Stage

MOST_SKIPPED = 50
"""Steps in a row the gradient scaler may skip while it looks for a scale that fits."""

LESS_MEMORY = (
    "Set a smaller batch_size and a larger accumulate in [optim], or precision to bf16 in [run]"
)
OTHER_STEPS = (
    "Look at these examples; if they are sound, set a lower lr, more warmup_steps or a smaller "
    "clip_norm in [optim], or precision to no or bf16 in [run]"
)


class BadStep(Exception):
    """A step that must not be taken; every process raises it together.

    Attributes:
        reason: What went wrong, with the step and the examples.
        advice: What to change.
        chance: States of the generators from before the step.
    """

    def __init__(self, reason: str, advice: str, chance: dict[str, Any]) -> None:
        self.reason, self.advice, self.chance = reason, advice, chance
        super().__init__(reason)


@dataclass(frozen=True, slots=True)
class Taken:
    """A step that was taken.

    Attributes:
        loss: Mean over the examples of the step.
        parts: Means of what the objective told beside it.
        lr: Learning rate.
        norm: Length of the gradient before clipping.
        skipped: Whether the gradient scaler left it out.
        interrupted: Whether any process was asked to end.
    """

    loss: float
    parts: Mapping[str, float]
    lr: float
    norm: float
    skipped: bool
    interrupted: bool


@dataclass(slots=True)
class _Found:
    """What this process found in its share of a step."""

    loss: float = 0.0
    parts: dict[str, float] = field(default_factory=dict)
    trouble: str = ""
    advice: str = ""


def take_step(stage: Stage, step: int, skipped: int, interrupted: bool) -> Taken:
    """Take optimiser step `step` (from 0), together with the other processes.

    Args:
        stage: The run.
        step: Which step.
        skipped: Steps before it that the gradient scaler has skipped in a row.
        interrupted: Whether this process was asked to end.

    Raises:
        BadStep: Memory ran out, or loss or gradient are no numbers. Parameters, buffers and
            moments are as before.
    """
    chance, buffers = chance_state(), [b.detach().clone() for b in stage.objective.model.buffers()]

    def bad(reason: str, advice: str) -> BadStep:
        with torch.no_grad():
            for buffer, before in zip(stage.objective.model.buffers(), buffers, strict=True):
                buffer.copy_(before)
        stage.optimizer.zero_grad()
        return BadStep(reason, advice, chance)

    stage.objective.model.train()
    rate = learning_rate(stage.settings.optim, step, total_steps(stage))
    for group in stage.optimizer.param_groups:
        group["lr"] = rate
    found = _gradients(stage, step)
    heard = told_by_all(stage.accelerator, {**asdict(found), "interrupted": interrupted})
    for said in heard:
        if said["trouble"]:
            raise bad(said["trouble"], said["advice"])
    add_up_gradients(stage.accelerator, stage.parameters)
    stage.accelerator.unscale_gradients(stage.optimizer)
    longest = stage.settings.optim.clip_norm or math.inf
    norm = float(torch.nn.utils.clip_grad_norm_(stage.parameters, longest))
    scaled = stage.accelerator.scaler is not None
    if not math.isfinite(norm) and (not scaled or skipped >= MOST_SKIPPED):
        seen = sorted(chain.from_iterable(stage.order.batches(step)))
        raise bad(f"the gradient of step {step + 1}, of examples {seen}, is {norm}", OTHER_STEPS)
    stage.optimizer.step()
    stage.optimizer.zero_grad()
    return Taken(
        loss=math.fsum(said["loss"] for said in heard),
        parts=_added_up(said["parts"] for said in heard),
        lr=rate,
        norm=norm,
        skipped=scaled and bool(stage.optimizer.step_was_skipped),
        interrupted=any(said["interrupted"] for said in heard),
    )


def total_steps(stage: Stage) -> int:
    """Return how many steps the run has in all."""
    optim = stage.settings.optim
    return optim.max_steps or math.ceil(optim.epochs * stage.order.steps_per_epoch)


def _gradients(stage: Stage, step: int) -> _Found:
    """Return the loss of this process's share of a step, its gradients left in the parameters."""
    objective, accelerator, found = stage.objective, stage.accelerator, _Found()
    batches = stage.order.batches(step)
    examples = sum(map(len, batches))
    mine: list[int] = []
    try:
        objective.before_step(step)
        for batch in batches:
            mine = share(batch, accelerator.process_index, accelerator.num_processes)
            if not mine:
                continue
            weight = len(mine) / examples
            tensors = moved(objective.batch(mine), accelerator.device, stage.dtype)
            with stage.arithmetic():
                loss = objective.loss(objective.model, tensors)
            value = float(loss.value.detach())
            if not math.isfinite(value):
                found.trouble = f"the loss of step {step + 1}, on examples {mine}, is {value}"
                found.advice = OTHER_STEPS
                break
            accelerator.backward(loss.value * weight)
            found.loss += value * weight
            weighted = {name: float(number) * weight for name, number in loss.parts.items()}
            found.parts = _added_up([found.parts, weighted])
    except (MemoryError, RuntimeError) as error:
        if not is_out_of_memory(error):
            raise
        on = f", on examples {mine}" if mine else ""
        found.trouble, found.advice = f"step {step + 1} ran out of memory{on}", LESS_MEMORY
    return found


def _added_up(parts: Iterable[Mapping[str, float]]) -> dict[str, float]:
    total: defaultdict[str, float] = defaultdict(float)
    for part in parts:
        for name, number in part.items():
            total[name] += number
    return dict(total)


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an error means that memory ran out, on the device or on the host."""
    words = ("can't allocate memory", "cannot allocate memory", "not enough memory")
    return isinstance(error, MemoryError | torch.OutOfMemoryError) or (
        isinstance(error, RuntimeError) and any(word in str(error).lower() for word in words)
    )
