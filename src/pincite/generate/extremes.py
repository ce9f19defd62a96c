"""The highest, the least, the last: which row of a table a superlative means."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from pincite.generate.cover import Lens
from pincite.generate.sentences import Statement
from pincite.generate.terms import tokens
from pincite.generate.values import values

_MOST = (
    r"\b(?:highest|largest|biggest|greatest|longest|tallest|heaviest|strongest|hottest|warmest|"
    r"deepest|widest|fastest|newest|latest|last|maximum|max|dearest|richest|wettest|windiest|"
    r"busiest|loudest|fullest|thickest|steepest|best|most)\b|最[高大多长重强热深宽快新晚后贵远厚好忙]"
)
_LEAST = (
    r"\b(?:lowest|smallest|shortest|lightest|weakest|coldest|coolest|shallowest|narrowest|slowest|"
    r"oldest|earliest|first|minimum|min|cheapest|driest|calmest|quietest|emptiest|thinnest|"
    r"nearest|closest|worst|fewest|least)\b|最[低小少短轻弱冷浅窄慢旧早便近薄差]"
)
_SUPERLATIVE = re.compile(f"(?P<most>{_MOST})|(?P<least>{_LEAST})", re.IGNORECASE)
_COLUMN_OF: Mapping[str, str] = MappingProxyType(
    {
        start: names
        for starts, names in (
            ("heav light 重 轻", "weight mass tons kg 重量 重"),
            ("strong weak 强 弱", "strength percent abv gust wind force 强度 风"),
            ("long short 长 短", "length duration minutes hours metres km 长度 全长 时长"),
            ("hot warm 热", "temp temperature highest max 温度 气温 水温 最高"),
            ("cold cool 冷", "temp temperature lowest min 温度 气温 水温 最低"),
            ("wet dr", "rain rainfall precipitation mm 雨量 降水"),
            ("deep shallow 深 浅", "depth draught 深度 水深"),
            ("tall high 高 矮", "height 高度"),
            ("old new 旧 新", "built year age date 年份 年代"),
            ("cheap dear expensive 便 贵", "price cost fare fee 价格 单价 票价 费用"),
            ("wind", "wind gust 风速"),
            ("fast slow 快 慢", "speed 速度"),
            ("late last earl first 早 晚", "date time 日期 时间 年份"),
            ("large big small 大 小", "area size capacity 面积 容量"),
        )
        for start in starts.split()
    }
)
"""Beginning of a superlative to words that may name the column it is about."""


@dataclass(frozen=True, slots=True)
class Said:
    """A statement and where it stands.

    Attributes:
        asset: Id of the file.
        text: Text of the segment.
        statement: The statement.
        barred: True when it is about another day than the question.
    """

    asset: str
    text: str
    statement: Statement
    barred: bool = False


@dataclass(frozen=True, slots=True)
class _Cell:
    """A number in a column: which statement holds it, the number, and whether it is a time."""

    index: int
    number: float
    timed: bool


def extremes(over: Lens, said: Sequence[Said]) -> list[float]:
    """Return per statement 1 for the row that a superlative means, -1 for the others of its table.

    It is 0 where the question has no superlative or the statement is in no such table. The
    column is the one whose name the question says, or which the superlative implies ("the
    heaviest": weight); a table needs three rows with a number there.

    Args:
        over: The question.
        said: The statements of all sources, in order.
    """
    marks = [0.0] * len(said)
    asked = _SUPERLATIVE.search(over.question.text)
    if asked is None:
        return marks
    sign = 1.0 if asked["most"] else -1.0
    implied = _implied(over.question.text)
    best: tuple[float, list[_Cell]] | None = None
    temporal = bool(_TEMPORAL.search(asked.group()))
    for (_, name), found in _columns(said).items():
        about = _about(over, name, implied)
        cells = [cell for cell in found if cell.timed == temporal]
        cells = _within(over, said, cells) if len(cells) >= 3 else []
        if cells and about > 0.0 and (best is None or about > best[0]):
            best = (about, cells)
    if best is None:
        return marks
    top = max(sign * cell.number for cell in best[1])
    for cell in best[1]:
        marks[cell.index] = 1.0 if sign * cell.number == top else -1.0
    return marks


def _within(over: Lens, said: Sequence[Said], cells: list[_Cell]) -> list[_Cell]:
    """Return the cells whose rows meet most of the names of the question: those of one month."""
    names = [i for i, k in enumerate(over.question.keywords) if k.name]
    if not names:
        return cells
    met = [_names_met(over, said[cell.index], names) for cell in cells]
    return [cell for cell, count in zip(cells, met, strict=True) if count == max(met)]


def _names_met(over: Lens, item: Said, names: Sequence[int]) -> int:
    shown = item.text[item.statement.start : item.statement.end]
    keys = (t.term for field in item.statement.fields for t in tokens(field.key))
    cover = over.cover({t.term for t in tokens(shown)}.union(keys))
    return sum(bool(cover[i] >= 0.8) for i in names)


_TEMPORAL = re.compile("first|last|earliest|latest|newest|oldest|最[早晚后新旧]", re.IGNORECASE)
"""Superlatives of time: their column holds dates, years or hours, that of others does not."""


def _implied(text: str) -> frozenset[str]:
    lowered = text.lower()
    found: set[str] = set()
    for start, names in _COLUMN_OF.items():
        pattern = rf"\b{start}\w*(?:est|st)\b|\bmost {start}" if start.isascii() else f"最{start}"
        if re.search(pattern, lowered):
            found |= {t.term for t in tokens(names)}
    return frozenset(found)


def _about(over: Lens, name: str, implied: frozenset[str]) -> float:
    """Return how far the name of a column is what the superlative is of, 0 for not at all."""
    own = {t.term for t in tokens(name)}
    met = over.cover(own)
    share = float((met * over.weights).sum())
    known = sum(t in over.links for t in own) / len(own) if own else 0.0
    return share + 0.5 * bool(own & implied) + 0.1 * known * bool(share)


def _columns(said: Sequence[Said]) -> dict[tuple[str, str], list[_Cell]]:
    """Return the numbers of each named column of each file, in tables and in records alike."""
    found: dict[tuple[str, str], list[_Cell]] = defaultdict(list)
    for index, item in enumerate(said):
        if item.statement.kind not in ("row", "pair") or item.barred:
            continue
        for field in item.statement.fields:
            cell = _cell(index, item.text[field.start : field.end])
            if cell is not None and field.key:
                found[item.asset, field.key.casefold()].append(cell)
    return found


def _cell(index: int, shown: str) -> _Cell | None:
    """Return the one number of a cell; a date or an hour counts as its place in time."""
    for value in values(shown):
        if value.kind in ("date", "clock") and re.match(r"\d", value.norm):
            digits = re.sub(r"\D", "", value.norm)
            return _Cell(
                index, float(digits.ljust(8, "0") if value.kind == "date" else digits), True
            )
        if value.kind in ("number", "quantity", "money", "percent", "duration"):
            number = re.search(r"-?\d+(?:\.\d+)?$", value.norm)
            return _Cell(index, float(number.group()), False) if number else None
    return None
