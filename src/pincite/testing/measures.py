"""What it means to be a measure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import FrozenInstanceError, fields
from typing import Any, ClassVar

import numpy as np

from pincite.errors import UsageError
from pincite.evaluate.measure import Measure, Scores
from pincite.testing.checks import require


class MeasureContract:
    """The rules of a measure; a subclass says which, and shows it items.

        def measure(self):
            return MyMeasure(cutoff=5)

        def perfect(self):
            return [...]    # items of which none could be better

        def worst(self):
            return [...]    # items of which none could be worse

    Attributes:
        single: Whether items have scores of their own; a measure of order among items has none.
        tolerance: How far a number may drift by the order of additions.
    """

    single: ClassVar[bool] = True
    tolerance: ClassVar[float] = 1e-9

    def measure(self) -> Measure[Any]:
        """Return the measure under test."""
        raise NotImplementedError("say which measure is tested: def measure(self): return ...")

    def perfect(self) -> Sequence[Any]:
        """Return at least two items of which none could be better."""
        raise NotImplementedError("show items that score best: def perfect(self): return [...]")

    def worst(self) -> Sequence[Any]:
        """Return at least two items of which none could be worse."""
        raise NotImplementedError("show items that score worst: def worst(self): return [...]")

    def test_it_says_what_it_is(self) -> None:
        """Name, kind, item type and bounds are known before anything is scored."""
        made = self.measure()
        require(str(made).startswith(made.name), f"{made!r} prints its name, got {str(made)!r}")
        require(isinstance(made.kind, str) and made.kind, f"kind is a word, got {made.kind!r}")
        require(isinstance(made.item, type), f"item is a type, got {made.item!r}")
        low, high = made.bounds
        require(low < high, f"bounds are (lowest, highest), got {made.bounds}")

    def test_it_is_a_value(self) -> None:
        """Two made alike are equal and hash alike, and none can be changed."""
        one, other = self.measure(), self.measure()
        require(one == other and hash(one) == hash(other), f"{one} and {other} must be equal")
        try:
            setattr(one, fields(one)[0].name, 3)
        except FrozenInstanceError:
            return
        raise AssertionError(f"{one} can be changed; decorate it with @dataclass(frozen=True)")

    def test_perfect_items_have_the_best_value(self) -> None:
        """The best bound is reached, or no error is made."""
        self._require_bound(self.perfect(), best=True)

    def test_the_worst_items_have_the_worst_value(self) -> None:
        """The worst bound is reached; where there is none, the value is worse than the best."""
        self._require_bound(self.worst(), best=False)

    def test_scores_and_values_stay_within_the_bounds(self) -> None:
        """Reports draw them on an axis that ends there."""
        made, items = self.measure(), self._mixed()
        low, high = made.bounds
        found = [*made.each(items), made.value(items)]
        outside = [x for x in found if not math.isnan(x) and not low - 1e-9 <= x <= high + 1e-9]
        require(not outside, f"numbers lie in {made.bounds}, got {outside}")

    def test_there_is_one_float64_score_for_each_item(self) -> None:
        """Scores of two runs are compared item by item."""
        found, count = self.measure().each(self._mixed()), len(self._mixed())
        require(
            isinstance(found, np.ndarray) and found.shape == (count,) and found.dtype == np.float64,
            f"{count} items give float64 of shape ({count},), got {found!r}",
        )
        if self.single:
            require(not np.isnan(found).any(), f"the items shown have scores, got {found}")

    def test_the_order_of_the_items_means_nothing(self) -> None:
        """Scores move with their items, and the value stays."""
        made, items = self.measure(), self._mixed()
        order = np.random.default_rng(0).permutation(len(items))
        turned = [items[at] for at in order]
        self._require_same(made.each(turned), made.each(items)[order], "items in another order")
        self._require_same([made.value(turned)], [made.value(items)], "items in another order")

    def test_an_item_that_is_not_there_changes_nothing(self) -> None:
        """None has the score NaN and no part in the value."""
        made, items = self.measure(), self._mixed()
        found = made.each([None, *items, None])
        require(np.isnan(found[[0, -1]]).all(), f"the score of None is NaN, got {found[[0, -1]]}")
        self._require_same(found[1:-1], made.each(items), "items between None")
        self._require_same([made.value([None, *items])], [made.value(items)], "None beside items")

    def test_of_nothing_there_is_no_value(self) -> None:
        """It is NaN, which no report takes for a score of 0; nothing fails."""
        made = self.measure()
        require(made.each([]).shape == (0,), f"no items give no scores, got {made.each([])}")
        for items in ([], [None, None]):
            value = made.value(items)
            require(math.isnan(value), f"the value of {items} is NaN, got {value}")

    def test_a_resample_that_draws_each_item_once_has_the_value(self) -> None:
        """Intervals are drawn around the value that is reported."""
        made, items = self.measure(), self._mixed()
        drawn = made.resampled(items, np.ones((2, len(items)), np.int64))
        self._require_same(drawn, [made.value(items)] * 2, "every item drawn once")

    def test_a_resample_that_draws_nothing_has_no_value(self) -> None:
        """It may happen where a measure applies to few items."""
        made, items = self.measure(), self._mixed()
        drawn = made.resampled(items, np.zeros((1, len(items)), np.int64))
        require(np.isnan(drawn).all() and drawn.shape == (1,), f"it is NaN, got {drawn}")

    def test_the_value_is_the_mean_of_the_scores_if_it_says_so(self) -> None:
        """Paired tests of means may be used exactly then."""
        made, items = self.measure(), self._mixed()
        if made.averages:
            mean = float(np.nanmean(made.each(items)))
            self._require_same([made.value(items)], [mean], "the mean of the scores")

    def test_items_of_another_type_are_refused(self) -> None:
        """A run that hands over the wrong column is told so."""
        made = self.measure()
        try:
            made.each([object()])
        except UsageError as error:
            require(made.item.__name__ in str(error), f"the error names the type, got: {error}")
            return
        raise AssertionError(f"{made} scored an object that is no {made.item.__name__}")

    def _mixed(self) -> list[Any]:
        return [*self.perfect(), *self.worst()]

    def _require_bound(self, items: Sequence[Any], *, best: bool) -> None:
        made = self.measure()
        value = made.value(items)
        bound = made.bounds[made.higher_is_better is best]
        if math.isinf(bound):
            other = made.bounds[made.higher_is_better is not best]
            require(abs(value - other) > 1e-9, f"the value of the worst items is {value}")
            return
        word = "perfect" if best else "the worst"
        require(
            abs(value - bound) <= 1e-6 * max(1.0, abs(bound)),
            f"{word} items have the value {bound}, got {value}",
        )

    def _require_same(
        self, one: Sequence[float] | Scores, other: Sequence[float] | Scores, case: str
    ) -> None:
        require(
            np.allclose(one, other, rtol=0, atol=self.tolerance, equal_nan=True),
            f"{case}: got {np.asarray(one)} instead of {np.asarray(other)}",
        )
