"""Two real processes give the loss and the gradients of one that holds the whole batch."""

import pytest
import torch
import torch.distributed as dist
import torch.multiprocessing as mp

from pincite.errors import UsageError
from pincite.train.gather import check_processes, fail_together, gather
from pincite.train.losses import in_batch_contrastive

SIZES = (3, 2)  # questions of each process: the last batch of an epoch is uneven


def whole_batch():
    generator = torch.Generator().manual_seed(0)
    features = torch.randn(sum(SIZES), 4, generator=generator, dtype=torch.float64)
    weight = torch.randn(4, 3, generator=generator, dtype=torch.float64)
    return features, weight.requires_grad_()


def loss_of(features, weight):
    questions, passages = features @ weight, (features * 2 - 1) @ weight
    everyone = gather(passages)
    positives = everyone.first + torch.arange(len(features))
    losses = in_batch_contrastive(questions, everyone.rows, positives)
    return losses.mean() * len(features) / sum(SIZES)  # as the loop weighs it


def one_of_two(rank, meeting, results):
    dist.init_process_group("gloo", f"file://{meeting}", rank=rank, world_size=2)
    features, weight = whole_batch()
    start = sum(SIZES[:rank])
    loss = loss_of(features[start : start + SIZES[rank]], weight)
    loss.backward()
    summed = torch.cat([loss.detach()[None], weight.grad.flatten()])
    dist.all_reduce(summed)  # as the loop adds gradients up
    bad = fail_together(torch.tensor(float("inf") if rank else 1.0))
    torch.save({"summed": summed, "bad": bad, "good": fail_together(loss)}, f"{results}/{rank}.pt")
    dist.destroy_process_group()


def test_two_processes_are_as_one(tmp_path):
    mp.spawn(one_of_two, (str(tmp_path / "meeting"), str(tmp_path)), nprocs=2)
    features, weight = whole_batch()
    loss = loss_of(features, weight)
    loss.backward()
    alone = torch.cat([loss.detach()[None], weight.grad.flatten()])
    for rank in range(2):
        found = torch.load(tmp_path / f"{rank}.pt", weights_only=True)
        torch.testing.assert_close(found["summed"], alone, rtol=0, atol=1e-12)
        assert torch.isnan(found["bad"])  # the second was infinite, so the first stops too
        assert torch.isfinite(found["good"])


def test_alone_nothing_is_gathered():
    rows = torch.ones(2, 3)
    assert gather(rows).rows is rows


def test_a_process_without_examples_is_foreseen(monkeypatch):
    monkeypatch.setenv("WORLD_SIZE", "2")
    check_processes(size=8, batch_size=3)  # the last batch has two
    with pytest.raises(UsageError, match=r"leave 1 for the last batch .* the 2 processes"):
        check_processes(size=7, batch_size=3)
    with pytest.raises(UsageError, match="leave 1 for the last"):
        check_processes(size=1, batch_size=1)
