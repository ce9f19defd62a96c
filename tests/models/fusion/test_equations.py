"""Each method gives what its equation says: by hand, or by plain loops over every index."""

import math

import pytest
import torch
from torch.nn import functional

from pincite.models import fusion

DOUBLE = torch.float64
LOG3 = math.log(3)


def tensor(values):
    return torch.tensor(values, dtype=DOUBLE)


def made(name, *, text_width=2, region_width=3, heads=1, **options):
    """A layer in float64 and evaluation mode, W the first rows of the identity."""
    layer = fusion.create(
        name, text_width=text_width, region_width=region_width, heads=heads, **options
    )
    with torch.no_grad():
        layer.project.weight.copy_(torch.eye(text_width, region_width))
    return layer.double().eval().requires_grad_(False)


TEXT = tensor([[[1, 2], [3, 4]]])
REGIONS = tensor([[[10, 20, 5], [30, 60, 5]]])  # W keeps two of three: (10, 20), (30, 60)
FIRST = torch.tensor([[True, False]])
NONE = torch.tensor([[False, False]])


def test_concatenation_adds_the_embedding_of_the_type_to_each_part():
    layer = made("concat")
    with torch.no_grad():
        layer.types.copy_(tensor([[0.5, 0], [0, 0.25]]))
    states = layer(TEXT, REGIONS).states[0]
    assert states.tolist() == [[1.5, 2], [3.5, 4], [10, 20.25], [30, 60.25]]


@pytest.mark.parametrize(
    ("mask", "added"),
    [
        pytest.param(None, [20, 40], id="the mean of both"),
        pytest.param(FIRST, [10, 20], id="the mean of the real one"),
        pytest.param(NONE, [0, 0], id="nothing without regions"),
    ],
)
def test_the_sum_adds_the_mean_of_the_real_regions_to_every_word(mask, added):
    states = made("sum")(TEXT, REGIONS, None, mask).states
    assert torch.equal(states, TEXT + tensor(added))


@pytest.mark.parametrize(
    ("text_mask", "region_mask", "weights", "states"),
    [
        pytest.param(None, None, [0.25, 0.75], [[15.25, 30.5], [15.75, 31]], id="both"),
        pytest.param(FIRST, FIRST, [0.25, 0.75], [[7.75, 15.5], [0, 0]], id="padding"),
        pytest.param(None, NONE, [1, 0], [[1, 2], [3, 4]], id="text alone is as it was"),
        pytest.param(NONE, None, [0, 1], [[20, 40], [0, 0]], id="regions alone, at the anchor"),
        pytest.param(NONE, NONE, [1, 0], [[0, 0], [0, 0]], id="neither"),
    ],
)
def test_the_weighted_sum_shares_one_out_among_the_modalities_present(
    text_mask, region_mask, weights, states
):
    """Scores 0 and ln 3 are shares 1/4 and 3/4."""
    layer = made("weighted")
    with torch.no_grad():
        layer.scores.copy_(tensor([0, LOG3]))
    fused = layer(TEXT, REGIONS, text_mask, region_mask)
    assert fused.weights["modality"][0].tolist() == pytest.approx(weights, abs=1e-15)
    assert torch.allclose(fused.states[0], tensor(states), atol=1e-13, rtol=0)


@pytest.mark.parametrize(
    ("text_mask", "region_mask", "weights", "views"),
    [
        pytest.param(None, FIRST, [0.25, 0.75], [[1, 1, 0, 0], [0, 0, 1, 0]], id="both"),
        pytest.param(None, NONE, [1, 0], [[1, 1, 0, 0], [0, 0, 0, 0]], id="text alone"),
        pytest.param(NONE, None, [0, 1], [[0, 0, 0, 0], [0, 0, 1, 1]], id="regions alone"),
        pytest.param(NONE, NONE, [1, 0], [[1, 0, 0, 0], [0, 0, 0, 0]], id="neither"),
    ],
)
def test_late_fusion_keeps_the_modalities_apart(text_mask, region_mask, weights, views):
    layer = made("late", gate="learned")
    with torch.no_grad():
        layer.scores.copy_(tensor([0, LOG3]))
    fused = layer(TEXT, REGIONS, text_mask, region_mask)
    assert fused.weights["modality"][0].tolist() == pytest.approx(weights, abs=1e-15)
    assert fused.view_log_weights.exp()[0].tolist() == pytest.approx(weights, abs=1e-15)
    assert fused.views[0].int().tolist() == views
    real = fused.mask[0]
    expected = torch.cat([TEXT, REGIONS[..., :2]], dim=1)[0]
    if text_mask is None:
        assert torch.equal(fused.states[0][real], expected[real])


