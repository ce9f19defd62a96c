"""The words of a mail: headers as a person reads them, and its body."""

from __future__ import annotations

from collections.abc import Iterator
from email.message import EmailMessage, MIMEPart

from pincite.errors import IngestError
from pincite.ingest.decode import decode
from pincite.ingest.html import html_text

HEADER_ERRORS = (ValueError, LookupError, AttributeError, TypeError, RuntimeError, AssertionError)
"""What the standard library raises on headers that break the rules."""
_SHOWN = ("Subject", "From", "To", "Cc", "Date")
_NARROW = ("us-ascii", "ascii", "iso-8859-1", "latin-1", "latin1", "windows-1252", "cp1252")


def header(message: EmailMessage, name: str) -> str:
    """Return a header as a person reads it; broken ones as far as they can be read."""
    try:
        value = message.get(name, "")
    except HEADER_ERRORS:
        value = next((v for k, v in message.raw_items() if k.lower() == name.lower()), "")
    return " ".join(str(value).encode("utf-8", "replace").decode("utf-8").split())


def header_lines(message: EmailMessage) -> Iterator[str]:
    """Yield the headers that a person looks at, a line each."""
    for name in _SHOWN:
        if words := header(message, name):
            yield f"{name}: {words}"


def content_type(part: MIMEPart) -> str:
    """Return the type a part declares; plain text when that is broken."""
    try:
        return part.get_content_type()
    except HEADER_ERRORS:
        return "text/plain"


def body_text(part: MIMEPart | None) -> str:
    """Return the words of a body, of plain text or HTML."""
    if part is None or not content_type(part).startswith("text/"):
        return ""
    text = content(part)
    if content_type(part) == "text/html":
        return html_text(text)[0]
    return text.replace("\r\n", "\n")


def content(part: MIMEPart) -> str:
    """Return the characters of a part.

    Many programs state a western encoding and write UTF-8: bytes that are UTF-8 throughout
    are hardly ever anything else.
    """
    try:
        data = part.get_payload(decode=True)
        charset = part.get_content_charset() or ""
    except HEADER_ERRORS:
        data, charset = None, ""
    raw = data if isinstance(data, bytes) else str(part.get_payload()).encode("utf-8", "replace")
    tried = ("utf-8", charset) if charset in _NARROW else (charset or "utf-8",)
    for name in tried:
        try:
            return raw.decode(name)
        except (LookupError, UnicodeDecodeError):
            continue
    try:
        return decode(raw).text
    except IngestError:  # no text in any known encoding
        return raw.decode("ascii", "replace")
