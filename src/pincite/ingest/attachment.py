"""What is attached to a mail, read by the parser of its kind."""

from __future__ import annotations

import io
import re
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path

from PIL import Image

from pincite.config import Config
from pincite.errors import IngestError, MissingExtra, MissingModel
from pincite.ingest import Event, parsers
from pincite.ingest.detect import Detected, detect
from pincite.ingest.headings import SEPARATOR
from pincite.ingest.mailtext import HEADER_ERRORS, content_type
from pincite.ingest.manuscript import Manuscript
from pincite.ingest.package import READ_ERRORS
from pincite.types import Asset, Extracted, ImageRegion, Media, Problem, Segment, segment_id

_SMALLEST_PX = 48
"""Smaller pictures are lines, icons and the marks that tell a sender who has read."""
_UNSAFE = re.compile(r"[\x00-\x1f\x7f<>:\"|?*]+")
_NAME_BYTES = 120


class Attachments:
    """Reads attachments into the text of a mail, and keeps what is no text."""

    def __init__(self, asset: Asset, config: Config, script: Manuscript, extractor: str) -> None:
        self._asset, self._config, self._script = asset, config, script
        self._extractor = extractor
        self._extras: list[Extracted] = []
        self._count = 0

    def extras(self, ordinal: int) -> Iterator[Extracted]:
        """Yield the pictures and recordings, numbered on from `ordinal`."""
        for number, extra in enumerate(self._extras, start=ordinal):
            yield replace(extra, segment=replace(extra.segment, ordinal=number))

    def read(self, part: EmailMessage, heading: str) -> Iterator[Event]:
        """Read one attachment; yield what went wrong."""
        self._count += 1
        name = _name(part)
        try:
            data = part.get_payload(decode=True)
        except HEADER_ERRORS:
            data = None
        if not isinstance(data, bytes) or not data.strip() or _is_ornament(data):
            return
        self._script.add(f"Attachment: {name}", heading=heading)
        path = SEPARATOR.join(filter(None, (heading, name)))
        with tempfile.TemporaryDirectory(prefix="pincite-mail-") as folder:
            file = Path(folder) / name
            file.write_bytes(data)
            yield from self._file(file, name, path, data)

    def _file(self, file: Path, name: str, heading: str, data: bytes) -> Iterator[Event]:
        try:
            found = detect(file)
            for event in self._events(file, found, name):
                if isinstance(event, Problem):
                    yield replace(event, message=f"Attachment {name}: {event.message}")
                elif isinstance(event, Extracted):
                    self._take(event, heading, Media(found.media_type, data))
        except IngestError as error:
            code = "PART_UNSUPPORTED" if error.code == "UNSUPPORTED_TYPE" else "PART_FAILED"
            yield Problem(code, f"Attachment {name}: {error.message}", error.next_step)
        except (MissingExtra, MissingModel) as error:
            yield Problem("PART_UNSUPPORTED", f"Attachment {name}: {error}", "See there.")
        except READ_ERRORS as error:
            yield Problem(
                "PART_FAILED",
                f"Attachment {name}: its parser stopped ({type(error).__name__}: {error})"[:300],
                "Save the attachment as a file of its own and add that.",
            )

    def _events(self, file: Path, found: Detected, name: str) -> Iterator[Event]:
        if found.parser == "mail":  # as a part it would have been opened; text it is at least
            found = replace(found, parser="text", media_type="text/plain")
        inner = replace(
            self._asset,
            media_type=found.media_type,
            title=name,
            uri=f"{self._asset.uri}/{name}",
        )
        yield from parsers.create(found.parser).parse(file, inner, self._config)

    def _take(self, event: Extracted, heading: str, file: Media) -> None:
        """Put what was read where it belongs: words in the text, the rest beside."""
        segment = event.segment
        heading = SEPARATOR.join(filter(None, (heading, segment.heading)))
        if segment.modality == "text":
            self._script.add(segment.text, heading=heading)
            return
        key = f"{self._extractor}/{self._count}/{segment.id}"
        moved: Segment = replace(
            segment, id=segment_id(segment.asset_id, segment.locator, key), heading=heading
        )
        picture = event.picture
        if picture is None and isinstance(segment.locator, ImageRegion):
            picture = file
        self._extras.append(Extracted(moved, picture, event.clip))


def _name(part: EmailMessage) -> str:
    """Return the name of an attachment, fit to be a file's: one that leads elsewhere is cut."""
    try:
        stated = part.get_filename() or ""
    except HEADER_ERRORS:
        stated = ""
    stated = stated.encode("utf-8", "replace").decode("utf-8").replace("\\", "/")
    name = " ".join(_UNSAFE.sub(" ", stated.rpartition("/")[2]).split()).lstrip(". ")
    if not name:
        return content_type(part).replace("/", " ")
    stem, dot, suffix = name.rpartition(".") if "." in name else (name, "", "")
    return stem.encode()[:_NAME_BYTES].decode("utf-8", "ignore") + dot + suffix[:16]


def _is_ornament(data: bytes) -> bool:
    try:
        with Image.open(io.BytesIO(data)) as picture:
            return min(picture.size) < _SMALLEST_PX
    except (*READ_ERRORS, Image.DecompressionBombError):  # no picture, or for its parser to say
        return False
