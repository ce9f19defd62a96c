"""A run as tables: what both forms of the report print, and plots are drawn from.

A table is a list of rows of text, the first row being the heads of the columns.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TypeAlias

import numpy as np

from pincite.evaluate.figures import Figure
from pincite.evaluate.outcome import Outcome
from pincite.evaluate.runs import Run
from pincite.evaluate.types import Believed, Ranked

Table: TypeAlias = list[list[str]]
BINS = 10


def figures_table(run: Run) -> Table:
    """Return a row for each measure: value, interval, items."""
    rows = [["measure", "value", "95 % interval", "items"]]
    for name, figure in run.figures.items():
        rows.append([name, shown(figure.value), interval(figure), str(figure.count)])
    return rows


def interval(figure: Figure) -> str:
    """Return an interval as text."""
    return f"{shown(figure.low)} – {shown(figure.high)}"


def shown(value: float | None) -> str:
    """Return a number with four places; a dash for none.

    Example:
        >>> shown(0.25), shown(float("nan")), shown(None)
        ('0.2500', '–', '–')
    """
    return "–" if value is None or value != value else f"{value:.4f}"


def directions_table(run: Run) -> Table:
    """Return a row for each direction of queries, with the channels that brought hits."""
    measures = list(run.figures)
    rows = [["query → evidence", "items", *measures, "channels"]]
    for direction, values in run.directions.items():
        rows.append(
            [
                direction,
                str(values["count"]),
                *(shown(values.get(name)) for name in measures),
                ", ".join(run.channels.get(direction, ())) or "–",
            ]
        )
    return rows


def heat_map(run: Run) -> tuple[list[str], list[str], list[list[float]]]:
    """Return queries' modalities, evidence's, and the first measure of each pair (NaN: none)."""
    measure = next(iter(run.figures), "")
    cells = {
        tuple(direction.split(" → ")): values.get(measure)
        for direction, values in run.directions.items()
    }
    down = sorted({asked for asked, _ in cells})
    across = sorted({target for _, target in cells})
    values = [[_number(cells.get((asked, target))) for target in across] for asked in down]
    return down, across, values


def _number(value: float | None) -> float:
    return float("nan") if value is None else float(value)


def recall_curve(outcomes: Sequence[Outcome]) -> list[tuple[int, float]]:
    """Return (k, mean share of the relevant among the first k), k up to the longest ranking."""
    ranked = [o for outcome in outcomes for o in outcome.observed if isinstance(o, Ranked)]
    judged = [(o, {id for id, grade in o.judgements.items() if grade > 0}) for o in ranked]
    judged = [(o, relevant) for o, relevant in judged if relevant]
    deepest = max((len(o.ids) for o, _ in judged), default=0)
    if not judged or not deepest:
        return []
    total = np.zeros(deepest)
    for o, relevant in judged:
        hits = np.zeros(deepest)
        for at, id in enumerate(o.ids):
            hits[at] = id in relevant
        total += np.cumsum(hits) / len(relevant)
    return [(k, float(v)) for k, v in enumerate(total / len(judged), start=1)]


def calibration(outcomes: Sequence[Outcome]) -> list[tuple[float, float, int]]:
    """Return (mean confidence, share right, items) of each tenth of confidence that has items."""
    found = [o for outcome in outcomes for o in outcome.observed if isinstance(o, Believed)]
    bins: list[list[Believed]] = [[] for _ in range(BINS)]
    for o in found:
        bins[min(BINS - 1, int(o.confidence * BINS))].append(o)
    return [
        (
            sum(o.confidence for o in members) / len(members),
            sum(o.correct for o in members) / len(members),
            len(members),
        )
        for members in bins
        if members
    ]


def statuses(outcomes: Sequence[Outcome]) -> Table:
    """Return how many files have which status and codes; only a heading when none has one."""
    counted = Counter(
        (str(o.found["status"]), ", ".join(o.found.get("codes", ())) or "–")
        for o in outcomes
        if "status" in o.found
    )
    rows = [["status", "codes", "files"]]
    return rows + [[*key, str(count)] for key, count in sorted(counted.items())]


def costs_table(run: Run) -> Table:
    """Return time and memory."""
    labels = {
        "read_s": "reading the documents, s",
        "items_s": "all items, s",
        "p50_ms": "an item, median, ms",
        "p95_ms": "an item, 95th percentile, ms",
        "peak_mb": "most memory of the process, MB",
    }
    rows = [["cost", "value"]]
    for key, label in labels.items():
        value = run.timings.get(key)
        rows.append([label, "–" if value is None else f"{value:.1f}"])
    for name, value in run.timings.get("measures", {}).items():
        rows.append([name, shown(value["value"])])
    return rows
