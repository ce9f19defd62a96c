"""Writes PDF pages line by line, so that the box of every line is known."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Sequence
from pathlib import Path

from PIL import Image
from reportlab.lib.colors import Color, HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen import canvas

from .fonts import FILES, truetype_subset
from .places import Line, LineFinder

WIDTH, HEIGHT = A4
BLACK = HexColor("#1c2028")
GREY = HexColor("#5a6068")
BLUE = HexColor("#22609f")
PALE = HexColor("#e8eef5")
CLOSERS = "，。；：、！？）》”,.;:)"


def use_font(name: str, letters: str = "") -> None:
    """Make a font known to reportlab; Chinese ones are cut down to `letters`."""
    path, index = FILES[name]
    if not letters:
        pdfmetrics.registerFont(TTFont(name, str(path), subfontIndex=index))
        return
    with tempfile.TemporaryDirectory() as folder:
        cut = truetype_subset(name, letters, Path(folder) / f"{name}.ttf")
        pdfmetrics.registerFont(TTFont(name, str(cut)))


def wrap(text: str, face: str, size: float, width: float) -> list[str]:
    """Return the lines of a paragraph; Chinese breaks between any two characters."""
    chinese = any("\u4e00" <= letter <= "\u9fff" for letter in text)
    pieces = list(text) if chinese else [f"{word} " for word in text.split()]
    lines, line = [], ""
    for piece in pieces:
        fits = pdfmetrics.stringWidth((line + piece).rstrip(), face, size) <= width
        if fits or not line or piece in CLOSERS:
            line += piece
        else:
            lines.append(line.rstrip())
            line = piece
    return [*lines, line.rstrip()]


class Sheet:
    """A PDF being written; `y` counts down from the top of the page, in points."""

    def __init__(self, path: Path, title: str, author: str, joiner: str = " ") -> None:
        self.pdf = canvas.Canvas(str(path), pagesize=A4, invariant=1, pageCompression=1)
        self.pdf.setTitle(title)
        self.pdf.setAuthor(author)
        self.finder = LineFinder([], joiner)
        self.page, self.y = 1, 64.0

    def line(
        self,
        x: float,
        y: float,
        text: str,
        face: str,
        size: float,
        colour: Color = BLACK,
        align: str = "left",
    ) -> None:
        """Draw one line whose baseline is `y` points below the top, and note its box."""
        width = pdfmetrics.stringWidth(text, face, size)
        x -= {"left": 0.0, "right": width, "centre": width / 2}[align]
        self.pdf.setFont(face, size)
        self.pdf.setFillColor(colour)
        self.pdf.drawString(x, HEIGHT - y, text)
        box = (
            x / WIDTH,
            (y - 0.8 * size) / HEIGHT,
            (x + width) / WIDTH,
            (y + 0.24 * size) / HEIGHT,
        )
        inner = [pdfmetrics.stringWidth(text[:i], face, size) / width for i in range(len(text))]
        self.finder.lines.append(Line(text, box, self.page, (*inner, 1.0)))

    def paragraph(
        self,
        text: str,
        face: str,
        size: float = 10.5,
        *,
        x: float = 64,
        width: float = WIDTH - 128,
        leading: float = 1.45,
        colour: Color = BLACK,
        after: float = 8,
    ) -> None:
        """Draw a paragraph at `self.y` and move below it."""
        for text_line in wrap(text, face, size, width):
            self.y += size * leading
            self.line(x, self.y, text_line, face, size, colour)
        self.y += after

    def table(
        self,
        rows: Sequence[Sequence[str]],
        columns: Sequence[float],
        face: str,
        bold: str,
        *,
        x: float = 64,
        size: float = 9.5,
        pitch: float = 19,
    ) -> None:
        """Draw a table: the first column flush left, the others flush right at `columns`."""
        right = x + columns[-1] + 6
        for number, row in enumerate(rows):
            top = self.y
            self.y += pitch
            if number == 0:
                self.pdf.setFillColor(PALE)
                self.pdf.rect(x - 6, HEIGHT - self.y, right - x + 6, pitch, stroke=0, fill=1)
            used = bold if number == 0 else face
            self.line(x, top + pitch * 0.68, row[0], used, size)
            for edge, cell in zip(columns, row[1:], strict=True):
                self.line(x + edge, top + pitch * 0.68, cell, used, size, align="right")
            self.pdf.setStrokeColor(HexColor("#c4ccd4"))
            self.pdf.line(x - 6, HEIGHT - self.y, right, HEIGHT - self.y)
        self.y += 10

    def picture(self, image: Image.Image, x: float, width: float) -> float:
        """Draw a picture at `self.y`, move below it and return its height."""
        height = width * image.height / image.width
        packed = io.BytesIO()
        image.save(packed, "JPEG", quality=80)
        packed.seek(0)
        self.pdf.drawImage(ImageReader(packed), x, HEIGHT - self.y - height, width, height)
        self.y += height
        return height

    def footer(self, text: str, face: str) -> None:
        """Draw a line of text and the number of the page at the bottom."""
        self.line(WIDTH / 2, HEIGHT - 36, f"{text}   {self.page}", face, 8.5, GREY, "centre")

    def next_page(self) -> None:
        """End the page and begin another at its top."""
        self.pdf.showPage()
        self.page, self.y = self.page + 1, 64.0

    def save(self) -> LineFinder:
        """Write the file and return the finder over its lines."""
        self.pdf.save()
        return self.finder
