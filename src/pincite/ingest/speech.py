"""Speech to words with their times.

A recogniser gets one utterance at a time (`pauses.py` cuts them), so memory stays flat. The
one that comes with the package knows English and is rough; a better one is used as soon as it was
pulled (`pincite models pull speech`), or named (`asr = "faster-whisper:DIRECTORY"`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Protocol, runtime_checkable

from pincite import receipts
from pincite.config import Config
from pincite.errors import MissingExtra
from pincite.ingest.pauses import utterances
from pincite.ingest.sound import Chunk, Samples, read_sound
from pincite.registry import Plugin, Registry
from pincite.types import Problem


@dataclass(frozen=True, slots=True)
class Word:
    """A word as it was heard.

    Attributes:
        text: The word, without punctuation or in the recogniser's own spelling.
        start_s: Second of the recording where it begins.
        end_s: Second where it ends.
        confidence: How sure the recogniser is, 0..1.
    """

    text: str
    start_s: float
    end_s: float
    confidence: float


class Recogniser(Protocol):
    """Hears speech.

    Attributes:
        languages: ISO 639-1 codes it knows; empty means many, the model finds out which.
        draft: True when its transcript should be checked before it is quoted.
    """

    languages: frozenset[str]
    draft: bool

    def transcribe(self, samples: Samples, offset_s: float, language: str = "") -> list[Word]:
        """Return the words in `samples` (float32 mono, 16 kHz), none when it is no speech.

        Args:
            samples: One utterance.
            offset_s: Where it begins in the recording; times count from the recording's start.
            language: ISO 639-1 code of the speech, "" when unknown.
        """
        ...


@runtime_checkable
class KnowsSentences(Protocol):
    """What a recogniser without punctuation offers besides: its language model's opinion."""

    def sentence_odds(self, before: Sequence[str], after: Sequence[str]) -> float:
        """Return the log odds (nats) that a sentence ends between two runs of words."""
        ...


recognisers: Registry[Recogniser] = Registry(
    kind="recogniser",
    group="pincite.recognisers",
    builtin={
        "pocketsphinx": Plugin("pincite.ingest.speech_pocketsphinx:PocketSphinx"),
        "faster-whisper": Plugin(
            "pincite.ingest.speech_faster_whisper:FasterWhisper", "faster_whisper", "asr"
        ),
        "transformers-whisper": Plugin(
            "pincite.ingest.speech_transformers:TransformersWhisper", "transformers", "torch"
        ),
    },
)


def choose_recogniser(config: Config) -> Recogniser | Problem:
    """Return the recogniser in force, or why there is none.

    `asr` is auto, none, a recogniser's name, with a model after a colon where it needs one, or the
    name of a pulled model. "auto" is the pulled model that can run here, else the one that comes
    with the package.

    Raises:
        UnknownPlugin: `asr` names no recogniser.
        MissingExtra: Its package is not installed.
        MissingModel: Its model is not on this machine.
        ModelMismatch: The pulled model has changed since.
    """
    asr, language = str(config["asr"]), str(config["language"])
    if asr == "none":
        return Problem(
            "ASR_UNAVAILABLE",
            "Speech was not read, because the setting asr is none.",
            "Set asr to auto to have it transcribed.",
        )
    recogniser = _pulled(config, asr)
    if recogniser is None:
        name, _, model = asr.partition(":")
        recogniser = _loaded("pocketsphinx" if name == "auto" else name, model)
    if language and recogniser.languages and language not in recogniser.languages:
        known = ", ".join(sorted(recogniser.languages))
        return Problem(
            "ASR_UNAVAILABLE",
            f"Speech was not read: the language is {language!r}, the recogniser knows {known}.",
            "Install pincite[asr] and fetch a recogniser of many languages with: pincite models "
            "pull speech (or set asr to faster-whisper:DIRECTORY of a Whisper model), or put a "
            "transcript beside the file as text.",
        )
    return recogniser


def _pulled(config: Config, asr: str) -> Recogniser | None:
    """Return the recogniser of the pulled model that `asr` means, or None."""
    for folder, receipt in receipts.of_kind(config.cache_dir, "speech"):
        if asr not in ("auto", receipt.model):
            continue
        try:
            return _checked(receipt.runs, folder, receipt.files)
        except MissingExtra:
            if asr != "auto":
                raise
    return None


@lru_cache(maxsize=2)
def _checked(name: str, folder: Path, files: tuple[receipts.Received, ...]) -> Recogniser:
    recognisers.load(name)  # whether it can run is told before the files are read
    receipts.check(folder, files)
    return _loaded(name, str(folder))


@lru_cache(maxsize=2)
def _loaded(name: str, model: str) -> Recogniser:
    return recognisers.create(name, **({"model": model} if model else {}))


def listen(
    chunks: Iterator[Chunk], recogniser: Recogniser, language: str = ""
) -> Iterator[list[Word]]:
    """Yield the words of each utterance, in order; utterances without speech give none."""
    for utterance in utterances(chunks):
        words = recogniser.transcribe(utterance.samples, utterance.start_s, language)
        if words:
            yield words


def transcribe_file(
    path: Path, config: Config, report: Callable[[Problem], None] = lambda _: None
) -> list[Word]:
    """Return all words of a recording or video, as the recogniser spelled them.

    Args:
        path: The file.
        config: Names the recogniser and the language.
        report: Called with what went wrong on the way.

    Raises:
        IngestError: The file cannot be read as a recording.
    """
    recogniser = choose_recogniser(config)
    if isinstance(recogniser, Problem):
        report(recogniser)
        return []
    heard = listen(read_sound(path, report), recogniser, str(config["language"]))
    return [word for words in heard for word in words]
