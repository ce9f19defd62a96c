"""Figures that a run must reach: `nDCG@10=0.5,WER=0.3`, for continuous integration."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from pincite.errors import UsageError
from pincite.evaluate import measures
from pincite.evaluate.runs import Run


@dataclass(frozen=True, slots=True)
class Bound:
    """The worst value of a measure that is good enough."""

    name: str
    value: float
    higher_is_better: bool


def parse_bounds(text: str) -> list[Bound]:
    """Return the bounds in a list with commas.

    Raises:
        UsageError: One is not written MEASURE=NUMBER, or its measure cannot be bounded.

    Example:
        >>> parse_bounds("wer=0.3")
        [Bound(name='WER', value=0.3, higher_is_better=False)]
    """
    return [_bound(part) for part in text.split(",") if part.strip()]


def _bound(text: str) -> Bound:
    name, sign, number = text.rpartition("=")
    try:
        value = float(number)
    except ValueError:
        value = math.nan
    if not sign or math.isnan(value):
        raise UsageError(f"--fail-under takes MEASURE=NUMBER such as nDCG@10=0.5, got {text!r}")
    measure = measures.parse(name)
    return Bound(str(measure), value, measure.higher_is_better)


def unmet(bounds: Sequence[Bound], run: Run) -> list[str]:
    """Return a sentence for each bound that a run does not reach; no figure reaches none."""
    found = []
    for bound in bounds:
        figure = run.figures.get(bound.name)
        timed = run.timings.get("measures", {}).get(bound.name, {}).get("value")
        value = timed if figure is None else figure.value
        if value is None or math.isnan(value):
            found.append(f"{bound.name} applies to no item, wanted {bound.value:g}")
        elif (value < bound.value) if bound.higher_is_better else (value > bound.value):
            side = "below" if bound.higher_is_better else "above"
            found.append(f"{bound.name} is {value:.4f}, {side} {bound.value:g}")
    return found
