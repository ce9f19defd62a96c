"""Evidence to statements: the pieces of a segment that can be quoted as one.

Prose gives sentences; a list, table, form, receipt or transcript gives its rows, items, pairs of
a name and a value, and stretches between pauses.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from pincite.language import CJK, sentences
from pincite.types import Segment, TimeSpan

StatementKind = Literal["sentence", "row", "pair", "line", "speech"]


@dataclass(frozen=True, slots=True)
class Field:
    """One named value of a row or form: its key, and characters `start:end` of the segment."""

    key: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Statement:
    """Characters `start:end` of a segment's text that say one thing.

    Attributes:
        start: First character in `segment.text`.
        end: One past the last.
        kind: How it was found.
        fields: Named values within, for rows and pairs.
    """

    start: int
    end: int
    kind: StatementKind
    fields: tuple[Field, ...] = ()


LONG = 320
"""A sentence longer than this many characters without closing marks is cut (transcripts)."""
PAUSE_S = 0.45
"""Silence between two words that ends a stretch of speech."""

_KEY = rf"[\"']?[^\W\d_][\w{CJK} ()（）/.'’&#%‰℃°²³-]{{0,38}}?[\"']?"
_IS = r"(?!(?<=\d)[:：]\d\d)[:：=]"
"""What stands between a name and its value; the colon of an hour (21:00) does not."""
_PAIR = re.compile(rf"(?:^|(?<=[;；|\t]))\s*(?P<key>{_KEY})\s?{_IS}\s?(?P<value>[^;；|\n]+)")
_FLOW = re.compile(
    rf"(?:^|(?<=[{{,;；|\t]))\s*(?P<key>{_KEY})\s?[:：=]\s?(?P<value>[^{{}},;；|\n]+)"
)
"""Names and values inside braces, as in `pump: {{power: 2 kW, place: cellar}}`."""
_NAMED_CELL = re.compile(rf"\s*{_KEY}\s?[:：]")
_BULLET = re.compile(r"^\s*(?:[-*•·▪◦–‣]|\(?\d{1,2}[.)、]|[a-z][.)])\s+")
_CLOSED = re.compile(r"[.!?。！？；…:：][\"'”’)\]」』）]*\s*$")
_VALUE_LINE = re.compile(
    r"^\s*[:：]?\s*(?:[$€£¥￥]|RM|USD|EUR|CNY|RMB)?\s?[-+]?\d[\d,.:/\- ]*\s?"
    rf"(?:%|[A-Za-z°℃/²³]{{1,12}}|[{CJK}]{{1,3}})?\s*$"
)
_KEY_LINE = re.compile(rf"^(?=.{{2,48}}$)[^\W\d_][\w{CJK} ()（）/.,'’&#%-]*[:：]?\s*$")
_HEADED = re.compile(
    rf"^(?P<key>[^\W\d_][\w{CJK} ()（）/'’&#-]{{0,40}}?)(?:[ \t]|\.(?!\d))[ \t.]*"
    rf"(?P<value>\S*\d\S*(?: ?[A-Za-z%°{CJK}]{{1,6}})?)$"
)


def statements(segment: Segment) -> list[Statement]:
    r"""Return what a segment says, in reading order; every span lies within `segment.text`.

    Example:
        >>> from pincite.types import TextSpan
        >>> text = "Name: Pump 4; Pressure: 8 bar\nName: Pump 5; Pressure: 6 bar"
        >>> found = statements(Segment("s", "a", "text", TextSpan(0, len(text)), text))
        >>> [(s.kind, [f.key for f in s.fields]) for s in found]
        [('row', ['Name', 'Pressure']), ('row', ['Name', 'Pressure'])]
    """
    text = segment.text
    if any(isinstance(a.locator, TimeSpan) and a.locator.box is None for a in segment.anchors):
        return list(_spoken(segment))
    found: list[Statement] = []
    for start, end in _blocks(text):
        found.extend(_block_statements(text, start, end))
    found = [s for s in found if any(c.isalnum() for c in text[s.start : s.end])]
    if segment.modality in ("image", "video") and _is_sign(text, found):
        return [Statement(found[0].start, found[-1].end, "line")]
    return found


def _is_sign(text: str, found: list[Statement]) -> bool:
    """True for the few words of a sign or label, which are read together."""
    plain = not any(s.fields or s.kind == "sentence" for s in found) and "\n\n" not in text
    return 1 < len(found) <= SIGN_LINES and plain and len(text) <= SIGN


SIGN = 120
"""Characters up to which the lines in a picture are taken to be one sign."""
SIGN_LINES = 3
"""Lines up to which they are; more are a list, and each says something of its own."""


def _blocks(text: str) -> Iterator[tuple[int, int]]:
    position = 0
    for match in [*re.finditer(r"\n[ \t]*\n\s*", text), None]:
        if match and _runs_on(text, position, match):
            continue
        end = match.start() if match else len(text)
        if text[position:end].strip():
            yield position, end
        position = match.end() if match else end


def _runs_on(text: str, position: int, gap: re.Match[str]) -> bool:
    """True where an empty line stands in the middle of a sentence, as in a widely set scan."""
    line = text[max(position, text.rfind("\n", position, gap.start()) + 1) : gap.start()]
    return (
        len(line) >= 25 and not _CLOSED.search(line) and text[gap.end() : gap.end() + 1].islower()
    )


def _lines(text: str, start: int, end: int) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    position = start
    for line in text[start:end].split("\n"):
        spans.append((position, position + len(line)))
        position += len(line) + 1
    return [(a, b) for a, b in spans if text[a:b].strip()]


def _block_statements(text: str, start: int, end: int) -> Iterator[Statement]:
    """Yield the statements of one block: its lines are joined where they are wrapped prose."""
    lines = _lines(text, start, end)
    width = max(b - a for a, b in lines)
    bars = [text[slice(*line)].count(_BAR) for line in lines]
    head = next((i for i, n in enumerate(bars) if n and n in bars[i + 1 :]), 0)
    names = _column_names(text, lines[head:])
    index = 0
    while index < len(lines):
        a, b = lines[index]
        shown = text[a:b]
        if _is_row(shown) or _is_pair(shown):
            yield _named(text, a, b)
            index += 1
            continue
        if names and shown.count(_BAR) == len(names) - 1:
            if index != head:
                yield _barred(text, a, b, names)
            index += 1
            continue
        if shown.count(_BAR) > 1:
            yield _barred(text, a, b, [""] * (shown.count(_BAR) + 1))
            index += 1
            continue
        following = lines[index + 1] if index + 1 < len(lines) else None
        if following and _KEY_LINE.match(shown) and _is_value(text[slice(*following)]):
            yield _two_lines(text, (a, b), following)
            index += 2
            continue
        last = index
        while last + 1 < len(lines) and _wraps(text, lines[last], lines[last + 1], width):
            last += 1
        yield from _prose(text, a, lines[last][1])
        index = last + 1


def _is_value(line: str) -> bool:
    return bool(_VALUE_LINE.match(line)) and not line.rstrip().endswith((":", "："))


_BAR = " | "
_YEAR = re.compile(r"(?:1\d|20)\d\d年?")


def _column_names(text: str, lines: list[tuple[int, int]]) -> list[str]:
    """Return the names of the columns when a block is a table with bars, its first line naming.

    Such a block stands for a table on a page: `Summer | Pups | Dead` above `2021/22 | 1,089 | 41`.
    """
    first = text[slice(*lines[0])]
    bars = first.count(_BAR)
    same = sum(text[slice(*line)].count(_BAR) == bars for line in lines[1:])
    if not bars or not same:
        return []
    names = [cell.strip() for cell in first.split(_BAR)]
    numbers = sum(bool(_VALUE_LINE.match(n)) and not _YEAR.fullmatch(n) for n in names)
    return names if numbers <= len(names) / 4 else []


def _barred(text: str, start: int, end: int, names: list[str]) -> Statement:
    """Return a row whose cells are named by the columns of its table."""
    fields: list[Field] = []
    at = start
    for name, cell in zip(names, text[start:end].split(_BAR), strict=True):
        a, b = _strip(text, at, at + len(cell))
        if a < b:
            fields.append(Field(name, a, b))
        at += len(cell) + len(_BAR)
    start, end = _strip(text, start, end)
    return Statement(start, end, "row", tuple(fields))


def _is_row(line: str) -> bool:
    """True for named cells side by side: "Name: Rope; Stock: 14"."""
    cells = [cell for cell in re.split("[;；|]", line) if cell.strip()]
    named = sum(bool(_NAMED_CELL.match(cell)) for cell in cells)
    return len(cells) > 1 and bool(_NAMED_CELL.match(cells[0])) and named >= 0.6 * len(cells)


def _is_pair(line: str) -> bool:
    match = _PAIR.match(line)
    return bool(
        match and len(match["key"].split()) <= 5 and not line[: match.end("key")].endswith("http")
    )


def _wraps(text: str, line: tuple[int, int], following: tuple[int, int], width: int) -> bool:
    """True when a line goes on in the next one: it is full, unclosed, and nothing new begins."""
    one, two = text[slice(*line)], text[slice(*following)]
    if _BULLET.match(two) or _is_row(two) or _is_pair(two) or _HEADED.match(two.strip()):
        return False
    if two.lstrip()[:1].islower():
        return not _CLOSED.search(one) or len(one) > 0.6 * width
    chinese = bool(re.search(f"[{CJK}]", one))
    full = len(one) > 0.7 * width and len(one) >= (14 if chinese else 40)
    return full and not _HEADED.match(one.strip())


def _named(text: str, start: int, end: int) -> Statement:
    start, end = _strip(text, start, end)
    fields: list[Field] = []
    pairs = _FLOW if "{" in text[start:end] else _PAIR
    for match in pairs.finditer(text[start:end]):
        a, b = _strip(text, start + match.start("value"), start + match.end("value"))
        a, b = _unquoted(text, a, b)
        if any(c.isalnum() for c in text[a:b]):
            fields.append(Field(match["key"].strip(" \"'"), a, b))
    return Statement(start, end, "row" if len(fields) > 1 else "pair", tuple(fields))


_IN_QUOTES = re.compile(r"""(["'])(?P<inner>.*)\1\s*,?\Z""")


def _unquoted(text: str, start: int, end: int) -> tuple[int, int]:
    """Return a value of JSON without its quotation marks and the comma after it."""
    match = _IN_QUOTES.match(text[start:end])
    if match is None:
        return start, end - 1 if text[start:end].endswith(",") else end
    return start + match.start("inner"), start + match.end("inner")


def _two_lines(text: str, key: tuple[int, int], value: tuple[int, int]) -> Statement:
    a, b = _strip(text, *value)
    start, key_end = _strip(text, *key)
    return Statement(start, b, "pair", (Field(text[start:key_end].rstrip(":： "), a, b),))


def _prose(text: str, start: int, end: int) -> Iterator[Statement]:
    marker = _BULLET.match(text[start:end])
    if marker and not re.match(r"\s*\d{4}", text[start:end]):
        start += marker.end()
        if _is_row(text[start:end]) or _is_pair(text[start:end]):
            yield _named(text, start, end)
            return
    spans: list[tuple[int, int]] = []
    for a, b in sentences(text[start:end]):
        gap = re.compile(r"\n[ \t]*\n\s*").search(text, spans[-1][1], start + a) if spans else None
        if gap and _runs_on(text, spans[-1][0], gap):
            spans[-1] = (spans[-1][0], start + b)
        else:
            spans.append((start + a, start + b))
    for a, b in spans:
        for c, d in _short(text, a, b):
            yield _line_or_sentence(text, c, d)


def _line_or_sentence(text: str, start: int, end: int) -> Statement:
    shown = text[start:end]
    headed = _HEADED.match(shown) if "\n" not in shown else None
    if headed and not _MEASURED_KEY.search(headed["key"]) and _is_headed(headed, shown):
        a, b = start + headed.start("value"), start + headed.end("value")
        return Statement(start, end, "pair", (Field(headed["key"], a, b),))
    return Statement(start, end, "sentence" if _CLOSED.search(shown) else "line")


_MEASURED_KEY = re.compile(rf"\d ?(?:[A-Za-z°]|[{CJK}])")
"""A key that holds an amount of its own: "Cylinder 17 x 24 inches" before "2 off"."""


def _is_headed(headed: re.Match[str], shown: str) -> bool:
    return len(headed["key"].split()) <= 6 and not _CLOSED.search(shown)


def _short(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield a sentence whole, or in stretches where it is too long to be one."""
    limit = LONG if not re.search(f"[{CJK}]", text[start:end]) else LONG // 2
    if end - start <= 2 * limit:
        yield start, end
        return
    cuts = [
        m.end()
        for m in re.finditer(
            r"[,;，；、\n]\s*|\s(?=(?:and|but|so|then|because)\s)", text[start:end]
        )
    ]
    words = [m.end() for m in re.finditer(rf"\s+|(?<=[{CJK}])", text[start:end])]
    position = start
    while end - position > limit:
        near = [c for c in cuts if limit // 2 < start + c - position <= limit]
        fallback = [c for c in words if limit // 2 < start + c - position <= limit]
        cut = start + max(near or fallback or [position - start + limit])
        yield _strip(text, position, cut)
        position = cut
    a, b = _strip(text, position, end)
    if a < b:
        yield a, b


def _spoken(segment: Segment) -> Iterator[Statement]:
    """Yield stretches of speech between closing marks, long pauses or line ends.

    What stands on the screen comes after the speech, and reads as any other words on a page.
    """
    timed = [(a, a.locator) for a in segment.anchors if isinstance(a.locator, TimeSpan)]
    said = max((a.end for a, at in timed if at.box is None), default=0)
    line_end = segment.text.find("\n", said)
    text = segment.text if line_end < 0 else segment.text[:line_end]
    breaks = {b for _, b in sentences(text)} | {m.start() for m in re.finditer("\n", text)}
    for (one, at), (two, then) in pairwise(timed):
        spoken = at.box is None and then.box is None
        if spoken and then.start_s - at.end_s >= PAUSE_S and one.end <= two.start:
            breaks.add(one.end)
    position = 0
    for point in [*sorted(breaks), len(text)]:
        start, end = _strip(text, position, point)
        if start < end:
            for a, b in _short(text, start, end):
                yield _named(text, a, b) if _is_pair(text[a:b]) else Statement(a, b, "speech")
        position = point
    on_screen = segment.text[len(text) :]
    for start, end in _blocks(on_screen):
        yield from _block_statements(segment.text, len(text) + start, len(text) + end)


def _strip(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end
