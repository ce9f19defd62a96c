"""Labels, abstention, confidence and cost: scikit-learn, and counts by hand."""

import math

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, brier_score_loss, f1_score, roc_auc_score

from pincite.errors import UsageError
from pincite.evaluate.measures import parse
from pincite.evaluate.types import Abstained, Believed, Labelled, Spent


def labelled(seed, n=50):
    rng = np.random.default_rng(seed)
    names = ["cat", "dog", "狗", "", "bird", "never given", "never right"]
    given = rng.choice(names[:5] + names[6:], n)
    right = np.where(rng.random(n) < 0.5, given, rng.choice(names[:6], n))
    return [Labelled(str(a), str(b)) for a, b in zip(given, right, strict=True)]


@pytest.mark.parametrize("seed", range(5))
def test_accuracy_and_macro_f1_are_those_of_scikit_learn(seed):
    items = labelled(seed, 50 + seed)
    gold, given = [i.gold for i in items], [i.predicted for i in items]
    assert parse("Accuracy").value(items) == pytest.approx(accuracy_score(gold, given), abs=1e-9)
    theirs = f1_score(gold, given, average="macro", zero_division=0)
    assert parse("MacroF1").value(items) == pytest.approx(theirs, abs=1e-9)


def test_macro_f1_of_a_resample_knows_only_the_labels_drawn():
    items = labelled(1, 8)  # few, so that labels are missing in most resamples
    times = np.random.default_rng(0).multinomial(len(items), [1 / len(items)] * len(items), 20)
    for row, found in zip(times, parse("MacroF1").resampled(items, times), strict=True):
        drawn = np.repeat(np.arange(len(items)), row)
        gold, given = [items[i].gold for i in drawn], [items[i].predicted for i in drawn]
        theirs = f1_score(gold, given, average="macro", zero_division=0)
        assert found == pytest.approx(theirs, abs=1e-9)


def test_rare_labels_count_as_much_as_frequent_ones():
    """9 of a and 1 of b, all called a: F1 of a is 18/19, of b 0."""
    items = [Labelled("a", "a")] * 9 + [Labelled("a", "b")]
    assert parse("MacroF1").value(items) == pytest.approx(9 / 19)
    assert parse("Accuracy").value(items) == pytest.approx(0.9)


def abstained(*, right, idle, missed, answered):
    kinds = [(False, False, right), (False, True, idle), (True, False, missed)]
    kinds.append((True, True, answered))
    return [Abstained(a, b) for a, b, n in kinds for _ in range(n)]


def test_abstention_is_the_f1_of_finding_what_cannot_be_answered():
    """2 * 3 / (2 * 3 + 1 + 2)."""
    items = abstained(right=3, idle=1, missed=2, answered=94)
    assert parse("Abstention").value(items) == pytest.approx(6 / 9)
    assert parse("Abstention").each(items).sum() == 97


def test_never_abstaining_is_worth_nothing_however_rare_the_unanswerable():
    assert parse("Abstention").value(abstained(right=0, idle=0, missed=1, answered=99)) == 0


def test_where_nothing_is_unanswerable_and_nothing_was_abstained_from_there_is_no_value():
    assert math.isnan(parse("Abstention").value(abstained(right=0, idle=0, missed=0, answered=9)))


def believed(seed, n=200):
    rng = np.random.default_rng(seed)
    sure = rng.choice([*rng.random(30), 0.0, 1.0, 0.2, 0.4, 7 / 15, 1 / 15], n)
    return [Believed(float(c), bool(rng.random() < c)) for c in sure]


def ece_by_hand(items, bins):
    total = 0.0
    for m in range(1, bins + 1):
        low, high = (m - 1) / bins, m / bins
        inside = [i for i in items if low < i.confidence <= high or (m == 1 and i.confidence == 0)]
        if inside:
            accuracy = sum(i.correct for i in inside) / len(inside)
            sure = sum(i.confidence for i in inside) / len(inside)
            total += len(inside) / len(items) * abs(accuracy - sure)
    return total


@pytest.mark.parametrize("bins", [1, 2, 10, 15])
@pytest.mark.parametrize("seed", range(3))
def test_calibration_error_is_the_gap_within_each_bin(seed, bins):
    items = believed(seed)
    found = parse(f"ECE(bins={bins})").value(items)
    assert found == pytest.approx(ece_by_hand(items, bins), abs=1e-9)


def test_fifteen_bins_are_the_default():
    items = believed(4)
    assert parse("ECE").value(items) == parse("ECE(bins=15)").value(items)
    assert parse("ECE").value(items) != parse("ECE(bins=14)").value(items)


def test_a_confidence_on_a_border_belongs_to_the_bin_below():
    """With two bins, 0.5 is with 0.4: gaps 0.9 - 1 of two items, and 0.6 of one."""
    items = [Believed(0.5, True), Believed(0.4, False), Believed(0.6, False)]
    assert parse("ECE(bins=2)").value(items) == pytest.approx((0.1 + 0.6) / 3)


@pytest.mark.parametrize("seed", range(3))
def test_brier_and_auroc_are_those_of_scikit_learn(seed):
    items = believed(seed)
    right, sure = [i.correct for i in items], [i.confidence for i in items]
    assert parse("Brier").value(items) == pytest.approx(brier_score_loss(right, sure), abs=1e-9)
    assert parse("AUROC").value(items) == pytest.approx(roc_auc_score(right, sure), abs=1e-9)


def test_auroc_of_resamples_counts_items_as_often_as_drawn():
    items = believed(0, 30)
    times = np.random.default_rng(0).multinomial(30, [1 / 30] * 30, 5)
    for row, found in zip(times, parse("AUROC").resampled(items, times), strict=True):
        drawn = [items[i] for i in np.repeat(np.arange(30), row)]
        theirs = roc_auc_score([i.correct for i in drawn], [i.confidence for i in drawn])
        assert found == pytest.approx(theirs, abs=1e-9)


def test_auroc_needs_right_and_wrong_answers():
    assert math.isnan(parse("AUROC").value([Believed(0.3, True), Believed(0.9, True)]))
    assert parse("AUROC").value([Believed(0.5, True), Believed(0.5, False)]) == 0.5


@pytest.mark.parametrize("confidence", [-0.1, 1.1, float("nan")])
def test_a_confidence_lies_between_none_and_all(confidence):
    with pytest.raises(UsageError, match="a confidence lies in"):
        Believed(confidence, True)


def test_latency_is_a_percentile_and_memory_the_most():
    times = [5.0, 1.0, 2.0, 4.0, 3.0, None]
    items = [Spent(t, None if t is None else 100 - t) for t in times]
    assert parse("Latency").value(items) == 3.0
    assert parse("Latency@50").value(items) == 3.0
    assert parse("Latency@95").value(items) == pytest.approx(4.8)
    assert parse("Latency@95").value(items) == pytest.approx(np.percentile(range(1, 6), 95))
    assert parse("Memory").value(items) == 99.0
    assert math.isnan(parse("Latency").value([Spent()]))
    assert parse("Latency").each(items)[:2].tolist() == [5.0, 1.0]
