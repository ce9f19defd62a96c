"""Tags that people gave a picture: in files beside it, and in the XMP inside it."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from PIL import Image

from pincite.ingest.image_context import TAG_KEYS, read_small, rows_beside

MOST = 50
"""Tags of one picture; more are no tags but a text."""
_LONGEST = 80
_MAX_XMP_BYTES = 1 << 18
_SUBJECT = "dc:subject"
_ITEM = re.compile(r"<rdf:li\b[^<>]*>([^<]*)</rdf:li")
_BETWEEN = re.compile("[,;\uff0c\uff1b\u3001\n]")


def tags_of(path: Path, image: Image.Image) -> tuple[str, ...]:
    """Return the tags of a picture, each once, as they were written.

    They are the lists `tags`, `keywords` and `labels` (or words between commas) of `NAME.json`
    and `metadata.jsonl`, and the subjects of `NAME.xmp`, `NAME.EXT.xmp` and the XMP inside it.
    """
    given = [tag for row in rows_beside(path) for key in TAG_KEYS for tag in _listed(row.get(key))]
    for beside in (path.with_suffix(".xmp"), path.with_name(f"{path.name}.xmp")):
        given += subjects(read_small(beside))
    inside = image.info.get("xmp")
    if isinstance(inside, bytes) and len(inside) <= _MAX_XMP_BYTES:
        given += subjects(inside.decode("utf-8", "replace"))
    tags = (" ".join(tag.replace("\x00", " ").split()) for tag in given)
    return tuple(dict.fromkeys(tag for tag in tags if 0 < len(tag) <= _LONGEST))[:MOST]


def _listed(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield from _BETWEEN.split(value)
    elif isinstance(value, list):
        yield from (item for item in value if isinstance(item, str))


def subjects(xmp: str) -> list[str]:
    """Return the items of `dc:subject` in the text of an XMP packet.

    Example:
        >>> subjects("<dc:subject><rdf:Bag><rdf:li>Q&amp;A</rdf:li></rdf:Bag></dc:subject>")
        ['Q&A']
    """
    _, _, after = xmp.partition(f"<{_SUBJECT}")
    block, end, _ = after.partition(f"</{_SUBJECT}")
    return [html.unescape(item) for item in _ITEM.findall(block)] if end else []
