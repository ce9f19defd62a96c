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

MOST_ENCODED = 12
"""So many statements are encoded for one question."""


def with_similarity(
    reading: Reading, evidence: Sequence[Evidence], weights: Weights, similarity: Similarity
) -> Reading:
    """Return the reading with its feature "similarity" filled in.

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
    texts = []
    for i in best:
        scored = reading.statements[i]
        text = evidence[scored.source].segment.text
        texts.append(text[scored.statement.start : scored.statement.end])
    found = np.asarray(similarity(reading.lens.question.text, texts), dtype=np.float64)
    column = STATEMENT_FEATURES.index("similarity")
    filled = []
    for i, scored in enumerate(reading.statements):
        features = scored.features.copy()
        features[column] = found[best.index(i)] if i in best else found.min()
        filled.append(replace(scored, features=features))
    return replace(reading, statements=tuple(filled))
