"""Rows of cells to segments of a few rows each, with an anchor a cell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from pincite.ingest.headings import SEPARATOR
from pincite.ingest.segment import LIMIT, Block, iter_cuts, weight
from pincite.language import language_of
from pincite.types import Anchor, Asset, Cells, Extracted, Segment, cell_range, segment_id

_BETWEEN = "; "
_LABEL_CHARS = 100
_ROW_END = "\n\n"  # a blank line ends a sentence, so that one row can be quoted

Part = tuple[int, int, str]
"""(row, column, words), rows and columns from 1."""


class CellPacker:
    """Gathers rows of a sheet until a segment is full.

    Attributes:
        ordinal: Place in reading order of the segment that comes next.
    """

    def __init__(
        self, asset: Asset, sheet: str, extractor: str, ordinal: int = 0, heading: str = ""
    ) -> None:
        self._asset, self._sheet, self._extractor = asset, sheet, extractor
        self._heading = heading
        self._parts: list[Part] = []
        self._weight = 0.0
        self._seen: Counter[Cells] = Counter()
        self.ordinal = ordinal

    def under(self, heading: str) -> Iterator[Extracted]:
        """Yield what was gathered; what comes next stands under `heading`."""
        yield from self.flush()
        self._heading = heading

    def add(self, parts: list[Part]) -> Iterator[Extracted]:
        """Take one row; yield what became full."""
        size = sum(weight(words) for *_, words in parts) + len(_BETWEEN) * len(parts)
        if self._weight + size > LIMIT:
            yield from self.flush()
        if size <= LIMIT:
            self._parts += parts
            self._weight += size
        elif len(parts) > 1 or weight(parts[0][2]) > LIMIT:
            yield from self._add_long(parts)
        else:
            self._parts = parts
            yield from self.flush()

    def _add_long(self, parts: list[Part]) -> Iterator[Extracted]:
        """Take a row that needs several segments; its first cell says of all what they are of."""
        label = f"{parts[0][2][:_LABEL_CHARS]}"
        above, self._heading = self._heading, SEPARATOR.join(filter(None, (self._heading, label)))
        for row, column, words in parts:
            for cut in iter_cuts(words, [Block(0, len(words))]):
                yield from self.add([(row, column, words[cut.start : cut.end])])
        yield from self.flush()
        self._heading = above

    def flush(self) -> Iterator[Extracted]:
        """Yield what has been gathered, if anything."""
        if not self._parts:
            return
        text, anchors = self._written()
        rows, columns, _ = zip(*self._parts, strict=True)
        place = cell_range(min(columns), min(rows), max(columns), max(rows))
        locator = Cells(self._sheet, place)
        self._seen[locator] += 1
        repeat = f"#{self._seen[locator]}" if self._seen[locator] > 1 else ""
        yield Extracted(
            Segment(
                id=segment_id(self._asset.id, locator, self._extractor + repeat),
                asset_id=self._asset.id,
                modality="text",
                locator=locator,
                text=text,
                heading=self._heading,
                ordinal=self.ordinal,
                anchors=anchors,
                language=language_of(text),
            )
        )
        self._parts, self._weight, self.ordinal = [], 0.0, self.ordinal + 1

    def _written(self) -> tuple[str, tuple[Anchor, ...]]:
        """Return the words of the parts, and where each of them lies."""
        text, anchors, last_row = "", [], 0
        for row, column, words in self._parts:
            if text:
                text += _BETWEEN if row == last_row else _ROW_END
            cell = Cells(self._sheet, cell_range(column, row, column, row))
            anchors.append(Anchor(len(text), len(text) + len(words), cell))
            text, last_row = text + words, row
        return text, tuple(anchors)
