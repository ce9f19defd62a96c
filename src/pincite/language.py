"""Words, sentences and the language of a text, for Chinese and English alike.

Small on purpose: rules that hold for both scripts without a dictionary. Chinese words are
stood for by overlapping pairs of characters, which is what matching needs.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

CJK = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0002ebef"
_CJK_RUN = re.compile(f"[{CJK}]+")
_KANA = re.compile("[\u3040-\u30ff]")
_HANGUL = re.compile("[\uac00-\ud7af]")
_WORD = re.compile(rf"[{CJK}]+|\d+(?:[.,:/-]\d+)*%?|[^\W\d_{CJK}]+(?:['’][^\W\d_]+)?")
_ABBREVIATION = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|Prof|St|Sr|Jr|vs|etc|e\.g|i\.e|cf|al|Fig|Figs|Eq|Sec|No|Nos|Vol|pp?|"
    r"approx|ca|Inc|Ltd|Co|Corp|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec|Gen|Col|Lt|Sgt|Rev|"
    r"Ph\.D|U\.S|U\.K|a\.m|p\.m)|(?:^|\s)[A-Z])\.$"
)
_LONGEST_ABBREVIATION = 10
_BREAK = re.compile(
    r"(?P<zh>[。！？；…]+[”’」』）)\"]*)"
    r"|(?P<en>[.!?]+[\"'”’)\]]*(?:\[\d{1,3}\])*)(?=\s|$)"
    r"|(?P<paragraph>\n\s*\n)"
)


def language_of(text: str) -> str:
    """Return "zh", "ja", "ko", "en" for other text in Latin script, or "" without letters.

    Example:
        >>> language_of("泵的压力是多少？"), language_of("Where is the pump?"), language_of("42")
        ('zh', 'en', '')
    """
    sample = text[:4000]
    if _KANA.search(sample):
        return "ja"
    if _HANGUL.search(sample):
        return "ko"
    cjk = sum(len(run) for run in _CJK_RUN.findall(sample))
    latin = sum(1 for c in sample if c.isascii() and c.isalpha())
    if cjk and cjk * 3 >= latin:
        return "zh"
    return "en" if latin else ""


def sentences(text: str) -> list[tuple[int, int]]:
    """Return (start, end) of each sentence, without surrounding white space, in order.

    Breaks at Chinese and Western closing marks and at blank lines, not after abbreviations,
    initials or inside numbers.

    Example:
        >>> text = "Dr. Li came at 3.5 km. 水泵坏了。We left."
        >>> [text[a:b] for a, b in sentences(text)]
        ['Dr. Li came at 3.5 km.', '水泵坏了。', 'We left.']
    """
    spans: list[tuple[int, int]] = []
    start = 0
    for match in _BREAK.finditer(text):
        if match.lastgroup == "en":
            stop = match.start() + 1
            if _ABBREVIATION.search(text, max(start, stop - _LONGEST_ABBREVIATION), stop):
                continue
        _append_stripped(spans, text, start, match.end())
        start = match.end()
    _append_stripped(spans, text, start, len(text))
    return spans


def _append_stripped(spans: list[tuple[int, int]], text: str, start: int, end: int) -> None:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if start < end:
        spans.append((start, end))


def words(text: str) -> list[tuple[int, int]]:
    """Return (start, end) of each word; a run of Chinese gives overlapping pairs of characters.

    Example:
        >>> [text[a:b] for text in ["水泵坏了 at 3.5 km"] for a, b in words(text)]
        ['水泵', '泵坏', '坏了', 'at', '3.5', 'km']
    """
    spans: list[tuple[int, int]] = []
    for match in _WORD.finditer(text):
        start, end = match.span()
        if end - start > 2 and _CJK_RUN.fullmatch(match.group()):
            spans.extend((i, i + 2) for i in range(start, end - 1))
        else:
            spans.append((start, end))
    return spans


def terms(text: str) -> list[str]:
    """Return the words of a text as they are compared: folded, and stemmed if English.

    Example:
        >>> terms("The Pumps were running")
        ['the', 'pump', 'were', 'run']
    """
    folded = fold(text)
    return [stem(folded[start:end]) for start, end in words(folded)]


def terms_with_characters(text: str) -> list[str]:
    """Return the terms of a text and, after each run of Chinese, its single characters.

    Pairs tell words apart, single characters still match when a pair straddles two words.

    Example:
        >>> terms_with_characters("水泵坏 now")
        ['水泵', '泵坏', '水', '泵', '坏', 'now']
    """
    folded = fold(text)
    result: list[str] = []
    for word in _WORD.findall(folded):
        if word.isascii() or not _CJK_RUN.match(word):
            result.append(stem(word))
            continue
        if len(word) > 1:
            result.extend(word[i : i + 2] for i in range(len(word) - 1))
        result.extend(word)
    return result


STOP_WORDS: frozenset[str] = frozenset(
    """a an the this that these those and or but nor so of in on at by for with from to into as
    is are was were be been being do does did have has had will would can could should may might
    must i me my we us our you your he him his she her it its they them their not no than then
    there here what which who whom whose when where why how much many about
    的 了 是 在 和 与 有 吗 呢 吧 着 也 都 就 及 或 哪 谁 几 么 什 多少 什么
    哪里 哪个 哪些 怎么 如何 为什""".split()
)
"""Words that carry no subject: English as stemmed, Chinese as pairs and single characters."""


def is_stop_word(term: str) -> bool:
    """Return whether a term of `terms` carries no subject."""
    return term in _STOP_STEMS


def fold(text: str) -> str:
    """Return text in compatibility form (NFKC) and case-folded: full-width digits match ASCII."""
    return text.lower() if text.isascii() else unicodedata.normalize("NFKC", text).casefold()


@lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    """Return an English word without its common endings; other words come back unchanged.

    A light stemmer (plural, -ed, -ing), because over-stemming hurts more than it helps when
    terms decide which sentence is quoted.

    Example:
        >>> [stem(w) for w in ("stations", "running", "measured", "glass", "batteries", "压力")]
        ['station', 'run', 'measur', 'glass', 'battery', '压力']
    """
    if not (word.isascii() and word.isalpha()) or len(word) < 4:
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-2] if word.endswith(("sses", "xes", "ches", "shes")) else word[:-1]
    for ending in ("ing", "ed"):
        base = word[: -len(ending)]
        if word.endswith(ending) and len(base) > 2 and re.search("[aeiouy]", base):
            if len(base) > 3 and base[-1] == base[-2] and base[-1] not in "lsz":
                base = base[:-1]
            return base if len(base) > 2 else word
    return word[:-1] if word.endswith("e") and len(word) > 4 else word


_STOP_STEMS = STOP_WORDS | {stem(word) for word in STOP_WORDS}
