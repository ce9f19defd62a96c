"""Features of statements: how well each piece of the evidence meets a question.

Nothing is decided here. A statement becomes a short list of numbers, most of them in 0..1, in the
order of `STATEMENT_FEATURES`; `calibrate.py` holds what each is worth.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePath

import numpy as np
import numpy.typing as npt

from pincite.generate.cover import Floats, Lens, lens
from pincite.generate.extremes import Said, extremes
from pincite.generate.lexicon import STOP_EN
from pincite.generate.question import Question
from pincite.generate.receipt import CALLED, is_receipt, seller, with_head
from pincite.generate.sentences import Statement, statements
from pincite.generate.terms import Token, tokens
from pincite.generate.told_apart import another, marked, numbers_in, under_another
from pincite.generate.value_score import VALUE_FEATURES, score_values
from pincite.generate.values import Value, values
from pincite.generate.when import Day, agreement, days
from pincite.language import fold
from pincite.types import Evidence

STATEMENT_FEATURES = (
    "cover", "names", "near", "around", "order", "type", "focus", "key", "length", "prior",
    "similarity", "density", "asked", "replies", "early", "fields", "carried",
    "dates", "title", "row", "best", "passage", "context", "sought", "subject", "topic", "lead",
    "opening", "extreme", "another",
)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class ScoredStatement:
    """A statement of one piece of evidence, and what was measured of it.

    Attributes:
        source: Index of the evidence.
        statement: The statement.
        features: In the order of `STATEMENT_FEATURES`.
        covered: Per keyword, how far the statement itself meets it, 0..1.
        near: The same with its neighbours or the fields of its record.
        reached: The same with all that stands around it: headings and title too.
        values: The values in it that could answer, spans within the segment.
        value_features: (number of values, number of `VALUE_FEATURES`).
        another: True where it is about another one of a numbered kind than the question
            (valve V5, not V4).
    """

    source: int
    statement: Statement
    features: Floats
    covered: Floats
    near: Floats
    reached: Floats
    values: tuple[Value, ...]
    value_features: Floats
    another: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """All statements of the evidence as one question sees them, in order of evidence and place."""

    lens: Lens
    statements: tuple[ScoredStatement, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Source:
    """One piece of evidence taken apart.

    Attributes:
        index: Place among the evidence.
        text: Text of the segment.
        all: The same with the heading, the context and the title.
        heading: The headings above it.
        prior: P(d | question).
        statements: What it says.
        words: Statement j holds the tokens `words[j]`.
        around: Terms of the heading, the context and the title.
        named: Terms that say what the whole segment is about: its heading; for a picture or a
            recording also the words beside it and its name.
        titled: Terms of the title and name of the file; they say what its rows are about.
        dated: Dates in the heading and the title.
        headings: Headings above it, folded; a statement that is one of them says nothing itself.
        trust: How far the named terms count as said in every statement of it.
    """

    index: int
    text: str
    all: str
    heading: str
    prior: float
    statements: list[Statement]
    words: list[list[Token]]
    around: frozenset[str]
    named: frozenset[str]
    titled: frozenset[str]
    dated: frozenset[Day]
    headings: frozenset[str]
    trust: float


def read_evidence(question: Question, evidence: Sequence[Evidence]) -> Reading:
    """Return every statement of the evidence with its features for this question."""
    sources = [_source(i, item) for i, item in enumerate(evidence) if item.segment.text.strip()]
    said = [
        _terms(x, words) for s in sources for x, words in zip(s.statements, s.words, strict=True)
    ]
    over = lens(question, said, {term for s in sources for term in s.around})
    asked = _asked_days(question)
    scored: list[ScoredStatement] = []
    for source in sources:
        scored.extend(_score_source(over, source, asked))
    _compare(scored)
    _mark_extremes(over, scored, evidence)
    return Reading(over, tuple(scored))


@dataclass(frozen=True, slots=True, eq=False)
class _AskedDays:
    """The dates of a question, and which of its keywords spell them."""

    dates: frozenset[Day]
    words: npt.NDArray[np.bool_]


def _asked_days(question: Question) -> _AskedDays:
    spans = [(v.start, v.end) for v in values(question.text) if v.kind == "date"]
    words = [any(a <= k.start and k.end <= b for a, b in spans) for k in question.keywords]
    return _AskedDays(days(question.text), np.array(words, dtype=bool))


def _compare(scored: Sequence[ScoredStatement]) -> None:
    """Fill in the feature that is relative to the other statements."""
    cover, best = STATEMENT_FEATURES.index("cover"), STATEMENT_FEATURES.index("best")
    top = max((s.features[cover] for s in scored), default=0.0)
    for statement in scored:
        statement.features[best] = statement.features[cover] - top


def _mark_extremes(
    over: Lens, scored: Sequence[ScoredStatement], evidence: Sequence[Evidence]
) -> None:
    """Fill in which row of a table a superlative means."""
    extreme, dates = map(STATEMENT_FEATURES.index, ("extreme", "dates"))
    said = [
        Said(
            evidence[s.source].asset.id,
            evidence[s.source].segment.text,
            s.statement,
            barred=s.features[dates] < 0.0,
        )
        for s in scored
    ]
    for statement, mark in zip(scored, extremes(over, said), strict=True):
        statement.features[extreme] = mark


def _bare(text: str) -> str:
    return "".join(c for c in fold(text) if c.isalnum())


def _source(index: int, item: Evidence) -> _Source:
    segment = item.segment
    found = statements(segment)
    title = f"{item.asset.title} {PurePath(item.asset.uri).stem}".replace("_", " ")
    receipt = segment.modality == "image" and is_receipt(segment.text)
    if receipt:
        found = with_head(segment.text, found)
        title += f" {CALLED} {seller(segment.text, found)}"
    words = tokens(segment.text)
    parts = [{t.term for t in tokens(p)} for p in (segment.heading, segment.context, title)]
    grouped = [[t for t in words if t.start < s.end and s.start < t.end] for s in found]
    pictured = segment.modality != "text"
    return _Source(
        index=index,
        text=segment.text,
        all=f"{segment.text}\n{segment.heading}\n{segment.context}\n{title}",
        heading=segment.heading,
        prior=item.prior,
        statements=found,
        words=grouped,
        around=frozenset().union(*parts),
        named=frozenset().union(*parts) if pictured else frozenset(parts[0]),
        titled=frozenset(parts[2]),
        dated=days(f"{segment.heading}\n{title}"),
        headings=frozenset(_bare(h) for h in (*segment.heading.split(" > "), title)),
        trust=0.9 if receipt or (pictured and len(found) <= SHORT) else 0.6,
    )


SHORT = 12
"""A picture or recording of at most so many statements is about one thing: what it is called."""


def _score_source(over: Lens, source: _Source, asked: _AskedDays) -> list[ScoredStatement]:
    covers = [
        _cover(over, s, words) for s, words in zip(source.statements, source.words, strict=True)
    ]
    around = over.cover(source.around)
    named = source.trust * over.cover(source.named)
    titled = over.cover(source.titled)
    things, pairs = marked(over.question.text), _pairs(over.question)
    around_numbers = numbers_in(source.all) if things else frozenset()
    scored: list[ScoredStatement] = []
    for j, statement in enumerate(source.statements):
        found, rows = score_values(over, source.text, statement, source.words[j])
        best_fit = max((row[0] for row in rows), default=0.0)
        met = np.maximum(covers[j], named)
        if statement.fields:
            met = np.maximum(met, 0.6 * titled)
        for k in _record(source, j) if statement.kind == "pair" else ():
            met = np.maximum(met, 0.7 * covers[k])
        met, dated = _with_days(source, statement, met, asked)
        own = _with_asked(over, met, best_fit)
        near, reached = _surroundings(source, covers, around, own, j)
        features = _own_features(over, source.words[j], own)
        features |= {
            "near": over.share(near) - over.share(own),
            "around": over.share(reached) - over.share(near),
            "type": best_fit,
            "key": max((row[VALUE_FEATURES.index("key")] for row in rows), default=0.0),
            "prior": math.log(max(source.prior, 1e-3)),
            "similarity": 0.0,
            "early": 1.0 / (1 + j),
            "fields": float(bool(statement.fields)),
        }
        said = covers[j]
        if j and _POINTS_BACK.match(_shown(source, statement)):
            said = np.maximum(said, 0.8 * covers[j - 1])
        features |= _aspects(over, said, near, reached)
        features |= _led(over, source, covers, own, j)
        features |= _dialogue(over, source, covers, own, j)
        features |= _place(source, statement)
        features["dates"] = dated
        shown = _shown(source, statement)
        other = another(things, shown, source.heading, around_numbers)
        other = other or under_another(pairs, shown, source.heading.rsplit(" > ", 1)[-1])
        features["another"] = float(other)
        row = np.array([features[name] for name in STATEMENT_FEATURES])
        matrix = np.array(rows).reshape(len(found), len(VALUE_FEATURES))
        scored.append(
            ScoredStatement(
                source.index, statement, row, own, near, reached, tuple(found), matrix, other
            )
        )
    return scored


def _pairs(question: Question) -> list[tuple[str, str]]:
    """Return the neighbouring keywords of an English question: ("south", "colony")."""
    words = question.keywords
    together = itertools.pairwise(words)
    return [(a.term, b.term) for a, b in together if question.text[a.end : b.start] == " "]


def _shown(source: _Source, statement: Statement) -> str:
    return source.text[statement.start : statement.end]


def _cover(over: Lens, statement: Statement, words: Sequence[Token]) -> Floats:
    """Return the cover of a statement's own words and of the names of its fields."""
    return over.cover(_terms(statement, words))


