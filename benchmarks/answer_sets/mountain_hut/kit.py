"""Drawing, typesetting and speaking for the practice folders that come as real files.

Needs the packages of examples/requirements.txt, and the programs flite and ffmpeg.
"""

from __future__ import annotations

import re
import subprocess
import tempfile
import textwrap
import zipfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont
from reportlab.graphics.shapes import Drawing, Line, Rect, String
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    PageTemplate,
    Paragraph,
    Spacer,
    Table,
    TableStyle,
)

FONTS = Path("/usr/share/fonts")
FACES = {
    "sans": FONTS / "truetype/liberation/LiberationSans-Regular.ttf",
    "bold": FONTS / "truetype/liberation/LiberationSans-Bold.ttf",
    "serif": FONTS / "truetype/liberation/LiberationSerif-Regular.ttf",
    "serif-bold": FONTS / "truetype/liberation/LiberationSerif-Bold.ttf",
    "mono": FONTS / "truetype/liberation/LiberationMono-Regular.ttf",
    "mono-bold": FONTS / "truetype/liberation/LiberationMono-Bold.ttf",
    "hand": FONTS / "opentype/comic-neue/ComicNeue-Bold.otf",
}
RATE_HZ = 16_000
MADE_AT = datetime(2024, 1, 1)

Colour = str | tuple[int, int, int]


def face(name: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(FACES[name]), size)


# --- pictures ---------------------------------------------------------------------------------


def sheet(width: int, height: int, colour: Colour) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    """Return an empty picture and its pen."""
    image = Image.new("RGB", (width, height), colour)
    return image, ImageDraw.Draw(image)


def board(
    lines: Sequence[tuple[str, str, int]],
    *,
    width: int = 900,
    paper: Colour = "white",
    ink: Colour = "black",
    border: Colour | None = None,
    centred: bool = False,
    margin: int = 50,
    lead: float = 1.45,
) -> Image.Image:
    """Return a sign: every line is (text, face, size); an empty text is a gap of that size."""
    height = margin * 2 + round(sum(size * lead for _, _, size in lines))
    image, pen = sheet(width, height, paper)
    if border:
        pen.rectangle((12, 12, width - 13, height - 13), outline=border, width=8)
    y = float(margin)
    for text, name, size in lines:
        if text:
            x, anchor = (width / 2, "ma") if centred else (margin, "la")
            pen.text((x, y), text, font=face(name, size), fill=ink, anchor=anchor)
        y += size * lead
    return image


def pairs(
    rows: Sequence[tuple[str, str]],
    *,
    width: int = 760,
    head: Sequence[tuple[str, str, int]] = (),
    foot: Sequence[tuple[str, str, int]] = (),
    paper: Colour = "white",
    ink: Colour = "black",
    name: str = "sans",
    size: int = 30,
    lead: float = 1.5,
    margin: int = 50,
    column: int | None = None,
    rules: bool = False,
) -> Image.Image:
    """Return rows of a left and a right text; `column`: where the right one starts."""
    around = sum(s * lead for _, _, s in [*head, *foot])
    height = round(margin * 2 + around + len(rows) * size * lead)
    image, pen = sheet(width, height, paper)
    y = float(margin)

    def centred(lines: Sequence[tuple[str, str, int]]) -> None:
        nonlocal y
        for text, font, points in lines:
            pen.text((width / 2, y), text, font=face(font, points), fill=ink, anchor="ma")
            y += points * lead

    centred(head)
    for left, right in rows:
        pen.text((margin, y), left, font=face(name, size), fill=ink)
        if column is None:
            at, anchor = (width - margin, y), "ra"
        else:
            at, anchor = (column, y), "la"
        pen.text(at, right, font=face(name, size), fill=ink, anchor=anchor)
        if rules:
            below = y + size * lead * 0.9
            pen.line((margin, below, width - margin, below), fill=ink, width=1)
        y += size * lead
    centred(foot)
    return image


def photographed(image: Image.Image, angle: float = 0.8, seed: int = 3) -> Image.Image:
    """Return the picture as a phone would take it: a little turned, soft and grainy."""
    paper = image.getpixel((3, 3))
    turned = image.rotate(angle, Image.Resampling.BICUBIC, expand=True, fillcolor=paper)
    soft = np.asarray(turned.filter(ImageFilter.GaussianBlur(0.5)), dtype=np.float32)
    grain = np.random.default_rng(seed).normal(0, 5, soft.shape[:2])[..., None]
    return Image.fromarray(np.clip(soft + grain, 0, 255).astype(np.uint8))


# --- PDF --------------------------------------------------------------------------------------

BODY = ParagraphStyle("body", fontName="Helvetica", fontSize=10.5, leading=14.5, spaceAfter=6)
SMALL = ParagraphStyle("small", parent=BODY, fontSize=9, leading=12, spaceAfter=8)
TITLE = ParagraphStyle("title", fontName="Helvetica-Bold", fontSize=18, leading=23, spaceAfter=8)
HEAD = ParagraphStyle(
    "head", fontName="Helvetica-Bold", fontSize=13, leading=17, spaceBefore=8, spaceAfter=4
)


