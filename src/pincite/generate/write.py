"""The chosen proposal to the words of the answer and its citations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pincite.generate.cite import citation
from pincite.generate.compose import Ground, Proposal, flat
from pincite.generate.question import Question
from pincite.types import Citation, Evidence, TextSpan

MOST_SOURCES = 3
"""At most so many sources are cited for one sentence of an answer."""

_QUOTES = {"zh": ("“", "”"), "en": ("“", "”")}
_DASH = {"zh": "——", "en": " — "}


@dataclass(frozen=True, slots=True, eq=False)
class Sentence:
    """One sentence of an answer to be: the short value, if any, and the grounds it rests on.

    Attributes:
        value: The short value in the words of the first ground, or "".
        grounds: Statements that say it, best first.
        support: How well they bear it out, 0..1.
        probability: P(a | q) the posterior of each source is a share of.
    """

    value: str
    grounds: tuple[Ground, ...]
    support: float
    probability: float


def sentence_of(
    proposal: Proposal, evidence: Sequence[Evidence], support: float, with_value: bool
) -> Sentence:
    """Return a proposal as a sentence; `with_value` puts the short value in front."""
    ground = proposal.best
    value = ""
    if with_value and ground.value is not None:
        value = flat(
            evidence[ground.scored.source].segment.text[ground.value.start : ground.value.end]
        )
    return Sentence(value, proposal.grounds[:MOST_SOURCES], support, proposal.probability)


def write(
    question: Question, sentences: Sequence[Sentence], evidence: Sequence[Evidence]
) -> tuple[str, tuple[Citation, ...]]:
    """Return the text of the answer and its citations; sentences with a value get own lines.

    A sentence with a value reads `42 km — “It lies 42 km north of the pass.” [1]`; one without
    is the source's own sentence and its numbers.
    """
    text = ""
    cited: list[Citation] = []
    numbers: dict[str, int] = {}
    for sentence in sentences:
        if text:
            text += "\n" if sentence.value else " "
        start = len(text)
        text += _wording(question, sentence, evidence)
        span = TextSpan(start, len(text))
        for ground in sentence.grounds:
            key = _key(ground, evidence)
            fresh = key not in numbers
            n = numbers.setdefault(key, len(numbers) + 1)
            text += f" [{n}]"
            if fresh:
                cited.append(_citation(ground, evidence, n, span, sentence))
    return text, tuple(cited)


def _wording(question: Question, sentence: Sentence, evidence: Sequence[Evidence]) -> str:
    ground = sentence.grounds[0]
    said = quoted(ground, evidence)
    if not sentence.value or sentence.value == said:
        return said
    language = "zh" if question.language == "zh" else "en"
    opening, closing = _QUOTES[language]
    return f"{sentence.value}{_DASH[language]}{opening}{said}{closing}"


def quoted(ground: Ground, evidence: Sequence[Evidence]) -> str:
    """Return the statement of a ground on one line."""
    statement = ground.scored.statement
    return flat(evidence[ground.scored.source].segment.text[statement.start : statement.end])


def _key(ground: Ground, evidence: Sequence[Evidence]) -> str:
    statement = ground.scored.statement
    return f"{evidence[ground.scored.source].segment.id}.{statement.start}-{statement.end}"


def _citation(
    ground: Ground, evidence: Sequence[Evidence], n: int, span: TextSpan, sentence: Sentence
) -> Citation:
    statement = ground.scored.statement
    share = ground.share / sentence.probability if sentence.probability else 0.0
    return citation(
        evidence[ground.scored.source],
        statement.start,
        statement.end,
        n=n,
        span=span,
        support=sentence.support,
        posterior=min(1.0, max(0.0, share)),
    )
