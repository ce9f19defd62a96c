"""What is usual for a channel, and what its scores are worth against it."""

import numpy as np
import pytest

from pincite.retrieve.channels import LEAST_SPREAD, SAMPLE, Usual, usual_of
from pincite.store.sampling import sample
from pincite.store.tables import Store
from tests.retrieve.joint import THINGS, Joint, ingested, picture


def test_a_score_is_told_in_deviations_above_the_mean():
    usual = usual_of(np.array([0.1, 0.3, 0.1, 0.3], np.float32))
    assert (usual.mean, usual.spread) == pytest.approx((0.2, 0.1))
    assert usual.standard(0.45) == pytest.approx(2.5)


def test_equal_scores_do_not_make_chance_look_certain():
    """Three copies of one picture: the next one is no hundred deviations away."""
    usual = usual_of(np.full(3, 0.5, np.float32))
    assert usual == Usual(pytest.approx(0.5), LEAST_SPREAD)


def test_a_sample_is_of_one_modality_with_vectors_and_always_the_same(tmp_path):
    store = Store.open(str(tmp_path / "kb"), create=True)
    joint, words = Joint(), Joint(modalities=("text",))
    files = [ingested(n, picture(THINGS[n % 3]), [joint]) for n in range(9)]
    files += [ingested(20 + n, THINGS[n], [joint]) for n in range(3)]
    files.append(ingested(40, picture("boat"), [words]))  # a picture without a vector
    store.commit(files)
    ids, vectors = sample(store.view, "joint", "image", SAMPLE)
    assert sorted(int(id) for id in ids) == list(range(9))
    kept = store.vectors("joint", ids)
    np.testing.assert_allclose(vectors, np.stack([kept[id] for id in ids]), atol=1e-6)
    few, _ = sample(store.view, "joint", "image", 3)
    assert sorted(int(id) for id in few) == [0, 4, 8], "evenly spread"
    assert few == sample(store.view, "joint", "image", 3)[0]
    assert sample(store.view, "another", "image", 3)[0] == []
    assert len(sample(store.view, "joint", "audio", 3)[1]) == 0
