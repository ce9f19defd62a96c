"""Texts as measures compare them, in Chinese and in languages with spaces, also mixed.

Chinese, Japanese and Korean Hanja are counted by the character: where words end is a matter of
opinion, and a measure must not depend on a segmenter. Full-width forms equal their ASCII ones
(Unicode NFKC). Traditional and simplified characters stay different characters.
"""

from __future__ import annotations

import re
import string
import unicodedata

from pincite.language import CJK, language_of

_ONE = f"{CJK}\u3040-\u30ff\u31f0-\u31ff"  # scripts that are counted by the character
_TOKEN = re.compile(rf"[{_ONE}]|[^\s{_ONE}]+")
_APOSTROPHE = re.compile(r"(?<=\w)['’](?=\w)")
_NEAR_CHARACTER = re.compile(rf"(?<=[{_ONE}]) | (?=[{_ONE}])")
_ASCII_MARKS = str.maketrans("", "", string.punctuation)
_KEPT_TOGETHER = (
    "．－％＇／＆＠＃＿"  # full-width marks within a word or number, as their ASCII twins
)
ARTICLES = {
    "en": frozenset("a an the".split()),
    "de": frozenset("ein eine einen einem eines einer der die das den dem des".split()),
    "es": frozenset("un una unos unas el la los las".split()),
}
"""Words that do not count in an answer, by language (Rajpurkar et al. 2016, Lewis et al. 2020)."""


class _Spaced(dict[int, str]):
    """Maps each character to itself, or to a space if it belongs to no word."""

    def __init__(self, classes: str, kept: str = "") -> None:
        self.classes, self.kept = classes, kept

    def __missing__(self, code: int) -> str:
        mark = chr(code)
        spaced = unicodedata.category(mark)[0] in self.classes and mark not in self.kept
        self[code] = " " if spaced else mark
        return self[code]


_WORDS_ONLY = _Spaced("PSZC")
_FOREIGN_MARKS = _Spaced("P", string.punctuation + _KEPT_TOGETHER)


def tokens(text: str) -> list[str]:
    """Return the words of a text in lower case, without marks; Chinese by the character.

    For ASCII this is the tokeniser of ROUGE (Lin 2004): everything but letters and digits parts.

    Example:
        >>> tokens("The ＣＤ-ROM costs 3.5 元。")
        ['the', 'cd', 'rom', 'costs', '3', '5', '元']
    """
    return _split(fold(text).translate(_WORDS_ONLY))


def spoken(text: str) -> list[str]:
    """Return the words of a text as they are said: like `tokens`, with "don't" one word.

    Example:
        >>> spoken("Don't stop — it’s 水泵！")
        ['dont', 'stop', 'its', '水', '泵']
    """
    return tokens(_APOSTROPHE.sub("", text))


def answer_tokens(text: str, language: str = "") -> list[str]:
    """Return what of an answer counts: no case, no marks, no articles; Chinese by the character.

    ASCII marks vanish and articles are dropped as in SQuAD (Rajpurkar et al. 2016, section 6.1),
    so `3.5` and `35` are one, as there; other marks part words, as in `1990–2000`. Articles are
    those of `language` (MLQA: Lewis et al. 2020).

    Args:
        text: The answer.
        language: "" to find it: without letters of another script, it is English.

    Example:
        >>> answer_tokens("The Pump, at 3 bar!"), answer_tokens("约４２公里。", "zh")
        (['pump', 'at', '3', 'bar'], ['约', '42', '公', '里'])
    """
    dropped = ARTICLES.get(language or language_of(text), frozenset())
    plain = fold(text.translate(_FOREIGN_MARKS)).translate(_ASCII_MARKS)
    return [token for token in _split(plain) if token not in dropped]


def joined(words: list[str]) -> str:
    """Return tokens as one text, with a space between words and none beside a Chinese character.

    Example:
        >>> joined(["水", "泵", "at", "3", "bar"])
        '水泵at 3 bar'
    """
    return _NEAR_CHARACTER.sub("", " ".join(words))


def fold(text: str) -> str:
    """Return text in compatibility form (NFKC) and lower case."""
    return text.lower() if text.isascii() else unicodedata.normalize("NFKC", text).lower()


def language(text: str, said: str = "") -> str:
    """Return the language that was said, else the one that is found.

    Example:
        >>> language("水泵"), language("Die Pumpe", "de")
        ('zh', 'de')
    """
    return said or language_of(text)


def _split(text: str) -> list[str]:
    return _TOKEN.findall(text)
