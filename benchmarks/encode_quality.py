"""What eight-bit arithmetic costs the text encoder: dense alone and in a plain hybrid.

    PYTHONPATH=src python -m benchmarks.encode_quality [COLLECTION...]

Needs the pulled model (`pincite models pull text`) and the collections. The hybrid is as plain
as can be, so that nothing in it was fitted to one of the precisions: BM25 and cosines, each
stretched to 0..1 over the query's candidates, half and half; and reciprocal ranks.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from benchmarks.corpora import load
from pincite.config import load_config
from pincite.encode.onnx_text import OnnxTextEncoder
from pincite.language import terms

Scores = npt.NDArray[np.float32]
COLLECTIONS = ("ir-aero", "ir-library", "qa-en")
DEPTH = 100  # candidates a channel brings up


def bm25(
    passages: Sequence[str], queries: Sequence[str], k1: float = 1.2, b: float = 0.75
) -> Scores:
    """Return the score of every passage for every query (Robertson & Zaragoza, 2009): (q, n)."""
    counts = [Counter(terms(passage)) for passage in passages]
    lengths = np.array([sum(count.values()) for count in counts], np.float32)
    places: dict[str, list[tuple[int, int]]] = {}
    for i, count in enumerate(counts):
        for term, times in count.items():
            places.setdefault(term, []).append((i, times))
    scores = np.zeros((len(queries), len(passages)), np.float32)
    for row, query in zip(scores, queries, strict=True):
        for term in terms(query):
            found = places.get(term, [])
            rarity = np.log(1 + (len(passages) - len(found) + 0.5) / (len(found) + 0.5))
            for i, times in found:
                longer = 1 - b + b * lengths[i] / lengths.mean()
                row[i] += rarity * times * (k1 + 1) / (times + k1 * longer)
    return scores


def stretched(scores: Scores) -> Scores:
    """Return each row's best `DEPTH` scores brought to 0..1, all others 0."""
    out = np.zeros_like(scores)
    for row, into in zip(scores, out, strict=True):
        best = np.argsort(-row, kind="stable")[:DEPTH]
        low, high = row[best[-1]], row[best[0]]
        into[best] = (row[best] - low) / max(high - low, 1e-9)
    return out


def reciprocal(scores: Scores) -> Scores:
    """Return 1 / (60 + rank) of each row's best `DEPTH`, all others 0."""
    out = np.zeros_like(scores)
    for row, into in zip(scores, out, strict=True):
        into[np.argsort(-row, kind="stable")[:DEPTH]] = 1 / (60 + np.arange(1, DEPTH + 1))
    return out


def ndcg10(scores: Scores, relevant: Sequence[Mapping[int, int]]) -> Scores:
    """Return the nDCG@10 of each query, linear gain: (q,)."""
    discount = 1 / np.log2(np.arange(2, 12))
    values = []
    for row, grades in zip(scores, relevant, strict=True):
        gains = [grades.get(int(i), 0) for i in np.argsort(-row, kind="stable")[:10]]
        ideal = sorted(grades.values(), reverse=True)[:10]
        values.append(float(gains @ discount) / float(ideal @ discount[: len(ideal)]))
    return np.array(values, np.float32)


def first(scores: Scores, relevant: Sequence[Mapping[int, int]]) -> float:
    """Return the share of queries whose best passage is relevant."""
    best = scores.argmax(axis=1)
    return float(np.mean([int(i) in grades for i, grades in zip(best, relevant, strict=True)]))


def compare(name: str, encoders: Mapping[str, OnnxTextEncoder]) -> None:
    """Print the quality of each ranking of a collection, and how it differs from full precision.

    The difference is of the same queries, with its standard error: a smaller one is chance.
    """
    collection = load(name)
    words = bm25(collection.passages, collection.queries)
    queries = {p: e.encode(collection.queries, "query") for p, e in encoders.items()}
    passages = {p: e.encode(collection.passages) for p, e in encoders.items()}
    _line(name, "words", words, collection.relevant)
    full: dict[str, Scores] = {}
    for asked, kept in (("fp32", "fp32"), ("int8", "int8"), ("fp32", "int8")):
        label = asked if asked == kept else f"{asked} asks {kept}"
        cosines = queries[asked] @ passages[kept].T
        rankings = {
            "": cosines,
            " + words": stretched(cosines) + stretched(words),
            " & words, by rank": reciprocal(cosines) + reciprocal(words),
        }
        for way, scores in rankings.items():
            values = _line(name, label + way, scores, collection.relevant, full.get(way))
            full.setdefault(way, values)
    likeness = float(np.mean((passages["fp32"] * passages["int8"]).sum(axis=1)))
    print(f"{name:12}cosine of int8 to fp32: {likeness:.4f}", flush=True)


def _line(
    name: str,
    label: str,
    scores: Scores,
    relevant: Sequence[Mapping[int, int]],
    full: Scores | None = None,
) -> Scores:
    values = ndcg10(scores, relevant)
    change = ""
    if full is not None:
        by_query = values - full
        error = by_query.std(ddof=1) / np.sqrt(len(by_query))
        change = f"{by_query.mean():+10.4f} ± {error:.4f}"
    print(f"{name:12}{label:30}{values.mean():9.4f}{first(scores, relevant):8.4f}{change}")
    return values


def main() -> None:
    encoders = {p: OnnxTextEncoder(load_config({"precision": p})) for p in ("fp32", "int8")}
    print(f"{'collection':12}{'ranking':30}{'nDCG@10':>9}{'R@1':>8}  nDCG@10 less fp32")
    for name in sys.argv[1:] or COLLECTIONS:
        compare(name, encoders)


if __name__ == "__main__":
    main()
