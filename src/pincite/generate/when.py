"""Whether a statement is about the day, month or year that a question names."""

from __future__ import annotations

import re
from collections.abc import Collection

from pincite.generate.values import values

_DATE = re.compile(r"(?P<year>\d{4}|\?{4})(?:-(?P<month>\d\d)(?:-(?P<day>\d\d))?)?")

Day = tuple[int | None, int | None, int | None]
"""Year, month and day; None where it is not said."""


def days(text: str) -> frozenset[Day]:
    """Return the dates that a text names.

    Example:
        >>> sorted(days("from 22 March 2025 on"))
        [(2025, 3, 22)]
        >>> days("十二月底"), days("no date here")
        (frozenset({(None, 12, None)}), frozenset())
    """
    found = (_DATE.fullmatch(value.norm) for value in values(text) if value.kind == "date")
    return frozenset(_day(match) for match in found if match)


def _day(match: re.Match[str]) -> Day:
    year, month, day = (match[name] for name in ("year", "month", "day"))
    known = int(year) if year.isdigit() else None
    return known, int(month) if month else None, int(day) if day else None


def agreement(asked: Collection[Day], said: Collection[Day]) -> float:
    """Return how far the dates said meet those asked for: 1 exactly, -1 only others, 0 unknown.

    Example:
        >>> march = {(2025, 3, 22)}
        >>> agreement(march, {(2025, 3, 22)}), agreement(march, {(2025, 3, 18)})
        (1.0, -1.0)
        >>> round(agreement(march, {(None, 3, None)}), 2), agreement(march, set())
        (0.33, 0.0)
    """
    if not asked or not said:
        return 0.0
    best = max(_meets(one, other) for one in asked for other in said)
    return best if best > 0.0 else -1.0


def _meets(asked: Day, said: Day) -> float:
    """Return the share of the asked parts that are said, or 0 when one of them differs."""
    wanted = sum(part is not None for part in asked)
    pairs = [(a, b) for a, b in zip(asked, said, strict=True) if a is not None and b is not None]
    if not wanted or any(a != b for a, b in pairs):
        return 0.0
    return len(pairs) / wanted
