"""Attention against plain loops and against PyTorch's own."""

import math

import pytest
import torch
from torch.nn import functional

from pincite.errors import UsageError
from pincite.models.fusion.attention import MultiHeadAttention, attention_weights, dropout_layer

DOUBLE = torch.float64


def drawn(*shape, seed=0, factor=1.0):
    random = torch.Generator().manual_seed(seed)
    return factor * torch.randn(*shape, generator=random, dtype=DOUBLE)


def score_of(name, query, key):
    dot = sum(q * k for q, k in zip(query, key, strict=True))
    return dot / math.sqrt(len(query)) if name == "scaled_dot" else dot


def looped(queries, keys, mask, score):
    """Softmax of every row by hand: exp f / Σ exp f over the real keys."""
    out = torch.zeros(*queries.shape[:3], keys.shape[2], dtype=DOUBLE)
    for b, h, i in [(*at,) for at in torch.ones(queries.shape[:3]).nonzero().tolist()]:
        real = [j for j in range(keys.shape[2]) if mask[b, i, j]]
        exps = {
            j: math.exp(score_of(score, queries[b, h, i].tolist(), keys[b, h, j].tolist()))
            for j in real
        }
        for j in real:
            out[b, h, i, j] = exps[j] / sum(exps.values())
    return out


@pytest.mark.parametrize("score", ["scaled_dot", "dot"])
def test_weights_are_the_exponentials_of_the_scores_over_their_sum(score):
    queries, keys = drawn(2, 3, 4, 5), drawn(2, 3, 6, 5, seed=1)
    mask = drawn(2, 4, 6, seed=2) > 0
    mask[1, 2] = False
    found = attention_weights(queries, keys, mask, score)
    assert torch.allclose(found, looped(queries, keys, mask, score), atol=1e-14, rtol=0)


def test_two_keys_by_hand():
    """q = (2, 0, 0, 0); keys score 2 ln 3 / 2 and 0 when scaled by √4: weights 3/4 and 1/4."""
    query = torch.tensor([[[[2.0, 0, 0, 0]]]], dtype=DOUBLE)
    keys = torch.tensor([[[[math.log(3), 9, 9, 9], [0, 9, 9, 9]]]], dtype=DOUBLE)
    mask = torch.ones(1, 1, 2, dtype=torch.bool)
    scaled = attention_weights(query, keys, mask, "scaled_dot")
    plain = attention_weights(query, keys, mask, "dot")
    assert scaled.flatten().tolist() == pytest.approx([3 / 4, 1 / 4], abs=1e-14)
    assert plain.flatten().tolist() == pytest.approx([9 / 10, 1 / 10], abs=1e-14)


@pytest.mark.parametrize(("score", "scale"), [("scaled_dot", None), ("dot", 1.0)])
def test_the_context_is_that_of_pytorch(score, scale):
    layer = MultiHeadAttention(8, 2, score, 0.0).double()
    queries, keys = drawn(3, 4, 8), drawn(3, 5, 8, seed=1)
    mask = drawn(3, 4, 5, seed=2) > -0.5
    mask[..., 0] = True
    found, weights = layer(queries, keys, mask)

    def heads(linear, states):
        return (states @ linear.weight.T).reshape(3, -1, 2, 4).permute(0, 2, 1, 3)

    context = functional.scaled_dot_product_attention(
        heads(layer.weigh.query, queries),
        heads(layer.weigh.key, keys),
        heads(layer.value, keys),
        attn_mask=mask[:, None],
        scale=scale,
    )
    expected = context.permute(0, 2, 1, 3).reshape(3, 4, 8) @ layer.output.weight.T
    assert torch.allclose(found, expected, atol=1e-13, rtol=0)
    assert torch.allclose(weights.sum(-1), torch.ones(3, 2, 4, dtype=DOUBLE))


@pytest.mark.parametrize("keys", [0, 3])
def test_a_query_without_a_real_key_attends_to_nothing(keys):
    layer = MultiHeadAttention(8, 2, "scaled_dot", 0.0).double()
    queries, values = drawn(1, 2, 8).requires_grad_(), drawn(1, keys, 8, seed=1).requires_grad_()
    context, weights = layer(queries, values, torch.zeros(1, 2, keys, dtype=torch.bool))
    assert not weights.any()
    assert not context.any()
    (context.sum() + weights.sum()).backward()
    assert not queries.grad.any()
    assert values.grad.isfinite().all()


def test_scores_beyond_the_range_of_exp_are_still_shares():
    """exp(1000) is infinite: the largest score must be taken off first."""
    query, keys = torch.full((1, 1, 1, 1), 1000.0), torch.tensor([[[[1.0], [1.0], [-1.0]]]])
    weights = attention_weights(query, keys, torch.ones(1, 1, 3, dtype=torch.bool), "dot")
    assert weights.flatten().tolist() == [0.5, 0.5, 0.0]


def test_dropout_changes_what_is_gathered_and_not_the_weights_shown():
    torch.manual_seed(0)
    layer = MultiHeadAttention(8, 2, "scaled_dot", 0.5).double()
    queries, mask = drawn(1, 6, 8), torch.ones(1, 6, 6, dtype=torch.bool)
    trained, shown = layer(queries, queries, mask)
    kept, weights = layer.eval()(queries, queries, mask)
    assert torch.equal(shown, weights)
    assert not torch.allclose(trained, kept)


@pytest.mark.parametrize("rate", [-0.1, 1.0, float("nan")])
def test_a_dropout_that_is_no_rate_is_refused(rate):
    with pytest.raises(UsageError, match=r"at least 0 and below 1, got"):
        dropout_layer(rate)


def test_an_unknown_score_is_refused_and_the_nearest_named():
    with pytest.raises(UsageError, match=r"known: scaled_dot, dot\. Did you mean 'scaled_dot'"):
        MultiHeadAttention(8, 2, "scaled-dot", 0.0)
