"""The map of the island, used in the annual report and on a slide."""

from __future__ import annotations

import math

import numpy as np
from PIL import ImageFilter

from .camera import cloud
from .canvas import Canvas

SEA, LAND, HIGH, INK = (206, 224, 238), (222, 226, 200), (196, 190, 160), (40, 44, 52)


def _blob(x: float, y: float, width: float, height: float, seed: int) -> list[tuple[float, float]]:
    wobble = cloud(2, 240, seed, 3, 5)[0]
    wobble = wobble - (wobble[-1] - wobble[0]) * np.linspace(0, 1, 240)
    points = []
    for step in range(240):
        angle, grow = step / 240 * 2 * math.pi, 1 + 0.16 * float(wobble[step])
        points.append((x + width * grow * math.cos(angle), y + height * grow * math.sin(angle)))
    return points


def island_map() -> Canvas:
    card = Canvas.blank(1200, 760, SEA)
    for grow, tone in [(1.14, (196, 217, 234)), (1.07, (188, 211, 230))]:
        card.draw.polygon(_blob(590, 390, 430 * grow, 230 * grow, 3), fill=tone)
    card.draw.polygon(_blob(590, 390, 430, 230, 3), fill=LAND, outline=(120, 130, 110), width=4)
    card.draw.polygon(_blob(700, 370, 170, 90, 9), fill=HIGH)
    card.draw.polygon(_blob(715, 360, 80, 42, 12), fill=(238, 240, 242))
    card.draw.ellipse((420, 400, 520, 448), fill=(150, 190, 222))
    card.image = card.image.filter(ImageFilter.GaussianBlur(0.8))
    for x, y, name in [
        (262, 350, "Station"),
        (715, 345, "Mount Ferrer 688 m"),
        (470, 380, "Mirror Lake"),
        (560, 208, "North Colony"),
        (905, 512, "Gull Point"),
        (330, 500, "South beach"),
        (380, 300, "Signal Hill 143 m"),
        (880, 280, "Refuge hut"),
    ]:
        card.draw.ellipse((x - 8, y + 12, x + 8, y + 28), fill=(186, 44, 40))
        card.text((x, y), name, ("lato-bold", 30), INK, "ms")
    card.text((60, 60), "N", ("lato-black", 44), INK, "mm")
    card.draw.polygon([(60, 88), (46, 140), (60, 128), (74, 140)], fill=INK)
    card.draw.line((880, 700, 1080, 700), fill=INK, width=5)
    card.text((980, 678), "2 km", ("lato-bold", 28), INK, "ms")
    return card