def pdf(path: Path, title: str, story: list[Flowable], columns: int = 1, low: int = 54) -> None:
    """Write the story as A4 pages of one or two columns, which end `low` points above the edge."""
    left, gap = 54, 22
    width = (A4[0] - 2 * left - gap * (columns - 1)) / columns
    frames = [
        Frame(left + number * (width + gap), low, width, A4[1] - low - 54, 0, 0, 0, 0)
        for number in range(columns)
    ]
    document = BaseDocTemplate(str(path), pagesize=A4, title=title, invariant=1)
    document.addPageTemplates(PageTemplate(frames=frames))
    document.build(story)


def prose(text: str) -> list[Flowable]:
    """Return flowables of a plain text: `# ` title, `## ` heading, blank lines part paragraphs."""
    styles = {"# ": TITLE, "## ": HEAD}
    made: list[Flowable] = []
    for block in textwrap.dedent(text).strip().split("\n\n"):
        line = " ".join(block.split())
        mark = next((m for m in ("## ", "# ") if line.startswith(m)), "")
        made.append(Paragraph(line[len(mark) :], styles.get(mark, BODY)))
    return made


def table(rows: Sequence[Sequence[object]], widths: Sequence[float] | None = None) -> Flowable:
    grid = Table([[str(cell) for cell in row] for row in rows], colWidths=widths)
    style = [
        ("FONT", (0, 0), (-1, 0), "Helvetica-Bold", 9.5),
        ("FONT", (0, 1), (-1, -1), "Helvetica", 9.5),
        ("GRID", (0, 0), (-1, -1), 0.5, HexColor("#888888")),
        ("BACKGROUND", (0, 0), (-1, 0), HexColor("#e6ebf0")),
    ]
    grid.setStyle(TableStyle(style))
    return grid


def bars(values: Sequence[tuple[str, float]], caption: str, unit: str = "") -> list[Flowable]:
    """Return a bar chart with every value above its bar, and the caption below."""
    width, height, low = 470, 190, 26
    drawing = Drawing(width, height)
    step, most = width / len(values), max(value for _, value in values)
    for number, (name, value) in enumerate(values):
        x, tall = number * step + step * 0.2, (height - low - 30) * value / most
        drawing.add(Rect(x, low, step * 0.6, tall, fillColor=HexColor("#5b84b1"), strokeWidth=0))
        middle = x + step * 0.3
        label = f"{value:g}{unit}"
        drawing.add(String(middle, low + tall + 5, label, fontSize=10, textAnchor="middle"))
        drawing.add(String(middle, 10, name, fontSize=10, textAnchor="middle"))
    drawing.add(Line(0, low, width, low))
    return [Spacer(1, 6), drawing, Paragraph(caption, SMALL)]


def scan(path: Path, image: Image.Image, angle: float = 0.4) -> None:
    """Write one page that is a picture only, as an office scanner leaves it."""
    grey = photographed(image, angle).convert("L")
    when = MADE_AT.timetuple()
    grey.save(path, "PDF", resolution=110, quality=45, creationDate=when, modDate=when)


# --- office -----------------------------------------------------------------------------------


def repack(path: Path) -> None:
    """Write an office file again with the same time on every part, so that it is repeatable."""
    with zipfile.ZipFile(path) as source:
        parts = [(info.filename, source.read(info)) for info in source.infolist()]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for name, data in parts:
            if name == "docProps/core.xml":  # openpyxl writes the time of saving
                data = re.sub(rb"\d{4}-\d\d-\d\dT[\d:]+Z", b"2024-01-01T00:00:00Z", data)
            target.writestr(zipfile.ZipInfo(name, (2024, 1, 1, 0, 0, 0)), data, 8)


def docx(path: Path, blocks: Sequence[object]) -> None:
    """Write a document: `# ` and `## ` headings, `- ` bullets, texts, and lists of rows."""
    from docx import Document

    document = Document()
    for block in blocks:
        if isinstance(block, str):
            for mark, style in (("## ", "Heading 2"), ("# ", "Heading 1"), ("- ", "List Bullet")):
                if block.startswith(mark):
                    document.add_paragraph(block[len(mark) :], style=style)
                    break
            else:
                document.add_paragraph(block)
            continue
        rows = list(block)  # type: ignore[call-overload]
        grid = document.add_table(rows=0, cols=len(rows[0]), style="Table Grid")
        for row in rows:
            for cell, text in zip(grid.add_row().cells, row, strict=True):
                cell.text = str(text)
    document.core_properties.created = document.core_properties.modified = MADE_AT
    document.save(str(path))
    repack(path)


