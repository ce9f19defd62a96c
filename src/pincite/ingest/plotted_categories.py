"""The names of categories that stand along the axis of a chart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import mean, median

from pincite.ingest.plotted_bars import Bar, Colour
from pincite.ingest.plotted_labels import Label
from pincite.types import union_box


@dataclass(frozen=True, slots=True, eq=False)
class Naming:
    """Which bars a row of labels names.

    Attributes:
        names: Bar to the label of its category.
        labels: All labels of the row, in order across.
        split: True when a category has bars of several series, told apart by colour.
        score: How well it fits; more is better.
    """

    names: Mapping[Bar, Label]
    labels: tuple[Label, ...]
    split: bool
    score: float


def categories_of(bars: Sequence[Bar], labels: Sequence[Label], level: bool) -> Naming | None:
    """Return the categories that stand along the axis of the bars, or None.

    Args:
        bars: The bars of one axis.
        labels: What is no printed value, seen from that axis.
        level: True for bars that lie level.
    """
    found = [
        naming
        for row, reach in _rows(bars, labels, level)
        for naming in _namings(bars, row, reach)
        if len(naming.names) >= 0.4 * len(bars)
    ]
    best = max(found, key=lambda n: n.score, default=None)
    if best is None or level:
        return best
    return _with_second_lines(best, labels)


def _rows(
    bars: Sequence[Bar], labels: Sequence[Label], level: bool
) -> Iterator[tuple[list[Label], float]]:
    """Yield rows of labels that may name categories, and how far aside of the bars they may be."""
    room = max(bar.thickness for bar in bars) * 2
    start, end = min(bar.start for bar in bars) - room, max(bar.end for bar in bars) + room
    free = [
        label
        for label in labels
        if start <= label.across <= end and not any(_overlaps(label, bar) for bar in bars)
    ]
    before = [
        label
        for label in free
        if label.seen[3] <= 0.6 * label.height and not (level and label.upright)
    ]
    for row in _aligned(before, (3, 1) if level else (3,)):
        yield row, 2.0
    if level and len(before) >= 2:
        yield before, 2.0
        yield _stacked(before), 2.0
    if level:
        above = [label for label in free if -1.0 <= label.seen[1] / label.height <= 1.5]
        for row in _aligned(above, (1,)):
            yield row, 1.5 * median(label.height for label in row)


def _aligned(labels: Sequence[Label], edges: Sequence[int]) -> Iterator[list[Label]]:
    """Yield the labels that begin or end together along, the nearest to the axis first."""
    ordered = sorted(labels, key=lambda label: -label.seen[3])
    for edge in edges:
        seen: set[tuple[int, ...]] = set()
        for first in ordered:
            slack = 0.55 * first.height
            row = [x for x in ordered if abs(x.seen[edge] - first.seen[edge]) <= slack]
            key = tuple(id(label) for label in row)
            if len(row) >= 2 and key not in seen:
                seen.add(key)
                yield row


def _overlaps(label: Label, bar: Bar) -> bool:
    low, high = min(0.0, bar.tip), max(0.0, bar.tip)
    across = min(label.seen[2], bar.end) - max(label.seen[0], bar.start)
    along = min(label.seen[3], high) - max(label.seen[1], low)
    return min(across, along) > 0.3 * label.height


def _stacked(labels: Sequence[Label]) -> list[Label]:
    """Return labels with those closely below one another joined to one of several lines."""
    joined: list[Label] = []
    for label in sorted(labels, key=lambda item: item.seen[0]):
        last = joined[-1] if joined else None
        if last is not None and label.seen[0] - last.seen[2] < 0.35 * label.height:
            joined[-1] = _joined(last, label)
        else:
            joined.append(label)
    return joined


def _joined(one: Label, other: Label) -> Label:
    seen = union_box([one.seen, other.seen])
    text = f"{one.text} {other.text}"
    return Label(text, union_box([one.box, other.box]), one.lines + other.lines, seen)


def _with_second_lines(naming: Naming, labels: Sequence[Label]) -> Naming:
    """Return the categories with the lines that go on below the first ones.

    Words below a single one, in the middle of the row, are more likely the title of the axis.
    """
    row = sorted(naming.labels, key=lambda label: label.across)
    pitch = min((b.across - a.across for a, b in pairwise(row)), default=0.0)
    lines = {i for label in row for i in label.lines}
    grown = {id(label): label for label in row}
    rest = [label for label in labels if not lines & set(label.lines)]
    for label in sorted(rest, key=lambda item: -item.seen[3]):
        for key, first in grown.items():
            if _goes_on(first, label, pitch):
                grown[key] = _joined(first, label)
                break
    new = [label for label in row if grown[id(label)] is not label]
    centre = (row[0].across + row[-1].across) / 2
    if len(new) == 1 and len(row) > 2 and abs(new[0].across - centre) < 0.5 * pitch:
        return naming
    names = {bar: grown[id(label)] for bar, label in naming.names.items()}
    return Naming(names, tuple(grown.values()), naming.split, naming.score)


def _goes_on(first: Label, label: Label, pitch: float) -> bool:
    """Return True when a label is the next line of another one."""
    gap = first.seen[1] - label.seen[3]
    aside = abs(label.across - first.across)
    wide = label.seen[2] - label.seen[0]
    close = -0.5 * label.height < gap < 0.25 * label.height
    return close and aside <= 0.25 * pitch and wide <= 1.1 * pitch


def _namings(bars: Sequence[Bar], row: Sequence[Label], room: float) -> Iterator[Naming]:
    """Yield the ways in which a row of labels, at most `room` pixels aside, may name bars."""
    pitch = _pitch(bars)
    for anchor, cost in ((_middle, 0.0), (_end, 0.2), (_start, 0.2)):
        places = [(anchor(label), label) for label in row]
        groups: dict[int, list[tuple[Bar, float]]] = {i: [] for i in range(len(places))}
        for bar in bars:
            i = min(groups, key=lambda i: abs(places[i][0] - bar.middle))
            groups[i].append((bar, bar.middle - places[i][0]))
        for split in (False, True):
            naming = _naming(places, groups, split, cost, room)
            if naming is not None:
                yield naming
                break
        else:
            yield from _skipping(places, bars, pitch, cost)


def _naming(
    places: Sequence[tuple[float, Label]],
    groups: Mapping[int, list[tuple[Bar, float]]],
    split: bool,
    cost: float,
    room: float,
) -> Naming | None:
    """Return the naming when each label has at most one bar of a series, always as far away."""
    offsets: dict[Colour | None, list[float]] = {}
    thickness = 1.0
    for group in groups.values():
        keys = [bar.colour if split else None for bar, _ in group]
        if len(set(keys)) < len(keys):
            return None
        for key, (bar, offset) in zip(keys, group, strict=True):
            offsets.setdefault(key, []).append(offset)
            thickness = bar.thickness
    spread = max(max(found) - min(found) for found in offsets.values())
    shift = abs(mean(mean(found) for found in offsets.values()))
    used = sum(bool(group) for group in groups.values())
    least = 3 if not split else 2
    aside = 0.5 * thickness * len(offsets) + room
    if spread > 0.4 * thickness + 4 or shift > aside or used < least:
        return None
    names = {bar: places[i][1] for i, group in groups.items() for bar, _ in group}
    idle = len(places) - used
    score = len(names) - 0.5 * idle - cost - spread / thickness - shift / thickness
    labels = tuple(label for _, label in places)
    return Naming(names, labels, split, score)


def _skipping(
    places: Sequence[tuple[float, Label]], bars: Sequence[Bar], pitch: float, cost: float
) -> Iterator[Naming]:
    """Yield the naming of a row that names only some of the bars, each right at its bar."""
    names: dict[Bar, Label] = {}
    offsets = []
    for place, label in places:
        bar = min(bars, key=lambda b: abs(b.middle - place))
        offsets.append(bar.middle - place)
        names[bar] = label
    if len(names) < max(3, len(places)) or max(map(abs, offsets)) > 0.25 * pitch:
        return
    spread = max(offsets) - min(offsets)
    if len({bar.colour for bar in bars}) > 1 or spread > 0.3 * pitch:
        return
    yield Naming(names, tuple(label for _, label in places), False, len(names) - cost)


def _pitch(bars: Sequence[Bar]) -> float:
    ordered = sorted(bar.middle for bar in bars)
    return median(b - a for a, b in pairwise(ordered))


def _middle(label: Label) -> float:
    return label.across


def _start(label: Label) -> float:
    return label.seen[0]


def _end(label: Label) -> float:
    return label.seen[2]
