"""Words of a recogniser to text a person can read and quote, every character with its second.

Rough recognisers give bare lower-case words. Sentences are found from pauses together with the
recogniser's language model, begin with a capital and end with a full stop; numbers are
written in digits. A recogniser that punctuates (Whisper, subtitles) is left as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from pincite.ingest.numbers import MONTHS, table, written
from pincite.ingest.speech import Word
from pincite.language import CJK
from pincite.types import Anchor, TimeSpan

Odds = Callable[[Sequence[str], Sequence[str]], float]

SURE_PAUSE_S = 1.0
"""Silence after which a new sentence begins whatever the words say."""
SENTENCE_PAUSE_S = 0.35
"""Silence after which a sentence ends when there is no language model to ask."""
PASSAGE_S = 15.0
"""A passage is ended at the next long pause once it lasts this long,"""
PASSAGE_ENOUGH_S = 28.0
"""and at the next sentence once it lasts this long,"""
PASSAGE_MOST_S = 40.0
"""and never grows beyond this, unless one sentence does."""

_LONG_PAUSE_S = 0.7
_BREAK_AFTER_S = 8.0  # silence over which no passage reaches
_ODDS_BAR = 0.4
_ODDS_PER_SECOND = 12.0
_LONGEST_WORDS = 60
_STOPS = "。！？…!?."
_NAMES = frozenset(MONTHS) - {"march", "may"} | frozenset(
    table(
        "monday tuesday wednesday thursday friday saturday sunday english chinese french "
        "german spanish italian japanese russian american british european europe asia "
        "africa america china germany france england london paris"
    )
)
_BARE = re.compile(r"[a-z.'-]+")
_I = re.compile(r"i(?='|$)")
_CJK_CHARACTER = re.compile(f"[{CJK}\u3040-\u30ff]")


@dataclass(frozen=True, slots=True)
class Token:
    """A word or number as it is written.

    Attributes:
        text: As written, without the full stop a sentence ends with.
        start_s: Second where it begins.
        end_s: Second where it ends.
        spoken: The words that were heard.
    """

    text: str
    start_s: float
    end_s: float
    spoken: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """Tokens between two stops."""

    tokens: tuple[Token, ...]

    @property
    def start_s(self) -> float:
        """Second of its first word."""
        return self.tokens[0].start_s

    @property
    def end_s(self) -> float:
        """Second where its last word ends."""
        return max(token.end_s for token in self.tokens)


@dataclass(frozen=True, slots=True)
class Passage:
    """Sentences joined to a text.

    Attributes:
        text: The sentences, in order.
        anchors: One a token, with its time; a full stop belongs to its word.
        start_s: Second of the first word.
        end_s: Second where the last word ends.
        spoken: Numbers as they were spoken, for search; empty when there are none.
    """

    text: str
    anchors: tuple[Anchor, ...]
    start_s: float
    end_s: float
    spoken: str


def sentences_of(words: Iterable[Word], odds: Odds | None = None) -> Iterator[Sentence]:
    """Yield the sentences of a transcript in order.

    Args:
        words: In order of time.
        odds: Log odds that a sentence ends between two runs of words, from a language model.
    """
    held: list[Word] = []
    for word in words:
        held.append(word)
        if len(held) > _LONGEST_WORDS + 2:  # the model wants to see two words ahead
            yield from _take(held, odds, final=False)
        elif len(held) > 1 and held[-1].start_s - held[-2].end_s > SURE_PAUSE_S:
            last = held.pop()
            yield from _take(held, odds, final=True)
            held = [last]
    yield from _take(held, odds, final=True)


def _take(held: list[Word], odds: Odds | None, *, final: bool) -> Iterator[Sentence]:
    """Yield the sentences at the front of `held` and remove them; all of it when `final`."""
    while held:
        length = _first_sentence(held, odds, final=final)
        if not length:
            return
        yield _sentence(held[:length])
        del held[:length]


def _first_sentence(words: list[Word], odds: Odds | None, *, final: bool) -> int:
    """Return how many words the first sentence has, or 0 when more words must be seen."""
    punctuated = any(_stops(word.text) for word in words)
    reach = len(words) if final else min(len(words) - 2, _LONGEST_WORDS)
    for at in range(1, reach):
        if _ends(words, at, punctuated, odds):
            return at
    if len(words) <= _LONGEST_WORDS + (0 if final else 2):
        return len(words) if final else 0
    return _widest_pause(words, min(_LONGEST_WORDS, len(words)))


def _widest_pause(words: list[Word], reach: int) -> int:
    """Return where to cut words that never end a sentence: the longest pause in the later half."""
    places = range(max(1, reach // 2), reach)
    return max(places, key=lambda at: words[at].start_s - words[at - 1].end_s, default=reach)


def _ends(words: list[Word], at: int, punctuated: bool, odds: Odds | None) -> bool:
    """Return whether a sentence ends before word `at`."""
    pause_s = words[at].start_s - words[at - 1].end_s
    if pause_s > SURE_PAUSE_S:
        return True
    if punctuated:
        return _stops(words[at - 1].text)
    if odds is None:
        return pause_s >= SENTENCE_PAUSE_S
    if at < 3 or (len(words) - at < 2 and pause_s < SENTENCE_PAUSE_S):
        return False
    before = [word.text for word in words[max(0, at - 2) : at]]
    after = [word.text for word in words[at : at + 2]]
    return odds(before, after) + _ODDS_PER_SECOND * min(max(pause_s, 0.0), 0.5) > _ODDS_BAR


def _stops(text: str) -> bool:
    return text.rstrip("\"'”’）)]").endswith(tuple(_STOPS))


def _sentence(words: list[Word]) -> Sentence:
    """Return a sentence with capital, full stop and digits, unless it is styled already."""
    if any(not _BARE.fullmatch(word.text) for word in words):
        return Sentence(tuple(Token(w.text, w.start_s, w.end_s, w.text) for w in words))
    tokens = []
    said = [word.text for word in words]
    for reading in written(said):
        spoken = " ".join(said[reading.start : reading.end])
        text = reading.text if reading.text != spoken else _name(said, reading.start)
        part = words[reading.start : reading.end]
        tokens.append(Token(text, part[0].start_s, part[-1].end_s, spoken))
    first = tokens[0]
    tokens[0] = Token(first.text[:1].upper() + first.text[1:], *_rest(first))
    last = tokens[-1]
    tokens[-1] = Token(last.text if last.text.endswith(".") else last.text + ".", *_rest(last))
    return Sentence(tuple(tokens))


def _rest(token: Token) -> tuple[float, float, str]:
    return token.start_s, token.end_s, token.spoken


def _name(said: list[str], at: int) -> str:
    """Return a word with the capital English always gives it: I, Monday, July, 3rd of May."""
    word = said[at]
    if _I.match(word):
        return "I" + word[1:]
    before = said[at - 1] if at else ""
    month = word in ("march", "may") and before in ("of", "in", "last", "next", "since", "until")
    return word.capitalize() if month or word.removesuffix("'s") in _NAMES else word


def passages_of(sentences: Iterable[Sentence]) -> Iterator[Passage]:
    """Yield passages of about a quarter to two thirds of a minute, ended at sentence ends."""
    held: list[Sentence] = []
    for sentence in sentences:
        if held and _is_full(held, sentence):
            yield passage(held)
            held = []
        held.append(sentence)
    if held:
        yield passage(held)


def _is_full(held: list[Sentence], following: Sentence) -> bool:
    pause_s = following.start_s - held[-1].end_s
    length_s = held[-1].end_s - held[0].start_s
    return (
        pause_s > _BREAK_AFTER_S
        or (length_s >= PASSAGE_S and pause_s >= _LONG_PAUSE_S)
        or length_s >= PASSAGE_ENOUGH_S
        or following.end_s - held[0].start_s > PASSAGE_MOST_S
    )


def passage(sentences: Sequence[Sentence]) -> Passage:
    """Return sentences as one text with an anchor a token."""
    text = ""
    anchors: list[Anchor] = []
    spoken: list[str] = []
    for sentence in sentences:
        for token in sentence.tokens:
            if text and not (_is_cjk(text[-1]) and _is_cjk(token.text[:1])):
                text += " "
            anchors.append(
                Anchor(len(text), len(text) + len(token.text), TimeSpan(token.start_s, token.end_s))
            )
            text += token.text
        spoken.extend(t.spoken for t in sentence.tokens if _differs(t))
    start_s = min(sentence.start_s for sentence in sentences)
    end_s = max(sentence.end_s for sentence in sentences)
    return Passage(text, tuple(anchors), start_s, end_s, "; ".join(dict.fromkeys(spoken)))


def _differs(token: Token) -> bool:
    return any(char.isdigit() for char in token.text) and token.text.rstrip(".") != token.spoken


def _is_cjk(char: str) -> bool:
    return bool(char) and (bool(_CJK_CHARACTER.match(char)) or char in "，。！？、；：")
