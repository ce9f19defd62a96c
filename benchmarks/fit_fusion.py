"""Fits and judges the fusion weights, never on what they were fitted on.

    python -m benchmarks.fit_fusion [--weights]

Files are cut as they are when read from a folder. Judged is whether the right file comes first,
where each passage is a file, and whether the segment with the answer does, where a file is a whole
article ("-long"). "-joint" searches the passages of all English collections at once: how far the
best stand out depends on what else there is. Fitted is to the segment with the answer, where that
is known.

"other half": one half of each collection fits, the other is judged. Halves are split between
articles (qa) or queries (BEIR). "other collections": the one that is judged had no part in the
fit, nor had its articles in another form. p is that of a paired randomisation test against the
other half, by the measure that its bar is set for: R@1 (qa) or nDCG@10.

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

from benchmarks.corpora import JOINED, JOINT, LONG, Collection, Piece, fill, load
from pincite.config import load_config
from pincite.encode import Encoder, default_encoder
from pincite.evaluate.significance import randomisation
from pincite.retrieve.fuse import (
    CHINESE_ONLY,
    WITH_VECTORS,
    WORDS_ONLY,
    Features,
    Steps,
    Weights,
    reciprocal_rank,
)
from pincite.retrieve.learned import RIDGE, newton
from pincite.retrieve.neighbourhood import belief_around
from pincite.retrieve.search import Searcher
from pincite.store.tables import Store
from pincite.types import Filters, Hit, Query, Ranking, TextSpan, Vectors

NAMES = [field.name for field in fields(Features)]
SCALES = {"lexical": 10.0, "dense": 0.2, "around": 3.0}
SCALE = np.array([SCALES.get(name, 1.0) for name in NAMES])
AROUND = NAMES.index("around")
ENGLISH = ("qa-en", "qa-en-long", "ir-aero", "ir-library", *(name + JOINT for name in JOINED))
CHINESE = ("qa-zh", "qa-zh-long", "qa-reading.zh")
USED = {
    "WITH_VECTORS": set(NAMES) - {"lexical_standing"},
    "WORDS_ONLY": {"lexical_standing", "sentence", "phrase", "around"},
    "CHINESE_ONLY": {"lexical_share", "coverage", "sentence", "phrase", "around"},
}
RIDGES = {"WITH_VECTORS": RIDGE, "WORDS_ONLY": RIDGE, "CHINESE_ONLY": RIDGE / 10}
"""Chosen by what holds in the other half: more features fit better and rank no better, and where
whole subjects are judged (ir-*), smaller weights hold better than where one answer is."""
Array = npt.NDArray[np.float64]
Score = Callable[["Case"], Array]


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """One query: its candidates' features (n, f), which of them are relevant, and both ranks.

    `units` are what is judged, the files or segments of the candidates; `grades` are theirs.
    """

    x: Array
    relevant: npt.NDArray[np.bool_]
    grades: Mapping[int, int]
    units: Sequence[int]
    lexical: Mapping[str, float]
    dense: Mapping[str, float]
    vectors: Mapping[str, Vectors]
    places: Mapping[str, tuple[str, int]]
    ids: Sequence[str]
    group: int


def cases(collection: Collection, encoder: Encoder | None) -> list[Case]:
    """Return the candidates of every query, as the searcher gathers them."""
    with tempfile.TemporaryDirectory() as scratch:
        store = Store.open(f"{scratch}/kb", create=True)
        pieces = fill(store, collection, encoder)
        numbers = {id: i for i, id in enumerate(pieces)}
        searcher = Searcher(store, (encoder,) if encoder else ())
        made = []
        for n, (query, group) in enumerate(zip(collection.queries, collection.groups, strict=True)):
            pool = searcher.candidates(Query(query, Filters()))
            order = list(pool.features)
            x = np.array([[getattr(pool.features[i], n) for n in NAMES] for i in order])
            gold = collection.gold(n)
            holding = {id for id, piece in pieces.items() if holds(piece, gold)}
            made.append(
                Case(
                    x.reshape(-1, len(NAMES)),
                    np.array([id in holding for id in order], dtype=bool),
                    {numbers[i]: 1 for i in holding}
                    if collection.files
                    else collection.relevant[n],
                    [numbers[i] if collection.files else pieces[i].file for i in order],
                    pool.lexical,
                    pool.dense,
                    store.vectors(encoder.space, order) if encoder else {},
                    {id: (s.asset_id, s.ordinal) for id, s in pool.segments.items()},
                    order,
                    group,
                )
            )
        return made


def holds(piece: Piece, gold: Mapping[int, Sequence[TextSpan]]) -> bool:
    """Return whether a piece holds any of what is looked for."""
    spans, own = gold.get(piece.file, ()), piece.span
    return any(own.start < span.end and span.start < own.end for span in spans)


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """Weights of both steps, see `Steps`."""

    alone: Array
    full: Array

    def score(self, case: Case) -> Array:
        """Return the logit of each candidate, (n,)."""
        return surrounded(case, self.alone) @ self.full


def surrounded(case: Case, alone: Array) -> Array:
    """Return the features with the belief of `alone` around each candidate; (n, f)."""
    x = case.x.copy()
    if len(x):
        x[:, AROUND] = 0.0
        logits = x @ alone
        powers = np.exp(logits - logits.max())
        shares = dict(zip(case.ids, (powers / powers.sum()).tolist(), strict=True))
        found = belief_around(shares, case.vectors, case.places)
        x[:, AROUND] = [found[id] for id in case.ids]
    return x


def fit(data: Sequence[Case], used: Sequence[bool], ridge: float) -> Fitted:
    """Return the weights that minimise -log P(relevant | query), in two steps."""
    first = [u and i != AROUND for i, u in enumerate(used)]
    judged = [case for case in data if case.relevant.any()]
    alone = _newton([(case.x, case.relevant) for case in judged], first, ridge)
    full = _newton([(surrounded(case, alone), case.relevant) for case in judged], used, ridge)
    return Fitted(alone, full)


def _newton(
    data: Sequence[tuple[Array, npt.NDArray[np.bool_]]], used: Sequence[bool], ridge: float
) -> Array:
    mask = np.array(used)
    full = np.zeros(len(NAMES))
    scaled = [(x[:, mask] / SCALE[mask], relevant) for x, relevant in data]
    full[mask] = newton(scaled, ridge) / SCALE[mask]
    return full


def measures(data: Sequence[Case], score: Score) -> Array:
    """Return R@1, R@5 and nDCG@10 of each query; (queries, 3)."""
    rows = []
    for case in data:
        order = np.argsort(-score(case), kind="stable")
        units = list(dict.fromkeys(case.units[i] for i in order))[:10]
        found = [case.grades.get(unit, 0) for unit in units]
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


def as_fitted(steps: Steps) -> Fitted:
    return Fitted(_as_array(steps.alone), _as_array(steps.full))


def _as_array(weights: Weights) -> Array:
    return np.array([getattr(weights, name) for name in NAMES])


def judge(
    data: dict[str, list[Case]], used: Sequence[bool], ridge: float, shipped: Fitted
) -> Fitted:
    """Print what each way of ranking reaches; return the weights fitted on everything."""
    halves = [
        [case for cases_ in data.values() for case in cases_ if case.group % 2 == half]
        for half in (0, 1)
    ]
    by_half = [fit(half, used, ridge) for half in halves]
    for name, own in data.items():
        kin = _kin(name)
        others = fit(
            [c for n, cases_ in data.items() if _kin(n) != kin for c in cases_],
            used,
            ridge,
        )
        ways: dict[str, Score] = {"lexical": lambda case: column(case, case.lexical)}
        if any(case.dense for case in own):
            ways["dense"] = lambda case: column(case, case.dense)
            ways["reciprocal rank"] = rrf
        ways["no neighbours, other half"] = lambda case: case.x @ by_half[1 - case.group % 2].alone
        ways["calibrated, other collections"] = others.score
        ways["calibrated, as shipped"] = shipped.score
        show(name, own, ways, lambda case: by_half[1 - case.group % 2].score(case))
    return fit(halves[0] + halves[1], used, ridge)


def _kin(name: str) -> str:
    """Return the collection whose articles these are."""
    return name.removesuffix(LONG).removesuffix(JOINT)


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
    encoder = default_encoder(load_config())
    if encoder is None:
        print("no encoder: pincite models pull text")
    else:
        report("WITH_VECTORS", ENGLISH, encoder, WITH_VECTORS, arguments.weights)
    report("WORDS_ONLY", ENGLISH, None, WORDS_ONLY, arguments.weights)
    report("CHINESE_ONLY", CHINESE, None, CHINESE_ONLY, arguments.weights)


def report(
    title: str, names: Sequence[str], encoder: Encoder | None, shipped: Steps, weights: bool
) -> None:
    """Print what each way of ranking reaches, and the weights fitted on everything if asked."""
    print(f"{title} ({encoder.space})" if encoder else title)
    data = {name: cases(load(name), encoder) for name in names}
    used = [name in USED[title] for name in NAMES]
    fitted = judge(data, used, RIDGES[title], as_fitted(shipped))
    if weights:
        for step, row in (("alone", fitted.alone), ("full", fitted.full)):
            given = zip(NAMES, row, strict=True)
            told = ", ".join(f"{name}={value:.3f}" for name, value in given if value)
            print(f"{title}.{step} = Weights({told})")


if __name__ == "__main__":
    main()
