"""Two short films: drawn scenes with signs to read, and a voice that tells other things."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from . import camera
from .canvas import Canvas, Colour
from .places import Line, LineFinder, Made, SpeechFinder, VideoFinder
from .speech import RATE_HZ, recite, write_wav

WIDTH, HEIGHT, FPS, DRIFT = 1280, 720, 15, 36
WHITE, DARK, YELLOW = (246, 247, 248), (24, 30, 44), (250, 206, 50)


@dataclass(frozen=True)
class Shot:
    """One shot: a scene with a card in it, and what is said over it."""

    scene: Callable[[], camera.Pixels]
    card: Canvas
    quad: camera.Quad
    words: list[str]


def sign(
    rows: Sequence[tuple[str, int]], colour: Colour, ink: Colour, size: tuple[int, int] = (760, 420)
) -> Canvas:
    """Return a board with centred rows of (text, size in pixels)."""
    width, height = size
    card = Canvas.blank(width, height, colour)
    card.draw.rectangle((10, 10, width - 11, height - 11), outline=ink, width=5)
    pitch = (height - 40) / len(rows)
    for number, (text, pixels) in enumerate(rows):
        face = "hei-bold" if any(letter > "\u2e80" for letter in text) else "lato-bold"
        card.text((width / 2, 20 + pitch * (number + 0.5)), text, (face, pixels), ink, "mm")
    return card


def _hill(seed: int) -> Callable[[], camera.Pixels]:
    return lambda: camera.hillside(WIDTH + 2 * DRIFT, HEIGHT + 2 * DRIFT, seed)


def _wall(seed: int, tone: Colour) -> Callable[[], camera.Pixels]:
    return lambda: camera.cladding(WIDTH + 2 * DRIFT, HEIGHT + 2 * DRIFT, seed, tone)


def _boards(seed: int, tone: Colour) -> Callable[[], camera.Pixels]:
    return lambda: camera.planks(WIDTH + 2 * DRIFT, HEIGHT + 2 * DRIFT, seed, tone, 7)


STRAIGHT = [(296, 186), (1056, 186), (1056, 606), (296, 606)]
LEFT = [(316, 176), (1040, 216), (1030, 596), (324, 626)]
RIGHT = [(306, 220), (1030, 170), (1044, 624), (298, 590)]

JETTY = [
    Shot(
        _hill(5),
        sign([("JETTY CHECK", 98), ("Larkin Island, 12 May 2025", 46)], DARK, WHITE),
        STRAIGHT,
        ["This is the check of the jetty before the winter.", "My name is Tom Becker."],
    ),
    Shot(
        _boards(14, (112, 96, 78)),
        sign([("PILE 3", 96), ("Tide board 2.1 m", 60), ("Gauge TG-40", 60)], WHITE, DARK),
        LEFT,
        [
            "The third post is cracked under the water, and the crack is as long as my arm.",
            "A diver should look at it in January.",
        ],
    ),
    Shot(
        _hill(29),
        sign([("CRANE", 104), ("Safe load 2500 kg", 62), ("Tested 3 Feb 2025", 54)], YELLOW, DARK),
        RIGHT,
        [
            "The hook of the crane turns freely again.",
            "The brake needs a new cable, but that can wait until the summer.",
        ],
    ),
    Shot(
        _wall(37, (128, 62, 52)),
        sign([("BOAT SHED", 100), ("Key No. 14", 66), ("Two boats, one sledge", 52)], WHITE, DARK),
        LEFT,
        [
            "This is the new door of the boat shed.",
            "It is made of steel and weighs ninety kilograms, so the wind will not take it again.",
        ],
    ),
    Shot(
        _boards(48, (92, 104, 108)),
        sign([("FUEL HOSE", 96), ("Length 38 m", 62), ("Max. pressure 6 bar", 56)], YELLOW, DARK),
        RIGHT,
        [
            "Last of all, the fuel line.",
            "There is still a small leak, so keep the bucket under it.",
        ],
    ),
]
WEATHER = [
    Shot(
        _hill(61),
        sign([("WEATHER STATION", 74), ("气象站", 100), ("A tour in four stops", 46)], DARK, WHITE),
        STRAIGHT,
        ["Welcome to the weather station.", "I will show you four things."],
    ),
    Shot(
        _hill(67),
        sign(
            [("WIND MAST 12 m", 84), ("Sensor C2-8805", 62), ("Do not climb above 15 m/s", 48)],
            WHITE,
            DARK,
        ),
        RIGHT,
        [
            "First, the wind machine on the high metal pole.",
            "The storm bent the pole, and now it leans to the south.",
        ],
    ),
    Shot(
        _boards(71, (222, 224, 222)),
        sign(
            [("百叶箱", 104), ("离地 1.5 米", 68), ("开门时间不超过十秒", 56)], (36, 120, 84), WHITE
        ),
        LEFT,
        [
            "Second, the white box with the two thermometers.",
            "Once a mouse lived in it, on the ship, but never on the island.",
        ],
    ),
    Shot(
        _wall(83, (104, 112, 118)),
        sign(
            [
                ("LOGGER DL-8", 84),
                ("Battery 12.7 V", 62),
                ("Memory 83 %", 62),
                ("Next visit 1 June", 52),
            ],
            (20, 40, 34),
            (150, 240, 170),
            (760, 460),
        ),
        RIGHT,
        [
            "Third, the computer in the gray case.",
            "If it stops, push the green button and hold it for seven seconds.",
        ],
    ),
    Shot(
        _wall(97, (150, 126, 84)),
        sign(
            [("BALLOON SHED", 84), ("气球房 严禁烟火", 72), ("Gas valve: left is open", 54)],
            YELLOW,
            DARK,
        ),
        LEFT,
        [
            "And fourth, the small house for the gas.",
            "We use it every second day, at ten o'clock in the morning.",
            "One bottle of gas is enough for ten days.",
        ],
    ),
]


def _cuts(shots: Sequence[Shot], speech: SpeechFinder, total_s: float) -> list[float]:
    """Return the seconds at which shots begin, in the middle of the pauses, and the end."""
    cuts, place = [0.0], 0
    for shot in shots[:-1]:
        place += len(shot.words)
        middle = (speech.sentences[place - 1].end_s + speech.sentences[place].start_s) / 2
        cuts.append(round(middle * FPS) / FPS)
    return [*cuts, total_s]


def _frames(shot: Shot, count: int, seed: int) -> tuple[Iterator[bytes], list[Line]]:
    """Return the frames of a shot, drifting slowly, and its lines as fractions of the frame."""
    scene, lines = camera.place(shot.scene(), shot.card, shot.quad)
    picture = np.asarray(camera.expose(scene, seed, noise=3.0, blur=0.6))
    ways = [(DRIFT + (2 * DRIFT - 40) * (i / max(1, count - 1) - 0.5)) for i in range(count)]

    def drift() -> Iterator[bytes]:
        for way in ways:
            x = round(way) if seed % 2 else round(2 * DRIFT - way)
            yield picture[DRIFT : DRIFT + HEIGHT, x : x + WIDTH].tobytes()

    low, high = min(ways), max(ways)
    return drift(), [_in_frame(line, low, high) for line in lines]


def _in_frame(line: Line, low: float, high: float) -> Line:
    x0, y0, x1, y1 = line.box
    top, bottom = (y0 - DRIFT) / HEIGHT, (y1 - DRIFT) / HEIGHT
    return replace(line, box=((x0 - high) / WIDTH, top, (x1 - low) / WIDTH, bottom))


EXACT = "-threads 1 -fflags +bitexact -flags:v +bitexact -flags:a +bitexact"
CODECS = {
    ".mp4": "-c:v libx264 -preset medium -crf 27 -pix_fmt yuv420p -c:a aac -b:a 64k "
    "-movflags +faststart",
    ".webm": "-c:v libvpx-vp9 -crf 37 -b:v 0 -cpu-used 4 -pix_fmt yuv420p -c:a libvorbis -q:a 2",
}


def film(path: Path, shots: Sequence[Shot], voice: str, title: str) -> Made:
    samples, speech = recite(
        [shot.words for shot in shots], voice=voice, pause_s=0.5, gap_s=1.5, lead_s=0.7
    )
    frames = round(len(samples) / RATE_HZ * FPS)
    cuts = _cuts(shots, speech, frames / FPS)
    screen = LineFinder()
    with tempfile.TemporaryDirectory() as folder:
        sound = Path(folder) / "speech.wav"
        write_wav(samples, sound)
        raw = f"-f rawvideo -pix_fmt rgb24 -s {WIDTH}x{HEIGHT} -r {FPS} -i -".split()
        exact = EXACT.split()
        command = ["ffmpeg", "-v", "error", "-y", *raw, "-i", str(sound)]
        command += [*CODECS[path.suffix].split(), *exact, "-metadata", f"title={title}", str(path)]
        with subprocess.Popen(command, stdin=subprocess.PIPE) as encoder:
            assert encoder.stdin is not None
            for number, shot in enumerate(shots):
                span = (round(cuts[number], 2), round(cuts[number + 1], 2))
                count = round((cuts[number + 1] - cuts[number]) * FPS)
                moving, lines = _frames(shot, count, number)
                screen.lines += [replace(line, span=span) for line in lines]
                for frame in moving:
                    encoder.stdin.write(frame)
            encoder.stdin.close()
        if encoder.returncode:
            raise SystemExit(f"ffmpeg could not write {path}")
    return Made("", VideoFinder(speech, screen), frames / FPS)


def make(files: Path) -> list[Made]:
    jetty, tour = "videos/jetty-check.mp4", "videos/weather-tour.webm"
    return [
        replace(film(files / jetty, JETTY, "rms", "Jetty check"), path=jetty),
        replace(film(files / tour, WEATHER, "slt", "Weather tour"), path=tour),
    ]
