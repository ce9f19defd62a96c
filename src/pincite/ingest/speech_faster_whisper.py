"""Whisper through faster-whisper (CTranslate2), from a directory on this machine."""

from __future__ import annotations

from pathlib import Path

from faster_whisper import WhisperModel

from pincite.errors import MissingModel, UsageError
from pincite.ingest.sound import Samples
from pincite.ingest.speech import Word

_LIKELY_NO_SPEECH = 0.6
_DOUBTFUL_LOG_PROB = -1.0


class FasterWhisper:
    """Whisper converted to CTranslate2.

    Args:
        model: Directory with `model.bin`, as made by `ct2-transformers-converter`.
        device: "cpu", "cuda" or "auto".
        compute_type: Arithmetic; "int8" is quick on processors.

    Raises:
        UsageError: No model is named.
        MissingModel: The directory does not hold one; nothing is downloaded.
    """

    languages: frozenset[str] = frozenset()
    draft = False

    def __init__(self, model: str = "", device: str = "cpu", compute_type: str = "int8") -> None:
        if not model:
            raise UsageError(
                "asr 'faster-whisper' needs a model: set asr to faster-whisper:DIRECTORY"
            )
        if not (Path(model).expanduser() / "model.bin").is_file():
            raise MissingModel(model, model)
        self._model = WhisperModel(
            str(Path(model).expanduser()),
            device=device,
            compute_type=compute_type,
            local_files_only=True,
        )

    def transcribe(self, samples: Samples, offset_s: float, language: str = "") -> list[Word]:
        """Return the words in an utterance; parts the model takes for noise give none."""
        parts, _ = self._model.transcribe(
            samples,
            language=language or None,
            word_timestamps=True,
            condition_on_previous_text=False,
        )
        return [
            Word(
                word.word.strip(),
                round(offset_s + word.start, 3),
                round(offset_s + word.end, 3),
                float(word.probability),
            )
            for part in parts
            if not (
                part.no_speech_prob > _LIKELY_NO_SPEECH and part.avg_logprob < _DOUBTFUL_LOG_PROB
            )
            for word in part.words or ()
            if word.word.strip()
        ]
