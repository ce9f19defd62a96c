"""Checkpoints that a kill, a full disk or a flipped bit cannot spoil.

    OUT/checkpoints/step-00000123/
        model.safetensors   trained parameters, and the buffers that are kept
        optimizer.pt        state of the optimiser and of the gradient scaler
        objective.pt        what `Objective.state` returned
        chance-0.pt         states of the random generators, one file a process
        checkpoint.json     progress, settings, and size and CRC-32 of every other file

A checkpoint is written into a sibling whose name begins with a dot, flushed to the disk and then
renamed, so that a directory of this name is always a whole one. A damaged one is found by its
sums. Tensors are read as safetensors or with `weights_only`: reading runs no code.
"""

from __future__ import annotations

import errno
import json
import os
import re
import shutil
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from pincite.errors import TrainingStopped, UsageError

_NAME = re.compile(r"step-(\d{8,})")
_PLAIN = (torch.Tensor, str, bytes, int, float, bool, type(None))


class Checkpoints:
    """The checkpoints of one run.

    Attributes:
        folder: Where they lie, one directory each.
        keep: How many of the newest stay.
    """

    def __init__(self, folder: Path, keep: int) -> None:
        self.folder, self.keep = folder, keep

    def steps(self) -> list[int]:
        """Return the steps of which there is a checkpoint, oldest first."""
        if not self.folder.is_dir():
            return []
        found = (_NAME.fullmatch(path.name) for path in self.folder.iterdir())
        return sorted(int(match[1]) for match in found if match)

    def path(self, step: int) -> Path:
        """Return where the checkpoint of a step lies, or would."""
        return self.folder / f"step-{step:08d}"

    def newest_whole(self, say: Callable[[str], None]) -> Checkpoint | None:
        """Return the newest checkpoint that is whole, or None; `say` is told of damaged ones."""
        for step in reversed(self.steps()):
            try:
                return Checkpoint.open(self.path(step))
            except DamagedCheckpoint as damage:
                say(f"the checkpoint of step {step} is damaged and is passed over: {damage}")
        return None

    def sweep(self) -> None:
        """Remove what killed writes and removals have left."""
        if self.folder.is_dir():
            for path in self.folder.glob(".*"):
                shutil.rmtree(path)

    def draft(self, step: int) -> Path:
        """Return the hidden directory in which the checkpoint of a step is written, empty."""
        draft = self.folder / f".draft-{step:08d}"
        if draft.exists():
            shutil.rmtree(draft)
        draft.mkdir(parents=True)
        return draft

    def publish(self, draft: Path, step: int, facts: Mapping[str, Any], best: int | None) -> None:
        """Make a written draft the checkpoint of `step`, then remove those no longer kept.

        Args:
            draft: A directory of `draft`, all files written.
            step: Optimiser steps done.
            facts: What `checkpoint.json` says besides the sums; plain values.
            best: Step of the best checkpoint so far, which is kept.
        """
        files = {path.name: _sum(path) for path in sorted(draft.iterdir())}
        text = json.dumps({**facts, "step": step, "files": files}, indent=1)
        (draft / "checkpoint.json").write_text(text, "utf-8")
        flush(draft)
        if self.path(step).exists():  # one of this step that is damaged, or is written anew
            self._remove(step)
        draft.rename(self.path(step))
        _flush_directory(self.folder)
        for old in self.steps()[: -self.keep]:
            if old != best:
                self._remove(old)

    def remove_all(self) -> None:
        """Remove every checkpoint."""
        for step in self.steps():
            self._remove(step)

    def _remove(self, step: int) -> None:
        hidden = self.folder / f".removed-{step:08d}"
        self.path(step).rename(hidden)
        shutil.rmtree(hidden)


class DamagedCheckpoint(Exception):
    """A checkpoint is not what was written; never leaves this package."""


@dataclass(frozen=True)
class Checkpoint:
    """A checkpoint whose sums were right.

    Attributes:
        path: Its directory.
        facts: What `checkpoint.json` says.
    """

    path: Path
    facts: Mapping[str, Any]

    @classmethod
    def open(cls, path: Path) -> Checkpoint:
        """Return the checkpoint at `path`, every file held against its sum.

        Raises:
            DamagedCheckpoint: A file is missing or differs.
        """
        try:
            facts = json.loads((path / "checkpoint.json").read_text("utf-8"))
            for name, expected in facts["files"].items():
                if _sum(path / name) != expected:
                    raise DamagedCheckpoint(f"{name} is not what was written")
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise DamagedCheckpoint(f"{type(error).__name__}: {error}") from None
        return cls(path, facts)

    def tensors(self) -> dict[str, torch.Tensor]:
        """Return parameters and buffers by name."""
        return load_file(self.path / "model.safetensors")

    def read(self, name: str) -> Any:
        """Return the content of a `.pt` file: tensors and plain values, nothing else."""
        return torch.load(self.path / name, map_location="cpu", weights_only=True)

    def has(self, name: str) -> bool:
        """Whether there is a file of this name."""
        return name in self.facts["files"]


