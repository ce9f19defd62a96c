"""Leaving candidates that cannot win changes nothing of what is returned."""

import pytest
import torch

from pincite.models.rag import RagModel, decode
from pincite.models.rag.bound import Bound
from tests.models.rag.tiny import bart, documents

NEVER = -torch.inf


def made_model(seed=0):
    return RagModel.from_transformers(bart(seed=seed))


def log(*rows):
    return torch.tensor(rows, dtype=torch.float64).log()


def test_a_candidate_under_the_best_lower_bound_is_left():
    """Two documents at 1/2: the first candidate has at least 0.4, so 0.2 + 0.15 cannot win."""
    own = log([[0.8, 0.4, 0.0], [0.0, 0.0, 0.5]])
    bound = Bound(log([0.5, 0.5]), own, [[2], [0, 1]], [3], wanted=1)
    assert bound.can_win(log([[0.0, 0.0, 0.4], [1.0, 0.3, 0.0]])).tolist() == [[True, False, True]]
    assert bound.can_win(log([[0.0, 0.0, 0.2], [1.0, 0.5, 0.0]])).tolist() == [[True, True, False]]


def test_with_two_wanted_the_second_best_is_the_bar():
    own = log([[0.8, 0.4, 0.0], [0.0, 0.0, 0.5]])
    bound = Bound(log([0.5, 0.5]), own, [[2], [0, 1]], [3], wanted=2)
    so_far = log([[0.0, 0.0, 0.01], [1.0, 0.01, 0.0]])
    assert bound.can_win(so_far).tolist() == [[True, False, True]]
    assert bound.can_win(log([[0.0, 0.0, 0.01], [1.0, 0.2, 0.0]])).all()


def test_with_fewer_candidates_than_wanted_none_is_left():
    own = log([[0.8, 0.0], [0.0, 1e-9]])
    bound = Bound(log([0.5, 0.5]), own, [[1], [0]], [2], wanted=3)
    assert bound.can_win(log([[0.0, 1e-9], [1e-9, 0.0]])).all()


def test_each_document_is_told_of_its_own_others():
    own = log([[0.8, 0.4, 0.0], [0.0, 0.0, 0.5]])
    bound = Bound(log([0.5, 0.5]), own, [[2], [0, 1]], [3], wanted=1)
    so_far = torch.stack([log([0.4, 1.0]), log([1.0, 0.3])])
    assert bound.goes_on(so_far) == [[True], [True, False]]


@pytest.mark.parametrize("wanted", [1, 3])
@pytest.mark.parametrize("seed", range(6))
def test_the_best_are_those_of_scoring_everything(seed, wanted):
    """All proposals, each scored by a pass of its own, in the order of their likelihood."""
    made = made_model(seed)
    ids, mask, scores = documents(2, 4, seed=seed)
    scores = 4 * scores  # some documents hardly count, so much can be left
    search = {"num_beams": 3, "max_new_tokens": 6}
    found = made.generate(ids, mask, scores, "sequence", num_return_sequences=wanted, **search)
    proposed = made.generate(
        ids, mask, scores, "sequence", decoding="fast", num_return_sequences=12, **search
    )
    for q in range(2):
        each = {}
        for r in range(12):
            length = int(proposed.lengths[q, r])
            if length:
                labels = proposed.sequences[q, r, 1 : 1 + length][None]
                with torch.no_grad():
                    nll = made.nll(
                        ids[q : q + 1],
                        mask[q : q + 1],
                        scores[q : q + 1],
                        labels,
                        "sequence",
                        labels_mask=torch.ones_like(labels, dtype=torch.bool),
                    )
                each[tuple(labels[0].tolist())] = -float(nll)
        best = sorted(each, key=each.__getitem__, reverse=True)[:wanted]
        for r, answer in enumerate(best):
            length = int(found.lengths[q, r])
            assert tuple(found.sequences[q, r, 1 : 1 + length].tolist()) == answer
            assert float(found.log_probs[q, r]) == pytest.approx(each[answer], abs=1e-9)
            posterior = made.posterior(
                ids[q : q + 1], mask[q : q + 1], scores[q : q + 1], torch.tensor([answer])
            )
            torch.testing.assert_close(found.doc_posterior[q, r], posterior[0])


def test_what_cannot_win_is_not_scored_to_its_end(monkeypatch):
    made = made_model()
    ids, mask, scores = documents(2, 4)
    rows = []
    made.generator.register_forward_hook(
        lambda m, args, kwargs, out: rows.append(len(kwargs["decoder_input_ids"])),
        with_kwargs=True,
    )

    def work():
        rows.clear()
        made.generate(
            ids, mask, 8 * scores, "sequence", num_beams=4, max_new_tokens=8, min_new_tokens=8
        )
        return sum(rows)

    with_bound = work()
    monkeypatch.setattr(decode.Bound, "can_win", lambda self, so_far: so_far[:, 0] == so_far[:, 0])
    assert with_bound < 0.8 * work()
