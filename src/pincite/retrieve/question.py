"""A query as words, each made of the units that passages are matched by.

English words are their own unit. Chinese is matched by pairs and single characters. A long word
has many of them, and a pair that straddles two words means nothing: 第 50 届超级碗上用手语演绎
would be about 超级碗 five times over. A dictionary (`rjieba`) cuts the query alone, so a word that
it does not know costs nothing: it falls into characters that match as before.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pincite.language import CJK, fold, is_stop_word, terms_with_characters

_CHINESE = re.compile(f"([{CJK}]+)")
_ASKING = frozenset(
    "哪位 哪儿 哪 何 何时 何地 为何 怎样 什么样 是否 请问 几个 多久 多大 多长 多高".split()
)
"""Chinese words that only ask, beside the stop words."""


def question_words(query: str) -> list[tuple[str, ...]]:
    """Return the units of each word of a query that carries a subject, each word once.

    If none does, all words are returned.

    Example:
        >>> question_words("Where are the pumps?")
        [('pump',)]
        >>> question_words("哪位演员用了手语？")
        [('演员', '演', '员'), ('用',), ('手语', '手', '语')]
    """
    found = dict(_words(query))
    kept = [units for word, units in found.items() if not _empty(word)]
    return kept or list(found.values())


def _empty(word: str) -> bool:
    return is_stop_word(word) or word in _ASKING


def _words(query: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    for part in _CHINESE.split(fold(query)):
        if not _CHINESE.match(part):
            yield from ((term, (term,)) for term in terms_with_characters(part))
            continue
        import rjieba  # the dictionary is loaded with the first Chinese query

        for word in rjieba.cut(part):
            yield word, tuple(terms_with_characters(word))
