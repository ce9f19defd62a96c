"""What a training file says, as frozen values.

    [task]   which recipe, and its own options          [optim]  how steps are taken
    [data]   what it learns from                        [run]    where results go, how often
    [model]  what learns                                [lora]   adapters instead of all weights

`[task]`, `[data]` and `[model]` belong to the recipe, which reads them with `Settings.take`; the
other sections are the same for all. Without `[lora]` every parameter is trained.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeVar

from pincite.errors import NotFound, UnknownSetting, UsageError
from pincite.train.sections import Section

Task = TypeVar("Task")
Data = TypeVar("Data")
Model = TypeVar("Model")

Schedule = Literal["linear", "cosine", "constant"]
Precision = Literal["no", "bf16", "fp16", "fp64"]


@dataclass(frozen=True, slots=True)
class Nothing:
    """A section in which a recipe takes no options."""


@dataclass(frozen=True, slots=True)
class Optim:
    """How steps are taken: AdamW (Loshchilov & Hutter, ICLR 2019), decay on weights only.

    Attributes:
        lr: Highest learning rate, reached after the warm-up.
        weight_decay: Decoupled decay; biases and norms are spared.
        betas: Decay rates of the running mean and square of the gradient.
        warmup_steps: Steps over which the rate rises linearly from 0.
        schedule: What the rate does afterwards until the last step: falls to 0 along a line or
            half a cosine wave, or stays.
        max_steps: Steps in all; or else `epochs` says it.
        epochs: Times each example is seen; parts of an epoch are allowed.
        batch_size: Examples that are computed together, over all processes.
        accumulate: Batches a step takes its gradient from.
        clip_norm: Longest gradient; a longer one is scaled down to it. 0: never.
    """

    lr: float = 1e-4
    weight_decay: float = 0.01
    betas: tuple[float, float] = (0.9, 0.999)
    warmup_steps: int = 0
    schedule: Schedule = "linear"
    max_steps: int = 0
    epochs: float = 0.0
    batch_size: int = 8
    accumulate: int = 1
    clip_norm: float = 1.0

    def __post_init__(self) -> None:
        _at_least("lr", self.lr, 0.0)
        _at_least("weight_decay", self.weight_decay, 0.0)
        _at_least("warmup_steps", self.warmup_steps, 0)
        _at_least("batch_size", self.batch_size, 1)
        _at_least("accumulate", self.accumulate, 1)
        _at_least("clip_norm", self.clip_norm, 0.0)
        if not all(0.0 <= beta < 1.0 for beta in self.betas):
            raise UsageError(f"betas must lie in [0, 1), got {list(self.betas)}")
        if (self.max_steps > 0) == (self.epochs > 0) or min(self.max_steps, self.epochs) < 0:
            raise UsageError(
                f"give max_steps or epochs, one of them and above 0; "
                f"got max_steps = {self.max_steps} and epochs = {self.epochs}"
            )


@dataclass(frozen=True, slots=True)
class Run:
    """Where results go, and what happens every so many steps.

    Attributes:
        out: Directory of checkpoints, metrics and the trained model.
        seed: Of the order of examples, of dropout and of new weights.
        precision: Arithmetic: fp32 ("no"), autocast to bf16 or fp16, or all in fp64.
        checkpoint_every: Steps between checkpoints; 0: once an epoch.
        keep: Newest checkpoints that are kept; the best is kept besides.
        evaluate_every: Steps between evaluations; 0: once an epoch.
        patience: Evaluations without improvement after which training ends; 0: never.
        tensorboard: Whether to write `out`/tensorboard too.
        device: "auto", "cpu", "cuda", "cuda:1", "mps".
        ablate_seeds: Seeds that `--ablate` trains each choice with, counted up from `seed`.
    """

    out: Path
    seed: int = 0
    precision: Precision = "no"
    checkpoint_every: int = 0
    keep: int = 2
    evaluate_every: int = 0
    patience: int = 0
    tensorboard: bool = True
    device: str = "auto"
    ablate_seeds: int = 3

    def __post_init__(self) -> None:
        for name in ("seed", "checkpoint_every", "evaluate_every", "patience"):
            _at_least(name, getattr(self, name), 0)
        _at_least("keep", self.keep, 1)
        _at_least("ablate_seeds", self.ablate_seeds, 1)


@dataclass(frozen=True, slots=True)
class Lora:
    """Low-rank adapters: W + (alpha / rank) B A, of which only A and B are trained.

    From Hu et al., "LoRA: Low-Rank Adaptation of Large Language Models", ICLR 2022, eq. 3.

    Attributes:
        rank: Width of A and B.
        alpha: Weight of the adapters.
        dropout: On the input of the adapters.
        targets: Ends of the names of the submodules that get one, such as "q_proj".
        merge: Whether the saved model has the adapters added into its weights and is an
            ordinary one; otherwise the adapters alone are saved, in peft's form.
    """

    targets: tuple[str, ...]
    rank: int = 8
    alpha: float = 16.0
    dropout: float = 0.0
    merge: bool = True

    def __post_init__(self) -> None:
        _at_least("rank", self.rank, 1)
        if not self.targets:
            raise UsageError("targets is empty; name submodules, such as q_proj")
        if not 0.0 <= self.dropout < 1.0:
            raise UsageError(f"dropout must lie in [0, 1), got {self.dropout}")


@dataclass(frozen=True)
class Settings:
    """Everything a training run is told.

    Attributes:
        optim: How steps are taken.
        run: Where results go, and how often.
        lora: Adapters; None trains all parameters.
        recipe: Name of the recipe (`pincite.train.recipes`).
        task: Options of the recipe, its name taken out.
        data: What it learns from.
        model: What learns.
    """

    optim: Optim
    run: Run
    lora: Lora | None = None
    recipe: str = ""
    task: Section = field(default_factory=lambda: Section("task"))
    data: Section = field(default_factory=lambda: Section("data"))
    model: Section = field(default_factory=lambda: Section("model"))

    def take(
        self, task: type[Task], data: type[Data], model: type[Model]
    ) -> tuple[Task, Data, Model]:
        """Return the sections of the recipe as its dataclasses (see `Section.read`).

        `Nothing` stands for a section in which the recipe takes no options.

        Raises:
            UnknownSetting: A key is no field; a near one is suggested.
            UsageError: A key is missing, or a value is of another type or out of range.
        """
        return self.task.read(task), self.data.read(data), self.model.read(model)

    def record(self) -> dict[str, Any]:
        """Return the settings as plain values, as they stand in `run.json`."""
        run = asdict(self.run) | {"out": str(self.run.out)}
        return {
            "task": {"name": self.recipe, **self.task.values},
            "data": dict(self.data.values),
            "model": dict(self.model.values),
            "optim": {**asdict(self.optim), "betas": list(self.optim.betas)},
            "run": run,
            "lora": {**asdict(self.lora), "targets": list(self.lora.targets)} if self.lora else {},
        }


def load_settings(path: Path) -> Settings:
    """Return what the training file at `path` says; its folder is where relative paths start.

    Raises:
        NotFound: There is no such file.
        UnknownSetting: A section or a key does not exist; a near one is suggested.
        UsageError: The file is no TOML, or a value is missing, of another type or out of range.
    """
    try:
        content = tomllib.loads(path.read_text("utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        raise NotFound(f"there is no training file {str(path)!r}; check the path") from None
    except IsADirectoryError:
        raise UsageError(f"{str(path)!r} is a directory; name the training file in it") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} is not valid TOML: {error}. Correct the line named.") from error
    return settings_from(content, file=path.name, folder=path.resolve().parent)


def settings_from(
    content: Mapping[str, Any], *, file: str = "the settings", folder: Path | None = None
) -> Settings:
    """Return the settings that `content`, section name to table, stands for.

    Args:
        content: What a training file holds, as TOML gives it.
        file: What messages call it.
        folder: Where relative paths start; default: the working directory.

    Raises:
        UnknownSetting: A section or a key does not exist.
        UsageError: A value is missing, of another type or out of range.
    """
    sections = {name: Section(name, {}, file, folder or Path.cwd()) for name in _SECTIONS}
    for name, values in content.items():
        if name not in sections:
            raise UnknownSetting(name, file, _SECTIONS)
        if not isinstance(values, Mapping):
            raise UsageError(f"{name!r} in {file} must be a section [{name}], got {values!r}")
        sections[name] = Section(name, values, file, folder or Path.cwd())
    options = dict(sections["task"].values)
    recipe = Section("task", {k: options.pop(k) for k in ("name",) if k in options}, file)
    return Settings(
        optim=sections["optim"].read(Optim),
        run=sections["run"].read(Run),
        lora=sections["lora"].read(Lora) if "lora" in content else None,
        recipe=recipe.read(_Recipe).name,
        task=Section("task", options, file, sections["task"].folder),
        data=sections["data"],
        model=sections["model"],
    )


def differences(asked: Mapping[str, Any], before: Mapping[str, Any]) -> list[str]:
    """Return the keys, as "section.key", in which a resumed run must not differ but does.

    `[run]` may change, but for the seed and the precision: they are part of the loss curve.
    """
    names = []
    for section in _SECTIONS:
        new, old = asked.get(section, {}), before.get(section, {})
        keys = ("seed", "precision") if section == "run" else sorted({*new, *old})
        names += [f"{section}.{key}" for key in keys if new.get(key) != old.get(key)]
    return names


@dataclass(frozen=True, slots=True)
class _Recipe:
    name: str


_SECTIONS = ("task", "data", "model", "optim", "run", "lora")


def _at_least(name: str, value: float, least: float) -> None:
    if not (math.isfinite(value) and value >= least):
        raise UsageError(f"{name} must be {least} or more, got {value}")
