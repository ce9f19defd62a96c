"""A picture that remembers where each of its lines of text was drawn."""

from __future__ import annotations

from dataclasses import dataclass, field

from PIL import Image, ImageDraw, ImageFont

from .fonts import font
from .places import Box, Line, LineFinder

Colour = tuple[int, int, int]


def edges(text: str, face: ImageFont.FreeTypeFont) -> tuple[float, ...]:
    """Return where each character of `text` starts, as fractions of its width, and 1.0."""
    total = face.getlength(text) or 1.0
    inner = (face.getlength(text[:count]) / total for count in range(len(text)))
    return (*inner, 1.0)


@dataclass
class Canvas:
    """A drawing surface in pixels; `lines` are in pixels too until `finder` is asked."""

    image: Image.Image
    lines: list[Line] = field(default_factory=list)

    @classmethod
    def blank(cls, width: int, height: int, colour: Colour) -> Canvas:
        """Return a canvas of one colour."""
        return cls(Image.new("RGB", (width, height), colour))

    @property
    def draw(self) -> ImageDraw.ImageDraw:
        """The pen: draws what is not text."""
        return ImageDraw.Draw(self.image)

    def text(
        self,
        at: tuple[float, float],
        text: str,
        face: ImageFont.FreeTypeFont | tuple[str, int],
        colour: Colour = (20, 20, 20),
        anchor: str = "la",
    ) -> Box:
        """Draw one line and return its box in pixels."""
        chosen = font(*face) if isinstance(face, tuple) else face
        draw = self.draw
        draw.text(at, text, font=chosen, fill=colour, anchor=anchor)
        box = draw.textbbox(at, text, font=chosen, anchor=anchor)
        self.lines.append(Line(text, box, edges=edges(text, chosen)))
        return box

    def finder(self, joiner: str = " ") -> LineFinder:
        """Return a finder over the lines, whose boxes become fractions of the picture."""
        return LineFinder(scaled(self.lines, *self.image.size), joiner)


def scaled(lines: list[Line], width: int, height: int, page: int = 0) -> list[Line]:
    """Return lines whose pixel boxes are turned into fractions of the picture."""
    size = (width, height, width, height)
    return [
        Line(
            line.text,
            tuple(v / s for v, s in zip(line.box, size, strict=True)),  # type: ignore[arg-type]
            page,
            line.edges,
            line.span,
        )
        for line in lines
    ]
