"""Small pieces of evidence for the tests of the generator."""

from __future__ import annotations

import zlib

from pincite.content import Modality
from pincite.types import Anchor, Asset, Cells, Evidence, Hit, Segment, TextSpan, TimeSpan


def source(
    text: str,
    name: str = "notes.txt",
    *,
    modality: Modality = "text",
    heading: str = "",
    context: str = "",
    anchors: tuple[Anchor, ...] = (),
    prior: float = 0.0,
    offset: int = 0,
) -> Evidence:
    """A segment that holds `text`, from a file of its own; `offset` is its place in the file."""
    digest = zlib.crc32(f"{name} {text}".encode("utf-8", "surrogatepass"))
    asset = Asset(f"{digest:064x}", f"/folder/{name}", "text/plain", title=name)
    locator = TextSpan(offset, offset + len(text)) if not anchors else anchors[0].locator
    segment = Segment(
        id=f"{asset.id[-32:]}",
        asset_id=asset.id,
        modality=modality,
        locator=locator,
        text=text,
        heading=heading,
        context=context,
        anchors=anchors,
    )
    return Evidence(Hit(segment.id, 0.5), segment, asset, prior)


def evenly(*sources: Evidence) -> list[Evidence]:
    """The sources with equal priors."""
    return [
        Evidence(s.hit, s.segment, s.asset, 1.0 / len(sources)) if s.prior == 0.0 else s
        for s in sources
    ]


def spoken(text: str, name: str = "memo.wav") -> Evidence:
    """A transcript whose word number i is said at second i."""
    anchors: list[Anchor] = []
    position = 0
    for i, word in enumerate(text.split(" ")):
        anchors.append(Anchor(position, position + len(word), TimeSpan(i, i + 0.9)))
        position += len(word) + 1
    return source(text, name, modality="audio", anchors=tuple(anchors))


def sheet(rows: list[dict[str, str]], name: str = "stock.csv") -> Evidence:
    """A table: one line a row, each cell anchored; columns A, B, …, rows from 2."""
    text, anchors = "", []
    for number, row in enumerate(rows, start=2):
        text += "\n" if text else ""
        for column, (key, value) in enumerate(row.items()):
            text += ("; " if column else "") + f"{key}: "
            place = Cells(name, f"{chr(65 + column)}{number}")
            anchors.append(Anchor(len(text), len(text) + len(value), place))
            text += value
    return source(text, name, anchors=tuple(anchors))
