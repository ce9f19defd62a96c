"""The recipe "classify": fused modalities, several tasks, figures with intervals."""

import json
from collections import Counter

import numpy as np
import pytest
import torch

from pincite.errors import UsageError
from pincite.models import fusion
from pincite.models.classifier import MultimodalClassifier
from pincite.train.classify import classify
from pincite.train.config import settings_from
from pincite.train.macro import interval, macro_f1
from tests.models.retrievers import bert, letter_tokenizer

COUNT = 32


@pytest.fixture
def folder(tmp_path):
    """One bit in the text, one in the picture; "sum" asks for both, "seen" for the picture's."""
    chance = np.random.default_rng(0)
    bits = chance.integers(2, size=(COUNT, 2))
    signs = bits * 2.0 - 1.0
    texts = chance.normal(size=(COUNT, 8)) * 0.3
    texts[:, 0] += signs[:, 0] * 2
    regions = chance.normal(size=(COUNT, 2, 6)) * 0.3
    regions[:, 1, 0] += signs[:, 1] * 4
    np.save(tmp_path / "texts.npy", texts)
    np.save(tmp_path / "regions.npy", regions)
    rows = []
    for i, (a, b) in enumerate(bits):
        labels = {"sum": str(a + b), **({"seen": "yes" if b else "no"} if i % 2 else {})}
        rows.append({"text": place("texts", i), "features": place("regions", i), "labels": labels})
    write(tmp_path, rows)
    return tmp_path


def place(name, row):
    return {"file": f"{name}.npy", "row": row}


def write(folder, rows):
    (folder / "rows.jsonl").write_text("\n".join(json.dumps(row) for row in rows))


def objective(folder, model=None, held_out="rows.jsonl", **task):
    torch.manual_seed(0)
    return classify(
        settings_from(
            {
                "task": {"name": "classify", **task},
                "data": {"train": "rows.jsonl", "held_out": held_out},
                "model": {"heads": 2, "dropout": 0.0, **(model or {})},
                "optim": {"max_steps": 1},
                "run": {"out": "out"},
            },
            folder=folder,
        )
    )


def learn(made, steps=40):
    optimizer = torch.optim.AdamW(made.model.parameters(), lr=1e-2)
    for _ in range(steps):
        made.model.train()
        made.loss(made.model, made.batch(range(made.size))).value.backward()
        optimizer.step()
        optimizer.zero_grad()
    made.model.eval()
    return made.evaluate()


@pytest.mark.parametrize("name", fusion.names())
def test_every_fusion_learns_what_both_modalities_tell(folder, name):
    figures = learn(objective(folder, {"fusion": name, "hidden": 16}))
    assert figures["seen_accuracy"] >= 0.9
    assert figures["sum_accuracy"] >= (0.7 if name == "late" else 0.9)  # a mixture cannot add
    assert figures["macro_f1"] == pytest.approx(
        (figures["sum_macro_f1"] + figures["seen_macro_f1"]) / 2
    )


def test_one_modality_alone_is_worse(folder):
    both = learn(objective(folder, {"fusion": "concat", "hidden": 16}))["seen_accuracy"]
    text = objective(folder, {"fusion": "concat"}, modalities="text")
    batch = text.batch([0, 1])
    assert not batch["region_mask"].any()
    assert batch["text_mask"].all()
    assert not objective(folder, modalities="features").batch([0])["text_mask"].any()
    assert learn(text, 5)["seen_accuracy"] < both


def test_a_row_without_text_or_picture_is_learned_from_and_classified(folder):
    rows = [
        {"text": place("texts", 0), "labels": {"mood": "good"}},
        {"features": place("regions", 0), "labels": {"mood": "bad"}},
    ]
    write(folder, rows)
    for name in fusion.names():
        made = objective(folder, {"fusion": name})
        learn(made, 2)
        gradients = made.loss(made.model, made.batch([0, 1])).value
        gradients.backward()
        assert all(torch.isfinite(p.grad).all() for p in made.model.parameters() if p.requires_grad)


