"""Numbers as charts print them, and the straight line that ties them to lengths."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

_PRINTED = re.compile(
    r"[(]?(?P<a>[-−–+]?)\s?(?:US\$|HK\$|S\$|[$€£¥￥]|RM|Rs\.?|CHF|EUR|USD)?\s?(?P<b>[-−–+]?)"
    r"(?P<digits>\d(?:[\d., '\u00a0]*\d)?)\s?(?P<scale>(?:k|K|M|bn|万|亿)(?![A-Za-z]))?"
    r"\s?(?P<unit>[^\W\d_%‰°][^\d|]{0,9}[²³23]?|[%‰°$€£¥][^\d|]{0,9})?[)]?(?:\s?[(][^()]*[)])?"
)
_POINTS = {
    "en": (re.compile(r"\d{1,3}(?:[, '\u00a0]\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"), "."),
    "eu": (re.compile(r"\d{1,3}(?:[. '\u00a0]\d{3})+(?:,\d+)?|\d+(?:,\d+)?"), ","),
}
_SCALES = {"k": 1e3, "K": 1e3, "M": 1e6, "bn": 1e9, "万": 1e4, "亿": 1e8}


def amount(text: str, points: str = "en") -> float | None:
    """Return the number a label prints, or None when it is more than a number with its unit.

    Args:
        text: The label.
        points: "en" for 1,234.5 and "eu" for 1.234,5.

    Example:
        >>> [amount(t) for t in ("41.7", "1,240", "-8%", "12.5 m", "$3.4k", "Jan", "2021/22")]
        [41.7, 1240.0, -8.0, 12.5, 3400.0, None, None]
        >>> amount("1.240,5", "eu"), amount("3.2万人")
        (1240.5, 32000.0)
    """
    match = _PRINTED.fullmatch(text.strip())
    if match is None:
        return None
    shape, point = _POINTS[points]
    if not shape.fullmatch(match["digits"]):
        return None
    digits = "".join(c if c.isdigit() else "." if c == point else "" for c in match["digits"])
    number = float(digits) * _SCALES.get(match["scale"] or "", 1.0)
    return -number if {match["a"], match["b"]} & {"-", "−", "–"} else number


def multiplier(text: str) -> float:
    """Return what the letter behind a number multiplies it by; 1 when there is none.

    Example:
        >>> multiplier("1.24M"), multiplier("3 km")
        (1000000.0, 1.0)
    """
    match = _PRINTED.fullmatch(text.strip())
    return _SCALES.get(match["scale"] or "", 1.0) if match else 1.0


@dataclass(frozen=True, slots=True)
class Scale:
    """The straight line from values to pixels: `pixels = slope * value + offset`."""

    slope: float
    offset: float

    def at(self, value: float) -> float:
        """Return where a value lies, in pixels along."""
        return self.slope * value + self.offset


def scale_of(values: Sequence[float], pixels: Sequence[float], slack: float) -> Scale | None:
    """Return the rising line that most points lie on; None when there is none.

    Args:
        values: What is printed.
        pixels: What it is drawn as, one a value.
        slack: How far from the line a point may lie, in pixels.

    Example:
        >>> scale_of([1, 2, 3, 40], [10, 20, 30, 40], slack=1)
        Scale(slope=10.0, offset=0.0)
    """
    points = list(zip(values, pixels, strict=True))
    best, most = None, (0, 0.0)
    for (a, p), (b, q) in combinations(points, 2):
        if a == b or (q - p) / (b - a) <= 0:
            continue
        scale = Scale((q - p) / (b - a), p - (q - p) / (b - a) * a)
        misses = [abs(scale.at(v) - at) for v, at in points]
        near = [miss for miss in misses if miss <= slack]
        if (len(near), -sum(near)) > most:
            best, most = scale, (len(near), -sum(near))
    return best
