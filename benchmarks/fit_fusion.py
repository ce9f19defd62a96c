"""Fits and judges the fusion weights, never on what they were fitted on.

    python -m benchmarks.fit_fusion [--weights]

"other half": one half of each collection fits, the other is judged. Halves are split between
articles (qa) or queries (BEIR). "other collections": the one that is judged had no part in the
fit. p is that of a paired randomisation test against the other half, by the measure that its
bar is set for: R@1 (qa) or nDCG@10.

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
from pincite.evaluate.significance import randomisation
from pincite.retrieve.fuse import (
    CHINESE_ONLY,
    ON_ITS_OWN,
    WITH_VECTORS,
    WORDS_ONLY,
    Features,
    Weights,
    reciprocal_rank,
)
from pincite.retrieve.learned import RIDGE, newton
from pincite.retrieve.neighbourhood import belief_around
from pincite.retrieve.search import Searcher
from pincite.store.tables import Store
from pincite.types import Filters, Hit, Query, Ranking, Vectors

NAMES = [field.name for field in fields(Features)]
SCALES = {"lexical": 10.0, "dense": 0.2, "dense_around": 3.0}
SCALE = np.array([SCALES.get(name, 1.0) for name in NAMES])
AROUND = NAMES.index("dense_around")
ENGLISH = ("qa-en", "ir-aero", "ir-library")
CHINESE = ("qa-zh", "qa-reading.zh")
Array = npt.NDArray[np.float64]
Score = Callable[["Case"], Array]


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """One query: its candidates' features (n, f), which of them are relevant, and both ranks."""

    x: Array
    relevant: npt.NDArray[np.bool_]
    grades: Mapping[int, int]
    candidates: Sequence[int]
    lexical: Mapping[str, float]
    dense: Mapping[str, float]
    vectors: Mapping[str, Vectors]
    ids: Sequence[str]
    group: int


def cases(collection: Collection, encoder: Encoder | None) -> list[Case]:
    """Return the candidates of every query, as the searcher gathers them."""
    with tempfile.TemporaryDirectory() as scratch:
        store = Store.open(f"{scratch}/kb", create=True)
        ids = fill(store, collection, encoder)
        index = {id: i for i, id in enumerate(ids)}
        searcher = Searcher(store, (encoder,) if encoder else ())
        made = []
        for query, judged, group in zip(
            collection.queries, collection.relevant, collection.groups, strict=True
        ):
            pool = searcher.candidates(Query(query, Filters()))
            order = list(pool.features)
            x = np.array([[getattr(pool.features[i], n) for n in NAMES] for i in order])
            numbers = [index[i] for i in order]
            relevant = np.array([n in judged for n in numbers], dtype=bool)
            held = store.vectors(encoder.space, order) if encoder else {}
            x = x.reshape(-1, len(NAMES))
            ranks = pool.lexical, pool.dense
            made.append(Case(x, relevant, judged, numbers, *ranks, held, order, group))
        return made


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """Weights of both steps: of a candidate on its own, and with what is around it."""

    own: Array
    full: Array

    def score(self, case: Case) -> Array:
        """Return the logit of each candidate, (n,)."""
        return surrounded(case, self.own) @ self.full


def surrounded(case: Case, own: Array) -> Array:
    """Return the features with the belief of `own` around each candidate; (n, f)."""
    x = case.x.copy()
    if case.vectors and len(x):
        logits = x @ own
        shares = np.exp(logits - logits.max())
        found = belief_around(
            dict(zip(case.ids, (shares / shares.sum()).tolist(), strict=True)), case.vectors
        )
        x[:, AROUND] = [found[id] for id in case.ids]
    return x


def fit(data: Sequence[Case], used: Sequence[bool]) -> Fitted:
    """Return the weights that minimise -log P(relevant | query), in two steps."""
    alone = [u and i != AROUND for i, u in enumerate(used)]
    judged = [case for case in data if case.relevant.any()]
    own = _newton([(case.x, case.relevant) for case in judged], alone)
    if not used[AROUND]:
        return Fitted(own, own)
    full = _newton([(surrounded(case, own), case.relevant) for case in judged], used)
    return Fitted(own, full)


