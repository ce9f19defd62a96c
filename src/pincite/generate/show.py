"""A citation id back to the evidence itself, also when the source file is gone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from pincite.errors import NotFound, UsageError
from pincite.store.tables import Store
from pincite.types import (
    Asset,
    ImageRegion,
    Locator,
    Media,
    PageRegion,
    Segment,
    TimeSpan,
)

_ID = re.compile(r"(?P<segment>[0-9a-f]{32})(?:\.(?P<start>\d+)-(?P<end>\d+))?")
_SUFFIXES = {
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/webp": ".webp",
    "audio/ogg": ".ogg",
    "audio/mp4": ".m4a",
    "video/mp4": ".mp4",
    "video/webm": ".webm",
}


def citation_id(segment_id: str, start: int, end: int) -> str:
    """Return the id of a citation of characters `start:end` of a segment's text."""
    return f"{segment_id}.{start}-{end}"


def parse_citation_id(text: str) -> tuple[str, int | None, int | None]:
    """Return segment id, start and end; a bare segment id has no span.

    Raises:
        UsageError: It is no citation id.
    """
    match = _ID.fullmatch(text.strip())
    if match is None:
        raise UsageError(
            f"{text!r} is not a citation id; copy one from below an answer, such as "
            f"{'0123abcd' * 4}.0-42"
        )
    start, end = match["start"], match["end"]
    return (
        match["segment"],
        None if start is None else int(start),
        None if end is None else int(end),
    )


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """The evidence behind a citation.

    Attributes:
        id: The citation id asked for.
        asset: The file it comes from.
        locator: The exact place.
        quote: The quoted characters.
        passage: The whole segment with the quote marked by » «.
        media: Page crop, picture crop, sound or video clip; None for plain text and cells.
    """

    id: str
    asset: Asset
    locator: Locator
    quote: str
    passage: str
    media: Media | None

    def save(self, path: Path | None = None) -> Path:
        """Write the crop or clip to `path`, or to a name of its own here; return where.

        Raises:
            UsageError: There is nothing to write, or the place cannot be written.
        """
        if self.media is None:
            raise UsageError(
                f"citation {self.id} is plain text; there is no picture or clip to save"
            )
        suffix = _SUFFIXES.get(self.media.media_type, ".bin")
        target = path or Path(f"pincite-{self.id[:8]}{suffix}")
        if target.is_dir():
            target = target / f"pincite-{self.id[:8]}{suffix}"
        try:
            target.write_bytes(self.media.data)
        except OSError as error:
            raise UsageError(
                f"cannot write {target}: {error.strerror}; name another place with --save PATH"
            ) from error
        return target


def show(store: Store, id: str) -> Shown:
    """Return the evidence behind a citation id, or behind a whole segment by its id.

    Raises:
        UsageError: It is no citation id, or its span lies outside the segment.
        NotFound: The knowledge base holds no such segment.
    """
    wanted, start, end = parse_citation_id(id)
    segment = store.segments([wanted]).get(wanted)
    if segment is None:
        raise NotFound(
            f"no citation {id!r} in {store.uri}; its source was changed or removed since, "
            "or it belongs to another knowledge base (name it with --kb)"
        )
    asset = store.assets([segment.asset_id])[segment.asset_id]
    whole = start is None or end is None
    first, last = (0, len(segment.text)) if start is None or end is None else (start, end)
    locator = segment.locator if whole or not segment.text else segment.locate(first, last)
    return Shown(
        id=id,
        asset=asset,
        locator=locator,
        quote=segment.text[first:last],
        passage=segment.text if whole else _marked(segment.text, first, last),
        media=_media(store, segment, locator),
    )


def _marked(text: str, start: int, end: int) -> str:
    return f"{text[:start]}»{text[start:end]}«{text[end:]}"


def _media(store: Store, segment: Segment, locator: Locator) -> Media | None:
    """A clip for a time, else the part of the picture, page or original that is meant."""
    # Decoders of pictures and sound take a second to import, which asking need not wait for.
    from pincite.generate.excerpt import cut_clip, mark_box
    from pincite.ingest.pictures import render_region

    match locator:
        case TimeSpan(start_s, end_s, box):
            clip = store.media(f"{segment.id}/clip")
            whole = segment.locator
            if clip is not None and box is None and isinstance(whole, TimeSpan):
                return cut_clip(clip, start_s - whole.start_s, end_s - whole.start_s)
            picture = store.media(f"{segment.id}/picture")
            if picture is not None and box is not None:
                return mark_box(picture, box)
            return picture or clip
        case PageRegion() | ImageRegion():
            original = store.media(f"{segment.asset_id}/original")
            if original is not None:
                return render_region(original, locator)
            picture = store.media(f"{segment.id}/picture")
            on_itself = picture is not None and isinstance(locator, ImageRegion)
            return mark_box(picture, locator.box) if picture and on_itself else picture
    return store.media(f"{segment.id}/picture")
