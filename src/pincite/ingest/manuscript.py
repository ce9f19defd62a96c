"""The extracted text of a document that has no text of its own to count characters in.

Office files and mail are trees of parts. Their text is written down here part by part, and the
places of the parts are kept, so that segments and citations can count characters in it.
"""

from __future__ import annotations

from collections.abc import Iterator

from pincite.ingest.headings import Headings
from pincite.ingest.segment import Block, Kind, text_segments
from pincite.types import Asset, Segment

_GAP = "\n\n"


class Manuscript:
    """Text written down part by part under headings."""

    def __init__(self, *above: str) -> None:
        self._parts: list[str] = []
        self._length = 0
        self.blocks: list[Block] = []
        self.headings = Headings(*above)

    @property
    def text(self) -> str:
        """All that was written down, parts set apart by blank lines."""
        return _GAP.join(self._parts)

    def title(self, level: int, words: str) -> None:
        """Write down a heading; 1 is the highest level."""
        self.headings.enter(level, words)
        self.add(words, "title")

    def add(self, words: str, kind: Kind = "prose", heading: str = "") -> None:
        """Write down a part; white space around it and empty parts are dropped."""
        words = words.strip()
        if not words:
            return
        start = self._length + (len(_GAP) if self._parts else 0)
        self._parts.append(words)
        self._length = start + len(words)
        self.blocks.append(Block(start, self._length, heading or self.headings.path, kind))

    def segments(self, asset: Asset, extractor: str) -> Iterator[Segment]:
        """Yield the segments of the text, located by characters of it."""
        return text_segments(asset, self.text, self.blocks, extractor)
