"""What a line of a picture is by its words: a value, a name, a phrase, an item of a list."""

from __future__ import annotations

import re

from pincite.ingest.layout import is_cjk, letters

_MONEY = r"(?:[$€£¥￥]|RM|USD|EUR|CHF|CNY|RMB)"
_VALUE = re.compile(
    rf"^[(]?{_MONEY}?\s?[-+±~<>≤≥]?\s?\d[\d\s.,:/x×–—~-]*(?:{_MONEY}|[^\d\s]{{1,9}})?[)]?$"
)
_READING = re.compile(
    rf"^{_MONEY}?\s?[-+]?\d[\d,.:/\- ]*\s?(?:%|[A-Za-z°℃/²³]{{1,6}}|[\u4e00-\u9fff]{{1,3}})?$"
)
_BULLET = re.compile(r"^\s*(?:[-*•·▪◦–‣]|\(?\d{1,2}[.)、]\s|[a-z][.)]\s|[☐☑□✓✗x]\s)")
_PAIR = re.compile(r"^[^:：\d][^:：]{0,38}[:：]\s?\S")
_PHRASE_LETTERS = 12


def is_value(text: str) -> bool:
    """Return True for a number with or without a unit, a price, a time or a span of them.

    Example:
        >>> [is_value(t) for t in ("€ 4.20", "9:00 - 17:00", "50 微米", "3 bags of oats")]
        [True, True, True, False]
    """
    return bool(_VALUE.match(text.strip())) and len(text.split()) <= 4


def is_reading(text: str) -> bool:
    """Return True for one number with at most a short unit, which a label above it can name.

    Example:
        >>> [is_reading(t) for t in ("3.2 bar", "50 微米", "1,000 gallons", "9 - 17")]
        [True, True, False, True]
    """
    return bool(_READING.match(text.strip()))


def is_name(text: str) -> bool:
    """Return True for words that begin like a name or label rather than go on.

    Example:
        >>> [is_name(t) for t in ("Pump A", "水泵", "at 2 m", "230 V")]
        [True, True, False, False]
    """
    first = next((c for c in text if c.isalnum()), "")
    return not is_value(text) and (first.isupper() or is_cjk(first or " "))


def is_phrase(text: str) -> bool:
    """Return True for words that say something by themselves, longer than most cells of a table.

    Example:
        >>> [is_phrase(t) for t in ("Ask for Joanna", "Anna Keller", "3.2 bar")]
        [True, False, False]
    """
    words = len(text.split()) + sum(map(is_cjk, text)) / 3
    return words >= 3 and letters(text) >= _PHRASE_LETTERS


def is_bullet(text: str) -> bool:
    """Return True for an item of a list.

    Example:
        >>> [is_bullet(t) for t in ("- fill slowly", "2. wipe dry", "2.5 bar")]
        [True, True, False]
    """
    return bool(_BULLET.match(text))


def is_closed(text: str) -> bool:
    """Return True for the end of a sentence.

    Example:
        >>> [is_closed(t) for t in ("Change the lamp in May.", "ext.", "钥匙由厨师保管。")]
        [True, False, True]
    """
    return text.rstrip().endswith(tuple(".!?。！？")) and letters(text) > _PHRASE_LETTERS


def is_pair(text: str) -> bool:
    """Return True for a line that names its value itself.

    Example:
        >>> [is_pair(t) for t in ("Pressure: 8 bar", "9:30 to 12:00")]
        [True, False]
    """
    return bool(_PAIR.match(text))
