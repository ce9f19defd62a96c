"""Spans of a source to citations that are checked before anyone sees them."""

from __future__ import annotations

from pincite.errors import GeneratorError
from pincite.types import Citation, Evidence, TextSpan


def citation(
    evidence: Evidence,
    start: int,
    end: int,
    *,
    n: int,
    span: TextSpan,
    support: float,
    posterior: float,
) -> Citation:
    """Return the citation of characters `start:end` of a segment's text.

    Args:
        evidence: The source.
        start: First character of the quote in `segment.text`.
        end: One past the last.
        n: Number printed in the answer.
        span: Characters of the answer that rest on the quote.
        support: How well the quote bears out the span, 0..1.
        posterior: P(d | question, answer), 0..1.

    Raises:
        UsageError: The quote is empty or reaches outside the text.
        GeneratorError: A share is not in 0..1, or the span is empty.
    """
    if not (0.0 <= support <= 1.0 and 0.0 <= posterior <= 1.0 and span.start < span.end):
        raise GeneratorError(
            f"citation {n} of segment {evidence.segment.id} has support {support}, posterior "
            f"{posterior} and span {span.start}:{span.end}; shares must lie in 0..1 and the span "
            f"must hold characters. This is a fault of the generator; please report it."
        )
    locator = evidence.segment.locate(start, end)
    return Citation(
        id=f"{evidence.segment.id}.{start}-{end}",
        n=n,
        span=span,
        segment_id=evidence.segment.id,
        asset=evidence.asset,
        locator=locator,
        quote=evidence.segment.text[start:end],
        support=support,
        posterior=posterior,
    )


def uncovered(text: str, citations: tuple[Citation, ...]) -> list[tuple[int, int]]:
    """Return the stretches of an answer with words in them that no citation's span covers.

    Example:
        >>> uncovered("All of it.", ())
        [(0, 10)]
    """
    covered = bytearray(len(text))
    for cited in citations:
        for i in range(cited.span.start, min(cited.span.end, len(text))):
            covered[i] = 1
    gaps: list[tuple[int, int]] = []
    start: int | None = None
    for i in range(len(text) + 1):
        inside = i < len(text) and not covered[i]
        if inside and start is None:
            start = i
        elif not inside and start is not None:
            if any(c.isalpha() for c in text[start:i]):
                gaps.append((start, i))
            start = None
    return gaps
