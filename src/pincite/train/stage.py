"""What a run has at hand: model, optimiser, devices, checkpoints; how it is saved and resumed."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import torch
from accelerate import Accelerator

from pincite.errors import NotFound, UsageError
from pincite.train.chance import chance_state, restore_chance, seed_everything
from pincite.train.checkpoint import (
    Checkpoint,
    Checkpoints,
    flush,
    kept_tensors,
    put_back,
    room_to_write,
    write_tensors,
    write_values,
)
from pincite.train.config import Settings, differences
from pincite.train.objective import Objective
from pincite.train.optimizer import make_optimizer
from pincite.train.order import Order
from pincite.train.processes import make_accelerator, start_alike
from pincite.train.progress import Progress

Start = Literal["auto", "resume", "fresh"]


@dataclass(frozen=True, eq=False)
class Stage:
    """A run ready to go.

    Attributes:
        objective: What is trained; its model is on the device.
        settings: What was asked for.
        accelerator: Device, arithmetic and fellow processes.
        optimizer: AdamW as accelerate wraps it.
        parameters: The trained parameters, by name in order.
        order: Steps to examples.
        store: Checkpoints.
        adapters: `pincite.train.lora.Adapters`, or None.
    """

    objective: Objective
    settings: Settings
    accelerator: Accelerator
    optimizer: Any
    parameters: tuple[torch.nn.Parameter, ...]
    order: Order
    store: Checkpoints
    adapters: Any

    @property
    def dtype(self) -> torch.dtype | None:
        """What floats of a batch become; None leaves them."""
        return torch.float64 if self.settings.run.precision == "fp64" else None

    def arithmetic(self) -> Any:
        """Return the context in which losses and figures are computed."""
        return self.accelerator.autocast() if self.dtype is None else nullcontext()

    def save(self, progress: Progress, chance: dict[str, Any] | None = None) -> None:
        """Write the checkpoint of `progress`; every process takes part.

        Args:
            progress: How far the run is.
            chance: States of the generators, where those of now are not meant.

        Raises:
            TrainingStopped: There is no room for it; the former checkpoints are untouched.
        """
        rank, main = self.accelerator.process_index, self.accelerator.is_main_process
        steps = self.store.steps()
        kept = f"the checkpoint of step {steps[-1]} is kept" if steps else "none was saved before"
        with room_to_write(f"the checkpoint of step {progress.step}", kept):
            try:
                if main:
                    self.store.draft(progress.step)
                self.accelerator.wait_for_everyone()
                draft = self.store.folder / f".draft-{progress.step:08d}"
                write_values(chance or chance_state(), draft / f"chance-{rank}.pt")
                self.accelerator.wait_for_everyone()
                if main:
                    self._write(draft, progress)
            except BaseException:
                self.store.sweep()
                raise
        self.accelerator.wait_for_everyone()

    def _write(self, draft: Path, progress: Progress) -> None:
        scaler = self.accelerator.scaler
        moments = {
            "optimizer": self.optimizer.state_dict(),
            "scaler": scaler and scaler.state_dict(),
        }
        write_tensors(kept_tensors(self.objective.model), draft / "model.safetensors")
        write_values(moments, draft / "optimizer.pt")
        write_values(dict(self.objective.state()), draft / "objective.pt")
        facts = {
            "progress": asdict(progress),
            "settings": self.settings.record(),
            "processes": self.accelerator.num_processes,
        }
        self.store.publish(draft, progress.step, facts, progress.best_step)

    def resume(self, start: Start, say: Callable[[str], None]) -> Progress:
        """Return the progress of the newest whole checkpoint, all put back; or that of none.

        Raises:
            NotFound: `start` is "resume", and there is no checkpoint.
            UsageError: The checkpoint was made with other settings.
        """
        found = self.store.newest_whole(say)
        if found is None:
            if start == "resume":
                raise NotFound(
                    f"there is no checkpoint to resume from in {str(self.store.folder)!r}; "
                    f"leave --resume away to begin"
                )
            return Progress()
        self._check_settings(found, start)
        self._put_back(found, say)
        progress = Progress(**found.facts["progress"])
        say(f"going on from the checkpoint of step {progress.step}")
        return progress

    def _check_settings(self, found: Checkpoint, start: Start) -> None:
        names = differences(self.settings.record(), found.facts["settings"])
        steps = [n for n in names if n.startswith(("optim.", "run."))]
        if start == "resume":
            names = [name for name in names if name not in steps]
        if not names:
            return
        go_on = "" if names != steps else "--resume to go on with the new values, "
        raise UsageError(
            f"{str(self.settings.run.out)!r} holds a run with other settings: "
            f"{', '.join(names)} differ. Put them back, or add {go_on}"
            f"--fresh to discard that run and start over, or choose another out in [run]"
        )

    def _put_back(self, found: Checkpoint, say: Callable[[str], None]) -> None:
        put_back(self.objective.model, found.tensors())
        moments = found.read("optimizer.pt")
        asked = [(g["weight_decay"], g["betas"]) for g in self.optimizer.param_groups]
        self.optimizer.load_state_dict(moments["optimizer"])
        for group, (decay, betas) in zip(self.optimizer.param_groups, asked, strict=True):
            group["weight_decay"], group["betas"] = decay, betas
        if self.accelerator.scaler and moments["scaler"]:
            self.accelerator.scaler.load_state_dict(moments["scaler"])
        self.objective.restore(found.read("objective.pt"))
        rank, before = self.accelerator.process_index, found.facts["processes"]
        if before != self.accelerator.num_processes:
            say(
                f"that run had {before} processes and this has "
                f"{self.accelerator.num_processes}: its random numbers will be others"
            )
        if found.has(f"chance-{rank}.pt"):
            restore_chance(found.read(f"chance-{rank}.pt"))

    def take_best(self, progress: Progress, say: Callable[[str], None]) -> None:
        """Put the parameters of the best evaluation into the model, if they are not there."""
        if progress.best_step in (None, progress.step):
            return
        best = Checkpoint.open(self.store.path(int(progress.best_step or 0)))
        put_back(self.objective.model, best.tensors())
        say(f"the model of step {progress.best_step} is the best and is taken")

    def save_model(self) -> Path:
        """Write the trained model to OUT/model, whole or not at all, and return where.

        Raises:
            TrainingStopped: There is no room for it.
        """
        out = self.settings.run.out
        draft, before, final = out / ".model-draft", out / ".model-before", out / "model"
        if self.adapters and self.adapters.merge:
            self.adapters.fold()
        self.objective.model.eval()
        if self.accelerator.is_main_process:
            for left in (draft, before):
                shutil.rmtree(left, ignore_errors=True)
            draft.mkdir()
            with room_to_write("the trained model", "the checkpoints are kept"):
                if self.adapters and not self.adapters.merge:
                    self.adapters.write(draft)
                else:
                    self.objective.save(draft)
                flush(draft)
            if final.exists():
                final.rename(before)
            draft.rename(final)
            shutil.rmtree(before, ignore_errors=True)
        self.accelerator.wait_for_everyone()
        return final


def set_stage(objective: Objective, settings: Settings) -> Stage:
    """Return the run ready to go: seeds set, adapters in, everything on its device.

    Raises:
        UsageError: There is nothing to train or to train on, or the device cannot do it.
    """
    accelerator = make_accelerator(settings.run)
    seed_everything(settings.run.seed, accelerator.process_index)
    model, optim, run = objective.model, settings.optim, settings.run
    if objective.size < 1:
        raise UsageError("there are no training examples; look at [data] of the training file")
    adapters = None
    if settings.lora:
        from pincite.train import lora

        adapters = lora.wrap(model, settings.lora)
    model.to(accelerator.device)
    if run.precision == "fp64":
        model.double()
    start_alike(accelerator, model)
    parameters = tuple(p for p in model.parameters() if p.requires_grad)
    if not parameters:
        raise UsageError("no parameter of the model is trained; the recipe has frozen them all")
    return Stage(
        objective=objective,
        settings=settings,
        accelerator=accelerator,
        optimizer=accelerator.prepare(make_optimizer(model, optim)),
        parameters=parameters,
        order=Order(objective.size, run.seed, optim.batch_size, optim.accumulate),
        store=Checkpoints(run.out / "checkpoints", run.keep),
        adapters=adapters,
    )
