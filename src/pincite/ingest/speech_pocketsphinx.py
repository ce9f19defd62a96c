"""PocketSphinx with the English model that comes inside its wheel.

Settings were measured on synthetic and on read speech (docs/decisions on speech): leaving out
the second pass saves a fifth of the time and costs no accuracy; narrower beams cost too much.

Music, noise and other languages come out as fluent nonsense with low posteriors; `Judge`
refuses them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pocketsphinx

from pincite.ingest.sound import RATE_HZ, Samples
from pincite.ingest.speech import Word

_FRAME_S = 0.01
_FEW = 8  # utterances of fewer words are judged more strictly
_SHORTEST = RATE_HZ // 10
_LEVEL = 0.3  # root mean square the loudest part is brought to, before 16-bit rounding


class PocketSphinx:
    """Rough English speech recogniser without downloads."""

    languages: frozenset[str] = frozenset({"en"})
    draft = True

    def __init__(self) -> None:
        self._decoder = pocketsphinx.Decoder(
            loglevel="FATAL", fwdflat=False, maxhmmpf=5000, samprate=RATE_HZ
        )
        self._language_model = self._decoder.get_lm()

    def transcribe(self, samples: Samples, offset_s: float, language: str = "") -> list[Word]:
        """Return the words in an utterance, none when they are too doubtful to be speech."""
        if len(samples) < _SHORTEST or language not in ("", "en"):
            return []
        self._decoder.start_utt()
        self._decoder.process_raw(_pcm(samples), no_search=False, full_utt=True)
        self._decoder.end_utt()
        if self._decoder.hyp() is None:
            return []
        words = [
            Word(
                entry.word.partition("(")[0],
                round(offset_s + entry.start_frame * _FRAME_S, 3),
                round(offset_s + (entry.end_frame + 1) * _FRAME_S, 3),
                min(1.0, float(entry.prob)),
            )
            for entry in self._decoder.seg()
            if entry.word[0] not in "<[+"
        ]
        return words if is_speech(words, stated=language == "en") else []

    def sentence_odds(self, before: Sequence[str], after: Sequence[str]) -> float:
        """Return the log odds (nats) that a sentence ends between two runs of words.

        The trigram model compares closing the sentence and opening one with the next two words
        against going on with them.
        """
        old, new = list(before[-2:]), list(after[:2])
        stop = self._log_prob([*old, "</s>"]) + self._log_prob(["<s>", new[0]])
        go = self._log_prob([*old, new[0]])
        if len(new) > 1:
            stop += self._log_prob(["<s>", *new])
            go += self._log_prob([*old[-1:], *new])
        return stop - go

    def _log_prob(self, words: list[str]) -> float:
        """Return ln P(last word | the words before it)."""
        return float(self._language_model.prob(words[::-1])) * math.log(1.0001)


def _pcm(samples: Samples) -> bytes:
    """Return 16-bit samples at a good level: a quiet recording keeps its digits."""
    peak = float(np.abs(samples).max())
    gain = 0.9 / peak if peak > 0 else 1.0
    rms = float(np.sqrt(np.square(samples).mean()))
    if rms > 0:
        gain = min(gain, _LEVEL / rms)
    return (samples * gain * 32767.0).astype(np.int16).tobytes()


def is_speech(words: Sequence[Word], *, stated: bool = False) -> bool:
    """Return whether an utterance heard as `words` was English speech.

    The mean posterior, weighted by time, must reach 0.45 (0.15 when the language is stated to
    be English), and words last 0.1 to 0.65 seconds on average: noise is heard as few long
    ones. Short utterances must hold two words and a certain one of substance besides, since
    noise is heard as "and", "if" and "that".
    """
    if not words:
        return False
    lengths = np.array([max(word.end_s - word.start_s, 0.01) for word in words])
    posterior = float(np.average([word.confidence for word in words], weights=lengths))
    if not 0.1 <= float(lengths.mean()) <= 0.65:
        return False
    if stated:
        return posterior >= 0.15
    if len(words) < _FEW and not _has_substance(words):
        return False
    return posterior >= 0.45 + 0.02 * max(0, _FEW - len(words))


def _has_substance(words: Sequence[Word]) -> bool:
    doubtful = sum(word.confidence < 0.15 for word in words)
    certain = any(word.confidence >= 0.6 and len(word.text) > 4 for word in words)
    return len(words) > 1 and certain and doubtful <= len(words) / 3
