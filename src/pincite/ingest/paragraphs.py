"""Rows gathered to paragraphs, table rows and titles, by distance, size and indentation."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from pincite.ingest.layout import Piece, Row, is_cjk, letters
from pincite.ingest.segment import Kind

_MARKER = re.compile(
    r"[•●○▪■□◦‣·–—*➢✓-]|\(?(?:\d{1,2}|[a-zA-Z]|[ivx]{1,4})[.)]|\d{1,2}(?:\.\d{1,2})*"
)
_BULLET = re.compile(r"(?:[•●○▪■◦‣➢✓]|[-–*](?=\s)|\(?\d{1,2}[.)]\s|\(?[a-z][.)]\s)")
_CURRENCY = re.compile(r"[$€£¥￥]|US\$|RMB|RM|HK\$|S\$")
_CAPTION = re.compile(
    r"(?i:fig(?:ure|\.)|table|chart|exhibit|box)\s*(?:\d|[A-Z]\b|[A-Z]\.?\d|[IVX]+\b)"
    r"|[图表]\s*[\d一二三四五六七八九十]"
)
_NUMBERED = re.compile(r"(\d{1,2}(?:\.\d{1,2})*)\.?\s")
_SENTENCE_END = tuple(".!?。！？;；:：,，")


@dataclass(slots=True, eq=False)
class Paragraph:
    """Rows that belong together."""

    rows: list[Row]
    kind: Kind = "prose"

    @property
    def words(self) -> str:
        """The words in one line, as a heading or caption is shown."""
        return " ".join(" ".join(p.text for p in row.pieces) for row in self.rows)


def paragraphs_of(rows: Sequence[Row]) -> list[Paragraph]:
    """Return the rows in the paragraphs they belong to; titles are not told apart yet."""
    return _paragraphs([Row(_cells(row.pieces), row.column) for row in rows])


def is_caption(text: str) -> bool:
    """Return True for words that begin like the caption of a figure or table.

    Example:
        >>> is_caption("Figure 3: Pressure by depth"), is_caption("图 3 压力"), is_caption("So")
        (True, True, False)
    """
    return bool(_CAPTION.match(text.strip()))


# -- cells ----------------------------------------------------------------------------------


def _cells(pieces: Sequence[Piece]) -> list[Piece]:
    """Return the pieces of a row with bullets, numbers of lists and currencies put to theirs."""
    cells: list[Piece] = []
    for piece in pieces:
        last = cells[-1].text if cells else ""
        marker = len(cells) == 1 and _MARKER.fullmatch(last)
        if cells and (marker or _CURRENCY.fullmatch(last) or piece.text in (")", "%", ")%")):
            cells[-1] = _glued(cells[-1], piece, "" if _CURRENCY.fullmatch(last) else " ")
        else:
            cells.append(piece)
    if len(cells) == 2 and cells[0].bold and not cells[1].bold and _near(*cells):
        return [_glued(cells[0], cells[1], " ")]
    return cells


def _near(one: Piece, other: Piece) -> bool:
    """Return True for a run-in heading and the words that follow it."""
    return other.box[0] - one.box[2] < 2 * one.height and one.text.endswith((".", ":", "：", "。"))


def _glued(one: Piece, other: Piece, space: str) -> Piece:
    stops = one.stops + (other.box[0],) * len(space) + other.stops
    if not (one.stops and other.stops):
        stops = ()
    a, b = one.box, other.box
    box = (min(a[0], b[0]), min(a[1], b[1]), max(a[2], b[2]), max(a[3], b[3]))
    size, bold = max(one.size, other.size), one.bold and other.bold
    return Piece(one.text + space + other.text, box, size, bold, stops)


# -- paragraphs -----------------------------------------------------------------------------


def _paragraphs(rows: list[Row]) -> list[Paragraph]:
    tabular = _tabular(rows)
    pitch = _pitches(rows)
    found: list[Paragraph] = []
    for i, row in enumerate(rows):
        kind: Kind = "table" if tabular[i] else "prose"
        last = found[-1] if found else None
        if last is None or last.kind != kind or _breaks(last, row, pitch.get(row.column, 0.0)):
            found.append(Paragraph([row], kind))
        else:
            last.rows.append(row)
    return found


def _tabular(rows: list[Row]) -> list[bool]:
    """Return which rows belong to a table: several cells, or one between such rows."""
    many = [len(row.pieces) > 1 for row in rows]
    result = []
    for i in range(len(rows)):
        before = any(many[max(0, i - 2) : i]) and rows[i].column == rows[i - 1].column
        after = any(many[i + 1 : i + 3]) and rows[i].column == rows[i + 1].column
        short = letters(rows[i].pieces[0].text) < 60
        result.append((many[i] and (before or after)) or (before and after and short))
    return result


def _pitches(rows: list[Row]) -> dict[int, float]:
    """Return the usual distance between the tops of lines, for each column."""
    steps: dict[int, list[float]] = {}
    for one, other in itertools.pairwise(rows):
        step = other.box[1] - one.box[1]
        if one.column == other.column and 0 < step < 2.2 * one.pieces[0].height:
            steps.setdefault(one.column, []).append(step)
    return {column: median(found) for column, found in steps.items()}


def _breaks(paragraph: Paragraph, row: Row, pitch: float) -> bool:
    """Return True when a row begins a new paragraph."""
    last, first = paragraph.rows[-1], paragraph.rows[0]
    here, there = row.pieces[0], last.pieces[0]
    em = there.height
    step = row.box[1] - last.box[1]
    if row.column != last.column or step < -0.5 * em:
        return True
    if paragraph.kind == "table":
        return step > 4 * max(pitch, em)
    if abs(here.height - em) > 0.16 * em or here.bold != there.bold:
        return True
    if step > 1.35 * (pitch or 1.3 * em) and step > 1.35 * em:
        return True
    if _BULLET.match(here.text):
        return True
    indented = here.box[0] - first.pieces[0].box[0] > 0.8 * em and len(paragraph.rows) > 1
    return (
        indented
        and here.box[0] - there.box[0] > 0.8 * em
        and not _BULLET.match(first.pieces[0].text)
    )


def title_level(paragraph: Paragraph, body: float) -> int:
    """Return the level of a title, 1 the highest, or 0 for other paragraphs."""
    words = paragraph.words
    heart = [c for c in words if c.isalpha()]
    if not body or paragraph.kind != "prose" or len(paragraph.rows) > 3 or letters(words) > 160:
        return 0
    if len(heart) < (2 if any(is_cjk(c) for c in heart) else 3) or len(heart) < 0.4 * len(words):
        return 0
    first = paragraph.rows[0].pieces[0]
    ratio = first.height / body
    numbered = _NUMBERED.match(words)
    if ratio >= 1.15:
        return max(1, round(20 / ratio))
    if first.bold and ratio >= 0.95 and not words.endswith(_SENTENCE_END) and not is_caption(words):
        return 20 + (numbered.group(1).count(".") if numbered else 5)
    return 0
