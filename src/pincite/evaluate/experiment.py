"""`evaluate(dataset, task)`: one experiment through the real pipeline, from files to figures."""

from __future__ import annotations

import math
import platform
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from pincite.config import SETTINGS, Config, load_config
from pincite.errors import UsageError
from pincite.evaluate import figures
from pincite.evaluate.datasets import open_dataset
from pincite.evaluate.datasets.model import Dataset, Task
from pincite.evaluate.measure import Measure
from pincite.evaluate.measures import parse
from pincite.evaluate.outcome import Outcome
from pincite.evaluate.report import write_report
from pincite.evaluate.runners import runner
from pincite.evaluate.runners.corpus import Corpus, opened
from pincite.evaluate.runners.setup import Setup
from pincite.evaluate.runners.writing import require_generator
from pincite.evaluate.runs import Run, cores, versions
from pincite.retrieve.merge import create as fusion_of
from pincite.store.notices import RunEvent

_OF_THE_MACHINE = ("data_dir", "cache_dir", "kb")
"""Settings that say where things lie, not what is done."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What an experiment is to do, checked before anything is read."""

    dataset: Dataset
    task: Task
    measures: tuple[Measure[Any], ...]


def plan(
    dataset: str | Path | Dataset,
    task: str | None = None,
    measures: Sequence[str] = (),
    *,
    limit: int | None = None,
    seed: int = 0,
    generator: str = "",
) -> Plan:
    """Return what is to be done.

    Raises:
        NotFound: There is no such dataset.
        UsageError: It does not serve the task, a measure is unknown, or the task needs a
            generator and none was named.
    """
    opened_set = dataset if isinstance(dataset, Dataset) else open_dataset(dataset)
    chosen = opened_set.task(task)
    require_generator(chosen, generator)
    names = tuple(measures) or opened_set.tasks[chosen].measures
    parsed = tuple(dict.fromkeys(parse(name) for name in names))
    return Plan(opened_set.limited(chosen, limit, seed), chosen, parsed)


def evaluate(
    dataset: str | Path | Dataset,
    task: str | None = None,
    measures: Sequence[str] = (),
    *,
    k: int | None = None,
    limit: int | None = None,
    seed: int = 0,
    kb: str = "",
    generator: str = "",
    out: str | Path | None = None,
    config: Config | None = None,
    on_event: Callable[[RunEvent | Outcome], None] = lambda event: None,
) -> Run:
    """Return a run: figures with intervals, and what each item came to.

    Args:
        dataset: A folder, a file, `FOLDER:PART`, `hf:NAME`, or an opened dataset.
        task: What is measured; None: what the dataset is for.
        measures: Names such as `nDCG@10`; none: those usual for the task.
        k: Hits a search returns; None: what suits the task.
        limit: At most so many items, drawn by `seed`.
        seed: Decides the draw and the intervals.
        kb: Knowledge base to read the documents into; "": a temporary one.
        generator: What composes answers; "": what the settings say.
        out: Directory to save the run and its report in; None: it is not saved.
        config: Settings; None: those of the environment.
        on_event: Hears file reports, progress, and the outcome of each item.

    Raises:
        NotFound: There is no such dataset.
        UsageError: Something does not fit together; the message says what.

    Example:
        run = evaluate("data/ir-aero", measures=["nDCG@10"])
        print(run.figures["nDCG@10"].value)
    """
    if k is not None and k < 1:
        raise UsageError(f"k must be at least 1, got {k}")
    todo = plan(dataset, task, measures, limit=limit, seed=seed, generator=generator)
    config = config or load_config()
    fusion_of(config["fusion"])  # a wrong one is told before anything is read
    options = {"k": k, "limit": limit, "seed": seed, "generator": generator, "kb": kb}
    began = time.monotonic()
    data, chosen = todo.dataset, todo.task
    items = data.tasks[chosen].items
    documents = data.corpus(chosen)
    asked = [data.documents[id] for item in items for id in item.media.values()]
    with opened(data, documents, asked, config, kb=kb, on_event=on_event) as corpus:
        read_s = time.monotonic() - began
        setup = Setup(
            chosen, items, corpus, data.tasks[chosen].unit, config, k=k, generator=generator
        )
        if chosen != "ingestion":
            _remark_unread(setup, corpus)
        outcomes = []
        for outcome in runner(chosen)(setup):
            outcomes.append(outcome)
            on_event(outcome)
        items_s = time.monotonic() - began - read_s
        timings = _timings(outcomes, read_s, items_s)
        run = _run(todo, setup, outcomes, options, timings, out)
        if out is not None:
            run = run.save(Path(out))
            write_report(run, corpus.base, data)
    return run


def _run(
    todo: Plan,
    setup: Setup,
    outcomes: Sequence[Outcome],
    options: dict[str, Any],
    timings: dict[str, Any],
    out: str | Path | None,
) -> Run:
    seed = int(options["seed"])
    quality = [m for m in todo.measures if m.kind != "cost"]
    costs = [m for m in todo.measures if m.kind == "cost"]
    timings["measures"] = {str(m): figures.figure(m, outcomes, seed).to_json() for m in costs}
    data, task = todo.dataset, todo.task
    digest = data.digest(task)
    name = f"{_slug(data.name)}-{task}"
    return Run(
        name=Path(out).name if out is not None else name,
        task=task,
        dataset={
            "name": data.name,
            "layout": data.layout,
            "digest": digest,
            "items": len(data.tasks[task].items),
            "documents": len(data.corpus(task)),
            "unit": data.tasks[task].unit,
        },
        options=options,
        settings={k: setup.config[k] for k in sorted(SETTINGS) if k not in _OF_THE_MACHINE},
        versions=versions(),
        machine={"cores": cores(), "python": sys.version.split()[0], "system": platform.system()},
        figures={str(m): figures.figure(m, outcomes, seed) for m in quality},
        directions=figures.by_direction(quality, outcomes),
        channels={k: sorted(v) for k, v in sorted(setup.channels.items())},
        remarks=tuple(setup.remarks),
        timings=timings,
        outcomes=tuple(outcomes),
        scores={str(m): [figures.number(s) for s in figures.scores(m, outcomes)] for m in quality},
    )


def _remark_unread(setup: Setup, corpus: Corpus) -> None:
    """Say how many documents could not be read, with the first reason."""
    failed = [(id, r) for id, r in corpus.reports.items() if r.status == "failed"]
    if failed:
        id, report = failed[0]
        setup.remark(
            f"{len(failed)} of {len(corpus.reports)} documents could not be read; the first: "
            f"{id}: {report.message}"
        )


def _timings(outcomes: Sequence[Outcome], read_s: float, items_s: float) -> dict[str, Any]:
    each = [outcome.latency_ms for outcome in outcomes]
    p50, p95 = np.percentile(each, [50, 95]) if each else (math.nan, math.nan)
    return {
        "ended": datetime.now(UTC).isoformat(timespec="seconds"),
        "read_s": round(read_s, 3),
        "items_s": round(items_s, 3),
        "p50_ms": figures.number(float(p50)),
        "p95_ms": figures.number(float(p95)),
        "peak_mb": peak_mb(),
    }


def peak_mb() -> float | None:
    """Return the most memory this process has held, in megabytes; None where it is not known."""
    try:
        import resource
    except ImportError:
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / (1 << 20 if sys.platform == "darwin" else 1 << 10), 1)


def _slug(name: str) -> str:
    return "".join(c if c.isalnum() or c in "-_." else "-" for c in name).strip("-.") or "dataset"
