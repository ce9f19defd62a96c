"""Spoken English numbers to digits, as a person would write them down.

"forty two point five bar" is 42.5 bar, "nineteen eighty four" is 1984, "the third of May" the
3rd of May. Numbers below ten stay words, as print does, unless they count a unit or name a
thing ("building seven" is building 7); so do "first" to "ninth" outside dates.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


def table(text: str) -> list[str]:
    """Return the words of a table."""
    return text.split()


_SMALL = table(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen "
    "fourteen fifteen sixteen seventeen eighteen nineteen"
)
_DIGIT = {name: value for value, name in enumerate(_SMALL)} | {"oh": 0, "o": 0}
_TENS = {
    name: 10 * value
    for value, name in enumerate(
        ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], 2
    )
}
_SCALES = {"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
_ORDINALS = {
    name: value
    for value, name in enumerate(
        table(
            "first second third fourth fifth sixth seventh eighth ninth tenth eleventh "
            "twelfth thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth "
            "nineteenth"
        ),
        1,
    )
} | {
    name: 10 * value
    for value, name in enumerate(
        table("twentieth thirtieth fortieth fiftieth sixtieth seventieth eightieth ninetieth"),
        2,
    )
}
MONTHS = table(
    "january february march april may june july august september october november december"
)
_UNITS = frozenset(
    table(
        "percent per point million billion trillion thousand hundred degrees degree "
        "celsius fahrenheit kelvin bar bars volts volt amps amperes watts watt kilowatts "
        "megawatts hertz kilohertz megahertz gigahertz meters meter metres metre "
        "kilometers kilometer kilometres kilometre centimeters centimeter millimeters "
        "millimeter miles mile feet foot inches inch yards grams gram kilograms kilogram "
        "kilos tons tonnes pounds ounces liters liter litres litre gallons seconds "
        "minutes minute hours hour milliseconds bytes kilobytes megabytes gigabytes "
        "dollars euros cents pence yen pixels decibels newtons pascals joules a.m. p.m. "
        "o'clock am pm"
    )
)
_LABELS = frozenset(
    table(
        "number building room page chapter section figure table step floor level line "
        "gate platform version phase unit station channel bus route stage part volume "
        "appendix item question pump valve tank engine track lesson slide episode season "
        "zone bay dock tower terminal block sensor reactor boiler turbine pier hall grade "
        "module lot room's"
    )
)


@dataclass(frozen=True, slots=True)
class Reading:
    """Words `start:end` of the spoken ones, and how they are written."""

    start: int
    end: int
    text: str


def written(words: Sequence[str]) -> list[Reading]:
    """Return how spoken words are written down: numbers in digits, the rest word for word.

    Example:
        >>> said = "it rose to forty two point five bar in nineteen eighty four"
        >>> " ".join(reading.text for reading in written(said.split()))
        'it rose to 42.5 bar in 1984'
    """
    low = [word.lower() for word in words]
    readings: list[Reading] = []
    at = 0
    while at < len(words):
        found = _number(low, at)
        readings.append(found or Reading(at, at + 1, words[at]))
        at = readings[-1].end
    return readings


def _number(low: list[str], at: int) -> Reading | None:
    """Return the number that begins at a word, or None when it is better left in words."""
    return _ordinal(low, at) or _clock(low, at) or _year(low, at) or _cardinal(low, at)


# -- ordinals and dates ---------------------------------------------------------------------


def _ordinal(low: list[str], at: int) -> Reading | None:
    value, end = _ordinal_value(low, at)
    if not value:
        return None
    in_date = _is_month(low, at - 1) or (_is(low, end, "of") and _is_month(low, end + 1))
    if value < 10 and not in_date:
        return None
    return Reading(at, end, f"{value:,}{_suffix(value)}")


def _ordinal_value(low: list[str], at: int) -> tuple[int, int]:
    """Return (value, end) of "twenty first" or "one hundred and third"; (0, at) for none."""
    word = low[at]
    if word in _ORDINALS:
        return _ORDINALS[word], at + 1
    if word in _TENS and _get(low, at + 1) in _SMALL_ORDINALS:
        return _TENS[word] + _ORDINALS[low[at + 1]], at + 2
    value, end = _whole(low, at)
    if end > at and value and value % 100 == 0:
        end += _is(low, end, "and") and _get(low, end + 1) in _ORDINALS
        if _get(low, end) in ("hundredth", "thousandth"):
            return 0, at
        if _get(low, end) in _ORDINALS or _get(low, end) in _TENS:
            rest, last = _ordinal_value(low, end)
            if rest and rest < 100:
                return value + rest, last
    return 0, at


_SMALL_ORDINALS = frozenset(name for name, value in _ORDINALS.items() if value < 10)


def _suffix(value: int) -> str:
    if value % 100 in (11, 12, 13):
        return "th"
    return {1: "st", 2: "nd", 3: "rd"}.get(value % 10, "th")


def _is_month(low: list[str], at: int) -> bool:
    return _get(low, at) in MONTHS


# -- times of day and years -----------------------------------------------------------------


def _clock(low: list[str], at: int) -> Reading | None:
    """Read "seven thirty p m" and "ten oh five a m"; "o'clock" is a unit like any other."""
    hour, end = _below_hundred(low, at)
    if end == at or not 1 <= hour <= 12:
        return None
    minute, last = _minutes(low, end)
    if _get(low, last) in ("a", "p") and _is(low, last + 1, "m"):
        half, stop = f"{low[last]}.m.", last + 2
    elif _get(low, last) in ("a.m.", "p.m.", "am", "pm"):
        half, stop = f"{low[last][0]}.m.", last + 1
    else:
        return None
    shown = f"{hour}:{minute:02d}" if last > end else str(hour)
    return Reading(at, stop, f"{shown} {half}")


def _minutes(low: list[str], at: int) -> tuple[int, int]:
    if _get(low, at) in ("oh", "o") and 1 <= _DIGIT.get(_get(low, at + 1), 0) <= 9:
        return _DIGIT[low[at + 1]], at + 2
    value, end = _below_hundred(low, at)
    return (value, end) if end > at and 10 <= value < 60 else (0, at)


def _year(low: list[str], at: int) -> Reading | None:
    """Read pairs: "nineteen eighty four", "twenty twenty six", "nineteen oh five"."""
    century, middle = _below_hundred(low, at)
    if middle == at or not 10 <= century <= 20:
        return None
    if _is(low, middle, "hundreds"):
        return Reading(at, middle + 1, f"{century}00s")
    if _is(low, middle, "hundred") or low[at] == "ten":
        return None
    if _get(low, middle) in ("oh", "o") and 1 <= _DIGIT.get(_get(low, middle + 1), 0) <= 9:
        return Reading(at, middle + 2, f"{century}0{_DIGIT[low[middle + 1]]}")
    if middle != at + 1:
        return None
    rest, end = _below_hundred(low, middle)
    if end == middle or rest < 10 or _get(low, end) in ("hundred", "thousand", "point"):
        return None
    return Reading(at, end, f"{century}{rest:02d}")


# -- cardinals and decimals -----------------------------------------------------------------


def _cardinal(low: list[str], at: int) -> Reading | None:
    if low[at] in ("oh", "o"):
        return None
    value, end = _whole(low, at)
    if end == at:
        return None
    if _is(low, end, "point") and _get(low, end + 1) in _DIGIT:
        digits, last = _decimals(low, end + 1)
        scale = _get(low, last) if _get(low, last) in _SCALES else ""
        shown = f"{value:,}.{digits}" + (f" {scale}" if scale else "")
        return Reading(at, last + bool(scale), shown)
    if end == at + 1 and value < 10 and not _wants_digit(low, at):
        return None
    if value < 10 and end == at + 1:
        end, value_text = _spelled_out(low, at)
        return Reading(at, end, value_text)
    if value >= 10**6 and value % 10**5 == 0:
        return Reading(at, end, _in_words_of_scale(value))
    looks_like_year = 1900 <= value < 2100 and _is(low, at + 1, "thousand")
    return Reading(at, end, str(value) if value < 10_000 or looks_like_year else f"{value:,}")


def _in_words_of_scale(value: int) -> str:
    for name, scale in reversed(_SCALES.items()):
        if value >= scale:
            return f"{value / scale:g} {name}" if value % (scale // 10) == 0 else f"{value:,}"
    return str(value)


def _wants_digit(low: list[str], at: int) -> bool:
    """Return whether a number below ten counts a unit, names a thing or is one of a row."""
    before, after = _get(low, at - 1), _get(low, at + 1)
    if after in _UNITS or before in _LABELS or _digits_in_row(low, at) >= 3:
        return True
    return before in MONTHS and low[at] != "one"


def _digits_in_row(low: list[str], at: int) -> int:
    end = at
    while _get(low, end) in _DIGIT and _DIGIT[low[end]] < 10:
        end += 1
    return end - at


def _spelled_out(low: list[str], at: int) -> tuple[int, str]:
    """Return (end, digits) of a row of single digits such as a telephone number."""
    row = _digits_in_row(low, at)
    length = row if row >= 3 else 1
    return at + length, "".join(str(_DIGIT[word]) for word in low[at : at + length])


def _decimals(low: list[str], at: int) -> tuple[str, int]:
    """Return the digits after "point": single ones in a row, or one number such as "fifteen"."""
    digits, end = "", at
    while _get(low, end) in _DIGIT and _DIGIT[low[end]] < 10:
        digits += str(_DIGIT[low[end]])
        end += 1
    if digits:
        return digits, end
    value, end = _below_hundred(low, at)
    return str(value), end


def _below_hundred(low: list[str], at: int) -> tuple[int, int]:
    word = _get(low, at)
    if word in _TENS:
        unit = _DIGIT.get(_get(low, at + 1), 0) if _get(low, at + 1) not in ("oh", "o") else 0
        return (_TENS[word] + unit, at + 2) if 0 < unit < 10 else (_TENS[word], at + 1)
    if word in _DIGIT and word not in ("oh", "o"):
        return _DIGIT[word], at + 1
    return 0, at


def _below_thousand(low: list[str], at: int) -> tuple[int, int]:
    """Return (value, end); "a hundred" counts, and "and" only between hundreds and the rest."""
    value, end = _below_hundred(low, at)
    if end == at and low[at : at + 1] == ["a"] and _get(low, at + 1) == "hundred":
        value, end = 1, at + 1
    if end == at or not _is(low, end, "hundred"):
        return value, end
    value, end = value * 100, end + 1
    after = end + _is(low, end, "and")
    rest, last = _below_hundred(low, after)
    return (value + rest, last) if last > after and rest else (value, end)


def _whole(low: list[str], at: int) -> tuple[int, int]:
    """Return (value, end) of the longest whole number at a word; end == at for none."""
    total, end, last_scale = 0, at, 10**15
    while True:
        after = end + (end > at and _is(low, end, "and"))
        value, stop = _below_thousand(low, after)
        if stop == after and end == at and _is(low, at, "a") and _get(low, at + 1) in _SCALES:
            value, stop = 1, at + 1
        if stop == after:
            return total, end
        scale = _SCALES.get(_get(low, stop), 0)
        if scale and scale < last_scale:
            total, end, last_scale = total + value * scale, stop + 1, scale
            continue
        joins = end == at or value < last_scale
        return (total + value, stop) if joins and not (scale and end > at) else (total, end)


def _get(low: Sequence[str], at: int) -> str:
    return low[at] if 0 <= at < len(low) else ""


def _is(low: Sequence[str], at: int, word: str) -> bool:
    return _get(low, at) == word
