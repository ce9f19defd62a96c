"""Whether an answer is the right one: exact match and F1 as SQuAD counts them.

Rajpurkar et al. 2016, section 6.1: case, punctuation and English articles do not count. Where
Chinese, Japanese or Korean is written, each character is a token.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

_ARTICLES = re.compile(r"\b(a|an|the)\b")
_TOKEN = re.compile(
    r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u3040-\u30ff\uac00-\ud7af]"
    r"|[^\s\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u3040-\u30ff\uac00-\ud7af]+"
)


def answer_tokens(text: str) -> list[str]:
    """Return what of an answer counts.

    Example:
        >>> answer_tokens("The Pump, at 3 bar!"), answer_tokens("约 42 公里。")
        (['pump', 'at', '3', 'bar'], ['约', '42', '公', '里'])
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    spelled = "".join(" " if unicodedata.category(c)[0] in "PS" else c for c in folded)
    return _TOKEN.findall(_ARTICLES.sub(" ", spelled))


def exact_match(answer: str, right: str) -> bool:
    """Whether two answers are the same in all that counts.

    Example:
        >>> exact_match("the station", "Station."), exact_match("42 km", "4.2 km")
        (True, False)
    """
    return answer_tokens(answer) == answer_tokens(right)


def token_f1(answer: str, right: str) -> float:
    """Return the harmonic mean of precision and recall of the tokens, 0..1.

    Example:
        >>> round(token_f1("42 km north", "42 km"), 3)
        0.8
    """
    one, two = answer_tokens(answer), answer_tokens(right)
    if not one or not two:
        return float(one == two)
    common = sum((Counter(one) & Counter(two)).values())
    return 2 * common / (len(one) + len(two))
