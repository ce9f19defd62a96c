"""kill -9 at any moment costs time only: the run that goes on ends in the same weights."""

import json
import os
import random
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
import torch

from pincite.train import recipes
from pincite.train.loop import train
from pincite.train.recipes import make_objective
from tests.train import tiny
from tests.train.test_loop import metrics

ROOT = Path(__file__).parents[2]
LONG = {
    "optim": {"max_steps": 150, "accumulate": 2, "batch_size": 5},
    "run": {"checkpoint_every": 7, "evaluate_every": 20, "patience": 14},
}


@pytest.fixture(autouse=True)
def table(monkeypatch):
    monkeypatch.setattr(recipes, "recipes", tiny.TABLE)


@pytest.fixture
def one_thread():
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def go(out, **sections):
    asked, said = tiny.settings(out, **sections), []
    return train(make_objective(asked), asked, say=said.append), said


def curve(out):
    """All that was told, but for how long it took."""
    told = [json.loads(line) for line in (out / "metrics.jsonl").read_text().splitlines()]
    return [{k: v for k, v in line.items() if k != "seconds"} for line in told]


def process(path):
    return subprocess.Popen(
        [sys.executable, "-m", "tests.train.tiny", str(path)],
        cwd=ROOT,
        stderr=subprocess.PIPE,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )


def killed_when(path, out, reached):
    """Start training and SIGKILL it as soon as `reached(lines of metrics)`."""
    child = process(path)
    metrics_file = out / "metrics.jsonl"
    while child.poll() is None:
        lines = metrics_file.read_bytes().count(b"\n") if metrics_file.exists() else 0
        if reached(lines):
            child.kill()
        with suppress(subprocess.TimeoutExpired):  # leaves the processor to the child meanwhile
            child.wait(0.001)
    child.communicate()
    assert child.returncode == -signal.SIGKILL, "it was done before it was killed"


def test_killed_at_random_steps_it_ends_as_if_never_killed(tmp_path, one_thread):
    """Once after some step, once while a checkpoint is being written."""
    go(tmp_path / "plain", **LONG)
    out = tmp_path / "out"
    path = tiny.config(tmp_path / "train.toml", out, **LONG)
    step = random.Random(8).randint(20, 80)
    killed_when(path, out, lambda lines: lines >= step)
    killed_when(path, out, lambda _: any(out.glob("checkpoints/.draft-*/model.safetensors")))
    report, said = go(out, **LONG)
    assert said[0].startswith("going on from the checkpoint of step")
    assert report.steps == 150
    assert curve(out) == curve(tmp_path / "plain")
    assert tiny.same(tiny.weights(out), tiny.weights(tmp_path / "plain"))
    assert not list(out.glob("checkpoints/.*")), "what the kill left is swept up"


def stopped_after(out, step, **sections):
    """Train until `step` is done, then Ctrl-C; return the sentences that were said."""
    asked, said = tiny.settings(out, **sections), []
    objective = make_objective(asked)
    before_step = objective.before_step

    def prepare(now):
        before_step(now)
        if now == step - 1:
            os.kill(os.getpid(), signal.SIGINT)

    objective.before_step = prepare
    return train(objective, asked, say=said.append), said


@pytest.mark.parametrize("step", [1, 6, 11])
def test_ctrl_c_saves_and_says_how_to_go_on(tmp_path, step):
    go(tmp_path / "plain", run={"evaluate_every": 5})
    out = tmp_path / "out"
    report, said = stopped_after(out, step, run={"evaluate_every": 5})
    assert (report.ended, report.model) == ("interrupted", None)
    assert report.steps in (step, step + 1), "the signal is seen during this step, or after it"
    assert f"interrupted after step {report.steps} of 12" in said[-1]
    go(out, run={"evaluate_every": 5})
    assert curve(out) == curve(tmp_path / "plain")
    assert tiny.same(tiny.weights(out), tiny.weights(tmp_path / "plain"))


def test_a_damaged_checkpoint_is_passed_over_and_said(tmp_path):
    go(tmp_path / "plain", run={"checkpoint_every": 2, "keep": 9})
    for number, name in enumerate(("model.safetensors", "chance-0.pt", "checkpoint.json")):
        out = tmp_path / name
        stopped_after(out, 9, run={"checkpoint_every": 2, "keep": 9})
        *_, before, newest = sorted((out / "checkpoints").iterdir())
        before = int(before.name[5:])
        content = bytearray((newest / name).read_bytes())
        if number == 0:
            content[len(content) // 2] ^= 1
        else:
            content = content[: len(content) // 2]
        (newest / name).write_bytes(content)
        _, said = go(out, run={"checkpoint_every": 2, "keep": 9})
        assert f"step {int(newest.name[5:])} is damaged and is passed over" in said[0]
        assert said[1] == f"going on from the checkpoint of step {before}"
        assert tiny.same(tiny.weights(out), tiny.weights(tmp_path / "plain"))


def test_the_newest_and_the_best_are_kept(tmp_path):
    report, _ = go(
        tmp_path,
        optim={"lr": 3.0, "schedule": "constant"},
        run={"evaluate_every": 1, "checkpoint_every": 1, "keep": 2},
    )
    names = sorted(int(path.name[5:]) for path in (tmp_path / "checkpoints").iterdir())
    assert names == [report.best_step, 11, 12]
    assert report.best_step < 11


def test_what_killed_writes_and_removals_left_is_swept_up(tmp_path):
    for name in (".draft-00000099", ".removed-00000003"):
        (tmp_path / "checkpoints" / name).mkdir(parents=True)
        (tmp_path / "checkpoints" / name / "model.safetensors").write_bytes(b"half")
    go(tmp_path)
    assert not list(tmp_path.glob("checkpoints/.*"))


def test_a_line_that_a_kill_has_cut_is_written_anew(tmp_path):
    stopped_after(tmp_path, 6)
    path = tmp_path / "metrics.jsonl"
    last = path.read_text().splitlines()[-1]
    path.write_text(path.read_text() + last.replace('"step": ', '"step": 1') + "\n" + last[:20])
    go(tmp_path)
    assert [line["step"] for line in metrics(tmp_path, "train")] == list(range(1, 13))


def test_reading_a_checkpoint_runs_no_code(tmp_path):
    """A pickle in place of the optimiser's state, sums and all, is refused."""
    import pickle

    from pincite.train.checkpoint import Checkpoint, _sum

    go(tmp_path)
    newest = sorted((tmp_path / "checkpoints").iterdir())[-1]

    class Trap:
        def __reduce__(self):
            return os.mkdir, (str(tmp_path / "sprung"),)

    (newest / "optimizer.pt").write_bytes(pickle.dumps(Trap(), protocol=2))
    facts = json.loads((newest / "checkpoint.json").read_text())
    facts["files"]["optimizer.pt"] = _sum(newest / "optimizer.pt")
    (newest / "checkpoint.json").write_text(json.dumps(facts))
    with pytest.raises(pickle.UnpicklingError):
        Checkpoint.open(newest).read("optimizer.pt")
    assert not (tmp_path / "sprung").exists()
