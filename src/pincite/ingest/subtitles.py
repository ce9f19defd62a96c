"""Subtitle tracks inside a video, as words with times: a transcript someone wrote."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import av.container
import av.error

from pincite.ingest.recording import open_recording, start_seconds
from pincite.ingest.speech import Word
from pincite.language import CJK

_TEXT_CODECS = frozenset({"subrip", "srt", "ass", "ssa", "mov_text", "webvtt", "text"})
_MARKUP = re.compile(r"\{[^}]*\}|<[^>]*>")
_PIECE = re.compile(rf"[{CJK}\u3040-\u30ff][，。！？、；：”’」』）]*|[^\s{CJK}\u3040-\u30ff]+")
_LONGEST_CUE_S = 30.0
_USUAL_CUE_S = 3.0


def read_subtitles(path: Path, language: str = "") -> list[Word]:
    """Return the words of the subtitle track that fits best, none when there is no such track.

    The times of words within a cue are shared out by their length.

    Args:
        path: The video.
        language: ISO 639-1 code that is preferred, "" for the default track.
    """
    with open_recording(path) as container:
        stream = _best_track(container, language)
        if stream is None:
            return []
        origin_s = start_seconds(container)
        return [word for cue in _cues(container, stream, origin_s) for word in _words(*cue)]


def _best_track(container: av.container.InputContainer, language: str) -> Any:
    tracks = [s for s in container.streams.subtitles if s.codec_context.name in _TEXT_CODECS]
    wanted = _THREE_LETTERS.get(language, (language,))
    fitting = [t for t in tracks if (t.language or "") in (language, *wanted)] if language else []
    return next(iter(fitting or tracks), None)


_THREE_LETTERS = {
    "en": ("eng",),
    "zh": ("zho", "chi"),
    "de": ("deu", "ger"),
    "fr": ("fra", "fre"),
    "es": ("spa",),
    "ja": ("jpn",),
    "ko": ("kor",),
    "it": ("ita",),
    "ru": ("rus",),
    "pt": ("por",),
}


def _cues(
    container: av.container.InputContainer, stream: Any, origin_s: float
) -> Iterator[tuple[str, float, float]]:
    """Yield (text, start_s, end_s) of each cue."""
    for packet in container.demux(stream):
        if packet.pts is None or not packet.size:
            continue
        start_s = max(0.0, float(packet.pts * packet.time_base) - origin_s)
        length_s = float((packet.duration or 0) * packet.time_base) or _USUAL_CUE_S
        try:
            found = packet.decode()
        except (av.error.FFmpegError, ValueError):
            continue
        text = " ".join(_plain(piece) for piece in found)
        if text.strip():
            yield text, start_s, start_s + min(length_s, _LONGEST_CUE_S)


def _plain(piece: Any) -> str:
    """Return the words of a subtitle event without its styling."""
    raw = getattr(piece, "dialogue", None) or getattr(piece, "text", b"") or b""
    text = raw.decode("utf-8", "replace") if isinstance(raw, bytes) else str(raw)
    return _MARKUP.sub("", text.replace(r"\N", " ").replace(r"\n", " ").replace(r"\h", " "))


def _words(text: str, start_s: float, end_s: float) -> Iterator[Word]:
    pieces = _PIECE.findall(text)
    weights = [len(piece) + 1 for piece in pieces]
    total, before = sum(weights), 0
    for piece, weight in zip(pieces, weights, strict=True):
        first = start_s + (end_s - start_s) * before / total
        before += weight
        last = start_s + (end_s - start_s) * before / total
        yield Word(piece, round(first, 3), round(last, 3), 1.0)
