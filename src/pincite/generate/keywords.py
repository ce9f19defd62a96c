"""The content words of a question: what an answer must be about."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pincite.generate.asked_unit import AskedUnit
from pincite.generate.lexicon import HARD_ZH, LIGHT_EN, SOFT_ZH, STOP_EN
from pincite.generate.terms import Token, term_of, tokens
from pincite.generate.words_zh import Word, chinese_words
from pincite.language import CJK

CHINESE = re.compile(f"[{CJK}]")


@dataclass(frozen=True, slots=True)
class Keyword:
    """A content word of a question.

    Attributes:
        term: The word as it is compared.
        start: Where it starts in the question.
        end: Where it ends in the question.
        weight: How much it says before anything is known of the sources: 1 for a plain word.
        name: True for names, quoted words and numbers: what an answer must be about.
        asks: True where the word only says what kind of answer is wanted ("far", "price", 日期);
            a value of that kind meets it.
    """

    term: str
    start: int
    end: int
    weight: float = 1.0
    name: bool = False
    asks: bool = False


_QUOTED = re.compile('["“‘「『《]([^"”’」』》]{2,60})["”’」』》]')
_BREAK_ZH = re.compile(HARD_ZH)
_COUNTER_ASKED = re.compile(
    "(?:多少|几|哪一?|哪几)([个名位次种座条件辆间张台只枚篇家项届场根头棵支份块层艘匹双套本])"
)
_ASKING: Mapping[str, re.Pattern[str]] = {
    "time": re.compile(r"\b(?:year|date|day|month|time)s?\b|日期|时间|年份|哪一?年|哪一?天|几点"),
    "quantity": re.compile(
        r"\b(?:far|tall|high|deep|wide|thick|heavy|fast|hot|warm|cold|large|big|loud|away|distance|"
        r"height|altitude|weigh\w*)\b|距离|高度|海拔|重量|离"
    ),
    "money": re.compile(r"\b(?:prices?|costs?|pay|paid|fees?|spend|spent|charged?|amount|money)\b|"
                        r"价格|费用|金额|单价|价钱|花费?|钱"),
    "percent": re.compile(r"\b(?:percent\w*|proportion|share|fraction)\b|百分比|比例|占"),
    "duration": re.compile(r"\b(?:long|old|last\w*|take[sn]?|took|duration)\b|持续|时长|历时"),
    "number": re.compile(r"\b(?:number|count)\b|数量|人数|总数|数目|号码"),
    "contact": re.compile(r"\b(?:e-?mail|phone|telephone|website|url|address|number|contact)\b|"
                          r"邮箱|电话|网址|号码|邮件|联系"),
    "place": re.compile(
        r"\b(?:located?|location|place|situated|lies?|find|found)\b|位于|位置|地点|地方"
    ),
    "person": re.compile(r"\b(?:person|name)\b|名字|姓名|人员"),
    "colour": re.compile(r"\bcolou?rs?\b|颜色"),
    "code": re.compile(r"\b(?:numbers?|no|code|id)\b|编号|号码|单号|代码"),
}  # fmt: skip


def keywords(text: str, kind: str, unit: AskedUnit | None = None) -> tuple[Keyword, ...]:
    """Return the content words of a question, in order.

    A Chinese word of three or more characters gives its overlapping pairs, which share its
    weight; pairs that straddle two words are left out, since no source need hold them.

    Args:
        text: The question.
        kind: What kind of answer it asks for.
        unit: The unit it names, if any.

    Example:
        >>> [k.term for k in keywords("冷库里的温度计在哪", "place")]
        ['冷库', '温度', '度计']
    """
    quoted = [match.span(1) for match in _QUOTED.finditer(text)]
    gaps = [match.span() for match in _BREAK_ZH.finditer(text)]
    gaps += [match.span(1) for match in _COUNTER_ASKED.finditer(text)]
    asking = _ASKING.get(kind)
    asked = [m.span() for m in asking.finditer(text.lower())] if asking else []
    asked += [(unit.start, unit.end)] if unit else []
    found: list[Keyword] = []
    for token, word in _worded(text, gaps):
        shown = text[token.start : token.end]
        if _is_stop(text, token) and not _is_month(text, token):
            continue
        inside = any(a <= token.start and token.end <= b for a, b in quoted)
        name = inside or _is_name(text, token) or (word is not None and word.is_name)
        asks = not name and any(a < token.end and token.start < b for a, b in asked)
        weight = _weight(shown, name, word) * (0.6 if asks else 1.0) * _part(word)
        found.append(Keyword(token.term, token.start, token.end, weight, name, asks))
    return tuple(found)


def _is_stop(text: str, token: Token) -> bool:
    shown = text[token.start : token.end]
    return token.term in STOP_EN or shown.lower() in STOP_EN or term_of(shown) in STOP_EN


def _is_month(text: str, token: Token) -> bool:
    """True for the month of May, which is written like the verb but with a capital."""
    return text[token.start : token.end] == "May" and bool(text[: token.start].strip())


def _worded(text: str, gaps: Sequence[tuple[int, int]]) -> Iterator[tuple[Token, Word | None]]:
    """Yield the tokens of a text, its Chinese function words taken out, each with its word."""
    words = chinese_words(text) if CHINESE.search(text) else []
    masked = list(text)
    for start, end in gaps:
        if not any(_cuts(start, end, word) for word in words):
            masked[start:end] = " " * (end - start)
    for token in tokens("".join(masked)):
        if text[token.start].isascii() or not words:
            yield token, None
            continue
        over = [w for w in words if w.start < token.end and token.start < w.end]
        if len(over) == 1:
            yield token, over[0]
        elif all(w.end - w.start == 1 for w in over):
            # Two characters that no word holds: perhaps a word unknown to the dictionary.
            yield token, Word(token.start, token.end, worth=min(w.worth for w in over))
        else:
            yield from _alone(text, over, token)


def _cuts(start: int, end: int, word: Word) -> bool:
    """True where a function word would be cut out of a longer noun or verb: 地 out of 地面."""
    inside = word.start <= start and end <= word.end and word.end - word.start > end - start
    return inside and word.worth >= 0.8


def _alone(text: str, over: Sequence[Word], token: Token) -> Iterator[tuple[Token, Word]]:
    """Yield the one-character word that a pair of characters starts with, unless it is soft."""
    first = over[0]
    if (
        first.end - first.start == 1
        and first.start == token.start
        and text[first.start] not in SOFT_ZH
    ):
        yield Token(first.start, first.end, text[first.start : first.end]), first


def _part(word: Word | None) -> float:
    """Return what one pair of characters of a Chinese word is worth beside a plain word."""
    if word is None:
        return 1.0
    return word.worth * float(max(1, word.end - word.start - 1) ** -0.5)


def _is_name(text: str, token: Token) -> bool:
    shown = text[token.start : token.end]
    if any(c.isdigit() for c in shown):
        return True
    if not shown[0].isupper():
        return False
    before = text[: token.start].rstrip()
    first = not before or before[-1] in ".?!:\n"
    return not first or (len(shown) > 1 and shown.isupper())


def _weight(shown: str, name: bool, word: Word | None) -> float:
    if name:
        return 1.5
    if word is not None and word.end - word.start > 1:
        return 1.0
    if shown.isascii():
        return 0.6 if term_of(shown) in LIGHT_EN else 1.0
    if len(shown) == 1:
        return 0.4 if shown in SOFT_ZH else 0.8
    return 0.5 if any(c in SOFT_ZH for c in shown) else 1.0