def _terms(statement: Statement, words: Sequence[Token]) -> frozenset[str]:
    keys = (t.term for field in statement.fields for t in tokens(field.key))
    return frozenset(t.term for t in words).union(keys)


def _with_asked(over: Lens, met: Floats, best_fit: float) -> Floats:
    """Return the cover with words such as "far" or "price" met by a value of that kind."""
    asks = np.array([k.asks for k in over.question.keywords], dtype=bool)
    return np.where(asks & (best_fit >= 1.0), np.maximum(met, 0.8), met)


def _surroundings(
    source: _Source, covers: Sequence[Floats], around: Floats, own: Floats, j: int
) -> tuple[Floats, Floats]:
    """Return what the neighbours and what everything around a statement adds to its cover.

    A row of a table stands for itself: what other rows say is about other things. A field of a
    form or record is about what the other fields of its record name.
    """
    near = own
    reached = np.maximum(own, around)
    statement = source.statements[j]
    if statement.kind == "row":
        return near, reached
    if statement.kind == "pair":
        for k in _record(source, j):
            near = np.maximum(near, 0.95 * covers[k])
        return near, np.maximum(reached, near)
    for k in (j - 2, j - 1, j + 1):
        if 0 <= k < len(covers):
            near = np.maximum(near, 0.95 * covers[k])
    for cover in covers:
        reached = np.maximum(reached, 0.75 * cover)
    return near, np.maximum(reached, near)


