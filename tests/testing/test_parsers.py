"""Every built-in parser, and that of the guide, by the rules given to plugin authors."""

from __future__ import annotations

from email.message import EmailMessage
from pathlib import Path
from typing import ClassVar

import docx
import numpy as np
import openpyxl
import pptx
from pptx.util import Emu

from pincite.ingest import parsers
from pincite.ingest.sound import RATE_HZ
from pincite.testing import ParserContract
from pincite.types import Cells, ImageRegion, PageRegion, TextSpan, TimeSpan
from tests.ingest.drawn import page
from tests.ingest.pdfs import Page, column, pdf
from tests.ingest.recordings import (
    silence,
    slide,
    spoken,
    write_sound,
    write_video,
)
from tests.testing.guide import from_the_guide

FIRST, SECOND = "The pump runs at three bar.", "水泵的压力是三巴。"
FILLER = "It was painted red in the spring and looked at every week since. " * 8
OPENXML = "application/vnd.openxmlformats-officedocument."


class BuiltIn(ParserContract):
    """A parser of the table under the name of its class."""

    @property
    def name(self) -> str:
        return type(self).__name__.removeprefix("Test").lower()

    def parser(self):
        return parsers.create(self.name)


class Written(BuiltIn):
    """A parser of files that are characters themselves: offsets are those of the file."""

    content = ""
    suffix = ".txt"

    def sample(self, tmp_path: Path) -> Path:
        path = tmp_path / f"sample{self.suffix}"
        path.write_bytes(self.content.encode())
        return path

    def quotes(self):
        places = {}
        for quote in (FIRST, SECOND):
            start = self.content.index(quote)
            places[quote] = TextSpan(start, start + len(quote))
        return places

    def extent(self):
        return TextSpan(0, len(self.content))


class TestText(Written):
    media_type = "text/plain"
    content = f"{FIRST}\r\n\r\n{FILLER}\r\n\r\n{FILLER}\r\n\r\n{SECOND}\r\n"


class TestMarkdown(Written):
    media_type = "text/markdown"
    suffix = ".md"
    content = f"# Pumps\n\n{FIRST}\n\n{FILLER}\n\n## 北站\n\n{FILLER}\n\n- {SECOND}\n"


class TestCode(Written):
    media_type = "text/x-python"
    suffix = ".py"
    content = (
        f'"""{FIRST}"""\n\n\ndef pump(bar):\n    # {SECOND}\n'
        + "".join(f"    bar = bar * {i} + 1\n" for i in range(60))
        + "    return bar\n"
    )


class TestJson(Written):
    media_type = "application/json"
    suffix = ".json"
    content = f'{{"pump": "{FIRST}",\n "history": "{FILLER}",\n "水泵": "{SECOND}"}}\n'


class TestHtml(BuiltIn):
    media_type = "text/html"

    def sample(self, tmp_path: Path) -> Path:
        path = tmp_path / "sample.html"
        path.write_text(
            f"<title>Pumps</title><script>no();</script><h1>Pumps</h1><p>{FIRST}<p>{FILLER}"
            f"<table><tr><th>Pump<th>Bar<tr><td>North<td>5</table><h2>北站</h2>{FILLER}<p>{SECOND}",
            "utf-8",
        )
        return path

    def quotes(self):
        return {FIRST: TextSpan(7, 7 + len(FIRST))}


class TestCsv(BuiltIn):
    media_type = "text/csv"

    def sample(self, tmp_path: Path) -> Path:
        path = tmp_path / "sample.csv"
        rows = "".join(f"Pump {i},{i / 2},Row {i} of the list\n" for i in range(2, 130))
        path.write_text(f"Name,Bar,Note\nPump 1,0.5,{FIRST}\n{rows}水泵,3,{SECOND}\n", "utf-8")
        return path

    def quotes(self):
        return {FIRST: Cells("sample", "C2"), SECOND: Cells("sample", "C131")}

    def extent(self):
        return Cells("sample", "A1:C131")


class TestXlsx(BuiltIn):
    media_type = OPENXML + "spreadsheetml.sheet"

    def sample(self, tmp_path: Path) -> Path:
        book = openpyxl.Workbook()
        book.active.title = "Pumps"
        book.active.append(["Name", "Bar", "Note"])
        book.active.append(["Pump 1", 0.5, FIRST])
        for i in range(2, 90):
            book.active.append([f"Pump {i}", i / 2, f"Row {i} of the list"])
        book.active.append(["水泵", 3, SECOND])
        path = tmp_path / "sample.xlsx"
        book.save(path)
        return path

    def quotes(self):
        return {FIRST: Cells("Pumps", "C2"), SECOND: Cells("Pumps", "C91")}

    def extent(self):
        return Cells("Pumps", "A1:C91")


class TestDocx(BuiltIn):
    media_type = OPENXML + "wordprocessingml.document"

    def sample(self, tmp_path: Path) -> Path:
        document = docx.Document()
        document.add_heading("Pumps", 1)
        document.add_paragraph(FIRST)
        document.add_paragraph(FILLER)
        table = document.add_table(2, 2)
        for cell, words in zip(table._cells, ["Pump", "Bar", "North", "5"], strict=True):
            cell.text = words
        document.add_heading("北站", 2)
        document.add_paragraph(FILLER)
        document.add_paragraph(SECOND)
        path = tmp_path / "sample.docx"
        document.save(path)
        return path

    def quotes(self):
        return {FIRST: TextSpan(7, 7 + len(FIRST))}


