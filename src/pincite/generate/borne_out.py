"""Which places in the sources bear out a sentence that a model has written.

A model says nothing of where its words come from; that is found here, by comparing words, so that a
citation is never the model's own claim. A quote bears a sentence out when it holds the sentence's
subject words, all its numbers and names, and denies where the sentence denies.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise

from pincite.generate.lexicon import STOP_EN
from pincite.generate.sentences import statements
from pincite.generate.similar import MOST_ENCODED, Similarity
from pincite.generate.terms import matching, tokens
from pincite.language import is_stop_word, words
from pincite.types import Evidence

SUPPORTED = 0.7
"""Share of a sentence's subject words from which a quote bears it out."""
MOST_SOURCES = 3
"""At most so many sources are cited for one sentence."""
RIVAL = 0.2
"""A further source is cited when it weighs at least this share of the best one."""
_UNLIKELY = 0.01
"""Added to posteriors: a source the model thinks little of can still hold the words."""
_KIN = 0.6
_RESTATED = 0.6
_DENIALS = {"not", "no", "never", "neither", "nor", "without", "cannot", "none", "nobody"}
_DENIALS_ZH = ("不", "没", "無", "无", "未", "非", "勿")


@dataclass(frozen=True, slots=True)
class Quote:
    """Characters `start:end` of a piece of evidence that bear out a sentence.

    Attributes:
        source: Which piece of evidence.
        start: First character in `segment.text`.
        end: One past the last.
        support: How much of the sentence it holds, 0..1.
        weight: Support, times the posterior of the source, times how far it is about the question.
    """

    source: int
    start: int
    end: int
    support: float
    weight: float


@dataclass(frozen=True, slots=True)
class Said:
    """What a sentence says, as it is compared.

    Attributes:
        terms: Its subject words; all its words when it has none.
        binding: Those that a quote must hold: numbers and names.
        denies: Whether it says that something is not so.
    """

    terms: frozenset[str]
    binding: frozenset[str]
    denies: bool


def said_in(sentence: str) -> Said:
    """Return what a sentence says.

    Example:
        >>> said = said_in("The pump of Otto does not run at 3 bar.")
        >>> sorted(said.terms), sorted(said.binding), said.denies
        (['3', 'bar', 'otto', 'pump', 'run'], ['3', 'otto'], True)
    """
    found = tokens(sentence)
    subject = {t.term for t in found if not _is_empty(t.term)}
    binding = {t.term for t in found if any(c.isdigit() for c in t.term)}
    binding |= {t.term for t in found[1:] if sentence[t.start].isupper()} & subject
    return Said(frozenset(subject or {t.term for t in found}), frozenset(binding), denies(sentence))


def denies(text: str) -> bool:
    """Return whether a text says that something is not so.

    Example:
        >>> denies("It doesn't run."), denies("泵没有坏"), denies("Nothing to note: it runs.")
        (True, True, False)
    """
    if any(mark in text for mark in _DENIALS_ZH):
        return True
    said = text.lower().replace("’", "'")
    return "n't" in said or any(said[a:b] in _DENIALS for a, b in words(said))


def _is_empty(term: str) -> bool:
    return term in STOP_EN or is_stop_word(term)


def quotes(
    sentence: str,
    evidence: Sequence[Evidence],
    posterior: Sequence[float],
    question: str,
    similarity: Similarity | None = None,
) -> tuple[Quote, ...]:
    """Return what bears out a sentence, best first, one quote a source; () when nothing does.

    Args:
        sentence: As the model wrote it.
        evidence: The sources it read.
        posterior: P(d|question, sentence) of each, 0..1.
        question: What was asked: of several places that hold the words, the one about it is cited.
        similarity: The encoder's cosine, which tells better what a place is about.
    """
    said, asked = said_in(sentence), said_in(question)
    if not said.terms:
        return ()
    found = [q for source, item in enumerate(evidence) for q in _in_source(said, source, item)]
    about = _about(asked.terms, question, found, evidence, similarity)
    weighed = [
        Quote(
            q.source, q.start, q.end, q.support, q.support * (posterior[q.source] + _UNLIKELY) * a
        )
        for q, a in zip(found, about, strict=True)
    ]
    return _best(weighed)


