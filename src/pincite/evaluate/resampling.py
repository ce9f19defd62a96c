"""Resamples of items, and what is read from the statistics of many of them.

A statistic maps how often each item is drawn, (r, n), to numbers, (r,). Draws come in blocks, so
that memory stays bounded; the same seed gives the same draws.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import NormalDist
from typing import Literal

import numpy as np

from pincite.errors import UsageError
from pincite.evaluate.measure import Resampler, Scores, Times

Method = Literal["percentile", "bca"]
_AT_ONCE = 2_000_000  # numbers of a block of resamples


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate with the interval that holds it at `level`; NaN where there is nothing to say."""

    estimate: float
    low: float
    high: float
    level: float = 0.95


@dataclass(frozen=True, slots=True)
class Drawing:
    """How resamples are drawn and an interval is read from them.

    Attributes:
        resamples: How many.
        seed: Of the random numbers.
        level: Share of the resamples that lies within an interval.
        method: `percentile`, or `bca`, which corrects it for bias and skew.
    """

    resamples: int
    seed: int = 0
    level: float = 0.95
    method: Method = "percentile"

    def __post_init__(self) -> None:
        if not 0.0 < self.level < 1.0:
            raise UsageError(f"level lies between 0 and 1, as 0.95, got {self.level}")
        if self.resamples < 1:
            raise UsageError(f"resamples is a number from 1, got {self.resamples}")
        if self.method not in ("percentile", "bca"):
            raise UsageError(f"method is percentile or bca, got {self.method!r}")

    @property
    def nothing(self) -> Interval:
        """The interval of no items."""
        return Interval(float("nan"), float("nan"), float("nan"), self.level)


def interval_of(statistic: Resampler, n: int, how: Drawing) -> Interval:
    """Return the statistic of n items with its bootstrap interval."""
    estimate = float(statistic(np.ones((1, n), np.int64))[0])
    drawn = np.concatenate([statistic(times) for times in _draws(n, how)])
    drawn = np.sort(drawn[~np.isnan(drawn)])
    if np.isnan(estimate) or not len(drawn):
        return Interval(estimate, np.nan, np.nan, how.level)
    tails = np.array([(1 - how.level) / 2, (1 + how.level) / 2])
    if how.method == "bca":
        tails = _corrected(tails, estimate, drawn, _left_out(statistic, n))
    low, high = np.quantile(drawn, tails)
    return Interval(estimate, float(low), float(high), how.level)


def _draws(n: int, how: Drawing) -> Iterator[Times]:
    """Yield how often each item is drawn, in blocks of resamples: (r, n)."""
    random = np.random.default_rng(how.seed)
    block = max(1, _AT_ONCE // n)
    for start in range(0, how.resamples, block):
        rows = min(block, how.resamples - start)
        drawn = random.integers(n, size=(rows, n)) + np.arange(rows)[:, None] * n
        yield np.bincount(drawn.ravel(), minlength=rows * n).reshape(rows, n)


def _left_out(statistic: Resampler, n: int) -> Scores:
    """Return the statistic without each item in turn, (n,): the jackknife."""
    block = max(1, _AT_ONCE // n)
    found = []
    for start in range(0, n, block):
        rows = np.arange(start, min(start + block, n))
        times = np.ones((len(rows), n), np.int64)
        times[np.arange(len(rows)), rows] = 0
        found.append(statistic(times))
    return np.concatenate(found)


def _corrected(tails: Scores, estimate: float, drawn: Scores, jackknife: Scores) -> Scores:
    """Return percentiles corrected for bias and skew (Efron 1987, equation 3.8)."""
    normal = NormalDist()
    below = float(((drawn < estimate).sum() + (drawn <= estimate).sum()) / (2 * len(drawn)))
    apart = jackknife.mean() - jackknife
    spread = float((apart**2).sum())
    if not 0.0 < below < 1.0 or not spread > 0.0:
        return tails
    bias, skew = normal.inv_cdf(below), float((apart**3).sum()) / (6 * spread**1.5)
    moved = [bias + normal.inv_cdf(tail) for tail in tails.tolist()]
    return np.array([normal.cdf(bias + z / (1 - skew * z)) for z in moved])


def sign_test(statistic: Resampler, n: int, how: Drawing) -> float:
    """Return the share of sign flips, (r, n) of 1 and -1, at least as far from 0 as all 1.

    All 2^n are tried if that is at most `resamples`; else so many at random, and the observed one.
    """
    observed = abs(float(statistic(np.ones((1, n), np.int64))[0]))
    if np.isnan(observed):
        return float("nan")
    least = observed - 1e-12 * max(1.0, observed)  # equal but for rounding
    exact = n < 63 and 2**n <= how.resamples
    blocks = _all_signs(n) if exact else _random_signs(n, how)
    found = np.concatenate([np.abs(statistic(signs)) for signs in blocks])
    as_far = int((found >= least).sum())
    return as_far / len(found) if exact else (as_far + 1) / (len(found) + 1)


def _all_signs(n: int) -> Iterator[Times]:
    block = max(1, _AT_ONCE // n)
    every = itertools.product((1, -1), repeat=n)
    while rows := list(itertools.islice(every, block)):
        yield np.array(rows, np.int64)


def _random_signs(n: int, how: Drawing) -> Iterator[Times]:
    random = np.random.default_rng(how.seed)
    block = max(1, _AT_ONCE // n)
    for start in range(0, how.resamples, block):
        yield random.integers(2, size=(min(block, how.resamples - start), n)) * 2 - 1
