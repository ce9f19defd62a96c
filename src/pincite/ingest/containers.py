"""What a container file holds, from a bounded look at its tables.

Zip and OLE hold documents; MP4, Matroska, Ogg and ASF hold sound, pictures or both. Nothing is
unpacked here, and no count or size written in a file is trusted.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from typing import BinaryIO

_TABLE_BYTES = 4 << 20
_HEAD_BYTES = 1 << 20
_LOCAL = re.compile(rb"PK\x03\x04.{22}(..)(..)", re.DOTALL)


# -- zip ------------------------------------------------------------------------------------


def zip_type(file: BinaryIO) -> str:
    """Return the media type of a zip file: an office document, a book, or just an archive."""
    names, mimetype = _zip_names(file)
    if mimetype.startswith("application/") and "+zip" not in mimetype:
        return mimetype.removesuffix("-template")
    folders = {name.partition("/")[0] for name in names if "/" in name}
    if mimetype == "application/epub+zip" or "META-INF/container.xml" in names:
        return "application/epub+zip"
    ooxml = "application/vnd.openxmlformats-officedocument."
    macros = any(name.endswith("vbaProject.bin") for name in names)
    if "[Content_Types].xml" not in names:
        iwork = any(name.endswith(".iwa") for name in names)
        return "application/x-iwork" if iwork else "application/zip"
    if "word" in folders:
        kind = "application/vnd.ms-word.document.macroEnabled.12"
        return kind if macros else ooxml + "wordprocessingml.document"
    if "ppt" in folders:
        kind = "application/vnd.ms-powerpoint.presentation.macroEnabled.12"
        return kind if macros else ooxml + "presentationml.presentation"
    if "xl/workbook.bin" in names:
        return "application/vnd.ms-excel.sheet.binary.macroEnabled.12"
    if "xl" in folders:
        kind = "application/vnd.ms-excel.sheet.macroEnabled.12"
        return kind if macros else ooxml + "spreadsheetml.sheet"
    return "application/vnd.visio" if "visio" in folders else "application/zip"


def _zip_names(file: BinaryIO) -> tuple[set[str], str]:
    """Return the names of the entries, and what an uncompressed `mimetype` entry says."""
    file.seek(0)
    head = file.read(1 << 16)
    names, mimetype = set(), ""
    for match in _LOCAL.finditer(head):
        name_length, extra_length = struct.unpack("<HH", b"".join(match.groups()))
        name = head[match.end() : match.end() + name_length]
        names.add(_name(name))
        if name == b"mimetype":
            data = head[match.end() + name_length + extra_length :][:100]
            found = re.match(rb"[a-z]+/[\w.+-]+", data.partition(b"PK")[0])
            mimetype = found.group().decode("ascii") if found else ""
    return names | set(_central_names(file)), mimetype


def _central_names(file: BinaryIO) -> Iterator[str]:
    """Yield the names in the central directory, which lies at the end of the file."""
    size = file.seek(0, 2)
    base = max(0, size - (1 << 16) - 22)
    file.seek(base)
    tail = file.read()
    end = tail.rfind(b"PK\x05\x06")
    if end < 0 or len(tail) < end + 22:
        return
    length = struct.unpack("<I", tail[end + 12 : end + 16])[0]
    file.seek(max(0, base + end - length))
    table = file.read(min(length, _TABLE_BYTES))
    at = table.find(b"PK\x01\x02")
    while 0 <= at <= len(table) - 46:
        name, extra, comment = struct.unpack("<HHH", table[at + 28 : at + 34])
        yield _name(table[at + 46 : at + 46 + name])
        at = table.find(b"PK\x01\x02", at + 46 + name + extra + comment)


def _name(raw: bytes) -> str:
    return raw.decode("utf-8", "replace").replace("\\", "/")


# -- OLE ------------------------------------------------------------------------------------

ENCRYPTED = "encrypted"
_OLE_STREAMS = (
    ("EncryptedPackage", ENCRYPTED),
    ("WordDocument", "application/msword"),
    ("Workbook", "application/vnd.ms-excel"),
    ("Book", "application/vnd.ms-excel"),
    ("PowerPoint Document", "application/vnd.ms-powerpoint"),
    ("VisioDocument", "application/vnd.visio"),
    ("__properties_version1.0", "application/vnd.ms-outlook"),
)


def ole_type(file: BinaryIO) -> str:
    """Return the media type of a compound file, `ENCRYPTED` for a locked office document."""
    names = set(_ole_names(file))
    for stream, media in _OLE_STREAMS:
        if stream in names:
            return media
    return "application/x-ole-storage"


def _ole_names(file: BinaryIO) -> Iterator[str]:
    """Yield the names of streams and storages, following the chain of directory sectors."""
    file.seek(0)
    header = file.read(512)
    if len(header) < 512:
        return
    shift = struct.unpack("<H", header[30:32])[0]
    if shift not in (9, 12):
        return
    tables = struct.unpack("<109I", header[76:512])
    sector = struct.unpack("<I", header[48:52])[0]
    seen: set[int] = set()
    while sector < 0xFFFFFFFA and sector not in seen and len(seen) < 256:
        seen.add(sector)
        file.seek((sector + 1) << shift)
        data = file.read(1 << shift)
        for at in range(0, len(data) - 127, 128):
            length = struct.unpack("<H", data[at + 64 : at + 66])[0]
            yield data[at : at + max(0, min(length, 64) - 2)].decode("utf-16-le", "replace")
        table, entry = divmod(sector, 1 << (shift - 2))
        if table >= len(tables):
            return
        file.seek(((tables[table] + 1) << shift) + 4 * entry)
        following = file.read(4)
        sector = struct.unpack("<I", following)[0] if len(following) == 4 else 0xFFFFFFFE


# -- MP4 and QuickTime ----------------------------------------------------------------------

_STILL = {
    b"heic": "image/heic",
    b"heix": "image/heic",
    b"mif1": "image/heic",
    b"avif": "image/avif",
}
_MOVIE_BOXES = {b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot", b"styp", b"moof"}


def is_mp4(head: bytes) -> bool:
    """True when the first box is one that MP4 or QuickTime files begin with."""
    return len(head) >= 12 and head[4:8] in _MOVIE_BOXES


def mp4_type(file: BinaryIO, head: bytes) -> str:
    """Return the media type of an MP4 or QuickTime file; without pictures it is sound."""
    brand = head[8:12] if head[4:8] == b"ftyp" else b"qt  "
    if brand in _STILL:
        return _STILL[brand]
    if brand == b"avis":
        return "image/avif"
    movie = _box(file, b"moov")
    handlers = set(re.findall(rb"hdlr.{4}.{4}(vide|soun)", movie, re.DOTALL))
    if b"vide" not in handlers and (handlers or brand in (b"M4A ", b"M4B ", b"F4A ")):
        return "audio/mp4"
    if brand == b"qt  ":
        return "video/quicktime"
    return "video/3gpp" if brand.startswith(b"3g") else "video/mp4"


def _box(file: BinaryIO, kind: bytes) -> bytes:
    """Return the body of the first box of a kind at the top level, as far as a few MB."""
    at, size = 0, file.seek(0, 2)
    for _ in range(10_000):
        file.seek(at)
        header = file.read(16)
        if len(header) < 8:
            return b""
        length, start = struct.unpack(">I", header[:4])[0], 8
        if length == 1 and len(header) == 16:
            length, start = struct.unpack(">Q", header[8:])[0], 16
        length = length or size - at
        if header[4:8] == kind:
            file.seek(at + start)
            return file.read(min(max(length - start, 0), _TABLE_BYTES))
        if length < start:
            return b""
        at += length
    return b""


# -- Matroska, Ogg, ASF ---------------------------------------------------------------------

_TRACKS = b"\x16\x54\xae\x6b"
_TRACK_TYPE = re.compile(rb"\x83\x81(\x01|\x02)")
_OGG_PICTURES = (b"\x80theora", b"BBCD\x00", b"\x01video\x00", b"OVP80")
_ASF_VIDEO = bytes.fromhex("c0ef19bc4d5bcf11a8fd00805f5c442b")
_ASF_AUDIO = bytes.fromhex("409e69f84d5bcf11a8fd00805f5c442b")


def matroska_type(file: BinaryIO) -> str:
    """Return the media type of a Matroska or WebM file; without pictures it is sound."""
    file.seek(0)
    head = file.read(_HEAD_BYTES)
    webm = b"webm" in head[:64]
    at = head.find(_TRACKS)
    kinds = set(_TRACK_TYPE.findall(head[at : at + (1 << 16)])) if at >= 0 else set()
    if kinds == {b"\x02"}:
        return "audio/webm" if webm else "audio/x-matroska"
    return "video/webm" if webm else "video/x-matroska"


def ogg_type(head: bytes) -> str:
    """Return the media type of an Ogg file from the first packets of its streams."""
    return "video/ogg" if any(mark in head for mark in _OGG_PICTURES) else "audio/ogg"


def asf_type(file: BinaryIO) -> str:
    """Return the media type of a Windows Media file."""
    file.seek(0)
    head = file.read(1 << 16)
    sound_only = _ASF_AUDIO in head and _ASF_VIDEO not in head
    return "audio/x-ms-wma" if sound_only else "video/x-ms-wmv"
