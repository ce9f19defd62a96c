"""Whisper through Transformers, from a directory on this machine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from transformers import AutoProcessor, WhisperForConditionalGeneration, pipeline

from pincite.errors import MissingModel, UsageError
from pincite.ingest.sound import RATE_HZ, Samples
from pincite.ingest.speech import Word


class TransformersWhisper:
    """Any Whisper checkpoint that `save_pretrained` wrote with its processor.

    Its words carry no confidence of their own; 1.0 stands for "not measured".

    Args:
        model: Directory of the checkpoint.
        device: "cpu", "cuda" or "cuda:0".

    Raises:
        UsageError: No model is named.
        MissingModel: The directory does not hold one; nothing is downloaded.
    """

    languages: frozenset[str] = frozenset()
    draft = False

    def __init__(self, model: str = "", device: str = "cpu") -> None:
        if not model:
            raise UsageError(
                "asr 'transformers-whisper' needs a model: set asr to "
                "transformers-whisper:DIRECTORY"
            )
        folder = Path(model).expanduser()
        if not (folder / "config.json").is_file():
            raise MissingModel(model, model)
        reader: Any = AutoProcessor
        processor = reader.from_pretrained(folder, local_files_only=True)
        weights = WhisperForConditionalGeneration.from_pretrained(
            folder, local_files_only=True, use_safetensors=True
        )
        self._many_languages = bool(getattr(weights.generation_config, "lang_to_id", None))
        self._pipeline: Any = pipeline(
            "automatic-speech-recognition",
            model=weights,
            tokenizer=processor.tokenizer,
            feature_extractor=processor.feature_extractor,
            device=device,
        )

    def transcribe(self, samples: Samples, offset_s: float, language: str = "") -> list[Word]:
        """Return the words in an utterance."""
        named = {"language": language} if language and self._many_languages else {}
        heard = self._pipeline(
            {"raw": samples, "sampling_rate": RATE_HZ},
            return_timestamps="word",
            generate_kwargs=named,
        )
        length_s = len(samples) / RATE_HZ
        words = []
        for chunk in heard.get("chunks", ()):
            start, end = chunk["timestamp"]
            start_s = min(float(start or 0.0), length_s)
            end_s = length_s if end is None else min(float(end), length_s)
            text = chunk["text"].strip()
            if text:
                times = round(offset_s + start_s, 3), round(offset_s + max(start_s, end_s), 3)
                words.append(Word(text, *times, 1.0))
        return words