def test_the_gate_of_late_fusion_looks_at_the_mean_of_each_modality():
    layer = made("late")
    with torch.no_grad():
        layer.scores.copy_(tensor([0, LOG3 - 3]))
        layer.slopes.copy_(tensor([[1, 0], [0, 0.125]]))
    fused = layer(TEXT, REGIONS)
    # Means (2, 3) and (20, 40): s = 2 and ln 3 − 3 + 5 = ln 3 + 2, that is shares 1/4 and 3/4.
    assert fused.weights["modality"][0].tolist() == pytest.approx([0.25, 0.75], abs=1e-14)
    # The first positions alone have means (1, 2) and (10, 20): s = 1 and ln 3 − 0.5.
    share = 1 / (1 + 3 * math.exp(-1.5))
    fused = layer(TEXT, REGIONS, FIRST, FIRST)
    assert fused.weights["modality"][0].tolist() == pytest.approx([share, 1 - share], abs=1e-14)


@pytest.mark.parametrize("score", [0.0, 1e300])
def test_a_missing_modality_has_a_finite_log_weight_however_sure_the_other_is(score):
    layer = made("late", gate="learned")
    with torch.no_grad():
        layer.scores.copy_(tensor([score, 0]))
    log_weights = layer(TEXT, REGIONS, None, NONE).view_log_weights
    assert log_weights.tolist() == [[0.0, torch.finfo(DOUBLE).min / 2]]


def test_a_learned_gate_is_the_same_for_all_rows():
    layer, text, regions, *_ = random_case("late", gate="learned")
    shares = layer(text, regions).weights["modality"]
    assert torch.equal(shares[0], shares[1])
    layer, text, regions, *_ = random_case("late", gate="states")
    shares = layer(text, regions).weights["modality"]
    assert (shares[0] - shares[1]).abs().max() > 0.01


def test_a_mixture_of_views_is_a_distribution_and_their_product_is_not():
    """Views that are sure of different words: the product knows no word, the mixture both."""
    fused = made("late")(TEXT, REGIONS)
    views = tensor([[0.9, 0.1], [0.1, 0.9]])
    mixture = torch.logsumexp(fused.view_log_weights[0][:, None] + views.log(), dim=0).exp()
    assert mixture.tolist() == pytest.approx([0.5, 0.5])
    assert views.prod(0).sum().item() == pytest.approx(0.18)


def gathered(layer, queries, keys, query_mask, key_mask):
    """Multi-head attention by PyTorch, for rows in which every query sees some key."""
    heads = layer.weigh.heads

    def split(linear, states):
        return (states @ linear.weight.T).unflatten(-1, (heads, -1)).transpose(1, 2)

    q, k, v = (
        split(layer.weigh.query, queries),
        split(layer.weigh.key, keys),
        split(layer.value, keys),
    )
    mask = key_mask[:, None, None].expand(-1, 1, queries.shape[1], -1)
    context = functional.scaled_dot_product_attention(q, k, v, attn_mask=mask)
    return context.transpose(1, 2).flatten(-2) @ layer.output.weight.T


def random_case(name, **options):
    random = torch.Generator().manual_seed(3)
    layer = made(name, text_width=6, region_width=5, heads=3, **options)
    with torch.no_grad():
        for parameter in layer.parameters():
            parameter.normal_(0, 0.6, generator=random)
    text = torch.randn(2, 3, 6, generator=random, dtype=DOUBLE)
    regions = torch.randn(2, 4, 5, generator=random, dtype=DOUBLE)
    text_mask = torch.tensor([[True, True, False], [True] * 3])
    region_mask = torch.tensor([[True] * 4, [True, False, True, False]])
    return layer, text, regions, text_mask, region_mask


def normed(norm, states):
    return functional.layer_norm(states, states.shape[-1:], norm.weight, norm.bias)


