"""The unit that a question names: "how many litres", 多少公里, "the depth in metres"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from pincite.generate.lexicon import CURRENCIES, UNITS
from pincite.language import CJK

_COMMON = frozenset({"in", "里", "码", "节", "寸", "安", "日", "天", "世纪", "年", "度"})
"""Unit words that mean something else as often: "how many in the hut", 多少节课."""


@dataclass(frozen=True, slots=True)
class AskedUnit:
    """A unit in a question.

    Attributes:
        start: First character of the unit in the question.
        end: One past the last.
        kind: "quantity", "duration", "percent" or "money": what is asked for.
        dimension: What the unit measures, such as "volume"; "money" for a currency.
    """

    start: int
    end: int
    kind: str
    dimension: str


def _written(names: list[str]) -> str:
    return "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))


_WORDS = [u for u in [*UNITS, *CURRENCIES] if u.isascii() and len(u) > 2 and u not in _COMMON]
_CHARACTERS = [u for u in [*UNITS, *CURRENCIES] if re.match(f"[{CJK}]", u) and u not in _COMMON]
_ENGLISH = re.compile(
    rf"\bhow (?:many|much)(?: more| fewer| further)? (?P<unit>{_written(_WORDS)})\b"
    rf"|\bin (?P<after>{_written([w for w in _WORDS if w.endswith('s') or w == 'per cent'])})\b"
    r"(?=\s*[?]|$)"
)
_CHINESE = re.compile(rf"(?:多少|几)个?(?P<unit>{_written(_CHARACTERS)}|度(?![假过]))")
_PAID = re.compile(r"\b(?:cost|costs|pay|paid|spend|spent|price|charge[ds]?|bill|fee|owe[ds]?)\b")


@lru_cache(maxsize=256)
def unit_asked(text: str) -> AskedUnit | None:
    """Return the unit in which a question wants its answer, or None.

    Example:
        >>> asked = unit_asked("How many litres of oil does it take?")
        >>> (asked.kind, asked.dimension)
        ('quantity', 'volume')
        >>> asked = unit_asked("气球最高到了多少公里？")
        >>> (asked.kind, asked.dimension)
        ('quantity', 'length')
        >>> unit_asked("How many nests are there?")
    """
    lowered = text.lower()
    match = _ENGLISH.search(lowered) or _CHINESE.search(lowered)
    if match is None:
        return None
    name = "unit" if match["unit"] else "after"
    unit, (start, end) = match[name], match.span(name)
    if unit in CURRENCIES and not (unit in UNITS and not _PAID.search(lowered)):
        return AskedUnit(start, end, "money", "money")
    if unit in ("pound", "pounds") and _PAID.search(lowered):
        return AskedUnit(start, end, "money", "money")
    dimension = UNITS[unit][0]
    kind = dimension if dimension in ("duration", "percent") else "quantity"
    return AskedUnit(start, end, kind, dimension)


_SHORT = [u for u in UNITS if u.isascii() and u not in _COMMON]
_IN_KEY = re.compile(
    rf"(?:^|(?<![A-Za-z]))(?P<unit>{_written([*_SHORT, *_CHARACTERS])})[)\]）】]?$", re.IGNORECASE
)


def unit_of(key: str) -> str:
    """Return the dimension of the unit that the name of a column ends with, or "".

    Example:
        >>> unit_of("Diesel (litres)"), unit_of("tank_a_l"), unit_of("重量(公斤)"), unit_of("goal")
        ('volume', 'volume', 'mass', '')
    """
    match = _IN_KEY.search(key.strip())
    unit = match["unit"] if match else ""
    return next((UNITS[u][0] for u in (unit, unit.lower()) if u in UNITS), "")


_STUFF = ("mass", "volume", "energy", "power", "data", "area", "percent", "money", "pounds")
"""What "how much of it" is counted in; not degrees, metres or hours."""
_ALIKE = (frozenset({"angle", "temperature"}), frozenset({"pounds", "mass"}),
          frozenset({"pounds", "pressure"}), frozenset({"pounds", "money"}))  # fmt: skip


def same_dimension(one: str, other: str) -> bool:
    """Return whether two dimensions may be one.

    Bare degrees are an angle or a temperature; pounds are a weight, a sum or a pressure; "how
    much" of a thing ("stuff") is a weight, a volume and the like.
    """
    if "stuff" in (one, other):
        return one in _STUFF or other in _STUFF
    return one == other or frozenset({one, other}) in _ALIKE
