"""Spans of a text that can be an answer: numbers, dates, money, names, places, chunks of words.

A value knows its kind and a normal form, so that 1,200 and "twelve hundred", or 42 km and
42,000 m, or 3 May 2019 and 2019年5月3日 are seen to be equal when sources are merged.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from pincite.generate.lexicon import (
    COLOURS,
    COUNT_WORDS,
    CURRENCIES,
    DIGITS_ZH,
    MONTHS,
    NUMBER_WORDS,
    ORG_END_ZH,
    ORG_WORDS_EN,
    PLACE_END_ZH,
    PLACE_WORDS_EN,
    SCALE_WORDS,
    SCALES_ZH,
    STOP_EN,
    SURNAMES_ZH,
    UNITS,
    WEEKDAYS_EN,
)
from pincite.language import CJK, fold

ValueKind = Literal[
    "number", "quantity", "money", "percent", "date", "clock", "duration", "ordinal", "name",
    "place", "organisation", "quoted", "contact", "code", "colour", "reason", "list", "field",
    "chunk",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Value:
    """Characters `start:end` of a text that could answer a question.

    Attributes:
        start: First character.
        end: One past the last.
        kind: What it is.
        norm: Equal values have equal norms.
        dimension: For quantities and durations, what they measure; "amount" for a bare number
            with two decimals, as sums of money are printed.
        key: For a field of a table row or form, the words that name it.
    """

    start: int
    end: int
    kind: ValueKind
    norm: str
    dimension: str = ""
    key: str = ""


# -- numbers ------------------------------------------------------------------------------------

_EN_NUMBER = "|".join([*NUMBER_WORDS, *SCALE_WORDS])
_NUMBER = re.compile(
    rf"(?P<digits>(?<![\w.])[-−+]?\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|(?<![A-Za-z\d.])[-−+]?\d+(?:\.\d+)?(?:[½¼¾])?)"
    rf"(?:[ \u00a0]?(?P<scale>thousand|million|billion|trillion|[百千万亿]+(?!分)))?"
    rf"|\b(?P<en>(?:{_EN_NUMBER})(?:[ -](?:and )?(?:{_EN_NUMBER}))*)\b"
    rf"|(?P<zh>[{''.join(DIGITS_ZH)}{''.join(SCALES_ZH)}]+(?:点[{''.join(DIGITS_ZH)}]+)?)"
    rf"|\b(?P<count>{'|'.join(COUNT_WORDS)})\b",
    re.IGNORECASE,
)
_FRACTIONS = {"½": 0.5, "¼": 0.25, "¾": 0.75}
_UNIT_LATIN = "|".join(
    re.escape(u) for u in sorted(UNITS, key=len, reverse=True) if not re.match(f"[{CJK}]", u)
)
_UNIT_ZH = "|".join(
    re.escape(u) for u in sorted(UNITS, key=len, reverse=True) if re.match(f"[{CJK}]", u)
)
_AFTER = re.compile(
    rf"(?P<gap>[ \u00a0-]?)(?:(?P<latin>{_UNIT_LATIN})(?![A-Za-z])|(?P<zh>{_UNIT_ZH}))"
)
_MONEY_WORDS = "|".join(re.escape(c) for c in sorted(CURRENCIES, key=len, reverse=True))
_MONEY_BEFORE = re.compile(rf"(?:{_MONEY_WORDS})[ \u00a0]?$", re.IGNORECASE)
_MONEY_AFTER = re.compile(rf"[ \u00a0]?(?:{_MONEY_WORDS})(?![A-Za-z])", re.IGNORECASE)
_COUNTER_ZH = re.compile(
    r"(?:个|名|位|次|种|座|条|件|辆|间|张|台|只|枚|篇|家|项|届|场|分|人|岁|倍|艘|头|棵|支|份|块|层)(?!小时|月|星期|百分)"
)
_PERCENT_ZH = re.compile("百分之$")
_ORDINAL = re.compile(
    r"\b\d+(?:st|nd|rd|th)\b|\b(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth)\b"
    r"|第[一二三四五六七八九十百\d]+",
    re.IGNORECASE,
)


def parse_number(text: str) -> float | None:
    """Return the number that a text writes, in digits or words of English or Chinese.

    Example:
        >>> [parse_number(t) for t in ("1,200", "twelve hundred", "一千二百", "3.5万", "x")]
        [1200.0, 1200.0, 1200.0, 35000.0, None]
        >>> parse_number("二〇一九"), parse_number("two hundred and five")
        (2019.0, 205.0)
    """
    match = _NUMBER.fullmatch(text.strip())
    return _number_of(match) if match else None


def _number_of(match: re.Match[str]) -> float | None:
    if match["digits"]:
        digits = match["digits"].replace(",", "").replace("−", "-")
        extra = _FRACTIONS.get(digits[-1], 0.0)
        number = float(digits.rstrip("½¼¾")) + extra
        scale = (match["scale"] or "").lower()
        if scale in SCALE_WORDS:
            return number * SCALE_WORDS[scale]
        for character in scale:
            number *= SCALES_ZH[character]
        return number
    if match["en"]:
        return _english_number(re.split(r"[ -]", match["en"].lower()))
    if match["zh"]:
        return _chinese_number(match["zh"])
    return float(COUNT_WORDS[match["count"].lower()])


def _english_number(parts: list[str]) -> float:
    total = part = 0
    for word in parts:
        if word in NUMBER_WORDS:
            part += NUMBER_WORDS[word]
        elif word == "hundred":
            part = max(part, 1) * 100
        elif word in SCALE_WORDS:
            total += max(part, 1) * SCALE_WORDS[word]
            part = 0
    return float(total + part)


def _chinese_number(text: str) -> float:
    whole, _, fraction = text.partition("点")
    if any(c in SCALES_ZH for c in whole):
        number = float(_chinese_whole(whole))
    else:
        number = float("".join(str(DIGITS_ZH[c]) for c in whole) or "0")
    digits = "".join(str(DIGITS_ZH[c]) for c in fraction)
    return number + float(f"0.{digits}") if digits else number


def _chinese_whole(text: str) -> int:
    """Return the number a text with scale characters writes: what stands before 亿, 万, 千, …."""
    for scale in "亿万千百十":
        before, mark, after = text.rpartition(scale)
        if mark:
            times = _chinese_whole(before) if before.strip("零〇") else 1
            return times * SCALES_ZH[scale] + _chinese_whole(after)
    digits = "".join(str(DIGITS_ZH[c]) for c in text)
    return int(digits or "0")


def _plain(number: float) -> str:
    return f"{number:.6g}" if abs(number) < 1e6 else f"{number:.10g}"


def _numbers(text: str) -> Iterator[Value]:
    """Yield numbers with what stands around them: units, currencies, counters."""
    for match in _NUMBER.finditer(text):
        number = _number_of(match)
        if number is None or (match["zh"] and _is_no_number(text, match)):
            continue
        start = match.start()
        if below := _BELOW_ZERO.search(text, max(0, start - 12), start):
            start, number = below.start(), -abs(number)
        if match["count"]:
            yield Value(start, match.end(), "number", _plain(number), "times")
            continue
        yield from _dressed(text, start, match.end(), number)


_BELOW_ZERO = re.compile(r"(?:零下|负|\bminus )$", re.IGNORECASE)
_ADVERB_ZH = re.compile(
    "一(?![个名位次种座条件辆间张本台只枚篇家所项届场分人年天岁月日周元米吨升瓶根头双块套])"
)


def _is_no_number(text: str, match: re.Match[str]) -> bool:
    """True for a Chinese numeral that is part of a word: 零下, 一起, 一遍, a bare 千."""
    if match.group() == "零" and text.startswith("下", match.end()):
        return True
    if text.startswith("、", match.end()) and not text[: match.start()].rpartition("\n")[2].strip():
        return True  # the number of an item: 五、
    scale = match.group() in SCALES_ZH and match.group() != "十"
    return scale or bool(match.group() == "一" and _ADVERB_ZH.match(text, match.start()))


def _dressed(text: str, start: int, end: int, number: float) -> Iterator[Value]:
    money_before = _MONEY_BEFORE.search(text, max(0, start - 8), start)
    money_after = _MONEY_AFTER.match(text, end)
    unit = _AFTER.match(text, end)
    if money_before or money_after:
        shown = (money_before or money_after).group().strip().lower()  # type: ignore[union-attr]
        a = money_before.start() if money_before else start
        b = end if money_before or not money_after else money_after.end()
        yield Value(a, b, "money", f"{CURRENCIES[shown]} {_plain(number)}", "money")
    elif percent := _PERCENT_ZH.search(text, max(0, start - 3), start):
        yield Value(percent.start(), end, "percent", f"percent {_plain(number)}", "percent")
    elif unit and not _is_year(text, start, end, unit):
        yield _measured(text, start, end, number, unit)
    else:
        counter = _COUNTER_ZH.match(text[end:].lstrip(" "))
        if counter:
            shift = len(text[end:]) - len(text[end:].lstrip(" "))
            yield Value(start, end + shift + counter.end(), "number", _plain(number))
        amount = "amount" if _CENTS.search(text, start, end) else ""
        yield Value(start, end, "number", _plain(number), amount)


_CENTS = re.compile(r"\d[.,]\d\d$")


def _is_year(text: str, start: int, end: int, unit: re.Match[str]) -> bool:
    digits = text[start:end]
    return unit["zh"] in ("年", "日", "月") and (len(digits) == 4 or unit["zh"] != "年")


def _measured(text: str, start: int, end: int, number: float, unit: re.Match[str]) -> Value:
    dimension, factor = UNITS[unit["latin"] or unit["zh"]]
    stop = unit.end()
    per = _PER_ZH.search(text, max(0, start - 3), start) if dimension == "length" else None
    if per:
        speed = number * factor / _PER_SECONDS[per.group()]
        return Value(per.start(), stop, "quantity", f"speed {_plain(speed)}", "speed")
    if dimension == "temperature":
        norm = f"temperature {_plain(_celsius(number, factor))}"
    else:
        norm = f"{dimension} {_plain(number * factor)}"
    kinds: dict[str, ValueKind] = {"percent": "percent", "duration": "duration"}
    if unit["latin"] in ("pound", "pounds"):
        return Value(start, stop, "quantity", norm, "pounds")
    return Value(start, stop, kinds.get(dimension, "quantity"), norm, dimension)


_PER_SECONDS = {"每秒": 1.0, "每分钟": 60.0, "每小时": 3600.0, "时速": 3600.0}
_PER_ZH = re.compile(f"(?:{'|'.join(_PER_SECONDS)})$")


def _celsius(number: float, factor: float) -> float:
    return {0.0: (number - 32) / 1.8, 0.5: number - 273.15}.get(factor, number)


# -- dates and times ----------------------------------------------------------------------------

_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
_DATES = re.compile(
    rf"(?P<iso>(?<![\d.])\d{{4}}[-/.]\d{{1,2}}[-/.]\d{{1,2}}(?!\d))"
    rf"|(?P<dmy>\b\d{{1,2}}[-/.]\d{{1,2}}[-/.](?:\d{{4}}|\d{{2}})\b)"
    rf"|(?P<en1>\b(?P<d1>\d{{1,2}})(?:st|nd|rd|th)?[ -](?:of )?(?P<m1>{_MONTH})\b\.?"
    r"(?:,?[ -](?P<y1>\d{4}|\d{2}\b))?)"
    rf"|(?P<en2>\b(?P<m2>{_MONTH})\b\.? (?P<d2>\d{{1,2}})(?!\d)(?:st|nd|rd|th)?"
    r"(?:,? (?P<y2>\d{4}))?)"
    rf"|(?P<en3>\b(?P<m3>{_MONTH})\b\.?,? (?:of )?(?P<y3>\d{{4}}))"
    r"|(?P<zh>(?P<y4>\d{2,4}|[一二三四五六七八九〇零]{4}) ?年 ?"
    r"(?:(?P<m4>\d{1,2}|[一二三四五六七八九十]{1,2}) ?月"
    r" ?(?:(?P<d4>\d{1,2}|[一二三四五六七八九十]{1,3}) ?[日号])?)?(?!间|[来前后]))"
    r"|(?P<zh2>(?P<m5>\d{1,2}|[一二三四五六七八九十]{1,2}) ?月 ?"
    r"(?P<d5>\d{1,2}|[一二三四五六七八九十]{1,3}) ?[日号])"
    r"|(?P<zh3>(?<![\d一二三四五六七八九十])"
    r"(?P<m6>1[0-2]|[1-9]|十[一二]?|[一二三四五六七八九]) ?月(?![\d一二三四五六七八九十个]))"
    r"|(?P<century>\b\d{1,2}(?:st|nd|rd|th) century\b"
    r"|(?:\d{1,2}|[一二三四五六七八九十]{1,3}) ?世纪(?: ?\d0 ?年代)?)"
    r"|(?P<decade>\b(?:1\d|20)\d0s\b|\d0 ?年代)"
    rf"|(?P<weekday>\b(?:{WEEKDAYS_EN})\b|(?:星期|周)[一二三四五六日天])"
    rf"|(?P<month>\b(?:{'|'.join(m for m in MONTHS if len(m) > 3)})\b)"
    r"|(?P<year>(?<![\d.,-])(?:1[0-9]|20)\d{2}(?![\d,.]\d|\d|[ ]?(?:km|m|kg|%|metres|people)\b)"
    r"(?: ?(?:BC|AD|BCE|CE)\b)?)",
    re.IGNORECASE,
)
_HOURS_EN = "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
_PAST = {"half past": 0.5, "quarter past": 0.25, "quarter to": -0.25}
_CLOCK = re.compile(
    r"(?<![\d.:])(?P<h>[01]?\d|2[0-4])[:：](?P<m>[0-5]\d)(?::[0-5]\d)?"
    r"(?: ?(?P<half>[ap]\.?m\b\.?))?"
    r"|\b(?P<h2>1[0-2]|[1-9]) ?(?P<half2>[ap]\.?m\b\.?)|\b(?P<noon>noon|midnight)\b"
    r"|\b(?P<word>\w+) o'clock"
    rf"|\b(?P<spoken>{_HOURS_EN}|\d{{1,2}})"
    r"(?= in the (?P<part2>morning|afternoon|evening)\b| at night\b)"
    rf"|\b(?P<past>half past|quarter past|quarter to) (?P<hour>{_HOURS_EN}|\d{{1,2}})\b"
    r"|(?P<zh>(?:(?P<part>早上|上午|中午|下午|晚上|凌晨|夜里|傍晚) ?)?"
    r"(?P<h3>\d{1,2}|[一二两三四五六七八九十]{1,3}) ?[点时](?!间|候|期)"
    r"(?:(?P<m3>\d{1,2}|[一二三四五六七八九十]{1,3}) ?分|(?P<half3>半)|钟|整)?)",
    re.IGNORECASE,
)
_RANGE = re.compile(r" ?(?:–|—|-|to|until|till|and|至|到|~|～) ?", re.IGNORECASE)


def _dates(text: str) -> Iterator[Value]:
    found: list[Value] = []
    for match in _DATES.finditer(text):
        if match.lastgroup is None:
            continue
        found.append(Value(match.start(), match.end(), "date", _date_norm(match)))
    for match in _CLOCK.finditer(text):
        norm = _clock_norm(match)
        if norm:
            found.append(Value(match.start(), match.end(), "clock", norm))
    found.sort(key=lambda value: value.start)
    yield from found
    for one, two in pairwise(found):
        joined = one.kind == two.kind and _RANGE.fullmatch(text, one.end, two.start)
        if joined:
            yield Value(one.start, two.end, one.kind, f"{one.norm}..{two.norm}")


def _date_norm(match: re.Match[str]) -> str:
    """Return an ISO date, as much of it as is written; day comes before month in 03/05/2019."""
    if match["iso"]:
        year, month, day = re.split("[-/.]", match["iso"])
    elif match["dmy"]:
        day, month, year = re.split("[-/.]", match["dmy"])
        if int(month) > 12:
            day, month = month, day
    else:
        year = next((match[f"y{i}"] for i in (1, 2, 3, 4) if match[f"y{i}"]), "")
        month = next((match[f"m{i}"] for i in (1, 2, 3, 4, 5, 6) if match[f"m{i}"]), "")
        day = next((match[f"d{i}"] for i in (1, 2, 4, 5) if match[f"d{i}"]), "")
    if not (year or month or day):
        return re.sub(r"\s", "", fold(match.group()))
    parts = [_small(p) for p in (year, month, day)]
    if parts[0] is not None and parts[0] < 100 and len(year) == 2:
        parts[0] += 2000 if parts[0] < 70 else 1900
    shown = ["????" if parts[0] is None else f"{parts[0]:04d}"]
    shown += [f"{p:02d}" for p in parts[1:] if p is not None]
    return "-".join(shown)


def _small(text: str) -> int | None:
    if not text:
        return None
    if text.lower() in MONTHS:
        return MONTHS[text.lower()]
    number = parse_number(text)
    return None if number is None else int(number)


def _clock_norm(match: re.Match[str]) -> str:
    if match["noon"]:
        return "12:00" if match["noon"].lower() == "noon" else "00:00"
    named = (match[n] for n in ("h", "h2", "h3", "word", "spoken", "hour"))
    hour = parse_number(next((n for n in named if n), ""))
    if hour is None or hour > 24:
        return ""
    minute = 30.0 if match["half3"] else parse_number(match["m"] or match["m3"] or "0") or 0.0
    if match["past"]:
        minutes = round(60 * (hour + _PAST[match["past"].lower()]))
        hour, minute = divmod(minutes, 60)
    half = (match["half"] or match["half2"] or "").lower()
    part = (match["part"] or match["part2"] or "").lower()
    late = half.startswith("p") or part in ("下午", "晚上", "傍晚", "afternoon", "evening")
    if late and hour < 12:
        hour += 12
    if half.startswith("a") and hour == 12:
        hour = 0
    return f"{int(hour):02d}:{int(minute):02d}"


# -- names, places, contacts --------------------------------------------------------------------

_PARTICLES = "of|the|de|la|le|van|von|der|den|del|di|da|bin|al|and|&|for|du|des|ibn"
_CAPITAL = r"[A-ZÀ-ÖØ-ÞŁŚŻČŠŽ][\w'’.\-]*"
_NAME = re.compile(rf"{_CAPITAL}(?:,? (?:(?:{_PARTICLES}) ){{0,2}}{_CAPITAL}|\s(?:\d+|[IVX]+)\b)*")
_TITLE = re.compile(
    r"\b(?:Dr|Mr|Mrs|Ms|Prof|Professor|Sir|Captain|President|King|Queen|Saint|St)\b\.?"
)
_ADDRESS = re.compile(
    rf"\b(?:No\.? ?)?\d{{1,5}}[A-Za-z]?,? (?:{_CAPITAL} ){{1,4}}(?i:{PLACE_WORDS_EN})\b"
    r"|\b(?i:LOT|UNIT|JALAN|P\.? ?O\.? BOX)\b[^\n;]{3,60}"
    rf"|[{CJK}]{{2,10}}(?:路|街|大道|巷)\d+号(?:[{CJK}\d]{{0,8}}[楼室层])?"
)
_ORG_EN = re.compile(rf"\b(?:{ORG_WORDS_EN})\b\.?", re.IGNORECASE)
_PLACE_EN = re.compile(rf"\b(?:{PLACE_WORDS_EN})\b", re.IGNORECASE)
_PLACE_BEFORE = re.compile(
    r"\b(?:in|at|near|from|to|of|on|across|outside|behind|inside|under)(?: the)? $"
)
_QUOTED = re.compile('["“「『《]([^"”」』》\n]{1,80})["”」』》]')
_CONTACT = re.compile(
    r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+|https?://[^\s,;，；]+|\bwww\.[^\s,;，；]+"
    r"|(?<!\w)\+?\d[\d ()-]{6,17}\d(?!\w)"
)
_CODE = re.compile(
    r"\b(?:No\.? ?)?[A-Z]{1,5}\d*[-/]?\d+(?:[-/.][A-Z\d]+)*\b(?![.,]\d)"
    r"|\b(?:No\.? ?)?\d{2,}-\d{3,}(?:-\d+)*\b|\b(?:No\.? ?)?0\d{3,}\b|\bNo\.? ?\d+\b(?![-.]\d)"
)
_YEARS = re.compile(r"(?:1\d|20)\d\d-(?:1\d|20)?\d\d(?:-\d\d)?")
_COLOUR = re.compile(
    rf"\b(?:{COLOURS.split('|红', maxsplit=1)[0]})\b|红{COLOURS.split('|红', maxsplit=1)[1]}",
    re.IGNORECASE,
)
_REASON = re.compile(
    r"(?:\b(?:because(?: of)?|due to|owing to|as a result of|caused by|thanks to|so that|"
    r"in order to|since|in response to)\b\s*|因为|由于|为了|原因是|旨在|以便)"
    r"([^.;。；]{3,160}?)(?=[.;。；]|，(?=所以|因此|导致|故)|$)",
    re.IGNORECASE,
)
_ITEM_EN = r"[^,;:.()\n，。]{1,40}"
_LIST = re.compile(
    rf"{_ITEM_EN}(?:, {_ITEM_EN})+,? (?:and|or) [^,;:.()\n，。]{{1,40}}"
    r"|[^，。；：、\s]{1,15}(?:、[^，。；：、]{1,15})+(?:[和及与或][^，。；：、]{1,10})?"
)

_LIST_VERB = re.compile(
    r"\b(?:is|are|was|were|includes?|included|has|have|had|contains?|of|with|from|for|by|to)\s+"
    r"|[是有为]|包括|包含|分别"
)


def _names(text: str) -> Iterator[Value]:
    for match in _NAME.finditer(text):
        start, end = match.start(), match.end()
        while end > start and text[end - 1] in ".,'’-":
            end -= 1
        words = text[start:end].split()
        if words and words[0].lower() in STOP_EN and len(words) > 1:
            start += len(words[0]) + 1
        shown = text[start:end].strip()
        if not shown or shown.lower() in STOP_EN or shown.lower() in MONTHS:
            continue
        yield Value(start, end, _name_kind(text, start, shown), _norm(shown))
    for match in re.finditer(rf"[{CJK}]{{1,6}}(?:·[{CJK}]{{1,8}})+", text):
        yield Value(match.start(), match.end(), "name", _norm(match.group()))


def _name_kind(text: str, start: int, shown: str) -> ValueKind:
    if _TITLE.match(shown):
        return "name"
    if _ORG_EN.search(shown):
        return "organisation"
    if _PLACE_EN.search(shown) or _PLACE_BEFORE.search(text[max(0, start - 14) : start]):
        return "place"
    return "name"


def _marked(text: str) -> Iterator[Value]:
    """Yield quoted words, contacts, colours, reasons and enumerations."""
    for match in _CODE.finditer(text):
        if not _YEARS.fullmatch(match.group()):
            yield Value(match.start(), match.end(), "code", _code_norm(match.group()))
    for match in _QUOTED.finditer(text):
        yield Value(match.start(1), match.end(1), "quoted", _norm(match.group(1)))
    for match in _CONTACT.finditer(text):
        yield Value(
            match.start(), match.end(), "contact", re.sub(r"[\s()-]", "", match.group()).lower()
        )
    for match in _ADDRESS.finditer(text):
        yield Value(match.start(), match.end(), "place", _norm(match.group()), "address")
    for match in _COLOUR.finditer(text):
        yield Value(match.start(), match.end(), "colour", fold(match.group()).removesuffix("色"))
    for match in _ORDINAL.finditer(text):
        yield Value(match.start(), match.end(), "ordinal", fold(match.group()))
    for match in _REASON.finditer(text):
        yield Value(match.start(1), match.end(1), "reason", _norm(match.group(1)))
    for match in _LIST.finditer(text):
        start, end = match.start() + _list_start(match.group()), match.end()
        stripped = text[start:end].strip()
        start += text[start:end].index(stripped)
        yield Value(start, start + len(stripped), "list", _norm(stripped))


def _code_norm(shown: str) -> str:
    return re.sub(r"^no\.? ?|\s", "", shown.lower())


def _list_start(shown: str) -> int:
    """Return where the first item starts: after the verb that introduces the list."""
    first = re.split("[,、]", shown, maxsplit=1)[0]
    verbs = list(_LIST_VERB.finditer(first))
    return verbs[-1].end() if verbs and verbs[-1].end() < len(first) else 0


# -- chunks of words ----------------------------------------------------------------------------

_CUT_EN = re.compile(r"[^\w\s'’.&/%°+-]|\.(?=\s|$)|\n")
_CUT_ZH = re.compile(
    r"[^\w·\-.]|的|了|是|在|被|把|将|和|与|及|或|并|而|但|也|都|就|从|向|对|由|于|为|以|让|使|有|这|那|其|他们?|她|它们?|们|"
    r"因为|所以|如果|其中|包括|称为|叫做|位于|成为"
)
_NO_NAME_ZH = "度间法量色时期面点线性率路街市县省河湖山公司的了"
_PLACE_ZH = re.compile(rf"[{PLACE_END_ZH}]$")
_ORG_ZH = re.compile(rf"(?:{ORG_END_ZH})$")


def _chunks(text: str) -> Iterator[Value]:
    """Yield runs of words between function words and punctuation, each at most six long."""
    if re.search(f"[{CJK}]", text):
        yield from _chinese_chunks(text)
    position = 0
    for match in [*_CUT_EN.finditer(text), None]:
        end = match.start() if match else len(text)
        yield from _english_chunks(text, position, end)
        position = match.end() if match else end


def _english_chunks(text: str, start: int, end: int) -> Iterator[Value]:
    run: list[tuple[int, int]] = []
    spans = [(m.start(), m.end()) for m in re.finditer(r"[^\s]+", text[start:end])]
    for a, b in [*((start + x, start + y) for x, y in spans), (-1, -1)]:
        word = text[a:b].lower().strip("'’.") if a >= 0 else ""
        if a >= 0 and word not in STOP_EN and not re.search(f"[{CJK}]", text[a:b]):
            run.append((a, b))
            continue
        if run and len(run) <= 6:
            first, last = run[0][0], run[-1][1]
            yield Value(first, last, "chunk", _norm(text[first:last]))
            if len(run) in (3, 4):
                yield Value(run[1][0], last, "chunk", _norm(text[run[1][0] : last]))
                yield Value(first, run[-2][1], "chunk", _norm(text[first : run[-2][1]]))
        run = []


def _chinese_chunks(text: str) -> Iterator[Value]:
    position = 0
    for match in [*_CUT_ZH.finditer(text), None]:
        end = match.start() if match else len(text)
        shown = text[position:end]
        if 1 < len(shown) <= 14 and re.search(f"[{CJK}]", shown):
            yield Value(position, end, chinese_kind(shown), _norm(shown))
        position = match.end() if match else end


def chinese_kind(shown: str) -> ValueKind:
    """Return what a Chinese chunk looks like: a person's name, an organisation, a place.

    Example:
        >>> [chinese_kind(shown) for shown in ("李明", "北山医院", "港口街", "密封圈")]
        ['name', 'organisation', 'place', 'chunk']
    """
    if 2 <= len(shown) <= 3 and shown[0] in SURNAMES_ZH and shown[-1] not in _NO_NAME_ZH:
        return "name"
    if _ORG_ZH.search(shown):
        return "organisation"
    return "place" if _PLACE_ZH.search(shown) else "chunk"


def _norm(shown: str) -> str:
    return re.sub(r"[\s\"'“”‘’.,，。-]+", " ", fold(shown)).strip().removeprefix("the ")


# -- all together -------------------------------------------------------------------------------


def values(text: str) -> list[Value]:
    """Return the values in a text, by place; the same characters appear once, best kind first.

    Example:
        >>> [(v.kind, v.norm) for v in values("高度为4200米") if v.kind == "quantity"]
        [('quantity', 'length 4200')]
        >>> [v.norm for v in values("on 3 May 2019 at 4 pm") if v.kind in ("date", "clock")]
        ['2019-05-03', '16:00']
    """
    seen: dict[tuple[int, int], Value] = {}
    for source in (_dates, _marked, _numbers, _names, _chunks):
        for value in source(text):
            if value.start < value.end:
                seen.setdefault((value.start, value.end), value)
    firm = [v for v in seen.values() if v.kind in _FIRM or v.dimension == "address"]
    kept = [v for v in seen.values() if not _is_splinter(v, firm)]
    return sorted(kept, key=lambda v: (v.start, v.end))


_FIRM: frozenset[ValueKind] = frozenset(
    {"date", "clock", "money", "quantity", "percent", "duration", "contact", "code", "number"}
)


def _is_splinter(value: Value, firm: list[Value]) -> bool:
    """True for a piece of a date, amount or address that means nothing by itself."""
    for whole in firm:
        inside = whole.start <= value.start and value.end <= whole.end
        if inside and value.end - value.start < whole.end - whole.start:
            if whole.kind != "number" and not (whole.kind == value.kind == "date"):
                return True
            if whole.kind == "number" and value.kind != "number":
                return True
        if value.kind in ("chunk", "name", "place", "organisation"):
            cuts = whole.start < value.start < whole.end or whole.start < value.end < whole.end
            if cuts or (value.start, value.end) == (whole.start, whole.end):
                return (value.start, value.end) != (whole.start, whole.end) or value is not whole
    return False
