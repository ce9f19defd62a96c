"""The recipe "dual": pairs that are told apart, in both directions."""

import json

import numpy as np
import pytest
import torch

from pincite.errors import UsageError
from pincite.models.dual import DualEncoder
from pincite.train.config import settings_from
from pincite.train.pairs import dual
from tests.models.retrievers import bert, letter_tokenizer

COUNT = 12


@pytest.fixture
def folder(tmp_path):
    """Pairs whose two sides are noisy views of one hidden vector."""
    chance = np.random.default_rng(0)
    hidden = chance.normal(size=(COUNT, 4))
    views = [hidden @ chance.normal(size=(4, w)) for w in (6, 5)]
    np.save(tmp_path / "texts.npy", views[0])
    for i in range(COUNT):
        regions = np.stack([views[1][i] + chance.normal(size=5) * 0.05 for _ in range(1 + i % 3)])
        np.save(tmp_path / f"{i}.npy", regions)
    rows = [{"text": {"file": "texts.npy", "row": i}, "features": f"{i}.npy"} for i in range(COUNT)]
    write(tmp_path, rows)
    return tmp_path


def write(folder, rows):
    (folder / "rows.jsonl").write_text("\n".join(json.dumps(row) for row in rows))


def objective(folder, **model):
    torch.manual_seed(0)
    return dual(
        settings_from(
            {
                "task": {"name": "dual"},
                "data": {"train": "rows.jsonl", "held_out": "rows.jsonl"},
                "model": {"width": 8, **model},
                "optim": {"max_steps": 1},
                "run": {"out": "out"},
            },
            folder=folder,
        )
    )


def learn(made, steps):
    optimizer = torch.optim.AdamW(made.model.parameters(), lr=2e-2)
    for _ in range(steps):
        made.model.train()
        made.loss(made.model, made.batch(range(made.size))).value.backward()
        optimizer.step()
        optimizer.zero_grad()
    made.model.eval()


@pytest.mark.parametrize("loss", ["softmax", "sigmoid"])
def test_pairs_find_each_other_after_training(folder, loss):
    made = objective(folder, loss=loss)
    before = made.evaluate()["recall@1"]
    learn(made, 60)
    after = made.evaluate()
    assert before < 0.5
    assert after["recall@1"] == 1.0
    assert made.scores() == [1.0] * COUNT
    assert {"to_features_recall@5", "to_text_recall@1", "mrr"} <= set(after)


def test_two_pictures_of_one_text_are_no_negatives_of_each_other(folder):
    text = {"file": "texts.npy", "row": 0}
    write(folder, [{"text": text, "features": f"{i}.npy"} for i in range(2)])
    made = objective(folder)
    assert made.loss(made.model, made.batch([0, 1])).value.item() == 0.0
    assert made.evaluate()["recall@1"] == 1.0


def test_the_loss_is_the_mean_of_both_directions(folder):
    made = objective(folder)
    batch = made.batch([0, 1, 2])
    with torch.no_grad():
        left, right = made.model(batch["text"], batch["features"], batch["mask"])
        logits = left @ right.T / 0.07
        forth = -logits.log_softmax(1).diagonal().mean()
        back = -logits.log_softmax(0).diagonal().mean()
        value = made.loss(made.model, batch).value
    assert value.item() == pytest.approx((forth + back).item() / 2, abs=1e-5)


@pytest.mark.parametrize("frozen", [True, False])
def test_words_go_through_a_text_encoder(folder, frozen):
    bert().save_pretrained(folder / "bert")
    letter_tokenizer().save_pretrained(folder / "bert")
    write(folder, [{"text": t, "features": f"{i}.npy"} for i, t in enumerate(["ab", "cde"])])
    made = objective(folder, text="bert", freeze_text=frozen)
    made.loss(made.model, made.batch([0, 1])).value.backward()
    layer = made.model.text.encoder.layer[0].output.dense.weight
    assert (layer.grad is None) == frozen
    made.save(folder / "model")
    again = DualEncoder.from_pretrained(folder / "model")
    batch = made.batch([0, 1])
    made.model.eval()
    ours = made.model(batch["text"], batch["features"], batch["mask"])
    theirs = again(batch["text"], batch["features"], batch["mask"])
    assert all(torch.equal(a, b) for a, b in zip(ours, theirs, strict=True))
    on = objective(folder, path="model")
    assert on.evaluate() == made.evaluate()


def test_what_cannot_be_is_refused(folder):
    write(folder, [{"text": "words", "features": "0.npy"}])
    with pytest.raises(UsageError, match=r"rows\.jsonl:1: the text is words, but no text encoder"):
        objective(folder)
    write(folder, [{"text": {"file": "texts.npy", "row": 0}}, {"features": "0.npy"}])
    with pytest.raises(UsageError, match=r"rows\.jsonl:1: a pair needs"):
        objective(folder)
