"""Outcomes to figures: the value of a measure, and how far chance could move it.

An interval is the percentile bootstrap over items (Efron and Tibshirani 1993, section 13.3):
items are drawn with replacement, and what was observed within one item (the words of a recording,
the lines of a page) is drawn together, because it is not independent.

Letters in shapes: n outcomes; m observations of all of them; r resamples.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from pincite.evaluate.measure import Measure, Resampler, Scores
from pincite.evaluate.outcome import Outcome
from pincite.evaluate.resampling import Drawing, interval_of
from pincite.evaluate.types import Spent

RESAMPLES = 1000


@dataclass(frozen=True, slots=True)
class Figure:
    """What a measure came to.

    Attributes:
        value: Over all items; NaN where it applies to none.
        low, high: Ends of the 95 % interval.
        count: Items it applies to.
    """

    value: float
    low: float
    high: float
    count: int

    def to_json(self) -> dict[str, float | int | None]:
        """Return the figure with None for what is no number."""
        return {
            "value": number(self.value),
            "low": number(self.low),
            "high": number(self.high),
            "count": self.count,
        }


@dataclass(frozen=True, slots=True, eq=False)
class Observations:
    """What a measure reads of some outcomes.

    Attributes:
        values: m values of the type of the measure's items.
        owners: The outcome that each belongs to, (m,).
        count: Number of outcomes.
    """

    values: tuple[Any, ...]
    owners: npt.NDArray[np.int64]
    count: int


def observations(measure: Measure[Any], outcomes: Sequence[Outcome]) -> Observations:
    """Return what `measure` reads of `outcomes`."""
    pairs = [
        (value, at)
        for at, outcome in enumerate(outcomes)
        for value in (Spent(outcome.latency_ms), *outcome.observed)
        if isinstance(value, measure.item)
    ]
    owners = np.array([at for _, at in pairs], np.int64)
    return Observations(tuple(value for value, _ in pairs), owners, len(outcomes))


def statistic(measure: Measure[Any], seen: Observations) -> Resampler:
    """Return what forms the value of resamples of the outcomes: (r, n) to (r,)."""
    value, owners = measure.resampler(seen.values), seen.owners
    return lambda times: value(times[:, owners])


def figure(measure: Measure[Any], outcomes: Sequence[Outcome], seed: int) -> Figure:
    """Return the value of a measure and its interval."""
    seen = observations(measure, outcomes)
    applies = len(set(seen.owners[~np.isnan(_each(measure, seen))].tolist()))
    if not applies:
        return Figure(math.nan, math.nan, math.nan, 0)
    found = interval_of(statistic(measure, seen), seen.count, Drawing(RESAMPLES, seed))
    return Figure(found.estimate, found.low, found.high, applies)


def _each(measure: Measure[Any], seen: Observations) -> Scores:
    """Return the score of each observation; those that have none of their own count as known."""
    found = measure.each(seen.values)
    return np.zeros(len(found)) if len(found) and np.isnan(found).all() else found


def scores(measure: Measure[Any], outcomes: Sequence[Outcome]) -> list[float]:
    """Return the score of each outcome: the value over its own observations, NaN without any."""
    seen = observations(measure, outcomes)
    found: defaultdict[int, list[Any]] = defaultdict(list)
    for value, at in zip(seen.values, seen.owners.tolist(), strict=True):
        found[at].append(value)
    each = measure.each(seen.values)
    if len(found) == len(seen.values):  # one each: what the measure says of it alone
        alone = dict(zip(seen.owners.tolist(), each.tolist(), strict=True))
        return [alone.get(at, math.nan) for at in range(len(outcomes))]
    return [measure.value(found[at]) if at in found else math.nan for at in range(len(outcomes))]


def by_direction(
    measures: Sequence[Measure[Any]], outcomes: Sequence[Outcome]
) -> dict[str, dict[str, float | int | None]]:
    """Return for each direction the number of items and the value of each measure."""
    groups: defaultdict[str, list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        groups[outcome.direction].append(outcome)
    return {
        direction: {
            "count": len(members),
            **{str(m): number(float(m.value(observations(m, members).values))) for m in measures},
        }
        for direction, members in sorted(groups.items())
    }


def number(value: float) -> float | None:
    """Return a number rounded to 6 places, None for NaN."""
    return None if math.isnan(value) else round(float(value), 6)


def worst_first(
    measure: Measure[Any], given: Mapping[str, Sequence[float | None]], outcomes: Sequence[Outcome]
) -> list[int]:
    """Return the places of outcomes that are scored and not perfect, the worst first."""
    sign = 1 if measure.higher_is_better else -1
    best = measure.bounds[1] if measure.higher_is_better else measure.bounds[0]
    found = [
        (sign * score, at)
        for at, score in enumerate(given[str(measure)])
        if score is not None and score != best
    ]
    return [at for _, at in sorted(found)]
