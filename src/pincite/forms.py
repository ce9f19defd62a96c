"""The JSON forms others rely on: the same in Python, on the command line and over HTTP."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pincite.generate.show import Shown
from pincite.retrieve.search import Found
from pincite.types import Answer, Asset, Citation, Evidence, Filters, Query, locator_to_json


def asset_to_json(asset: Asset) -> dict[str, Any]:
    """Return id, uri, media_type and title."""
    return {
        "id": asset.id,
        "uri": asset.uri,
        "media_type": asset.media_type,
        "title": asset.title,
    }


def citation_to_json(citation: Citation) -> dict[str, Any]:
    """Return a citation as `ask --json` prints it."""
    return {
        "n": citation.n,
        "id": citation.id,
        "span": [citation.span.start, citation.span.end],
        "asset": asset_to_json(citation.asset),
        "locator": locator_to_json(citation.locator),
        "quote": citation.quote,
        "support": round(citation.support, 4),
        "posterior": round(citation.posterior, 4),
    }


def hit_to_json(rank: int, evidence: Evidence) -> dict[str, Any]:
    """Return a hit as `search --json` prints it; `rank` counts from 1."""
    return {
        "rank": rank,
        "score": round(evidence.hit.score, 6),
        "segment_id": evidence.segment.id,
        "modality": evidence.segment.modality,
        "asset": asset_to_json(evidence.asset),
        "locator": locator_to_json(evidence.segment.locator),
        "text": evidence.segment.text,
        "heading": evidence.segment.heading,
        "draft": evidence.segment.draft,
        "channels": {name: round(score, 6) for name, score in evidence.hit.channels.items()},
    }


def search_to_json(found: Found, *, explain: bool = False) -> dict[str, Any]:
    """Return a search as `search --json` prints it; `explain` adds routes and parts."""
    hits = [hit_to_json(i, e) for i, e in enumerate(found.evidence, start=1)]
    form: dict[str, Any] = {
        "query": query_to_json(found.query),
        "hits": hits,
        "timings_ms": dict(found.timings_ms),
        "warnings": list(found.warnings),
    }
    for hit, evidence in zip(hits, found.evidence, strict=True):
        if found.around:
            around = found.around.get(evidence.segment.id, ())
            hit["around"] = [{"segment_id": s.id, "text": s.text} for s in around]
        if explain:
            hit["parts"] = {name: round(part, 6) for name, part in evidence.hit.parts.items()}
    if explain:
        form["routes"] = [{"channel": r.name, "asked": r.asked, "why": r.why} for r in found.routes]
    return form


def query_to_json(query: Query) -> dict[str, Any]:
    """Return what was looked for; of pictures and sounds, only that there was one."""
    parts = {
        "image": None if query.image is None else list(query.image.pixels.shape[:2]),
        "audio": None if query.audio is None else round(query.audio.duration_s, 3),
        "video": None if query.video is None else len(query.video.frames),
        "weights": dict(query.weights),
        "without": query.without,
        "heard": query.heard,
    }
    given = {name: value for name, value in parts.items() if value}
    return {"text": query.text, "filters": _filters(query.filters)} | given


def _filters(filters: Filters) -> dict[str, Any]:
    given = {
        "modality": list(filters.modalities),
        "path": filters.path,
        "modified_after_ns": filters.modified_after_ns,
        "modified_before_ns": filters.modified_before_ns,
        "where": filters.where,
    }
    return {name: value for name, value in given.items() if value not in ("", None, [])}


def answer_to_json(answer: Answer) -> dict[str, Any]:
    """Return an answer as `ask --json` prints it."""
    return {
        "question": answer.question,
        "answer": answer.text,
        "abstained": answer.abstained,
        "confidence": round(answer.confidence, 4),
        "citations": [citation_to_json(c) for c in answer.citations],
        "evidence": [hit_to_json(i, e) for i, e in enumerate(answer.evidence, start=1)],
        "generator": answer.generator,
        "timings_ms": dict(answer.timings_ms),
        "warnings": list(answer.warnings),
    }


def shown_to_json(shown: Shown, written: Path | None) -> dict[str, Any]:
    """Return shown evidence as `show --json` prints it; `written` is where its crop went."""
    return {
        "id": shown.id,
        "asset": asset_to_json(shown.asset),
        "locator": locator_to_json(shown.locator),
        "quote": shown.quote,
        "passage": shown.passage,
        "media_type": None if shown.media is None else shown.media.media_type,
        "path": None if written is None else str(written),
    }
