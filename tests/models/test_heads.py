"""Several classifications at once, against sums by hand."""

import math

import pytest
import torch

from pincite.errors import UsageError
from pincite.models import fusion
from pincite.models.heads import NO_LABEL, MultiTaskHeads, pooled_views

TASKS = {"topic": 3, "sentiment": 2}


def made(**options):
    torch.manual_seed(0)
    return MultiTaskHeads(4, TASKS, **options).double()


def vectors(rows=3):
    return torch.randn(rows, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(1))


LABELS = {
    "topic": torch.tensor([0, 2, NO_LABEL]),
    "sentiment": torch.tensor([NO_LABEL, 1, NO_LABEL]),
}


def by_hand(found):
    """The sum of -log P over the labelled rows, shared by all three rows, by task."""
    return {
        "topic": -(found["topic"][0, 0].item() + found["topic"][1, 2].item()) / 3,
        "sentiment": -found["sentiment"][1, 1].item() / 3,
    }


def test_rows_without_a_label_cost_nothing():
    heads = made(weights={"sentiment": 0.5})
    found = heads(vectors())
    total, parts = heads.loss(found, LABELS)
    wanted = by_hand(found)
    assert {k: v.item() for k, v in parts.items()} == pytest.approx(wanted, abs=1e-12)
    assert total.item() == pytest.approx(wanted["topic"] + 0.5 * wanted["sentiment"], abs=1e-12)


def learned():
    heads = made(weighting="learned")
    with torch.no_grad():
        heads.log_variances["topic"].fill_(0.7)
        heads.log_variances["sentiment"].fill_(-0.3)
    return heads


def test_learned_weights_are_those_of_kendall():
    heads = learned()
    found = heads(vectors())
    wanted = by_hand(found)
    total, _ = heads.loss(found, LABELS)
    topic = math.exp(-0.7) * wanted["topic"] + 2 / 3 * 0.7 / 2
    sentiment = math.exp(0.3) * wanted["sentiment"] + 1 / 3 * -0.3 / 2
    assert total.item() == pytest.approx(topic + sentiment, abs=1e-12)


def test_a_batch_costs_what_its_parts_cost():
    """So two processes, of one and of two rows, end where one does."""
    heads = learned()
    found = heads(vectors())
    whole, _ = heads.loss(found, LABELS)
    parts = 0.0
    for rows in (slice(0, 1), slice(1, 3)):
        cut = [{name: each[rows] for name, each in part.items()} for part in (found, LABELS)]
        parts += heads.loss(*cut)[0].item() * (rows.stop - rows.start) / 3
    assert whole.item() == pytest.approx(parts, abs=1e-12)


def test_the_uncertainty_of_a_task_without_labels_stays_and_gradients_exist():
    heads = made(weighting="learned")
    nothing = {"topic": LABELS["topic"], "sentiment": torch.full((3,), NO_LABEL)}
    total, _ = heads.loss(heads(vectors()), nothing)
    total.backward()
    assert heads.log_variances["sentiment"].grad == 0
    assert heads.log_variances["topic"].grad != 0
    assert all(p.grad is not None for p in heads.parameters())


def test_classes_of_views_are_merged_as_a_mixture():
    heads = made()
    views = torch.stack([vectors(2), vectors(2) * -2], dim=1)
    log_weights = torch.tensor([[0.25, 0.75], [1.0, 0.0]], dtype=torch.float64).log()
    log_weights = log_weights.clamp(min=-1e30)
    found = heads(views, log_weights)["topic"]
    apart = [heads(views[:, m])["topic"].exp() for m in range(2)]
    for c in range(3):
        mixed = 0.25 * apart[0][0, c].item() + 0.75 * apart[1][0, c].item()
        assert found[0, c].exp().item() == pytest.approx(mixed, abs=1e-12)
    assert found[1].exp().tolist() == pytest.approx(apart[0][1].tolist(), abs=1e-12)
    assert found.exp().sum(1).tolist() == pytest.approx([1.0, 1.0], abs=1e-12)


def test_pooling_sees_real_positions_only_whatever_padding_holds():
    states = torch.tensor([[[2.0], [4.0], [float("nan")]]])
    mask = torch.tensor([[True, True, False]])
    assert pooled_views(states, mask).tolist() == [[3.0]]
    views = torch.tensor([[[True, False, False], [False, True, True], [False, False, False]]])
    assert pooled_views(states, mask, views).tolist() == [[[2.0], [4.0], [0.0]]]


@pytest.mark.parametrize("present", ["text", "regions"])
def test_late_fusion_of_one_modality_is_that_modality_alone(present):
    layer = fusion.create("late", text_width=4, region_width=2, heads=2)
    text, regions = torch.randn(2, 3, 4), torch.randn(2, 2, 2)
    text_mask = torch.full((2, 3), present == "text")
    region_mask = torch.full((2, 2), present == "regions")
    fused = layer(text, regions, text_mask, region_mask)
    heads = MultiTaskHeads(4, TASKS)
    views = pooled_views(fused.states, fused.mask, fused.views)
    found = heads(views, fused.view_log_weights)["topic"]
    alone = text.mean(1) if present == "text" else layer.project(regions).mean(1)
    torch.testing.assert_close(found, heads(alone)["topic"], rtol=0, atol=1e-6)


def test_what_is_wrong_is_said():
    with pytest.raises(UsageError, match="at least 2 classes, got 1"):
        MultiTaskHeads(4, {"topic": 1})
    with pytest.raises(
        UsageError, match=r"no task 'sentimant' to weigh\. Did you mean 'sentiment'"
    ):
        made(weights={"sentimant": 1.0})
    with pytest.raises(UsageError, match="leave one of the two out"):
        made(weights={"topic": 1.0}, weighting="learned")
    with pytest.raises(UsageError, match="there is no task"):
        MultiTaskHeads(4, {})
