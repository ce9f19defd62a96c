"""Fits and judges the fusion weights: one half of each collection fits, the other judges.

    python -m benchmarks.fit_fusion [--weights]

Halves are split between articles (qa) or queries (BEIR), so nothing fitted on is judged.
`--weights` prints the weights fitted on all, to be put into `retrieve/fuse.py`.
"""

from __future__ import annotations

import argparse
import math
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from benchmarks.corpora import Collection, fill, load
from pincite.config import load_config
from pincite.encode import Encoder, default_encoder
from pincite.retrieve.fuse import WITH_VECTORS, WORDS_ONLY, Features, Weights, reciprocal_rank
from pincite.retrieve.search import Searcher
from pincite.store.tables import Store
from pincite.types import Filters, Hit, Query, Ranking

NAMES = [field.name for field in fields(Features)]
SCALE = np.array([10.0, 1.0, 0.2, 1.0, 1.0, 1.0, 1.0, 1.0])
RIDGE = 1e-3
Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """One query: its candidates' features (n, 8), which of them are relevant, and both ranks."""

    x: Array
    relevant: npt.NDArray[np.bool_]
    grades: Mapping[int, int]
    candidates: Sequence[int]
    lexical: Mapping[str, float]
    dense: Mapping[str, float]
    ids: Sequence[str]
    group: int


def cases(collection: Collection, encoder: Encoder | None) -> list[Case]:
    """Return the candidates of every query, as the searcher gathers them."""
    with tempfile.TemporaryDirectory() as scratch:
        store = Store.open(f"{scratch}/kb", create=True)
        ids = fill(store, collection, encoder)
        index = {id: i for i, id in enumerate(ids)}
        searcher = Searcher(store, encoder)
        made = []
        for query, judged, group in zip(
            collection.queries, collection.relevant, collection.groups, strict=True
        ):
            pool = searcher.candidates(Query(query, Filters()))
            order = list(pool.features)
            x = np.array([[getattr(pool.features[i], n) for n in NAMES] for i in order])
            numbers = [index[i] for i in order]
            relevant = np.array([n in judged for n in numbers], dtype=bool)
            made.append(Case(x, relevant, judged, numbers, pool.lexical, pool.dense, order, group))
        return made


def fit(data: Sequence[Case], used: Sequence[bool]) -> Array:
    """Return the weights that minimise -log P(relevant | query), by Newton steps; (8,)."""
    mask = np.array(used)
    kept = [(case.x[:, mask] / SCALE[mask], case.relevant) for case in data if case.relevant.any()]
    w = np.zeros(int(mask.sum()))
    for _ in range(100):
        gradient, curvature = 2 * RIDGE * len(kept) * w, 2 * RIDGE * len(kept) * np.eye(len(w))
        for x, relevant in kept:
            p, q = _softmax(x @ w), _softmax(np.where(relevant, x @ w, -np.inf))
            gradient += x.T @ (p - q)
            curvature += (x.T * p) @ x - np.outer(x.T @ p, x.T @ p)
        step = np.linalg.solve(curvature, gradient)
        size, before = 1.0, _loss(kept, w)
        while size > 1e-6 and _loss(kept, w - size * step) > before:
            size /= 2
        w = w - size * step
        if np.abs(size * step).max() < 1e-6:
            break
    full = np.zeros(len(NAMES))
    full[mask] = w / SCALE[mask]
    return full


def _loss(kept: Sequence[tuple[Array, npt.NDArray[np.bool_]]], w: Array) -> float:
    """Return the summed -log P(relevant | query) with its ridge."""
    total = RIDGE * len(kept) * float(w @ w)
    for x, relevant in kept:
        logits = x @ w
        total += float(np.logaddexp.reduce(logits) - np.logaddexp.reduce(logits[relevant]))
    return total


def _softmax(logits: Array) -> Array:
    powers = np.exp(logits - logits.max())
    return powers / powers.sum()


def measures(data: Sequence[Case], score: Callable[[Case], Array]) -> tuple[float, float, float]:
    """Return R@1, R@5 and nDCG@10."""
    rows = []
    for case in data:
        order = np.argsort(-score(case), kind="stable")[:10]
        found = [case.grades.get(case.candidates[i], 0) for i in order]
        gain = sum(g / math.log2(rank + 2) for rank, g in enumerate(found))
        ideal = sorted(case.grades.values(), reverse=True)[:10]
        best = sum(g / math.log2(rank + 2) for rank, g in enumerate(ideal))
        rows.append((float(found[0] > 0), float(any(found[:5])), gain / best))
    r1, r5, ndcg = np.mean(rows, axis=0)
    return float(r1), float(r5), float(ndcg)


def column(case: Case, channel: Mapping[str, float]) -> Array:
    return np.array([channel.get(id, -1e9) for id in case.ids])


def rrf(case: Case) -> Array:
    rankings = [
        Ranking(tuple(Hit(*hit) for hit in sorted(channel.items(), key=lambda h: -h[1])))
        for channel in (case.lexical, case.dense)
    ]
    fused = {hit.segment_id: hit.score for hit in reciprocal_rank(rankings).hits}
    return column(case, fused)


def line(name: str, data: Sequence[Case], score: Callable[[Case], Array]) -> None:
    r1, r5, ndcg = measures(data, score)
    print(f"  {name:28} R@1 {r1:.3f}  R@5 {r5:.3f}  nDCG@10 {ndcg:.3f}")


def as_array(weights: Weights) -> Array:
    return np.array([getattr(weights, name) for name in NAMES])


def judge(data: dict[str, list[Case]], used: Sequence[bool], shipped: Weights) -> Array:
    """Print what each way of ranking reaches; return the weights fitted on everything."""
    halves = [
        [case for cases_ in data.values() for case in cases_ if case.group % 2 == half]
        for half in (0, 1)
    ]
    fitted = [fit(half, used) for half in halves]
    for name, all_cases in data.items():
        print(f"{name} ({len(all_cases)} queries)")
        line("lexical", all_cases, lambda case: column(case, case.lexical))
        if used[NAMES.index("dense")]:
            line("dense", all_cases, lambda case: column(case, case.dense))
            line("reciprocal rank", all_cases, rrf)
        line(
            "calibrated, other half",
            all_cases,
            lambda case: case.x @ fitted[1 - case.group % 2],
        )
        line("calibrated, as shipped", all_cases, lambda case: case.x @ as_array(shipped))
    return fit(halves[0] + halves[1], used)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--weights", action="store_true", help="print weights fitted on all")
    arguments = parser.parse_args()
    np.set_printoptions(precision=3, suppress=True)
    encoder = default_encoder(load_config())
    if encoder is None:
        print("no encoder: pincite models pull text")
    else:
        print(f"with vectors ({encoder.space})")
        named = {name: cases(load(name), encoder) for name in ("qa-en", "ir-aero", "ir-library")}
        weights = judge(named, [True] * len(NAMES), WITH_VECTORS)
        if arguments.weights:
            print("WITH_VECTORS =", weights)
    print("words only")
    named = {name: cases(load(name), None) for name in ("qa-en", "qa-zh", "ir-aero", "ir-library")}
    weights = judge(named, [name != "dense" for name in NAMES], WORDS_ONLY)
    if arguments.weights:
        print("WORDS_ONLY =", weights)


if __name__ == "__main__":
    main()
