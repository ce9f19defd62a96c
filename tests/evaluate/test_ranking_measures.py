"""Rankings: trec_eval through ir-measures, and formulas worked out here."""

import dataclasses
import math
import random

import ir_measures
import numpy as np
import pytest

from pincite.errors import UsageError
from pincite.evaluate.measures import parse
from pincite.evaluate.types import Ranked

NAMES = ["nDCG@3", "nDCG@10", "nDCG", "R@1", "R@5", "P@1", "P@5", "P@30", "RR", "AP", "AP@4"]
NAMES += ["Success@1", "Success@5", "AP(rel=2)", "P(rel=2)@5", "R(rel=3)@10", "RR(rel=2)"]


def items(seed, count=60):
    """Rankings of every length, with unjudged ids, ids judged 0, nothing found, nothing judged."""
    rng = random.Random(seed)
    made = []
    for _ in range(count):
        ids = rng.sample([f"d{i}" for i in range(40)], rng.choice([0, 1, 2, 7, 30]))
        judged = rng.sample([f"d{i}" for i in range(40)], rng.choice([0, 1, 3, 12]))
        made.append(Ranked(tuple(ids), {i: rng.choice([0, 0, 1, 1, 2, 3]) for i in judged}))
    return made


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("seed", range(3))
def test_rankings_score_as_in_ir_measures(name, seed):
    made = items(seed)
    qrels = {f"q{i}": dict(m.judgements) for i, m in enumerate(made) if m.judgements}
    run = {f"q{i}": {d: 1000.0 - r for r, d in enumerate(m.ids)} for i, m in enumerate(made)}
    theirs = {m.query_id: m.value for m in ir_measures.iter_calc([_theirs(name)], qrels, run)}
    each = parse(name).each(made)
    for i, item in enumerate(made):
        if item.judgements:
            assert each[i] == pytest.approx(theirs[f"q{i}"], abs=1e-6)
        else:
            assert math.isnan(each[i])
    mean = ir_measures.calc_aggregate([_theirs(name)], qrels, run)
    assert parse(name).value(made) == pytest.approx(next(iter(mean.values())), abs=1e-6)


def _theirs(name):
    return ir_measures.parse_measure(name)


def by_hand(name, k, ids, grades):
    """The textbook formula of each measure."""
    good = [grades.get(i, 0) > 0 for i in ids[:k]]
    total = sum(g > 0 for g in grades.values())
    if name == "nDCG":
        gain = sum(grades.get(d, 0) / math.log2(r + 2) for r, d in enumerate(ids[:k]))
        ideal = sum(
            g / math.log2(r + 2) for r, g in enumerate(sorted(grades.values(), reverse=True)[:k])
        )
        return gain / ideal if ideal else 0.0
    if name == "R":
        return sum(good) / total if total else 0.0
    if name == "P":
        return sum(good) / k
    if name == "RR":
        return 1 / (good.index(True) + 1) if any(good) else 0.0
    if name == "Success":
        return float(any(good))
    precisions = [sum(good[: r + 1]) / (r + 1) for r in range(len(good)) if good[r]]
    return sum(precisions) / total if total else 0.0


@pytest.mark.parametrize("name", ["nDCG", "R", "P", "RR", "AP", "Success"])
@pytest.mark.parametrize("k", [1, 2, 5, 10, 100])
def test_rankings_score_by_the_formula(name, k):
    made = [item for item in items(7) if item.judgements]
    found = parse(f"{name}@{k}").each(made)
    wanted = [by_hand(name, k, list(item.ids), item.judgements) for item in made]
    assert found == pytest.approx(wanted, abs=1e-9)


def test_an_id_that_stands_twice_is_refused():
    with pytest.raises(UsageError, match="'b' twice"):
        Ranked(("a", "b", "c", "b"), {"a": 1})


def test_a_grade_is_a_whole_number_from_zero():
    for grade in (-1, 0.5, "1"):
        with pytest.raises(UsageError, match="whole numbers from 0"):
            Ranked(("a",), {"a": grade})


def test_the_order_is_the_one_given_whatever_the_ids():
    """trec_eval breaks ties of scores by id; here there are none."""
    ids = tuple(sorted((f"d{i}" for i in range(2000)), reverse=True))
    last = {ids[-1]: 1}
    assert parse("RR").each([Ranked(ids, last)])[0] == pytest.approx(1 / 2000)
    assert parse("RR").each([Ranked(ids[::-1], last)])[0] == 1


def test_a_query_without_judgements_has_no_part_and_one_without_hits_counts_as_zero():
    made = [Ranked(("a",), {"a": 1}), Ranked((), {"b": 1}), Ranked(("a",), {})]
    assert parse("R@1").value(made) == 0.5
    assert np.isnan(parse("R@1").value(made[2:]))


def test_judgements_that_change_afterwards_do_not_change_an_item():
    grades = {"a": np.int64(1)}
    item = Ranked(("a",), grades)
    grades["a"] = 0
    assert item.judgements["a"] == 1
    assert dataclasses.asdict(item) == {"ids": ("a",), "judgements": {"a": 1}}
    with pytest.raises(UsageError, match="ids is a tuple"):
        Ranked(["a"], grades)


@pytest.mark.parametrize("name", NAMES)
def test_a_better_id_moved_up_never_lowers_the_score(name):
    for item in items(11):
        for at in range(1, len(item.ids)):
            one, other = item.ids[at - 1], item.ids[at]
            if item.judgements.get(other, 0) > item.judgements.get(one, 0):
                swapped = (*item.ids[: at - 1], other, one, *item.ids[at + 1 :])
                before, after = parse(name).each([item, Ranked(swapped, item.judgements)])
                assert after >= before - 1e-12
