"""Each rule of the reranker contract goes red for a reranker that breaks it."""

import math
from itertools import count

import pytest

from pincite.config import load_config
from pincite.errors import UsageError
from pincite.testing import RerankerContract
from tests.testing.guide import from_the_guide
from tests.testing.rules import rules

Shared = from_the_guide("SharedWords")
CALLS = count(1)


class Right(Shared):
    def __init__(self):
        super().__init__(load_config({}, environ={}))


def changed(change):
    """A reranker whose scores are changed on the way."""

    class Changed(Right):
        def rerank(self, query, candidates):
            return change(super().rerank(query, candidates), query, candidates)

    return Changed


def by_place(scores, query, candidates):
    return [score - 0.1 * place for place, score in enumerate(scores)]


def by_company(scores, query, candidates):
    return [score - max(scores, default=0.0) for score in scores]


def praising_nothing(scores, query, candidates):
    pairs = zip(scores, candidates, strict=True)
    return [9.0 if c.read({"text", "image"}) is None else score for score, c in pairs]


def telling_nothing_apart(scores, query, candidates):
    empty = all(c.read({"text"}) is None for c in candidates)
    return [float(place) for place, _ in enumerate(scores)] if empty else scores


def cut_short(scores, query, candidates):
    long = any(len(str(c.read({"text"}))) > 5_000 for c in candidates)
    return [math.nan for _ in scores] if long else scores


def encoding(scores, query, candidates):
    query.text.encode("ascii")
    return scores


class Remembering(Right):
    """Its scores grow with each query."""

    def __init__(self):
        super().__init__()
        self.asked = 0

    def rerank(self, query, candidates):
        self.asked += 1
        return [score + self.asked for score in super().rerank(query, candidates)]


class Drawn(Right):
    """Its scores are others each time it is made."""

    def __init__(self):
        super().__init__()
        self.drawn = next(CALLS)

    def rerank(self, query, candidates):
        return [score + self.drawn for score in super().rerank(query, candidates)]


class Indifferent(Right):
    """Judges without a query, too."""

    def rerank(self, query, candidates):
        try:
            return super().rerank(query, candidates)
        except UsageError:
            return [0.0 for _ in candidates]


BREAKS = [
    ("one_finite_score", changed(lambda scores, *_: scores[1:]), "have a list of 3 scores"),
    ("one_finite_score", changed(lambda scores, *_: [math.inf] * len(scores)), "a finite float"),
    ("one_finite_score", changed(lambda scores, *_: tuple(scores)), "have a list"),
    ("goes_with_its_candidate", changed(by_place), "from last to first"),
    ("change_no_score", changed(by_company), "each candidate alone"),
    ("same_at_any_time", Remembering, "asked later"),
    ("same_at_any_time", Drawn, "made anew"),
    ("nothing_in", changed(lambda scores, *_: scores or [0.0]), "no candidates have no scores"),
    ("no_better", changed(praising_nothing), "what cannot be read scores 9.0"),
    ("all_alike", changed(telling_nothing_apart), "score alike"),
    ("long_texts", changed(cut_short), "the first of 10,000 words"),
    ("reads_nothing_is_refused", Indifferent, "raise a UsageError"),
]


@pytest.mark.parametrize(
    ("rule", "made", "told"), BREAKS, ids=[f"{rule}: {told}" for rule, _, told in BREAKS]
)
def test_a_reranker_that_breaks_a_rule_is_found_out(rule, made, told):
    with pytest.raises(AssertionError, match=told):
        check(rule, made)


def test_a_reranker_that_cannot_take_odd_texts_fails_with_its_own_error():
    with pytest.raises(UnicodeEncodeError):
        check("odd_texts", changed(encoding))


@pytest.mark.parametrize("rule", rules(RerankerContract))
def test_a_right_one_keeps_every_rule(rule):
    check(rule, Right)


def test_each_rule_has_a_reranker_that_breaks_it():
    broken = [rule for rule, _, _ in BREAKS] + ["odd_texts"]
    assert all(any(part in rule for part in broken) for rule in rules(RerankerContract))


def check(rule, made):
    [name] = [name for name in rules(RerankerContract) if rule in name]
    contract = RerankerContract()
    contract.reranker = made
    getattr(contract, name)()
