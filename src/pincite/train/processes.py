"""Several processes that together take the steps one process would take.

Each computes its share of every batch; what they found is added up before the step, each example
weighing the same, so that n processes end where one does. Gradients are summed here rather than
by a wrapped model, because an objective may call any method of its model, not `forward` alone.
"""

from __future__ import annotations

import dataclasses
import json
import os
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import torch
from accelerate import Accelerator
from accelerate.state import AcceleratorState
from accelerate.utils import InitProcessGroupKwargs, broadcast

from pincite.errors import UsageError
from pincite.train.config import Run

_PATIENCE = timedelta(hours=24)  # one process evaluates while the others wait


def make_accelerator(run: Run) -> Accelerator:
    """Return the device and the arithmetic of this process, joined to its fellows.

    Raises:
        UsageError: The device does not exist, cannot compute in the precision asked for, or
            cannot work with those of other processes.
    """
    processes = int(os.environ.get("WORLD_SIZE", "1"))
    distributed = processes > 1
    no_other = run.device == "auto" and not torch.accelerator.is_available()
    # A second run in one process may use another device or precision than the first.
    AcceleratorState._reset_state(reset_partial_state=not distributed)
    named = run.device not in ("auto", "cpu")
    if named:
        os.environ["ACCELERATE_TORCH_DEVICE"] = _existing(run.device)
    try:
        accelerator = Accelerator(
            cpu=run.device == "cpu" or no_other,  # else accelerate joins no processes on a CPU
            mixed_precision=run.precision if run.precision in ("bf16", "fp16") else "no",
            kwargs_handlers=[InitProcessGroupKwargs(timeout=_PATIENCE)],
        )
    finally:
        if named:
            del os.environ["ACCELERATE_TORCH_DEVICE"]
    if accelerator.num_processes != processes:
        raise UsageError(
            f"{processes} processes were started, but {accelerator.device} does not work with "
            'those of others; start one, or set device = "cpu" in [run]'
        )
    if run.precision == "fp16" and accelerator.scaler is None:  # accelerate would do without
        raise UsageError(
            f"precision 'fp16' was asked for in [run], but {accelerator.device} does not compute "
            f"in it; set precision to no or bf16"
        )
    return accelerator


def _existing(device: str) -> str:
    """Return the name of a device that is there."""
    try:
        torch.zeros(1, device=device)
    except (RuntimeError, AssertionError) as error:
        reason = str(error).splitlines()[0].rstrip(".")
        raise UsageError(
            f"device {device!r} was asked for in [run], but it cannot be used: {reason}; "
            'set device = "auto"'
        ) from None
    return device


def moved(batch: Any, device: torch.device, dtype: torch.dtype | None = None) -> Any:
    """Return the batch with every tensor on `device`; those of floats as `dtype`, if one is given.

    Tensors are looked for in mappings, lists, tuples and dataclasses; all else stays as it is.
    """
    if isinstance(batch, torch.Tensor):
        cast = dtype if batch.is_floating_point() else None
        return batch.to(device=device, dtype=cast)
    if isinstance(batch, Mapping):
        return {key: moved(value, device, dtype) for key, value in batch.items()}
    if isinstance(batch, tuple) and hasattr(batch, "_fields"):
        return type(batch)(*(moved(value, device, dtype) for value in batch))
    if isinstance(batch, list | tuple):
        return type(batch)(moved(value, device, dtype) for value in batch)
    if dataclasses.is_dataclass(batch) and not isinstance(batch, type):
        parts = {f.name: getattr(batch, f.name) for f in dataclasses.fields(batch) if f.init}
        changed = {name: moved(value, device, dtype) for name, value in parts.items()}
        return dataclasses.replace(batch, **changed)
    return batch


def told_by_all(accelerator: Accelerator, told: Any) -> list[Any]:
    """Return what every process told, by rank; each tells something that JSON can say."""
    if accelerator.num_processes == 1:
        return [told]
    said = torch.frombuffer(bytearray(json.dumps(told).encode()), dtype=torch.uint8)
    here = said.to(accelerator.device)
    lengths = accelerator.gather(torch.tensor([len(here)], device=accelerator.device)).tolist()
    padded = torch.zeros(max(lengths), dtype=torch.uint8, device=accelerator.device)
    padded[: len(here)] = here
    rows = accelerator.gather(padded).view(len(lengths), -1).cpu()
    return [
        json.loads(bytes(row[:length].tolist())) for row, length in zip(rows, lengths, strict=True)
    ]


def add_up_gradients(accelerator: Accelerator, parameters: Sequence[torch.nn.Parameter]) -> None:
    """Replace the gradients of this process by their sum over all.

    A parameter that no process used keeps no gradient, so the optimiser leaves it alone, as it
    would in one process.
    """
    if accelerator.num_processes == 1:
        return
    used = torch.tensor([p.grad is not None for p in parameters], device=accelerator.device)
    used = accelerator.reduce(used.int(), "sum").bool().tolist()
    together = [p for p, wanted in zip(parameters, used, strict=True) if wanted]
    for dtype in sorted({p.dtype for p in together}, key=str):
        members = [p for p in together if p.dtype == dtype]
        flat = torch.cat([_gradient(p).reshape(-1) for p in members])
        pieces = accelerator.reduce(flat, "sum").split([p.numel() for p in members])
        for parameter, piece in zip(members, pieces, strict=True):
            parameter.grad = piece.view_as(parameter).clone()


def _gradient(parameter: torch.nn.Parameter) -> torch.Tensor:
    return torch.zeros_like(parameter) if parameter.grad is None else parameter.grad


def start_alike(accelerator: Accelerator, model: torch.nn.Module) -> None:
    """Give every process the parameters and buffers of the first."""
    if accelerator.num_processes == 1:
        return
    with torch.no_grad():
        for tensor in [*model.parameters(), *model.buffers()]:
            tensor.copy_(broadcast(tensor.detach().clone()))
