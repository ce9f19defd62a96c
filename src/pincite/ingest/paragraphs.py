"""Rows gathered to paragraphs, table rows and titles, by distance, size and indentation."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from pincite.ingest.layout import Piece, Row, is_cjk, letters
from pincite.ingest.segment import Kind
from pincite.language import CJK, sentences

_MARKER = re.compile(
    r"[•●○▪■□◦‣·–—*➢✓-]|\(?(?:\d{1,2}|[a-zA-Z]|[ivx]{1,4})[.)]|\d{1,2}(?:\.\d{1,2})*"
)
_BULLET = re.compile(
    r"[•●○▪■◦‣➢✓]|[-–*](?=\s)|\(?\d{1,2}[.)]\s|\(?[a-z][.)]\s"
    rf"|[(（]?\d{{1,2}}[.)、．）]\s?(?=[{CJK}])|[(（]?[一二三四五六七八九十]{{1,3}}[、)）]"
)
_NUMBERED_ITEM = re.compile(rf"[(（]?(\d{{1,2}}|[a-z])[.)、．）](?:\s|(?=[{CJK}]))")
_PAIR = re.compile(
    rf"(?=[^\W\d_]*[A-Z{CJK}])[^\W\d_][\w{CJK} ()（）/-]{{0,20}}(?<!\d)\s?[:：]\s?\S"
)
_FULL = 3.0  # letter heights at a line's end into which the next word may not have fitted
_NEARBY = 6  # rows on each side that show how far lines reach
_CURRENCY = re.compile(r"[$€£¥￥]|US\$|RMB|RM|HK\$|S\$")
_CAPTION = re.compile(
    r"(?i:fig(?:ure|\.)|table|chart|exhibit|box)\s*(?:\d|[A-Z]\b|[A-Z]\.?\d|[IVX]+\b)"
    r"|[图表]\s*[\d一二三四五六七八九十]"
)
_NUMBERED = re.compile(r"(\d{1,2}(?:\.\d{1,2})*)\.?\s")
_SENTENCE_END = tuple(".!?。！？;；:：,，")


@dataclass(slots=True, eq=False)
class Paragraph:
    """Rows that belong together.

    Attributes:
        rows: At least one.
        kind: What they are.
        edge: How far to the right the lines of this place reach.
    """

    rows: list[Row]
    kind: Kind = "prose"
    edge: float = 0.0

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


def ends_line(paragraph: Paragraph, row: int) -> bool:
    """Return True when a row of a paragraph stops short, so that the next is a line of its own.

    Chinese fills its lines; in other scripts only a name with its value ("pH: 5.6") is taken
    for a line of its own, because addresses and verses are read as sentences all the same.
    """
    last, following = paragraph.rows[row], paragraph.rows[row + 1]
    here, there = following.pieces[0].text, last.pieces[0].text
    right, em = last.box[2], last.pieces[0].height
    edge = max(row.box[2] for row in paragraph.rows)
    chinese = is_cjk(last.pieces[-1].text[-1]) or is_cjk(here[0])
    if chinese and right < edge - _FULL * em:
        return True
    pairs = bool(_PAIR.match(here)) + bool(_PAIR.match(there))
    if pairs == 2 or (_PAIR.match(here) and last.pieces[-1].text.endswith(_SENTENCE_END)):
        return True
    return bool(pairs) and right + _first_width(following) < max(edge, paragraph.edge) - 0.5 * em


def _first_width(row: Row) -> float:
    """Return how wide the first word of a row is with the space before it."""
    piece = row.pieces[0]
    word = 1 if is_cjk(piece.text[0]) else len(piece.text.split(maxsplit=1)[0])
    share = letters(piece.text[:word]) / max(1, letters(piece.text))
    return (piece.box[2] - piece.box[0]) * share + 0.3 * piece.height


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
    listed = _listed(rows)
    found: list[Paragraph] = []
    for i, row in enumerate(rows):
        kind: Kind = "table" if tabular[i] else "prose"
        last = found[-1] if found else None
        item = listed[i] and kind == "prose"
        if last is None or last.kind != kind or item or _breaks(last, row, pitch):
            found.append(Paragraph([row], kind, _edge(rows, i)))
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


def _edge(rows: list[Row], at: int) -> float:
    """Return how far to the right the lines around a row reach, those of its letters' size."""
    here = rows[at]
    near = [r for r in rows[max(0, at - _NEARBY) : at + _NEARBY + 1] if r.column == here.column]
    em = here.pieces[0].height
    alike = (r for r in near if abs(r.pieces[0].height - em) <= 0.16 * em and len(r.pieces) == 1)
    return max((row.box[2] for row in alike), default=here.box[2])


