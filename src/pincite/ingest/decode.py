"""Bytes of a text file to characters, and what had to be guessed on the way.

Character offsets everywhere count in the text returned here: without a byte order mark, line
ends as in the file, zero bytes as spaces and broken characters as U+FFFD, so that any later
reading of the same bytes counts the same.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from pathlib import Path

from pincite.config import Config
from pincite.errors import IngestError
from pincite.ingest.charset import SAMPLE_BYTES, Charset, charset_of
from pincite.types import Problem

MAX_TEXT_MB = 256
"""Only so much of one text file is read; `max_unpacked_mb` may lower it."""

# What a page calls by the first name, browsers read as the second, which holds more.
_WIDER = {"iso8859-1": "cp1252", "gb2312": "gb18030", "gbk": "gb18030", "shift_jis": "cp932"}
_DECLARATION = re.compile(
    rb"(?:<meta\b[^>]{0,200}?charset\s*=\s*[\"']?|<\?xml\b[^>]{0,100}?encoding\s*=\s*[\"']|"
    rb"^#.{0,40}?coding[:=]\s*)([A-Za-z0-9_.:-]{2,30})",
    re.IGNORECASE,
)
_SURROGATE = re.compile("[\ud800-\udfff]")
_HIGH_LINE = re.compile(rb"[^\n]{0,2000}[\x80-\xff][^\n]{0,2000}")


@dataclass(frozen=True, slots=True)
class Decoded:
    """The characters of a file.

    Attributes:
        text: Without a byte order mark, zero bytes and lone surrogates.
        encoding: Name of the encoding, such as `utf-8`.
        problems: A guess of the encoding, a cut at the limit.
    """

    text: str
    encoding: str
    problems: tuple[Problem, ...] = ()


def decode(data: bytes, *, cut: bool = False) -> Decoded:
    """Return the characters of `data`.

    Args:
        data: The bytes of a text.
        cut: True when the text goes on after them.

    Raises:
        IngestError: `UNSUPPORTED_TYPE`: the bytes are no text in any known encoding.
    """
    charset = charset_of(_telling(data), whole=not cut)
    if charset is None:
        raise IngestError(
            "UNSUPPORTED_TYPE",
            "The file was expected to be text, but its bytes are text in no known encoding.",
            "Open it in the program that made it and export it as PDF, Markdown or UTF-8 text.",
        )
    if not charset.certain or data.isascii():
        charset = _declared(data) or charset
    text = data[charset.mark :].decode(charset.name, "replace")
    if cut:
        text = text.removesuffix("\ufffd")
    return Decoded(clean(text), charset.name, tuple(_guess_note(charset)))


def read_text(path: Path, config: Config) -> Decoded:
    """Return the characters of a file, or of the part of it that the limit allows.

    Raises:
        IngestError: The file cannot be opened, or is no text.
    """
    limit = min(MAX_TEXT_MB, int(config["max_unpacked_mb"])) << 20
    data = read_bytes(path, limit + 1)
    if len(data) <= limit:
        return decode(data)
    decoded = decode(data[:limit], cut=True)
    total = path.stat().st_size
    problem = Problem(
        "LIMIT_REACHED",
        f"Only the first {limit >> 20} MB of this text of {total >> 20} MB were read.",
        f"Split the file into parts of less than {limit >> 20} MB.",
    )
    return Decoded(decoded.text, decoded.encoding, (*decoded.problems, problem))


def read_bytes(path: Path, limit: int = -1) -> bytes:
    """Return at most `limit` bytes of a file.

    Raises:
        IngestError: `VANISHED`, `NOT_A_FILE` or `UNREADABLE`.
    """
    try:
        with path.open("rb") as file:
            return file.read(limit)
    except FileNotFoundError:
        raise IngestError(
            "VANISHED", "The file is no longer there.", "Run the command again."
        ) from None
    except IsADirectoryError:
        raise IngestError(
            "NOT_A_FILE", "A folder stands where a file was expected.", "Name a file."
        ) from None
    except OSError as error:
        raise IngestError(
            "UNREADABLE",
            f"The file cannot be read: {error.strerror or error}.",
            "Check its permissions and the drive it lies on, then run the command again.",
        ) from error


def clean(text: str) -> str:
    r"""Return text that can be stored: zero bytes become spaces, lone surrogates U+FFFD.

    Characters keep their places, so offsets do not change.

    Example:
        >>> clean("a\x00b\ud800")
        'a b�'
    """
    if "\x00" in text:
        text = text.replace("\x00", " ")
    if not text.isascii() and _SURROGATE.search(text):
        text = _SURROGATE.sub("\ufffd", text)
    return text


def _telling(data: bytes) -> bytes:
    """Return the start, or if that is plain ASCII and tells nothing, lines that are not."""
    head = data[:SAMPLE_BYTES]
    if len(data) == len(head) or not head.isascii() or b"\x00" in head or data.isascii():
        return head
    lines, size = [], 0
    for match in _HIGH_LINE.finditer(data, SAMPLE_BYTES):
        lines.append(match.group())
        size += len(lines[-1]) + 1
        if size > SAMPLE_BYTES // 2:
            break
    return b"\n".join(lines)[: SAMPLE_BYTES // 2] + b"\n" + head[: SAMPLE_BYTES // 2]


def _declared(data: bytes) -> Charset | None:
    """Return the encoding that the start of an HTML, XML or Python file names, if it fits."""
    match = _DECLARATION.search(data[:4096])
    if match is None or data.count(0, 0, 4096):
        return None
    try:
        name = codecs.lookup(match.group(1).decode("ascii")).name
        data[:SAMPLE_BYTES].decode(name := _WIDER.get(name, name), "ignore")
    except (LookupError, UnicodeError):
        return None
    broken = data[:SAMPLE_BYTES].decode(name, "replace").count("\ufffd")
    high = len(data[:SAMPLE_BYTES].translate(None, bytes(range(128))))
    return Charset(name) if broken <= 0.05 * high else None


def _guess_note(charset: Charset) -> list[Problem]:
    if charset.certain:
        return []
    return [
        Problem(
            "ENCODING_GUESSED",
            f"The file does not state its character encoding; it was read as {charset.name}.",
            "If the words look wrong, save the file as UTF-8.",
        )
    ]