def kept_tensors(model: torch.nn.Module) -> dict[str, torch.Tensor]:
    """Return what a checkpoint holds of a model: its trained parameters and its buffers.

    Parameters that are not trained come from where the recipe took them; buffers that the
    model does not save are made anew by it.
    """
    saved = model.state_dict().keys()
    buffers = {name: b for name, b in model.named_buffers() if name in saved}
    trained = {name: p for name, p in model.named_parameters() if p.requires_grad}
    return {name: t.detach().cpu().contiguous() for name, t in {**trained, **buffers}.items()}


def put_back(model: torch.nn.Module, tensors: Mapping[str, torch.Tensor]) -> None:
    """Write what `kept_tensors` returned into the model, in place.

    Raises:
        UsageError: The model has other tensors than those.
    """
    targets = dict([*model.named_parameters(), *model.named_buffers()])
    expected = kept_tensors(model)
    if wrong := sorted(
        name
        for name in {*expected, *tensors}
        if name not in expected
        or name not in tensors
        or expected[name].shape != tensors[name].shape
    ):
        raise UsageError(
            f"the checkpoint does not fit the model: {len(wrong)} tensors differ, the first is "
            f"{wrong[0]!r}; the recipe or its libraries have changed, so start over with --fresh"
        )
    with torch.no_grad():
        for name, tensor in tensors.items():
            targets[name].copy_(tensor)


def write_tensors(tensors: Mapping[str, torch.Tensor], path: Path) -> None:
    """Write named tensors as safetensors."""
    save_file(dict(tensors), path)


def write_values(values: Any, path: Path) -> None:
    """Write tensors and plain values, such that `Checkpoint.read` can take them back.

    Raises:
        UsageError: There is something else among them.
    """
    _check_plain(values, path.stem)
    with path.open("wb") as file:  # a path would be written by torch, which hides why it failed
        torch.save(values, file)


def _check_plain(values: Any, where: str) -> None:
    if isinstance(values, Mapping):
        for key, value in values.items():
            _check_plain(value, f"{where}[{key!r}]")
    elif isinstance(values, list | tuple):
        for at, value in enumerate(values):
            _check_plain(value, f"{where}[{at}]")
    elif not isinstance(values, _PLAIN) or type(values).__module__ == "numpy":
        raise UsageError(
            f"a checkpoint holds tensors, numbers, texts, lists and mappings, but {where} is "
            f"{type(values).__name__}; return such values from the objective's state()"
        )


@contextmanager
def room_to_write(what: str, kept: str) -> Iterator[None]:
    """Turn a full disk into a sentence: `what` could not be written, and what is `kept`.

    Raises:
        TrainingStopped: There is no room, or not as much as this process may take.
    """
    try:
        yield
    except (OSError, SafetensorError, RuntimeError) as error:
        if not (reason := _no_room(error)):
            raise
        raise TrainingStopped(
            f"{what} could not be written: {reason}; {kept}. "
            f"Make room, then run the same command again to go on"
        ) from error


def _no_room(error: BaseException | None) -> str:
    """Return why a write failed, if it was for want of room, else an empty string.

    safetensors tells it in words only; torch raises another error while it handles the true one.
    """
    while error is not None:
        number = getattr(error, "errno", None)
        for code in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            if number == code or f"os error {code})" in str(error):
                return os.strerror(code).lower()
        error = error.__cause__ or error.__context__
    return ""


def flush(directory: Path) -> None:
    """Return once every file of a directory, and those below it, is on the disk."""
    for path in directory.rglob("*"):
        if path.is_file():
            with path.open("rb") as file:
                os.fsync(file.fileno())
        else:
            _flush_directory(path)
    _flush_directory(directory)


def _flush_directory(directory: Path) -> None:
    with suppress(PermissionError):  # a system on which directories cannot be opened
        handle = os.open(directory, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _sum(path: Path) -> list[int]:
    """Return size and CRC-32 of a file."""
    size = crc = 0
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            size += len(piece)
            crc = zlib.crc32(piece, crc)
    return [size, crc]