_RECORD_END = re.compile(r"\n[ \t]*\n|[{}]")


def _record(source: _Source, j: int) -> Iterator[int]:
    """Yield the fields that stand with field j in one record, without a gap or a brace between."""
    for step in (-1, 1):
        k = j + step
        while 0 <= k < len(source.statements):
            here, there = source.statements[k - step], source.statements[k]
            between = source.text[min(here.end, there.end) : max(here.start, there.start)]
            if _RECORD_END.search(between):
                break
            yield k
            k += step


def _own_features(over: Lens, words: Sequence[Token], own: Floats) -> dict[str, float]:
    question = over.question
    names = np.array([k.name for k in question.keywords], dtype=float) * over.weights
    content = [t for t in words if t.term not in STOP_EN]
    matched = sum(1 for t in content if t.term in over.links)
    share = over.share(own)
    focus = question.focus & {t.term for t in words}
    return {
        "cover": share,
        "names": float((own * names).sum() / names.sum()) if names.any() else share,
        "order": _order(over, words),
        "focus": float(bool(focus)),
        "length": math.log1p(len(words)) / 4.0,
        "density": matched / (len(content) + 4.0),
    }


def _aspects(over: Lens, said: Floats, near: Floats, reached: Floats) -> dict[str, float]:
    """Return how far what is sought, and what it is sought of, are met.

    In "the depth of the well" the depth is sought, which the statement must say itself; the well
    may be named by what stands around it.
    """
    words = over.question.keywords
    sought = np.array([k.term in over.question.focus or k.asks for k in words], dtype=float)
    return {
        "sought": _share_of(over, said, sought),
        "subject": _share_of(over, near, 1.0 - sought),
        "topic": _share_of(over, reached, 1.0 - sought),
    }


