"""A measure is a value: it prints as it parses, compares, hashes, and scores items.

    measure = parse("nDCG@10")          # pincite.evaluate.measures
    measure.each(items)                 # (n,) one score an item, NaN where it does not apply
    measure.value(items)                # of the whole corpus
    measure.resampled(items, times)     # (r,) of r resamples, for intervals

Letters in shapes: n items; r resamples; s numbers that are summed before the value is formed.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from importlib.util import find_spec
from typing import Any, ClassVar, Generic, Literal, TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt

from pincite.errors import MissingExtra, UsageError

Kind = Literal[
    "ranking",
    "answer",
    "text",
    "transcript",
    "label",
    "time",
    "box",
    "citation",
    "abstention",
    "reading",
    "calibration",
    "cost",
]
Scores: TypeAlias = npt.NDArray[np.float64]
Times: TypeAlias = npt.NDArray[np.int64]
Resampler: TypeAlias = Callable[[Times], Scores]
I = TypeVar("I")  # noqa: E741


@dataclass(frozen=True, slots=True)
class Cut:
    """What the number behind `@` means, and which numbers may stand there.

    Attributes:
        what: The word for it: rank, overlap, percentile.
        least: The smallest number allowed.
        most: The largest number allowed.
        whole: Whether it is a whole number.
        required: Whether the measure means nothing without it.
    """

    what: str
    least: float
    most: float = float("inf")
    whole: bool = False
    required: bool = False

    def check(self, name: str, cutoff: float | None) -> None:
        """Return if a measure called `name` may have this cutoff.

        Raises:
            UsageError: It may not.
        """
        if cutoff is None and self.required:
            raise UsageError(f"measure {name!r} needs a {self.what}; write for instance {name}@10")
        if cutoff is None:
            return
        fits = math.isfinite(cutoff) and self.least <= cutoff <= self.most
        fits = fits and (not self.whole or cutoff == int(cutoff))
        if not fits:
            most = "" if self.most == float("inf") else f" to {self.most:g}"
            number = "a whole number" if self.whole else "a number"
            raise UsageError(
                f"behind {name}@ stands a {self.what}, {number} from {self.least:g}{most}, "
                f"got {cutoff:g}"
            )


@dataclass(frozen=True)
class Measure(ABC, Generic[I]):
    """How good items are: a score of each, and one value of all, which is their mean.

    A subclass says its name, its kind and its items, and scores them in `scores`. Fields beside
    `cutoff` are parameters; they have defaults, and are written `NAME(key=value)@cutoff`.

    Attributes:
        name: As it is written.
        kind: What it measures.
        item: The type of its items.
        cut: What `cutoff` means; None if it has none.
        needs: The package that computes it, "" if none.
        higher_is_better: False for errors and costs.
        bounds: The lowest and the highest value.
        averages: Whether the value is the mean of the scores. Where it is not (BLEU, WER, macro
            F1), a score is what the measure says of an item alone.
        cutoff: The number behind `@`.
    """

    name: ClassVar[str]
    kind: ClassVar[Kind]
    item: ClassVar[type]
    cut: ClassVar[Cut | None] = None
    needs: ClassVar[str] = ""
    higher_is_better: ClassVar[bool] = True
    bounds: ClassVar[tuple[float, float]] = (0.0, 1.0)
    averages: ClassVar[bool] = True

    cutoff: float | None = None

    def __post_init__(self) -> None:
        if self.cut is not None:
            self.cut.check(self.name, self.cutoff)
            if self.cutoff is not None and self.cutoff == int(self.cutoff):
                object.__setattr__(self, "cutoff", int(self.cutoff))  # prints as 10, not 10.0
        elif self.cutoff is not None:
            raise UsageError(f"measure {self.name!r} has no cutoff; write {self.name}")
        if self.needs and find_spec(self.needs) is None:
            raise MissingExtra("measure", self.name, self.needs, "eval")

    def __str__(self) -> str:
        said = ", ".join(f"{key}={_written(value)}" for key, value in self.params.items())
        cutoff = "" if self.cutoff is None else f"@{self.cutoff}"
        return f"{self.name}{f'({said})' if said else ''}{cutoff}"

    @property
    def params(self) -> dict[str, Any]:
        """The parameters that differ from their defaults."""
        own = {item.name: item.default for item in fields(self) if item.name != "cutoff"}
        return {key: getattr(self, key) for key, d in own.items() if getattr(self, key) != d}

    @abstractmethod
    def scores(self, items: Sequence[I]) -> Sequence[float] | Scores:
        """Return a score for each of the items, none of which is None: (n,)."""

    def each(self, items: Sequence[I | None]) -> Scores:
        """Return the score of each item, NaN for None and where it does not apply: (n,).

        Raises:
            UsageError: An item is of another type.
        """
        at, present = self.present(items)
        found = np.full(len(items), np.nan)
        if present:
            found[at] = self.scores(present)
        return found

    def value(self, items: Sequence[I | None]) -> float:
        """Return the value of the whole corpus; NaN where it applies to none of the items."""
        return float(self.resampled(items, np.ones((1, len(items)), np.int64))[0])

    def resampled(self, items: Sequence[I | None], times: Times) -> Scores:
        """Return the value of r corpora in which item i occurs `times[:, i]` times: (r,).

        Args:
            items: (n,)
            times: (r, n), not negative.
        """
        return self.resampler(items)(times)

    def resampler(self, items: Sequence[I | None]) -> Resampler:
        """Return what forms the values of resamples, (r, n) to (r,); items are read once."""
        found = self.each(items)
        known = ~np.isnan(found)
        scores, weights = np.where(known, found, 0.0), known.astype(np.float64)
        return lambda times: ratio(times @ scores, times @ weights)

    def present(self, items: Sequence[I | None]) -> tuple[npt.NDArray[np.int64], list[I]]:
        """Return the places of the items that are there, and these items.

        Raises:
            UsageError: An item is of another type.
        """
        for item in items:
            if item is not None and not isinstance(item, self.item):
                raise UsageError(
                    f"measure {self} scores items of type {self.item.__name__}, "
                    f"got {type(item).__name__}"
                )
        kept = [(at, item) for at, item in enumerate(items) if item is not None]
        return np.array([at for at, _ in kept], np.int64), [item for _, item in kept]


@dataclass(frozen=True)
class Pooled(Measure[I]):
    """A measure whose value is formed from sums over all items, as in BLEU or the word error rate.

    A subclass counts in `counts` and forms values in `of`.
    """

    averages: ClassVar[bool] = False

    @abstractmethod
    def counts(self, items: Sequence[I]) -> Scores:
        """Return what each item adds to the sums: (n, s); a row of NaN where it does not apply."""

    @abstractmethod
    def of(self, sums: Scores) -> Scores:
        """Return the values that follow from sums (r, s): (r,)."""

    def scores(self, items: Sequence[I]) -> Sequence[float] | Scores:
        """Return the value of each item alone: (n,)."""
        counts = self.counts(items)
        return np.where(np.isnan(counts).any(axis=1), np.nan, self.of(np.nan_to_num(counts)))

    def resampler(self, items: Sequence[I | None]) -> Resampler:
        """Return what forms the values of resamples, (r, n) to (r,); items are counted once."""
        at, present = self.present(items)
        if not present:
            return lambda times: np.full(len(times), np.nan)
        counts = self.counts(present)
        known = ~np.isnan(counts).any(axis=1)
        places, counts = at[known], counts[known]

        def values(times: Times) -> Scores:
            drawn = times[:, places]
            return np.where(drawn.sum(axis=1) > 0, self.of(drawn @ counts), np.nan)

        return values


@dataclass(frozen=True)
class Whole(Measure[I]):
    """A measure of the distribution of all items, as a percentile; a subclass says it in `of_all`.

    Items whose score is NaN do not take part.
    """

    averages: ClassVar[bool] = False

    @abstractmethod
    def of_all(self, items: Sequence[I]) -> float:
        """Return the value of these items, at least one."""

    def resampler(self, items: Sequence[I | None]) -> Resampler:
        """Return what forms the values of resamples, (r, n) to (r,)."""
        at, present = self.present(items)

        def value(row: npt.NDArray[np.int64]) -> float:
            drawn = [present[place] for place in np.repeat(np.arange(len(present)), row)]
            return self.of_all(drawn) if drawn else float("nan")

        return lambda times: np.array([value(row) for row in times[:, at]], np.float64)


def ratio(above: npt.ArrayLike, below: npt.ArrayLike) -> Scores:
    """Return `above / below`, NaN where `below` is 0."""
    a, b = np.asarray(above, np.float64), np.asarray(below, np.float64)
    found: Scores = np.full(np.broadcast(a, b).shape, np.nan)
    return np.divide(a, b, out=found, where=b != 0)


def _written(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else f"{value}"
