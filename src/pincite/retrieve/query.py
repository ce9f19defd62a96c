"""A query made of what a user gives: words, files, bytes or decoded content."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from pincite.config import Config
from pincite.content import MODALITIES, Footage, Modality, Picture, Sound
from pincite.errors import UsageError
from pincite.types import Filters, Query

if TYPE_CHECKING:  # decoders are slow to import
    from pincite.ingest.query_file import QueryFiles

T = TypeVar("T", Picture, Sound, Footage)
_NO_WORDS = frozenset({"NO_TEXT", "NO_SPEECH", "NO_AUDIO_TRACK", "OCR_OFF"})
"""Notes on files that are kept; a query without words in it is nothing to mend."""
Given: TypeAlias = str | Path | bytes | Picture | Sound | Footage


@dataclass(frozen=True, slots=True, eq=False)
class Wanted:
    """What is looked for, as a user says it.

    Attributes:
        text: Words.
        image, audio, video: A path, the bytes of a file, or decoded content.
        weights: How much each part counts, by modality; below 0 pushes away.
        without: Words for what is not wanted.
        filters: What the search is confined to.
    """

    text: str = ""
    image: Given | None = None
    audio: Given | None = None
    video: Given | None = None
    weights: Mapping[Modality, float] = field(default_factory=dict)
    without: str = ""
    filters: Filters = field(default_factory=Filters)


def read(
    wanted: Wanted, config: Config, files: QueryFiles | None = None
) -> tuple[Query, tuple[str, ...]]:
    """Return the query, its files read as any file is, and what the user should know of that.

    Args:
        wanted: What is looked for.
        config: Settings in force.
        files: Reads the files, where many queries are asked in turn; None: a reader of its own.

    Raises:
        UsageError: A file cannot be read, or is of another kind; a weight is of no part that was
            given.
    """
    _check_weights(wanted)
    heard: list[str] = []
    notes: list[str] = []

    def content(modality: Modality, given: Given | None) -> Picture | Sound | Footage | None:
        if not isinstance(given, str | Path | bytes):
            return given
        found, words, said = _read_file(given, modality, config, files)
        words = _legible(words) if modality == "image" else words
        if words.strip() and wanted.weights.get(modality, 1.0) > 0:
            heard.append(words)
        notes.extend(said)
        return found

    query = Query(
        text=wanted.text,
        filters=wanted.filters,
        image=_of(Picture, "image", content("image", wanted.image)),
        audio=_of(Sound, "audio", content("audio", wanted.audio)),
        video=_of(Footage, "video", content("video", wanted.video)),
        weights=dict(wanted.weights),
        without=wanted.without,
    )
    return replace(query, heard="\n".join(heard)), tuple(notes)


def _check_weights(wanted: Wanted) -> None:
    for modality in wanted.weights:
        if modality not in MODALITIES:
            raise UsageError(f"weights name {', '.join(MODALITIES)}, got {modality!r}")
        given = getattr(wanted, modality)
        if given is None or given == "":
            raise UsageError(
                f"{modality} was given a weight, but the query has no {modality}; "
                f"add one, or leave the weight out"
            )


def _legible(words: str) -> str:
    """Return the lines that hold two letters or digits side by side.

    A lone sign in a picture is most often an edge that was read as one.
    """
    return "\n".join(line for line in words.splitlines() if re.search(r"[^\W_]{2}", line))


def _read_file(
    given: str | Path | bytes, modality: Modality, config: Config, files: QueryFiles | None
) -> tuple[Picture | Sound | Footage | None, str, list[str]]:
    """Return the content of a file, the words in it, and what the user should know."""
    from pincite.ingest.query_file import read_query  # decoders are slow to import

    parts = files.read(given, modality) if files else read_query(given, config, modality)
    found: dict[Modality, Picture | Sound | Footage | None]
    found = {"image": parts.image, "audio": parts.audio, "video": parts.video}
    notes = [
        f"{note.message} {note.next_step}".strip()
        for note in parts.notes
        if note.code not in _NO_WORDS
    ]
    return found[modality], parts.words, notes


def _of(kind: type[T], modality: Modality, given: Picture | Sound | Footage | None) -> T | None:
    if given is None or isinstance(given, kind):
        return given
    raise UsageError(f"expected {modality} or a file of it, got a {type(given).__name__}")
