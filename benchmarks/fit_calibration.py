"""Fits the tables of `pincite/generate/calibrate.py` and prints them.

    PYTHONPATH=src python -m benchmarks.fit_calibration DATA_FOLDER [--encoder minilm]

Fits on the even articles of `qa.en.json` and `qa.zh.json`, and on all of `qa-reading.zh.json`
(other articles altogether); `answers.py` judges on the odd articles. Each fit is a conditional
logit pulled towards the hand-set weights, so a feature that the data do not show keeps its worth.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from benchmarks.answers import (
    Item,
    Paragraph,
    Retriever,
    encoder_similarity,
    holds,
    load,
    swapped,
    token_f1,
)
from pincite.encode import encoders
from pincite.generate import calibrate, compose
from pincite.generate.question import read
from pincite.generate.score import (
    STATEMENT_FEATURES,
    Reading,
    read_evidence,
)
from pincite.generate.similar import Similarity, with_similarity
from pincite.generate.value_score import VALUE_FEATURES
from pincite.types import Evidence

Array = npt.NDArray[np.float64]
Group = tuple[Array, Array]
"""Features (n, f) of the alternatives of one case, and how right each is (n,), 0..1."""


def fit_choice(groups: Sequence[Group], start: Array, pull: float, steps: int = 400) -> Array:
    """Return the weights that make right alternatives likely: max of the log marginal, Adam."""
    widest = max(len(g[1]) for g in groups)
    features = np.zeros((len(groups), widest, len(start)))
    right = np.zeros((len(groups), widest))
    real = np.zeros((len(groups), widest), dtype=bool)
    for i, (x, y) in enumerate(groups):
        features[i, : len(y)], right[i, : len(y)], real[i, : len(y)] = x, y, True

    def gradient(w: Array) -> Array:
        scores = np.where(real, features @ w, -1e9)
        p = np.exp(scores - scores.max(axis=1, keepdims=True))
        p /= p.sum(axis=1, keepdims=True)
        good = p * right
        good /= good.sum(axis=1, keepdims=True) + 1e-12
        change = np.einsum("bn,bnf->f", good - p, features) / len(groups)
        return np.asarray(change - pull * (w - start))

    return climb(gradient, start, steps)


HELD = [calibrate.BELIEF_FEATURES.index("limits")]
"""Features that these sets cannot teach (an unmet year, a row about another thing): kept."""


def fit_yes_no(
    features: Array, right: Array, start: Array, pull: float, steps: int = 1500
) -> Array:
    """Return logistic weights, both classes counting the same; those in `HELD` stay."""
    balance = np.where(right > 0.5, 0.5 / right.mean(), 0.5 / (1 - right.mean()))

    def gradient(w: Array) -> Array:
        p = 1 / (1 + np.exp(-(features @ w)))
        change = ((right - p) * balance) @ features / len(right) - pull * (w - start)
        change[HELD] = 0.0
        return np.asarray(change)

    return climb(gradient, start, steps)


def climb(gradient: Callable[[Array], Array], start: Array, steps: int) -> Array:
    """Return where Adam gets from `start`."""
    w, m, v = start.copy(), np.zeros_like(start), np.zeros_like(start)
    for step in range(1, steps + 1):
        g = gradient(w)
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g
        w = w + 0.05 * (m / (1 - 0.9**step)) / (np.sqrt(v / (1 - 0.999**step)) + 1e-9)
    return w


def choice_groups(
    cases: Sequence[tuple[Item, list[Evidence], Reading]],
) -> tuple[list[Group], list[Group]]:
    """Return the groups of the statement fit and of the value fit."""
    by_statement: list[Group] = []
    by_value: list[Group] = []
    for item, evidence, reading in cases:
        rows = np.stack([s.features for s in reading.statements])
        right = np.zeros(len(rows))
        for i, scored in enumerate(reading.statements):
            segment = evidence[scored.source].segment
            text = segment.text[scored.statement.start : scored.statement.end]
            if segment.id != f"{item.gold:032x}" or not holds(text, item.answers):
                continue
            right[i] = 1.0
            f1 = np.array(
                [token_f1(segment.text[v.start : v.end], item.answers) for v in scored.values]
            )
            if len(f1) > 1 and f1.max() >= 0.5:
                by_value.append((scored.value_features, (f1 >= f1.max() - 1e-9) * f1.max()))
        if right.any():
            by_statement.append((rows, right))
    return by_statement, by_value


def look(question: str, evidence: list[Evidence], similarity: Similarity | None) -> Reading:
    """Return the reading as the generator would see it."""
    asked = read(question)
    reading = read_evidence(asked, evidence)
    if similarity is None:
        return reading
    return with_similarity(reading, evidence, calibrate.weights_for(asked), similarity)


def belief_rows(
    paragraphs: Sequence[Paragraph],
    items: Sequence[Item],
    retriever: Retriever,
    weights: calibrate.Weights,
    similarity: Similarity | None,
) -> tuple[list[list[float]], list[float]]:
    """Return features and truth of answers to answerable and unanswerable questions."""
    rows: list[list[float]] = []
    truth: list[float] = []

    def add(question: str, evidence: list[Evidence], item: Item, possible: bool) -> None:
        reading = look(question, evidence, similarity)
        choice = compose.proposals(reading, evidence, weights)[0]
        scored = choice.best.scored
        text = evidence[scored.source].segment.text[scored.statement.start : scored.statement.end]
        found = compose.belief_features(reading, choice, weights)
        rows.append([found[name] for name in calibrate.BELIEF_FEATURES])
        truth.append(float(possible and holds(text, item.answers)))

    for number, item in enumerate(items):
        article = paragraphs[item.gold].article
        same = frozenset(i for i, p in enumerate(paragraphs) if p.article == article)
        add(item.question, retriever.search(item.question, 5), item, True)
        add(item.question, retriever.search(item.question, 5, same), item, False)
        rest = retriever.search(item.question, 5, frozenset({item.gold}))
        if not any(holds(e.segment.text, item.answers) for e in rest):
            add(item.question, rest, item, False)
        others = [items[(number + step * 37) % len(items)] for step in range(1, 9)]
        for question in swapped(item, others):
            add(question, retriever.search(question, 5), item, False)
    return rows, truth


def fit(
    sets: Sequence[tuple[list[Paragraph], list[Item]]], similarity: Similarity | None = None
) -> calibrate.Weights:
    """Return weights fitted on question sets of one language."""
    hand = calibrate.HAND
    cases = []
    retrievers = [Retriever(paragraphs) for paragraphs, _ in sets]
    for (_, items), retriever in zip(sets, retrievers, strict=True):
        for item in items:
            evidence = retriever.search(item.question, 5)
            cases.append((item, evidence, look(item.question, evidence, similarity)))
    by_statement, by_value = choice_groups(cases)
    statement = fit_choice(by_statement, np.array(hand.statement), pull=0.003)
    value = fit_choice(by_value, np.array(hand.value), pull=0.003)
    weights = calibrate.Weights(tuple(statement), tuple(value), hand.belief)
    rows: list[list[float]] = []
    truth: list[float] = []
    for (paragraphs, items), retriever in zip(sets, retrievers, strict=True):
        more = belief_rows(paragraphs, items, retriever, weights, similarity)
        rows += more[0]
        truth += more[1]
    belief = fit_yes_no(np.array(rows), np.array(truth), np.array(hand.belief), pull=0.002)
    return calibrate.Weights(tuple(statement), tuple(value), tuple(belief))


def shown(weights: calibrate.Weights) -> str:
    """Return the table as it stands in `calibrate.py`."""
    parts = [
        f"{name}=({', '.join(f'{x:.2f}' for x in getattr(weights, name))}),"
        for name in ("statement", "value", "belief")
    ]
    return "Weights(\n    " + "\n    ".join(parts) + "\n)"


def main() -> None:
    parser = argparse.ArgumentParser(description="Fit the weights of the extractive generator.")
    parser.add_argument("data", type=Path)
    parser.add_argument("--encoder", default="", help="fit the dense tables with this encoder")
    given = parser.parse_args()
    similarity = encoder_similarity(encoders.create(given.encoder)) if given.encoder else None
    print("#", *STATEMENT_FEATURES, "|", *VALUE_FEATURES)
    for language, names in (("en", ["qa.en.json"]), ("zh", ["qa.zh.json", "qa-reading.zh.json"])):
        sets = []
        for name in names:
            paragraphs, items = load(given.data / name)
            if "reading" not in name:
                items = [i for i in items if paragraphs[i.gold].article % 2 == 0]
            sets.append((paragraphs, items))
        print(language, shown(fit(sets, similarity)), flush=True)


if __name__ == "__main__":
    main()
