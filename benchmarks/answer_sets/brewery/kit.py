"""Writers of the file kinds of a practice folder: pages, office files, pictures, speech, films."""

from __future__ import annotations

import io
import re
import subprocess
import tempfile
import wave
import zipfile
from collections.abc import Sequence
from email.message import EmailMessage
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
from docx import Document
from openpyxl import Workbook
from PIL import Image, ImageDraw, ImageFont
from pptx import Presentation
from pptx.util import Inches, Pt

FONTS = {
    "sans": "liberation/LiberationSans-Regular.ttf",
    "bold": "liberation/LiberationSans-Bold.ttf",
    "serif": "liberation/LiberationSerif-Regular.ttf",
    "serif-bold": "liberation/LiberationSerif-Bold.ttf",
    "mono": "liberation/LiberationMono-Regular.ttf",
    "hand": "../opentype/comic-neue/ComicNeue-Bold.otf",
}
RATE_HZ = 16_000
Samples = npt.NDArray[np.float32]
Rows = Sequence[Sequence[object]]


@cache
def font(name: str, size_px: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(Path("/usr/share/fonts/truetype") / FONTS[name]), size_px)


def wrap(text: str, face: str, size: float, width: float) -> list[str]:
    """Return the lines of a paragraph set in `face`, each at most `width` wide."""
    measure = font(face, 100)
    lines, line = [], ""
    for word in text.split():
        longer = f"{line} {word}".strip()
        if line and measure.getlength(longer) * size / 100 > width:
            lines.append(line)
            line = word
        else:
            line = longer
    return [*lines, line]


# -- PDF ---------------------------------------------------------------------------------------

WIDTH, HEIGHT = 595, 842


def _document(pages: Sequence[tuple[bytes, str]], extra: Sequence[bytes]) -> bytes:
    """Return a PDF: each page its drawing and its resources; `extra` objects come from number 3."""
    first = 3 + len(extra)
    kids = " ".join(f"{first + 2 * number} 0 R" for number in range(len(pages)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode(),
        *extra,
    ]
    for number, (drawing, resources) in enumerate(pages):
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {WIDTH} {HEIGHT}] /Resources "
            f"<< {resources} >> /Contents {first + 2 * number + 1} 0 R >>".encode()
        )
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawing), drawing))
    out, starts = io.BytesIO(), []
    out.write(b"%PDF-1.4\n")
    for number, body in enumerate(objects, start=1):
        starts.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, body))
    table = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    out.write(b"".join(b"%010d 00000 n \n" % start for start in starts))
    size = len(objects) + 1
    out.write(b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, table))
    return out.getvalue()


class Pdf:
    """A PDF with real text; `y` counts down from the top of the page, in points."""

    def __init__(self) -> None:
        self.done: list[bytes] = []
        self.parts: list[bytes] = []
        self.y = 60.0

    def text(self, x: float, y: float, words: str, size: float = 10.5, face: str = "sans") -> None:
        """Draw one line whose baseline is `y` below the top."""
        safe = re.sub(r"([\\()])", r"\\\1", words).encode("cp1252")
        name = b"F2" if face == "bold" else b"F1"
        place = b"BT /%s %.1f Tf %.1f %.1f Td (" % (name, size, x, HEIGHT - y)
        self.parts.append(place + safe + b") Tj ET")

    def bar(self, x: float, y: float, width: float, height: float, grey: float = 0.6) -> None:
        """Fill a box whose upper left corner is at x, y."""
        box = (grey, x, HEIGHT - y - height, width, height)
        self.parts.append(b"%.2f g %.1f %.1f %.1f %.1f re f 0 g" % box)

    def heading(self, words: str, size: float = 14, x: float = 60, width: float = 475) -> None:
        """Draw bold lines at `y` and move below them."""
        for line in wrap(words, "bold", size, width):
            self.y += size * 1.4
            self.text(x, self.y, line, size, "bold")
        self.y += 6

    def paragraph(self, words: str, size: float = 10.5, x: float = 60, width: float = 475) -> None:
        """Draw wrapped lines at `y` and move below them."""
        for line in wrap(words, "sans", size, width):
            self.y += size * 1.4
            self.text(x, self.y, line, size)
        self.y += 7

    def table(self, rows: Rows, columns: Sequence[float], size: float = 9.5) -> None:
        """Draw rows with cells beginning at `columns`; the first row is the head."""
        for number, row in enumerate(rows):
            if number == 0:
                self.bar(54, self.y + 3, 487, 17, 0.88)
            self.y += 17
            for x, cell in zip(columns, row, strict=True):
                self.text(x, self.y - 2, str(cell), size, "sans" if number else "bold")
        self.y += 14

    def chart(self, rows: Sequence[tuple[str, float]], unit: str, caption: str) -> None:
        """Draw bars with the name before and the value after each, and a caption below."""
        largest = max(value for _, value in rows)
        for name, value in rows:
            self.y += 20
            self.text(70, self.y, name, 9.5)
            self.bar(170, self.y - 10, 260 * value / largest, 13)
            self.text(178 + 260 * value / largest, self.y, f"{value:,g} {unit}", 9.5)
        self.y += 12
        self.paragraph(caption, 9.5)

    def page(self) -> None:
        """End the page and begin another."""
        self.done.append(b"\n".join(self.parts))
        self.parts, self.y = [], 60.0

    def save(self, path: Path) -> None:
        """Write the file."""
        self.page()
        faces = [
            b"<< /Type /Font /Subtype /Type1 /BaseFont /%s /Encoding /WinAnsiEncoding >>" % name
            for name in (b"Helvetica", b"Helvetica-Bold")
        ]
        resources = "/Font << /F1 3 0 R /F2 4 0 R >>"
        path.write_bytes(_document([(page, resources) for page in self.done], faces))


