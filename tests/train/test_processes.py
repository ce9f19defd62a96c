"""Several processes: they end where one does."""

import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import torch
from accelerate.optimizer import AcceleratedOptimizer
from safetensors.torch import load_file

from pincite.train.processes import moved
from pincite.train.stage import set_stage
from pincite.train.step import MOST_SKIPPED, BadStep, take_step
from tests.train import tiny

ROOT = Path(__file__).parents[2]
WORKER = """
import sys
from pathlib import Path
import torch
from torch.nn import functional
from pincite.train.config import load_settings
from pincite.train.loop import train
from pincite.train.objective import Loss
from tests.train import tiny

class Uneven(tiny.Regression):
    '''Parts of the model are used by single examples only, and not by `forward`.'''

    def loss(self, model, batch):
        x, y = batch["x"], batch["y"]
        odd = x[:, 0] > 1.0
        value = ((model(x) - y) ** 2).mean()
        if odd.any():
            value = value + functional.linear(x[odd, :2], model.unused.weight).sum() / len(x)
        return Loss(value, {"odd": float(odd.double().mean())} if odd.any() else {})

asked = load_settings(Path(sys.argv[1]))
rank = int(__import__("os").environ.get("RANK", 0))
torch.manual_seed(rank)  # the first process's weights count
train(Uneven(tiny.Plain(4, 0.0), size=23), asked, say=print)
"""
SHORT = {
    "optim": {"max_steps": 5, "batch_size": 3, "accumulate": 2, "lr": 0.05},
    "run": {"device": "cpu" if torch.accelerator.is_available() else "auto"},
}


def launch(folder, name, processes):
    folder.mkdir()
    (folder / "worker.py").write_text(WORKER)
    path = tiny.config(folder / "train.toml", folder / name, **SHORT)
    torchrun = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", str(processes)]
    done = subprocess.run(
        [
            sys.executable,
            *(torchrun if processes > 1 else ()),
            str(folder / "worker.py"),
            str(path),
        ],
        cwd=ROOT,
        env={"PYTHONPATH": f"{ROOT}:{ROOT / 'src'}", "OMP_NUM_THREADS": "1", "PATH": ""},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return folder / name


def test_two_processes_end_where_one_does(tmp_path):
    """Shares of 2 and 1, a last batch of 2, and parameters that only some shares use."""
    one, two = (launch(tmp_path / str(n), "out", n) for n in (1, 2))
    alone, together = tiny.weights(one), tiny.weights(two)
    for name in alone:
        torch.testing.assert_close(together[name], alone[name], rtol=0, atol=1e-12)
    assert not torch.equal(alone["unused.weight"], torch.zeros(2, 2))
    from tests.train.test_resume import curve

    for a, b in zip(curve(one), curve(two), strict=True):
        assert a["kind"] == b["kind"]
        if a["kind"] == "train":
            assert b["loss"] == pytest.approx(a["loss"], abs=1e-12)
            assert b["parts"] == pytest.approx(a["parts"], abs=1e-12)
    [newest, *_] = sorted((two / "checkpoints").iterdir(), reverse=True)
    assert {p.name for p in newest.glob("chance-*.pt")} == {"chance-0.pt", "chance-1.pt"}
    assert load_file(newest / "model.safetensors").keys() == alone.keys()


def test_batches_of_any_shape_move_whole():
    @dataclass(frozen=True)
    class Batch:
        ids: torch.Tensor
        features: list
        names: tuple = ("a",)

    batch = Batch(torch.arange(2), [torch.ones(1), {"mask": torch.tensor([True]), "n": 3}])
    there = moved(batch, torch.device("meta"), torch.float64)
    assert (there.ids.device.type, there.ids.dtype) == ("meta", torch.int64)
    assert there.features[0].dtype == torch.float64
    assert there.features[1]["mask"].dtype == torch.bool
    assert (there.features[1]["n"], there.names) == (3, ("a",))


def scaled_stage(tmp_path, scale):
    """A run whose gradients are scaled, as fp16 on a GPU has it; here by torch's CPU scaler."""

    class Steep(tiny.Regression):
        def loss(self, model, batch):
            return tiny.Loss(1e6 * super().loss(model, batch).value)

    objective = Steep(tiny.Plain(4, 0.0))
    stage = set_stage(objective, tiny.settings(tmp_path, run={"precision": "no"}))
    scaler = torch.amp.GradScaler("cpu", init_scale=scale)
    stage.accelerator.scaler = scaler
    adam = AcceleratedOptimizer(stage.optimizer.optimizer, scaler=scaler)
    return replace(stage, optimizer=adam)


def test_a_step_the_scaler_skips_is_no_error_until_it_skips_for_ever(tmp_path):
    stage = scaled_stage(tmp_path, 2.0**127)
    before = [p.detach().clone() for p in stage.parameters]
    taken = take_step(stage, 3, skipped=0, interrupted=False)
    assert taken.skipped
    assert all(torch.equal(p, q) for p, q in zip(stage.parameters, before, strict=True))
    with pytest.raises(BadStep, match="the gradient of step 4"):
        take_step(stage, 3, skipped=MOST_SKIPPED, interrupted=False)
    ordinary = take_step(scaled_stage(tmp_path, 8.0), 3, skipped=0, interrupted=False)
    assert not ordinary.skipped
