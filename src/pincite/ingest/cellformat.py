"""Cells of a spreadsheet as a person reads them: dates, percentages, money, thousands."""

from __future__ import annotations

import datetime
import re
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache

_BUILT_IN = {
    1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 11: "0.00E+00",
    12: "# ?/?", 13: "# ??/??", 14: "yyyy-mm-dd", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy",
    18: "h:mm", 19: "h:mm:ss", 20: "h:mm", 21: "h:mm:ss", 22: "yyyy-mm-dd h:mm",
    37: "#,##0", 38: "#,##0", 39: "#,##0.00", 40: "#,##0.00", 41: "#,##0", 42: "#,##0",
    43: "#,##0.00", 44: "#,##0.00", 45: "mm:ss", 46: "[h]:mm:ss", 47: "mm:ss", 48: "##0.0E+0",
    49: "@",
    **dict.fromkeys([*range(27, 32), 36, *range(50, 59)], "yyyy-mm-dd"),
    **dict.fromkeys(range(32, 36), "h:mm"),
}  # fmt: skip
_LITERAL = re.compile(
    r'"([^"]*)"|\\(.)|_.|\*.|\[\$([^\]-]*)[^\]]*\]|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.I
)
_PLACES = re.compile(r"[0#?,]*[0#?][0#?,]*(?:\.[0#?]*)?,*")
_DATE_MARK = re.compile(r"[ymdhs]|上午|下午", re.IGNORECASE)
_ELAPSED = re.compile(r"\[(?:h+|m+|s+)\]", re.IGNORECASE)
_MOST_DIGITS = 300
_DAY_S = 86_400


def format_code(number: int, custom: dict[int, str]) -> str:
    """Return the format with a number: one of the file's own, or a built-in one."""
    return custom.get(number) or _BUILT_IN.get(number, "")


@lru_cache(maxsize=8192)
def number_words(text: str, code: str, *, from_1904: bool = False) -> str:
    """Return a number as its cell shows it; general numbers to ten digits.

    Example:
        >>> number_words("0.35", "0%"), number_words("1234.5", "#,##0.00"), number_words("7", "")
        ('35%', '1,234.50', '7')
        >>> number_words("45000", "yyyy-mm-dd"), number_words("45000.75", "d/m/yy h:mm")
        ('2023-03-15', '2023-03-15 18:00')
    """
    try:
        value = Decimal(text.strip())
    except InvalidOperation:
        return text.strip()
    if not value.is_finite() or abs(value.adjusted()) > _MOST_DIGITS:
        return text.strip()
    shape = _shape(code, _section(value))
    if shape.date:
        return _moment(value, shape, from_1904=from_1904) or f"{float(value):.10g}"
    return shape.write(value)


def _section(value: Decimal) -> int:
    return 1 if value < 0 else 2 if value == 0 else 0


class _Shape:
    """One section of a format: for numbers above zero, below it, or zero itself."""

    def __init__(self, section: str, *, signed: bool) -> None:
        self.elapsed = bool(_ELAPSED.search(section))
        bare = _LITERAL.sub("", section)
        self.date = self.elapsed or bool(
            _DATE_MARK.search(re.sub(r"General", "", bare, flags=re.I))
        )
        self.clock = bool(re.search(r"[hs]", bare, re.IGNORECASE))
        self.day = bool(re.search(r"[yd]", bare, re.IGNORECASE)) or not self.clock
        self.signed = signed
        places = _PLACES.search(bare)
        self.places = places.group() if places and "/" not in bare else ""
        self.percent = "%" in bare
        self.scientific = bool(re.search(r"E[+-]", bare))
        self.before, self.after = self._around(section)

    def _around(self, section: str) -> tuple[str, str]:
        """Return the words that stand before and after the digits."""
        plain = _LITERAL.sub(lambda m: (m[1] or m[2] or m[3] or "").replace("0", "\0"), section)
        match = _PLACES.search(plain)
        if match is None or not self.places:
            spoken = "" if re.search(r"[@/]|General", plain, re.IGNORECASE) else plain.strip()
            return spoken, ""
        before, after = plain[: match.start()], plain[match.end() :]
        return before.replace("\0", "0"), after.replace("\0", "0")

    def write(self, value: Decimal) -> str:
        """Return a number in this shape."""
        if not self.places and self.before:
            return self.before
        if not self.places or self.scientific:
            return f"{float(value):.10g}"
        value = value.copy_abs() if not self.signed else value
        value = value * 100 if self.percent else value
        places = self.places.rstrip(",")
        value = value.scaleb(-3 * (len(self.places) - len(places)))  # thousands left out
        whole, _, fraction = places.partition(".")
        kept = Decimal(1).scaleb(-len(fraction))
        with_digits = value.quantize(kept, ROUND_HALF_UP) if value.adjusted() < 25 else value
        digits = f"{with_digits:,f}" if "," in whole else f"{with_digits:f}"
        loose = len(fraction) - len(fraction.rstrip("#?"))
        for _ in range(loose):
            digits = digits.removesuffix("0")
        digits = digits.removesuffix(".")
        sign = "-" if digits.startswith("-") else ""
        width = whole.count("0") if "," not in whole else 0
        body = digits.removeprefix("-")
        head, point, tail = body.partition(".")
        shown = f"{sign}{self.before}{head.zfill(width)}{point}{tail}{self.after}"
        return " ".join(shown.split())


@lru_cache(maxsize=4096)
def _shape(code: str, section: int) -> _Shape:
    sections = _sections(code)
    if section < len(sections) and sections[section]:
        return _Shape(sections[section], signed=section == 0 or len(sections) == 1)
    return _Shape(sections[0], signed=True)


def _sections(code: str) -> list[str]:
    parts, quoted = [""], False
    for letter in code[:400]:
        quoted ^= letter == '"'
        if letter == ";" and not quoted:
            parts.append("")
        else:
            parts[-1] += letter
    return parts


def _moment(value: Decimal, shape: _Shape, *, from_1904: bool) -> str:
    """Return a date, a time of day or a duration; an empty string outside the calendar."""
    seconds = int((value * _DAY_S).quantize(Decimal(1), ROUND_HALF_UP))
    if shape.elapsed or (not shape.day and value < 1):
        hours, rest = divmod(abs(seconds), 3600)
        minutes, rest = divmod(rest, 60)
        sign = "-" if seconds < 0 else ""
        return f"{sign}{hours:02d}:{minutes:02d}" + (f":{rest:02d}" if rest else "")
    start = datetime.datetime(1904, 1, 1) if from_1904 else datetime.datetime(1899, 12, 30)
    if not from_1904 and 0 < seconds < 60 * _DAY_S:
        start += datetime.timedelta(days=1)  # the program counts a 29 February 1900
    try:
        moment = start + datetime.timedelta(seconds=seconds)
    except OverflowError:
        return ""
    if seconds < 0 or moment.year > 9999:
        return ""
    if not shape.clock or moment.time() == datetime.time():
        return moment.date().isoformat()
    return moment.isoformat(" ", "seconds" if moment.second else "minutes")
