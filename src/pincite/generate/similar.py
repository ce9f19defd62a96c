"""Dense similarity for the statements that words alone already rank high.

Encoding is the slow part of an answer, so only the most promising statements are encoded; the
rest take the lowest similarity found among them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from pincite.generate.calibrate import Weights, statement_posterior
from pincite.generate.score import STATEMENT_FEATURES, Reading
from pincite.types import Evidence

Similarity = Callable[[str, Sequence[str]], npt.NDArray[np.float32]]
"""Returns the cosine of a question to each text, (n,)."""

MOST_ENCODED = 24
"""So many statements are encoded for one question."""


def with_similarity(
    reading: Reading, evidence: Sequence[Evidence], weights: Weights, similarity: Similarity
) -> Reading:
    """Return the reading with its dense features filled in.

    Args:
        reading: The statements as words alone see them.
        evidence: What they were read from.
        weights: The weights for words alone, by which the statements to encode are chosen.
        similarity: The encoder's cosine.
    """
    if not reading.statements:
        return reading
    shares = statement_posterior(reading, weights)
    best = sorted(range(len(shares)), key=lambda i: (-shares[i], i))[:MOST_ENCODED]
    alone = [_text(reading, evidence, i) for i in best]
    placed = [_with_context(reading, evidence, i) for i in best]
    found = np.asarray(similarity(reading.lens.question.text, [*alone, *placed]), dtype=np.float64)
    cosines = {
        "similarity": dict(zip(best, found[: len(best)], strict=True)),
        "context": dict(zip(best, found[len(best) :], strict=True)),
    }
    filled = []
    for i, scored in enumerate(reading.statements):
        features = scored.features.copy()
        for name, by_statement in cosines.items():
            lowest = min(by_statement.values())
            features[STATEMENT_FEATURES.index(name)] = by_statement.get(i, lowest)
        dense = evidence[scored.source].hit.channels.get("dense", 0.0)
        features[STATEMENT_FEATURES.index("passage")] = dense
        filled.append(replace(scored, features=features))
    return replace(reading, statements=tuple(filled))


def _text(reading: Reading, evidence: Sequence[Evidence], i: int) -> str:
    scored = reading.statements[i]
    text = evidence[scored.source].segment.text
    return text[scored.statement.start : scored.statement.end]


def _with_context(reading: Reading, evidence: Sequence[Evidence], i: int) -> str:
    """Return a statement below its heading and, in prose, behind the statement before it."""
    scored = reading.statements[i]
    parts = [evidence[scored.source].segment.heading]
    follows = i > 0 and reading.statements[i - 1].source == scored.source
    if follows and scored.statement.kind != "row":
        parts.append(_text(reading, evidence, i - 1))
    parts.append(_text(reading, evidence, i))
    return ". ".join(part for part in parts if part)
