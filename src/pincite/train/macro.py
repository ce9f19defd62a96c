"""How well examples are classified: macro-F1 with an interval."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

RESAMPLES = 1000
Classes = npt.NDArray[np.int64]


def macro_f1(wanted: Sequence[int] | Classes, found: Sequence[int] | Classes) -> float:
    """Return the mean F1 of all classes that are wanted or found anywhere.

    F1 = 2 TP / (2 TP + FP + FN) of one class against all others.

    Example:
        >>> round(macro_f1([0, 0, 1], [0, 1, 1]), 4)
        0.6667
    """
    a, b = np.asarray(wanted), np.asarray(found)
    scores = []
    for kind in np.union1d(a, b):
        both = int(((a == kind) & (b == kind)).sum())
        scores.append(2 * both / int((a == kind).sum() + (b == kind).sum()))
    return float(np.mean(scores)) if scores else 0.0


def interval(
    wanted: Sequence[int] | Classes, found: Sequence[int] | Classes, *, seed: int = 0
) -> tuple[float, float]:
    """Return the 95 % interval of macro-F1 over the choice of examples.

    The percentiles 2.5 and 97.5 of macro-F1 over resamples of the examples with replacement
    (Efron and Tibshirani 1993, chapter 13). The same seed gives the same interval.
    """
    a, b = np.asarray(wanted), np.asarray(found)
    if not len(a):
        return 0.0, 0.0
    draws = np.random.default_rng(seed).integers(len(a), size=(RESAMPLES, len(a)))
    values = [macro_f1(a[draw], b[draw]) for draw in draws]
    low, high = np.percentile(values, [2.5, 97.5])
    return float(low), float(high)
