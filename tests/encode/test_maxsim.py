"""MaxSim against two plain loops over the definition."""

import numpy as np
import pytest

from pincite.encode import maxsim as module
from pincite.encode.maxsim import maxsim, maxsim_all
from pincite.errors import UsageError
from pincite.types import TokenVectors


def unit(rows, width, seed):
    vectors = np.random.default_rng(seed).normal(size=(rows, width)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def ragged(lengths, seed, width=8):
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    return TokenVectors(unit(int(offsets[-1]), width, seed), offsets)


def by_loops(query, documents):
    """Σ_i max_j q_i · d_j, one product at a time."""
    scores = []
    for i in range(len(documents)):
        total = 0.0
        for q in query:
            total += max((float(q @ d) for d in documents[i]), default=-1.0)
        scores.append(total)
    return np.array(scores)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("block", [1, 7, 40, 1 << 22])
def test_the_score_is_the_sum_over_query_vectors_of_the_best_cosine(seed, block, monkeypatch):
    """Whatever fits into a block: documents of one vector, of many, and of none anywhere."""
    monkeypatch.setattr(module, "BLOCK", block)
    lengths = np.random.default_rng(seed).integers(0, 6, size=12)
    documents, query = ragged(lengths, seed), unit(4, 8, 100 + seed)
    np.testing.assert_allclose(maxsim(query, documents), by_loops(query, documents), atol=1e-5)


def test_many_queries_score_as_each_alone():
    documents, queries = ragged([3, 0, 2, 5], 1), ragged([2, 4, 1], 2)
    together = maxsim_all(queries, documents)
    alone = [by_loops(queries[i], documents) for i in range(3)]
    np.testing.assert_allclose(together, alone, atol=1e-5)


def test_a_document_without_vectors_comes_last():
    """Even behind one that says the opposite of the query."""
    query = np.array([[1, 0], [0, 1]], np.float32)
    documents = TokenVectors(np.array([[-0.8, -0.6]], np.float32), np.array([0, 0, 1, 1]))
    scores = maxsim(query, documents)
    assert scores.tolist() == [-2.0, pytest.approx(-1.4), -2.0]


def test_a_query_without_vectors_tells_no_documents_apart():
    assert maxsim(np.zeros((0, 8), np.float32), ragged([2, 3], 1)).tolist() == [0.0, 0.0]


def test_no_documents_have_no_scores():
    assert maxsim(unit(2, 8, 0), ragged([], 1)).shape == (0,)


def test_vectors_of_another_width_are_refused():
    with pytest.raises(UsageError, match=r"expected a query of shape \(s, 8\).*got \(2, 4\)"):
        maxsim(unit(2, 4, 0), ragged([2], 1))
