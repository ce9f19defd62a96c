"""More pictures whose words stand in several places, drawn after the rules had been written."""

from __future__ import annotations

import io
import math
from collections.abc import Callable, Iterator, Sequence

import numpy as np
from PIL import Image, ImageFilter

from tests.ingest.laid_out import CHINESE, Canvas, Colour, Group, Sample


def more_samples() -> Iterator[Sample]:
    """Yield all pictures of which the letters are at hand."""
    for make in [*_LATIN, *(_CHINESE if CHINESE.exists() else [])]:
        yield make()


def _photographed(picture: Image.Image, degrees: float = 1.5, noise: float = 5) -> Image.Image:
    """Return a picture as a telephone takes it: tilted, shaded, a little blurred and noisy."""
    turned = picture.rotate(degrees, Image.Resampling.BICUBIC, fillcolor=(238, 238, 236))
    values = np.asarray(turned.filter(ImageFilter.GaussianBlur(0.8)), np.float32)
    shade = np.linspace(1.0, 0.86, values.shape[1], dtype=np.float32)[None, :, None]
    dice = np.random.default_rng(7)
    values = values * shade + dice.normal(0, noise, values.shape)
    buffer = io.BytesIO()
    Image.fromarray(values.clip(0, 255).astype(np.uint8)).save(buffer, "JPEG", quality=85)
    return Image.open(buffer).convert("RGB")


def _grid(
    c: Canvas,
    groups: Sequence[Group],
    xs: Sequence[float],
    y: float,
    px: int = 26,
    anchor: str = "la",
) -> None:
    for x, group in zip(xs, groups, strict=True):
        c.stack(x, y, group, px, anchor)


# -- nodes ----------------------------------------------------------------------------------


def _forecast() -> Sample:
    c = Canvas((1100, 420), ground=(225, 240, 250))
    days = (
        ("Mon", "14 C", "showers"), ("Tue", "17 C", "sunny"), ("Wed", "16 C", "cloudy"),
        ("Thu", "12 C", "gales"), ("Fri", "13 C", "fog"),
    )  # fmt: skip
    c.write(550, 40, "Weather at the cape", 40, "ma")
    _grid(c, days, [120 + 210 * i for i in range(5)], 190, 30, "ma")
    return Sample("forecast, day above weather", c.picture, days)


def _time_line() -> Sample:
    c = Canvas((1200, 400))
    events = (("1898", "Mill built"), ("1934", "Turbine fitted"), ("1971", "Closed down"),
              ("2008", "Museum opens"))  # fmt: skip
    c.pen.line((60, 150, 1140, 150), fill="black", width=4)
    _grid(c, events, [150 + 290 * i for i in range(4)], 180, 28, "ma")
    return Sample("time line", c.picture, events)


def _network_photo() -> Sample:
    c = Canvas((1200, 700), ground=(238, 238, 236))
    nodes = (("Router", "192.168.1.1"), ("Printer", "192.168.1.20"), ("Camera", "192.168.1.31"),
             ("Server", "192.168.1.5"))  # fmt: skip
    for node, (x, y) in zip(nodes, ((470, 60), (80, 400), (470, 420), (860, 390)), strict=True):
        c.frame(x, y, 270, 130, "white" if node[0] == "Router" else (205, 225, 240))
        c.stack(x + 135, y + 26, node, 30, "ma")
        c.arrow(600, 190, x + 135, y if y > 100 else 190)
    return Sample("network, photographed", _photographed(c.picture), nodes)


def _dashed() -> Sample:
    c = Canvas((1000, 420))
    nodes = (("Kiln", "1240 C"), ("Dryer", "80 C"), ("Glaze bath", "Stir daily"))
    for i, node in enumerate(nodes):
        x = 50 + 320 * i
        for step in range(0, 240, 20):
            c.pen.line((x + step, 120, x + step + 10, 120), fill="black", width=2)
            c.pen.line((x + step, 250, x + step + 10, 250), fill="black", width=2)
        c.stack(x + 120, 145, node, 28, "ma")
    return Sample("diagram, dashed", c.picture, nodes)


def _organisation() -> Sample:
    c = Canvas((1100, 560))
    people = (("Mira Voss", "Director"), ("Tom Hart", "Workshop"), ("Ines Roth", "Archive"),
              ("Paul Lind", "Garden"))  # fmt: skip
    for person, (x, y) in zip(people, ((550, 50), (200, 320), (550, 320), (900, 320)), strict=True):
        c.frame(x - 130, y, 260, 120, (240, 240, 215))
        c.stack(x, y + 22, person, 28, "ma")
        c.pen.line((550, 172, x, y - 2), fill="black", width=3) if y > 100 else None
    return Sample("organisation, names and roles", c.picture, people)


