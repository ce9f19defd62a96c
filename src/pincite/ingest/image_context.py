"""Words about a picture: its file name, what the camera noted, captions kept beside it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from PIL import ExifTags, Image

_MAX_CHARS = 2000  # of all captions together
_MAX_FILE_BYTES = 1 << 16  # of a caption file of one picture
_MAX_TABLE_BYTES = 32 << 20  # of the captions of a folder
_MAX_LINE_BYTES = 1 << 20
_KEYS = ("caption", "captions", "description", "title", "alt", "text", "label", "keywords")
TAG_KEYS = ("tags", "keywords", "labels")
_EXIF_WORDS = (
    ExifTags.Base.ImageDescription,
    ExifTags.Base.XPTitle,
    ExifTags.Base.XPSubject,
    ExifTags.Base.XPComment,
    ExifTags.Base.XPKeywords,
    ExifTags.Base.Artist,
    ExifTags.Base.UserComment,
)
_PNG_WORDS = ("title", "description", "comment", "author", "subject", "keywords")


def about(path: Path, image: Image.Image) -> str:
    """Return what is known of a picture besides its pixels, one thing a line."""
    lines = [name_words(path), *captions_beside(path), *_embedded(image), *_camera(image)]
    seen = dict.fromkeys(" ".join(line.split()) for line in lines)
    return "\n".join(line for line in seen if line)[:_MAX_CHARS]


def name_words(path: Path) -> str:
    """Return the words of a file name.

    Example:
        >>> name_words(Path("pump_station-Nord2024.JPG")), name_words(Path("水泵_3.png"))
        ('pump station Nord 2024', '水泵 3')
    """
    parts = re.split(r"[\W_]+|(?<=[a-z])(?=[A-Z])|(?<=[^\W\d_]{3})(?=\d)", path.stem)
    return " ".join(part for part in parts if part)


# -- beside the picture ---------------------------------------------------------------------


def captions_beside(path: Path) -> Iterator[str]:
    """Yield captions from `NAME.txt`, `NAME.caption`, `NAME.json` and `metadata.jsonl`."""
    for suffix in (".txt", ".caption"):
        yield read_small(path.with_suffix(suffix))
    for row in rows_beside(path):
        yield from _captions(row)


def rows_beside(path: Path) -> Iterator[Mapping[str, Any]]:
    """Yield what `NAME.json` and the picture's line of `metadata.jsonl` say of a picture."""
    beside = _parsed(read_small(path.with_suffix(".json")))
    if isinstance(beside, dict):
        yield beside
    table = path.with_name("metadata.jsonl")
    try:
        state = table.stat()
    except OSError:
        return
    if state.st_size <= _MAX_TABLE_BYTES and table.is_file():
        row = _table(table, state.st_mtime_ns, state.st_size).get(path.name)
        if row is not None:
            yield row


def read_small(path: Path) -> str:
    """Return the start of a small text file, or "" where there is none that can be read."""
    try:
        if not path.is_file() or path.stat().st_size > _MAX_FILE_BYTES:
            return ""
        return path.read_bytes().decode("utf-8-sig").replace("\x00", "")
    except (OSError, UnicodeDecodeError):
        return ""


@lru_cache(maxsize=4)
def _table(path: Path, modified_ns: int, size_bytes: int) -> Mapping[str, Mapping[str, Any]]:
    """Return file name to its line; time and size are arguments so that changes are seen."""
    found: dict[str, Mapping[str, Any]] = {}
    try:
        with path.open("rb") as lines:
            while line := lines.readline(_MAX_LINE_BYTES):
                row = _parsed(line.decode("utf-8", "replace"))
                name = row.get("file_name") if isinstance(row, dict) else None
                if isinstance(name, str):
                    found[name] = {k: row[k] for k in (*_KEYS, *TAG_KEYS) if k in row}
    except OSError:
        return {}
    return found


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _captions(row: Mapping[str, Any]) -> Iterator[str]:
    for key in _KEYS:
        value = row.get(key)
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, str):
                yield item[:_MAX_CHARS]


# -- inside the picture ---------------------------------------------------------------------


def _embedded(image: Image.Image) -> Iterator[str]:
    for key, value in image.info.items():
        if isinstance(key, str) and key.lower() in _PNG_WORDS:
            yield _words(value)
    exif = _exif(image)
    for tag in _EXIF_WORDS:
        yield _words(exif.get(tag))


def _camera(image: Image.Image) -> Iterator[str]:
    exif = _exif(image)
    taken = exif.get(ExifTags.Base.DateTimeOriginal) or exif.get(ExifTags.Base.DateTime)
    if match := re.match(r"(\d{4})\D(\d\d)\D(\d\d)\D(\d\d\D\d\d)", _words(taken)):
        yield "taken {}-{}-{} {}".format(*match.groups())
    make, model = _words(exif.get(ExifTags.Base.Make)), _words(exif.get(ExifTags.Base.Model))
    yield model if model.startswith(make) else f"{make} {model}"
    yield _place(exif.get(ExifTags.Base.GPSInfo))


def _exif(image: Image.Image) -> dict[int, Any]:
    """Return the EXIF values, the inner tables taken in; empty when they are broken."""
    try:
        exif = image.getexif()
        inner = dict(exif.get_ifd(ExifTags.IFD.Exif))
        place = {ExifTags.Base.GPSInfo.value: dict(exif.get_ifd(ExifTags.IFD.GPSInfo))}
        return dict(exif) | inner | place
    except (OSError, SyntaxError, ValueError, KeyError, TypeError, IndexError, EOFError):
        return {}


def _words(value: object) -> str:
    """Return an EXIF or PNG value as text; user comments name their own encoding."""
    if isinstance(value, bytes):
        head, body = value[:8].rstrip(b"\x00 "), value[8:]
        if head == b"UNICODE":
            value = body.decode("utf-16", "replace")
        elif head in (b"ASCII", b""):
            value = body.decode("utf-8", "replace")
        else:  # the XP tags of Windows are UTF-16; others forget to name their encoding
            wide = value.count(0) * 3 > len(value)
            value = value.decode("utf-16-le" if wide else "utf-8", "replace")
    if not isinstance(value, str):
        return ""
    return " ".join(value.replace("\x00", " ").replace("\ufffd", "").split())[:_MAX_CHARS]


def _place(gps: object) -> str:
    if not isinstance(gps, dict):
        return ""
    north = _degrees(gps.get(ExifTags.GPS.GPSLatitude), gps.get(ExifTags.GPS.GPSLatitudeRef), "S")
    east = _degrees(gps.get(ExifTags.GPS.GPSLongitude), gps.get(ExifTags.GPS.GPSLongitudeRef), "W")
    if north is None or east is None:
        return ""
    latitude = f"{abs(north):.5f}°{'N' if north >= 0 else 'S'}"
    return f"at {latitude} {abs(east):.5f}°{'E' if east >= 0 else 'W'}"


def _degrees(parts: object, side: object, negative: str) -> float | None:
    if not isinstance(parts, Iterable) or isinstance(parts, (str, bytes)):
        return None
    try:
        values = [float(part) for part in parts]
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    if len(values) != 3 or not all(0 <= value <= 180 for value in values):
        return None
    degrees = values[0] + values[1] / 60 + values[2] / 3600
    return -degrees if side == negative else degrees
