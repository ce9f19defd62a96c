"""Two runs over the same data: how much they differ, and whether that is more than chance.

Items are compared in pairs. What belongs to one item (the words of a recording) is drawn and
swapped together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from pincite.errors import UsageError
from pincite.evaluate import figures, measures
from pincite.evaluate.figures import Observations
from pincite.evaluate.measure import Measure, Scores, Times
from pincite.evaluate.outcome import Outcome
from pincite.evaluate.resampling import Drawing, interval_of, sign_test
from pincite.evaluate.runs import Run
from pincite.evaluate.significance import holm

RESAMPLES = 10_000


@dataclass(frozen=True, slots=True)
class Difference:
    """How a run differs from an earlier one in one measure.

    Attributes:
        measure: Its name.
        before, after: Values over the items that both have.
        difference, low, high: `after - before` with its 95 % interval.
        p: Two-sided: how likely one as large is if the runs do not differ.
        p_corrected: The same, corrected for the number of measures (Holm 1979).
        items: Pairs that were compared.
    """

    measure: str
    before: float
    after: float
    difference: float
    low: float
    high: float
    p: float
    p_corrected: float
    items: int

    def to_json(self) -> dict[str, Any]:
        """Return the difference with None for what is no number."""
        names = ("before", "after", "difference", "low", "high", "p", "p_corrected")
        numbers = {name: figures.number(getattr(self, name)) for name in names}
        return {"measure": self.measure, **numbers, "items": self.items}


def compare(before: Run, after: Run, seed: int = 0) -> list[Difference]:
    """Return the differences in all measures that both runs have.

    Raises:
        UsageError: They are of different data or tasks, or share no item or measure.
    """
    _require_same(before, after)
    first = {outcome.item: outcome for outcome in before.outcomes}
    second = {outcome.item: outcome for outcome in after.outcomes}
    shared = [item for item in first if item in second]
    names = [name for name in before.figures if name in after.figures]
    if not shared or not names:
        what = "measures" if shared else "items"
        raise UsageError(
            f"runs {before.name!r} and {after.name!r} have no {what} in common; run one again "
            "with what the other has"
        )
    pairs = [first[item] for item in shared], [second[item] for item in shared]
    found = [_difference(measures.parse(name), *pairs, seed) for name in names]
    corrected = holm([difference.p for difference in found])
    return [replace(one, p_corrected=p) for one, p in zip(found, corrected, strict=True)]


def _require_same(before: Run, after: Run) -> None:
    if before.task != after.task:
        raise UsageError(
            f"run {before.name!r} is of task {before.task}, this one of {after.task}; only runs "
            "of one task can be compared"
        )
    if before.dataset["digest"] != after.dataset["digest"]:
        raise UsageError(
            f"run {before.name!r} was measured on other data ({before.dataset['name']}, "
            f"{before.dataset['items']} items, digest {before.dataset['digest']}; here "
            f"{after.dataset['name']}, {after.dataset['items']} items, digest "
            f"{after.dataset['digest']}); compare runs over the same dataset, --limit and --seed"
        )


def _difference(
    measure: Measure[Any], one: Sequence[Outcome], other: Sequence[Outcome], seed: int
) -> Difference:
    """Return the difference in one measure, not yet corrected for the others."""
    first, second = figures.observations(measure, one), figures.observations(measure, other)
    value = measure.resampler([*first.values, *second.values])

    def of(taken: Observations, times: Times) -> Scores:
        mine = times[:, taken.owners]
        none = np.zeros((len(times), len((second if taken is first else first).values)), np.int64)
        parts = (mine, none) if taken is first else (none, mine)
        return value(np.hstack(parts))

    def difference(times: Times) -> Scores:
        return of(second, times) - of(first, times)

    def swapped(signs: Times) -> Scores:
        kept = (signs > 0).astype(np.int64)
        now = np.hstack([(1 - kept)[:, first.owners], kept[:, second.owners]])
        then = np.hstack([kept[:, first.owners], (1 - kept)[:, second.owners]])
        return value(now) - value(then)

    name, nan = str(measure), float("nan")
    if not first.values or not second.values:
        return Difference(name, nan, nan, nan, nan, nan, nan, nan, len(one))
    how = Drawing(RESAMPLES if measure.averages else 1000, seed)
    found = interval_of(difference, len(one), how)
    whole = np.ones((1, len(one)), np.int64)
    before, after = float(of(first, whole)[0]), float(of(second, whole)[0])
    p = sign_test(swapped, len(one), how)
    return Difference(name, before, after, found.estimate, found.low, found.high, p, p, len(one))
