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

from benchmarks.collections import load
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


def ndcg10(scores: Scores, relevant: Sequence[Mapping[int, int]]) -> float:
    """Return the mean nDCG@10, linear gain."""
    discount = 1 / np.log2(np.arange(2, 12))
    values = []
    for row, grades in zip(scores, relevant, strict=True):
        gains = [grades.get(int(i), 0) for i in np.argsort(-row, kind="stable")[:10]]
        ideal = sorted(grades.values(), reverse=True)[:10]
        values.append(float(gains @ discount) / float(ideal @ discount[: len(ideal)]))
    return float(np.mean(values))


def first(scores: Scores, relevant: Sequence[Mapping[int, int]]) -> float:
    """Return the share of queries whose best passage is relevant."""
    best = scores.argmax(axis=1)
    return float(np.mean([int(i) in grades for i, grades in zip(best, relevant, strict=True)]))


def main() -> None:
    encoders = {p: OnnxTextEncoder(load_config({"precision": p})) for p in ("fp32", "int8")}
    print(f"{'collection':12}{'ranking':22}{'nDCG@10':>9}{'R@1':>8}")
    for name in sys.argv[1:] or COLLECTIONS:
        collection = load(name)
        words = bm25(collection.passages, collection.queries)
        queries = {p: e.encode(collection.queries, "query") for p, e in encoders.items()}
        passages = {p: e.encode(collection.passages) for p, e in encoders.items()}
        rankings = {"words": words}
        for asked, kept in (("fp32", "fp32"), ("int8", "int8"), ("fp32", "int8")):
            label = asked if asked == kept else f"{asked} asks {kept}"
            cosines = queries[asked] @ passages[kept].T
            rankings[label] = cosines
            rankings[f"{label} + words"] = stretched(cosines) + stretched(words)
            rankings[f"{label} ⊕ words (rrf)"] = reciprocal(cosines) + reciprocal(words)
        for label, scores in rankings.items():
            quality = ndcg10(scores, collection.relevant), first(scores, collection.relevant)
            print(f"{name:12}{label:22}{quality[0]:9.4f}{quality[1]:8.4f}")
        likeness = float(np.mean((passages["fp32"] * passages["int8"]).sum(axis=1)))
        print(f"{name:12}cosine of int8 to fp32: {likeness:.4f}", flush=True)


if __name__ == "__main__":
    main()
