"""Office files: a workbook, slides, an English and a Chinese Word document."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from docx import Document
from docx.document import Document as DocumentType
from openpyxl import Workbook
from openpyxl.styles import Font, PatternFill
from pptx import Presentation
from pptx.dml.color import RGBColor
from pptx.slide import Slide
from pptx.util import Emu, Inches, Pt

from .island import island_map
from .places import CellFinder, Line, LineFinder, Made, TextFinder
from .tables import sheet

WRITTEN = datetime(2025, 5, 12, 9, 0, 0)


def settle(path: Path) -> None:
    """Rewrite an office file so that the same content always gives the same bytes."""
    with zipfile.ZipFile(path) as old:
        entries = [(name, old.read(name)) for name in old.namelist()]
    stamp = WRITTEN.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name, data in entries:
            if name == "docProps/core.xml":
                data = re.sub(rb"(<dcterms:\w+[^>]*>)[^<]*", rb"\g<1>" + stamp, data)
            entry = zipfile.ZipInfo(name, WRITTEN.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(entry, data)


# -- the workbook -----------------------------------------------------------------------------

BUDGET = [
    ["Item", "Plan 2024/25", "Spent 2024/25", "Plan 2025/26", "Remark"],
    ["Freight and ship time", "410000", "352400", "425000", "three calls of the ship"],
    ["Diesel", "148000", "151900", "156000", "105,000 litres"],
    ["Food", "96000", "93150", "99000", ""],
    ["Repairs", "60000", "91700", "75000", "second fresh water pump"],
    ["Science equipment", "120000", "117300", "134000", "heated wind sensor, new CTD cell"],
    ["Salaries and travel", "362000", "361250", "371000", ""],
    ["Training", "12500", "11900", "18200", "two first-aid courses"],
    ["Library and games", "6500", "6400", "7100", "second sofa refused again"],
    ["Total", "1215000", "1186000", "1285300", ""],
]
CARGO = [
    ["Case", "Content", "For", "Mass kg", "Arrives"],
    ["C-01", "Flour and yeast", "Kitchen", "640", "November"],
    ["C-02", "Coffee", "Kitchen", "85", "November"],
    ["C-07", "Impellers KV-2207, seals KV-2231", "Pump room", "38", "November"],
    ["C-11", "Starter battery for G3", "Generator house", "29", "November"],
    ["C-12", "Piano strings", "Library", "4", "February"],
    ["C-15", "Helium, 24 bottles", "Met office", "1560", "November"],
    ["C-19", "Bread machine", "Kitchen", "17", "November"],
    ["C-23", "Boat winch brake, pin", "Jetty", "12", "February"],
]
STOCK_ZH = [
    ["物品", "数量", "单位", "存放位置", "最低库存"],
    ["面粉", "820", "公斤", "干货间", "300"],
    ["大米", "410", "公斤", "干货间", "200"],
    ["咖啡", "14", "公斤", "厨房", "20"],
    ["冻羊肉", "265", "公斤", "冷库", "100"],
    ["紫外灯管", "3", "支", "泵房", "2"],
    ["燃油滤芯", "11", "个", "发电机房", "6"],
    ["氦气", "9", "瓶", "气象室外", "8"],
    ["防晒霜", "37", "支", "医务室", "10"],
]
SHEETS = {"Budget": BUDGET, "Cargo list": CARGO, "库存": STOCK_ZH}


def workbook(path: Path) -> CellFinder:
    book, cells = Workbook(), {}
    book.remove(book.active)
    for name, rows in SHEETS.items():
        page = book.create_sheet(name)
        for row in rows:
            page.append([int(cell) if cell.isdigit() else cell for cell in row])
        for cell in page[1]:
            cell.font = Font(bold=True)
            cell.fill = PatternFill("solid", fgColor="DDE7F1")
        for column in "ABCDE":
            page.column_dimensions[column].width = 24
        page.freeze_panes = "A2"
        cells |= sheet(name, rows)
    book.properties.title = "Larkin Island plan 2025/26"
    book.properties.creator = "Ruth Calder"
    book.save(path)
    settle(path)
    return CellFinder(cells)


# -- the slides -------------------------------------------------------------------------------

TIMETABLE = [
    ["Day", "What", "Who"],
    ["11 Nov", "Ship at anchor, cargo boats from 06:00", "everybody"],
    ["12 Nov", "Diesel through the hose, 9 hours", "Tom, Wei Lan"],
    ["13 Nov", "Waste and samples on board", "Anna, Sam"],
    ["14 Nov", "Reserve day for bad weather", ""],
    ["15 Nov", "Ship leaves with four people", "Ruth on the jetty"],
]
SLIDES: list[tuple[str, list[str], str]] = [
    (
        "Limits for boat work",
        [
            "Swell at the jetty: not more than 1.5 metres",
            "Mean wind: not more than 12 metres per second",
            "Cargo boat: 2,200 kilograms on one trip",
            "Stop at dusk, even with one box left",
        ],
        "Last year two boxes of eggs were lost on the final trip in the dark. Tell that story.",
    ),
    (
        "What goes back",
        [
            "41 drums of waste oil",
            "6 tonnes of scrap, most of it the old boat winch",
            "Frozen samples: 3 boxes, minus 80 degrees, never on deck",
            "The piano stays",
        ],
        "The freezer on board has room for four boxes. Captain Nolan keeps the key himself.",
    ),
]


def _slide(deck: object, title: str, lines: LineFinder, number: int) -> Slide:
    slide = deck.slides.add_slide(deck.slide_layouts[6])  # type: ignore[attr-defined]
    bar = slide.shapes.add_shape(1, 0, 0, deck.slide_width, Inches(0.28))  # type: ignore[attr-defined]
    bar.fill.solid()
    bar.fill.fore_color.rgb = RGBColor(0x17, 0x32, 0x4F)
    bar.line.fill.background()
    _textbox(slide, [title], (0.7, 0.55, 12.0, 1.0), 36, lines, number, bold=True)
    return slide


def _textbox(
    slide: Slide,
    words: Sequence[str],
    inches: tuple[float, float, float, float],
    size: int,
    lines: LineFinder,
    number: int,
    *,
    bold: bool = False,
) -> None:
    x, y, width, _ = inches
    frame = slide.shapes.add_textbox(*(Inches(v) for v in inches)).text_frame
    frame.word_wrap = True
    for place, text in enumerate(words):
        paragraph = frame.paragraphs[0] if place == 0 else frame.add_paragraph()
        run = paragraph.add_run()
        run.text = text
        run.font.size, run.font.bold, run.font.name = Pt(size), bold, "Lato"
        run.font.color.rgb = RGBColor(0x1C, 0x20, 0x28)
        paragraph.space_after = Pt(size * 0.5)
    pitch = size * (1.2 + 0.5) / 72  # inches from one line to the next; all fit on one line
    for place, text in enumerate(words):
        top = y + place * pitch
        box = (x / 13.333, top / 7.5, (x + width) / 13.333, (top + pitch) / 7.5)
        lines.lines.append(Line(text, box, number))


def _title_slide(deck: object, lines: LineFinder) -> None:
    slide = _slide(deck, "Resupply, November 2025", lines, 1)
    words = ["Briefing for the winter crew", "Ruth Calder, 12 May 2025"]
    _textbox(slide, words, (0.7, 1.8, 5.2, 1.6), 24, lines, 1)
    picture = io.BytesIO()
    island_map().image.save(picture, "PNG", optimize=True)
    slide.shapes.add_picture(picture, Inches(6.1), Inches(1.8), width=Inches(6.6))
    card = island_map()
    for line in card.lines:
        x0, y0, x1, y1 = (v * 6.6 / card.image.width for v in line.box)
        x0, x1, y0, y1 = 6.1 + x0, 6.1 + x1, 1.8 + y0, 1.8 + y1
        box = (x0 / 13.333, y0 / 7.5, x1 / 13.333, y1 / 7.5)
        lines.lines.append(Line(line.text, box, 1, line.edges))


def _table_slide(deck: object, lines: LineFinder) -> None:
    slide = _slide(deck, "Timetable", lines, 2)
    x, y, widths, pitch = 0.7, 1.8, [2.0, 7.2, 2.7], 0.72
    shape = slide.shapes.add_table(
        len(TIMETABLE), 3, Inches(x), Inches(y), Inches(sum(widths)), Inches(pitch * len(TIMETABLE))
    )
    for column, width in enumerate(widths):
        shape.table.columns[column].width = Inches(width)
    for row, words in enumerate(TIMETABLE):
        shape.table.rows[row].height = Inches(pitch)
        left = x
        for column, text in enumerate(words):
            cell = shape.table.cell(row, column)
            cell.text = text
            for paragraph in cell.text_frame.paragraphs:
                paragraph.font.size = Pt(22)
            top = y + row * pitch
            right = left + widths[column]
            box = (left / 13.333, top / 7.5, right / 13.333, (top + pitch) / 7.5)
            if text:
                lines.lines.append(Line(text, box, 2))
            left = right
    notes = (
        "If the ship is late, the reserve day moves with it. Nobody packs before the ship calls."
    )
    _notes(slide, notes, lines, 2)


def _notes(slide: Slide, text: str, lines: LineFinder, number: int) -> None:
    slide.notes_slide.notes_text_frame.text = text
    lines.lines.append(Line(text, (0.0, 0.0, 1.0, 1.0), number))


def slides(path: Path) -> LineFinder:
    deck, lines = Presentation(), LineFinder()
    deck.slide_width, deck.slide_height = Emu(12192000), Emu(6858000)
    _title_slide(deck, lines)
    _table_slide(deck, lines)
    for number, (title, words, notes) in enumerate(SLIDES, start=3):
        slide = _slide(deck, title, lines, number)
        _textbox(slide, words, (0.9, 1.9, 11.4, 4.6), 28, lines, number)
        _notes(slide, notes, lines, number)
    deck.core_properties.title = "Resupply, November 2025"
    deck.core_properties.author = "Ruth Calder"
    deck.save(path)
    settle(path)
    return lines


# -- Word documents ---------------------------------------------------------------------------

GENERATORS: list[tuple[str, object]] = [
    ("title", "Looking after the generators"),
    ("text", "For everyone on the duty roster. Tom Becker, fourth edition, January 2025."),
    ("head", "The three machines"),
    (
        "table",
        [
            ["Name", "Power", "Built", "Job"],
            ["G1", "90 kW", "2004", "mains, odd weeks"],
            ["G2", "90 kW", "2011", "mains, even weeks"],
            ["G3", "35 kW", "2018", "emergency, starts by itself"],
        ],
    ),
    ("head", "Every day"),
    (
        "text",
        "Walk around the running machine once on each watch. Listen before you look: a new sound "
        "matters more than any gauge. Write the oil pressure in the book. It should lie between "
        "3.8 and 4.6 bar; below 3.0 bar stop the machine and call the engineer.",
    ),
    ("head", "Oil and filters"),
    (
        "text",
        "The oil of G1 and G2 is changed after 250 hours, that of G3 after 100 hours or once a "
        "year. Each change takes 22 litres. Old oil goes into the blue drums, never into the black "
        "ones, which hold antifreeze.",
    ),
    (
        "text",
        "The fuel filter is changed with every second oil change. Bleed the air out with the hand "
        "pump: about forty strokes, until no more bubbles come.",
    ),
    ("head", "The big overhaul"),
    (
        "text",
        "After 12,000 hours the pistons, the liners and the injectors are replaced. It takes two "
        "people nine days. G2 had its overhaul in May 2023; G1 will need it in the winter of 2025.",
    ),
    ("head", "Changing over"),
    ("step", "Start the resting machine and let it warm up for twelve minutes."),
    ("step", "Match the frequency to 50 hertz within a tenth."),
    ("step", "Close the breaker when the lamp is dark, and not when it is bright."),
    ("step", "Let the other machine run without load for five minutes before you stop it."),
    ("head", "If all the lights go out"),
    (
        "text",
        "G3 should take over within 20 seconds. If it does not, use the crank: it hangs on the "
        "north wall, behind the ladder. Then ring extension 201 and put the kettle on the gas.",
    ),
]
DRONE_ZH: list[tuple[str, object]] = [
    ("title", "无人机使用规定"),
    ("text", "拉金岛科考站，2025年2月修订。负责人：魏岚。"),
    ("head", "一、谁可以飞"),
    (
        "text",
        "持有站内操作证的人员方可飞行，目前为魏岚、陈志远和普赖斯三人。每次飞行必须有一名观察员。",
    ),
    ("head", "二、禁飞区域"),
    (
        "text",
        "距企鹅聚居地300米以内、距信天翁巢500米以内禁止飞行。海豹产仔期，即12月至次年1月，"
        "长滩全线禁飞。",
    ),
    ("head", "三、天气和电池"),
    (
        "text",
        "风速超过每秒9米不得起飞。起飞前电池温度须高于15度，剩余电量降到35%时必须返航。"
        "冬季单次飞行不得超过十四分钟。",
    ),
    (
        "table",
        [
            ["编号", "型号", "重量", "用途"],
            ["一号机", "海燕四型", "1.4公斤", "航拍测绘"],
            ["二号机", "海燕四型", "1.4公斤", "备用"],
            ["三号机", "长翼二型", "5.9公斤", "冰情巡查"],
        ],
    ),
    ("head", "四、事故处理"),
    ("text", "失联后立即记下最后位置，两小时内报告站长。不得单独前往搜寻。"),
    ("text", "2024年10月，二号机撞上旧电台天线，螺旋桨损坏，更换费用为460元。"),
]


def _pieces(content: Sequence[tuple[str, object]]) -> Iterator[str]:
    for kind, value in content:
        if kind == "table":
            head, *rows = value  # type: ignore[misc]
            for row in rows:
                yield "; ".join(f"{name}: {cell}" for name, cell in zip(head, row, strict=True))
        else:
            yield str(value)


def _fill(document: DocumentType, content: Sequence[tuple[str, object]]) -> None:
    for kind, value in content:
        if kind == "table":
            rows = [list(row) for row in value]  # type: ignore[attr-defined]
            table = document.add_table(rows=0, cols=len(rows[0]))
            table.style = "Light Grid Accent 1"
            for row in rows:
                for cell, text in zip(table.add_row().cells, row, strict=True):
                    cell.text = text
            document.add_paragraph()
        elif kind == "title":
            document.add_heading(str(value), level=0)
        elif kind == "head":
            document.add_heading(str(value), level=1)
        else:
            document.add_paragraph(str(value), style="List Number" if kind == "step" else None)


def word_file(path: Path, content: Sequence[tuple[str, object]], author: str) -> TextFinder:
    document = Document()
    _fill(document, content)
    document.core_properties.title = str(content[0][1])
    document.core_properties.author = author
    document.core_properties.comments = ""
    document.save(str(path))
    settle(path)
    return TextFinder("\n\n".join(_pieces(content)))  # as Pincite reads it


def make(files: Path) -> list[Made]:
    book, deck = "office/plan-2025-26.xlsx", "office/resupply-november.pptx"
    manual, drones = "office/generator-manual.docx", "office/无人机使用规定.docx"
    return [
        Made(book, workbook(files / book)),
        Made(deck, slides(files / deck)),
        Made(manual, word_file(files / manual, GENERATORS, "Tom Becker")),
        Made(drones, word_file(files / drones, DRONE_ZH, "魏岚")),
    ]
