"""Pictures full of numbers, colours and boxes that are no charts, drawn with Pillow."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

_SIZE = (1000, 700)
_FONT_PX = 22


def uncharted() -> dict[str, Image.Image]:
    """Return pictures by what they are."""
    made: list[Callable[[], Image.Image]] = [
        receipt, price_list, striped_table, ruled_table, timetable, calendar, boxes_with_values,
        flow_of_steps, tiles, number_pad, heat_map, plan_of_rooms, plan_of_weeks, photo, pie,
        specification, opening_hours, podium, cells_with_bars, ladder, thermometers, abacus,
    ]  # fmt: skip
    return {make.__name__: make() for make in made}


def _page(colour: str = "white") -> tuple[Image.Image, ImageDraw.ImageDraw]:
    image = Image.new("RGB", _SIZE, colour)
    return image, ImageDraw.Draw(image)


def _say(
    pen: ImageDraw.ImageDraw,
    at: tuple[float, float],
    words: str,
    size: int = _FONT_PX,
    fill: str = "#222222",
    anchor: str = "la",
) -> None:
    pen.text(at, words, fill=fill, font=ImageFont.load_default(size), anchor=anchor)


def _grid(
    pen: ImageDraw.ImageDraw, rows: Sequence[Sequence[str]], xs: Sequence[float], top: float,
    step: float,
) -> None:  # fmt: skip
    for i, row in enumerate(rows):
        for x, cell in zip(xs, row, strict=True):
            _say(pen, (x, top + i * step), cell)


def receipt() -> Image.Image:
    image, pen = _page()
    _say(pen, (500, 40), "HARBOUR STORE", 34, anchor="ma")
    goods = [("Rope 20 m", 18.40), ("Lamp oil", 7.25), ("Bread", 3.10), ("Rye flour", 4.80)]
    for i, (name, price) in enumerate(goods):
        _say(pen, (250, 130 + 50 * i), name)
        _say(pen, (750, 130 + 50 * i), f"{price:.2f}", anchor="ra")
    pen.line((240, 340, 760, 340), fill="#222222", width=2)
    _say(pen, (250, 360), "TOTAL")
    _say(pen, (750, 360), "33.55", anchor="ra")
    return image


def price_list() -> Image.Image:
    image, pen = _page("#f5efe0")
    _say(pen, (500, 40), "Today", 40, anchor="ma")
    for i, (name, price) in enumerate(
        zip("Soup Stew Fish Pie Tea".split(), (4, 7, 9, 6, 2), strict=True)
    ):
        pen.rectangle((180, 128 + 80 * i, 820, 178 + 80 * i), fill="#d9c8a0")
        _say(pen, (200, 140 + 80 * i), name)
        _say(pen, (800, 140 + 80 * i), f"{price}.50", anchor="ra")
    return image


def _table() -> list[list[str]]:
    rows = [["Station", "Jan", "Feb", "Mar", "Apr"]]
    for i, name in enumerate("North South West East Cove Ridge".split()):
        rows.append([name, *(f"{12.5 + 3.1 * i + 1.7 * k:.1f}" for k in range(4))])
    return rows


def striped_table() -> Image.Image:
    image, pen = _page()
    for i in range(1, 8, 2):
        pen.rectangle((80, 92 + 60 * i, 920, 152 + 60 * i), fill="#cfe2f3")
    _grid(pen, _table(), (100, 320, 470, 620, 770), 110, 60)
    return image


def ruled_table() -> Image.Image:
    image, pen = _page()
    for i in range(8):
        pen.line((80, 92 + 60 * i, 920, 92 + 60 * i), fill="#3060a0", width=3)
    for x in (80, 300, 450, 600, 750, 920):
        pen.line((x, 92, x, 512), fill="#3060a0", width=3)
    _grid(pen, _table(), (100, 320, 470, 620, 770), 110, 60)
    return image


def timetable() -> Image.Image:
    image, pen = _page()
    pen.rectangle((80, 92, 920, 152), fill="#204080")
    for k, words in enumerate("Stop 1 2 3 4".split()):
        _say(pen, (100 + 170 * k, 110), words, fill="#ffffff")
    for i, name in enumerate("Quay Mill Church School Hill".split()):
        _say(pen, (100, 175 + 60 * i), name)
        for k in range(4):
            _say(pen, (270 + 170 * k, 175 + 60 * i), f"{7 + 2 * k}:{10 + 7 * i:02d}")
    return image


def calendar() -> Image.Image:
    image, pen = _page()
    _say(pen, (500, 30), "March", 40, anchor="ma")
    for k, day in enumerate("Mo Tu We Th Fr Sa Su".split()):
        _say(pen, (150 + 115 * k, 110), day, anchor="ma")
    for n in range(31):
        x, y = 150 + 115 * (n % 7), 160 + 95 * (n // 7)
        if n % 5 == 2 or n % 7 > 4:
            pen.rectangle((x - 50, y - 10, x + 50, y + 70), fill="#ffd28a")
        _say(pen, (x, y), str(n + 1), anchor="ma")
    return image


def boxes_with_values() -> Image.Image:
    image, pen = _page()
    parts = [("Tank", "12.5 m"), ("Filter", "8.2 m"), ("Pump", "15.9 m"), ("Valve", "10.4 m")]
    for k, (name, value) in enumerate(parts):
        x = 60 + 235 * k
        pen.rectangle((x, 250, x + 170, 400), fill="#9fc5e8", outline="#204060", width=3)
        _say(pen, (x + 85, 290), name, anchor="ma")
        _say(pen, (x + 85, 340), value, anchor="ma")
        if k:
            pen.line((x - 65, 325, x, 325), fill="#204060", width=5)
    return image


def flow_of_steps() -> Image.Image:
    image, pen = _page()
    for k, (name, value) in enumerate([("Wash", "3 min"), ("Rinse", "5 min"), ("Dry", "20 min")]):
        y = 60 + 210 * k
        pen.rectangle((350, y, 650, y + 120), fill="#b6d7a8")
        _say(pen, (500, y + 20), name, 28, anchor="ma")
        _say(pen, (500, y + 70), value, anchor="ma")
        _say(pen, (700, y + 45), f"step {k + 1}")
    return image


def tiles() -> Image.Image:
    image, pen = _page("#f0f0f4")
    facts = [("Visitors", "1,240"), ("Boats", "87"), ("Nights", "352"), ("Staff", "14"),
             ("Tours", "61"), ("Rescues", "9")]  # fmt: skip
    for i, (name, value) in enumerate(facts):
        x, y = 60 + 310 * (i % 3), 120 + 270 * (i // 3)
        pen.rectangle((x, y, x + 260, y + 200), fill=("#4472c4", "#ed7d31", "#70ad47")[i % 3])
        _say(pen, (x + 130, y + 40), value, 56, "#ffffff", "ma")
        _say(pen, (x + 130, y + 135), name, 26, "#ffffff", "ma")
    return image


def number_pad() -> Image.Image:
    image, pen = _page("#333333")
    for i, key in enumerate("7894561230"):
        x, y = 300 + 140 * (i % 3), 80 + 140 * (i // 3)
        pen.rectangle((x, y, x + 110, y + 110), fill="#777777")
        _say(pen, (x + 55, y + 30), key, 44, "#ffffff", "ma")
    return image


def heat_map() -> Image.Image:
    image, pen = _page()
    for i, row in enumerate("Mon Tue Wed Thu".split()):
        _say(pen, (90, 165 + 110 * i), row)
        for k in range(6):
            value = (17 * i + 29 * k) % 60 + 10
            shade = 255 - 3 * value
            pen.rectangle(
                (180 + 120 * k, 130 + 110 * i, 300 + 120 * k, 240 + 110 * i),
                fill=(255, shade, shade),
            )
            _say(pen, (240 + 120 * k, 170 + 110 * i), str(value), anchor="ma")
    for k in range(6):
        _say(pen, (240 + 120 * k, 90), f"{8 + 2 * k} h", anchor="ma")
    return image


def plan_of_rooms() -> Image.Image:
    image, pen = _page()
    rooms = [
        (60, 60, 420, 330, "Kitchen", "14.5 m²"),
        (420, 60, 700, 330, "Store", "9.8 m²"),
        (700, 60, 940, 640, "Hall", "22.0 m²"),
        (60, 330, 700, 640, "Dining room", "31.2 m²"),
    ]
    for i, (x0, y0, x1, y1, name, area) in enumerate(rooms):
        fill = ("#fce5cd", "#d9ead3", "#cfe2f3", "#f4cccc")[i]
        pen.rectangle((x0, y0, x1, y1), fill=fill, outline="#222222", width=6)
        _say(pen, ((x0 + x1) / 2, (y0 + y1) / 2 - 30), name, anchor="ma")
        _say(pen, ((x0 + x1) / 2, (y0 + y1) / 2 + 5), area, anchor="ma")
    return image


def plan_of_weeks() -> Image.Image:
    image, pen = _page()
    work = [("Paint", 1, 3), ("Roof", 2, 6), ("Doors", 4, 5), ("Floor", 1, 7), ("Garden", 5, 8)]
    for k in range(9):
        _say(pen, (240 + 85 * k, 60), str(k + 1), anchor="ma")
    for i, (name, first, last) in enumerate(work):
        y = 120 + 100 * i
        _say(pen, (60, y + 15), name)
        pen.rectangle((200 + 85 * first, y, 200 + 85 * last, y + 55), fill="#6fa8dc")
        _say(pen, (200 + 85 * (first + last) / 2, y + 14), f"{10 * (i + 3)} h", anchor="ma")
    return image


def photo() -> Image.Image:
    source = np.random.default_rng(5)
    coarse = source.integers(0, 255, (14, 20, 3), dtype=np.uint8)
    image = Image.fromarray(coarse).resize(_SIZE, Image.Resampling.BICUBIC)
    image = image.filter(ImageFilter.GaussianBlur(6))
    pen = ImageDraw.Draw(image)
    for i, words in enumerate(
        ("Platform 3", "12", "Exit", "7", "Track 9", "45 km", "Way out", "60")
    ):
        x, y = 90 + 230 * (i % 4), 150 + 300 * (i // 4)
        pen.rectangle((x - 15, y - 12, x + 150, y + 42), fill="#113399")
        _say(pen, (x, y), words, 26, "#ffffff")
    return image


def pie() -> Image.Image:
    image, pen = _page()
    _say(pen, (500, 25), "How guests arrive", 34, anchor="ma")
    start = 0.0
    parts = [
        ("Train", 45, "#4472c4"),
        ("Car", 30, "#ed7d31"),
        ("Bus", 15, "#a5a5a5"),
        ("Bike", 10, "#ffc000"),
    ]
    for i, (name, share, colour) in enumerate(parts):
        pen.pieslice((150, 130, 650, 630), start, start + 3.6 * share, fill=colour)
        angle = np.deg2rad(start + 1.8 * share)
        _say(pen, (400 + 165 * np.cos(angle), 380 + 165 * np.sin(angle)), f"{share}%", anchor="mm")
        pen.rectangle((750, 250 + 50 * i, 772, 272 + 50 * i), fill=colour)
        _say(pen, (785, 248 + 50 * i), name)
        start += 3.6 * share
    return image


def specification() -> Image.Image:
    image, pen = _page("#c8ccd0")
    facts = [("MODEL", "HX-240"), ("VOLTAGE", "230 V"), ("POWER", "1,450 W"), ("MASS", "38 kg"),
             ("YEAR", "2019")]  # fmt: skip
    for i, (name, value) in enumerate(facts):
        _say(pen, (200, 100 + 95 * i), name, 22)
        pen.rectangle((420, 88 + 95 * i, 780, 150 + 95 * i), fill="#eeeeee")
        _say(pen, (440, 102 + 95 * i), value, 30)
    return image


def opening_hours() -> Image.Image:
    image, pen = _page("#1d3b2a")
    _say(pen, (500, 40), "OPENING HOURS", 40, "#ffffff", "ma")
    for i, day in enumerate("Monday Tuesday Wednesday Thursday Friday".split()):
        _say(pen, (220, 140 + 80 * i), day, 28, "#ffffff")
        _say(pen, (600, 140 + 80 * i), f"{8 + i % 2}:00 - {16 + i}:30", 28, "#ffffff")
    return image


def podium() -> Image.Image:
    """Three blocks of different height with ranks that do not go with their heights."""
    image, pen = _page()
    for x, tall, rank, name in (
        (150, 220, "2", "Ida"),
        (400, 330, "1", "Ben"),
        (650, 150, "3", "Mia"),
    ):
        pen.rectangle((x, 600 - tall, x + 200, 600), fill="#d4a017")
        _say(pen, (x + 100, 600 - tall + 30), rank, 60, anchor="ma")
        _say(pen, (x + 100, 620), name, 28, anchor="ma")
    return image


def cells_with_bars() -> Image.Image:
    """A table of several columns in which one has bars: the other cells need their row."""
    image, pen = _page()
    for k, words in enumerate(("Shop", "Sales", "Staff", "Opened")):
        _say(pen, ((100, 300, 700, 850)[k], 60), words)
    shops = [("Harbour", 124, 4, 1998), ("Station", 287, 7, 2004), ("Market", 98, 2, 2011),
             ("Airport", 341, 9, 2016), ("Mill", 199, 5, 1987)]  # fmt: skip
    for i, (name, sales, staff, year) in enumerate(shops):
        y = 130 + 90 * i
        _say(pen, (100, y), name)
        pen.rectangle((300, y - 10, 300 + sales, y + 40), fill="#8fbce6")
        _say(pen, (310, y), str(sales))
        _say(pen, (700, y), str(staff))
        _say(pen, (850, y), str(year))
    return image


def ladder() -> Image.Image:
    """Shelves of equal length with numbers on them."""
    image, pen = _page()
    for i in range(6):
        pen.rectangle((250, 100 + 95 * i, 750, 140 + 95 * i), fill="#a9713b")
        _say(pen, (200, 108 + 95 * i), f"Shelf {chr(65 + i)}", anchor="ra")
        _say(pen, (770, 108 + 95 * i), f"{12 * (i + 1)} kg")
    return image


def thermometers() -> Image.Image:
    """Columns whose printed numbers have nothing to do with how tall they are."""
    image, pen = _page()
    for k, (name, number) in enumerate([("Boiler", 4), ("Cellar", 17), ("Loft", 2), ("Yard", 9)]):
        x = 120 + 210 * k
        tall = (180, 320, 410, 250)[k]
        pen.rectangle((x, 580 - tall, x + 70, 580), fill="#cc3333")
        _say(pen, (x + 35, 545 - tall), str(number), anchor="ma")
        _say(pen, (x + 35, 600), name, anchor="ma")
    return image


def abacus() -> Image.Image:
    source = random.Random(3)
    image, pen = _page()
    for i in range(8):
        y = 80 + 75 * i
        pen.line((100, y, 900, y), fill="#888888", width=3)
        for _ in range(6):
            x = source.randint(150, 850)
            pen.rectangle((x - 20, y - 25, x + 20, y + 25), fill="#3366cc")
            _say(pen, (x, y - 12), str(source.randint(1, 99)), fill="#ffffff", anchor="ma")
    return image