def _pitches(rows: list[Row]) -> dict[int, float]:
    """Return the usual distance between the tops of lines, for each column."""
    steps: dict[int, list[float]] = {}
    for one, other in itertools.pairwise(rows):
        step = other.box[1] - one.box[1]
        if one.column == other.column and 0 < step < 2.2 * one.pieces[0].height:
            steps.setdefault(one.column, []).append(step)
    return {column: median(found) for column, found in steps.items()}


def _listed(rows: list[Row]) -> list[bool]:
    """Return which rows are items of a numbered list: one nearby has the number before or after.

    Rows of a table, which a number may begin as well, are never items.
    """
    numbers = [_number(row) for row in rows]
    result = []
    for i, number in enumerate(numbers):
        near = range(max(0, i - _NEARBY), min(len(rows), i + _NEARBY + 1))
        alike = [numbers[j] for j in near if rows[j].column == rows[i].column]
        result.append(bool(number) and (number - 1 in alike or number + 1 in alike))
    return result


def _number(row: Row) -> int:
    """Return the number of a list that a row begins with, that of a letter too; 0 for none."""
    match = _NUMBERED_ITEM.match(row.pieces[0].text)
    if match is None or len(row.pieces) > 1:
        return 0
    return int(match[1]) if match[1].isdecimal() else ord(match[1]) - ord("a") + 1


def _breaks(paragraph: Paragraph, row: Row, pitches: dict[int, float]) -> bool:
    """Return True when a row begins a new paragraph."""
    last, first = paragraph.rows[-1], paragraph.rows[0]
    here, there = row.pieces[0], last.pieces[0]
    em, pitch = there.height, pitches.get(row.column, 0.0)
    step = row.box[1] - last.box[1]
    if row.column != last.column or step < -0.5 * em:
        return True
    if paragraph.kind == "table":
        return step > 4 * max(pitch, em)
    if abs(here.height - em) > 0.16 * em or here.bold != there.bold:
        return True
    if step > 1.35 * (pitch or 1.3 * em) and step > 1.35 * em:
        return True
    if _BULLET.match(here.text) and not _goes_on(paragraph, row):
        return True
    if is_caption(first.pieces[0].text) or is_caption(here.text):
        fits = last.box[2] + _first_width(row) < paragraph.edge - 0.5 * em
        if fits or (is_caption(here.text) and is_caption(first.pieces[0].text)):
            return True
    indented = here.box[0] - first.pieces[0].box[0] > 0.8 * em and len(paragraph.rows) > 1
    return (
        indented
        and here.box[0] - there.box[0] > 0.8 * em
        and not _BULLET.match(first.pieces[0].text)
    )


def _goes_on(paragraph: Paragraph, row: Row) -> bool:
    """Return True for a line of running text that happens to begin with a number: "arch / 6. A".

    The line before it is full and its sentence is not at an end.
    """
    here, last = row.pieces[0], paragraph.rows[-1]
    em = here.height
    if not _number(row) or abs(here.box[0] - last.box[0]) > 0.5 * em:
        return False
    before = last.pieces[-1].text
    ended = len(sentences(f"{before} X")) > len(sentences(before))
    full = last.box[2] + max(_first_width(row), _FULL * em) > max(paragraph.edge, last.box[2])
    return full and not ended and before[-1] not in ":："


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
