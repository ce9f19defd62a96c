"""A run: what was measured, how, and what each item came to; saved as files that can be compared.

    run.json      configuration, figures, versions, timings
    items.jsonl   a line for each item: query, gold, what was found, scores
    timings.jsonl milliseconds of each item
    report.md, report.html

All but timings is the same for the same data, settings and seed.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib import metadata
from pathlib import Path
from typing import Any

from pincite.errors import NotFound, UsageError
from pincite.evaluate import observed
from pincite.evaluate.figures import Figure
from pincite.evaluate.outcome import Outcome

FORMAT = 1
_FILE = "run.json"
_ITEM = ("item", "asked_with", "target", "query", "gold", "found", "error")


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """One experiment.

    Attributes:
        name: What it is called: the name of its directory.
        task: The task.
        dataset: Name, layout, digest and numbers of the data.
        options: k, limit, seed, generator and knowledge base, as they were asked for.
        settings: Settings in force.
        versions: Of this package and what it stands on.
        machine: Processors and Python.
        figures: Measure to its value and interval.
        directions: Direction of a query to its figures.
        channels: Direction of a query to the channels that brought hits.
        remarks: What a reader of the figures must know.
        timings: Seconds and megabytes; differs from run to run.
        outcomes: What each item came to.
        scores: Measure to the score of each outcome, None where it does not apply.
        path: Where it is saved, None when it is not.
    """

    name: str
    task: str
    dataset: Mapping[str, Any]
    options: Mapping[str, Any]
    settings: Mapping[str, Any]
    versions: Mapping[str, str]
    machine: Mapping[str, Any]
    figures: Mapping[str, Figure]
    directions: Mapping[str, Mapping[str, Any]]
    channels: Mapping[str, Sequence[str]]
    remarks: tuple[str, ...]
    timings: Mapping[str, Any]
    outcomes: tuple[Outcome, ...] = ()
    scores: Mapping[str, Sequence[float | None]] = field(default_factory=dict)
    path: Path | None = None

    def to_json(self) -> dict[str, Any]:
        """Return what `run.json` holds: all but the items."""
        return {
            "format": FORMAT,
            "name": self.name,
            "task": self.task,
            "dataset": dict(self.dataset),
            "options": dict(self.options),
            "settings": dict(self.settings),
            "versions": dict(self.versions),
            "machine": dict(self.machine),
            "measures": {name: figure.to_json() for name, figure in self.figures.items()},
            "directions": {k: dict(v) for k, v in self.directions.items()},
            "channels": {k: list(v) for k, v in self.channels.items()},
            "remarks": list(self.remarks),
            "timings": dict(self.timings),
        }

    def save(self, folder: Path) -> Run:
        """Write the run to a folder and return it with its path.

        Raises:
            UsageError: The folder cannot be written.
        """
        try:
            folder.mkdir(parents=True, exist_ok=True)
            _write(folder / "items.jsonl", [self._item(at) for at in range(len(self.outcomes))])
            times = [{"item": o.item, "latency_ms": round(o.latency_ms, 3)} for o in self.outcomes]
            _write(folder / "timings.jsonl", times)
            text = json.dumps(self.to_json(), ensure_ascii=False, indent=2, sort_keys=True)
            _replace(folder / _FILE, text + "\n")
        except OSError as error:
            raise UsageError(
                f"the run cannot be saved in {folder}: {error.strerror}; name another place "
                "with --out"
            ) from error
        return replace(self, path=folder)

    def _item(self, at: int) -> dict[str, Any]:
        outcome = self.outcomes[at]
        return {
            **{name: getattr(outcome, name) for name in _ITEM},
            "observed": [observed.to_json(value) for value in outcome.observed],
            "scores": {name: values[at] for name, values in self.scores.items()},
        }


def load(place: str | Path) -> Run:
    """Return a saved run: a directory, or the name of one below `runs/eval`.

    Raises:
        NotFound: There is none.
        UsageError: It was written by another version, or is damaged.
    """
    folder = Path(place).expanduser()
    if not (folder / _FILE).is_file():
        folder = Path("runs") / "eval" / str(place)
    if not (folder / _FILE).is_file():
        raise NotFound(
            f"there is no run {str(place)!r}; name a directory that pincite eval has written, or "
            "one below runs/eval"
        )
    try:
        data = json.loads((folder / _FILE).read_text("utf-8"))
        if data["format"] != FORMAT:
            raise UsageError(
                f"{folder} is of format {data['format']}, this version reads {FORMAT}; run again"
            )
        rows = [json.loads(s) for s in (folder / "items.jsonl").read_text("utf-8").splitlines()]
        times = [json.loads(s) for s in (folder / "timings.jsonl").read_text("utf-8").splitlines()]
        return _run(data, rows, times, folder)
    except (ValueError, KeyError, TypeError, OSError) as error:
        if isinstance(error, UsageError):
            raise
        raise UsageError(
            f"the run in {folder} is damaged ({type(error).__name__}: {error}); run again"
        ) from error


def _run(
    data: Mapping[str, Any],
    rows: Sequence[Mapping[str, Any]],
    times: Sequence[Mapping[str, Any]],
    folder: Path,
) -> Run:
    outcomes = tuple(
        Outcome(
            **{name: row[name] for name in _ITEM},
            observed=tuple(observed.from_json(value) for value in row["observed"]),
            latency_ms=time["latency_ms"],
        )
        for row, time in zip(rows, times, strict=True)
    )
    names = list(rows[0]["scores"]) if rows else []
    kept = ("name", "task", "dataset", "options", "settings", "versions", "machine")
    return Run(
        **{name: data[name] for name in kept},
        figures={name: _figure(value) for name, value in data["measures"].items()},
        directions=data["directions"],
        channels=data["channels"],
        remarks=tuple(data["remarks"]),
        timings=data["timings"],
        outcomes=outcomes,
        scores={name: [row["scores"][name] for row in rows] for name in names},
        path=folder,
    )


def _figure(data: Mapping[str, Any]) -> Figure:
    value, low, high = (
        math.nan if data[name] is None else float(data[name]) for name in ("value", "low", "high")
    )
    return Figure(value, low, high, data["count"])


def _write(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    lines = [json.dumps(row, ensure_ascii=True, sort_keys=True) for row in rows]
    _replace(path, "".join(f"{line}\n" for line in lines))


def _replace(path: Path, text: str) -> None:
    """Write a file so that a reader sees the old one or the new one, whole."""
    part = path.with_name(f".{path.name}.part")
    part.write_text(text, "utf-8", "surrogatepass")
    part.replace(path)


def versions() -> dict[str, str]:
    """Return the versions of this package and of those it names that are installed."""
    found = {"pincite": metadata.version("pincite")}
    for requirement in metadata.requires("pincite") or []:
        name = requirement.split(";")[0].split("[")[0]
        for sign in "<>=!~ ":
            name = name.split(sign)[0]
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return dict(sorted(found.items()))


def cores() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
