"""Whether a difference is more than chance: bootstrap intervals and randomisation tests.

Two runs are compared on the same items, in pairs. Means of scores are compared by `bootstrap`
and `randomisation`; values of any measure, BLEU and the word error rate included, by `interval`
and `compare`. The same seed gives the same numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pincite.errors import UsageError
from pincite.evaluate.measure import Measure, Scores, Times
from pincite.evaluate.resampling import Drawing, Interval, Method, interval_of, sign_test

RESAMPLES = 10_000


@dataclass(frozen=True, slots=True)
class Comparison:
    """How a run differs from another: `difference` is the second less the first.

    Attributes:
        difference: With its interval.
        p: Two-sided: how likely one at least as large is if the runs do not differ.
        items: How many pairs took part.
    """

    difference: Interval
    p: float
    items: int


def bootstrap(
    one: Sequence[float] | Scores,
    other: Sequence[float] | Scores | None = None,
    *,
    level: float = 0.95,
    method: Method = "bca",
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Interval:
    """Return the mean of `one`, or of `other - one` in pairs, with its bootstrap interval.

    Items are drawn with replacement; `bca` corrects the percentiles for bias and skew (Efron
    1987). Items without a score in either are left out.

    Raises:
        UsageError: The lengths differ, or a setting is out of range.
    """
    how = Drawing(resamples, seed, level, method)
    scores = _differences(one, other)
    if not len(scores):
        return how.nothing
    return interval_of(lambda times: times @ scores / times.sum(axis=1), len(scores), how)


def interval(
    measure: Measure[Any],
    items: Sequence[Any],
    *,
    level: float = 0.95,
    method: Method = "percentile",
    resamples: int = 1000,
    seed: int = 0,
) -> Interval:
    """Return the value of a measure over a corpus with its bootstrap interval over the items.

    Raises:
        UsageError: A setting is out of range.
    """
    how = Drawing(resamples, seed, level, method)
    _, present = measure.present(items)
    if not present:
        return how.nothing
    return interval_of(measure.resampler(present), len(present), how)


def randomisation(
    one: Sequence[float] | Scores,
    other: Sequence[float] | Scores,
    *,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> float:
    """Return how likely a mean difference at least as large is if the two do not differ.

    Two-sided paired randomisation (Fisher 1935): the signs of the differences are flipped, in all
    2^n ways if that is at most `resamples`, else at random so often, counting the observed one
    too. Items without a score in either are left out; NaN if none is left.

    Raises:
        UsageError: The lengths differ, or `resamples` is below 1.
    """
    how = Drawing(resamples, seed)
    scores = _differences(one, other)
    if not len(scores):
        return float("nan")
    return sign_test(lambda signs: signs @ scores / len(scores), len(scores), how)


def compare(
    measure: Measure[Any],
    one: Sequence[Any],
    other: Sequence[Any],
    *,
    level: float = 0.95,
    resamples: int = 1000,
    seed: int = 0,
) -> Comparison:
    """Return how the value of `other` differs from that of `one`, over items in pairs.

    For a measure that is a mean, `bootstrap` and `randomisation` of its scores. For others the
    interval is that of the percentiles, and the test swaps the two outputs of an item at random
    (Riezler and Maxwell 2005).

    Raises:
        UsageError: The lengths differ, or a setting is out of range.
    """
    how = Drawing(resamples, seed, level)
    _same_length(one, other)
    both = [(a, b) for a, b in zip(one, other, strict=True) if a is not None and b is not None]
    first, second = [a for a, _ in both], [b for _, b in both]
    if measure.averages:
        a, b = measure.each(first), measure.each(second)
        found = bootstrap(a, b, level=level, resamples=resamples, seed=seed)
        p = randomisation(a, b, resamples=resamples, seed=seed)
        return Comparison(found, p, int((~np.isnan(a) & ~np.isnan(b)).sum()))
    if not both:
        return Comparison(how.nothing, float("nan"), 0)
    return _compare_values(measure, first, second, how)


def _compare_values(
    measure: Measure[Any], one: Sequence[Any], other: Sequence[Any], how: Drawing
) -> Comparison:
    value = measure.resampler([*one, *other])

    def difference(times: Times) -> Scores:
        none = np.zeros_like(times)
        return value(np.hstack([none, times])) - value(np.hstack([times, none]))

    def swapped(signs: Times) -> Scores:
        kept = (signs > 0).astype(np.int64)
        return value(np.hstack([1 - kept, kept])) - value(np.hstack([kept, 1 - kept]))

    found = interval_of(difference, len(one), how)
    return Comparison(found, sign_test(swapped, len(one), how), len(one))


def holm(p_values: Sequence[float]) -> list[float]:
    """Return p-values corrected for their number, in their order (Holm 1979).

    The i-th smallest of m, from 0, is multiplied by m - i; none falls below one before it, none
    exceeds 1. NaN stays and is not counted.

    Example:
        >>> holm([0.01, 0.04, 0.03])
        [0.03, 0.06, 0.06]
    """
    order = sorted((p, at) for at, p in enumerate(p_values) if not np.isnan(p))
    corrected, highest = [float("nan")] * len(p_values), 0.0
    for rank, (p, at) in enumerate(order):
        highest = max(highest, min(1.0, p * (len(order) - rank)))
        corrected[at] = highest
    return corrected


def _differences(one: Sequence[float] | Scores, other: Sequence[float] | Scores | None) -> Scores:
    first = np.asarray(one, np.float64)
    if other is None:
        return first[~np.isnan(first)]
    _same_length(one, other)
    apart: Scores = np.asarray(other, np.float64) - first
    return apart[~np.isnan(apart)]


def _same_length(one: Sequence[Any] | Scores, other: Sequence[Any] | Scores) -> None:
    if len(one) != len(other):
        raise UsageError(
            f"two runs are compared on the same items, got {len(one)} and {len(other)} of them"
        )
