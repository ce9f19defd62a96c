"""The first bytes that give binary formats away."""

from __future__ import annotations

import re

_STARTS: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"II+\x00", "image/tiff"),
    (b"MM\x00+", "image/tiff"),
    (b"8BPS", "image/vnd.adobe.photoshop"),
    (b"\x00\x00\x01\x00", "image/x-icon"),
    (b"\x00\x00\x02\x00", "image/x-icon"),
    (b"\x00\x00\x00\x0cjP  \r\n\x87\n", "image/jp2"),
    (b"\xff\x4f\xff\x51", "image/jp2"),
    (b"\xff\x0a", "image/jxl"),
    (b"\x00\x00\x00\x0cJXL \r\n\x87\n", "image/jxl"),
    (b"AT&TFORM", "image/vnd.djvu"),
    (b"\xd7\xcd\xc6\x9a", "image/emf"),
    (b"{\\rtf", "application/rtf"),
    (b"%!PS", "application/postscript"),
    (b"\xc5\xd0\xd3\xc6", "application/postscript"),
    (b"\x1f\x8b", "application/gzip"),
    (b"BZh", "application/x-bzip2"),
    (b"\xfd7zXZ\x00", "application/x-xz"),
    (b"\x28\xb5\x2f\xfd", "application/zstd"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"SQLite format 3\x00", "application/vnd.sqlite3"),
    (b"PAR1", "application/vnd.apache.parquet"),
    (b"\x89HDF\r\n\x1a\n", "application/x-hdf5"),
    (b"\x7fELF", "application/x-executable"),
    (b"\xcf\xfa\xed\xfe", "application/x-executable"),
    (b"\xca\xfe\xba\xbe", "application/java-vm"),
    (b"\x00\x01\x00\x00\x00", "font/sfnt"),
    (b"OTTO", "font/sfnt"),
    (b"wOFF", "font/sfnt"),
    (b"wOF2", "font/sfnt"),
    (b"fLaC", "audio/flac"),
    (b"#!AMR", "audio/amr"),
    (b"caff", "audio/x-caf"),
    (b".snd\x00", "audio/basic"),
    (b"MThd", "audio/midi"),
    (b"FLV\x01", "video/x-flv"),
    (b"\x00\x00\x01\xba", "video/mpeg"),
    (b"\x00\x00\x01\xb3", "video/mpeg"),
    (b"#EXTM3U", "application/vnd.apple.mpegurl"),
    (b"ffconcat version", "application/vnd.apple.mpegurl"),
    (b"[playlist]", "application/vnd.apple.mpegurl"),
)
_RIFF = {b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo", b"WEBP": "image/webp"}
_DIB_SIZES = {12, 40, 52, 56, 64, 108, 124}
_PDF = re.compile(rb"%PDF-\d")
_PDF_OBJECT = re.compile(rb"\d+ \d+ obj\b")


def signature(head: bytes) -> str:
    """Return the media type that the first bytes of a file show, or an empty string.

    Containers that need a closer look (zip, OLE, MP4, Matroska, Ogg, ASF) are not told here.
    """
    for start, media in _STARTS:
        if head.startswith(start):
            return media
    if head[:4] in (b"RIFF", b"RF64", b"RIFX"):
        return _RIFF.get(head[8:12], "")
    if head[:4] == b"FORM" and head[8:12] in (b"AIFF", b"AIFC"):
        return "audio/aiff"
    if head[:2] == b"BM" and int.from_bytes(head[14:18], "little") in _DIB_SIZES:
        return "image/bmp"
    if re.match(rb"P[1-6]\s(?:#[^\n]*\n)?\s*\d+\s+\d+\s", head):
        return "image/x-portable-anymap"
    if head[257:262] == b"ustar":
        return "application/x-tar"
    if head[:2] == b"MZ" and b"PE\x00\x00" in head[:1024]:
        return "application/x-executable"
    if head.startswith(b"%PDF-") or (_PDF.search(head[:1024]) and _PDF_OBJECT.search(head)):
        return "application/pdf"
    return _mpeg(head)


def _mpeg(head: bytes) -> str:
    """Return the type of MPEG sound, or of a transport stream, whose packets begin with `G`."""
    for packet, first in ((188, 0), (192, 4)):
        syncs = head[first : first + 5 * packet : packet]
        if len(syncs) >= 3 and set(syncs) == {0x47}:
            return "video/mp2t"
    if head[:3] == b"ID3" and len(head) > 10:
        size = sum(
            (byte & 0x7F) << shift for byte, shift in zip(head[6:10], (21, 14, 7, 0), strict=True)
        )
        after = head[10 + size : 14 + size]
        return "audio/flac" if after == b"fLaC" else "audio/mpeg"
    if len(head) > 7 and head[0] == 0xFF and head[1] & 0xF6 == 0xF0:
        length = (head[3] & 3) << 11 | head[4] << 3 | head[5] >> 5
        return "audio/aac" if head[length : length + 1] in (b"\xff", b"") else ""
    return "audio/mpeg" if _is_mp3_frame(head[:4]) else ""


def _is_mp3_frame(header: bytes) -> bool:
    """True for the header of a layer II or III frame with no reserved value."""
    if len(header) < 4 or header[0] != 0xFF or header[1] & 0xE0 != 0xE0:
        return False
    version, layer = header[1] >> 3 & 3, header[1] >> 1 & 3
    bitrate, rate = header[2] >> 4, header[2] >> 2 & 3
    return version != 1 and layer in (1, 2) and bitrate not in (0, 15) and rate != 3
