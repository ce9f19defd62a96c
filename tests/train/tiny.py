"""Something small to train: y = f(x) with two layers, dropout and a norm, so that chance matters.

Run as a program it is a training process for the tests to end:

    python -m tests.train.tiny CONFIG
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import nn

from pincite.registry import Plugin, Registry
from pincite.train import recipes
from pincite.train.config import Nothing, load_settings, settings_from
from pincite.train.objective import Loss

TABLE = Registry(kind="recipe", group="none", builtin={"tiny": Plugin("tests.train.tiny:recipe")})


@dataclass(frozen=True)
class Task:
    noise: float = 0.0
    scores: bool = False


@dataclass(frozen=True)
class Model:
    width: int = 8
    dropout: float = 0.2
    fusion: Literal["sum", "mean"] = "sum"


class Net(nn.Module):
    def __init__(self, width, dropout):
        super().__init__()
        self.inner = nn.Linear(3, width)
        self.norm = nn.BatchNorm1d(width)
        self.dropout = nn.Dropout(dropout)
        self.outer = nn.Linear(width, 1)
        self.unused = nn.Linear(2, 2)

    def forward(self, x):
        return self.outer(self.dropout(self.norm(self.inner(x).tanh()))).squeeze(-1)


class Plain(Net):
    """The same without chance and without a norm over the batch."""

    def forward(self, x):
        return self.outer(self.inner(x).tanh()).squeeze(-1)


class Regression:
    """Mean squared error on 24 points; the recall that stays the same is a part of the log."""

    measure, higher_is_better = "error", False

    def __init__(self, model, size=24):
        self.model, self.size, self.prepared = model, size, []
        chance = np.random.default_rng(5)
        self.x = torch.from_numpy(chance.normal(size=(size, 3)))
        self.y = self.x.prod(1) + self.x.sum(1)

    def batch(self, indices):
        return {"x": self.x[indices], "y": self.y[indices]}

    def loss(self, model, batch):
        x, y = (batch[name].to(next(model.parameters()).dtype) for name in ("x", "y"))
        noise = 1.0 + 0.1 * np.random.random()  # numpy's state must be resumed as well
        return Loss(
            noise * ((model(x) - y) ** 2).mean(),
            {"points": float(len(y)), "prepared": float(len(self.prepared))},
        )

    def before_step(self, step):
        self.prepared.append(step)

    @torch.no_grad()
    def evaluate(self):
        assert not self.model.training
        x = self.x.to(next(self.model.parameters()).dtype)
        return {"error": float(((self.model(x) - self.y) ** 2).mean())}

    def state(self):
        return {"prepared": list(self.prepared), "mark": torch.arange(2)}

    def restore(self, state):
        assert state["mark"].tolist() == [0, 1]
        self.prepared = list(state["prepared"])

    def save(self, directory):
        save_file(self.model.state_dict(), directory / "weights.safetensors")


class Scored(Regression):
    @torch.no_grad()
    def scores(self):
        return ((self.model(self.x) - self.y) ** 2).tolist()


def recipe(settings):
    task, _, model = settings.take(Task, Nothing, Model)
    net = Net(model.width, model.dropout)
    if model.fusion == "mean":
        with torch.no_grad():
            net.inner.weight /= 3
    return (Scored if task.scores else Regression)(net)


def settings(out, **sections):
    """Settings of a short fp64 run into `out`; a section given replaces single keys."""
    content = {
        "task": {"name": "tiny"},
        "optim": {"lr": 0.02, "max_steps": 12, "batch_size": 8, "warmup_steps": 2},
        "run": {"out": str(out), "precision": "fp64", "device": "cpu", "tensorboard": False},
    }
    for name, values in sections.items():
        content[name] = content.get(name, {}) | values
    return settings_from(content)


def config(path, out, **sections):
    """Write the same as a training file."""
    asked = settings(out, **sections).record()
    lines = []
    for section, values in asked.items():
        if not values:
            continue
        lines.append(f"[{section}]")
        for key, value in values.items():
            if value != 0 or key not in ("max_steps", "epochs"):
                lines.append(f"{key} = {json.dumps(value)}")  # as in TOML
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def weights(out):
    """The saved model of a run."""
    return load_file(out / "model" / "weights.safetensors")


def same(one, other):
    """Whether two saved models are equal to the last bit."""
    return one.keys() == other.keys() and all(torch.equal(one[k], other[k]) for k in one)


if __name__ == "__main__":
    from pincite.train.loop import train

    recipes.recipes = TABLE
    torch.set_num_threads(1)
    asked = load_settings(Path(sys.argv[1]))
    train(recipes.make_objective(asked), asked)
