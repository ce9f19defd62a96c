"""Fusion fitted on the judged queries of a dataset, and how much better it is than what is there.

One half of the queries fits, the other judges, both ways, so nothing is judged that was fitted
on. Queries with the same relevant documents are in the same half. What is kept is fitted on all.
"""

from __future__ import annotations

import os
import random
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pincite.config import Config, load_config
from pincite.errors import PinciteError, StoreError, UsageError
from pincite.evaluate import figures, significance
from pincite.evaluate.compare import Difference
from pincite.evaluate.datasets.model import Dataset, Item, Unit
from pincite.evaluate.experiment import plan
from pincite.evaluate.measure import Measure
from pincite.evaluate.outcome import Outcome
from pincite.evaluate.runners.corpus import Corpus, opened
from pincite.evaluate.runners.retrieval import DEPTH
from pincite.evaluate.types import Ranked
from pincite.retrieve import learned
from pincite.retrieve.merge import Fusion, Learned
from pincite.retrieve.merge import create as fusion_of
from pincite.retrieve.pool import Pool
from pincite.retrieve.search import POOL, Searcher, options_of
from pincite.store.notices import RunEvent
from pincite.types import Evidence, Hit

RIVALS = ("calibrated", "rrf")
"""What a learned fusion is compared with."""
LEARNED = "learned"


@dataclass(frozen=True, slots=True, eq=False)
class Learning:
    """What was learned, and what it is worth.

    Attributes:
        path: The file with the weights, for the setting `fusion = "learned:FILE"`.
        weights: By the name of what they weigh.
        queries: How many were judged.
        reachable: How many of them have a relevant segment among their candidates.
        values: Fusion to measure to its value, over all queries; the learned one was fitted on
            the other half.
        differences: Rival to how the learned fusion differs from it, by measure.
        remarks: What a reader of the figures must know.
    """

    path: Path
    weights: Mapping[str, float]
    queries: int
    reachable: int
    values: Mapping[str, Mapping[str, float]]
    differences: Mapping[str, Sequence[Difference]]
    remarks: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "path": str(self.path),
            "weights": dict(self.weights),
            "queries": self.queries,
            "reachable": self.reachable,
            "values": {
                fusion: {name: figures.number(value) for name, value in row.items()}
                for fusion, row in self.values.items()
            },
            "differences": {
                rival: [one.to_json() for one in found] for rival, found in self.differences.items()
            },
            "remarks": list(self.remarks),
        }


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """One query: its candidates, and the ids of those that are relevant."""

    item: Item
    pool: Pool
    relevant: frozenset[str]


def learn_fusion(
    dataset: str | Path | Dataset,
    file: str | Path,
    measures: Sequence[str] = (),
    *,
    k: int | None = None,
    limit: int | None = None,
    seed: int = 0,
    kb: str = "",
    config: Config | None = None,
    on_event: Callable[[RunEvent | Outcome], None] = lambda event: None,
) -> Learning:
    """Write the weights that were learned to a file, and return them with what they are worth.

    Args:
        dataset: A folder, a file, `FOLDER:PART`, `hf:NAME`, or an opened dataset.
        file: Where the weights go; the setting `fusion` takes it as `learned:FILE`.
        measures: Names such as `nDCG@10`; none: those usual for retrieval.
        k: Hits of a ranking; None: what suits the task.
        limit: At most so many queries, drawn by `seed`.
        seed: Decides the draw, the halves and the intervals.
        kb: Knowledge base to read the documents into; "": a temporary one.
        config: Settings; None: those of the environment.
        on_event: Hears file reports, progress, and an outcome for each query.

    Raises:
        NotFound: There is no such dataset.
        UsageError: It has no judged queries, or too few that find anything relevant; the file
            cannot be written; a measure is not of rankings.

    Example:
        found = learn_fusion("data/ir-aero", "aero.fusion.json")
        print(found.differences["calibrated"][0].p)
    """
    path = _writable(Path(file).expanduser())
    todo = plan(dataset, "retrieval", measures, limit=limit, seed=seed)
    _require_rankings(todo.measures)
    config, data, given = config or load_config(), todo.dataset, todo.dataset.tasks[todo.task]
    documents, items = data.corpus(todo.task), given.items
    asked = [data.documents[id] for item in items for id in item.media.values()]
    remarks: dict[str, None] = {}
    with opened(data, documents, asked, config, kb=kb, on_event=on_event) as corpus:
        depth = k or DEPTH
        cases = []
        for case in _cases(corpus, items, given.unit, config, depth, remarks):
            cases.append(case)
            on_event(Outcome(case.item.id))
        if not cases:
            raise UsageError(f"nothing can be learned from: {'; '.join(remarks)}")
        found = _judged(cases, corpus, given.unit, todo.measures, depth, seed)
    weights = learned.fit([(case.pool, case.relevant) for case in cases])
    reachable = sum(bool(case.relevant) for case in cases)
    learned.write(path, weights, f"{data.name}, {reachable} of {len(cases)} judged queries")
    return Learning(path, weights, len(cases), reachable, *found, tuple(remarks))


