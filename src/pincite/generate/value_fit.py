"""How well the kind of a value answers the kind of a question."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import cast

from pincite.generate.asked_unit import same_dimension
from pincite.generate.question import Kind, Question
from pincite.generate.terms import term_of, tokens
from pincite.generate.values import Value, ValueKind

_FITS: Mapping[Kind, Mapping[ValueKind, float]] = {
    "person": {"name": 1.0, "organisation": 0.5, "place": 0.1, "list": 0.3, "chunk": 0.3,
               "field": 0.5},
    "place": {"place": 1.0, "name": 0.6, "organisation": 0.3, "chunk": 0.4, "field": 0.5},
    "organisation": {"organisation": 1.0, "name": 0.8, "place": 0.5, "chunk": 0.4, "field": 0.5},
    "time": {"date": 1.0, "clock": 0.9, "duration": 0.4, "field": 0.3},
    "number": {"number": 1.0, "quantity": 0.3, "percent": 0.3, "money": 0.2, "duration": 0.3,
               "ordinal": 0.2, "field": 0.4},
    "money": {"money": 1.0, "number": 0.5, "percent": 0.1, "field": 0.4},
    "quantity": {"quantity": 1.0, "number": 0.5, "duration": 0.3, "percent": 0.3, "field": 0.4},
    "amount": {"quantity": 1.0, "number": 0.9, "money": 0.9, "percent": 0.9, "duration": 0.9,
               "field": 0.5},
    "code": {"code": 1.0, "number": 0.7, "contact": 0.3, "field": 0.9, "quoted": 0.5},
    "percent": {"percent": 1.0, "number": 0.3, "field": 0.3},
    "duration": {"duration": 1.0, "quantity": 0.4, "number": 0.4, "date": 0.3, "field": 0.3},
    "reason": {"reason": 1.0, "chunk": 0.1},
    "list": {"list": 1.0, "field": 0.5, "chunk": 0.3, "name": 0.3, "quoted": 0.3},
    "contact": {"contact": 1.0, "number": 0.4, "field": 0.6},
    "colour": {"colour": 1.0, "chunk": 0.2, "field": 0.5},
    "thing": {"quoted": 1.0, "name": 0.8, "organisation": 0.8, "place": 0.7, "chunk": 0.6,
              "field": 0.9, "number": 0.4, "quantity": 0.4, "money": 0.3, "date": 0.3,
              "percent": 0.3, "contact": 0.4, "code": 0.6, "list": 0.4, "colour": 0.4,
              "ordinal": 0.3, "duration": 0.3, "clock": 0.2},
    "manner": {}, "definition": {}, "yesno": {}, "saying": {},
}  # fmt: skip
"""Kind of question -> kind of value -> how well the one answers the other."""

STRICT = frozenset(
    {"person", "time", "number", "money", "quantity", "percent", "duration", "contact", "colour",
     "amount", "code"}
)  # fmt: skip
"""Kinds of question that only a value of a fitting kind answers."""

MEASURED = frozenset({"quantity", "money", "percent", "duration"})
_DIGIT = re.compile(r"\d")


def fit(question: Question, value: Value) -> float:
    """Return how well the kind of a value answers the kind of the question, 0..1."""
    if question.dimension == "clock":
        return {"clock": 1.0, "date": 0.4}.get(value.kind, _as_clock(value))
    if question.dimension == "day":
        exact = value.kind == "date" and (value.norm.count("-") >= 2 or value.norm.endswith("day"))
        return 1.0 if exact else 0.4 if value.kind == "date" else 0.0
    if question.kind == "number" and question.focus and value.kind in MEASURED:
        return 0.0
    if question.kind == "money" and value.dimension in ("amount", "pounds"):
        return 0.9
    if question.kind == "time" and value.dimension == "amount":
        return 0.7 * _as_clock(value)
    if question.kind == "person" and value.kind != "list" and _DIGIT.search(value.norm):
        return 0.0
    if question.kind == "contact" and value.kind != "contact" and not _reaches(question, value):
        return 0.0
    if question.kind == "duration" and value.dimension == "length":
        return 0.7  # "how long" asks for either
    found = _FITS[question.kind].get(value.kind, 0.0)
    if value.kind == "field" and found and names_kind(question.kind, value.key, value.norm):
        return 1.0
    if value.dimension == "times":
        return 1.0 if "time" in question.focus else 0.1 * found
    same = same_dimension(value.dimension, question.dimension)
    if question.measured and value.kind in MEASURED:
        return 0.0 if not same else 0.3 if value.dimension == "pounds" else 1.0
    if value.kind == "date" and question.kind != "code" and _YEARLIKE.fullmatch(value.norm):
        found = max(found, _FITS[question.kind].get("number", 0.0))
    measured = value.kind in ("quantity", "duration") and question.kind == "quantity"
    if measured and question.dimension and not same:
        return 0.2 * found if value.kind == "duration" else 0.0
    return found


_PHONE = frozenset(term_of(word) for word in ("phone", "telephone", "mobile", "fax", "number"))
_NUMBER_ONLY = re.compile(r"(?:ext\w*\.? *|分机|[-+()./ \d])*\d+")


def _reaches(question: Question, value: Value) -> bool:
    """True for a value by which somebody could be reached: digits for a telephone."""
    if question.focus & _PHONE or "电话" in question.text or "号码" in question.text:
        return _NUMBER_ONLY.fullmatch(value.norm) is not None
    return True


_YEARLIKE = re.compile(r"\d{4}")
_CLOCK_NUMBER = re.compile(r"([01]?\d|2[0-4])\.?([0-5]?\d)?")


def _as_clock(value: Value) -> float:
    """Return how far a number with two decimals may be an hour, as 14.54 in a timetable."""
    hour = value.dimension == "amount" and _CLOCK_NUMBER.fullmatch(value.norm)
    return 0.8 if hour else 0.0


_DIGITS_WANTED = frozenset({"money", "time", "contact"})
_PLAIN = re.compile(r"^(?!.*(?:\d\d:\d\d:\d\d|\*\*)).*\d", re.DOTALL)


def names_kind(kind: Kind, key: str, shown: str) -> bool:
    """True for the name of a field that says what kind of thing it holds: place, date, price.

    What a sum, a date or a number to call is, has a digit. The stamp of a mail or a logger is the
    date of its own, not of what it tells, and a masked card number is no sum.
    """
    names = _KEYS.get(kind, frozenset())
    if kind in _DIGITS_WANTED and not _PLAIN.search(shown):
        return False
    return len(key) <= 24 and any(t.term in names for t in tokens(key))


_KEYS: Mapping[Kind, frozenset[str]] = {
    cast(Kind, kind): frozenset(t.term for t in tokens(words))
    for kind, words in {
        "place": "place location where site position room store stored kept shelf address found "
                 "位置 地点 地址 存放 场所 房间 产地 出土",
        "person": "who by person staff owner keeper driver author responsible contact signed "
                  "负责 负责人 经手 姓名 联系人 作者 签字 值班",
        "time": "date day when due since until 日期 时间 期限",
        "money": "price cost amount fee total paid 价格 金额 费用 单价 总价 合计",
        "contact": "phone telephone tel email mail 电话 手机 邮箱",
    }.items()
}  # fmt: skip