def support_of(said: Said, quote: str, heading: str = "") -> float:
    """Return how far a quote bears out what was said, 0..1; 0 when a number or name is missing.

    What the heading above a quote names need not be said again, but counts for less.

    Example:
        >>> said = said_in("The pump runs at 3 bar")
        >>> support_of(said, "It runs at 3 bar.", "Pump"), support_of(said, "The pump: 8 bar")
        (0.925, 0.0)
    """
    there = {t.term for t in tokens(quote)}
    above = {t.term for t in tokens(heading)}
    total = 0.0
    for term in said.terms:
        met = max(_met(term, there), 0.7 * _met(term, above))
        if term in said.binding and term not in there and term not in above:
            return 0.0
        total += met
    share = total / len(said.terms)
    return 0.0 if _contradicts(said, quote, there) else share


def _met(term: str, there: Collection[str]) -> float:
    if term in there:
        return 1.0
    best = max(matching(term, there).values(), default=0.0)
    return best if best >= _KIN else 0.0


def _contradicts(said: Said, quote: str, there: Collection[str]) -> bool:
    """True when one denies and the other does not, and the sentence restates the quote.

    A short answer taken from a sentence with a "not" somewhere in it does not restate it.
    """
    if said.denies == denies(quote):
        return False
    subject = {term for term in there if not _is_empty(term)}
    restated = len(subject & said.terms) >= _RESTATED * len(subject)
    return said.denies or restated


def _in_source(said: Said, source: int, item: Evidence) -> list[Quote]:
    """Return the statements of one source that bear out what was said; else pairs of them."""
    single = statements(item.segment)
    pairs = [
        (one.start, other.end) for one, other in pairwise(single) if one.kind == other.kind != "row"
    ]
    for stretches in ([(statement.start, statement.end) for statement in single], pairs):
        found = []
        for start, end in stretches:
            support = support_of(said, item.segment.text[start:end], item.segment.heading)
            if support >= SUPPORTED:
                found.append(Quote(source, start, end, support, 0.0))
        if found:
            return found
    return []


def _about(
    asked: frozenset[str],
    question: str,
    found: Sequence[Quote],
    evidence: Sequence[Evidence],
    similarity: Similarity | None,
) -> list[float]:
    """Return how far each quote is about the question, 0.5..1; a longer one less than its part."""
    texts = [evidence[q.source].segment.text[q.start : q.end] for q in found]
    around = [evidence[q.source].segment.heading for q in found]
    shares = []
    for text, heading in zip(texts, around, strict=True):
        there = {t.term for t in tokens(f"{text} {heading}")}
        met = sum(_met(term, there) for term in asked) / max(1, len(asked))
        shares.append(met / (1.0 + len(text) / 2000.0))
    if similarity is not None and found:
        best = sorted(range(len(found)), key=lambda i: (-found[i].support - shares[i], i))
        best = best[:MOST_ENCODED]
        cosines = similarity(question, [texts[i] for i in best])
        for i, cosine in zip(best, cosines, strict=True):
            shares[i] = (shares[i] + max(0.0, float(cosine))) / 2.0
    return [0.5 + 0.5 * min(1.0, share) for share in shares]


def _best(found: Sequence[Quote]) -> tuple[Quote, ...]:
    ranked = sorted(found, key=lambda q: (-q.weight, q.source, q.start, q.end))
    first: dict[int, Quote] = {}
    for quote in ranked:
        first.setdefault(quote.source, quote)
    kept = [q for q in first.values() if q.weight >= RIVAL * ranked[0].weight]
    return tuple(kept[:MOST_SOURCES])