def two_columns(path: Path, title: str, byline: str, parts: Sequence[tuple[str, str]]) -> None:
    """Write a page of two columns; `parts` are (heading, paragraph), a "|" breaks the column."""
    sheet = Pdf()
    sheet.heading(title, 16)
    sheet.paragraph(byline)
    top, x = sheet.y + 6, 60.0
    sheet.y = top
    for heading, words in parts:
        if heading == "|":
            x, sheet.y = 310.0, top
            continue
        if heading:
            sheet.heading(heading, 11.5, x, 225)
        sheet.paragraph(words, 10, x, 225)
    sheet.save(path)


def scan(path: Path, lines: Sequence[str], seed: int = 3) -> None:
    """Write a PDF whose only page is a picture of typed lines, slightly turned and specked."""
    sheet = Image.new("L", (1240, 1754), 246)
    pen = ImageDraw.Draw(sheet)
    y = 130
    for line in lines:
        pen.text((130, y), line, 35, font=font("serif", 31))
        y += 46 if line else 30
    sheet = sheet.rotate(0.6, fillcolor=246, resample=Image.Resampling.BICUBIC)
    noise = np.random.default_rng(seed).normal(0, 5, (sheet.height, sheet.width))
    grey = np.clip(np.asarray(sheet, dtype=np.float32) + noise, 0, 255).astype(np.uint8)
    packed = io.BytesIO()
    Image.fromarray(grey).save(packed, "JPEG", quality=35)
    data = packed.getvalue()
    picture = (
        b"<< /Type /XObject /Subtype /Image /Width 1240 /Height 1754 /ColorSpace /DeviceGray "
        b"/BitsPerComponent 8 /Filter /DCTDecode /Length %d >>\nstream\n%s\nendstream"
    ) % (len(data), data)
    drawing = b"q %d 0 0 %d 0 0 cm /I Do Q" % (WIDTH, HEIGHT)
    path.write_bytes(_document([(drawing, "/XObject << /I 3 0 R >>")], [picture]))


# -- office files and mail -----------------------------------------------------------------------


