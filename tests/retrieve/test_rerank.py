"""A second look at the best candidates."""

import math

import pytest

from pincite.errors import ModelMismatch, UnknownPlugin, UsageError
from pincite.retrieve.rerank import create, rerankers
from pincite.retrieve.search import Options, Searcher
from pincite.store.tables import Store
from pincite.types import Query
from tests.retrieve.joint import Joint, ingested, number_of, picture

TEXTS = {1: "pump pump pump", 2: "the pump and the bird", 3: "a bird", 4: "the pump house"}


class Judge:
    """Scores by a table of words; remembers what it was shown."""

    def __init__(self, scores, modalities=("text",)):
        self.scores, self.modalities, self.shown = scores, modalities, []

    def rerank(self, query, candidates):
        self.shown += [candidate.read(self.modalities) for candidate in candidates]
        return [self.scores(candidate) for candidate in candidates]


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    store = Store.open(str(tmp_path_factory.mktemp("kb")), create=True)
    store.commit([ingested(number, text, [Joint()]) for number, text in TEXTS.items()])
    return store


def searched(store, **options):
    found = Searcher(store, [], Options(**options)).search(Query("pump bird"), k=10)
    return [(number_of(item), item.prior) for item in found.evidence]


def test_the_best_are_dealt_out_anew_and_the_others_stay_behind(store):
    before = searched(store)
    last_of_two = before[1][0]
    judge = Judge(lambda c: 5.0 if int(c.segment.id) == last_of_two else 0.0)
    after = searched(store, reranker=judge, rerank_depth=2)
    assert [n for n, _ in after[:2]] == [n for n, _ in before[1::-1]]
    assert after[2:] == before[2:]
    assert sum(p for _, p in after) == pytest.approx(1.0)
    assert len(judge.shown) == 2


def test_belief_is_dealt_out_in_the_proportions_of_the_softmax(store):
    before = dict(searched(store))
    after = dict(searched(store, reranker=Judge(lambda c: float(c.segment.id)), rerank_depth=4))
    powers = {n: math.exp(n) for n in before}
    assert after == pytest.approx({n: powers[n] / sum(powers.values()) for n in before})


def test_each_of_the_best_keeps_the_share_of_the_first_that_was_not_looked_at(store):
    before = searched(store)
    after = dict(searched(store, reranker=Judge(lambda c: float(c.segment.id)), rerank_depth=3))
    best, least = [n for n, _ in before[:3]], before[3][1]
    powers = {n: math.exp(n) for n in best}
    free = sum(share - least for _, share in before[:3])
    expected = {n: least + free * powers[n] / sum(powers.values()) for n in best}
    assert after == pytest.approx(expected | {before[3][0]: least})


def test_candidates_that_are_believed_alike_are_told_apart(tmp_path):
    """Where the channels see no difference, the reranker alone decides."""
    store = Store.open(str(tmp_path / "kb"), create=True)
    store.commit([ingested(n, "a pump", []) for n in (1, 2, 3)])
    judge = Judge(lambda c: {1: 0.0, 2: 2.0, 3: 1.0}[int(c.segment.id)])
    found = Searcher(store, [], Options(reranker=judge)).search(Query("pump"), k=3)
    assert [number_of(item) for item in found.evidence] == [2, 3, 1]


@pytest.mark.parametrize("scores", [lambda c: math.nan, lambda c: math.inf])
def test_scores_that_are_no_numbers_are_refused(store, scores):
    with pytest.raises(ModelMismatch, match="reranker"):
        searched(store, reranker=Judge(scores))


def test_a_reranker_is_given_what_it_reads(tmp_path):
    """Words of a passage; of a picture without words nothing, for one that reads only words."""
    store = Store.open(str(tmp_path / "kb"), create=True)
    joint = Joint()
    store.commit([ingested(1, "a pump", [joint]), ingested(2, picture("pump"), [joint])])
    judge = Judge(lambda c: 0.0)
    Searcher(store, [joint], Options(reranker=judge)).search(Query("pump"), k=5)
    assert sorted(judge.shown, key=str) == [None, "a pump"]


def test_no_setting_is_no_reranker(tmp_path):
    from pincite.config import load_config

    config = load_config({}, environ={}, folder=tmp_path)
    assert create("", config) is None
    with pytest.raises(UnknownPlugin):
        create("nonsense", config)
    with pytest.raises(UsageError, match="needs the directory"):
        create("cross-encoder", config)
    assert "cross-encoder" in rerankers
