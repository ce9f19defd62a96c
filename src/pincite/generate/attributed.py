"""Sentences a model wrote, with what bears them out, to an answer with numbered citations."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pincite.generate.borne_out import Quote
from pincite.generate.cite import citation
from pincite.generate.compose import flat
from pincite.language import sentences
from pincite.types import Citation, Evidence, TextSpan

_NUMBER = re.compile(r"\s*\[\d+\]")


@dataclass(frozen=True, slots=True)
class Borne:
    """A sentence, and the quotes that bear it out, best first."""

    text: str
    quotes: tuple[Quote, ...]


def sentences_of(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield each sentence that has words: its place, and it on one line.

    Citation numbers that a model wrote itself mean nothing and are taken out.

    Example:
        >>> list(sentences_of("It runs. [3] ... At 3 bar [1]."))
        [(0, 8, 'It runs.'), (17, 30, 'At 3 bar.')]
    """
    for start, end in sentences(text):
        shown = flat(_NUMBER.sub("", text[start:end]))
        if any(c.isalnum() for c in shown):
            yield start, end, shown


def written(
    borne: Sequence[Borne], evidence: Sequence[Evidence], posterior: Sequence[float]
) -> tuple[str, tuple[Citation, ...]]:
    """Return the text of the answer and its citations.

    Sentences one after the other that rest on the same quotes share their citations.

    Args:
        borne: The sentences in order.
        evidence: What the quotes are of.
        posterior: P(d|question, answer) of each; the citations of a source carry it.
    """
    text = ""
    cited: list[Citation] = []
    for sentence in _joined(borne):
        text += " " if text else ""
        span = TextSpan(len(text), len(text) + len(sentence.text))
        text += sentence.text
        for quote in sentence.quotes:
            n = len(cited) + 1
            text += f" [{n}]"
            made = citation(
                evidence[quote.source],
                quote.start,
                quote.end,
                n=n,
                span=span,
                support=min(1.0, quote.support),
                posterior=min(1.0, max(0.0, posterior[quote.source])),
            )
            cited.append(made)
    return text, tuple(cited)


def _joined(borne: Sequence[Borne]) -> list[Borne]:
    made: list[Borne] = []
    for sentence in borne:
        if made and _places(made[-1]) == _places(sentence):
            sentence = _together(made.pop(), sentence)
        made.append(sentence)
    return made


def _place(quote: Quote) -> tuple[int, int, int]:
    return quote.source, quote.start, quote.end


def _places(sentence: Borne) -> set[tuple[int, int, int]]:
    return {_place(quote) for quote in sentence.quotes}


def _together(one: Borne, other: Borne) -> Borne:
    """Return two sentences as one; a quote supports both as well as the one it supports less."""
    least = {_place(q): q.support for q in other.quotes}
    shared = tuple(
        Quote(q.source, q.start, q.end, min(q.support, least[_place(q)]), q.weight)
        for q in one.quotes
    )
    return Borne(f"{one.text} {other.text}", shared)
