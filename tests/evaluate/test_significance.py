"""Intervals and tests of differences: SciPy, enumeration, and what chance must give."""

import itertools
import math
import random

import numpy as np
import pytest
import scipy.stats

from pincite.errors import UsageError
from pincite.evaluate import resampling
from pincite.evaluate.measures import parse
from pincite.evaluate.significance import bootstrap, compare, holm, interval, randomisation
from pincite.evaluate.types import Labelled, Written
from tests.evaluate.samples import EN, pairs


def skewed(seed, n):
    rng = np.random.default_rng(seed)
    return rng.exponential(size=n), rng.exponential(size=n) + 0.2


@pytest.mark.parametrize("method", ["percentile", "bca"])
@pytest.mark.parametrize("n", [5, 40, 200])
def test_intervals_are_those_of_scipy_on_the_same_draws(method, n):
    one, other = (np.round(x * 8) / 8 for x in skewed(n, n))  # sums without rounding
    theirs = scipy.stats.bootstrap(
        (other - one,),
        np.mean,
        n_resamples=3000,
        method=method,
        confidence_level=0.9,
        rng=np.random.default_rng(5),
    ).confidence_interval
    found = bootstrap(one, other, method=method, level=0.9, resamples=3000, seed=5)
    assert (found.low, found.high) == pytest.approx((theirs.low, theirs.high), abs=1e-9)
    assert found.estimate == pytest.approx((other - one).mean())
    assert found.level == 0.9


def test_of_one_run_the_interval_is_that_of_its_mean():
    one, _ = skewed(0, 50)
    found = bootstrap(one, resamples=500)
    assert found == bootstrap(np.zeros(50), one, resamples=500)


def test_the_seed_decides_the_interval_and_nothing_else_does(monkeypatch):
    one, other = skewed(0, 50)
    found = bootstrap(one, other, resamples=500)
    assert found == bootstrap(list(one), list(other), resamples=500)
    assert found != bootstrap(one, other, resamples=500, seed=1)
    monkeypatch.setattr(resampling, "_AT_ONCE", 1000)  # blocks of 20 resamples
    assert bootstrap(one, other, resamples=500) == found


@pytest.mark.parametrize("n", [1, 2, 5, 8, 12])
def test_few_items_are_tested_exactly(n):
    one, other = skewed(n, n)
    apart = other - one
    means = [abs(np.dot(s, apart)) for s in itertools.product((1, -1), repeat=n)]
    share = sum(m >= abs(apart.sum()) - 1e-12 for m in means) / 2**n
    assert randomisation(one, other) == pytest.approx(share, abs=1e-12)


def test_exact_p_values_are_those_of_scipy():
    one, other = skewed(3, 10)
    theirs = scipy.stats.permutation_test(
        (other, one),
        lambda a, b: np.mean(a) - np.mean(b),
        permutation_type="samples",
        n_resamples=np.inf,
        rng=0,
    )
    assert randomisation(one, other) == pytest.approx(theirs.pvalue, abs=1e-9)


def test_many_items_are_tested_at_random_and_near_scipy():
    one, other = skewed(8, 60)
    theirs = scipy.stats.permutation_test(
        (other, one),
        lambda a, b, axis: np.mean(a, axis=axis) - np.mean(b, axis=axis),
        permutation_type="samples",
        vectorized=True,
        n_resamples=20_000,
        rng=1,
    )
    assert 0.01 < theirs.pvalue < 0.9
    assert randomisation(one, other, resamples=20_000) == pytest.approx(theirs.pvalue, abs=0.015)


def test_a_random_test_never_says_zero():
    """The observed one is among those that could have been drawn."""
    assert randomisation(np.zeros(40), np.ones(40), resamples=99) == pytest.approx(0.01)


def test_equal_runs_do_not_differ():
    one, _ = skewed(0, 30)
    assert randomisation(one, one) == 1
    found = bootstrap(one, one)
    assert (found.estimate, found.low, found.high) == (0, 0, 0)


def test_p_values_are_uniform_where_nothing_differs():
    """Half of them lie below a half, a tenth below a tenth."""
    rng = np.random.default_rng(0)
    found = [randomisation(*rng.normal(size=(2, 10))) for _ in range(300)]
    assert np.mean(np.array(found) < 0.1) == pytest.approx(0.1, abs=0.05)
    assert np.mean(np.array(found) < 0.5) == pytest.approx(0.5, abs=0.09)


def test_intervals_hold_the_truth_as_often_as_they_say():
    """200 samples of 60 numbers with mean 1, at 80 %: binomial deviation 2.8 points."""
    held = 0
    for seed in range(200):
        found = bootstrap(skewed(seed, 60)[0], level=0.8, resamples=300, seed=seed)
        held += found.low <= 1 <= found.high
    assert held / 200 == pytest.approx(0.8, abs=0.09)


def test_items_without_a_score_in_either_run_are_left_out():
    one, other = skewed(1, 9)
    gap = [math.nan]
    with_gaps = [*one, 5.0, *gap], [*other, *gap, 7.0]
    assert randomisation(*with_gaps) == randomisation(one, other)
    assert bootstrap(*with_gaps) == bootstrap(one, other)