def _cases(
    corpus: Corpus,
    items: Sequence[Item],
    unit: Unit,
    config: Config,
    depth: int,
    remarks: dict[str, None],
) -> Iterator[Case]:
    """Yield the candidates of each query; a direction that cannot be searched is remarked on."""
    searcher = Searcher(corpus.store, corpus.base.encoders().encoders, options_of(config))
    refused: set[str] = set()
    for item in items:
        direction = f"{item.asks_with} → {item.among or 'any'}"
        if direction in refused:
            continue
        try:
            pool = searcher.candidates(corpus.query(item)[0], max(POOL, depth))
        except StoreError:
            raise
        except PinciteError as error:
            refused.add(direction)
            remarks.setdefault(f"not learned from: {direction}: {error}")
            continue
        right = {unit_id for unit_id, grade in item.relevant.items() if grade > 0}
        relevant = frozenset(
            id for id in pool.segments if right & {*corpus.units_of(_evidence(pool, id), unit)}
        )
        yield Case(item, pool, relevant)


def _evidence(pool: Pool, id: str, share: float = 0.0) -> Evidence:
    segment = pool.segments[id]
    return Evidence(Hit(id, share), segment, pool.assets[segment.asset_id], share)


def halves(cases: Sequence[Case], seed: int) -> list[int]:
    """Return 0 or 1 for each case, as many of each as can be: (n,).

    Raises:
        UsageError: All have the same relevant documents, or there is none.
    """
    groups: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)
    for at, case in enumerate(cases):
        groups[tuple(sorted(case.item.relevant))].append(at)
    if len(groups) < 2:
        raise UsageError(
            f"{len(cases)} queries with {len(groups)} different sets of relevant documents cannot "
            "be split into one half that is learned from and one that judges; judge more queries"
        )
    order = [groups[key] for key in sorted(groups)]
    random.Random(seed).shuffle(order)
    order.sort(key=len, reverse=True)  # the large ones first, so that the rest evens them out
    sides: list[list[int]] = [[], []]
    for members in order:
        min(sides, key=len).extend(members)
    second = set(sides[1])
    return [int(at in second) for at in range(len(cases))]


def _judged(
    cases: Sequence[Case],
    corpus: Corpus,
    unit: Unit,
    measures: Sequence[Measure[Any]],
    depth: int,
    seed: int,
) -> tuple[dict[str, dict[str, float]], dict[str, list[Difference]]]:
    """Return the values of each fusion, and how the learned one differs from the others."""
    side = halves(cases, seed)
    parts = [[c for c, s in zip(cases, side, strict=True) if s == half] for half in (0, 1)]
    fitted = [Learned(learned.fit([(c.pool, c.relevant) for c in part])) for part in parts]
    rankings = {
        name: [_ranked(case, fusion_of(name), corpus, unit, depth) for case in cases]
        for name in RIVALS
    }
    rankings[LEARNED] = [
        _ranked(case, fitted[1 - s], corpus, unit, depth)
        for case, s in zip(cases, side, strict=True)
    ]
    values = {
        name: {str(measure): measure.value(ranked) for measure in measures}
        for name, ranked in rankings.items()
    }
    found = {
        rival: [_difference(m, rankings[rival], rankings[LEARNED], seed) for m in measures]
        for rival in RIVALS
    }
    return values, _corrected(found)


def _ranked(case: Case, fusion: Fusion, corpus: Corpus, unit: Unit, depth: int) -> Ranked:
    shares = fusion.fuse(case.pool).shares
    best = sorted(shares, key=lambda id: (-shares[id], id))[:depth]
    evidence = [_evidence(case.pool, id, shares[id]) for id in best]
    return Ranked(corpus.units(evidence, unit), case.item.relevant)


def _difference(
    measure: Measure[Any], before: Sequence[Ranked], after: Sequence[Ranked], seed: int
) -> Difference:
    found = significance.compare(measure, before, after, resamples=10_000, seed=seed)
    apart = found.difference
    return Difference(
        str(measure),
        measure.value(before),
        measure.value(after),
        apart.estimate,
        apart.low,
        apart.high,
        found.p,
        found.p,
        found.items,
    )


def _corrected(found: Mapping[str, Sequence[Difference]]) -> dict[str, list[Difference]]:
    """Return differences with p-values corrected for the number of all of them."""
    everything = [one for differences in found.values() for one in differences]
    corrected = iter(significance.holm([one.p for one in everything]))
    return {
        rival: [replace(one, p_corrected=next(corrected)) for one in differences]
        for rival, differences in found.items()
    }


def _require_rankings(measures: Collection[Measure[Any]]) -> None:
    for measure in measures:
        if measure.kind != "ranking":
            raise UsageError(
                f"a fusion is judged by rankings, and {measure} is of kind {measure.kind}; name "
                "measures such as nDCG@10,R@5"
            )


def _writable(path: Path) -> Path:
    """Return a path that a file can be written to.

    Raises:
        UsageError: It is a directory, or its directory is not there or not ours.
    """
    place = path if path.exists() else path.absolute().parent
    wrong = "it is a directory" if path.is_dir() else ""
    wrong = wrong or ("" if place.exists() else f"there is no directory {place}")
    wrong = wrong or ("" if os.access(place, os.W_OK) else f"{place} may not be written")
    if wrong:
        raise UsageError(
            f"the weights cannot be written to {path}: {wrong}; name a file in a directory of yours"
        )
    return path