def test_dropout_of_a_modality_happens_in_training_only(folder):
    made = objective(folder, modality_dropout=1.0)
    batch = made.batch(range(8))
    made.model.eval()
    plain = [made.loss(made.model, batch).value.item() for _ in range(2)]
    assert plain[0] == plain[1] == objective_loss(folder, batch)
    made.model.train()
    dropped = {round(made.loss(made.model, batch).value.item(), 6) for _ in range(8)}
    assert len(dropped) > 1


def objective_loss(folder, batch):
    made = objective(folder)
    return made.loss(made.model.eval(), batch).value.item()


def test_scores_are_what_is_right_of_each_example(folder):
    made = objective(folder)
    learn(made, 3)
    scores, predicted = made.scores(), made.predicted()
    assert len(scores) == COUNT
    wanted, found = predicted["sum"]
    right = [float(a == b) for a, b in zip(wanted, found, strict=True)]
    assert scores[::2] == right[::2]  # the even rows have no other task
    assert len(predicted["seen"][0]) == COUNT // 2


@pytest.mark.parametrize("words", [False, True])
def test_the_saved_model_predicts_the_same(folder, words):
    start = {"fusion": "late", "fusion_options": {"gate": "learned"}}
    if words:
        bert().save_pretrained(folder / "bert")
        letter_tokenizer().save_pretrained(folder / "bert")
        labels = [{"mood": "good"}, {"mood": "bad"}]
        write(
            folder,
            [
                {"text": "ab", "labels": labels[0]},
                {"features": place("regions", 0), "labels": labels[1]},
            ],
        )
        start["text"] = "bert"
    made = objective(folder, start)
    learn(made, 2)
    made.save(folder / "model")
    again = MultimodalClassifier.from_pretrained(folder / "model")
    batch = made.batch([0, 1])
    inputs = [batch[name] for name in ("text", "features", "text_mask", "region_mask")]
    assert again.predict(*inputs) == made.model.predict(*inputs)
    assert again.config == made.model.config


def f1_by_loop(wanted, found):
    scores = []
    for kind in sorted({*wanted, *found}):
        pairs = Counter((a == kind, b == kind) for a, b in zip(wanted, found, strict=True))
        hit, missed, false = pairs[True, True], pairs[True, False], pairs[False, True]
        precision = hit / (hit + false) if hit + false else 0.0
        recall = hit / (hit + missed) if hit + missed else 0.0
        total = precision + recall
        scores.append(2 * precision * recall / total if total else 0.0)
    return sum(scores) / len(scores)


def test_macro_f1_is_the_mean_over_classes_of_the_harmonic_mean():
    chance = np.random.default_rng(1)
    for _ in range(20):
        wanted, found = chance.integers(4, size=(2, 9)).tolist()
        assert macro_f1(wanted, found) == pytest.approx(f1_by_loop(wanted, found), abs=1e-12)


def test_the_interval_holds_the_figure_and_narrows_with_more_examples():
    wanted = np.array([0, 1] * 10)
    found = np.array([0, 1] * 8 + [1, 0] * 2)
    low, high = interval(wanted, found)
    assert low < macro_f1(wanted, found) < high
    many_low, many_high = interval(np.tile(wanted, 16), np.tile(found, 16))
    assert (many_high - many_low) < (high - low) / 2
    assert interval(wanted, wanted) == (1.0, 1.0)
    assert interval(wanted, found) == (low, high)


def test_what_cannot_be_is_refused(folder):
    (folder / "h.jsonl").write_text(
        json.dumps({"text": place("texts", 0), "labels": {"seen": "yess"}})
    )
    with pytest.raises(UsageError, match=r"h\.jsonl:1: 'yess' is no class .*no, yes.*mean 'yes'"):
        objective(folder, held_out="h.jsonl")
    (folder / "h.jsonl").write_text(
        json.dumps({"text": place("texts", 0), "labels": {"sean": "yes"}})
    )
    with pytest.raises(UsageError, match=r"no training row has a label of task 'sean'.*'seen'"):
        objective(folder, held_out="h.jsonl")
    with pytest.raises(UsageError, match="modality_dropout is a probability, got 2"):
        objective(folder, modality_dropout=2.0)
    write(folder, [{"text": place("texts", 0), "features": place("regions", 0)}])
    with pytest.raises(UsageError, match="have no labels; expected"):
        objective(folder)
