"""Agreement of raters: scikit-learn, the krippendorff package, and Wilson's formula by hand."""

import math

import krippendorff
import numpy as np
import pytest
import scipy.stats
from sklearn.metrics import cohen_kappa_score

from pincite.errors import UsageError
from pincite.evaluate.agreement import cohen_kappa, krippendorff_alpha, win_rate


def ratings(seed, raters, items, share_missing=0.0):
    """Integers 1..5 around a truth of each item; with gaps None."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(1, 6, items)
    made = np.clip(truth + rng.integers(-1, 2, (raters, items)), 1, 5)
    gaps = rng.random((raters, items)) < share_missing
    return [
        [None if gap else int(v) for v, gap in zip(row, holes, strict=True)]
        for row, holes in zip(made, gaps, strict=True)
    ]


@pytest.mark.parametrize("weights", ["none", "linear", "quadratic"])
@pytest.mark.parametrize("seed", range(5))
def test_kappa_is_that_of_scikit_learn(weights, seed):
    one, other = ratings(seed, 2, 40)
    theirs = cohen_kappa_score(one, other, weights=None if weights == "none" else weights)
    assert cohen_kappa(one, other, weights=weights) == pytest.approx(theirs, abs=1e-9)


def test_kappa_of_words():
    one, other = ["yes", "no", "是", "no"], ["yes", "no", "no", "是"]
    assert cohen_kappa(one, other) == pytest.approx(cohen_kappa_score(one, other), abs=1e-9)


def test_kappa_is_one_for_agreement_and_none_for_chance():
    assert cohen_kappa([1, 2, 3], [1, 2, 3]) == 1
    assert cohen_kappa([1, 1, 2, 2], [1, 2, 1, 2]) == 0
    assert cohen_kappa([1, 2], [2, 1]) == -1
    assert math.isnan(cohen_kappa([1, 1], [1, 1]))
    assert math.isnan(cohen_kappa([], []))


def test_ten_is_more_than_nine_in_a_weighted_kappa():
    one, other = [9, 10, 2, 10], [10, 9, 2, 2]
    theirs = cohen_kappa_score(one, other, weights="linear")
    assert cohen_kappa(one, other, weights="linear") == pytest.approx(theirs, abs=1e-9)


@pytest.mark.parametrize("level", ["nominal", "ordinal", "interval"])
@pytest.mark.parametrize("missing", [0.0, 0.3, 0.6])
@pytest.mark.parametrize("seed", range(4))
def test_alpha_is_that_of_the_krippendorff_package(level, missing, seed):
    made = ratings(seed, 4, 25, missing)
    data = np.array([[math.nan if v is None else v for v in row] for row in made], float)
    theirs = krippendorff.alpha(reliability_data=data, level_of_measurement=level)
    assert krippendorff_alpha(made, level=level) == pytest.approx(theirs, abs=1e-6)
    assert krippendorff_alpha(data.tolist(), level=level) == pytest.approx(theirs, abs=1e-6)


def test_alpha_of_the_published_example():
    """Krippendorff 2011, section C: four observers, twelve units, printed .743, .815, .849."""
    rows = [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3],
        [None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None],
    ]
    found = [krippendorff_alpha(rows, level=k) for k in ("nominal", "ordinal", "interval")]
    assert found == pytest.approx([0.743, 0.815, 0.849], abs=5e-4)


def test_words_have_a_nominal_alpha_only():
    rows = [["是", "no", None], ["是", "no", "no"], ["no", "no", "no"]]
    theirs = krippendorff.alpha(
        reliability_data=[[1, 2, math.nan], [1, 2, 2], [2, 2, 2]], level_of_measurement="nominal"
    )
    assert krippendorff_alpha(rows) == pytest.approx(theirs, abs=1e-9)
    with pytest.raises(UsageError, match="level ordinal are numbers"):
        krippendorff_alpha(rows, level="ordinal")


def test_without_two_ratings_of_an_item_or_two_values_there_is_no_alpha():
    assert math.isnan(krippendorff_alpha([[1, None], [None, 2]]))
    assert math.isnan(krippendorff_alpha([[3, 3], [3, 3]]))
    assert math.isnan(krippendorff_alpha([]))


@pytest.mark.parametrize(
    "call",
    [
        lambda: cohen_kappa([1], [1, 2]),
        lambda: cohen_kappa([1], [1], weights="cubic"),
        lambda: krippendorff_alpha([[1, 2], [1]]),
        lambda: krippendorff_alpha([[1, 2], [1, 2]], level="ratio"),
        lambda: win_rate(-1, 2),
        lambda: win_rate(1, 2, level=95),
    ],
)
def test_wrong_use_is_told(call):
    with pytest.raises(UsageError, match="got"):
        call()


@pytest.mark.parametrize(("wins", "losses"), [(0, 5), (5, 0), (8, 2), (1, 1), (300, 250)])
@pytest.mark.parametrize("level", [0.9, 0.95])
def test_the_interval_of_a_win_rate_is_wilsons(wins, losses, level):
    theirs = scipy.stats.binomtest(wins, wins + losses).proportion_ci(level, method="wilson")
    found = win_rate(wins, losses, level=level)
    assert (found.low, found.high) == pytest.approx((theirs.low, theirs.high), abs=1e-9)


def test_a_tie_counts_half():
    assert win_rate(1, 1, 8).rate == 0.5
    assert win_rate(3, 0, 1).rate == 0.875
    assert math.isnan(win_rate(0, 0).rate)
