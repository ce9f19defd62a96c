"""Items to look at: what was asked, what would be right, what was said, and on what evidence.

Pictures are embedded small, sounds where they are short; the report needs no other file.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pincite.errors import PinciteError
from pincite.evaluate import figures, measures
from pincite.evaluate.datasets.model import Dataset
from pincite.evaluate.outcome import Outcome
from pincite.evaluate.runs import Run
from pincite.pipeline import KnowledgeBase
from pincite.types import Media, locator_to_json

MOST_ITEMS = 12
_SIDE_PX = 260
_CLIP_BYTES = 400_000
_CHARACTERS = 400


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of an exhibit: words with a head, and a picture or sound as a data URI.

    Attributes:
        head: What it is.
        text: Words, "" for none.
        uri: `data:` URI, "" for none.
        kind: `image`, `audio` or `video` of `uri`.
    """

    head: str
    text: str = ""
    uri: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Exhibit:
    """An item to look at.

    Attributes:
        title: Its id and its score.
        asked, right, said: What was asked, what would be right, what was said.
        evidence: What it rests on, or what was found instead.
    """

    title: str
    asked: tuple[Piece, ...]
    right: tuple[Piece, ...]
    said: tuple[Piece, ...]
    evidence: tuple[Piece, ...]


def exhibits(run: Run, base: KnowledgeBase, dataset: Dataset) -> list[Exhibit]:
    """Return the items with the worst score of the first measure."""
    if not run.figures:
        return []
    measure = measures.parse(next(iter(run.figures)))
    worst = figures.worst_first(measure, run.scores, run.outcomes)[:MOST_ITEMS]
    return [
        _exhibit(run.outcomes[at], f"{measure} {run.scores[str(measure)][at]:.3f}", base, dataset)
        for at in worst
    ]


def _exhibit(outcome: Outcome, score: str, base: KnowledgeBase, dataset: Dataset) -> Exhibit:
    asked = [
        Piece("", str(value)) if key == "text" else _document(str(value), dataset)
        for key, value in outcome.query.items()
    ]
    return Exhibit(
        f"{outcome.item} · {score}",
        tuple(asked),
        tuple(_right(outcome.gold, dataset)),
        tuple(_said(outcome)),
        tuple(_evidence(outcome.found, base)),
    )


def _right(gold: Mapping[str, Any], dataset: Dataset) -> list[Piece]:
    pieces = [Piece(key, str(gold[key])[:_CHARACTERS]) for key in ("text", "label") if key in gold]
    answers = gold.get("answers")
    if answers is not None:
        pieces.append(Piece("answer", " | ".join(answers)[:_CHARACTERS] or "there is none"))
    relevant = list(gold.get("relevant", {}))
    pieces += [_document(id, dataset) for id in relevant[:2]]
    if len(relevant) > 2:
        pieces.append(Piece("", f"and {len(relevant) - 2} more"))
    return pieces


def _document(id: str, dataset: Dataset) -> Piece:
    """Return a document of the dataset, or the page of one, as far as it can be shown."""
    document = dataset.documents.get(id)
    if document is None:
        return Piece(id)
    if document.text:
        return Piece(id, document.text[:_CHARACTERS])
    if document.modality == "image":
        return _picture(id, "", document.path or document.data)
    return Piece(id, document.modality)


def _said(outcome: Outcome) -> list[Piece]:
    found, pieces = outcome.found, []
    if "answer" in found:
        pieces.append(Piece("answer", found["answer"] or "no answer"))
    if found.get("confidence") is not None:
        pieces.append(Piece("confidence", f"{found['confidence']:.2f}"))
    for key in ("label", "text", "status", "message"):
        if key in found:
            pieces.append(Piece(key, str(found[key])[:_CHARACTERS] or "nothing"))
    if outcome.error:
        pieces.append(Piece("problem", outcome.error))
    return pieces


def _evidence(found: Mapping[str, Any], base: KnowledgeBase) -> list[Piece]:
    """Return what was cited, or the first hits where nothing was."""
    cited = list(found.get("citations", ()))
    shown = cited or list(found.get("hits", ()))[:3]
    return [_shown(entry, base, "cited" if cited else "found") for entry in shown]


def _shown(entry: Mapping[str, Any], base: KnowledgeBase, how: str) -> Piece:
    try:
        shown = base.show(entry["id"])
    except PinciteError as error:
        return Piece(how, str(error))
    place = ", ".join(f"{k} {v}" for k, v in locator_to_json(shown.locator).items() if k != "kind")
    name = entry.get("unit") or shown.asset.title
    head = f"{how}: {name} ({place})"
    text = shown.quote[:_CHARACTERS]
    if shown.media is None:
        return Piece(head, text)
    return _media(head, text, shown.media)


def _media(head: str, text: str, media: Media) -> Piece:
    kind = media.media_type.partition("/")[0]
    if kind == "image":
        return _picture(head, text, media.data)
    if len(media.data) > _CLIP_BYTES:
        return Piece(head, text)
    return Piece(head, text, _data_uri(media.media_type, media.data), kind)


def _picture(head: str, text: str, source: Path | bytes) -> Piece:
    """Return a picture made small; without it when it cannot be read."""
    from PIL import Image, ImageOps

    try:
        with Image.open(io.BytesIO(source) if isinstance(source, bytes) else source) as opened:
            opened.draft("RGB", (4 * _SIDE_PX, 4 * _SIDE_PX))
            small = ImageOps.exif_transpose(opened).convert("RGB")
            small.thumbnail((_SIDE_PX, _SIDE_PX))
    except (OSError, ValueError, Image.DecompressionBombError) as error:
        return Piece(head, text or f"the picture cannot be shown: {error}")
    buffer = io.BytesIO()
    small.save(buffer, "JPEG", quality=72)
    return Piece(head, text, _data_uri("image/jpeg", buffer.getvalue()), "image")


def _data_uri(media_type: str, data: bytes) -> str:
    return f"data:{media_type};base64,{base64.b64encode(data).decode('ascii')}"


def text_of(pieces: Sequence[Piece]) -> str:
    """Return the words of pieces on one line."""
    said = [": ".join(filter(None, (p.head, p.text))) for p in pieces]
    return " · ".join(" ".join(s.split()) for s in said if s)
