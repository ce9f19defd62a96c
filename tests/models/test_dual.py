"""Texts and feature sets in one space, against pooling by plain loops."""

import json
import math

import pytest
import torch
from torch import nn

from pincite.errors import ModelMismatch, NotFound, UsageError
from pincite.models.dual import DualConfig, DualEncoder
from tests.models.retrievers import batch, bert, letter_tokenizer

CONFIG = DualConfig(text_width=5, feature_width=3, width=4)


def made(config=CONFIG, text=None):
    torch.manual_seed(0)
    return DualEncoder(config, text).double()


def features(*shape):
    return torch.randn(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(2))


def unit(values):
    return [v / math.sqrt(sum(w * w for w in values)) for v in values]


@torch.no_grad()
@pytest.mark.parametrize("pooling", ["attention", "mean"])
def test_regions_are_pooled_as_the_equation_says(pooling):
    model = made(DualConfig(5, 3, 4, pooling=pooling))
    regions, mask = features(1, 3, 3), torch.tensor([[True, True, False]])
    pool = model.feature_pool
    if pooling == "attention":
        raw = [float(pool.keys(regions[0, i]) @ pool.seed) / math.sqrt(4) for i in range(2)]
        shares = [math.exp(r) / sum(math.exp(q) for q in raw) for r in raw]
    else:
        shares = [0.5, 0.5]
    mean = sum(share * regions[0, i] for i, share in enumerate(shares))
    wanted = unit(pool.project(mean).tolist())
    found = model.encode_features(regions, mask)[0].tolist()
    assert found == pytest.approx(wanted, abs=1e-12)


@pytest.mark.parametrize("pooling", ["attention", "mean"])
def test_what_padding_holds_reaches_nothing(pooling):
    model = made(DualConfig(5, 3, 4, pooling=pooling))
    regions, mask = features(2, 3, 3), torch.tensor([[True, False, True], [False] * 3])
    poisoned = regions.masked_fill(~mask[:, :, None], float("nan")).requires_grad_()
    found = model.encode_features(poisoned, mask)
    assert torch.equal(found, model.encode_features(regions, mask))
    found.sum().backward()
    assert torch.isfinite(found).all()
    assert torch.isfinite(poisoned.grad).all()
    assert all(torch.isfinite(p.grad).all() for p in model.feature_pool.parameters())


def test_the_temperature_never_falls_below_a_hundredth():
    model = made()
    with torch.no_grad():
        model.log_scale.fill_(9.0)
    scale = model.scale()
    assert scale.item() == pytest.approx(100.0)
    scale.backward()
    assert model.log_scale.grad.item() == pytest.approx(100.0)  # not stuck: it can fall again


def test_it_starts_where_the_papers_start():
    assert made().scale().item() == pytest.approx(1 / 0.07)
    sigmoid = made(DualConfig(5, 3, loss="sigmoid"))
    assert (sigmoid.scale().item(), sigmoid.bias.item()) == pytest.approx((10.0, -10.0))


class Vectors(nn.Module):
    """A text encoder of another library: one vector a text."""

    def __init__(self):
        super().__init__()
        self.table = nn.Embedding(50, 5)

    def forward(self, input_ids):
        return self.table(input_ids).sum(1)


def test_a_text_encoder_may_give_vectors_or_states():
    ids, mask = batch(4, 2)
    vectors = made(text=Vectors()).encode_text({"input_ids": ids})
    assert vectors.norm(dim=1).tolist() == pytest.approx([1.0, 1.0])
    model = made(DualConfig(16, 3, 4), bert())
    together = model.encode_text({"input_ids": ids, "attention_mask": mask})[1]
    alone = model.encode_text({"input_ids": ids[1:, :2], "attention_mask": mask[1:, :2]})[0]
    torch.testing.assert_close(together, alone, rtol=0, atol=1e-12)


def test_a_saved_model_comes_back_as_it_was(tmp_path):
    ids, mask = batch(4, 2)
    text = {"input_ids": ids, "attention_mask": mask}
    regions, real = features(2, 3, 3), torch.ones(2, 3, dtype=torch.bool)
    model = made(DualConfig(16, 3, 4, loss="sigmoid"), bert())
    model.save_pretrained(tmp_path, letter_tokenizer())
    again = DualEncoder.from_pretrained(tmp_path)
    for ours, theirs in zip(again(text, regions, real), model(text, regions, real), strict=True):
        assert torch.equal(ours, theirs)
    assert again.bias.item() == -10.0
    assert again.config == model.config


def test_a_text_encoder_of_ones_own_is_made_anew_and_filled(tmp_path):
    model = made(text=Vectors())
    model.save_pretrained(tmp_path)
    with pytest.raises(UsageError, match="pass text=…, made anew"):
        DualEncoder.from_pretrained(tmp_path)
    again = DualEncoder.from_pretrained(tmp_path, Vectors())
    ids, _ = batch(3)
    text = {"input_ids": ids}
    assert torch.equal(again.encode_text(text), model.encode_text(text))


def test_what_is_wrong_is_said(tmp_path):
    with pytest.raises(NotFound, match=r"no pincite_dual\.json"):
        DualEncoder.from_pretrained(tmp_path)
    made().save_pretrained(tmp_path)
    settings = json.loads((tmp_path / "pincite_dual.json").read_text())
    (tmp_path / "pincite_dual.json").write_text(json.dumps(settings | {"pooling": "mean"}))
    with pytest.raises(ModelMismatch, match="it is of another model"):
        DualEncoder.from_pretrained(tmp_path)
    (tmp_path / "pincite_dual.json").write_text(json.dumps(settings | {"width": 7}))
    with pytest.raises(ModelMismatch, match="cannot be loaded"):
        DualEncoder.from_pretrained(tmp_path)
    (tmp_path / "pincite_dual.json").write_text("[]")
    with pytest.raises(ModelMismatch, match="does not describe"):
        DualEncoder.from_pretrained(tmp_path)
    with pytest.raises(UsageError, match="pooling is 'attention' or 'mean', got 'max'"):
        DualConfig(5, 3, pooling="max")
