"""What questions of the public sets teach: which statement and which value.

`fit_answers.py` uses the even articles of `qa.en.json` and `qa.zh.json`; `answers.py` judges on the
odd ones.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from benchmarks.answers import (
    Item,
    holds,
    token_f1,
)
from pincite.generate import calibrate
from pincite.generate.question import read
from pincite.generate.score import STATEMENT_FEATURES, Reading, read_evidence
from pincite.generate.similar import Similarity, with_similarity
from pincite.generate.value_score import VALUE_FEATURES
from pincite.types import Evidence

Array = npt.NDArray[np.float64]
Group = tuple[Array, Array]
"""Features (n, f) of the alternatives of one case, and how right each is (n,), 0..1."""


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


def named(weights: calibrate.Weights) -> dict[str, dict[str, float]]:
    """Return a table with each weight, to two digits, under the name of its feature."""
    names = {
        "statement": STATEMENT_FEATURES,
        "value": VALUE_FEATURES,
        "belief": calibrate.BELIEF_FEATURES,
    }
    return {
        kind: {
            n: round(float(x), 2) for n, x in zip(names[kind], getattr(weights, kind), strict=True)
        }
        for kind in names
    }


def shown(weights: calibrate.Weights) -> str:
    """Return the table for a person to read."""
    return "\n".join(f"    {kind}: {table}" for kind, table in named(weights).items())
