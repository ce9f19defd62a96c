"""Training files: what is read, and how what is wrong with one is told."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from pincite.errors import NotFound, UnknownPlugin, UnknownSetting, UsageError
from pincite.train.config import Lora, Nothing, load_settings, settings_from
from pincite.train.recipes import make_objective

WHOLE = """
[task]
name = "rag"
marginal = "token"
[data]
train = "data/train.jsonl"
[optim]
lr = 3e-4
betas = [0.9, 0.98]
epochs = 2
[run]
out = "../runs/first"
[lora]
targets = ["q_proj"]
rank = 4
"""


@dataclass(frozen=True)
class Task:
    marginal: str = "sequence"


@dataclass(frozen=True)
class Data:
    train: Path
    weights: tuple[float, ...] = ()
    names: dict[str, int] = field(default_factory=dict)
    limit: int | None = None
    shuffle: bool = True


def test_a_file_is_read_and_paths_start_at_its_folder(tmp_path):
    (tmp_path / "train.toml").write_text(WHOLE)
    settings = load_settings(tmp_path / "train.toml")
    task, data, _ = settings.take(Task, Data, Nothing)
    assert settings.recipe == "rag"
    assert task == Task("token")
    assert data.train == tmp_path / "data" / "train.jsonl"
    assert settings.run.out == tmp_path / ".." / "runs" / "first"
    assert (settings.optim.lr, settings.optim.betas) == (3e-4, (0.9, 0.98))
    assert settings.lora == Lora(("q_proj",), rank=4)
    assert load_settings(tmp_path / "train.toml") == settings


def whole(**changed):
    content = {
        "task": {"name": "rag"},
        "optim": {"max_steps": 3},
        "run": {"out": "out"},
    }
    for section, values in changed.items():
        content[section] = content.get(section, {}) | values
    return {k: v for k, v in content.items() if v}


@pytest.mark.parametrize(
    ("changed", "kind", "sentence"),
    [
        pytest.param(
            {"optim": {"bacth_size": 4}},
            UnknownSetting,
            r"unknown setting 'bacth_size' in \[optim\] of x.toml. Did you mean 'batch_size'\?",
            id="unknown key",
        ),
        pytest.param(
            {"optmi": {"lr": 4}},
            UnknownSetting,
            r"unknown setting 'optmi' in x.toml. Did you mean 'optim'\?",
            id="unknown section",
        ),
        pytest.param(
            {"optim": {"lr": "fast"}},
            UsageError,
            r"setting 'lr' in \[optim\] of x.toml must be a number, got 'fast'",
            id="text for a number",
        ),
        pytest.param(
            {"optim": {"batch_size": 2.5}},
            UsageError,
            r"setting 'batch_size' in \[optim\] of x.toml must be a whole number, got 2.5",
            id="half an example",
        ),
        pytest.param(
            {"optim": {"batch_size": True}},
            UsageError,
            r"'batch_size' .* must be a whole number, got True",
            id="true is not 1",
        ),
        pytest.param(
            {"run": {"tensorboard": 1}},
            UsageError,
            r"'tensorboard' in \[run\] of x.toml must be true or false, got 1",
            id="1 is not true",
        ),
        pytest.param(
            {"optim": {"betas": [0.9]}},
            UsageError,
            r"'betas' .* must be a list of 2: a number, a number, got \[0.9\]",
            id="one of two",
        ),
        pytest.param(
            {"optim": {"schedule": "square"}},
            UsageError,
            r"'schedule' .* must be one of linear, cosine, constant, got 'square'",
            id="no such choice",
        ),
        pytest.param(
            {"lora": {"rank": 4}},
            UsageError,
            r"setting 'targets' is missing in \[lora\] of x.toml; .* a list, each a text",
            id="missing",
        ),
        pytest.param({"task": {"name": 7}}, UsageError, r"'name' in \[task\] .* a text", id="name"),
        pytest.param(
            {"optim": {"epochs": 1}},
            UsageError,
            r"in \[optim\] of x.toml: give max_steps or epochs",
            id="both ends",
        ),
        pytest.param(
            {"optim": {"max_steps": 0}}, UsageError, r"give max_steps or epochs", id="no end"
        ),
        pytest.param(
            {"optim": {"lr": float("nan")}}, UsageError, r"lr must be 0.0 or more", id="no number"
        ),
        pytest.param(
            {"optim": {"betas": [0.9, 1.0]}}, UsageError, r"betas must lie in \[0, 1\)", id="beta"
        ),
        pytest.param(
            {"optim": {"batch_size": 0}}, UsageError, r"batch_size must be 1 or more", id="none"
        ),
        pytest.param({"run": {"keep": 0}}, UsageError, r"keep must be 1 or more", id="keep"),
        pytest.param(
            {"lora": {"targets": []}}, UsageError, r"targets is empty", id="no adapters at all"
        ),
    ],
)
def test_what_is_wrong_is_named(changed, kind, sentence):
    with pytest.raises(kind, match=sentence):
        settings_from(whole(**changed), file="x.toml")


def test_the_sections_of_a_recipe_are_checked_as_strictly():
    def read(**data):
        return settings_from(whole(data={"train": "a", **data})).take(Nothing, Data, Nothing)[1]

    assert read(limit=3, weights=[1, 0.5], names={"a": 1}).weights == (1.0, 0.5)
    for wrong, sentence in (
        ({"trian": "b"}, "Did you mean 'train'"),
        ({"limit": "3"}, "must be a whole number, got '3'"),
        ({"weights": [1, "x"]}, "must be a list, each a number"),
        ({"names": {"a": "b"}}, "'names' .* must be a table"),
    ):
        with pytest.raises(UsageError, match=sentence):
            read(**wrong)
    with pytest.raises(UnknownSetting, match=r"unknown setting 'x' in \[model\]"):
        settings_from(whole(model={"x": 1})).take(Nothing, Nothing, Nothing)


def test_files_that_cannot_be_read_are_said(tmp_path):
    with pytest.raises(NotFound, match="there is no training file"):
        load_settings(tmp_path / "none.toml")
    with pytest.raises(UsageError, match="is a directory"):
        load_settings(tmp_path)
    (tmp_path / "bad.toml").write_text("[task\n")
    with pytest.raises(UsageError, match=r"bad.toml is not valid TOML: .*line 1"):
        load_settings(tmp_path / "bad.toml")
    with pytest.raises(UsageError, match=r"'task' in the settings must be a section"):
        settings_from({"task": 3})


def test_an_unknown_recipe_is_said():
    with pytest.raises(UnknownPlugin, match="no recipe named 'no-such'"):
        make_objective(settings_from(whole(task={"name": "no-such"})))