def _newton(data: Sequence[tuple[Array, npt.NDArray[np.bool_]]], used: Sequence[bool]) -> Array:
    mask = np.array(used)
    full = np.zeros(len(NAMES))
    scaled = [(x[:, mask] / SCALE[mask], relevant) for x, relevant in data]
    full[mask] = newton(scaled, RIDGE) / SCALE[mask]
    return full


def measures(data: Sequence[Case], score: Score) -> Array:
    """Return R@1, R@5 and nDCG@10 of each query; (queries, 3)."""
    rows = []
    for case in data:
        order = np.argsort(-score(case), kind="stable")[:10]
        found = [case.grades.get(case.candidates[i], 0) for i in order]
        gain = sum(g / math.log2(rank + 2) for rank, g in enumerate(found))
        ideal = sorted(case.grades.values(), reverse=True)[:10]
        best = sum(g / math.log2(rank + 2) for rank, g in enumerate(ideal))
        rows.append((float(any(found[:1])), float(any(found[:5])), gain / best))
    return np.array(rows)


def column(case: Case, channel: Mapping[str, float]) -> Array:
    return np.array([channel.get(id, -1e9) for id in case.ids])


def rrf(case: Case) -> Array:
    rankings = [
        Ranking(tuple(Hit(*hit) for hit in sorted(channel.items(), key=lambda h: -h[1])))
        for channel in (case.lexical, case.dense)
    ]
    fused = {hit.segment_id: hit.score for hit in reciprocal_rank(rankings).hits}
    return column(case, fused)


def as_array(weights: Weights) -> Array:
    return np.array([getattr(weights, name) for name in NAMES])


def judge(data: dict[str, list[Case]], used: Sequence[bool], shipped: Fitted) -> Fitted:
    """Print what each way of ranking reaches; return the weights fitted on everything."""
    halves = [
        [case for cases_ in data.values() for case in cases_ if case.group % 2 == half]
        for half in (0, 1)
    ]
    by_half = [fit(half, used) for half in halves]
    for name, own in data.items():
        others = fit([c for n, cases_ in data.items() if n != name for c in cases_], used)
        ways: dict[str, Score] = {"lexical": lambda case: column(case, case.lexical)}
        if used[AROUND]:
            ways["dense"] = lambda case: column(case, case.dense)
            ways["reciprocal rank"] = rrf
            ways["no neighbours, other half"] = lambda case: (
                case.x @ by_half[1 - case.group % 2].own
            )
        ways["calibrated, other collections"] = others.score
        ways["calibrated, as shipped"] = shipped.score
        show(name, own, ways, lambda case: by_half[1 - case.group % 2].score(case))
    return fit(halves[0] + halves[1], used)


def show(name: str, data: Sequence[Case], ways: Mapping[str, Score], judged: Score) -> None:
    """Print each way of ranking, with p of its difference from the one that is judged."""
    print(f"{name} ({len(data)} queries)")
    column_ = 0 if name.startswith("qa-") else 2
    mine = measures(data, judged)
    _line("calibrated, other half", mine)
    for way, score in ways.items():
        rows = measures(data, score)
        _line(way, rows, randomisation(rows[:, column_].tolist(), mine[:, column_].tolist()))


def _line(way: str, rows: Array, p: float | None = None) -> None:
    r1, r5, ndcg = rows.mean(axis=0)
    told = "" if p is None else f"  p {p:.4f}"
    print(f"  {way:30} R@1 {r1:.3f}  R@5 {r5:.3f}  nDCG@10 {ndcg:.3f}{told}", flush=True)


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
        shipped = Fitted(as_array(ON_ITS_OWN), as_array(WITH_VECTORS))
        fitted = judge({n: cases(load(n), encoder) for n in ENGLISH}, [True] * len(NAMES), shipped)
        if arguments.weights:
            print("ON_ITS_OWN =", fitted.own, "\nWITH_VECTORS =", fitted.full)
    words = [not name.startswith("dense") for name in NAMES]
    for title, names, weights in (
        ("WORDS_ONLY", ENGLISH, WORDS_ONLY),
        ("CHINESE_ONLY", CHINESE, CHINESE_ONLY),
    ):
        print(f"words only: {title}")
        shipped = Fitted(as_array(weights), as_array(weights))
        fitted = judge({n: cases(load(n), None) for n in names}, words, shipped)
        if arguments.weights:
            print(title, "=", fitted.full)


if __name__ == "__main__":
    main()
