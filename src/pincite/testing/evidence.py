"""Evidence of every kind, small enough to see what a generator should make of it."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from hashlib import sha256

import numpy as np
import numpy.typing as npt

from pincite.content import Modality
from pincite.language import terms
from pincite.types import (
    Anchor,
    Asset,
    Cells,
    Evidence,
    Hit,
    ImageRegion,
    Locator,
    Segment,
    TextSpan,
    TimeSpan,
    segment_id,
)

_MODALITIES: Mapping[type[Locator], Modality] = {TimeSpan: "audio", ImageRegion: "image"}


def shared_words(question: str, texts: Sequence[str]) -> npt.NDArray[np.float32]:
    """Return the cosine of the sets of words of a question and of each text, (n,)."""
    asked = set(terms(question))
    found = [set(terms(text)) for text in texts]
    shares = [len(asked & f) / math.sqrt(max(1, len(asked) * len(f))) for f in found]
    return np.array(shares, dtype=np.float32)


def english() -> tuple[Evidence, ...]:
    """Return a note that says how far the station is, and three pieces that do not."""
    return (
        evidence("The station lies 42 km north of the pass. It was built in 1962.", 0.7),
        _spoken("the pump was repaired on monday and runs again", 0.15),
        _row({"Item": "Rope", "Stock": "14"}, 0.15),
        wordless(),
    )


def chinese() -> tuple[Evidence, ...]:
    """Return the same in Chinese."""
    return (
        evidence("车站位于山口以北42公里处。车站建于1962年。", 0.7),
        evidence("水泵星期一修好了，现在又能运转。", 0.15),
        _row({"品名": "绳子", "库存": "14"}, 0.15),
        wordless(),
    )


def evidence(
    text: str,
    prior: float,
    locator: Locator | None = None,
    anchors: tuple[Anchor, ...] = (),
    title: str = "note.txt",
) -> Evidence:
    """Return a segment of a file of its own; `locator` None: somewhere inside a text."""
    digest = sha256(f"{title} {text}".encode()).hexdigest()
    asset = Asset(digest, f"/folder/{title}", "text/plain", title=title)
    place = locator or TextSpan(100, 100 + len(text))
    modality = _MODALITIES.get(type(place), "text")
    segment = Segment(
        id=segment_id(asset.id, place, "contract-1"),
        asset_id=asset.id,
        modality=modality,
        locator=place,
        text=text,
        anchors=anchors,
    )
    return Evidence(Hit(segment.id, prior), segment, asset, prior)


def wordless() -> Evidence:
    """Return a picture in which nothing is written, believed not at all."""
    return evidence("", 0.0, ImageRegion(), title="photo.jpg")


def _spoken(text: str, prior: float) -> Evidence:
    """Return a transcript whose word number i is said at second i."""
    anchors: list[Anchor] = []
    for i, word in enumerate(re.finditer(r"\S+", text)):
        anchors.append(Anchor(word.start(), word.end(), TimeSpan(float(i), i + 0.9)))
    return evidence(text, prior, TimeSpan(0.0, len(anchors)), tuple(anchors), "memo.wav")


def _row(cells: dict[str, str], prior: float) -> Evidence:
    """Return the second row of a table: its text is `name: value; …`, each value anchored."""
    text, anchors = "", []
    for column, (name, value) in zip("ABCDEFG", cells.items(), strict=False):
        text += f"{'; ' if text else ''}{name}: "
        anchors.append(Anchor(len(text), len(text) + len(value), Cells("stock", f"{column}2")))
        text += value
    return evidence(text, prior, Cells("stock", "A2:B2"), tuple(anchors), "stock.csv")
