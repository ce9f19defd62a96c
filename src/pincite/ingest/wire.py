"""Frames between the program and the processes that read files: JSON and raw bytes, no pickle.

A frame is the length of a JSON header, the number of blobs and their lengths, then the header
and the blobs. The reader trusts nothing: lengths are bounded, values are checked as they are
built. JSON is written as ASCII, so any file name survives, UTF-8 or not.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO, TypeAlias

from pincite.codes import CODES
from pincite.content import MODALITIES
from pincite.errors import IngestError, PinciteError, UsageError
from pincite.types import (
    Anchor,
    Asset,
    Extracted,
    Media,
    Problem,
    Progress,
    Segment,
    locator_from_json,
    locator_to_json,
)

HEADER_LIMIT_BYTES = 64 << 20
BLOB_LIMIT_BYTES = 512 << 20
BLOBS_LIMIT = 4
_SIZES = struct.Struct(">II")
_BLOB = struct.Struct(">Q")


class WireError(PinciteError):
    """The other side said something that is no frame, or a frame that makes no sense."""


class StreamEnded(WireError):
    """The other side ended in the middle of a frame."""


@dataclass(frozen=True, slots=True)
class Begin:
    """The first word about a file: its type, and the parser that will read it."""

    media_type: str
    parser: str


@dataclass(frozen=True, slots=True)
class End:
    """The last word about a file, and the most memory the process has held so far."""

    peak_mb: float = 0.0


Event: TypeAlias = Begin | Extracted | Progress | Problem | IngestError | End


def write_frame(stream: BinaryIO, header: Mapping[str, Any], blobs: Sequence[bytes] = ()) -> None:
    """Write one frame; the caller flushes.

    Raises:
        WireError: The header or a blob is larger than a frame may carry.
    """
    text = json.dumps(header, ensure_ascii=True, separators=(",", ":")).encode("ascii")
    _check_sizes(len(text), [len(blob) for blob in blobs])
    sizes = b"".join(_BLOB.pack(len(blob)) for blob in blobs)
    stream.write(_SIZES.pack(len(text), len(blobs)) + sizes + text)
    for blob in blobs:
        stream.write(blob)


def read_frame(stream: BinaryIO) -> tuple[dict[str, Any], list[bytes]] | None:
    """Read one frame; None when the stream has ended between two frames.

    Raises:
        WireError: The stream ends inside a frame, a length is out of bounds, the header is
            no JSON object.
    """
    start = stream.read(_SIZES.size)
    if not start:
        return None
    header_length, count = _SIZES.unpack(_whole(start, _SIZES.size))
    _check_sizes(header_length, [0] * min(count, BLOBS_LIMIT + 1))
    lengths = [_BLOB.unpack(_exactly(stream, _BLOB.size))[0] for _ in range(count)]
    _check_sizes(header_length, lengths)
    text = _exactly(stream, header_length)
    try:
        header = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise WireError(f"expected a JSON header, got {text[:40]!r}: {error}") from error
    if not isinstance(header, dict):
        raise WireError(f"expected a JSON object as header, got {text[:40]!r}")
    return header, [_exactly(stream, length) for length in lengths]


def _check_sizes(header: int, blobs: Sequence[int]) -> None:
    if header > HEADER_LIMIT_BYTES or len(blobs) > BLOBS_LIMIT:
        raise WireError(
            f"a frame carries a header of at most {HEADER_LIMIT_BYTES} bytes and "
            f"{BLOBS_LIMIT} blobs; got {header} bytes and {len(blobs)} blobs"
        )
    if any(size > BLOB_LIMIT_BYTES for size in blobs):
        raise WireError(f"a blob has at most {BLOB_LIMIT_BYTES} bytes; got {max(blobs)}")


def _exactly(stream: BinaryIO, count: int) -> bytes:
    return _whole(stream.read(count) if count else b"", count)


def _whole(data: bytes, count: int) -> bytes:
    if len(data) != count:
        raise StreamEnded(
            f"expected {count} more bytes of a frame, but the stream ended at {len(data)}"
        )
    return data


# -- events about a file --------------------------------------------------------------------


def write_event(stream: BinaryIO, event: Event) -> None:
    """Write one event as a frame; the caller flushes."""
    match event:
        case Extracted(segment, picture, clip):
            media = [m for m in (picture, clip) if m is not None]
            header = {
                "event": "segment",
                "segment": segment_to_json(segment),
                "picture": picture and picture.media_type,
                "clip": clip and clip.media_type,
            }
            write_frame(stream, header, [m.data for m in media])
        case Progress(unit, done, total):
            write_frame(stream, {"event": "progress", "unit": unit, "done": done, "total": total})
        case Problem(code, message, next_step):
            write_frame(stream, _problem("problem", code, message, next_step))
        case IngestError():
            write_frame(stream, _problem("failed", event.code, event.message, event.next_step))
        case Begin(media_type, parser):
            write_frame(stream, {"event": "begin", "media_type": media_type, "parser": parser})
        case End(peak_mb):
            write_frame(stream, {"event": "end", "peak_mb": peak_mb})


def read_event(stream: BinaryIO) -> Event | None:
    """Read one event; None when the stream has ended.

    Raises:
        WireError: What came is no event; the message says what it was.
    """
    frame = read_frame(stream)
    if frame is None:
        return None
    header, blobs = frame
    try:
        return _event(header, blobs)
    except (KeyError, TypeError, ValueError, IndexError, AttributeError, UsageError) as error:
        raise WireError(
            f"expected an event about a file, got {str(header)[:200]}: {error!r}"
        ) from error


def _event(header: Mapping[str, Any], blobs: list[bytes]) -> Event:
    match header.get("event"):
        case "segment":
            rest = iter(blobs)
            picture, clip = (
                Media(valid_text(str(kind)), next(rest)) if (kind := header[name]) else None
                for name in ("picture", "clip")
            )
            return Extracted(segment_from_json(header["segment"]), picture, clip)
        case "progress":
            return Progress(str(header["unit"]), float(header["done"]), float(header["total"]))
        case "problem":
            return Problem(*_told(header))
        case "failed":
            return IngestError(*_told(header))
        case "begin":
            return Begin(_text(header["media_type"]), _text(header["parser"]))
        case "end":
            return End(float(header["peak_mb"]))
    raise WireError(f"no event is called {header.get('event')!r}")


def _problem(event: str, code: str, message: str, next_step: str) -> dict[str, str]:
    return {"event": event, "code": code, "message": message, "next_step": next_step}


def _told(header: Mapping[str, Any]) -> tuple[str, str, str]:
    if header["code"] not in CODES:
        raise WireError(f"no problem has the code {header['code']!r}")
    return header["code"], _text(header["message"]), _text(header["next_step"])


# -- values ---------------------------------------------------------------------------------


def segment_to_json(segment: Segment) -> dict[str, Any]:
    """Return a segment as JSON; anchors are short lists, for a transcript has thousands."""
    anchors = [[a.start, a.end, locator_to_json(a.locator)] for a in segment.anchors]
    return {
        "id": segment.id,
        "asset_id": segment.asset_id,
        "modality": segment.modality,
        "locator": locator_to_json(segment.locator),
        "text": segment.text,
        "heading": segment.heading,
        "context": segment.context,
        "ordinal": segment.ordinal,
        "anchors": anchors,
        "language": segment.language,
        "draft": segment.draft,
        "tags": list(segment.tags),
    }


def segment_from_json(data: Mapping[str, Any]) -> Segment:
    """Return the segment `segment_to_json` wrote; lone surrogates become U+FFFD.

    Raises:
        WireError: The modality is unknown, or an anchor lies outside the text.
    """
    text = _text(data["text"])
    if data["modality"] not in MODALITIES:
        raise WireError(f"no modality is called {data['modality']!r}")
    anchors = tuple(
        Anchor(int(start), int(end), locator_from_json(locator))
        for start, end, locator in data["anchors"]
    )
    if any(not 0 <= a.start <= a.end <= len(text) for a in anchors):
        raise WireError(f"an anchor of segment {data['id']!r} lies outside its text")
    return Segment(
        id=_text(data["id"]),
        asset_id=_text(data["asset_id"]),
        modality=data["modality"],
        locator=locator_from_json(data["locator"]),
        text=text,
        heading=_text(data["heading"]),
        context=_text(data["context"]),
        ordinal=int(data["ordinal"]),
        anchors=anchors,
        language=_text(data["language"]),
        draft=bool(data["draft"]),
        tags=tuple(_text(tag) for tag in data["tags"]),
    )


def asset_to_json(asset: Asset) -> dict[str, Any]:
    """Return an asset as JSON."""
    names = ("id", "uri", "media_type", "size_bytes", "modified_ns", "title")
    return {name: getattr(asset, name) for name in names}


def asset_from_json(data: Mapping[str, Any]) -> Asset:
    """Return the asset `asset_to_json` wrote."""
    return Asset(**data)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"expected text, got {type(value).__name__}")
    return valid_text(value)


def valid_text(text: str) -> str:
    r"""Return text that can be stored as UTF-8: each lone surrogate becomes U+FFFD.

    The length stays the same, so offsets into the text stay true.

    Example:
        >>> valid_text("a\ud800b") == "a\ufffdb"
        True
    """
    if text.isascii():
        return text
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return "".join("\ufffd" if "\ud800" <= c <= "\udfff" else c for c in text)
    return text
