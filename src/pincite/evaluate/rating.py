"""Human ratings of runs: what is rated, in which order, and a file that survives anything.

Two runs are compared blind: each item shows them as A and B, in an order drawn by the seed, and
the file alone knows which is which. A rating is a line; the last of a rater and an item counts.
"""

from __future__ import annotations

import json
import os
import random
import threading
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal

from pincite.errors import UsageError
from pincite.evaluate.agreement import WinRate, cohen_kappa, krippendorff_alpha, win_rate
from pincite.evaluate.outcome import Outcome
from pincite.evaluate.runs import Run

Choice = Literal["A", "B", "equal"]
CHOICES: tuple[Choice, ...] = ("A", "B", "equal")
GRADES = (1, 2, 3, 4, 5)
_NAME_CHARACTERS = 40


@dataclass(frozen=True, slots=True)
class Rated:
    """What one person said of one item.

    Attributes:
        rater: The person.
        item: The item.
        grades: Grade 1..5 by place of the run, (0,) or (0, 1).
        better: Place of the better run, -1 when they are equal or there is one run.
    """

    rater: str
    item: str
    grades: tuple[int, ...]
    better: int = -1


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """What is to be rated.

    Attributes:
        names: The runs, in the order they were given.
        items: Ids of the items, in the order of the first run.
        outcomes: Item to what each run made of it.
        seed: Decides which run is shown as A.
    """

    names: tuple[str, ...]
    items: tuple[str, ...]
    outcomes: Mapping[str, tuple[Outcome, ...]]
    seed: int

    def order(self, item: str) -> tuple[int, ...]:
        """Return the places of the runs as they are shown: first A, then B."""
        places = list(range(len(self.names)))
        random.Random(f"{self.seed}:{item}").shuffle(places)
        return tuple(places)


def sheet(runs: Sequence[Run], *, seed: int = 0, limit: int | None = None) -> Sheet:
    """Return what is to be rated of one run, or of two over the same items.

    Raises:
        UsageError: There are none or more than two, or they have no item in common.
    """
    if not 1 <= len(runs) <= 2:
        raise UsageError(f"one run is rated, or two are compared; got {len(runs)}")
    if len({run.dataset["digest"] for run in runs}) > 1:
        raise UsageError(
            f"runs {runs[0].name!r} and {runs[1].name!r} are of different data; compare runs over "
            "the same dataset, --limit and --seed"
        )
    found = [{outcome.item: outcome for outcome in run.outcomes} for run in runs]
    items = [item for item in found[0] if all(item in others for others in found)]
    if limit is not None:
        drawn = random.Random(seed).sample(range(len(items)), min(limit, len(items)))
        items = [items[at] for at in sorted(drawn)]
    if not items:
        raise UsageError("there is no item to rate that the runs have in common")
    outcomes = {item: tuple(run[item] for run in found) for item in items}
    return Sheet(tuple(run.name for run in runs), tuple(items), outcomes, seed)


class Ratings:
    """The file of ratings, open to several raters at once.

    A line is written and synced before a rating counts as given, so nothing that was said is
    lost; a line that a crash cut short is passed over, and the next one starts on its own.
    """

    def __init__(self, path: Path, sheet: Sheet) -> None:
        self.path, self.sheet = path, sheet
        self._lock = threading.Lock()
        self._given: dict[tuple[str, str], Rated] = {}
        self.unread = 0
        self._load()

    def _load(self) -> None:
        try:
            data = self.path.read_bytes() if self.path.exists() else b""
            for line in data.decode("utf-8", "replace").splitlines():
                self._take(line)
            if data and not data.endswith(b"\n"):
                self._append("\n")
        except OSError as error:
            raise UsageError(f"{self.path} cannot be read or written: {error.strerror}") from error

    def _take(self, line: str) -> None:
        if not line.strip():
            return
        try:
            values = json.loads(line)
            names = tuple(values["systems"])
            said = Rated(
                values["rater"], values["item"], tuple(values["grades"]), int(values["better"])
            )
        except (ValueError, KeyError, TypeError):
            self.unread += 1
            return
        if names != self.sheet.names:
            raise UsageError(
                f"{self.path} holds ratings of {', '.join(names)}, not of "
                f"{', '.join(self.sheet.names)}; name another file with --out"
            )
        self._given[said.rater, said.item] = said

    def add(self, said: Rated) -> None:
        """Keep a rating; it is on the disk when this returns.

        Raises:
            UsageError: The file cannot be written.
        """
        values = {**asdict(said), "systems": self.sheet.names}
        values["shown"] = self.sheet.order(said.item)
        with self._lock:
            try:
                self._append(json.dumps(values, sort_keys=True) + "\n")
            except OSError as error:
                raise UsageError(f"{self.path} cannot be written: {error.strerror}") from error
            self._given[said.rater, said.item] = said

    def _append(self, text: str) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())

    def of(self, rater: str) -> dict[str, Rated]:
        """Return what a rater has said, by item."""
        return {item: said for (who, item), said in list(self._given.items()) if who == rater}

    def next_item(self, rater: str) -> str | None:
        """Return the first item that a rater has not rated, None when all are."""
        done = self.of(rater)
        return next((item for item in self.sheet.items if item not in done), None)

    @property
    def given(self) -> list[Rated]:
        """All ratings that count, of items on the sheet."""
        return [said for said in list(self._given.values()) if said.item in self.sheet.outcomes]


