"""`pincite train`, run as a command."""

import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from pincite.train import recipes
from tests.train import tiny

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def table(monkeypatch):
    monkeypatch.setattr(recipes, "recipes", tiny.TABLE)


@pytest.fixture
def config(tmp_path, folder):
    def write(**sections):
        return tiny.config(tmp_path / "train.toml", tmp_path / "out", **sections)

    return write


def test_a_run_says_what_came_of_it_and_where_the_model_is(config, pincite, tmp_path):
    code, out, err = pincite("train", config())
    assert (code, err) == (0, "")
    assert out.startswith("12 steps, 4.0 epochs; error ")
    assert out.rstrip().endswith(f"the model is in {tmp_path / 'out' / 'model'}")
    code, out, err = pincite("train", config(), "--json")
    told = json.loads(out)
    assert (code, told["ended"], told["steps"]) == (0, "done", 12)
    assert err == "going on from the checkpoint of step 12\n"
    assert pincite("train", config(), "--json", "--quiet")[2] == ""


def test_relative_paths_start_at_the_file(pincite, tmp_path, folder):
    path = tiny.config(tmp_path / "folder" / "train.toml", tmp_path / "here")
    path.write_text(path.read_text().replace(str(tmp_path / "here"), "../here"))
    assert pincite("train", "folder/train.toml")[0] == 0
    assert (tmp_path / "here" / "model").is_dir()


def test_other_settings_need_a_word(config, pincite):
    pincite("train", config())
    code, out, err = pincite("train", config(optim={"lr": 0.5}))
    assert (code, out) == (2, "")
    assert "optim.lr differ" in err
    assert "--resume to go on with the new values, --fresh" in err
    assert pincite("train", config(optim={"lr": 0.5}), "--resume")[0] == 0
    assert pincite("train", config(model={"width": 9}), "--fresh")[0] == 0


def test_training_that_cannot_go_on_exits_with_2_and_a_sentence(config, pincite):
    code, out, err = pincite("train", config(optim={"lr": 1e300, "clip_norm": 0.0}))
    assert (code, out) == (2, "")
    assert "is saved in" in err
    assert err.rstrip().endswith("run the same command with --resume to go on")


def test_an_ablation_prints_a_table_and_the_same_as_json(config, pincite, folder):
    asked = config(run={"ablate_seeds": 2})
    code, out, _ = pincite("train", asked, "--ablate", "fusion=sum,mean")
    head, *lines = out.splitlines()
    assert (code, head.split()[:2]) == (0, ["name", "error"])
    code, out, _ = pincite("train", asked, "--ablate", "fusion=sum,mean", "--json")
    rows = [json.loads(line) for line in out.splitlines()]
    assert [row["name"] for row in rows] == [line.split()[0] for line in lines] == ["sum", "mean"]
    for row, line in zip(rows, lines, strict=True):
        assert line.split()[1] == f"{row['mean']:.4f}"
        assert f"{row['low']:.4f} to {row['high']:.4f}" in line


def test_a_missing_extra_is_said_before_anything_else(pincite, monkeypatch, folder):
    monkeypatch.setitem(sys.modules, "accelerate", None)
    code, out, err = pincite("train", "there-is-no-such-file.toml")
    assert (code, out) == (2, "")
    assert "command 'train' needs 'accelerate'" in err
    assert "pip install 'pincite[train]'" in err


def test_ctrl_c_exits_with_130_and_a_recipe_of_another_package_is_found(config, tmp_path):
    """A real process, and a real entry point."""
    about = tmp_path / "site" / "tiny-1.0.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text("[pincite.recipes]\ntiny = tests.train.tiny:recipe\n")
    child = subprocess.Popen(
        [sys.executable, "-m", "pincite", "train", str(config(optim={"max_steps": 10**6}))],
        env={**os.environ, "PYTHONPATH": f"{about.parent}:{ROOT}", "OMP_NUM_THREADS": "1"},
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    lines = tmp_path / "out" / "metrics.jsonl"
    while child.poll() is None and not (lines.exists() and lines.stat().st_size):
        with suppress(subprocess.TimeoutExpired):
            child.wait(0.01)
    child.send_signal(signal.SIGINT)
    out, err = child.communicate()
    assert (child.returncode, out) == (130, ""), err
    assert "finishing this step, then saving" in err
    assert "which is saved; run the same command again to go on" in err