def _share_of(over: Lens, met: Floats, among: Floats) -> float:
    """Return the weighted share of some keywords that is met, 0..1; a half where there are none."""
    total = float((among * over.weights).sum())
    return float((met * among * over.weights).sum()) / total if total else 0.5


def _led(
    over: Lens, source: _Source, covers: Sequence[Floats], own: Floats, j: int
) -> dict[str, float]:
    """Return what the first line of a source lends, and whether the statement is that line.

    The first line of a sign, a slide, a form or a page is often its title: it says what the
    others are about and little itself.
    """
    first = source.statements[0]
    titled = len(source.statements) > 2 and first.kind == "line" and not first.fields
    lent = over.share(np.maximum(own, covers[0])) - over.share(own) if titled and j else 0.0
    return {"lead": lent, "opening": float(titled and j == 0)}


def _order(over: Lens, words: Sequence[Token]) -> float:
    """Return the share of neighbouring keywords that also stand close together here."""
    count = len(over.weights)
    if count < 2:
        return 0.0
    places: dict[int, list[int]] = {}
    for position, token in enumerate(words):
        for i, _ in over.links.get(token.term, ()):
            places.setdefault(i, []).append(position)
    close = sum(
        1
        for i in range(count - 1)
        if any(0 < b - a <= 4 for a in places.get(i, ()) for b in places.get(i + 1, ()))
    )
    return close / (count - 1)


def _with_days(
    source: _Source, statement: Statement, met: Floats, asked: _AskedDays
) -> tuple[Floats, float]:
    """Return the cover with the words of a date met by the same day in other words, and how far.

    A statement about another day does not meet them, though it may share the year.
    """
    if not asked.dates:
        return met, 0.0
    said = days(_shown(source, statement).replace(" | ", " "))
    if not said:
        return met, 0.5 * agreement(asked.dates, source.dated)
    found = agreement(asked.dates, said)
    lifted = np.maximum(met, found) if found > 0 else np.minimum(met, 0.3)
    return np.where(asked.words, lifted, met), found


def _place(source: _Source, statement: Statement) -> dict[str, float]:
    """Return what a statement is, a mere heading or a row, and room for what is compared later."""
    shown = _shown(source, statement)
    return {
        "title": float(_bare(shown) in source.headings),
        "row": float(statement.kind == "row"),
        "best": 0.0,
        "extreme": 0.0,
        "passage": 0.0,
        "context": 0.0,
    }


_POINTS_BACK = re.compile(
    r"^\W*(?:\w+\s+){0,4}?(?:he|she|it|they|his|her|its|their|this|these|that|those|such)\b"
    r"|^.{0,8}?[它他她其该这此]",
    re.IGNORECASE,
)


def _dialogue(
    over: Lens, source: _Source, covers: Sequence[Floats], own: Floats, j: int
) -> dict[str, float]:
    """Return what the sentence before lends: its subject to a pronoun, its question to a reply."""
    statement = source.statements[j]
    shown = _shown(source, statement)
    lent = over.share(np.maximum(own, covers[j - 1])) - over.share(own) if j else 0.0
    before = source.statements[j - 1] if j else None
    replies = before and source.text[before.start : before.end].endswith(("?", "？"))
    return {
        "asked": float(shown.endswith(("?", "？"))),
        "replies": over.share(covers[j - 1]) if replies else 0.0,
        "carried": lent if _POINTS_BACK.match(shown) else 0.0,
    }
