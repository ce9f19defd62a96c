"""Days named in a question, in the other ways files write them.

A person asks about "22 March 2025"; the table says 2025-03-22, the diary 22 Mar, the log 3月22日.
"""

from __future__ import annotations

import re

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NAMES = (
    "january|february|march|april|may|june|july|august|september|october|november|december|"
    "jan|feb|mar|apr|jun|jul|aug|sept|sep|oct|nov|dec"
)
_DAY = re.compile(
    rf"\b(?P<d1>[0-3]?\d)(?:st|nd|rd|th)?[ -](?:of )?(?P<m1>{_NAMES})\b\.?,?"
    r"(?:[ -](?P<y1>\d{4}))?"
    rf"|\b(?P<m2>{_NAMES})\b\.? (?P<d2>[0-3]?\d)(?:st|nd|rd|th)?\b(?:,? (?P<y2>\d{{4}}))?"
    r"|(?:(?P<y3>\d{4}) ?年 ?)?(?P<m3>\d{1,2}) ?月 ?(?P<d3>\d{1,2}) ?[日号]"
    r"|\b(?P<y4>\d{4})-(?P<m4>\d{1,2})-(?P<d4>\d{1,2})\b",
    re.IGNORECASE,
)


def other_forms(text: str) -> list[str]:
    """Return the other ways in which the days named in a text are written.

    Example:
        >>> other_forms("How much rain fell on 2 March 2025?")
        ['2025-03-02', '02 mar', '3月2日']
        >>> other_forms("4月12日吃了什么？"), other_forms("What broke in 2025?")
        (['12 apr', '4月12日'], [])
    """
    forms: list[str] = []
    for match in _DAY.finditer(text):
        groups = {key[0]: value for key, value in match.groupdict().items() if value}
        month, day = _month(groups["m"]), int(groups["d"])
        if not (1 <= month <= 12 and 1 <= day <= 31):
            continue
        if "y" in groups:
            forms.append(f"{groups['y']}-{month:02}-{day:02}")
        forms += [f"{day:02} {_MONTHS[month - 1]}", f"{month}月{day}日"]
    return forms


def _month(text: str) -> int:
    return int(text) if text.isdigit() else _MONTHS.index(text[:3].lower()) + 1