def rater_name(text: str) -> str:
    """Return a rater's name as it is kept.

    Raises:
        UsageError: It is empty, too long, or holds what cannot be printed.
    """
    name = " ".join(text.split())
    if not name or len(name) > _NAME_CHARACTERS or not name.isprintable():
        raise UsageError(f"a name has 1 to {_NAME_CHARACTERS} printable characters; enter another")
    return name


@dataclass(frozen=True, slots=True)
class Summary:
    """What raters said, and how far they agree.

    Attributes:
        names: The runs.
        ratings: Ratings given.
        raters: Who rated.
        means: Mean grade of each run.
        grades_alpha: Krippendorff's alpha of the grades (ordinal) over all raters.
        grades_kappa: Cohen's kappa (quadratic) of two raters, None unless there are two.
        wins: How often the first run was better than the second; None for one run.
        choice_alpha, choice_kappa: Agreement on which run is better; None for one run.
    """

    names: tuple[str, ...]
    ratings: int
    raters: tuple[str, ...]
    means: tuple[float, ...]
    grades_alpha: float
    grades_kappa: float | None
    wins: WinRate | None = None
    choice_alpha: float | None = None
    choice_kappa: float | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the summary with None for what is no number."""
        return dict(_plain(asdict(self)))


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        return None if value != value else round(value, 6)
    if isinstance(value, dict):
        return {key: _plain(member) for key, member in value.items()}
    return [_plain(v) for v in value] if isinstance(value, list | tuple) else value


def summary(ratings: Ratings) -> Summary:
    """Return what was said so far."""
    given, names = ratings.given, ratings.sheet.names
    raters = tuple(sorted({said.rater for said in given}))
    by = {(said.rater, said.item): said for said in given}
    systems = range(len(names))
    cells = [(item, system) for item in ratings.sheet.items for system in systems]
    grades: list[list[Any]] = [
        [by[r, item].grades[system] if (r, item) in by else None for item, system in cells]
        for r in raters
    ]
    found = Summary(
        names,
        len(given),
        raters,
        tuple(_mean([said.grades[system] for said in given]) for system in systems),
        krippendorff_alpha(grades, level="ordinal") if raters else float("nan"),
        _kappa(grades, "quadratic"),
    )
    if len(names) == 1:
        return found
    choices: list[list[Any]] = [
        [by[r, item].better if (r, item) in by else None for item in ratings.sheet.items]
        for r in raters
    ]
    better = [said.better for said in given]
    return replace(
        found,
        wins=win_rate(better.count(0), better.count(1), better.count(-1)),
        choice_alpha=krippendorff_alpha(choices) if raters else float("nan"),
        choice_kappa=_kappa(choices, "none"),
    )


def _kappa(rows: Sequence[Sequence[Any]], weights: Literal["none", "quadratic"]) -> float | None:
    """Return kappa of two raters over what both rated."""
    if len(rows) != 2:
        return None
    both = [(a, b) for a, b in zip(*rows, strict=True) if a is not None and b is not None]
    return cohen_kappa([a for a, _ in both], [b for _, b in both], weights=weights)


def _mean(values: Sequence[int]) -> float:
    return sum(values) / len(values) if values else float("nan")
