"""Features of the values in a statement: how well each would do as the short answer."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pincite.generate.asked_unit import same_dimension, unit_asked, unit_of
from pincite.generate.cover import Lens
from pincite.generate.lexicon import STOP_EN, UNITS
from pincite.generate.question import Question
from pincite.generate.sentences import Field, Statement
from pincite.generate.terms import Token, term_of, tokens
from pincite.generate.value_fit import MEASURED, STRICT, fit, names_kind
from pincite.generate.values import Value, chinese_kind, values
from pincite.language import CJK, fold

VALUE_FEATURES = (
    "type", "proximity", "focus", "overlap", "length", "key", "name", "chunk", "clause", "copula",
    "dimension", "quoted", "first", "best_typed",
)  # fmt: skip

_COPULAS = (
    " is", " are", " was", " were", " by", ":", "：", "=", "是", "为", "有", "达", "叫", "名",
)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class _Scene:
    """A statement with its tokens and where they meet the question: (position, keyword, kin)."""

    text: str
    statement: Statement
    words: Sequence[Token]
    hits: Sequence[tuple[int, int, float]]


def score_values(
    lens: Lens, text: str, statement: Statement, words: Sequence[Token]
) -> tuple[list[Value], list[list[float]]]:
    """Return the values of a statement that do not merely repeat the question, with features.

    Args:
        lens: The question over its sources.
        text: Text of the segment.
        statement: The statement.
        words: The tokens of the statement.
    """
    question = lens.question
    if not question.wants_value:
        return [], []
    hits = [
        (p, i, kin) for p, token in enumerate(words) for i, kin in lens.links.get(token.term, ())
    ]
    scene = _Scene(text, statement, words, hits)
    asked_text = fold(question.text)
    shares = {
        field.start: _key_share(lens, field.key, text[field.start : field.end])
        for field in statement.fields
    }
    kept: list[Value] = []
    rows: list[list[float]] = []
    for value in _with_trimmed(lens, text, _values_within(lens, text, statement), words):
        inside = [i for i, t in enumerate(words) if value.start <= t.start and t.end <= value.end]
        overlap = _overlap(lens, [words[i].term for i in inside])
        if fold(text[value.start : value.end]) in asked_text:
            overlap = 1.0
        apt = fit(question, value) > 0.0 or _amount_of(lens, scene, value)
        if question.kind in STRICT and not apt:
            continue
        if overlap > 0.99 and not question.choices:
            continue
        row = _features(lens, scene, value, inside)
        row["type"] *= _doubt(lens, scene, value, inside)
        row |= {"overlap": overlap, "key": _field_share(value, statement.fields, shares)}
        kept.append(value)
        rows.append([row.get(name, 0.0) for name in VALUE_FEATURES])
    best = max(range(len(rows)), key=lambda i: (rows[i][0], rows[i][1]), default=None)
    if best is not None and rows[best][0] > 0.0:
        rows[best][VALUE_FEATURES.index("best_typed")] = 1.0
    return kept, rows


def _values_within(lens: Lens, text: str, statement: Statement) -> list[Value]:
    """Return the values of a statement, spans within the segment, whole fields among them."""
    shift = statement.start
    found = [
        Value(v.start + shift, v.end + shift, v.kind, v.norm, v.dimension)
        for v in values(text[statement.start : statement.end])
    ]
    if statement.fields:  # the name of a field is no answer, unless it counts what is asked for
        found = [
            v
            for v in found
            if any(f.start <= v.start and v.end <= f.end for f in statement.fields)
            or _counts(lens.question, text[v.end : statement.fields[0].start], v)
        ]
    places = {(v.start, v.end) for v in found}
    for field in statement.fields:
        if (field.start, field.end) not in places and field.end - field.start <= 120:
            norm = " ".join(text[field.start : field.end].casefold().split())
            found.append(Value(field.start, field.end, "field", norm, key=field.key))
    return found


def _counts(question: Question, after: str, value: Value) -> bool:
    """True for a number before the thing it is asked of: 五个 in 站内共有五个急救箱：厨房."""
    if question.kind != "number" or value.kind != "number":
        return False
    following = [token.term for token in tokens(after)[:2]]
    return any(term in question.focus for term in following)


def _with_trimmed(lens: Lens, text: str, found: list[Value], words: Sequence[Token]) -> list[Value]:
    """Return the values, and Chinese chunks also without what the question says at their ends.

    Chinese is written without blanks, so a chunk often holds the verb of the question: of 李明设计
    in answer to 谁设计了…, 李明 is the value.
    """
    asked = {
        i
        for t in words
        if any(kin == 1.0 for _, kin in lens.links.get(t.term, ()))
        for i in range(t.start, t.end)
    }
    places = {(v.start, v.end) for v in found}
    extra: list[Value] = []
    for value in found:
        if value.kind not in ("chunk", "place", "organisation") or text[value.start].isascii():
            continue
        start, end = value.start, value.end
        while start < end and start in asked:
            start += 1
        while end > start and end - 1 in asked:
            end -= 1
        if end - start >= 2 and (start, end) not in places:
            places.add((start, end))
            kind = chinese_kind(text[start:end])
            extra.append(Value(start, end, kind, text[start:end].casefold()))
    return found + extra


def _key_share(lens: Lens, key: str, shown: str) -> float:
    """Return how far the name of a field is what is asked for, 0..1."""
    own = [t.term for t in tokens(key)]
    if not own:
        return 0.0
    reached = [max((kin for _, kin in lens.links.get(t, ())), default=0.0) for t in own]
    wanted = any(t in lens.question.focus for t in own) and len(own) <= 2
    told = 0.8 if names_kind(lens.question.kind, key, shown) else 0.0
    return max(sum(reached) / len(own), float(wanted), told)


def _field_share(value: Value, fields: Sequence[Field], shares: Mapping[int, float]) -> float:
    for field in fields:
        if field.start <= value.start and value.end <= field.end:
            return shares[field.start]
    return 0.0


def _overlap(lens: Lens, terms: Sequence[str]) -> float:
    """Return the share of the terms that the question has said itself."""
    content = [t for t in terms if t not in STOP_EN]
    if not content:
        return 0.5 if terms else 0.0
    same = [t for t in content if any(kin == 1.0 for _, kin in lens.links.get(t, ()))]
    return len(same) / len(content)


def _features(lens: Lens, scene: _Scene, value: Value, inside: Sequence[int]) -> dict[str, float]:
    words, statement = scene.words, scene.statement
    after = next((i for i, t in enumerate(words) if t.end > value.start), len(words))
    first, last = (inside[0], inside[-1]) if inside else (after, after)
    nearest: dict[int, float] = {}
    for position, i, kin in scene.hits:
        distance = first - position if position < first else max(0, position - last)
        if distance:
            nearest[i] = max(nearest.get(i, 0.0), kin / (1 + distance / 3))
    total = float(lens.weights.sum()) or 1.0
    question = lens.question
    around = {t.term for t in words[max(0, first - 3) : last + 4]}
    before = scene.text[max(statement.start, value.start - 8) : value.start]
    counted = question.kind == "number" and any(words[i].term in question.focus for i in inside)
    return {
        "type": 1.0 if counted or _amount_of(lens, scene, value) else fit(question, value),
        "proximity": sum(lens.weights[i] * near for i, near in nearest.items()) / total,
        "focus": float(bool(question.focus & around) or _measure_before(question, before)),
        "length": math.log1p(len(inside)) / 2.0,
        "name": float(value.kind in ("name", "place", "organisation")),
        "chunk": float(value.kind == "chunk"),
        "clause": _clause(lens, scene, value) / total,
        "copula": float(before.rstrip().endswith(_COPULAS)),
        "dimension": float(
            bool(question.dimension) and same_dimension(question.dimension, value.dimension)
        ),
        "quoted": float(value.kind == "quoted"),
        "first": float(not scene.text[statement.start : value.start].strip()),
    }


_CODED = re.compile(r"(?i:no\.?|nr\.?|#|№)? *\S*\d\S*")


def _in_unit(question: Question, scene: _Scene, value: Value) -> bool:
    """True for a bare number whose column or field names the unit asked for: Diesel (litres)."""
    keys = [f.key for f in scene.statement.fields if f.start <= value.start and value.end <= f.end]
    return any(unit_of(key) == question.dimension for key in keys)


_LAST_WORD = re.compile(rf"(?:[{CJK}]+|[^\W\d_]+)$")


def _same_unit(question: Question, shown: str) -> bool:
    """True where a value is given in the very unit that the question names: km, kilometres."""
    asked, word = unit_asked(question.text), _LAST_WORD.search(shown.strip(" ."))
    if asked is None or word is None:
        return True
    named = UNITS.get(question.text[asked.start : asked.end].lower())
    return named is None or UNITS.get(word.group().lower(), named) == named


_COUNTER_ZH = re.compile(f"[{CJK}]$(?<![零一二三四五六七八九十百千万亿两半])")
_UNCOUNTED = frozenset({"duration", "quantity", "money", "percent", "time"})
"""Kinds of question that a count of people or things (三人, 两只) does not answer."""
_OF = re.compile(r"\s*(?:of\s+)(?:the\s+)?(\w+)")


def _amount_of(lens: Lens, scene: _Scene, value: Value) -> bool:
    """True for "20 mm of rain" where the question is how much rain, whatever it is measured in."""
    if lens.question.dimension != "stuff" or value.kind not in MEASURED:
        return False
    following = _OF.match(scene.text, value.end, scene.statement.end)
    return following is not None and term_of(following[1]) in lens.question.focus


def _measure_before(question: Question, before: str) -> bool:
    """Return whether the measure asked for stands right before a value: 塔高 before 23米."""
    return any(term in before[-3:] for term in question.focus if len(term) == 1)


def _doubt(lens: Lens, scene: _Scene, value: Value, inside: Sequence[int]) -> float:
    """Return what the type of a value keeps, 0..1, after a look at the words beside it.

    A number that counts something else ("two ground counts" for a question about seals) is
    hardly the answer; nor is one capitalised word at the start of a statement surely a name.
    """
    if lens.question.kind == "person" and value.kind == "name" and len(inside) == 1:
        starts = [scene.statement.start, *(f.start for f in scene.statement.fields)]
        return 0.5 if value.start in starts and len(scene.words) > 1 else 1.0
    question = lens.question
    counter = _COUNTER_ZH.search(scene.text[value.start : value.end + 1])
    own = _COUNTER_ZH.search(scene.text[value.start : value.end])
    if value.kind == "number" and (own or counter) and question.kind in _UNCOUNTED:
        return 0.2
    if question.kind == "code" and value.kind == "field":
        return 1.0 if _CODED.fullmatch(scene.text[value.start : value.end]) else 0.3
    if question.measured and value.kind == "number" and _in_unit(question, scene, value):
        return 2.0
    if question.measured and value.kind in MEASURED:
        return 1.0 if _same_unit(question, scene.text[value.start : value.end]) else 0.85
    counted = question.kind == "number" and bool(question.focus)
    measured = question.measured or question.kind in ("money", "quantity", "amount")
    if value.kind != "number" or not (counted or measured) or not inside:
        return 1.0
    if inside[-1] + 1 >= len(scene.words):
        return 1.0
    following = scene.words[inside[-1] + 1]
    beside = scene.text[value.end : following.start].strip(" \u00a0") == ""
    other = following.term not in STOP_EN and following.term not in lens.links
    return 0.4 if beside and other and following.term.isascii() else 1.0


def _clause(lens: Lens, scene: _Scene, value: Value) -> float:
    """Return the weight of the keywords met in the clause that holds the value."""
    marks = ",;，；:：—–\n"
    low, high = scene.statement.start, scene.statement.end
    start = max((scene.text.rfind(m, low, value.start) for m in marks), default=-1)
    ends = [scene.text.find(m, value.end, high) for m in marks]
    end = min((e for e in ends if e >= 0), default=high)
    met: dict[int, float] = {}
    for position, i, kin in scene.hits:
        if start <= scene.words[position].start < end:
            met[i] = max(met.get(i, 0.0), kin)
    return float(sum(lens.weights[i] * kin for i, kin in met.items()))
