"""The same training with one option changed, several seeds each, and a table of what it does.

Every run has a directory of its own, OUT/ablate/NAME-SEED, and is resumed or left alone like any
other. The interval beside a mean is 95 %: where the objective gives a score for each held-out
example, by bootstrap over seeds and examples both (Efron & Tibshirani, 1993, ch. 13; 2,000 draws);
else Student's t over the seeds. One run alone has an interval only with scores.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np

from pincite.errors import UnknownSetting, UsageError
from pincite.train.config import Settings, differences
from pincite.train.loop import train
from pincite.train.progress import Report, finished
from pincite.train.recipes import make_objective
from pincite.train.stage import Start

_DRAWS = 2000


@dataclass(frozen=True, slots=True)
class Row:
    """What came of one choice.

    Attributes:
        name: The choice.
        measure: What was measured.
        mean: Over the seeds.
        low: Lower end of the 95 % interval; None: there is none.
        high: Upper end.
        over: What the interval is about: seeds and examples, or seeds.
        values: The measure, one a seed.
    """

    name: str
    measure: str
    mean: float
    low: float | None
    high: float | None
    over: Literal["examples", "seeds"]
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows in the order of the choices; those of an interrupted ablation end early."""

    rows: tuple[Row, ...]
    interrupted: bool = False


def fusion_names() -> Sequence[str]:
    """Return every way to fuse features."""
    from pincite.models import fusion

    return fusion.names()


KEYS: dict[str, tuple[str, Callable[[], Sequence[str]]]] = {"fusion": ("model", fusion_names)}
"""What can be ablated: key to the section it stands in and the names it may take."""


def ablate(
    asked: str,
    settings: Settings,
    *,
    start: Start = "auto",
    say: Callable[[str], None] = print,
    bar: bool = False,
) -> Table:
    """Return the table of an ablation: each choice trained with `run.ablate_seeds` seeds.

    Args:
        asked: A key, such as "fusion" for all its names, or "fusion=sum,gated" for these.
        settings: Of the run; its own choice and `out` are replaced.
        start: As in `train`; finished runs of the same settings are taken as they are, unless
            it is "fresh".
        say: Takes sentences for people.
        bar: Whether to show a progress bar on stderr.

    Raises:
        UnknownSetting: There is no such key.
        UsageError: No choice is named.
        TrainingStopped: A run could not go on.
    """
    key, names = _choices(asked)
    seeds = range(settings.run.seed, settings.run.seed + settings.run.ablate_seeds)
    rows: list[Row] = []
    for name in names:
        reports: list[Report] = []
        for seed in seeds:
            say(f"{key} = {name}, seed {seed}")
            reports.append(_once(_changed(settings, key, name, seed), start, say, bar))
            if reports[-1].ended == "interrupted":
                return Table(tuple(rows), interrupted=True)
        rows.append(row(name, reports))
    return Table(tuple(rows))


def _choices(asked: str) -> tuple[str, Sequence[str]]:
    key, given, listed = asked.partition("=")
    if key not in KEYS:
        raise UnknownSetting(key, "--ablate", KEYS)
    names = [name.strip() for name in listed.split(",") if name.strip()]
    if given and not names:
        raise UsageError(f"--ablate {asked!r} names no choice; leave '=' away to try all")
    return key, names or KEYS[key][1]()


def _changed(settings: Settings, key: str, name: str, seed: int) -> Settings:
    """Return the settings of one run of the ablation."""
    section = getattr(settings, KEYS[key][0])
    out: Path = settings.run.out / "ablate" / f"{name}-{seed}"
    return replace(
        settings,
        run=replace(settings.run, out=out, seed=seed),
        **{section.name: replace(section, values={**section.values, key: name})},
    )


def _once(settings: Settings, start: Start, say: Callable[[str], None], bar: bool) -> Report:
    done = None if start == "fresh" else finished(settings.run.out)
    if done and not differences(settings.record(), done[0]):
        return done[1]
    return train(make_objective(settings), settings, start=start, say=say, bar=bar)


def row(name: str, reports: Sequence[Report]) -> Row:
    """Return what the runs of one choice, a seed each, amount to."""
    low: float | None
    high: float | None
    lengths = {len(report.scores) for report in reports}
    if lengths != {0} and len(lengths) == 1:
        scores = np.array([report.scores for report in reports])
        values = scores.mean(1).tolist()
        low, high = bootstrap_interval(scores)
        over: Literal["examples", "seeds"] = "examples"
    else:
        values = [math.nan if report.best is None else report.best for report in reports]
        low, high = t_interval(values)
        over = "seeds"
    mean = math.fsum(values) / len(values)
    return Row(name, reports[0].measure, mean, low, high, over, tuple(values))


def bootstrap_interval(scores: np.ndarray) -> tuple[float, float]:
    """Return the 95 % percentile interval of the mean of `scores` (seeds, examples).

    Seeds and examples are drawn anew, each with replacement, so that the interval is about
    other seeds and other examples at once.
    """
    chance = np.random.default_rng(0)
    seeds, examples = scores.shape
    means = [
        scores[np.ix_(chance.integers(seeds, size=seeds), drawn)].mean()
        for drawn in chance.integers(examples, size=(_DRAWS, examples))
    ]
    low, high = np.quantile(means, [0.025, 0.975]).tolist()
    return low, high


def t_interval(values: Sequence[float]) -> tuple[float | None, float | None]:
    """Return the 95 % interval of the mean by Student's t; None, None of fewer than two values.

    Example:
        >>> low, high = t_interval([1.0, 2.0, 3.0])
        >>> round(low, 3), round(high, 3)
        (-0.484, 4.484)
    """
    if len(values) < 2:
        return None, None
    mean, n = math.fsum(values) / len(values), len(values)
    deviation = math.sqrt(math.fsum((value - mean) ** 2 for value in values) / (n - 1))
    half = _t(n - 1) * deviation / math.sqrt(n)
    return mean - half, mean + half


_T = (12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.3060, 2.2622)


def _t(freedom: int) -> float:
    """Return the 0.975 quantile of Student's t (Abramowitz & Stegun, 26.7.5, from 10 on)."""
    if freedom <= len(_T):
        return _T[freedom - 1]
    z = 1.959964
    first = (z**3 + z) / 4
    second = (5 * z**5 + 16 * z**3 + 3 * z) / 96
    third = (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384
    return z + first / freedom + second / freedom**2 + third / freedom**3


def table_lines(table: Table) -> Iterator[str]:
    """Yield the table as aligned lines, its head first."""
    if not table.rows:
        return
    width = max(4, *(len(row.name) for row in table.rows))
    yield f"{'name':{width}}  {table.rows[0].measure:>10}  95 % interval       over"
    for item in table.rows:
        between = f"{item.low:.4f} to {item.high:.4f}" if item.low is not None else "one seed"
        runs = f"{len(item.values)} seeds" + (", examples" if item.over == "examples" else "")
        yield f"{item.name:{width}}  {item.mean:10.4f}  {between:18}  {runs}"
