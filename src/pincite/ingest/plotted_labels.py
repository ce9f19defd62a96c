"""Words in a picture as they lie for the bars of a chart, and the values among them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pincite.ingest.plotted_bars import Axis, Bar
from pincite.types import Box


@dataclass(frozen=True, slots=True, eq=False)
class Label:
    """Words in a picture.

    Attributes:
        text: The words.
        box: Where they lie, in pixels.
        lines: Numbers of the lines they were read in.
        seen: The box as (across, along, across, along) of the axis in question.
    """

    text: str
    box: Box
    lines: tuple[int, ...]
    seen: Box = (0.0, 0.0, 0.0, 0.0)

    @property
    def height(self) -> float:
        """Height of the letters, also of words that are turned."""
        return max(1.0, min(self.box[2] - self.box[0], self.box[3] - self.box[1]))

    @property
    def across(self) -> float:
        """Its middle across."""
        return (self.seen[0] + self.seen[2]) / 2

    @property
    def along(self) -> float:
        """Its middle along."""
        return (self.seen[1] + self.seen[3]) / 2

    @property
    def upright(self) -> bool:
        """True for words that are turned by a quarter."""
        return len(self.text) > 2 and self.box[3] - self.box[1] > 1.3 * (self.box[2] - self.box[0])


def seen_from(axis: Axis, labels: Sequence[Label]) -> list[Label]:
    """Return the labels as they lie for an axis."""
    return [replace(label, seen=axis.turned(label.box)) for label in labels]


# -- values ---------------------------------------------------------------------------------


def printed_at(bars: Sequence[Bar], labels: Sequence[Label], level: bool) -> dict[Bar, Label]:
    """Return the label at the tip of each bar or inside it; bars without one are left out.

    Args:
        bars: The bars of one axis.
        labels: What may be a value, seen from that axis.
        level: True for bars that lie level, whose labels may stand further off.
    """
    offers = []
    for bar in bars:
        for label in labels:
            distance = _distance(bar, label, level)
            if distance is not None:
                offers.append((distance, bar, label))
    offers.sort(key=lambda offer: offer[0])
    found: dict[Bar, Label] = {}
    taken: set[int] = set()
    for _, bar, label in offers:
        if bar not in found and id(label) not in taken:
            found[bar] = label
            taken.add(id(label))
    return found


def _distance(bar: Bar, label: Label, level: bool) -> float | None:
    """Return how far a label is from where the value of a bar stands; None when it is not its."""
    aside = abs(label.across - bar.middle)
    if aside > 0.5 * bar.thickness + 2:
        return None
    low, high = label.seen[1], label.seen[3]
    if bar.tip < 0:
        low, high = -high, -low
    tip, height = abs(bar.tip), label.height
    aside /= bar.thickness
    gap = low - tip
    if -0.4 * height <= gap <= (2.5 if level else 1.4) * height:
        return aside + abs(gap) / height
    if low >= -0.2 * height and high <= tip + 0.2 * height:
        nearest = min(tip - high, low, abs(tip - high - low) / 2)
        return 0.5 + aside + 0.5 * max(0.0, nearest) / height
    return None
