"""Answers in the sources' own words: no model to fetch, nothing invented, every word cited."""

from __future__ import annotations

import time
from collections.abc import Sequence

from pincite.errors import UsageError
from pincite.generate.calibrate import Weights, belief, weights_for
from pincite.generate.compose import Proposal, belief_features, proposals
from pincite.generate.question import Question, read
from pincite.generate.score import Reading, read_evidence
from pincite.generate.similar import Similarity, with_similarity
from pincite.generate.telling import tell
from pincite.generate.write import Sentence, sentence_of, write
from pincite.types import Answer, Citation, Evidence

LONGEST_QUESTION = 2000
"""Characters of a question that are read; a longer one is cut, and the answer says so."""


class ExtractiveGenerator:
    """Finds the statements and values that answer a question and quotes them.

    P(a | q) = sum over d of P(a | q, d) P(d | q): the prior of each piece of evidence enters
    once, equal values of several sources are summed, and the posterior of each source given the
    answer is what its citation carries. The same input always gives the same answer.

    Args:
        similarity: Returns the cosine of a question to each of some texts, (n,); None ranks by
            words alone.
        abstain_below: An answer believed less than this is not given, 0..1.

    Raises:
        UsageError: `abstain_below` is not in 0..1.
    """

    name = "extractive"

    def __init__(self, similarity: Similarity | None = None, abstain_below: float = 0.5) -> None:
        if not 0.0 <= abstain_below <= 1.0:
            raise UsageError(f"abstain_below must lie in 0..1, got {abstain_below}")
        self.similarity = similarity
        self.abstain_below = abstain_below

    def generate(self, question: str, evidence: Sequence[Evidence]) -> Answer:
        """Return the answer with its citations, or one whose text is None: it abstained."""
        began = time.perf_counter()
        asked = read(question[:LONGEST_QUESTION])
        warnings: list[str] = []
        if len(question) > LONGEST_QUESTION:
            warnings.append(
                f"The question has {len(question)} characters; "
                f"only the first {LONGEST_QUESTION} were read."
            )
        reading, weights = self._read(asked, evidence)
        found = proposals(reading, evidence, weights) if asked.keywords else []
        confidence = 0.0
        if found:
            confidence = belief(belief_features(reading, found[0], weights), weights)
        text: str | None = None
        citations: tuple[Citation, ...] = ()
        if found and confidence >= self.abstain_below:
            sentences, remarks = _compose(asked, reading, found, evidence, weights, confidence)
            text, citations = write(asked, sentences, evidence)
            warnings += remarks
        return Answer(
            question=question,
            text=text,
            citations=citations,
            evidence=tuple(evidence),
            confidence=confidence,
            generator=self.name,
            warnings=tuple(warnings),
            timings_ms={"generate": 1000.0 * (time.perf_counter() - began)},
        )

    def _read(self, asked: Question, evidence: Sequence[Evidence]) -> tuple[Reading, Weights]:
        """Return the statements with their features, and what the features are worth."""
        reading = read_evidence(asked, evidence)
        weights = weights_for(asked, dense=False)
        if self.similarity is None:
            return reading, weights
        reading = with_similarity(reading, evidence, weights, self.similarity)
        return reading, weights_for(asked, dense=True)


def _compose(
    asked: Question,
    reading: Reading,
    found: Sequence[Proposal],
    evidence: Sequence[Evidence],
    weights: Weights,
    confidence: float,
) -> tuple[list[Sentence], list[str]]:
    """Return the sentences of the answer and what the user should be told beside it."""
    told = tell(asked, reading, found, evidence, weights)
    sentences = [sentence_of(p, evidence, confidence, shown) for p, shown in told.said]
    if told.relation == "disagree":
        return sentences, [_disagreement(asked, sentences)]
    if told.relation == "alike":
        return sentences, [_BOTH_GIVEN["zh" if asked.language == "zh" else "en"]]
    return sentences, []


_BOTH_GIVEN = {
    "en": "Two statements fit about equally well; both are given.",
    "zh": "有两处说法差不多同样切题，都列在上面。 (Two statements fit about equally well.)",
}


def _disagreement(asked: Question, sentences: Sequence[Sentence]) -> str:
    one, two = (sentence.value for sentence in sentences)
    if asked.language == "zh":
        return f"来源不一致：{one} 与 {two}。 (Sources disagree.)"
    return f"Sources disagree: {one} and {two}."
