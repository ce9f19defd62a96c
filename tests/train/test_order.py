"""The order of examples, the learning rate, and which parameters decay."""

import math

import pytest
import torch
import transformers

from pincite.train.config import Optim
from pincite.train.optimizer import learning_rate, make_optimizer
from pincite.train.order import Order, epoch_order, share


def test_an_epoch_sees_every_example_once():
    order = Order(size=23, seed=4, batch_size=3, accumulate=2)
    assert order.steps_per_epoch == 4
    for epoch in (0, 1):
        steps = [order.batches(epoch * 4 + n) for n in range(4)]
        assert sorted(i for batches in steps for batch in batches for i in batch) == list(range(23))
        assert [[len(batch) for batch in batches] for batches in steps] == [[3, 3]] * 3 + [[3, 2]]


def test_the_order_follows_from_seed_and_epoch_alone():
    assert epoch_order(9, 1, 2).tolist() == epoch_order(9, 1, 2).tolist()
    orders = {tuple(epoch_order(9, seed, epoch)) for seed in (0, 1) for epoch in (0, 1)}
    assert len(orders) == 4
    assert epoch_order(6, 0, 0).tolist() == [3, 2, 1, 0, 4, 5], "what runs of long ago have seen"


def test_every_order_is_as_likely():
    """Each of the 6 orders of 3 examples, 600 times over: 100 each, within four deviations."""
    seen = [tuple(epoch_order(3, seed, 0)) for seed in range(600)]
    assert all(abs(seen.count(o) - 100) < 4 * math.sqrt(600 / 6 * 5 / 6) for o in set(seen))
    assert len(set(seen)) == 6


@pytest.mark.parametrize("processes", [1, 2, 3, 8])
def test_shares_make_up_the_batch_and_differ_by_one_at_most(processes):
    batch = [5, 3, 8, 1, 9]
    shares = [share(batch, rank, processes) for rank in range(processes)]
    assert [i for part in shares for i in part] == batch
    assert max(map(len, shares)) - min(map(len, shares)) <= 1


@pytest.mark.parametrize("warmup", [0, 3])
@pytest.mark.parametrize("schedule", ["linear", "cosine", "constant"])
def test_rates_are_those_of_transformers(schedule, warmup):
    optim = Optim(lr=0.3, warmup_steps=warmup, schedule=schedule, max_steps=10)
    peer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.3)
    name = {"constant": "constant_with_warmup"}.get(schedule, schedule)
    expected = transformers.get_scheduler(name, peer, warmup, 10)
    for step in range(10):
        assert learning_rate(optim, step, 10) == pytest.approx(expected.get_last_lr()[0])
        peer.step()
        expected.step()


def test_biases_and_norms_do_not_decay():
    bart = transformers.BartConfig(
        vocab_size=8, d_model=4, encoder_layers=1, decoder_layers=1, encoder_ffn_dim=4,
        decoder_ffn_dim=4, encoder_attention_heads=1, decoder_attention_heads=1,
        max_position_embeddings=8,
    )  # fmt: skip
    t5 = transformers.T5Config(vocab_size=8, d_model=4, d_kv=2, d_ff=4, num_layers=1, num_heads=1)
    for model in (transformers.BartModel(bart), transformers.T5Model(t5)):
        decaying, spared = make_optimizer(model, Optim(max_steps=1)).param_groups
        names = {id(p): name for name, p in model.named_parameters()}
        assert (decaying["weight_decay"], spared["weight_decay"]) == (0.01, 0.0)
        assert all(p.ndim == 2 for p in decaying["params"]), "matrices and embeddings"
        named = [names[id(p)] for p in spared["params"]]
        assert all(n.endswith("bias") or "norm" in n for n in named)
        assert any("norm" in n and n.endswith("weight") for n in named)
        assert len(decaying["params"]) + len(spared["params"]) == len(names)
