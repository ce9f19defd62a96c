"""Features of statements and values: how well each meets a question.

Nothing is decided here. A statement or value becomes a short list of numbers in about 0..1, in
the order of `STATEMENT_FEATURES` and `VALUE_FEATURES`; `calibrate.py` holds what each is worth.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath

import numpy as np
import numpy.typing as npt

from pincite.generate.lexicon import STOP_EN
from pincite.generate.question import Keyword, Kind, Question
from pincite.generate.sentences import Field, Statement, statements
from pincite.generate.terms import Token, matching, tokens
from pincite.generate.values import Value, ValueKind, values
from pincite.types import Evidence

Similarity = Callable[[str, Sequence[str]], npt.NDArray[np.float32]]

STATEMENT_FEATURES = (
    "cover", "names", "near", "around", "order", "type", "focus", "key", "length", "prior",
    "similarity", "density", "asked", "replies", "early", "fields", "carried",
)  # fmt: skip
VALUE_FEATURES = (
    "type", "proximity", "focus", "overlap", "length", "key", "name", "chunk", "clause", "copula",
    "dimension", "quoted", "first", "best_typed",
)  # fmt: skip

_FITS: Mapping[Kind, Mapping[ValueKind, float]] = {
    "person": {"name": 1.0, "organisation": 0.5, "place": 0.4, "list": 0.3, "chunk": 0.3, "field": 0.5},
    "place": {"place": 1.0, "name": 0.6, "organisation": 0.3, "chunk": 0.4, "field": 0.5},
    "organisation": {"organisation": 1.0, "name": 0.8, "place": 0.5, "chunk": 0.4, "field": 0.5},
    "time": {"date": 1.0, "clock": 0.7, "duration": 0.2, "field": 0.3},
    "number": {"number": 1.0, "quantity": 0.6, "percent": 0.4, "money": 0.4, "duration": 0.4,
               "ordinal": 0.2, "field": 0.4},
    "money": {"money": 1.0, "number": 0.5, "percent": 0.1, "field": 0.4},
    "quantity": {"quantity": 1.0, "number": 0.5, "duration": 0.3, "percent": 0.3, "field": 0.4},
    "percent": {"percent": 1.0, "number": 0.3, "field": 0.3},
    "duration": {"duration": 1.0, "quantity": 0.4, "number": 0.4, "date": 0.3, "field": 0.3},
    "reason": {"reason": 1.0, "chunk": 0.1},
    "list": {"list": 1.0, "field": 0.5, "chunk": 0.3, "name": 0.3, "quoted": 0.3},
    "contact": {"contact": 1.0, "number": 0.4, "field": 0.6},
    "colour": {"colour": 1.0, "chunk": 0.2, "field": 0.5},
    "thing": {"quoted": 1.0, "name": 0.8, "organisation": 0.8, "place": 0.7, "chunk": 0.6,
              "field": 0.9, "number": 0.4, "quantity": 0.4, "money": 0.3, "date": 0.3,
              "percent": 0.3, "contact": 0.4, "list": 0.4, "colour": 0.4, "ordinal": 0.3,
              "duration": 0.3, "clock": 0.2},
    "manner": {}, "definition": {}, "yesno": {}, "value": {},
}  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class ScoredStatement:
    """A statement of one piece of evidence, and what was measured of it.

    Attributes:
        source: Index of the evidence.
        statement: The statement.
        features: In the order of `STATEMENT_FEATURES`.
        covered: Per keyword, how far the statement itself meets it, 0..1.
        reached: The same with all that stands around it: neighbours, headings, title.
        values: The values in it that could answer, spans within the segment.
        value_features: (number of values, number of `VALUE_FEATURES`).
    """

    source: int
    statement: Statement
    features: npt.NDArray[np.float64]
    covered: npt.NDArray[np.float64]
    reached: npt.NDArray[np.float64]
    values: tuple[Value, ...]
    value_features: npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """All statements of the evidence as one question sees them.

    Attributes:
        question: The question.
        weights: Weight of each keyword, (number of keywords,).
        statements: In order of evidence and place.
    """

    question: Question
    weights: npt.NDArray[np.float64]
    statements: tuple[ScoredStatement, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Source:
    index: int
    text: str
    prior: float
    tokens: list[Token]
    statements: list[Statement]
    token_ranges: list[tuple[int, int]]
    around: frozenset[str]
    """Terms of the heading, the context and the title."""


def read_evidence(
    question: Question, evidence: Sequence[Evidence], similarity: Similarity | None = None
) -> Reading:
    """Return every statement of the evidence with its features for this question."""
    sources = [_source(i, item) for i, item in enumerate(evidence) if item.segment.text.strip()]
    vocabulary = {t.term for s in sources for t in s.tokens}.union(*(s.around for s in sources))
    links = _links(question.keywords, vocabulary)
    weights = _keyword_weights(question.keywords, links, sources)
    likeness = _likeness(question, sources, similarity)
    scored: list[ScoredStatement] = []
    for source in sources:
        scored.extend(_score_source(question, source, links, weights, likeness))
    return Reading(question, weights, tuple(scored))


def _source(index: int, item: Evidence) -> _Source:
    segment = item.segment
    found = statements(segment)
    words = tokens(segment.text)
    title = f"{item.asset.title} {PurePath(item.asset.uri).stem}".replace("_", " ")
    around = {t.term for part in (segment.heading, segment.context, title) for t in tokens(part)}
    ranges = []
    for statement in found:
        first = next((i for i, t in enumerate(words) if t.end > statement.start), len(words))
        last = next((i for i, t in enumerate(words) if t.start >= statement.end), len(words))
        ranges.append((first, last))
    return _Source(index, segment.text, item.prior, words, found, ranges, frozenset(around))


def _links(keywords: Sequence[Keyword], vocabulary: set[str]) -> dict[str, list[tuple[int, float]]]:
    """Return term of the sources -> (keyword, kinship) it answers."""
    links: dict[str, list[tuple[int, float]]] = {}
    for i, keyword in enumerate(keywords):
        for term, kin in matching(keyword.term, vocabulary).items():
            links.setdefault(term, []).append((i, kin))
    return links


def _keyword_weights(
    keywords: Sequence[Keyword],
    links: Mapping[str, list[tuple[int, float]]],
    sources: Sequence[_Source],
) -> npt.NDArray[np.float64]:
    """Return the weight of each keyword: rarer among the statements is heavier."""
    seen: Counter[int] = Counter()
    total = 0
    for source in sources:
        for first, last in source.token_ranges:
            total += 1
            terms = {t.term for t in source.tokens[first:last]}
            seen.update({i for term in terms for i, kin in links.get(term, ()) if kin > 0.65})
    size = total + 12
    idf = [math.log(1 + size / (1 + seen[i])) / math.log(1 + size) for i in range(len(keywords))]
    return np.array([k.weight * value for k, value in zip(keywords, idf, strict=True)])


def _likeness(
    question: Question, sources: Sequence[_Source], similarity: Similarity | None
) -> dict[tuple[int, int], float]:
    """Return (source, statement) -> dense similarity, empty without an encoder."""
    if similarity is None:
        return {}
    keys = [(s.index, j) for s in sources for j in range(len(s.statements))]
    texts = [s.text[x.start : x.end] for s in sources for x in s.statements]
    if not texts:
        return {}
    return dict(zip(keys, map(float, similarity(question.text, texts)), strict=True))


def _cover(
    terms: Sequence[str] | frozenset[str] | set[str],
    links: Mapping[str, list[tuple[int, float]]],
    count: int,
) -> npt.NDArray[np.float64]:
    cover = np.zeros(count)
    for term in terms:
        for i, kin in links.get(term, ()):
            cover[i] = max(cover[i], kin)
    return cover


def _score_source(
    question: Question,
    source: _Source,
    links: Mapping[str, list[tuple[int, float]]],
    weights: npt.NDArray[np.float64],
    likeness: Mapping[tuple[int, int], float],
) -> list[ScoredStatement]:
    count = len(question.keywords)
    covers = [
        _cover([t.term for t in source.tokens[a:b]], links, count) for a, b in source.token_ranges
    ]
    whole = _cover(source.around, links, count)
    for cover in covers:
        whole = np.maximum(whole, cover)
    scored: list[ScoredStatement] = []
    for j, statement in enumerate(source.statements):
        first, last = source.token_ranges[j]
        words = source.tokens[first:last]
        near = covers[j]
        for k in (j - 2, j - 1, j + 1):
            if 0 <= k < len(covers):
                near = np.maximum(near, covers[k])
        found, value_rows = _value_features(question, source, statement, words, links, weights)
        shown = source.text[statement.start : statement.end]
        previous = source.statements[j - 1] if j else None
        replies = bool(
            previous and source.text[previous.start : previous.end].endswith(("?", "？"))
        )
        features = _statement_features(question, words, links, weights, covers[j], near, whole)
        features |= {
            "type": max((row[0] for row in value_rows), default=0.0),
            "key": max((row[5] for row in value_rows), default=0.0),
            "prior": math.log(max(source.prior, 1e-3)),
            "similarity": likeness.get((source.index, j), 0.0),
            "asked": float(shown.endswith(("?", "？"))),
            "replies": _share(covers[j - 1], weights) if replies else 0.0,
            "early": 1.0 / (1 + j),
            "fields": float(bool(statement.fields)),
        }
        row = np.array([features[name] for name in STATEMENT_FEATURES])
        matrix = np.array(value_rows).reshape(len(found), len(VALUE_FEATURES))
        scored.append(
            ScoredStatement(source.index, statement, row, covers[j], whole, tuple(found), matrix)
        )
    return scored


def _share(cover: npt.NDArray[np.float64], weights: npt.NDArray[np.float64]) -> float:
    total = float(weights.sum())
    return float((cover * weights).sum()) / total if total else 0.0


def _statement_features(
    question: Question,
    words: Sequence[Token],
    links: Mapping[str, list[tuple[int, float]]],
    weights: npt.NDArray[np.float64],
    cover: npt.NDArray[np.float64],
    near: npt.NDArray[np.float64],
    whole: npt.NDArray[np.float64],
) -> dict[str, float]:
    names = np.array([k.name for k in question.keywords], dtype=float)
    own = _share(cover, weights)
    terms = {t.term for t in words}
    content = [t for t in words if t.term not in STOP_EN]
    matched = sum(1 for t in content if t.term in links)
    return {
        "cover": own,
        "names": _share(cover, weights * names) if names.any() else own,
        "near": _share(near, weights) - own,
        "around": _share(np.maximum(whole, near), weights) - _share(near, weights),
        "order": _order(question.keywords, words, links),
        "focus": float(bool(question.focus & terms)) if question.focus else 0.0,
        "length": math.log1p(len(words)) / 4.0,
        "density": matched / (len(content) + 4.0),
    }


def _order(
    keywords: Sequence[Keyword],
    words: Sequence[Token],
    links: Mapping[str, list[tuple[int, float]]],
) -> float:
    """Return the share of neighbouring keywords that also stand close together here."""
    if len(keywords) < 2:
        return 0.0
    places: dict[int, list[int]] = {}
    for position, token in enumerate(words):
        for i, _ in links.get(token.term, ()):
            places.setdefault(i, []).append(position)
    close = sum(
        1
        for i in range(len(keywords) - 1)
        if any(0 < b - a <= 4 for a in places.get(i, ()) for b in places.get(i + 1, ()))
    )
    return close / (len(keywords) - 1)


# -- values -------------------------------------------------------------------------------------


def _value_features(
    question: Question,
    source: _Source,
    statement: Statement,
    words: Sequence[Token],
    links: Mapping[str, list[tuple[int, float]]],
    weights: npt.NDArray[np.float64],
) -> tuple[list[Value], list[list[float]]]:
    """Return the values of a statement that do not merely repeat the question, with features."""
    if not question.wants_value:
        return [], []
    shown = source.text[statement.start : statement.end]
    offset = statement.start
    found = [
        Value(v.start + offset, v.end + offset, v.kind, v.norm, v.dimension) for v in values(shown)
    ]
    found = _with_fields(found, statement.fields, source.text)
    hits = [
        (position, i, kin)
        for position, token in enumerate(words)
        for i, kin in links.get(token.term, ())
    ]
    key_shares = {f.start: _key_share(question, f.key, links, weights) for f in statement.fields}
    kept: list[Value] = []
    rows: list[list[float]] = []
    for value in found:
        inside = [i for i, t in enumerate(words) if value.start <= t.start and t.end <= value.end]
        repeated = _repeated(inside, words, links)
        if repeated > 0.99 and not question.choices:
            continue
        row = _one_value(question, source.text, statement, value, inside, words, hits, weights)
        row["overlap"] = repeated
        row["key"] = _field_key(value, statement.fields, key_shares)
        kept.append(value)
        rows.append([row.get(name, 0.0) for name in VALUE_FEATURES])
    _mark_best_typed(rows)
    return kept, rows


def _with_fields(found: list[Value], fields: Sequence[Field], text: str) -> list[Value]:
    places = {(v.start, v.end) for v in found}
    extra = [
        Value(
            f.start, f.end, "field", " ".join(text[f.start : f.end].casefold().split()), key=f.key
        )
        for f in fields
        if (f.start, f.end) not in places and f.end - f.start <= 120
    ]
    return found + extra


def _key_share(
    question: Question,
    key: str,
    links: Mapping[str, list[tuple[int, float]]],
    weights: npt.NDArray[np.float64],
) -> float:
    """Return how far the name of a field is what is asked for, 0..1."""
    own = [t.term for t in tokens(key)]
    if not own:
        return 0.0
    reached = [max((kin for _, kin in links.get(t, ())), default=0.0) for t in own]
    wanted = [t for t in own if t in question.focus]
    return max(sum(reached) / len(own), 1.0 if wanted and len(own) <= 2 else 0.0)


def _field_key(value: Value, fields: Sequence[Field], shares: Mapping[int, float]) -> float:
    for field in fields:
        if field.start <= value.start and value.end <= field.end:
            return shares[field.start]
    return 0.0


def _repeated(
    inside: Sequence[int], words: Sequence[Token], links: Mapping[str, list[tuple[int, float]]]
) -> float:
    content = [words[i].term for i in inside if words[i].term not in STOP_EN]
    if not content:
        return 0.0 if not inside else 0.5
    same = [t for t in content if any(kin == 1.0 for _, kin in links.get(t, ()))]
    return len(same) / len(content)


def _one_value(
    question: Question,
    text: str,
    statement: Statement,
    value: Value,
    inside: Sequence[int],
    words: Sequence[Token],
    hits: Sequence[tuple[int, int, float]],
    weights: npt.NDArray[np.float64],
) -> dict[str, float]:
    first, last = (inside[0], inside[-1]) if inside else _span_tokens(words, value)
    nearest: dict[int, float] = {}
    for position, i, kin in hits:
        distance = first - position if position < first else max(0, position - last)
        if distance:
            nearest[i] = max(nearest.get(i, 0.0), kin / (1 + distance / 3))
    total = float(weights.sum()) or 1.0
    fit = _FITS[question.kind].get(value.kind, 0.0)
    if question.dimension == "clock":
        fit = {"clock": 1.0, "date": 0.4}.get(value.kind, fit)
    around = {t.term for t in words[max(0, first - 3) : last + 4]}
    before = text[max(statement.start, value.start - 8) : value.start]
    between = (statement.start, value.start)
    return {
        "type": fit,
        "proximity": sum(weights[i] * near for i, near in nearest.items()) / total,
        "focus": float(bool(question.focus & around)),
        "length": math.log1p(len(inside)) / 2.0,
        "name": float(value.kind in ("name", "place", "organisation")),
        "chunk": float(value.kind == "chunk"),
        "clause": _clause(text, statement, value, words, hits, weights) / total,
        "copula": float(before.rstrip().endswith(_COPULAS)),
        "dimension": float(bool(question.dimension) and question.dimension == value.dimension),
        "quoted": float(value.kind == "quoted"),
        "first": float(not text[slice(*between)].strip()),
    }


_COPULAS = (
    " is",
    " are",
    " was",
    " were",
    ":",
    "：",
    "=",
    "是",
    "为",
    "有",
    " by",
    "达",
    "叫",
    "名",
)


def _span_tokens(words: Sequence[Token], value: Value) -> tuple[int, int]:
    first = next((i for i, t in enumerate(words) if t.end > value.start), len(words))
    return first, first


def _clause(
    text: str,
    statement: Statement,
    value: Value,
    words: Sequence[Token],
    hits: Sequence[tuple[int, int, float]],
    weights: npt.NDArray[np.float64],
) -> float:
    """Return the weight of keywords met in the clause that holds the value."""
    marks = ",;，；:：—–\n"
    start = max((text.rfind(m, statement.start, value.start) for m in marks), default=-1)
    ends = [text.find(m, value.end, statement.end) for m in marks]
    end = min((e for e in ends if e >= 0), default=statement.end)
    met: dict[int, float] = {}
    for position, i, kin in hits:
        if start <= words[position].start < end:
            met[i] = max(met.get(i, 0.0), kin)
    return float(sum(weights[i] * kin for i, kin in met.items()))


def _mark_best_typed(rows: list[list[float]]) -> None:
    """Set the last feature on the value of the best type that lies nearest to the keywords."""
    best = max(range(len(rows)), key=lambda i: (rows[i][0], rows[i][1]), default=None)
    if best is not None and rows[best][0] > 0.0:
        rows[best][-1] = 1.0