def test_of_nothing_there_is_no_interval_and_no_p():
    found = bootstrap([math.nan], [1.0])
    assert all(map(math.isnan, (found.estimate, found.low, found.high)))
    assert math.isnan(randomisation([], []))
    assert math.isnan(interval(parse("BLEU"), [None]).low)
    assert math.isnan(compare(parse("BLEU"), [None], [None]).p)


@pytest.mark.parametrize(
    "call",
    [
        lambda: bootstrap([1.0], [1.0, 2.0]),
        lambda: randomisation([1.0], [1.0, 2.0]),
        lambda: compare(parse("EM"), [None], []),
        lambda: bootstrap([1.0], level=1.0),
        lambda: bootstrap([], resamples=0),
        lambda: bootstrap([1.0], method="normal"),
        lambda: randomisation([1.0], [2.0], resamples=0),
        lambda: interval(parse("EM"), [], level=0.0),
    ],
)
def test_wrong_use_is_told(call):
    with pytest.raises(UsageError, match="got"):
        call()


# -- values of a corpus ---------------------------------------------------------------------


def written(made):
    return [Written(h, r, "en") for h, r in made]


def test_the_interval_of_a_corpus_value_resamples_items_and_forms_it_anew():
    items = written(pairs(0, EN, 25))
    measure = parse("WER")
    draws = np.random.default_rng(3).integers(25, size=(200, 25))
    values = [measure.value([items[i] for i in row]) for row in draws]
    found = interval(measure, [None, *items], level=0.9, resamples=200, seed=3)
    assert found.estimate == measure.value(items)
    low, high = np.quantile(values, [0.05, 0.95])
    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-9)


def better(made):
    """The same references, the text that is written nearer to them."""
    rng = random.Random(0)
    return [(r[0] if rng.random() < 0.4 else h, r) for h, r in made]


@pytest.mark.parametrize("name", ["BLEU", "chrF", "WER", "F1", "CIDEr"])
def test_a_better_run_is_told_from_a_worse_one(name):
    made = pairs(1, EN, 40)
    measure = parse(name)
    found = compare(measure, written(made), written(better(made)), resamples=300)
    sign = 1 if measure.higher_is_better else -1
    apart = measure.value(written(better(made))) - measure.value(written(made))
    assert found.difference.estimate == pytest.approx(apart, abs=1e-9)
    assert sign * apart > 0
    assert min(sign * found.difference.low, sign * found.difference.high) > 0
    assert found.p < 0.05
    assert found.items == 40


@pytest.mark.parametrize("name", ["BLEU", "WER", "MacroF1"])
def test_a_run_does_not_differ_from_itself(name):
    items = written(pairs(1, EN, 20))
    if name == "MacroF1":
        items = [Labelled(w.hypothesis, w.references[0]) for w in items]
    found = compare(parse(name), items, items, resamples=100)
    assert (found.difference.estimate, found.difference.low, found.difference.high) == (0, 0, 0)
    assert found.p == 1


def test_swapping_outputs_is_exact_for_few_items():
    """Macro F1 of every one of the 2^6 ways to swap two runs of six items."""
    gold = list("aabbab")
    runs = [[Labelled(p, g) for p, g in zip(ps, gold, strict=True)] for ps in ("ababba", "aabbbb")]
    measure = parse("MacroF1")
    apart = []
    for swap in itertools.product((0, 1), repeat=6):
        mixed = [
            measure.value([runs[s if side else 1 - s][i] for i, s in enumerate(swap)])
            for side in (0, 1)
        ]
        apart.append(abs(mixed[0] - mixed[1]))
    observed = abs(measure.value(runs[0]) - measure.value(runs[1]))
    assert observed > 0
    share = sum(a >= observed - 1e-12 for a in apart) / 64
    assert compare(measure, *runs, resamples=100).p == pytest.approx(share, abs=1e-12)


def test_only_items_of_both_runs_are_compared():
    made = written(pairs(2, EN, 12))
    one, other = [None, *made], [made[0], *made[:-1], None]
    found = compare(parse("WER"), one, other, resamples=50)
    assert found.items == 11
    assert found == compare(parse("WER"), made[:-1], made[:-1], resamples=50)


# -- several measures -----------------------------------------------------------------------


def test_holm_by_hand():
    """Sorted .005 .01 .03 .04 times 4 3 2 1, none below one before it."""
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.6, 0.9]) == [1, 1]
    assert holm([]) == []


def test_holm_rejects_what_the_stepwise_procedure_rejects():
    """Reject while p(i) <= level / (m - i), stop at the first that is not."""
    rng = random.Random(0)
    for _ in range(200):
        ps = [rng.choice([rng.random() * 0.05, rng.random()]) for _ in range(rng.randint(1, 8))]
        rejected, m = set(), len(ps)
        for step, at in enumerate(sorted(range(m), key=lambda i: ps[i])):
            if ps[at] > 0.05 / (m - step):
                break
            rejected.add(at)
        assert {i for i, p in enumerate(holm(ps)) if p <= 0.05} == rejected


def test_holm_leaves_out_measures_without_a_p_value():
    found = holm([0.01, math.nan, 0.02])
    assert math.isnan(found[1])
    assert [found[0], found[2]] == pytest.approx([0.02, 0.02])