class TestPptx(BuiltIn):
    media_type = OPENXML + "presentationml.presentation"

    def sample(self, tmp_path: Path) -> Path:
        deck = pptx.Presentation()  # 9,144,000 by 6,858,000
        for words in (FIRST, FILLER, SECOND):
            shapes = deck.slides.add_slide(deck.slide_layouts[6]).shapes
            sizes = (914_400, 685_800, 4_572_000, 1_371_600)
            shapes.add_textbox(*map(Emu, sizes)).text_frame.text = words
        path = tmp_path / "sample.pptx"
        deck.save(path)
        return path

    def quotes(self):
        box = (0.1, 0.1, 0.6, 0.3)
        return {FIRST: PageRegion(1, box), SECOND: PageRegion(3, box)}

    def extent(self):
        return PageRegion(3)


class TestPdf(BuiltIn):
    media_type = "application/pdf"

    def sample(self, tmp_path: Path) -> Path:
        lines = [FILLER[:65]] * 4
        first = column(60, 700, [FIRST, *lines])
        second = column(60, 400, [*lines, "", "The valve is made of brass."])
        path = tmp_path / "sample.pdf"
        path.write_bytes(pdf([Page(first), Page(second, rotate=90)], title="Pumps"))
        return path

    def quotes(self):
        return {
            FIRST: PageRegion(1, (0.1, 0.1, 0.4, 0.13)),
            # turned clockwise: what stood 325 of 800 above the bottom is 325 from the left
            "The valve is made of brass.": PageRegion(2, (0.4, 0.1, 0.43, 0.4)),
        }

    def extent(self):
        return PageRegion(2)


class TestMail(BuiltIn):
    media_type = "message/rfc822"

    def sample(self, tmp_path: Path) -> Path:
        message = EmailMessage()
        message["Subject"], message["From"] = "Pumps", "Ann <ann@station.example>"
        message.set_content(f"{FIRST}\n\n{FILLER}\n\n{FILLER}\n\n{SECOND}\n")
        message.add_attachment(f"{SECOND}\n", filename="北站.txt")
        path = tmp_path / "sample.eml"
        path.write_bytes(message.as_bytes())
        return path

    def quotes(self):
        start = len("Subject: Pumps\nFrom: Ann <ann@station.example>\n\n")
        return {FIRST: TextSpan(start, start + len(FIRST))}


class TestImage(BuiltIn):
    media_type = "image/png"
    changed_copies = 6

    def sample(self, tmp_path: Path) -> Path:
        path = tmp_path / "sample.png"
        page([(40, 60, FIRST), (40, 300, "The valve is brass.")]).save(path)
        return path

    def quotes(self):
        return {
            FIRST: ImageRegion((0.07, 0.15, 0.6, 0.22)),
            "The valve is brass.": ImageRegion((0.07, 0.75, 0.4, 0.82)),
        }

    def extent(self):
        return ImageRegion()


def said() -> np.ndarray:
    """Two sentences and a pause; skips the test where there is no flite."""
    one, two = spoken("The station was rebuilt."), spoken("It serves the whole city.")
    return np.concatenate([one, silence(1.0), two])


class TestAudio(BuiltIn):
    media_type = "audio/wav"
    settings: ClassVar = {"language": "en"}
    changed_copies = 6

    def sample(self, tmp_path: Path) -> Path:
        return write_sound(tmp_path / "sample.wav", said())

    def quotes(self):
        length_s = len(said()) / RATE_HZ
        return {
            "station was rebuilt": TimeSpan(0.2, 1.3),
            "whole city": TimeSpan(length_s - 1.0, length_s),
        }

    def extent(self):
        return TimeSpan(0.0, len(said()) / RATE_HZ)


class TestVideo(BuiltIn):
    media_type = "video/mp4"
    settings: ClassVar = {"language": "en", "workers": 1}
    changed_copies = 2
    said = "It serves the whole city."

    def sample(self, tmp_path: Path) -> Path:
        size = (320, 180)
        valve, dark = slide("Valve 7", size=size), slide(ground=(0, 0, 90), size=size)
        frames = [(i / 5, valve if i < 6 else dark) for i in range(12)]
        return write_video(tmp_path / "sample.mp4", frames, spoken(self.said))

    def quotes(self):
        return {"Valve 7": TimeSpan(0.0, 1.2), "whole city": TimeSpan(0.6, 1.8)}

    def extent(self):
        return TimeSpan(0.0, max(2.4, len(spoken(self.said)) / RATE_HZ))


TestXyzParser = from_the_guide("TestXyzParser")


def test_every_built_in_parser_is_held_to_the_contract():
    held = {cls().name for cls in [*BuiltIn.__subclasses__(), *Written.__subclasses__()]}
    assert held - {"written"} == set(parsers.builtin)
