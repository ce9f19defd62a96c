"""The loop: what is computed, when, and what is left behind."""

import json
import math

import pytest
import torch

from pincite.errors import NotFound, UsageError
from pincite.train import recipes
from pincite.train.loop import train
from pincite.train.recipes import make_objective
from tests.train import tiny


@pytest.fixture(autouse=True)
def table(monkeypatch):
    monkeypatch.setattr(recipes, "recipes", tiny.TABLE)


def run(out, *, start="auto", **sections):
    """Train the tiny objective; the sentences that were said come with the report."""
    asked, said = tiny.settings(out, **sections), []
    return train(make_objective(asked), asked, start=start, say=said.append), said


def metrics(out, kind):
    lines = [json.loads(line) for line in (out / "metrics.jsonl").read_text().splitlines()]
    return [line for line in lines if line["kind"] == kind]


def test_the_same_seed_gives_the_same_model_and_another_seed_another(tmp_path):
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        run(tmp_path / name, run={"seed": seed})
    a, b, c = (tiny.weights(tmp_path / name) for name in "abc")
    assert tiny.same(a, b)
    assert not tiny.same(a, c)


def test_steps_equal_a_loop_written_out(tmp_path):
    """Accumulation, clipping, warm-up and decay against torch used by hand, on one fixed batch."""
    torch.manual_seed(3)
    model, twin = (tiny.Plain(4, 0.0).double() for _ in range(2))
    twin.load_state_dict(model.state_dict())

    class Quiet(tiny.Regression):
        def loss(self, model, batch):
            return tiny.Loss(((model(batch["x"]) - batch["y"]) ** 2).mean())

    optim = {"lr": 0.05, "max_steps": 6, "batch_size": 5, "accumulate": 5, "clip_norm": 0.5}
    asked = tiny.settings(tmp_path, optim=optim | {"weight_decay": 0.1, "warmup_steps": 0})
    report = train(Quiet(model), asked, say=print)

    data = Quiet(twin)
    weights = [p for n, p in twin.named_parameters() if n.endswith("weight") and "norm" not in n]
    others = [p for n, p in twin.named_parameters() if not n.endswith("weight") or "norm" in n]
    groups = [{"params": weights, "weight_decay": 0.1}, {"params": others, "weight_decay": 0.0}]
    adam = torch.optim.AdamW(groups)
    for step in range(6):
        for group in adam.param_groups:
            group["lr"] = 0.05 * (1 - step / 6)
        adam.zero_grad()
        Quiet.loss(None, twin, data.batch(range(24))).value.backward()
        torch.nn.utils.clip_grad_norm_(twin.parameters(), 0.5)
        adam.step()
    for name, parameter in twin.named_parameters():
        torch.testing.assert_close(model.get_parameter(name), parameter, rtol=0, atol=1e-12)
    assert report.epochs == 6


