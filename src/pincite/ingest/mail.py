"""Mail to segments: the headers people read, the body, and what is attached.

An attachment that some parser reads becomes part of the mail's text under its own name; a
picture, sound or video in it becomes a segment with its evidence. Forwarded mail is read like
the mail itself, under its own subject.
"""

from __future__ import annotations

import email.policy
from collections.abc import Iterator
from email.errors import MessageError
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path

from pincite.config import Config
from pincite.errors import IngestError
from pincite.ingest import Event
from pincite.ingest.attachment import Attachments
from pincite.ingest.decode import decode
from pincite.ingest.headings import SEPARATOR
from pincite.ingest.invitation import invitation_text
from pincite.ingest.mailtext import (
    HEADER_ERRORS,
    body_text,
    content,
    content_type,
    header,
    header_lines,
)
from pincite.ingest.manuscript import Manuscript
from pincite.ingest.text import no_text
from pincite.types import Asset, Extracted, Problem

EXTRACTOR = "mail-2"
_MOST_PARTS = 500
_MOST_DEPTH = 20


class MailParser:
    """Reads mail (.eml)."""

    def parse(self, path: Path, asset: Asset, config: Config) -> Iterator[Event]:
        """Yield headers, body and attachments as one text, then pictures and recordings."""
        message = _read(path)
        script = Manuscript(header(message, "Subject"))
        attachments = Attachments(asset, config, script, EXTRACTOR)
        yield from _Mail(script, attachments).message(message, script.headings.path, 0)
        ordinal = 0
        for segment in script.segments(asset, EXTRACTOR):
            ordinal = segment.ordinal + 1
            yield Extracted(segment)
        for extra in attachments.extras(ordinal):
            ordinal += 1
            yield extra
        if not ordinal:
            yield no_text()


def _read(path: Path) -> EmailMessage:
    try:
        with path.open("rb") as file:
            head = file.read(4)
            file.seek(0)
            if head[:2] in (b"\xff\xfe", b"\xfe\xff") or head[1:2] == b"\0" or head[:1] == b"\0":
                data = decode(file.read()).text.encode("utf-8", "replace")
                return BytesParser(policy=email.policy.default).parsebytes(data)
            return BytesParser(policy=email.policy.default).parse(file)
    except (MessageError, *HEADER_ERRORS) as error:
        raise IngestError(
            "CORRUPT_FILE",
            f"The mail cannot be read ({str(error)[:120] or type(error).__name__}).",
            "Save it again from the mail program.",
        ) from error


class _Mail:
    """A walk over the parts of a mail in order."""

    def __init__(self, script: Manuscript, attachments: Attachments) -> None:
        self._script, self._attachments = script, attachments
        self._parts = 0

    def message(self, message: EmailMessage, heading: str, depth: int) -> Iterator[Event]:
        """Write down a mail, then what is attached to it; yield what went wrong."""
        self._script.add("\n".join(header_lines(message)), heading=heading)
        yield from self._part(message, heading, depth)

    def _part(self, part: EmailMessage, heading: str, depth: int) -> Iterator[Event]:
        self._parts += 1
        if self._parts > _MOST_PARTS or depth > _MOST_DEPTH:
            if self._parts <= _MOST_PARTS + 1:
                yield _too_many()
            self._parts = _MOST_PARTS + 1
            return
        kind = content_type(part)
        if kind == "message/rfc822" and part.is_multipart():
            for inner in _children(part):
                subject = header(inner, "Subject") or "Forwarded mail"
                path = SEPARATOR.join(filter(None, (heading, subject)))
                yield from self.message(inner, path, depth + 1)
        elif kind == "multipart/alternative" and part.is_multipart():
            yield from self._alternative(part, heading, depth)
        elif part.is_multipart():
            for inner in _children(part):
                yield from self._part(inner, heading, depth + 1)
        elif kind == "text/calendar":
            self._script.add(invitation_text(content(part)), heading=heading)
        elif kind in ("text/plain", "text/html") and not _is_attached(part):
            self._script.add(body_text(part), heading=heading)
        else:
            yield from self._attachments.read(part, heading)

    def _alternative(self, part: EmailMessage, heading: str, depth: int) -> Iterator[Event]:
        """Read one of several forms of a text, the plain one if it says anything."""
        inner = _children(part)
        plain = [p for p in inner if content_type(p) == "text/plain" and content(p).strip()]
        others = [p for p in inner if not content_type(p).startswith("text/")]
        html = [p for p in inner if content_type(p) == "text/html"]
        invitations = [p for p in inner if content_type(p) == "text/calendar"]
        rich = [p for p in others if p.is_multipart()]
        chosen = plain[:1] or html[-1:]
        for item in chosen:
            self._script.add(body_text(item), heading=heading)
        for item in rich:  # HTML together with its pictures
            for piece in _children(item):
                if not (chosen and content_type(piece) == "text/html"):
                    yield from self._part(piece, heading, depth + 1)
        for item in [*invitations, *(p for p in others if p not in rich)]:
            yield from self._part(item, heading, depth + 1)


def _children(part: EmailMessage) -> list[EmailMessage]:
    payload = part.get_payload()
    inner = payload if isinstance(payload, list) else []
    return [item for item in inner if isinstance(item, EmailMessage)]


def _is_attached(part: EmailMessage) -> bool:
    """True for text that was sent as a file and not as part of the letter."""
    try:
        return part.get_content_disposition() == "attachment" or bool(part.get_filename())
    except HEADER_ERRORS:
        return False


def _too_many() -> Problem:
    return Problem(
        "LIMIT_REACHED",
        f"The mail holds more than {_MOST_PARTS} parts, or parts within parts beyond "
        f"{_MOST_DEPTH} levels; what was read before is kept.",
        "Save the attachments that matter as files of their own.",
    )
