"""What encoders are given of segments: words, or media that are decoded when first asked for.

An encoder of late interaction that reads pictures is shown whole pages: of each page of a PDF or
a scan whose file is kept, the first segment (its carrier) is given as the page as drawn, and the
other segments of that page are not given to it, for the page says what they say.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Protocol

from pincite.content import Content, Modality, Picture
from pincite.encode import Encoder
from pincite.errors import IngestError, NotFound
from pincite.ingest.searchable import embed_text
from pincite.store.late import is_late
from pincite.types import Asset, Media, PageRegion, Segment

KEPT_LIMIT_BYTES = 512 << 20
"""Larger files are not kept in the knowledge base, only what was read of them."""

_NEAR: dict[Modality, frozenset[Modality]] = {
    "text": frozenset(),
    "image": frozenset({"image"}),
    "audio": frozenset({"audio"}),
    "video": frozenset({"video", "image", "audio"}),
}
"""As what a segment can be read besides its words."""
_WORDS: frozenset[Modality] = frozenset({"text"})


class Shelf(Protocol):
    """Where the media of segments are."""

    def prepare(self, keys: Collection[str]) -> None:
        """Expect to be asked for these."""
        ...

    def get(self, key: str) -> Media | None:
        """Return `SEGMENT/picture`, `SEGMENT/clip` or `ASSET/original`, None if it is not kept."""
        ...


@dataclass(frozen=True, slots=True)
class Piece:
    """A segment to be encoded; `carrier` is True for the first on its page."""

    segment: Segment
    asset: Asset
    carrier: bool = False


def keeps_original(asset: Asset) -> bool:
    """Return whether the file itself is kept: its pages are drawn when a citation is shown."""
    kept = asset.media_type == "application/pdf" or asset.media_type.startswith("image/")
    return kept and asset.size_bytes <= KEPT_LIMIT_BYTES


def sees_pages(encoder: Encoder) -> bool:
    """Return whether an encoder is shown whole pages."""
    return is_late(encoder) and "image" in encoder.modalities


def readable_kinds(encoder: Encoder) -> frozenset[Modality] | None:
    """Return the modalities of the segments an encoder may be given; None: of any."""
    if "text" in encoder.modalities or sees_pages(encoder):
        return None
    return frozenset(m for m, near in _NEAR.items() if near & encoder.modalities)


def carriers_of(segments: Iterable[Segment]) -> frozenset[str]:
    """Return the first segment of each page of one asset."""
    first: dict[int, Segment] = {}
    for segment in sorted(segments, key=lambda s: (s.ordinal, s.id)):
        if isinstance(segment.locator, PageRegion):
            first.setdefault(segment.locator.page, segment)
    return frozenset(segment.id for segment in first.values())


class Contents:
    """What encoders are given of a few pieces; what several read alike is decoded once.

    Args:
        shelf: Where the media are.
        on_unread: Hears of pieces whose media are there and cannot be decoded.
    """

    def __init__(self, shelf: Shelf, on_unread: Callable[[Piece], None]) -> None:
        self._shelf, self._on_unread = shelf, on_unread
        self._decoded: dict[tuple[str, frozenset[Modality] | None], Content | None] = {}

    def prepare(self, pieces: Iterable[Piece], encoders: Collection[Encoder]) -> None:
        """Forget what was decoded, and expect to be asked for these pieces."""
        self._decoded.clear()
        kinds = {"image": ("picture",), "audio": ("clip",), "video": ("picture", "clip")}
        self._shelf.prepare(
            [
                f"{piece.segment.id}/{kind}"
                for piece in pieces
                if any(is_media(piece, encoder) for encoder in encoders)
                for kind in kinds.get(piece.segment.modality, ())
            ]
        )

    def of(self, piece: Piece, encoder: Encoder) -> Content | None:
        """Return what an encoder is given of a piece, None for nothing."""
        if _as_page(piece, encoder):
            return self._once(piece, None, self._page) if piece.carrier else None
        near = _NEAR[piece.segment.modality] & encoder.modalities
        if near:
            return self._once(piece, near, lambda p: self._media(p, near))
        if "text" in encoder.modalities:
            return self._once(piece, _WORDS, _words)
        return None

    def _once(
        self,
        piece: Piece,
        kind: frozenset[Modality] | None,
        decode: Callable[[Piece], Content | None],
    ) -> Content | None:
        key = (piece.segment.id, kind)
        if key not in self._decoded:
            self._decoded[key] = decode(piece)
        return self._decoded[key]

    def _page(self, piece: Piece) -> Content | None:
        import numpy as np

        from pincite.ingest.pictures import cut_out

        original, place = self._shelf.get(f"{piece.asset.id}/original"), piece.segment.locator
        if original is None or not isinstance(place, PageRegion):
            return None
        try:
            return Picture(np.array(cut_out(original, PageRegion(place.page)), dtype=np.uint8))
        except (IngestError, NotFound):
            self._on_unread(piece)
            return None

    def _media(self, piece: Piece, near: frozenset[Modality]) -> Content | None:
        from pincite.ingest.content import segment_content

        segment, get = piece.segment, self._shelf.get
        picture = get(f"{segment.id}/picture") if near & {"image", "video"} else None
        clip = get(f"{segment.id}/clip") if near & {"audio", "video"} else None
        whole = segment.modality == "image" and picture is None
        original = get(f"{piece.asset.id}/original") if whole else None
        if picture is clip is original is None:
            return None
        found = segment_content(segment, picture, clip, original, near)
        if found is None:
            self._on_unread(piece)
        return found


def is_media(piece: Piece, encoder: Encoder) -> bool:
    """Return whether an encoder is given something of a piece that has to be decoded."""
    if _as_page(piece, encoder):
        return piece.carrier
    return bool(_NEAR[piece.segment.modality] & encoder.modalities)


def is_read(piece: Piece, encoder: Encoder) -> bool:
    """Return whether an encoder may be given something of a piece; nothing is decoded."""
    if is_media(piece, encoder):
        return True
    words = "text" in encoder.modalities and not _as_page(piece, encoder)
    return words and bool(embed_text(piece.segment).strip())


def _as_page(piece: Piece, encoder: Encoder) -> bool:
    """Return whether what an encoder is shown of a piece is its page."""
    paged = isinstance(piece.segment.locator, PageRegion) and keeps_original(piece.asset)
    return paged and sees_pages(encoder)


def _words(piece: Piece) -> str | None:
    words = embed_text(piece.segment)
    return words if words.strip() else None
