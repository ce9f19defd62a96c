"""The training loop.

    OUT/metrics.jsonl   a line a step and an evaluation    OUT/checkpoints/   to go on from
    OUT/tensorboard/    the same as curves                 OUT/model/         the trained model
    OUT/run.json        settings, versions, the report

Run the same call again after a kill and it goes on from the newest checkpoint, to the same losses:
on a CPU in fp64 to the last bit. The model that is saved at the end is the one of the best
evaluation. With several processes (torchrun, accelerate launch) the first evaluates and writes,
into a directory that all of them see.
"""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import torch

from pincite.errors import StoreLocked, TrainingStopped, UsageError
from pincite.ingest.interrupt import Interrupts
from pincite.store.lock import WriterLock
from pincite.train.chance import chance_state
from pincite.train.checkpoint import room_to_write
from pincite.train.config import Settings
from pincite.train.log import Log
from pincite.train.objective import Objective, Scored
from pincite.train.processes import told_by_all
from pincite.train.progress import Ending, Progress, Report, write_run
from pincite.train.stage import Stage, Start, set_stage
from pincite.train.step import LESS_MEMORY, BadStep, is_out_of_memory, take_step, total_steps


def _on_stderr(sentence: str) -> None:
    print(sentence, file=sys.stderr)


def train(
    objective: Objective,
    settings: Settings,
    *,
    start: Start = "auto",
    say: Callable[[str], None] = _on_stderr,
    bar: bool = False,
) -> Report:
    """Return what came of training `objective`; its model ends up as that of the best evaluation.

    Args:
        objective: Model, examples, loss and measure.
        settings: How, and where to.
        start: "auto" goes on from the newest whole checkpoint if there is one; "resume" insists
            on one, and lets `[optim]`, seed and precision differ from what it was made with;
            "fresh" discards what an earlier run left in `out`.
        say: Takes sentences for people.
        bar: Whether to show a progress bar on stderr.

    Raises:
        UsageError: The settings do not fit the objective, the device or the earlier run, or
            another process is training into the same directory.
        TrainingStopped: Memory or room ran out, or a loss or gradient is no number. The state
            before the bad step is saved.
    """
    stage = set_stage(objective, settings)
    main, out = stage.accelerator.is_main_process, settings.run.out
    tell = say if main else _to_nobody
    with ExitStack() as cleanup:
        if main:
            cleanup.enter_context(_alone_in(out))
        cleanup.enter_context(_sentences(stage))
        if main:
            _prepare(out, start, stage)
        stage.accelerator.wait_for_everyone()
        progress = stage.resume(start, tell)
        facts = _facts(stage)
        if main:
            write_run(out, facts)
        ended, progress = _run(stage, progress, tell, bar)
        report = _finish(stage, ended, progress, tell)
        if main and report.model:
            write_run(out, facts, report)
    return report


def _run(
    stage: Stage, progress: Progress, say: Callable[[str], None], bar: bool
) -> tuple[Ending, Progress]:
    """Train from `progress` on until all steps are done, patience is at an end, or Ctrl-C."""
    run, steps, saved = stage.settings.run, total_steps(stage), progress.step
    log = _log(stage, progress, steps, bar)
    interrupts = Interrupts(
        lambda: say("finishing this step, then saving; Ctrl-C once more ends it at once")
    )
    with log, interrupts:
        while True:
            now, last = progress.step, progress.step >= steps
            if progress.evaluated < now and (last or _due(stage, run.evaluate_every, now)):
                progress = _evaluated(stage, progress, log)
            impatient = 0 < run.patience <= progress.waited
            ended = last or impatient
            improved = progress.best_step == now
            if saved < now and (ended or improved or _due(stage, run.checkpoint_every, now)):
                stage.save(progress)
                saved = now
            if ended:
                return ("done" if last else "patience"), progress
            began = time.perf_counter()
            try:
                taken = take_step(stage, now, progress.skipped, interrupts.asked)
            except BadStep as bad:
                raise _stopped(stage, progress, bad, saved) from bad
            progress = progress.stepped(taken.loss, taken.skipped)
            log.train(
                step=progress.step,
                epoch=stage.order.epoch(now),
                loss=taken.loss,
                parts=taken.parts,
                lr=taken.lr,
                norm=taken.norm,
                skipped=taken.skipped,
                seconds=time.perf_counter() - began,
            )
            if taken.interrupted:
                stage.save(progress)
                return "interrupted", progress


def _evaluated(stage: Stage, progress: Progress, log: Log) -> Progress:
    """Return the progress after an evaluation, which the first process makes for all."""
    began, chance, objective = time.perf_counter(), chance_state(), stage.objective
    told: dict[str, Any] = {"figures": {}, "trouble": ""}
    if stage.accelerator.is_main_process:
        objective.model.eval()
        try:
            with torch.no_grad(), stage.arithmetic():
                told["figures"] = {k: float(v) for k, v in objective.evaluate().items()}
        except (MemoryError, RuntimeError) as error:
            if not is_out_of_memory(error):
                raise
            told["trouble"] = f"the evaluation after step {progress.step} ran out of memory"
    heard = told_by_all(stage.accelerator, told)[0]
    if heard["trouble"]:
        raise _stopped(stage, progress, BadStep(heard["trouble"], LESS_MEMORY, chance), -1)
    figures: Mapping[str, float] = heard["figures"]
    if objective.measure not in figures:
        raise UsageError(
            f"the objective is measured by {objective.measure!r}, but its evaluation returned "
            f"{', '.join(figures) or 'nothing'}; correct the recipe"
        )
    after = progress.measured(figures[objective.measure], figures, objective.higher_is_better)
    log.evaluation(
        step=progress.step,
        epoch=stage.order.epoch(progress.step - 1),
        figures=figures,
        best=after.best_step == progress.step,
        seconds=time.perf_counter() - began,
    )
    return after


