"""Adapters on a real, tiny BART: only they train, and the saved model is an ordinary one."""

import pytest
import torch
from safetensors.torch import load_file
from transformers import BartConfig, BartForConditionalGeneration

from pincite.errors import NotFound, UsageError
from pincite.train import lora
from pincite.train.config import Lora
from pincite.train.loop import train
from pincite.train.objective import Loss
from tests.train import tiny

CONFIG = BartConfig(
    vocab_size=20, d_model=8, encoder_layers=1, decoder_layers=1, encoder_ffn_dim=8,
    decoder_ffn_dim=8, encoder_attention_heads=2, decoder_attention_heads=2,
    max_position_embeddings=16, dropout=0.0,
)  # fmt: skip


def bart(seed=0):
    torch.manual_seed(seed)
    return BartForConditionalGeneration(CONFIG).eval()


class Copy:
    """Learn to say a sentence again."""

    measure, higher_is_better, size = "nll", False, 8

    def __init__(self, model):
        self.model = model
        self.ids = torch.randint(4, 20, (8, 5), generator=torch.Generator().manual_seed(1))

    def batch(self, indices):
        return self.ids[indices]

    def loss(self, model, batch):
        return Loss(model(input_ids=batch, labels=batch).loss)

    def before_step(self, step):
        pass

    def evaluate(self):
        return {"nll": float(self.loss(self.model, self.ids).value)}

    def state(self):
        return {}

    def restore(self, state):
        assert state == {}

    def save(self, directory):
        self.model.save_pretrained(directory)


def run(out, *, max_steps=12, **options):
    asked = tiny.settings(
        out,
        optim={"lr": 0.05, "max_steps": max_steps},
        lora={"targets": ["q_proj", "v_proj", "fc1"], "rank": 2, **options},
    )
    objective = Copy(bart())
    return train(objective, asked, say=print), objective.model.eval()


def test_only_adapters_train_and_the_merged_model_is_an_ordinary_bart(tmp_path):
    report, trained = run(tmp_path)
    losses = [line["loss"] for line in metrics_of(tmp_path)]
    assert losses[-1] < losses[0]
    saved = BartForConditionalGeneration.from_pretrained(report.model).double().eval()
    assert saved.state_dict().keys() == bart().state_dict().keys()
    before, ids = bart().double().state_dict(), Copy(None).ids
    changed = {n for n, t in saved.state_dict().items() if not torch.equal(t, before[n])}
    assert changed
    assert all(name.split(".")[-2] in ("q_proj", "v_proj", "fc1") for name in changed)
    assert not any(name.endswith("bias") for name in changed)
    ranks = [
        torch.linalg.matrix_rank(saved.state_dict()[n] - before[n], rtol=1e-9) for n in changed
    ]
    assert max(ranks) == 2, "the change is of the rank that was asked for"
    torch.testing.assert_close(saved(ids).logits, trained(ids).logits, rtol=0, atol=1e-12)
    newest = sorted((tmp_path / "checkpoints").iterdir())[-1]
    assert all(
        "lora_" in name
        for name in load_file(newest / "model.safetensors")
        if name != "final_logits_bias"
    ), "the frozen weights are not stored again and again"


def metrics_of(out):
    from tests.train.test_loop import metrics

    return metrics(out, "train")


def test_adapters_saved_alone_give_the_same_model_when_loaded(tmp_path):
    report, trained = run(tmp_path, merge=False)
    assert {p.name for p in report.model.iterdir()} >= {"adapter_model.safetensors"}
    assert not (report.model / "model.safetensors").exists()
    ids, plain = Copy(None).ids, bart().double()
    lora.load(plain, report.model)
    torch.testing.assert_close(plain.eval()(ids).logits, trained(ids).logits, rtol=0, atol=1e-12)
    with pytest.raises(NotFound, match="there are no adapters in"):
        lora.load(bart(), tmp_path)


def test_adapters_resume_to_the_same_weights(tmp_path):
    run(tmp_path / "plain")
    asked = {"targets": ["q_proj", "v_proj", "fc1"], "rank": 2}
    settings = tiny.settings(tmp_path / "out", optim={"lr": 0.05}, lora=asked)
    objective = Copy(bart())
    objective.before_step = stop_at(5)
    assert train(objective, settings, say=print).ended == "interrupted"
    report, _ = run(tmp_path / "out")
    one, other = (
        load_file(o / "model/model.safetensors") for o in (tmp_path / "plain", tmp_path / "out")
    )
    assert report.steps == 12
    assert tiny.same(one, other)


def stop_at(step):
    import os
    import signal

    return lambda now: os.kill(os.getpid(), signal.SIGINT) if now == step else None


def test_a_fresh_adapter_changes_nothing():
    ids, model = Copy(None).ids, bart()
    before = model(ids).logits
    lora.wrap(model, Lora(("q_proj",), rank=2))
    torch.testing.assert_close(model.eval()(ids).logits, before, rtol=0, atol=0)


@pytest.mark.parametrize(
    ("target", "sentence"),
    [
        ("qproj", "no submodule is called so; this model has: .*q_proj"),
        ("self_attn", "cannot have adapters"),
    ],
)
def test_targets_that_do_not_exist_or_fit_are_said(target, sentence):
    with pytest.raises(UsageError, match=sentence):
        lora.wrap(bart(), Lora((target,)))