def pptx(path: Path, slides: Sequence[tuple[str, Sequence[str], str]]) -> None:
    """Write slides of (title, bullets, speaker notes)."""
    from pptx import Presentation

    show = Presentation()
    for title, bullets, notes in slides:
        slide = show.slides.add_slide(show.slide_layouts[1])
        slide.shapes.title.text = title
        slide.placeholders[1].text = "\n".join(bullets)
        if notes:
            slide.notes_slide.notes_text_frame.text = notes
    show.core_properties.created = show.core_properties.modified = MADE_AT
    show.save(str(path))
    repack(path)


def xlsx(path: Path, pages: dict[str, Sequence[Sequence[object]]]) -> None:
    """Write a workbook of named pages of rows."""
    from openpyxl import Workbook
    from openpyxl.styles import Font

    book = Workbook()
    book.remove(book.active)
    for name, rows in pages.items():
        page = book.create_sheet(name)
        for row in rows:
            page.append(list(row))
        for cell in page[1]:
            cell.font = Font(bold=True)
        for column in "ABCDEFG":
            page.column_dimensions[column].width = 18
    book.properties.created = book.properties.modified = MADE_AT
    book.save(path)
    repack(path)


# --- speech and film --------------------------------------------------------------------------


def say(text: str, voice: str) -> np.ndarray:
    """Return `text` spoken: (t,) in [-1, 1] at 16 kHz."""
    with tempfile.TemporaryDirectory() as folder:
        sound = Path(folder) / "speech.wav"
        speak = ["flite", "-voice", voice, "-t", text, "-o", str(sound)]
        subprocess.run([*speak, "--setf", "duration_stretch=1.08"], check=True)
        plain = ["ffmpeg", "-v", "error", "-i", str(sound), "-ac", "1", "-ar", str(RATE_HZ)]
        raw = subprocess.run([*plain, "-f", "s16le", "-"], check=True, capture_output=True).stdout
    samples = np.frombuffer(raw, dtype="<i2").astype(np.float32) / 32768
    loud = np.flatnonzero(np.abs(samples) > 0.004)
    return samples[max(0, loud[0] - 800) : loud[-1] + 800]


def recite(lines: Sequence[tuple[str, str]], pause_s: float = 0.55) -> np.ndarray:
    """Return (voice, sentence) lines spoken one after the other."""
    rest = np.zeros(round(pause_s * RATE_HZ), dtype=np.float32)
    pieces = [rest]
    for voice, text in lines:
        pieces += [say(text, voice), rest]
    sound = np.concatenate(pieces)
    hiss = np.random.default_rng(7).normal(0, 0.0006, len(sound))
    return np.clip(sound * 0.9 + hiss, -1, 1)


def encode(sound: np.ndarray, path: Path, *extra: str) -> None:
    """Write the sound, with the codec that fits the ending of `path`; `extra` goes before it."""
    codec = {
        ".ogg": ["-c:a", "libvorbis", "-q:a", "0"],
        ".mp3": ["-c:a", "libmp3lame", "-b:a", "32k"],
        ".m4a": ["-c:a", "aac", "-b:a", "26k"],
        ".mp4": ["-c:a", "aac", "-b:a", "28k"],
    }[path.suffix]
    raw = ["-f", "s16le", "-ar", str(RATE_HZ), "-ac", "1", "-i", "-"]
    command = ["ffmpeg", "-v", "error", "-y", *raw, *extra, *codec, "-fflags", "+bitexact"]
    data = (sound * 32767).astype("<i2").tobytes()
    subprocess.run([*command, "-flags:a", "+bitexact", str(path)], input=data, check=True)


def slide(title: str, lines: Sequence[str], paper: Colour, ink: Colour = "white") -> Image.Image:
    """Return a slide of 854 by 480 pixels."""
    image, pen = sheet(854, 480, paper)
    pen.text((50, 40), title, font=face("bold", 42), fill=ink)
    pen.line((50, 100, 804, 100), fill=ink, width=3)
    for number, line in enumerate(lines):
        pen.text((60, 130 + number * 62), line, font=face("sans", 33), fill=ink)
    return image


def film(path: Path, scenes: Sequence[tuple[Image.Image, Sequence[str]]], voice: str) -> None:
    """Write a film of still slides, each shown for as long as its sentences are spoken."""
    with tempfile.TemporaryDirectory() as folder:
        rolls, sounds = [], []
        for number, (image, sentences) in enumerate(scenes):
            sound = recite([(voice, text) for text in sentences])
            picture = Path(folder) / f"{number}.png"
            image.save(picture)
            rolls.append(f"file '{picture}'\nduration {len(sound) / RATE_HZ:.2f}\n")
            sounds.append(sound)
        roll = Path(folder) / "roll.txt"
        roll.write_text("".join([*rolls, rolls[-1].split("\n")[0]]), encoding="utf-8")
        video = ["-f", "concat", "-safe", "0", "-i", str(roll), "-map", "1:v", "-map", "0:a"]
        look = ["-r", "5", "-c:v", "libx264", "-crf", "30", "-pix_fmt", "yuv420p", "-threads", "1"]
        encode(np.concatenate(sounds), path, *video, *look, "-shortest")