def settle(path: Path) -> None:
    """Rewrite an office file so that the same content gives the same bytes."""
    with zipfile.ZipFile(path) as old:
        entries = [(name, old.read(name)) for name in old.namelist()]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name, data in entries:
            if name == "docProps/core.xml":
                data = re.sub(rb"(<dcterms:\w+[^>]*>)[^<]*", rb"\g<1>2026-05-04T09:00:00Z", data)
            entry = zipfile.ZipInfo(name, (2026, 5, 4, 9, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(entry, data)


def workbook(path: Path, sheets: dict[str, Rows]) -> None:
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        page = book.create_sheet(name)
        for row in rows:
            page.append(list(row))
    book.save(path)
    settle(path)


def word_file(path: Path, content: Sequence[str | Rows]) -> None:
    """Write a Word file: "# " and "## " begin headings, "- " a list item, rows are a table."""
    document = Document()
    for piece in content:
        if not isinstance(piece, str):
            table = document.add_table(rows=0, cols=len(piece[0]), style="Table Grid")
            for row in piece:
                for cell, words in zip(table.add_row().cells, row, strict=True):
                    cell.text = str(words)
        elif piece.startswith("#"):
            mark, words = piece.split(" ", 1)
            document.add_heading(words, len(mark))
        elif piece.startswith("- "):
            document.add_paragraph(piece[2:], style="List Bullet")
        else:
            document.add_paragraph(piece)
    document.save(str(path))
    settle(path)


def deck(path: Path, slides: Sequence[tuple[str, Sequence[str], str]]) -> None:
    """Write slides of (title, bullet lines, speaker's notes)."""
    show = Presentation()
    for title, lines, notes in slides:
        slide = show.slides.add_slide(show.slide_layouts[5])
        slide.shapes.title.text = title
        frame = slide.shapes.add_textbox(Inches(0.8), Inches(1.8), Inches(8.4), Inches(4.5))
        for number, line in enumerate(lines):
            body = frame.text_frame
            paragraph = body.paragraphs[0] if number == 0 else body.add_paragraph()
            paragraph.text = line
            paragraph.font.size = Pt(22)
        if notes:
            slide.notes_slide.notes_text_frame.text = notes
    show.save(str(path))
    settle(path)


def mail(path: Path, sender: str, to: str, date: str, subject: str, body: str) -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Date"] = sender, to, date
    message["Subject"] = subject
    message.set_content(body)
    path.write_bytes(message.as_bytes())


# -- pictures ------------------------------------------------------------------------------------


def board(
    path: Path,
    title: str,
    lines: Sequence[str | tuple[str, str]],
    *,
    width: int = 900,
    size: int = 32,
    face: str = "sans",
    ink: str = "#1d2430",
    paper: str = "#f4f1e6",
    border: int = 10,
) -> None:
    """Draw a board of lines; a pair is set flush left and flush right."""
    rows: list[tuple[str, str]] = []
    for line in lines:
        if isinstance(line, tuple):
            rows.append(line)
        else:
            rows += [(piece, "") for piece in wrap(line, face, size, width - 130)]
    pitch = round(size * 1.62)
    height = 110 + size * 2 + pitch * len(rows)
    card = Image.new("RGB", (width, height), paper)
    pen = ImageDraw.Draw(card)
    if border:
        pen.rectangle((12, 12, width - 13, height - 13), outline=ink, width=border)
    strong = font("bold" if face != "hand" else "hand", round(size * 1.4))
    pen.text((60, 48), title, ink, font=strong)
    y = 70 + size * 2
    for left, right in rows:
        pen.text((60, y), left, ink, font=font(face, size))
        pen.text((width - 60, y), right, ink, font=font(face, size), anchor="ra")
        y += pitch
    save(card, path)


def diagram(
    path: Path,
    title: str,
    boxes: Sequence[tuple[int, int, int, int, Sequence[str]]],
    pipes: Sequence[tuple[int, int, int, int]],
    size: tuple[int, int] = (1280, 800),
) -> None:
    """Draw labelled boxes (x, y, width, height, lines) joined by straight pipes."""
    card = Image.new("RGB", size, "white")
    pen = ImageDraw.Draw(card)
    pen.text((40, 30), title, "#102a43", font=font("bold", 40))
    for pipe in pipes:
        pen.line(pipe, "#7a8794", 8)
    for x, y, width, height, lines in boxes:
        pen.rectangle((x, y, x + width, y + height), "#e4edf5", "#22506f", 4)
        top = y + (height - 40 * len(lines)) / 2
        for number, line in enumerate(lines):
            face = font("bold" if number == 0 else "sans", 28)
            pen.text((x + width / 2, top + 40 * number), line, "#102a43", font=face, anchor="ma")
    save(card, path)


def save(card: Image.Image, path: Path) -> None:
    if path.suffix == ".png":
        card.quantize(64).save(path, optimize=True)
    else:
        card.save(path, quality=72)


# -- speech and films ------------------------------------------------------------------------------


def say(text: str, voice: str) -> Samples:
    """Return `text` spoken, without the silence before and after, in [-1, 1] at 16 kHz."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "speech.wav"
        subprocess.run(
            [
                "flite",
                "-voice",
                voice,
                "--setf",
                "duration_stretch=1.12",
                "-t",
                text,
                "-o",
                str(path),
            ],
            check=True,
        )
        with wave.open(str(path)) as file:
            raw = np.frombuffer(file.readframes(file.getnframes()), dtype=np.int16)
    samples = raw.astype(np.float32) / 32768
    loud = np.flatnonzero(np.abs(samples) > 0.004)
    return samples[max(0, loud[0] - 800) : loud[-1] + 800]


def recite(sentences: Sequence[tuple[str, str]], pause_s: float = 0.6) -> Samples:
    """Return (voice, sentence) pairs spoken one after the other."""
    rest = np.zeros(round(pause_s * RATE_HZ), dtype=np.float32)
    pieces = [rest]
    for voice, text in sentences:
        pieces += [say(text, voice), rest]
    return np.concatenate(pieces) * np.float32(0.9)


def write_wav(samples: Samples, path: Path) -> None:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes((samples * 32767).astype("<i2").tobytes())


EXACT = ["-fflags", "+bitexact", "-flags:a", "+bitexact", "-flags:v", "+bitexact"]


def recording(path: Path, sentences: Sequence[tuple[str, str]]) -> None:
    """Write speech as ogg, mp3 or m4a, by the ending of `path`."""
    codec = {
        ".ogg": ["-c:a", "libvorbis", "-q:a", "0"],
        ".mp3": ["-c:a", "libmp3lame", "-b:a", "24k"],
        ".m4a": ["-c:a", "aac", "-b:a", "24k"],
    }[path.suffix]
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / "plain.wav"
        write_wav(recite(sentences), plain)
        command = ["ffmpeg", "-v", "error", "-y", "-i", str(plain), *codec, *EXACT, str(path)]
        subprocess.run(command, check=True)


LOOKS = [
    ("#f7f3e8", "#16202a"),
    ("#1f3a4d", "#ffffff"),
    ("#f2cf63", "#2a1c05"),
    ("#24452f", "#f4f8ee"),
]


def slide(title: str, lines: Sequence[str], number: int) -> Image.Image:
    paper, ink = LOOKS[number % len(LOOKS)]
    card = Image.new("RGB", (854, 480), paper)
    pen = ImageDraw.Draw(card)
    left = 40 + 30 * (number % 2)
    pen.text((left, 40), title, ink, font=font("bold", 42))
    pen.line((left, 104, 800, 104), ink, 4)
    for place, line in enumerate(lines):
        pen.text((left, 140 + 68 * place), line, ink, font=font("sans", 36))
    return card


def film(path: Path, shots: Sequence[tuple[str, Sequence[str], Sequence[str]]], voice: str) -> None:
    """Write a film of still slides (title, lines, sentences spoken over it), 4 frames a second."""
    with tempfile.TemporaryDirectory() as name:
        folder, pieces, listing = Path(name), [], []
        for number, (title, lines, sentences) in enumerate(shots):
            slide(title, lines, number).save(folder / f"{number}.png")
            sound = recite([(voice, text) for text in sentences])
            length = -(-len(sound) // (RATE_HZ // 4)) * (RATE_HZ // 4)
            pieces.append(np.pad(sound, (0, length - len(sound))))
            listing.append(f"file '{number}.png'\nduration {length / RATE_HZ:.2f}\n")
        listing.append(f"file '{len(shots) - 1}.png'\n")
        (folder / "list.txt").write_text("".join(listing))
        write_wav(np.concatenate(pieces), folder / "speech.wav")
        command = ["ffmpeg", "-v", "error", "-y", "-f", "concat", "-i", str(folder / "list.txt")]
        command += ["-i", str(folder / "speech.wav"), "-r", "4", "-pix_fmt", "yuv420p"]
        command += ["-c:v", "libx264", "-crf", "26", "-c:a", "aac", "-b:a", "24k", "-shortest"]
        subprocess.run([*command, *EXACT, "-threads", "1", str(path)], check=True)
