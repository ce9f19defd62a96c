"""A query made of what a user gives: words, files, bytes or decoded content."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from pincite.config import Config
from pincite.content import MODALITIES, Footage, Modality, Picture, Sound
from pincite.errors import UsageError
from pincite.ingest.query_file import Parts, read_query
from pincite.types import Filters, Query

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


def read(wanted: Wanted, config: Config) -> tuple[Query, tuple[str, ...]]:
    """Return the query, its files read as any file is, and what the user should know of that.

    Raises:
        UsageError: A file cannot be read, or is of another kind; a weight names no part.
    """
    for modality in wanted.weights:
        if modality not in MODALITIES:
            raise UsageError(f"weights name {', '.join(MODALITIES)}, got {modality!r}")
    given: dict[Modality, Given | None]
    given = {"image": wanted.image, "audio": wanted.audio, "video": wanted.video}
    parts = {modality: _parts(modality, one, config) for modality, one in given.items()}
    heard = [
        part.words
        for modality, part in parts.items()
        if part.words.strip() and wanted.weights.get(modality, 1.0) > 0
    ]
    query = Query(
        text=wanted.text,
        filters=wanted.filters,
        image=parts["image"].image,
        audio=parts["audio"].audio,
        video=parts["video"].video,
        weights=dict(wanted.weights),
        without=wanted.without,
        heard="\n".join(heard),
    )
    notes = (note for part in parts.values() for note in part.notes)
    return query, tuple(f"{note.message} {note.next_step}".strip() for note in notes)


def _parts(modality: Modality, given: Given | None, config: Config) -> Parts:
    if given is None:
        return Parts()
    if isinstance(given, str | Path | bytes):
        return read_query(given, config, modality)
    if given.modality != modality:
        raise UsageError(f"expected {modality} or a file of it, got a {type(given).__name__}")
    match given:
        case Picture():
            return Parts(image=given)
        case Sound():
            return Parts(audio=given)
        case Footage():
            return Parts(video=given)
