"""Photographs of signs, a receipt, a label and a whiteboard."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from . import camera
from .canvas import Canvas, scaled
from .places import LineFinder, Made

RUST, CREAM, RED = (122, 74, 40), (243, 238, 222), (186, 28, 34)


def _bolts(card: Canvas, inset: int = 26) -> None:
    width, height = card.image.size
    for x in (inset, width - inset):
        for y in (inset, height - inset):
            card.draw.ellipse((x - 10, y - 10, x + 10, y + 10), fill=(120, 120, 118))
            card.draw.ellipse((x - 4, y - 5, x + 5, y + 3), fill=(198, 198, 196))


def _weather(card: Canvas, seed: int, strength: float = 14.0) -> Canvas:
    """Stain the card a little, as years outdoors do."""
    width, height = card.image.size
    stain = camera.cloud(height, width, seed, 5)[:, :, None] * strength
    pixels = np.asarray(card.image, dtype=np.float32) + np.minimum(stain, 4) * (1.0, 1.1, 1.3)
    card.image = Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))
    return card


def fuel_sign() -> Canvas:
    card = Canvas.blank(900, 700, (248, 205, 38))
    card.draw.rectangle((14, 14, 886, 686), outline=(20, 20, 20), width=12)
    card.text((450, 96), "FUEL STORE", ("lato-black", 104), anchor="mm")
    card.draw.rectangle((60, 168, 840, 268), fill=RED)
    card.text((450, 218), "NO SMOKING - NO OPEN FLAME", ("lato-bold", 46), CREAM, "mm")
    card.text((80, 330), "Diesel and kerosene only.", ("lato-bold", 50), anchor="lm")
    card.text((80, 404), "Not more than 64 drums.", ("lato-bold", 50), anchor="lm")
    card.text((80, 478), "Earth the hose before you pump.", ("lato-bold", 50), anchor="lm")
    card.text((80, 552), "In case of a spill ring 215", ("lato-bold", 50), anchor="lm")
    card.text((80, 626), "Sand buckets: left of the door", ("lato-bold", 50), anchor="lm")
    _bolts(card, 36)
    return _weather(card, 3)


def trail_sign() -> Canvas:
    card = Canvas.blank(1000, 760, (58, 92, 70))
    card.draw.rounded_rectangle((16, 16, 984, 744), 30, outline=CREAM, width=6)
    card.text((500, 90), "LARKIN ISLAND FOOTPATHS", ("lato-black", 60), CREAM, "mm")
    card.draw.line((60, 146, 940, 146), fill=CREAM, width=4)
    rows = [
        ("Signal Hill", "2.4 km", "55 min"),
        ("Mirror Lake", "3.6 km", "1 h 20"),
        ("North Colony", "5.1 km", "2 h 00"),
        ("Gull Point", "7.8 km", "3 h 10"),
        ("Refuge hut", "9.3 km", "3 h 45"),
    ]
    for number, (name, far, time) in enumerate(rows):
        y = 212 + number * 88
        card.text((70, y), name, ("lato-bold", 56), CREAM, "lm")
        card.text((700, y), far, ("lato-bold", 56), CREAM, "rm")
        card.text((930, y), time, ("lato", 52), CREAM, "rm")
    card.text(
        (500, 678), "Stay on the planks. Nesting birds!", ("lato-bold", 46), (250, 214, 90), "mm"
    )
    return _weather(card, 5, 20)


def jetty_sign() -> Canvas:
    card = Canvas.blank(880, 1000, (28, 84, 150))
    white = (246, 247, 248)
    card.draw.rectangle((18, 18, 862, 982), outline=white, width=8)
    card.text((440, 106), "码头作业须知", ("hei-bold", 100), white, "mm")
    card.draw.line((70, 186, 810, 186), fill=white, width=5)
    lines = [
        "一、栈桥限载三点五吨",
        "二、浪高超过一点五米停止装卸",
        "三、必须穿救生衣、戴安全帽",
        "四、吊臂下方严禁站人",
        "五、小艇最多乘坐八人",
        "六、油管接头用完立即加盖",
    ]
    for number, line in enumerate(lines):
        card.text((76, 262 + number * 92), line, ("hei-bold", 54), white, "lm")
    card.draw.rectangle((70, 812, 810, 918), fill=(250, 214, 40))
    card.text((440, 864), "码头值班电话 8106", ("hei-bold", 66), (20, 30, 60), "mm")
    _bolts(card, 40)
    return _weather(card, 8)


def cold_store_sign() -> Canvas:
    card = Canvas.blank(900, 660, (240, 243, 245))
    card.draw.rectangle((0, 0, 900, 150), fill=(16, 110, 170))
    card.text((450, 74), "冷库 COLD STORE", ("hei-bold", 84), (250, 250, 250), "mm")
    card.text((60, 222), "库温保持零下二十二度", ("hei-bold", 58), anchor="lm")
    card.text((60, 318), "入内须两人同行，最长停留十五分钟", ("hei-bold", 50), anchor="lm")
    card.text((60, 414), "门内红色按钮可从里面开门", ("hei-bold", 50), RED, "lm")
    card.text((60, 510), "钥匙由厨师保管", ("hei-bold", 50), anchor="lm")
    card.text((60, 596), "Do not prop the door open", ("lato-bold", 44), anchor="lm")
    _bolts(card, 24)
    return _weather(card, 11, 8)


def receipt() -> Canvas:
    card = Canvas.blank(620, 1130, (250, 249, 244))
    y = 54
    for text, face in [
        ("HOBB & SONS", ("mono-bold", 54)),
        ("Ship Chandlers since 1931", ("mono", 30)),
        ("17 Quay Street, Port Alder", ("mono", 30)),
    ]:
        card.text((310, y), text, face, anchor="mm")
        y += 52
    card.text((40, y + 24), "19.02.2025  16:42", ("mono", 30), anchor="lm")
    card.text((580, y + 24), "No. 004471", ("mono", 30), anchor="rm")
    card.draw.line((40, y + 62, 580, y + 62), fill=(60, 60, 60), width=2)
    items = [
        ("Rope 12 mm, 60 m", "138.00"),
        ("Work gloves x 10", "74.50"),
        ("Head torch x 3", "89.70"),
        ("Duct tape x 24", "107.76"),
        ("Rubber boots 43", "61.20"),
        ("Stove wicks x 6", "18.90"),
        ("Liquorice 2 kg", "23.40"),
    ]
    y += 108
    for name, price in items:
        card.text((40, y), name, ("mono", 34), anchor="lm")
        card.text((580, y), price, ("mono", 34), anchor="rm")
        y += 58
    card.draw.line((40, y, 580, y), fill=(60, 60, 60), width=2)
    totals = [
        ("Subtotal", "513.46", "mono"),
        ("Discount 5%", "-25.67", "mono"),
        ("TOTAL", "487.79", "mono-bold"),
        ("Paid: card **** 2290", "", "mono"),
    ]
    y += 48
    for name, price, face in totals:
        size = 44 if name == "TOTAL" else 34
        card.text((40, y), name, (face, size), anchor="lm")
        if price:
            card.text((580, y), price, (face, size), anchor="rm")
        y += 62
    card.text((310, y + 20), "Served by Marta. Fair winds!", ("mono", 30), anchor="mm")
    return card


def plate() -> Canvas:
    card = Canvas.blank(1000, 620, (188, 190, 188))
    card.draw.rounded_rectangle((10, 10, 990, 610), 24, outline=(70, 72, 74), width=5)
    dark = (34, 36, 40)
    card.text((70, 90), "NORDVIK HYDRO", ("lato-black", 76), dark, "lm")
    card.text((70, 180), "Tide gauge, float type", ("lato", 48), dark, "lm")
    rows = [
        ("MODEL", "TG-40"),
        ("SERIAL No.", "77-0319"),
        ("RANGE", "0 - 7.5 m"),
        ("SUPPLY", "12 V DC, 0.3 A"),
        ("MADE", "2016"),
    ]
    for number, (name, value) in enumerate(rows):
        y = 262 + number * 66
        card.text((70, y), name, ("lato", 46), dark, "lm")
        card.text((420, y), value, ("mono-bold", 50), dark, "lm")
    _bolts(card, 40)
    return _weather(card, 17, 24)


def whiteboard() -> Canvas:
    card = Canvas.blank(1300, 860, (243, 245, 246))
    blue, red, green = (24, 60, 150), (190, 30, 40), (20, 110, 60)
    card.text((60, 70), "WEEK 17   21-27 April", ("hand", 68), blue, "lm")
    card.draw.line((60, 118, 780, 122), fill=blue, width=5)
    rows = [
        ("Mon", "Tom: filter on G2", blue),
        ("Tue", "Anna + Chen: Gull Point, back by 17:30", blue),
        ("Wed", "Fire drill 07:15", red),
        ("Thu", "Wei Lan: calibrate salinometer", blue),
        ("Fri", "Haircuts (Ruth), 2 pm, library", green),
        ("Sat", "Laundry: hut people first", blue),
        ("Sun", "Soup + film", green),
    ]
    for number, (day, what, colour) in enumerate(rows):
        y = 186 + number * 78
        card.text((60, y), day, ("hand", 54), colour, "lm")
        card.text((210, y), what, ("hand", 54), colour, "lm")
    card.text((60, 766), "周四魏岚借用绿色雪橇", ("hei-bold", 50), red, "lm")
    card.text((760, 766), "还剩九瓶氦气", ("hei-bold", 50), red, "lm")
    return card


def _posts(scene: camera.Pixels, columns: list[int], top: int) -> camera.Pixels:
    scene = scene.copy()
    grain = camera.cloud(scene.shape[0], 60, 77, 12)[:, :, None] * 16
    for column in columns:
        shade = np.linspace(1.15, 0.65, 60, dtype=np.float32)[None, :, None]
        post = (np.array([104, 84, 66], dtype=np.float32) + grain) * shade
        scene[top:, column - 30 : column + 30] = post[top:]
    return scene


# name of the file -> (drawing, background, where the corners go, exposure)
def _scenes() -> dict[str, tuple[Canvas, camera.Pixels, camera.Quad, dict[str, float]]]:
    hill = _posts(camera.hillside(1400, 1050, 21), [420, 985], 210)
    return {
        "photos/fuel-store.jpg": (
            fuel_sign(),
            camera.cladding(1400, 1050, 4, (96, 118, 104)),
            [(262, 176), (1090, 128), (1122, 838), (284, 812)],
            {"noise": 6.0, "blur": 0.9},
        ),
        "photos/footpaths.png": (
            trail_sign(),
            hill,
            [(236, 160), (1142, 206), (1120, 820), (250, 866)],
            {"noise": 3.0, "blur": 0.8},
        ),
        "photos/码头告示.webp": (
            jetty_sign(),
            _posts(camera.hillside(1200, 1400, 33), [330, 830], 190),
            [(196, 176), (962, 222), (946, 1168), (214, 1190)],
            {"noise": 5.0, "blur": 0.8},
        ),
        "photos/冷库门.jpg": (
            cold_store_sign(),
            camera.cladding(1300, 1000, 44, (186, 192, 196)),
            [(180, 196), (1070, 148), (1092, 800), (196, 812)],
            {"noise": 7.0, "blur": 0.9, "warmth": 7.0},
        ),
        "photos/receipt-hobb.jpg": (
            receipt(),
            camera.planks(1100, 1500, 51, (138, 98, 62), 6),
            [(214, 116), (838, 152), (812, 1352), (170, 1318)],
            {"noise": 6.0, "blur": 0.8, "warmth": 8.0},
        ),
        "photos/tide-gauge-plate.jpg": (
            plate(),
            camera.cladding(1300, 950, 61, (92, 98, 104)),
            [(150, 168), (1118, 128), (1144, 748), (176, 776)],
            {"noise": 8.0, "blur": 1.0},
        ),
        "photos/whiteboard-week-17.jpg": (
            whiteboard(),
            camera.planks(1600, 1180, 71, (196, 186, 166), 4),
            [(132, 130), (1474, 164), (1452, 1044), (150, 1010)],
            {"noise": 5.0, "blur": 0.8},
        ),
    }


def make(files: Path) -> list[Made]:
    made = []
    for seed, (path, (card, scene, quad, exposure)) in enumerate(_scenes().items()):
        lit, lines = camera.place(scene, card, quad)
        image = camera.expose(lit, seed, **exposure)
        options = {".jpg": {"quality": 84}, ".webp": {"quality": 80}}.get(Path(path).suffix, {})
        if path.endswith(".png"):
            image = image.quantize(256, dither=Image.Dither.NONE).convert("P")
        image.save(files / path, **options)
        made.append(Made(path, LineFinder(scaled(lines, *image.size))))
    return made
