"""What ends training before its time: a sentence, and a saved state from before the bad step."""

import resource
from contextlib import contextmanager

import pytest
import torch

from pincite.errors import TrainingStopped, UsageError
from pincite.train import recipes
from pincite.train.loop import train
from pincite.train.order import Order
from tests.train import tiny


@pytest.fixture(autouse=True)
def table(monkeypatch):
    monkeypatch.setattr(recipes, "recipes", tiny.TABLE)


class Spoilt(tiny.Regression):
    """Goes wrong in step 5, in the way a test asks for."""

    def __init__(self, how):
        torch.manual_seed(4)
        super().__init__(tiny.Net(8, 0.2))
        self.how = how

    def loss(self, model, batch):
        found = super().loss(model, batch)
        return self.how(found) if len(self.prepared) == 5 else found


def no_number(loss):
    return tiny.Loss(loss.value * float("nan"))


def no_gradient(loss):
    """The loss is a number, its derivative at this point is none."""
    return tiny.Loss(loss.value + (loss.value - loss.value.detach()).abs().sqrt())


def too_large(loss):
    """A real refusal of the allocator: no machine has an exbibyte."""
    return tiny.Loss(loss.value + torch.empty(1 << 60, dtype=torch.uint8).sum())


def too_many(loss):
    return tiny.Loss(loss.value + float(bytearray(1 << 62)[0]))


def go(out, objective=None, **options):
    return train(objective or Spoilt(lambda loss: loss), tiny.settings(out), say=print, **options)


@pytest.mark.parametrize(
    ("how", "said", "advice"),
    [
        (no_number, "the loss of step 5, on examples {}, is nan", "set a lower lr"),
        (no_gradient, "the gradient of step 5, of examples {}, is nan", "set a lower lr"),
        (too_large, "step 5 ran out of memory, on examples {}", "a smaller batch_size"),
        (too_many, "step 5 ran out of memory, on examples {}", "a smaller batch_size"),
    ],
)
def test_a_bad_step_is_said_and_the_state_before_it_saved(tmp_path, how, said, advice):
    """Gone on from there, the run ends as if the bad step had been good: nothing of it stays."""
    [examples] = Order(24, seed=0, batch_size=8).batches(4)
    if how is no_gradient:
        examples = sorted(examples)
    with pytest.raises(TrainingStopped) as stopped:
        go(tmp_path / "out", Spoilt(how))
    sentence = str(stopped.value)
    assert sentence.startswith(said.format(examples))
    assert "after step 4, is saved in" in sentence
    assert advice in sentence
    go(tmp_path / "out", start="resume")
    go(tmp_path / "plain")
    assert tiny.same(tiny.weights(tmp_path / "out"), tiny.weights(tmp_path / "plain"))


def test_memory_that_ends_in_an_evaluation_loses_no_step(tmp_path):
    class Large(Spoilt):
        def evaluate(self):
            torch.rand(3)
            torch.empty(1 << 60, dtype=torch.uint8)

    with pytest.raises(TrainingStopped, match=r"evaluation after step 3 ran out of memory.*step 3"):
        go(tmp_path / "out", Large(lambda loss: loss))
    go(tmp_path / "out")
    go(tmp_path / "plain")
    assert tiny.same(tiny.weights(tmp_path / "out"), tiny.weights(tmp_path / "plain"))


def test_another_error_is_not_taken_for_want_of_memory(tmp_path):
    def shapes(loss):
        return tiny.Loss(torch.ones(2, 3) @ torch.ones(2, 3))

    with pytest.raises(RuntimeError, match="cannot be multiplied"):
        go(tmp_path, Spoilt(shapes))


@contextmanager
def files_of_at_most(size):
    """A disk that is full as far as this process can tell: no file may grow beyond `size`."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


class Growing(Spoilt):
    """Its state grows, so that one checkpoint fits and the next does not."""

    def state(self):
        return {**super().state(), "more": torch.zeros(100 if len(self.prepared) < 6 else 100_000)}


@pytest.mark.parametrize("size", [30_000, 8_000])
def test_a_full_disk_is_said_and_the_former_checkpoint_stays(tmp_path, size):
    """At 30 kB the second checkpoint does not fit; at 8 kB not even the first."""
    objective = Growing(lambda loss: loss)
    with files_of_at_most(size), pytest.raises(TrainingStopped) as stopped:
        go(tmp_path, objective)
    sentence = str(stopped.value)
    assert "could not be written: file too large" in sentence
    assert "Make room" in sentence
    left = [path.name for path in (tmp_path / "checkpoints").iterdir()]
    if size == 30_000:
        assert "the checkpoint of step 6 could not be written" in sentence
        assert "the checkpoint of step 3 is kept" in sentence
        assert left == ["step-00000003"]
    else:
        assert left == []
    assert go(tmp_path).steps == 12, "with room again it goes on"


@pytest.mark.parametrize("size", [200, 1500])
def test_a_disk_too_full_for_metrics_is_said_too(tmp_path, size):
    """At 200 bytes not even `run.json` fits; at 1,500 some lines of metrics do."""
    with (
        files_of_at_most(size),
        pytest.raises(TrainingStopped, match="could not be written: file too large"),
    ):
        go(tmp_path)
    assert go(tmp_path).steps == 12


def test_parameters_too_large_for_the_disk_are_said_too(tmp_path):
    """safetensors tells a full disk in words of its own."""
    objective = tiny.Regression(tiny.Net(4000, 0.2))
    with (
        files_of_at_most(100_000),
        pytest.raises(TrainingStopped, match=r"step 3 could not be written: file too large"),
    ):
        go(tmp_path, objective)


def test_a_state_that_could_not_be_read_back_is_refused_at_once(tmp_path):
    class Odd(Spoilt):
        def state(self):
            return {"seen": {"ids": {1, 2}}}

    with pytest.raises(UsageError, match=r"objective\['seen'\]\['ids'\] is set"):
        go(tmp_path, Odd(lambda loss: loss))


def test_nothing_to_learn_from_and_nothing_to_learn_are_said(tmp_path):
    with pytest.raises(UsageError, match="no training examples"):
        go(tmp_path, tiny.Regression(tiny.Net(4, 0.0), size=0))
    frozen = tiny.Regression(tiny.Net(4, 0.0))
    frozen.model.requires_grad_(False)
    with pytest.raises(UsageError, match="no parameter of the model is trained"):
        go(tmp_path, frozen)