def _floor_plan() -> Sample:
    c = Canvas((1000, 700))
    rooms = (
        (("Kitchen", "14 m2"), (50, 50, 430, 330)),
        (("Bath", "6 m2"), (430, 50, 650, 330)),
        (("Office", "11 m2"), (650, 50, 950, 330)),
        (("Hall", "9 m2"), (50, 330, 350, 640)),
        (("Living room", "27 m2"), (350, 330, 950, 640)),
    )
    for room, (x0, y0, x1, y1) in rooms:
        c.pen.rectangle((x0, y0, x1, y1), outline="black", width=6)
        c.pen.rectangle((x0 + 30, y1 - 3, x0 + 90, y1 + 3), fill="white")  # a door
        c.stack((x0 + x1) / 2, (y0 + y1) / 2 - 40, room, 28, "ma")
    return Sample("floor plan", c.picture, tuple(room for room, _ in rooms))


def _boarding_pass() -> Sample:
    c = Canvas((1100, 420), ground=(250, 250, 252))
    cells = (
        ("FROM", "Oslo"), ("TO", "Bergen"), ("DATE", "4 May"), ("SEAT", "12C"),
        ("GATE", "B7"), ("BOARDING", "17:40"), ("FLIGHT", "DY 612"), ("CLASS", "Economy"),
    )  # fmt: skip
    for i, (label, value) in enumerate(cells):
        x, y = 60 + 260 * (i % 4), 70 + 160 * (i // 4)
        c.write(x, y, label, 18)
        c.write(x, y + 26, value, 34)
    return Sample("boarding pass", c.picture, cells)


def _price_cards() -> Sample:
    c = Canvas((1000, 420), ground=(120, 90, 60))
    cards = (("Apples", "2.40"), ("Pears", "3.10"), ("Plums", "1.95"))
    for i, card in enumerate(cards):
        c.frame(50 + 320 * i, 120, 250, 150, "white")
        c.stack(175 + 320 * i, 145, card, 36, "ma")
    return Sample("shelf, cards with prices", c.picture, cards)


def _gauges() -> Sample:
    c = Canvas((1100, 420), ground=(24, 28, 36), ink="white")
    cells = (("58 C", "Flow"), ("41 C", "Return"), ("1.9 bar", "Pressure"), ("320 W", "Pump"))
    _grid(c, cells, [150 + 265 * i for i in range(4)], 160, 32, "ma")
    return Sample("panel, values above labels", c.picture, cells)


def _dashboard() -> Sample:
    c = Canvas((1200, 620), ground=(30, 34, 44), ink="white")
    cells = (("Visitors today", "1,204"), ("Tickets sold", "873"), ("Guided tours", "12"),
             ("Cafe sales", "2,410 EUR"), ("Lost items", "4"), ("Members", "518"))  # fmt: skip
    for i, (label, value) in enumerate(cells):
        x, y = 40 + 390 * (i % 3), 50 + 280 * (i // 3)
        c.frame(x, y, 340, 220, (52, 60, 78), 16)
        c.write(x + 30, y + 36, label, 26)
        c.write(x + 30, y + 90, value, 54)
    return Sample("dashboard", c.picture, cells)


def _named_values() -> Sample:
    c = Canvas((1000, 420))
    nodes = (
        ("Pump A", "Pressure: 3.2 bar", "Flow: 40 kg"),
        ("Pump B", "Pressure: 2.9 bar", "Flow: 35 kg"),
    )
    for i, node in enumerate(nodes):
        c.frame(60 + 460 * i, 90, 380, 190)
        c.stack(90 + 460 * i, 112, node, 30)
    return Sample("diagram, named values", c.picture, nodes)


def _cards_of_lists() -> Sample:
    c = Canvas((1200, 560))
    fills: tuple[Colour, ...] = ((230, 240, 255), (235, 250, 235), (255, 240, 225))
    cards = (
        ("Collect", "Seeds in paper bags", "Label each bag", "Keep them dry", "Note the date"),
        ("Sow", "Half a thumb deep", "Water from below", "Turn to the light", "Thin in May"),
        ("Plant", "After the last frost", "Two feet apart", "Stake tall ones", "Mulch well"),
    )
    for i, (card, fill) in enumerate(zip(cards, fills, strict=True)):
        c.frame(40 + 390 * i, 80, 350, 400, fill)
        for j, line in enumerate(card):
            c.write(64 + 390 * i, 110 + 70 * j, line, 30)
    return Sample("slide, three cards of lists", c.picture, columns=cards)


def _round_diagram() -> Sample:
    c = Canvas((900, 900))
    nodes = (("Evaporation", "from the sea"), ("Clouds", "above 2 km"), ("Rain", "on the hills"),
             ("Rivers", "back down"), ("Springs", "after years"))  # fmt: skip
    for i, node in enumerate(nodes):
        angle = 2 * math.pi * i / 5 - 1.5
        c.stack(450 + 310 * math.cos(angle), 420 + 320 * math.sin(angle), node, 28, "ma")
        c.arrow(450, 450, 450 + 200 * math.cos(angle), 450 + 200 * math.sin(angle))
    return Sample("diagram, in a circle", c.picture, nodes)


# -- columns --------------------------------------------------------------------------------


def _pros_and_cons() -> Sample:
    c = Canvas((1000, 520))
    lists = (
        ("In favour", "Cheaper than the ferry", "Runs in winter too", "No booking needed"),
        ("Against", "Steep climb to the stop", "Last bus leaves early", "Dogs not allowed"),
    )
    for i, lines in enumerate(lists):
        for j, line in enumerate(lines):
            c.write(60 + 480 * i, 70 + 80 * j, line, 36 if j == 0 else 28)
    return Sample("poster, in favour and against", c.picture, columns=lists)


def _board_photo() -> Sample:
    c = Canvas((1200, 700), ground=(238, 238, 236), ink=(30, 40, 120))
    lists = (
        ("To buy", "lamp oil", "two brooms", "rat traps", "blue paint"),
        ("To mend", "gate latch", "north gutter", "stairs to cellar"),
        ("To ask", "price of slates", "who has the ladder", "when is the audit", "new keys"),
    )
    starts, pitches = (70, 96, 58), (84, 92, 77)
    for i, (lines, start, pitch) in enumerate(zip(lists, starts, pitches, strict=True)):
        for j, line in enumerate(lines):
            c.write(60 + 390 * i + 6 * (j % 3), start + pitch * j, line, 34)
    return Sample("whiteboard, photographed", _photographed(c.picture, -0.8), columns=lists)


def _check_lists() -> Sample:
    c = Canvas((1000, 520))
    lists = (
        ("Lock the shed", "Empty the bins", "Close all windows", "Turn off the pump"),
        ("Feed the cat", "Water the tubs", "Bring in the sign", "Set the alarm clock"),
    )
    for i, lines in enumerate(lists):
        for j, line in enumerate(lines):
            y = 80 + 90 * j + 8 * i
            c.frame(40 + 480 * i, y + 2, 28, 28)
            c.write(110 + 480 * i, y, line, 30)
    return Sample("notice, two lists to tick", c.picture, columns=lists)


def _paragraphs() -> Sample:
    c = Canvas((1200, 460))
    texts = (
        ("The weir was raised by a", "hand in the dry summer, so", "the pond reaches the alder",
         "roots and the old ford."),
        ("Walkers now cross at the", "upper bridge. Carts must", "go round by the quarry and",
         "pay the toll at the gate."),
    )  # fmt: skip
    for i, lines in enumerate(texts):
        c.stack(60 + 580 * i, 100 + 9 * i, lines, 32)
    return Sample("panel, two paragraphs", c.picture, columns=texts)


def _addresses() -> Sample:
    c = Canvas((1000, 420))
    texts = (
        ("Bill to", "Mira Voss", "Elm Row 4", "Leeds"),
        ("Ship to", "Hart Boat Yard", "Quay 2", "York"),
    )
    for i, lines in enumerate(texts):
        c.stack(60 + 480 * i, 100, lines, 28)
    return Sample("invoice, two addresses", c.picture, columns=texts)


# -- rows -----------------------------------------------------------------------------------


def _rows(
    name: str,
    rows: Sequence[Group],
    xs: Sequence[float],
    size: tuple[int, int] = (1000, 560),
    pitch: float = 50,
    px: int = 26,
) -> Sample:
    c = Canvas(size)
    for i, row in enumerate(rows):
        for x, words in zip(xs, row, strict=True):
            c.write(x, 50 + pitch * i, words, px)
    return Sample(name, c.picture, rows=tuple(rows))


def _menu_in_two_columns() -> Sample:
    c = Canvas((1200, 480))
    left = (("Pea soup", "4.50"), ("Trout", "15.80"), ("Plum cake", "3.90"), ("Rye bread", "1.20"))
    right = (("Cider", "3.60"), ("Malt beer", "2.90"), ("Rose hip tea", "2.10"), ("Water", "1.00"))
    for i, dishes in enumerate((left, right)):
        for j, (dish, price) in enumerate(dishes):
            c.write(60 + 600 * i, 80 + 70 * j, dish, 30)
            c.write(520 + 600 * i, 80 + 70 * j, price, 30, "ra")
    return Sample("menu in two columns", c.picture, rows=(*left, *right))


def _menu_with_notes() -> Sample:
    c = Canvas((900, 560))
    dishes = (("Trout", "15.80", "with almonds"), ("Hill lamb", "18.20", "braised in cider"),
              ("Leek tart", "9.60", "warm or cold"))  # fmt: skip
    for i, (dish, price, note) in enumerate(dishes):
        c.write(80, 60 + 140 * i, dish, 32)
        c.write(800, 60 + 140 * i, price, 32, "ra")
        c.write(80, 104 + 140 * i, note, 24)
    return Sample("menu with notes below", c.picture, rows=tuple(d[:2] for d in dishes))


def _receipt_with_counts() -> Sample:
    rows = [("2", "Lamp oil", "11.40", "22.80"), ("1", "Rope", "26.00", "26.00"),
            ("12", "Hooks", "0.35", "4.20"), ("3", "Soap", "1.80", "5.40")]  # fmt: skip
    return _rows("receipt with counts", rows, (60, 160, 560, 780))


def _departures() -> Sample:
    rows = [("10:05", "Oslo", "Pier 4", "on time"), ("10:40", "Kiel", "Pier 1", "late"),
            ("11:15", "Larvik", "Pier 4", "boarding"),
            ("12:00", "Visby", "Pier 2", "on time")]  # fmt: skip
    return _rows("departures", rows, (60, 240, 520, 760))


def _nutrition() -> Sample:
    rows = [("Energy", "520 kJ"), ("Fat", "3.1 g"), ("Sugar", "11 g"), ("Protein", "7.4 g"),
            ("Salt", "0.6 g")]  # fmt: skip
    return _rows("nutrition facts", rows, (60, 320), (520, 380), 50)


def _seasons() -> Sample:
    rows = [("Day", "Summer", "Winter"), ("Mon - Fri", "8 - 20", "9 - 17"),
            ("Saturday", "8 - 22", "9 - 14"), ("Sunday", "10 - 18", "closed")]  # fmt: skip
    return _rows("opening hours, two seasons", rows, (60, 380, 680))


def _laboratory() -> Sample:
    rows = [("Test", "Result", "Unit", "Range"), ("Iron", "14.2", "umol", "10 - 28"),
            ("Zinc", "9.8", "umol", "11 - 19"),
            ("Calcium", "2.31", "mmol", "2.2 - 2.6")]  # fmt: skip
    return _rows("laboratory table", rows, (60, 320, 560, 780))


def _keepers() -> Sample:
    rows = [("Gull Rock", "Ada Finch"), ("North Cape", "Bo Lund"), ("Seal Isle", "Cy Marsh"),
            ("Long Reef", "Di Holt"), ("Far Skerry", "Ed Moss")]  # fmt: skip
    return _rows("table of places and names", rows, (60, 520))


def _small_table() -> Sample:
    rows = [("Boat", "Length", "Crew"), ("Petrel", "9 m", "3"), ("Dunlin", "6 m", "2")]
    return _rows("table of three rows", rows, (60, 380, 680), pitch=40)


def _month() -> Sample:
    rows = [("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")]
    rows += [tuple(str(7 * w + d) for d in range(10, 17)) for w in range(2)]
    rows[1:] = [tuple(str(n) for n in range(start, start + 7)) for start in (10, 17, 24)]
    return _rows("calendar", rows, [60 + 130 * i for i in range(7)], (1000, 380), 80, 32)


def _two_line_cells() -> Sample:
    c = Canvas((1000, 480))
    rows = (
        ("Monday", "Choir", "Chess"),
        ("Tuesday", "Drawing", "Judo"),
        ("Friday", "Band", "Cooking"),
    )
    for i, row in enumerate(rows):
        for x in (46, 360, 650, 960):
            c.pen.line((x, 40, x, 400), fill="black", width=2)
        c.pen.line((46, 40 + 120 * i, 960, 40 + 120 * i), fill="black", width=2)
        for x, words in zip((60, 380, 670), row, strict=True):
            c.write(x, 80 + 120 * i, words, 28)
    c.pen.line((46, 400, 960, 400), fill="black", width=2)
    return Sample("club table, ruled", c.picture, rows=rows)


def _receipt_photo() -> Sample:
    c = Canvas((760, 760), ground=(96, 74, 58))
    c.frame(110, 60, 540, 640, (246, 245, 240))
    rows = (("Nails", "4.90"), ("Wood glue", "7.25"), ("Sand paper", "3.60"), ("Hinge", "5.80"),
            ("TOTAL", "21.55"), ("CARD", "21.55"))  # fmt: skip
    c.write(380, 90, "Iron and Oak", 36, "ma")
    for i, (name, price) in enumerate(rows):
        c.write(150, 190 + 72 * i, name, 28)
        c.write(610, 190 + 72 * i, price, 28, "ra")
    return Sample("receipt, photographed", _photographed(c.picture, 2.0), rows=rows)


# -- Chinese --------------------------------------------------------------------------------


def _chinese_forecast() -> Sample:
    c = Canvas((1000, 400), chinese=True)
    days = (("周一", "14度", "小雨"), ("周二", "17度", "晴天"), ("周三", "16度", "多云"))
    _grid(c, days, [170 + 330 * i for i in range(3)], 110, 34, "ma")
    return Sample("中文 forecast", c.picture, days)


def _chinese_people() -> Sample:
    c = Canvas((1000, 500), chinese=True)
    people = (("王林", "馆长"), ("李梅", "档案室"), ("赵刚", "维修组"), ("陈红", "花园"))
    for i, person in enumerate(people):
        x, y = 60 + 460 * (i % 2), 50 + 220 * (i // 2)
        c.frame(x, y, 360, 140, (236, 240, 225))
        c.stack(x + 180, y + 22, person, 34, "ma")
    return Sample("中文 organisation", c.picture, people)


def _chinese_menu() -> Sample:
    c = Canvas((1100, 420), chinese=True)
    left = (("豆腐汤", "12元"), ("红烧鱼", "38元"), ("炒青菜", "16元"), ("米饭", "2元"))
    right = (("绿茶", "8元"), ("豆浆", "5元"), ("酸梅汤", "9元"), ("啤酒", "10元"))
    for i, dishes in enumerate((left, right)):
        for j, (dish, price) in enumerate(dishes):
            c.write(60 + 560 * i, 60 + 80 * j, dish, 34)
            c.write(470 + 560 * i, 60 + 80 * j, price, 34, "ra")
    return Sample("中文 menu in two columns", c.picture, rows=(*left, *right))


def _chinese_notice() -> Sample:
    c = Canvas((1000, 480), chinese=True)
    lists = (
        ("离开前请关好所有窗户", "最后离开的人要关灯", "垃圾请在周五带走", "钥匙交给楼下的老张"),
        ("晚上十点以后请安静", "不要在走廊里停自行车", "包裹放在一楼的柜子", "漏水请马上打电话"),
    )
    for i, lines in enumerate(lists):
        for j, line in enumerate(lines):
            c.write(50 + 500 * i, 60 + 90 * j, line, 34)
    return Sample("中文 notice, two lists", c.picture, columns=lists)


def _chinese_results() -> Sample:
    c = Canvas((900, 420), chinese=True)
    rows = (("项目", "结果", "单位"), ("血糖", "5.2", "毫摩尔"), ("尿酸", "310", "微摩尔"),
            ("血脂", "1.4", "毫摩尔"))  # fmt: skip
    for i, row in enumerate(rows):
        for j, words in enumerate(row):
            c.write(60 + 280 * j, 50 + 80 * i, words, 34)
    return Sample("中文 laboratory table", c.picture, rows=rows)


_LATIN: tuple[Callable[[], Sample], ...] = (
    _forecast, _time_line, _network_photo, _dashed, _organisation, _floor_plan, _boarding_pass,
    _price_cards, _gauges, _dashboard, _named_values, _cards_of_lists, _round_diagram,
    _pros_and_cons, _board_photo, _check_lists, _paragraphs, _addresses, _menu_in_two_columns,
    _menu_with_notes, _receipt_with_counts, _departures, _nutrition, _seasons, _laboratory,
    _keepers, _small_table, _month, _two_line_cells, _receipt_photo,
)  # fmt: skip
_CHINESE: tuple[Callable[[], Sample], ...] = (
    _chinese_forecast, _chinese_people, _chinese_menu, _chinese_notice, _chinese_results,
)  # fmt: skip