@pytest.mark.parametrize("name", ["cross", "dual"])
def test_streams_attend_to_each_other_or_to_themselves(name):
    layer, text, regions, text_mask, region_mask = random_case(name)
    v = regions @ layer.project.weight.T
    if name == "cross":
        x_new = text + gathered(layer.text_to_regions, text, v, text_mask, region_mask)
        v_new = v + gathered(layer.regions_to_text, v, text, region_mask, text_mask)
    else:
        x_new = text + gathered(layer.text, text, text, text_mask, text_mask)
        v_new = v + gathered(layer.regions, v, v, region_mask, region_mask)
    expected = [normed(layer.text_norm, x_new), normed(layer.region_norm, v_new)]
    fused = layer(text, regions, text_mask, region_mask)
    assert torch.equal(fused.mask, torch.cat([text_mask, region_mask], dim=1))
    expected = torch.cat(expected, dim=1)[fused.mask]
    assert torch.allclose(fused.states[fused.mask], expected, atol=1e-12, rtol=0)


@pytest.mark.parametrize(
    ("name", "shapes"),
    [
        ("cross", {"text_to_regions": (2, 3, 3, 4), "regions_to_text": (2, 3, 4, 3)}),
        ("dual", {"text": (2, 3, 3, 3), "regions": (2, 3, 4, 4)}),
        ("gated", {"attention": (2, 3, 3, 4), "gate": (2, 3, 4, 6), "regions": (2, 3, 4)}),
    ],
)
def test_the_heat_maps_of_attention_have_a_row_for_each_query(name, shapes):
    layer, *inputs = random_case(name)
    weights = layer(*inputs).weights
    assert {key: tuple(value.shape) for key, value in weights.items()} == shapes


@pytest.mark.parametrize("score", ["scaled_dot", "dot"])
def test_gating_equals_a_loop_over_words_regions_heads_and_features(score):
    layer, text, regions, text_mask, region_mask = random_case("gated", score=score)
    fused = layer(text, regions, text_mask, region_mask)
    v = regions @ layer.project.weight.T
    q, k = text @ layer.attend.query.weight.T, v @ layer.attend.key.weight.T
    sigmoid_of = text @ layer.gate_text.weight.T + layer.gate_text.bias
    regions_part = v @ layer.gate_regions.weight.T
    for b, i in text_mask.nonzero().tolist():
        real = region_mask[b].nonzero().flatten().tolist()
        z, shares = [], {j: [] for j in real}
        for head in range(3):
            features = range(2 * head, 2 * head + 2)
            scores = [sum(float(q[b, i, c] * k[b, j, c]) for c in features) for j in real]
            exps = [math.exp(s / math.sqrt(2) if score == "scaled_dot" else s) for s in scores]
            for c in features:
                total = 0.0
                for j, exp in zip(real, exps, strict=True):
                    gate = 1 / (1 + math.exp(-float(sigmoid_of[b, i, c] + regions_part[b, j, c])))
                    a = exp / sum(exps)
                    total += a * (gate * float(v[b, j, c]) + (1 - gate) * float(text[b, i, c]))
                    shares[j].append(a * gate)
                    assert fused.weights["gate"][b, i, j, c].item() == pytest.approx(gate)
                    assert fused.weights["attention"][b, head, i, j].item() == pytest.approx(a)
                z.append(total)
        expected = normed(layer.norm, tensor(z))
        assert torch.allclose(fused.states[b, i], expected, atol=1e-12, rtol=0)
        assert not fused.weights["gate"][b, i, ~region_mask[b]].any()
        for j in real:
            found = fused.weights["regions"][b, i, j].item()
            assert found == pytest.approx(sum(shares[j]) / 6, abs=1e-14)


@pytest.mark.parametrize(("bias", "taken"), [(-60.0, 0.0), (60.0, 1.0)])
def test_a_shut_gate_keeps_the_text_and_an_open_one_takes_the_regions(bias, taken):
    layer, text, regions, text_mask, region_mask = random_case("gated")
    with torch.no_grad():
        layer.gate_text.bias.fill_(bias)
    fused = layer(text, regions, text_mask, region_mask)
    assert torch.allclose(fused.weights["regions"].sum(-1)[text_mask], tensor(taken), atol=1e-12)
    kept = torch.allclose(fused.states[text_mask], normed(layer.norm, text)[text_mask])
    assert kept == (taken == 0.0)


def test_no_region_leaves_the_text_as_it_is_but_for_the_norm():
    layer, text, _, _, _ = random_case("gated")
    assert torch.allclose(layer(text).states, normed(layer.norm, text), atol=1e-14, rtol=0)


def test_each_word_has_its_own_attention_over_the_regions():
    """As a softmax over j of a linear score of [x_i; v_j] could not have."""
    layer, *inputs = random_case("gated")
    attention = layer(*inputs).weights["attention"]
    assert (attention[1, :, 0] - attention[1, :, 1]).abs().max() > 0.01
