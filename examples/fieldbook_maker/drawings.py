"""Drawn pictures: the pump room diagram, a chart of gusts, and a tiff of field cards."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from . import camera
from .canvas import Canvas, Colour, scaled
from .places import Line, LineFinder, Made

INK, BLUE, STEEL, RED = (28, 32, 40), (34, 96, 170), (214, 220, 226), (190, 44, 40)


def _box(card: Canvas, box: tuple[int, int, int, int], lines: list[str], fill: Colour) -> None:
    card.draw.rounded_rectangle(box, 14, fill=fill, outline=INK, width=4)
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2 - 17 * (len(lines) - 1)
    for number, line in enumerate(lines):
        face = ("lato-bold", 30) if number == 0 else ("lato", 27)
        card.text((x, y + 34 * number), line, face, INK, "mm")


def _valve(card: Canvas, x: int, y: int, name: str) -> None:
    for side in (-1, 1):
        card.draw.polygon([(x, y), (x + 26 * side, y - 19), (x + 26 * side, y + 19)], fill=RED)
    card.text((x, y - 42), name, ("lato-bold", 30), RED, "mm")


def _pipe(card: Canvas, *points: tuple[int, int]) -> None:
    card.draw.line(points, fill=BLUE, width=10, joint="curve")


def diagram() -> Canvas:
    """The fresh water system, from the lake to the taps."""
    card = Canvas.blank(1500, 900, (252, 252, 250))
    card.text((60, 60), "Fresh water system", ("lato-black", 52), INK, "lm")
    card.text((60, 112), "Pump room, drawing W-3, revised 28 March 2025", ("lato", 30), INK, "lm")
    _pipe(card, (260, 300), (1330, 300))
    _pipe(card, (1330, 300), (1330, 700), (160, 700))
    _pipe(card, (700, 300), (700, 520), (960, 520), (960, 300))
    _box(card, (50, 230, 290, 370), ["Mirror Lake", "intake at 2.4 m"], (206, 228, 246))
    _box(card, (400, 240, 610, 360), ["Strainer", "50 micron"], STEEL)
    _box(card, (770, 230, 920, 370), ["P2", "3.2 bar"], (250, 222, 150))
    _box(card, (1030, 240, 1230, 360), ["UV lamp", "36 W"], (226, 212, 244))
    _box(card, (1130, 440, 1460, 570), ["Roof tank", "8,000 litres"], (206, 228, 246))
    _box(card, (780, 630, 1050, 770), ["Heater", "set to 58 degrees"], (246, 208, 196))
    _box(card, (420, 630, 660, 770), ["Kitchen", "gauge on the wall"], STEEL)
    _box(card, (50, 630, 300, 770), ["Showers", "and laundry"], STEEL)
    for x, y, name in [
        (340, 300, "V1"),
        (672, 300, "V2"),
        (990, 300, "V3"),
        (830, 520, "V4"),
        (1120, 700, "V5"),
        (360, 700, "V6"),
    ]:
        _valve(card, x, y, name)
    card.text((750, 572), "V4 bypass: normally closed", ("lato-italic", 28), RED, "lm")
    notes = [
        "To drain the system in winter open V6 first, then V1.",
        "Change the UV lamp after 9,000 hours.",
    ]
    for number, note in enumerate(notes):
        card.text((60, 824 + 40 * number), note, ("lato", 30), INK, "lm")
    return card


GUSTS = {
    "Jan": (27.4, 29.8),
    "Feb": (31.0, 28.2),
    "Mar": (36.5, 47.3),
    "Apr": (38.1, 35.9),
    "May": (41.7, 39.4),
    "Jun": (44.2, 42.6),
}


def chart() -> Canvas:
    """Strongest gust of each month, two years side by side."""
    card = Canvas.blank(1400, 860, (255, 255, 255))
    card.text((80, 60), "Strongest gust of the month, Signal Hill", ("lato-black", 46), INK, "lm")
    card.text((80, 112), "metres per second", ("lato", 30), (90, 94, 100), "lm")
    left, base, scale = 130, 740, 11.0
    for value in range(0, 51, 10):
        y = base - value * scale
        card.draw.line((left, y, 1330, y), fill=(222, 225, 229), width=2)
        card.text((left - 16, y), str(value), ("lato", 28), (90, 94, 100), "rm")
    for number, (month, pair) in enumerate(GUSTS.items()):
        x = left + 50 + number * 196
        for side, (value, tone) in enumerate(zip(pair, [(166, 184, 204), BLUE], strict=True)):
            x0 = x + side * 74
            card.draw.rectangle((x0, base - value * scale, x0 + 66, base), fill=tone)
            card.text(
                (x0 + 33, base - value * scale - 20), f"{value}", ("lato-bold", 28), INK, "mm"
            )
        card.text((x + 70, base + 34), month, ("lato", 32), INK, "mm")
    for x, name, tone in [(980, "2024", (166, 184, 204)), (1160, "2025", BLUE)]:
        card.draw.rectangle((x, 96, x + 34, 130), fill=tone)
        card.text((x + 50, 113), name, ("lato-bold", 32), INK, "lm")
    card.text(
        (80, 822), "Sensor C2-8805, mast at 12 m. Gap: 3-5 May 2025.", ("lato", 28), INK, "lm"
    )
    return card


CARDS = [
    (
        "RING CARD",
        [
            "Species: wandering albatross",
            "Ring: K-318   left leg",
            "Sex: female   Age: adult",
            "Ringed: 14 Jan 2009, J. Whitby",
            "Seen: 31 Jan 2025, plateau, nest 7",
            "Mass: 8.2 kg   Wing: 655 mm",
            "Note: old scar below left eye",
        ],
    ),
    (
        "RING CARD",
        [
            "Species: wandering albatross",
            "Ring: K-402   right leg",
            "Sex: male   Age: adult",
            "Ringed: 2 Feb 2011, J. Whitby",
            "Seen: 22 Jan 2025, plateau, nest 7",
            "Mass: 9.7 kg   Wing: 684 mm",
            "Note: waited nine days for mate",
        ],
    ),
    (
        "ROCK SAMPLE",
        [
            "Number: LR-0457",
            "Place: quarry below Mount Ferrer",
            "Rock: olivine basalt, vesicular",
            "Taken: 8 Dec 2024, Wei Lan",
            "Mass: 2.35 kg",
            "Stored: container C, shelf 4",
            "Note: magnetic, keep off compass",
        ],
    ),
]


def field_card(title: str, lines: list[str]) -> Canvas:
    card = Canvas.blank(1000, 680, (246, 240, 222))
    for y in range(150, 660, 68):
        card.draw.line((40, y, 960, y), fill=(176, 192, 210), width=2)
    card.draw.line((120, 20, 120, 660), fill=(214, 150, 150), width=2)
    card.text((150, 86), title, ("lato-black", 58), INK, "lm")
    for number, line in enumerate(lines):
        card.text((150, 188 + 68 * number), line, ("hand", 46), (34, 52, 120), "lm")
    return card


def _cards_tiff(path: Path) -> LineFinder:
    pages, lines = [], []
    for number, (title, words) in enumerate(CARDS, start=1):
        card = field_card(title, words)
        lift = number * 9
        quad = [(60, 58 + lift), (1068, 64), (1060, 742), (50, 736 - lift)]
        scene = camera.planks(1120, 800, 90 + number, (92, 80, 70), 3)
        lit, moved = camera.place(scene, card, quad)
        image = camera.expose(lit, 90 + number, noise=2.5)
        pages.append(image.quantize(128, dither=Image.Dither.NONE).convert("RGB"))
        lines += scaled(moved, *image.size, page=number)
    pages[0].save(path, save_all=True, append_images=pages[1:], compression="jpeg", quality=85)
    return LineFinder(lines)


def scan(card: Canvas, degrees: float, seed: int) -> tuple[Image.Image, list[Line]]:
    """Return a sheet as a flatbed scanner gives it, grey, turned, specked, and its lines."""
    width, height = card.image.size
    paper = np.full((height, width, 3), 236, dtype=np.float32)
    radians = np.deg2rad(degrees)
    turn = np.array([[np.cos(radians), -np.sin(radians)], [np.sin(radians), np.cos(radians)]])
    centre = np.array([width / 2, height / 2])
    corners = np.array([(0, 0), (width, 0), (width, height), (0, height)]) - centre
    quad = [(float(x), float(y)) for x, y in corners @ turn.T * 0.985 + centre]
    lit, lines = camera.place(paper, card, quad, shadow=0.3)
    lit += 5 * camera.cloud(height, width, seed, 3)[:, :, None]
    rng = np.random.default_rng(seed)
    for x, y in rng.integers((0, 0), (width - 3, height - 3), (160, 2)):
        lit[y : y + 2, x : x + 2] -= 70
    image = camera.expose(lit, seed, noise=6.0, blur=0.6, falloff=0.02)
    return image.convert("L"), scaled(lines, width, height, page=1)


def make(files: Path) -> list[Made]:
    made = []
    for path, card in {
        "photos/pump-room-diagram.png": diagram(),
        "photos/gusts-2024-2025.png": chart(),
    }.items():
        card.image.save(files / path, optimize=True)
        made.append(Made(path, card.finder()))
    cards = "photos/field-cards.tiff"
    made.append(Made(cards, _cards_tiff(files / cards)))
    return made
