"""How far people (or systems) agree when they rate the same items.

Two raters with a rating of every item: `cohen_kappa`. Any number, with gaps:
`krippendorff_alpha`. Which of two systems they prefer: `win_rate`.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from pincite.errors import UsageError

Weights = Literal["none", "linear", "quadratic"]
Level = Literal["nominal", "ordinal", "interval"]
Matrix: TypeAlias = npt.NDArray[np.float64]


def cohen_kappa(
    one: Sequence[Hashable], other: Sequence[Hashable], *, weights: Weights = "none"
) -> float:
    """Return Cohen's kappa of two raters: 1 agreement, 0 that of chance, below 0 less.

    kappa = 1 - sum(w o) / sum(w e) over pairs of categories, with observed counts o, those e that
    the margins make by chance, and weights w of disagreement: 1 for any, or how many categories
    apart (linear), or its square (Cohen 1960, 1968). Categories stand in sorted order. NaN where
    there are no items, or both always say the same one thing.

    Raises:
        UsageError: The raters rated different numbers of items, or `weights` is unknown.

    Example:
        >>> cohen_kappa([1, 1, 2, 2], [1, 1, 2, 1])
        0.5
    """
    if len(one) != len(other):
        raise UsageError(
            f"two raters rate the same items, got {len(one)} and {len(other)} ratings; use "
            f"krippendorff_alpha where some are missing"
        )
    if weights not in ("none", "linear", "quadratic"):
        raise UsageError(f"weights is none, linear or quadratic, got {weights!r}")
    categories = sorted({*one, *other}, key=_order)
    place = {category: at for at, category in enumerate(categories)}
    observed = np.zeros((len(categories), len(categories)))
    for a, b in zip(one, other, strict=True):
        observed[place[a], place[b]] += 1
    apart = _category_distance(len(categories), weights)
    chance = np.outer(observed.sum(axis=1), observed.sum(axis=0)) / max(1, len(one))
    return _one_less(float((apart * observed).sum()), float((apart * chance).sum()))


def _category_distance(count: int, weights: Weights) -> Matrix:
    steps: Matrix = np.abs(np.subtract.outer(np.arange(count), np.arange(count))).astype(np.float64)
    if weights == "none":
        return (steps > 0).astype(np.float64)
    return steps if weights == "linear" else steps**2


def krippendorff_alpha(ratings: Sequence[Sequence[Any]], *, level: Level = "nominal") -> float:
    """Return Krippendorff's alpha of any number of raters: 1 agreement, 0 that of chance.

    alpha = 1 - D_o / D_e: the mean squared distance of two ratings of one item over that of two
    ratings of any items (Krippendorff 2011). The distance of two values is 1 (nominal), how many
    ratings lie between them (ordinal), or their difference (interval). Items with fewer than two
    ratings say nothing. NaN where none has two, or all ratings are the same.

    Args:
        ratings: One row a rater, one entry an item, None or NaN where it was not rated; numbers
            unless nominal.
        level: What the values mean.

    Raises:
        UsageError: The rows differ in length, `level` is unknown, or values are not numbers.

    Example:
        >>> krippendorff_alpha([[1, 2, 3, None], [1, 2, 3, 2], [1, 3, 3, 2]])
        0.75
    """
    if len({len(row) for row in ratings}) > 1:
        raise UsageError(
            f"every rater has an entry for every item, None where it was not rated; got rows of "
            f"{sorted({len(row) for row in ratings})}"
        )
    if level not in ("nominal", "ordinal", "interval"):
        raise UsageError(f"level is nominal, ordinal or interval, got {level!r}")
    units = [[v for v in unit if not _missing(v)] for unit in zip(*ratings, strict=True)]
    paired = [unit for unit in units if len(unit) > 1]
    values = sorted({value for unit in paired for value in unit}, key=_order)
    if level != "nominal" and not all(isinstance(v, int | float) for v in values):
        raise UsageError(f"ratings of level {level} are numbers, got {values[-1]!r}")
    return _alpha(paired, values, level)


def _alpha(units: list[list[Any]], values: list[Any], level: Level) -> float:
    place = {value: at for at, value in enumerate(values)}
    together = np.zeros((len(values), len(values)))
    for unit in units:
        counts = np.bincount([place[value] for value in unit], minlength=len(values))
        together += (np.outer(counts, counts) - np.diag(counts)) / (len(unit) - 1)
    margin = together.sum(axis=1)
    apart = _value_distance(values, margin, level) ** 2
    chance = (np.outer(margin, margin) - np.diag(margin)) / max(1.0, margin.sum() - 1)
    return _one_less(float((apart * together).sum()), float((apart * chance).sum()))


def _value_distance(values: list[Any], margin: Matrix, level: Level) -> Matrix:
    if level == "nominal":
        return 1.0 - np.eye(len(values))
    if level == "interval":
        numbers = np.array(values, np.float64)
        return np.subtract.outer(numbers, numbers)
    middle = np.cumsum(margin) - margin / 2  # ratings below a value, and half of its own
    return np.subtract.outer(middle, middle)


@dataclass(frozen=True, slots=True)
class WinRate:
    """How often one system was preferred, a tie counting half, with an interval for the share."""

    rate: float
    low: float
    high: float
    wins: int
    losses: int
    ties: int


def win_rate(wins: int, losses: int, ties: int = 0, *, level: float = 0.95) -> WinRate:
    """Return the share of comparisons that were won, with its interval (Wilson 1927).

    With share p of n and z of the level:
    (p + z^2 / 2n -+ z sqrt(p (1 - p) / n + z^2 / 4n^2)) / (1 + z^2 / n). NaN of nothing.

    Raises:
        UsageError: A number is below 0, or `level` is not between 0 and 1.

    Example:
        >>> found = win_rate(8, 2)
        >>> found.rate, round(found.low, 4), round(found.high, 4)
        (0.8, 0.4902, 0.9433)
    """
    if min(wins, losses, ties) < 0:
        raise UsageError(f"numbers of comparisons are from 0, got {wins}, {losses}, {ties}")
    if not 0.0 < level < 1.0:
        raise UsageError(f"level lies between 0 and 1, as 0.95, got {level}")
    n = wins + losses + ties
    if not n:
        return WinRate(float("nan"), float("nan"), float("nan"), 0, 0, 0)
    p, z = (wins + ties / 2) / n, NormalDist().inv_cdf((1 + level) / 2)
    middle, below = p + z * z / (2 * n), 1 + z * z / n
    reach = z * (p * (1 - p) / n + z * z / (4 * n * n)) ** 0.5
    low, high = max(0.0, (middle - reach) / below), min(1.0, (middle + reach) / below)
    return WinRate(p, low, high, wins, losses, ties)


def _one_less(observed: float, chance: float) -> float:
    return 1.0 - observed / chance if chance > 0 else float("nan")


def _missing(value: object) -> bool:
    return value is None or value != value  # NaN differs from itself


def _order(value: object) -> tuple[str, Any]:
    """Sort numbers as numbers and the rest by kind, so that mixed ratings have an order."""
    return ("", value) if isinstance(value, int | float) else (type(value).__name__, value)
