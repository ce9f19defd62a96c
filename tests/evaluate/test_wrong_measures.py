"""Each rule of the measure contract goes red for a measure that breaks it."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pytest

from pincite.evaluate.measure import Measure
from pincite.evaluate.types import Labelled
from pincite.testing.measures import MeasureContract
from tests.testing.rules import rules


@dataclass(frozen=True)
class Right(Measure[Labelled]):
    name: ClassVar[str] = "Right"
    kind: ClassVar[str] = "label"
    item: ClassVar[type] = Labelled

    def scores(self, items):
        return [float(i.predicted == i.gold) for i in items]


class TestRight(MeasureContract):
    def measure(self):
        return Right()

    def perfect(self):
        return [Labelled("a", "a"), Labelled("b", "b")]

    def worst(self):
        return [Labelled("a", "b"), Labelled("b", "c"), Labelled("c", "a")]


class Nameless(Right):
    def __str__(self):
        return "a measure"


class Named(Right):
    kind = ""


class Endless(Right):
    bounds = (1.0, 0.0)


@dataclass
class Loose:
    """No value: it can be changed, and two are not equal."""

    name: str = "Loose"

    def __eq__(self, other):
        return self is other

    def __hash__(self):
        return id(self)


class Mild(Right):
    def scores(self, items):
        return [0.1 + 0.8 * s for s in super().scores(items)]


class Doubled(Right):
    def scores(self, items):
        return [2 * s for s in super().scores(items)]


class Short(Right):
    def each(self, items):
        return super().each(items).astype(np.float32)


class Silent(Right):
    def scores(self, items):
        return [np.nan if i.predicted == "c" else 1.0 for i in items]


class FirstMatters(Right):
    def scores(self, items):
        return [s if at else 1.0 for at, s in enumerate(super().scores(items))]


class NoneIsZero(Right):
    def each(self, items):
        return np.nan_to_num(super().each(items))


class NoneFails(Right):
    def value(self, items):
        return float(np.mean([i.predicted == i.gold for i in items if i is not None] + [True]))


class Eager(Right):
    def value(self, items):
        return super().value(items) if any(items) else 0.0


class OtherResamples(Right):
    def resampler(self, items):
        return lambda times: super(OtherResamples, self).resampler(items)(times) ** 2

    def value(self, items):
        return float(np.nanmean(self.each(items))) if any(items) else float("nan")


class ZeroOfNothing(Right):
    def resampler(self, items):
        return lambda times: (
            np.nan_to_num(super(ZeroOfNothing, self).resampler(items)(times))
            if any(items)
            else np.full(len(times), np.nan)
        )


class Median(Right):
    def resampler(self, items):
        found = self.each(items)
        return lambda times: np.array(
            [
                np.nanmedian(np.repeat(found, row)) if row @ ~np.isnan(found) else np.nan
                for row in times
            ]
        )


class Lenient(Right):
    item = object

    def scores(self, items):
        return [float(getattr(i, "gold", 1) == getattr(i, "predicted", 0)) for i in items]


BROKEN = {
    "it_says_what_it_is": [Nameless, Named, Endless],
    "it_is_a_value": [Loose],
    "perfect_items_have_the_best_value": [Mild, Doubled],
    "the_worst_items_have_the_worst_value": [Mild],
    "scores_and_values_stay_within_the_bounds": [Doubled],
    "there_is_one_float64_score_for_each_item": [Short, Silent],
    "the_order_of_the_items_means_nothing": [FirstMatters],
    "an_item_that_is_not_there_changes_nothing": [NoneIsZero],
    "of_nothing_there_is_no_value": [Eager, NoneFails],
    "a_resample_that_draws_each_item_once_has_the_value": [OtherResamples],
    "a_resample_that_draws_nothing_has_no_value": [ZeroOfNothing],
    "the_value_is_the_mean_of_the_scores_if_it_says_so": [Median],
    "items_of_another_type_are_refused": [Lenient],
}


def test_every_rule_has_a_measure_that_breaks_it():
    assert {f"test_{name}" for name in BROKEN} == set(rules(MeasureContract))


@pytest.mark.parametrize(("rule", "wrong"), [(r, w) for r, many in BROKEN.items() for w in many])
def test_a_measure_that_breaks_a_rule_is_told(rule, wrong):
    class Tested(TestRight):
        def measure(self):
            return wrong()

    with pytest.raises(AssertionError):
        getattr(Tested(), f"test_{rule}")()
