"""What a file is, from its content; the name only breaks ties among kinds of text."""

from __future__ import annotations

import stat
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from pincite.errors import IngestError
from pincite.ingest import containers, parsers
from pincite.ingest.charset import SAMPLE_BYTES, charset_of
from pincite.ingest.kinds import EXTENSIONS, NAMES, PARSERS, UNREAD
from pincite.ingest.signatures import signature
from pincite.ingest.texttype import text_type
from pincite.types import Problem

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_EBML = b"\x1a\x45\xdf\xa3"
_ASF = bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")


@dataclass(frozen=True, slots=True)
class Detected:
    """What a file is and who reads it.

    Attributes:
        media_type: Such as `application/pdf`.
        parser: A name in `pincite.ingest.parsers`.
        notes: Worth telling the user, such as an extension that promises something else.
    """

    media_type: str
    parser: str
    notes: tuple[Problem, ...] = ()


def detect(path: Path) -> Detected:
    """Return what the file at `path` is.

    Raises:
        IngestError: `EMPTY_FILE`, `NOT_A_FILE`, `VANISHED` or `UNREADABLE`;
            `UNSUPPORTED_TYPE` with the way out when no parser reads the kind;
            `PASSWORD_REQUIRED` for an encrypted office document.
    """
    media = media_type_of(path)
    extension = path.suffix.lower()
    for name in (media, extension):  # only plugins have such names
        if name and media not in PARSERS and name in parsers:
            return Detected(media, name)
    if media == containers.ENCRYPTED:
        raise IngestError(
            "PASSWORD_REQUIRED",
            "The office document is encrypted.",
            "Open it with its password and save a copy without one.",
        )
    if media in UNREAD:
        name, next_step, _ = UNREAD[media]
        raise IngestError("UNSUPPORTED_TYPE", f"The file is {name}, which is not read.", next_step)
    return Detected(media, PARSERS[media], tuple(_mismatch(path, media)))


def media_type_of(path: Path) -> str:
    """Return the media type of a file, of a kind that is read or of one that is not.

    Raises:
        IngestError: `EMPTY_FILE`, `NOT_A_FILE`, `VANISHED` or `UNREADABLE`.
    """
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise IngestError(
                "NOT_A_FILE",
                "A folder, pipe, socket or device stands where a file was expected.",
                "Name a file, or leave this out of the folder.",
            )
        with path.open("rb") as file:
            return _media_type(file, path.suffix.lower().lstrip("."))
    except FileNotFoundError:
        raise IngestError(
            "VANISHED", "The file is no longer there.", "Run the command again."
        ) from None
    except OSError as error:
        raise IngestError(
            "UNREADABLE",
            f"The file cannot be read: {error.strerror or error}.",
            "Check its permissions and the drive it lies on, then run the command again.",
        ) from error


def _media_type(file: BinaryIO, extension: str) -> str:
    head = file.read(SAMPLE_BYTES)
    if not head:
        raise IngestError(
            "EMPTY_FILE",
            "The file has no bytes.",
            "Copy or export it again if it should hold something.",
        )
    if media := signature(head) or _container(file, head):
        return media
    whole = len(head) < SAMPLE_BYTES
    charset = charset_of(head, whole=whole)
    if charset is None:
        return "application/octet-stream"
    text = head[charset.mark :].decode(charset.name, "replace")
    return text_type(text, extension, whole=whole)


def _container(file: BinaryIO, head: bytes) -> str:
    if head.startswith(_ZIP):
        return containers.zip_type(file)
    if head.startswith(_OLE):
        return containers.ole_type(file)
    if head.startswith(_EBML):
        return containers.matroska_type(file)
    if head.startswith(b"OggS"):
        return containers.ogg_type(head)
    if head.startswith(_ASF):
        return containers.asf_type(file)
    return containers.mp4_type(file, head) if containers.is_mp4(head) else ""


def _mismatch(path: Path, media: str) -> list[Problem]:
    """Return a note when the extension promises a kind that another parser would read."""
    extension = path.suffix.lower().lstrip(".")
    promised = EXTENSIONS.get(extension, media)
    if PARSERS.get(promised) == PARSERS[media] or extension in _ALSO.get(PARSERS[media], ()):
        return []
    return [
        Problem(
            "EXTENSION_MISMATCH",
            f"The name ends in .{extension}, but the content is {NAMES[PARSERS[media]]} "
            f"({media}); it was read as that.",
            "Rename the file if other programs should open it.",
        )
    ]


# Extensions that two kinds share.
_ALSO = {"video": {"ogg", "ts"}, "audio": {"mp4", "mov", "webm", "mkv", "asf", "3gp"}}
