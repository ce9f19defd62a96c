"""Pages and pictures turned so that their text stands upright, and back again."""

from __future__ import annotations

from dataclasses import dataclass

from pincite.types import Box


@dataclass(frozen=True, slots=True)
class Frame:
    """A page turned so that text of one direction stands upright.

    Attributes:
        turn: Quarter turns clockwise by which the text is displayed.
        width: Of the page as displayed, in points or pixels.
        height: Of the page as displayed, in points or pixels.
    """

    turn: int
    width: float
    height: float

    def upright(self, box: Box) -> Box:
        """Return a box given in fractions of the page in the frame's units."""
        x0, y0, x1, y1 = box
        w, h = self.width, self.height
        x0, y0, x1, y1 = x0 * w, y0 * h, x1 * w, y1 * h
        turned = {
            0: (x0, y0, x1, y1),
            1: (y0, w - x1, y1, w - x0),
            2: (w - x1, h - y1, w - x0, h - y0),
            3: (h - y1, x0, h - y0, x1),
        }
        return turned[self.turn]

    def fractions(self, box: Box) -> Box:
        """Return a box given in the frame's units in fractions of the page, inside it."""
        x0, y0, x1, y1 = box
        w, h = self.width, self.height
        back = {
            0: (x0, y0, x1, y1),
            1: (w - y1, x0, w - y0, x1),
            2: (w - x1, h - y1, w - x0, h - y0),
            3: (y0, h - x1, y1, h - x0),
        }
        a, b, c, d = back[self.turn]
        return (clamp(a / w), clamp(b / h), clamp(c / w), clamp(d / h))


def clamp(value: float) -> float:
    """Return the value moved into 0..1, rounded to what a page can show."""
    return round(min(max(value, 0.0), 1.0), 5)