def test_metrics_hold_a_line_a_step_and_an_evaluation(tmp_path):
    report, _ = run(tmp_path, run={"evaluate_every": 5})
    steps, evaluations = metrics(tmp_path, "train"), metrics(tmp_path, "eval")
    assert [line["step"] for line in steps] == list(range(1, 13))
    assert [line["epoch"] for line in steps] == [n // 3 for n in range(12)]
    assert [line["lr"] for line in steps[:3]] == [0.0, 0.01, 0.02]
    assert [line["parts"]["points"] for line in steps] == [8.0] * 12
    assert [line["parts"]["prepared"] for line in steps] == list(range(1, 13)), "before each step"
    assert [line["step"] for line in evaluations] == [5, 10, 12]
    assert report.best == min(line["figures"]["error"] for line in evaluations)
    assert report.loss == steps[-1]["loss"]


def test_the_saved_model_is_that_of_the_best_evaluation(tmp_path):
    """With a rate that soon ruins it, the best is an early one."""
    report, said = run(
        tmp_path,
        optim={"lr": 3.0, "schedule": "constant", "clip_norm": 0.0},
        run={"evaluate_every": 1},
    )
    errors = [line["figures"]["error"] for line in metrics(tmp_path, "eval")]
    assert report.best_step == errors.index(min(errors)) + 1 < 12
    again = tiny.Regression(tiny.Net(8, 0.2).double())
    again.model.load_state_dict(tiny.weights(tmp_path))
    again.model.eval()
    assert again.evaluate()["error"] == pytest.approx(min(errors), abs=1e-12)
    assert "the best and is taken" in said[-1]


def test_training_ends_when_patience_does(tmp_path):
    report, _ = run(
        tmp_path,
        optim={"lr": 3.0, "schedule": "constant", "max_steps": 99},
        run={"evaluate_every": 1, "patience": 3},
    )
    assert report.ended == "patience"
    assert report.steps == report.best_step + 3 < 99


def test_a_figure_that_is_no_number_is_never_the_best(tmp_path):
    class Odd(tiny.Regression):
        def evaluate(self):
            return {"error": math.nan if len(self.prepared) < 6 else super().evaluate()["error"]}

    asked = tiny.settings(tmp_path, run={"evaluate_every": 3})
    report = train(Odd(tiny.Net(8, 0.2)), asked, say=print)
    assert math.isfinite(report.best)
    assert metrics(tmp_path, "eval")[0]["figures"] == {"error": None}, "JSON has no NaN"


def test_epochs_say_when_it_ends(tmp_path):
    report, _ = run(tmp_path, optim={"max_steps": 0, "epochs": 1.5, "batch_size": 10})
    assert (report.steps, report.ended) == (5, "done"), "24 examples: 3 steps an epoch"


def test_a_finished_run_asked_for_again_ends_at_once_with_the_same_report(tmp_path):
    first, _ = run(tmp_path)
    lines = (tmp_path / "metrics.jsonl").read_text()
    assert run(tmp_path)[0] == first
    assert (tmp_path / "metrics.jsonl").read_text() == lines


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"model": {"width": 9}}, "model.width"),
        ({"task": {"noise": 0.5}}, "task.noise"),
        ({"optim": {"lr": 0.5, "clip_norm": 2.0}}, "optim.clip_norm, optim.lr"),
        ({"run": {"seed": 4}}, "run.seed"),
    ],
)
def test_other_settings_do_not_go_on_with_a_run(tmp_path, changed, named):
    run(tmp_path)
    with pytest.raises(UsageError, match=rf"other settings: {named} differ.*--fresh"):
        run(tmp_path, **changed)
    assert run(tmp_path, start="fresh", **changed)[0].steps == 12
    assert len(metrics(tmp_path, "train")) == 12


def test_only_steps_may_change_when_resuming_is_insisted_on(tmp_path):
    run(tmp_path)
    longer = {"max_steps": 15, "batch_size": 4, "accumulate": 2}
    report, said = run(tmp_path, start="resume", optim=longer)
    assert report.steps == 15
    assert "going on from the checkpoint of step 12" in said
    with pytest.raises(UsageError, match=r"model.width differ"):
        run(tmp_path, start="resume", optim=longer, model={"width": 9})
    with pytest.raises(NotFound, match="no checkpoint to resume from"):
        run(tmp_path / "new", start="resume")


def test_a_second_process_may_not_train_into_the_same_directory(tmp_path):
    from pincite.store.lock import WriterLock

    (tmp_path / "out").mkdir()
    with (
        WriterLock(tmp_path / "out", 0.0).held(),
        pytest.raises(UsageError, match="another process is training into"),
    ):
        run(tmp_path / "out")


def test_tensorboard_has_the_same_numbers(tmp_path):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    run(tmp_path, run={"tensorboard": True})
    board = EventAccumulator(str(tmp_path / "tensorboard"))
    board.Reload()
    shown = [event.value for event in board.Scalars("train/loss")]
    assert shown == pytest.approx([line["loss"] for line in metrics(tmp_path, "train")], rel=1e-6)


def test_bf16_is_autocast_and_the_weights_stay_fp32(tmp_path):
    run(tmp_path, run={"precision": "bf16"})
    assert {t.dtype for n, t in tiny.weights(tmp_path).items() if "num" not in n} == {torch.float32}
    run(tmp_path / "plain", run={"precision": "no"})
    bf16, plain = (metrics(p, "train")[0]["loss"] for p in (tmp_path, tmp_path / "plain"))
    assert bf16 != plain
    assert bf16 == pytest.approx(plain, rel=0.02)


@pytest.mark.parametrize(
    ("section", "values", "sentence"),
    [
        ("run", {"precision": "fp16"}, "but cpu does not compute in it"),
        ("run", {"device": "cuda:7"}, "device 'cuda:7' was asked for"),
        ("run", {"device": "toaster"}, "device 'toaster' was asked for"),
    ],
)
def test_what_the_device_cannot_do_is_said(tmp_path, section, values, sentence):
    with pytest.raises(UsageError, match=sentence):
        run(tmp_path, **{section: values})


def test_run_json_tells_settings_versions_and_the_report(tmp_path):
    run(tmp_path)
    told = json.loads((tmp_path / "run.json").read_text())
    assert told["settings"]["optim"]["lr"] == 0.02
    assert told["versions"]["torch"] == torch.__version__
    assert (told["report"]["steps"], told["trained_parameters"]) == (12, 63)
