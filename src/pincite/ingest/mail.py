"""Mail to segments: the headers people read, the body, and what is attached.

An attachment that some parser reads becomes part of the mail's text under its own name; a
picture, sound or video in it becomes a segment with its evidence.
"""

from __future__ import annotations

import email.policy
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from email.errors import MessageError
from email.message import EmailMessage, MIMEPart
from email.parser import BytesParser
from pathlib import Path

from pincite.config import Config
from pincite.errors import IngestError
from pincite.ingest import Event, Parser, parsers
from pincite.ingest.decode import decode
from pincite.ingest.detect import detect
from pincite.ingest.html import html_text
from pincite.ingest.manuscript import Manuscript
from pincite.ingest.text import no_text
from pincite.types import Asset, Extracted, ImageRegion, Media, Problem, Segment, segment_id

EXTRACTOR = "mail-1"
_SHOWN = ("Subject", "From", "To", "Cc", "Date")
_MOST_PARTS = 200
_MOST_DEPTH = 5


class MailParser:
    """Reads mail (.eml)."""

    def parse(self, path: Path, asset: Asset, config: Config) -> Iterator[Event]:
        """Yield headers, body and attachments as one text, then pictures and recordings."""
        message = _read(path)
        script = Manuscript(_header(message, "Subject"))
        script.add("\n".join(_header_lines(message)))
        script.add(_body(message))
        extras: list[Extracted] = []
        for part in _attachments(message):
            yield from _attachment(part, asset, config, script, extras)
        ordinal = 0
        for segment in script.segments(asset, EXTRACTOR):
            ordinal = segment.ordinal + 1
            yield Extracted(segment)
        for number, extra in enumerate(extras):
            yield replace(extra, segment=replace(extra.segment, ordinal=ordinal + number))
        if not ordinal and not extras:
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
    except (MessageError, ValueError, LookupError) as error:
        raise IngestError(
            "CORRUPT_FILE",
            f"The mail cannot be read ({str(error)[:120]}).",
            "Save it again from the mail program.",
        ) from error


def _header(message: EmailMessage, name: str) -> str:
    """Return a header as a person reads it; broken ones as far as they can be read."""
    try:
        value = message.get(name, "")
    except (ValueError, IndexError, AttributeError, TypeError, LookupError):
        value = next((v for k, v in message.raw_items() if k.lower() == name.lower()), "")
    return " ".join(str(value).encode("utf-8", "replace").decode("utf-8").split())


def _header_lines(message: EmailMessage) -> Iterator[str]:
    for name in _SHOWN:
        if words := _header(message, name):
            yield f"{name}: {words}"


# -- body -----------------------------------------------------------------------------------


def _body(message: EmailMessage) -> str:
    """Return the words of the body; of two forms of one text the plain one."""
    try:
        part = message.get_body(("plain", "html"))
    except (KeyError, AttributeError, ValueError):
        part = None
    if part is None:
        part = None if message.is_multipart() else message
    if part is None or part.get_content_maintype() != "text":
        return ""
    text = _content(part)
    if part.get_content_type() == "text/html":
        return html_text(text)[0]
    if not text.strip():
        other = message.get_body(("html",))
        return "" if other is None else html_text(_content(other))[0]
    return text.replace("\r\n", "\n")


def _content(part: MIMEPart) -> str:
    data = part.get_payload(decode=True)
    raw = data if isinstance(data, bytes) else str(part.get_payload()).encode("utf-8", "replace")
    charset = part.get_content_charset() or ""
    try:
        return raw.decode(charset or "utf-8")
    except (LookupError, UnicodeDecodeError):
        return decode(raw).text


# -- attachments ----------------------------------------------------------------------------


def _attachments(message: EmailMessage, depth: int = 0) -> Iterator[EmailMessage]:
    """Yield the parts that are not the body, those of forwarded mail too, up to a limit."""
    if depth > _MOST_DEPTH:
        return
    body = message.get_body(("plain", "html")) if message.is_multipart() else message
    other = message.get_body(("html",)) if message.is_multipart() else None
    for count, part in enumerate(message.walk()):
        if count >= _MOST_PARTS:
            return
        if part is body or part is other or part.is_multipart():
            continue
        if isinstance(part, EmailMessage):
            yield part


def _attachment(
    part: EmailMessage,
    asset: Asset,
    config: Config,
    script: Manuscript,
    extras: list[Extracted],
) -> Iterator[Event]:
    """Read an attachment into the mail; yield what went wrong."""
    name = _name(part)
    data = part.get_payload(decode=True)
    if not isinstance(data, bytes) or not data.strip():
        return
    script.add(f"Attachment: {name}", heading=script.headings.path)
    with tempfile.TemporaryDirectory(prefix="pincite-mail-") as folder:
        path = Path(folder) / f"attachment{Path(name).suffix[:16]}"
        path.write_bytes(data)
        try:
            found = detect(path)
            if found.parser == "mail":
                script.add(decode(data).text, heading=name)
                return
            parser: Parser = parsers.create(found.parser)
            inner = replace(
                asset, media_type=found.media_type, title=name, uri=f"{asset.uri}/{name}"
            )
            for event in parser.parse(path, inner, config):
                if isinstance(event, Problem):
                    yield replace(event, message=f"Attachment {name}: {event.message}")
                elif isinstance(event, Extracted):
                    _take(event, name, data, found.media_type, script, extras)
        except IngestError as error:
            code = "PART_UNSUPPORTED" if error.code == "UNSUPPORTED_TYPE" else "PART_FAILED"
            yield Problem(code, f"Attachment {name}: {error.message}", error.next_step)


def _take(
    event: Extracted,
    name: str,
    data: bytes,
    media_type: str,
    script: Manuscript,
    extras: list[Extracted],
) -> None:
    """Put what was read of an attachment where it belongs: words in the text, the rest beside."""
    segment = event.segment
    heading = " > ".join(filter(None, (script.headings.path, name, segment.heading)))
    if segment.modality == "text":
        script.add(segment.text, heading=heading)
        return
    moved: Segment = replace(
        segment,
        id=segment_id(segment.asset_id, segment.locator, f"{EXTRACTOR}/{name}/{segment.id}"),
        heading=heading,
    )
    picture = event.picture
    if picture is None and isinstance(segment.locator, ImageRegion):
        picture = Media(media_type, data)
    extras.append(Extracted(moved, picture, event.clip))


def _name(part: EmailMessage) -> str:
    try:
        name = part.get_filename() or ""
    except (ValueError, LookupError, TypeError):
        name = ""
    return Path(" ".join(name.split())).name or f"{part.get_content_type().replace('/', ' ')}"