def _finish(stage: Stage, ended: Ending, progress: Progress, say: Callable[[str], None]) -> Report:
    """Save the best model and return the report; an interrupted run is only told of."""
    model: Path | None = None
    scores: tuple[float, ...] = ()
    if ended == "interrupted":
        say(
            f"interrupted after step {progress.step} of {total_steps(stage)}, which is saved; "
            f"run the same command again to go on"
        )
    else:
        stage.take_best(progress, say)
        scores = _scores(stage)
        model = stage.save_model()
    return Report(
        ended=ended,
        steps=progress.step,
        epochs=progress.step / stage.order.steps_per_epoch,
        loss=progress.loss,
        measure=stage.objective.measure,
        best=progress.best,
        best_step=progress.best_step,
        figures=progress.figures,
        scores=scores,
        model=model,
    )


def _scores(stage: Stage) -> tuple[float, ...]:
    """Return a number for each held-out example, if the objective gives them."""
    objective = stage.objective
    if not (isinstance(objective, Scored) and stage.accelerator.is_main_process):
        return ()
    stage.objective.model.eval()
    with torch.no_grad(), stage.arithmetic():
        return tuple(float(score) for score in objective.scores())


def _stopped(stage: Stage, progress: Progress, bad: BadStep, saved: int) -> TrainingStopped:
    """Return the error of a bad step, the state before it saved."""
    if saved < progress.step or not stage.store.steps():
        stage.save(progress, bad.chance)
    where = stage.store.path(progress.step)
    return TrainingStopped(
        f"{bad.reason}; the state before it, after step {progress.step}, is saved in {where}. "
        f"{bad.advice}, and run the same command with --resume to go on"
    )


@contextmanager
def _sentences(stage: Stage) -> Iterator[None]:
    """Turn what no step could catch into sentences: a full disk, memory gone elsewhere."""
    with room_to_write(f"what belongs into {stage.settings.run.out}", "the checkpoints are kept"):
        try:
            yield
        except (MemoryError, RuntimeError) as error:
            if not is_out_of_memory(error):
                raise
            steps = stage.store.steps()
            kept = f"the checkpoint of step {steps[-1]} is kept" if steps else "nothing was saved"
            raise TrainingStopped(
                f"memory ran out while the weights were updated or saved: {error}; {kept}. "
                f"{LESS_MEMORY}, or a smaller model, and run the same command with --resume"
            ) from error


@contextmanager
def _alone_in(out: Path) -> Iterator[None]:
    """Hold the directory of a run, which two processes would spoil for each other."""
    with room_to_write(f"{str(out)!r}", "nothing was changed"):
        out.mkdir(parents=True, exist_ok=True)
    try:
        with WriterLock(out, wait_s=0.0).held():
            yield
    except StoreLocked as error:
        raise UsageError(
            f"another process is training into {str(out)!r}; wait until it is done, or choose "
            f"another out in [run]"
        ) from error


def _prepare(out: Path, start: Start, stage: Stage) -> None:
    """Sweep up what a killed run left, and with "fresh" all that an earlier run left."""
    stage.store.sweep()
    if start == "fresh":
        stage.store.remove_all()
        for name in ("tensorboard", "model"):
            shutil.rmtree(out / name, ignore_errors=True)
        for name in ("metrics.jsonl", "run.json"):
            (out / name).unlink(missing_ok=True)


def _log(stage: Stage, progress: Progress, steps: int, bar: bool) -> Log:
    return Log(
        stage.settings.run.out,
        trained=progress.step,
        evaluated=progress.evaluated,
        steps=steps,
        tensorboard=stage.settings.run.tensorboard,
        bar=bar,
        silent=not stage.accelerator.is_main_process,
    )


def _facts(stage: Stage) -> dict[str, Any]:
    """Return what `run.json` says before there is a report."""
    trained = sum(parameter.numel() for parameter in stage.parameters)
    return {
        "settings": stage.settings.record(),
        "device": str(stage.accelerator.device),
        "processes": stage.accelerator.num_processes,
        "examples": stage.objective.size,
        "trained_parameters": trained,
        "steps": total_steps(stage),
    }


def _due(stage: Stage, every: int, step: int) -> bool:
    """Whether something that happens every so many steps, 0 meaning an epoch, is due."""
    return step > 0 and step % (every or stage.order.steps_per_epoch) == 0


def _to_nobody(sentence: str) -> None:
    """Take a sentence that the first process tells already."""
