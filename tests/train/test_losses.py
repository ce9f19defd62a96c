"""Losses of retrieval against plain double loops over Python numbers, in float64."""

import math

import pytest
import torch

from pincite.errors import UsageError
from pincite.train.losses import (
    candidates,
    distill_attention,
    distill_likelihood,
    emdr,
    in_batch_contrastive,
    info_nce,
    sigmoid_contrastive,
)


def tensors(*shapes, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return [torch.randn(s, generator=generator, dtype=torch.float64) for s in shapes]


def dot(a, b):
    return sum(float(x) * float(y) for x, y in zip(a, b, strict=True))


def softmax(values):
    return [math.exp(v) / sum(math.exp(w) for w in values) for v in values]


def kl(p, q):
    return sum(a * (math.log(a) - math.log(b)) for a, b in zip(p, q, strict=True) if a > 0)


def contrastive_by_loop(questions, passages, positives, mask, temperature):
    losses = []
    for i, question in enumerate(questions):
        above = math.exp(dot(question, passages[positives[i]]) / temperature)
        below = sum(
            math.exp(dot(question, passage) / temperature)
            for j, passage in enumerate(passages)
            if mask[i][j] or j == positives[i]
        )
        losses.append(-math.log(above / below))
    return losses


def test_every_other_passage_of_the_batch_is_a_negative():
    questions, passages = tensors((3, 4), (6, 4))
    positives = torch.tensor([0, 2, 4])
    everyone = torch.ones(3, 6, dtype=torch.bool)
    found = in_batch_contrastive(questions, passages, positives, temperature=0.7)
    wanted = contrastive_by_loop(questions, passages, positives, everyone, 0.7)
    assert found.tolist() == pytest.approx(wanted, abs=1e-12)


def test_a_masked_passage_is_not_compared_with_but_the_positive_is():
    questions, passages = tensors((2, 4), (4, 4), seed=1)
    positives = torch.tensor([0, 2])
    mask = torch.tensor([[False, False, True, True], [True, True, True, False]])
    found = in_batch_contrastive(questions, passages, positives, mask)
    wanted = contrastive_by_loop(questions, passages, positives, mask, 1.0)
    assert found.tolist() == pytest.approx(wanted, abs=1e-12)


def test_a_passage_known_to_be_right_is_no_negative():
    """Passages a b a c; question 0 means the first a and knows c too, question 1 means b."""
    mask = candidates(
        passage_keys=torch.tensor([10, 11, 10, 12]),
        positive_keys=torch.tensor([[10, 12], [11, -1]]),
        positives=torch.tensor([0, 1]),
    )
    assert mask.tolist() == [[True, True, False, False], [True, True, True, True]]


def test_the_same_passage_twice_is_no_negative_of_itself_even_when_keys_are_not_listed():
    mask = candidates(torch.tensor([5, 5]), torch.full((1, 1), -1), torch.tensor([1]))
    assert mask.tolist() == [[False, True]]


def test_a_masked_false_negative_has_no_gradient():
    questions, passages = tensors((2, 3), (2, 3), seed=2)
    passages.requires_grad_()
    mask = torch.tensor([[True, False], [False, True]])
    in_batch_contrastive(questions, passages, torch.tensor([0, 1]), mask).sum().backward()
    assert passages.grad.abs().max() == 0  # each question sees its positive alone


def test_pairs_are_compared_in_both_directions():
    left, right = tensors((3, 4), (3, 4), seed=3)
    wanted = []
    for i in range(3):
        forth = softmax([2.5 * dot(left[i], right[j]) for j in range(3)])[i]
        back = softmax([2.5 * dot(right[i], left[j]) for j in range(3)])[i]
        wanted.append(-(math.log(forth) + math.log(back)) / 2)
    assert info_nce(left, right, 2.5).tolist() == pytest.approx(wanted, abs=1e-12)


def test_sigmoid_judges_each_pair_alone():
    left, right = tensors((2, 4), (3, 4), seed=4)
    positives, mask = torch.tensor([1, 2]), torch.tensor([[1, 1, 0], [1, 1, 1]]).bool()
    wanted = []
    for i in range(2):
        total = 0.0
        for j in range(3):
            sign = 1 if j == positives[i] else -1
            z = sign * (1.5 * dot(left[i], right[j]) - 2.0)
            total += math.log(1 + math.exp(-z)) if mask[i][j] else 0.0
        wanted.append(total)
    found = sigmoid_contrastive(left, right, 1.5, -2.0, positives=positives, mask=mask)
    assert found.tolist() == pytest.approx(wanted, abs=1e-12)


def test_attention_is_normalised_before_it_teaches():
    scores, mass = tensors((2, 3), (2, 3), seed=5)
    mass = mass.abs()
    mass[0, 1] = 0.0  # 0 log 0 is 0
    wanted = []
    for row, share in zip(scores.tolist(), mass.tolist(), strict=True):
        wanted.append(kl([s / sum(share) for s in share], softmax(row)))
    assert distill_attention(scores, mass).tolist() == pytest.approx(wanted, abs=1e-12)


@pytest.mark.parametrize("towards", ["reader", "retriever"])
def test_likelihood_teaches_in_the_direction_asked(towards):
    scores, log_likelihood = tensors((2, 3), (2, 3), seed=6)
    wanted = []
    for row, teacher in zip(scores.tolist(), log_likelihood.tolist(), strict=True):
        p, q = softmax(row), softmax([t / 0.4 for t in teacher])
        wanted.append(kl(q, p) if towards == "reader" else kl(p, q))
    found = distill_likelihood(scores, log_likelihood, 0.4, towards=towards)
    assert found.tolist() == pytest.approx(wanted, abs=1e-12)


def test_an_unknown_direction_is_refused():
    with pytest.raises(UsageError, match="'reader' or 'retriever', got 'both'"):
        distill_likelihood(torch.zeros(1, 2), torch.zeros(1, 2), towards="both")


def test_emdr_sums_over_documents_and_its_gradient_is_prior_minus_posterior():
    scores, log_likelihood = tensors((2, 3), (2, 3), seed=7)
    scores.requires_grad_()
    loss = emdr(scores, log_likelihood)
    loss.sum().backward()
    for i in range(2):
        prior = softmax(scores[i].tolist())
        joint = [p * math.exp(t) for p, t in zip(prior, log_likelihood[i].tolist(), strict=True)]
        assert loss[i].item() == pytest.approx(-math.log(sum(joint)), abs=1e-12)
        posterior = [j / sum(joint) for j in joint]
        wanted = [p - q for p, q in zip(prior, posterior, strict=True)]
        assert scores.grad[i].tolist() == pytest.approx(wanted, abs=1e-12)


TEACHERS = {
    "attention": lambda s, t, m: distill_attention(s, t.exp(), m),
    "likelihood": lambda s, t, m: distill_likelihood(s, t, 0.7, m),
    "replug": lambda s, t, m: distill_likelihood(s, t, 0.7, m, towards="retriever"),
    "emdr": emdr,
}


@pytest.mark.parametrize("name", TEACHERS)
def test_a_masked_document_is_as_if_it_were_not_there(name):
    scores, teacher = tensors((1, 4), (1, 4), seed=8)
    mask = torch.tensor([[True, False, True, False]])
    whole = TEACHERS[name](scores, teacher, mask)
    kept = TEACHERS[name](scores[:, ::2], teacher[:, ::2], mask[:, ::2])
    assert whole.item() == pytest.approx(kept.item(), abs=1e-12)


@pytest.mark.parametrize("name", TEACHERS)
def test_a_question_without_documents_costs_nothing_and_has_no_nan(name):
    scores, teacher = tensors((2, 3), (2, 3), seed=9)
    scores.requires_grad_()
    mask = torch.tensor([[False] * 3, [True] * 3])
    loss = TEACHERS[name](scores, teacher, mask)
    loss.sum().backward()
    assert loss[0].item() == 0
    assert scores.grad[0].tolist() == [0, 0, 0]
    assert torch.isfinite(scores.grad).all()


@pytest.mark.parametrize("name", TEACHERS)
def test_the_reader_is_taught_nothing(name):
    scores, teacher = tensors((1, 3), (1, 3), seed=10)
    scores.requires_grad_()
    teacher.requires_grad_()
    TEACHERS[name](scores, teacher, None).sum().backward()
    assert teacher.grad is None


@pytest.mark.parametrize("name", TEACHERS)
def test_gradients_of_distillation_are_those_of_finite_differences(name):
    scores, teacher = tensors((2, 3), (2, 3), seed=11)
    mask = torch.tensor([[True, True, False], [True, True, True]])
    scores.requires_grad_()
    assert torch.autograd.gradcheck(lambda s: TEACHERS[name](s, teacher, mask), (scores,))


@pytest.mark.parametrize(
    "loss",
    [
        pytest.param(
            lambda a, b: in_batch_contrastive(
                a, b, torch.tensor([0, 2]), torch.tensor([[1, 1, 1], [0, 1, 1]]).bool()
            ),
            id="in batch",
        ),
        pytest.param(lambda a, b: info_nce(a, b[:2], 1.3), id="info_nce"),
        pytest.param(lambda a, b: sigmoid_contrastive(a, b, 1.3, -0.5), id="sigmoid"),
    ],
)
def test_gradients_of_contrast_are_those_of_finite_differences(loss):
    a, b = tensors((2, 3), (3, 3), seed=12)
    assert torch.autograd.gradcheck(loss, (a.requires_grad_(), b.requires_grad_()))


def test_half_precision_is_widened_before_it_is_summed():
    """In float16 the product 300 · 300 would be infinite."""
    vectors = torch.tensor([[300.0], [-300.0]], dtype=torch.float16)
    loss = in_batch_contrastive(vectors, vectors, torch.tensor([0, 1]))
    assert loss.dtype == torch.float32
    assert loss.tolist() == [0.0, 0.0]
