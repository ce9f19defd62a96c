"""Short videos whose slides are known: decks of several templates, and footage that has none."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

Picture = npt.NDArray[np.uint8]
CHINESE = "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"
WHITE, BLACK = (255, 255, 255), (15, 15, 15)

TALKS = [
    ["Oil the hinge twice a year", "Never paint the seal", "Call Marta for a spare"],
    ["The kiln reaches 1240 degrees", "Cooling takes nine hours", "Open it below 80 degrees"],
    ["Ferries leave at 7:15 and 18:40", "Bicycles travel free", "Dogs wear a muzzle"],
    ["Sow the beans in May", "Water them at dusk", "Pick them before frost"],
    ["The archive closes on Friday", "Gloves are at the desk", "Pencils only"],
    ["Bridge load is 12 tonnes", "Inspect the bolts in June", "Repaint every six years"],
    ["Bees need quiet in winter", "Feed sugar until October", "Check the roof for leaks"],
    ["Tickets cost 14 francs", "Children under six go free", "The last tour is at five"],
]
CHINESE_TALKS = [
    ["每年春季检查屋顶", "更换破损的瓦片", "费用约三千元"],
    ["渡轮早上七点出发", "自行车免费上船", "儿童半价"],
    ["茶叶在四月采摘", "当天完成炒制", "密封保存在阴凉处"],
    ["博物馆周一闭馆", "团体参观提前预约", "馆内禁止拍照"],
    ["水泵最高压力五十巴", "正常运行四十巴", "报警值四十八巴"],
]


@dataclass(frozen=True)
class Slide:
    """What one slide says beyond the template, and when it is on the screen."""

    lines: tuple[str, ...]
    start_s: float
    end_s: float


@dataclass(frozen=True)
class Video:
    """A video to be made: `frames` are pictures with the seconds they begin at.

    Attributes:
        slides: Those that must be found, each in a shot of its own.
        most: For footage without slides, the shots it may have.
    """

    name: str
    frames: list[tuple[float, Picture]]
    slides: tuple[Slide, ...] = ()
    most: int = 1
    crf: int = 23

    def write(self, folder: Path) -> Path:
        """Return the file, H.264 in Matroska."""
        path = folder / f"{self.name.replace(' ', '-').replace(',', '')}.mkv"
        height, width = self.frames[0][1].shape[:2]
        with av.open(path, "w") as container:
            stream = container.add_stream("libx264", rate=25, options={"crf": str(self.crf)})
            stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
            stream.codec_context.time_base = Fraction(1, 1000)
            for at_s, rgb in self.frames:
                frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(rgb), format="rgb24")
                frame.pts, frame.time_base = round(at_s * 1000), Fraction(1, 1000)
                container.mux(stream.encode(frame))
            container.mux(stream.encode(None))
        return path


@dataclass(frozen=True)
class Template:
    """The look that the slides of a deck share."""

    size: tuple[int, int] = (640, 360)
    ground: tuple[int, int, int] = WHITE
    ink: tuple[int, int, int] = BLACK
    header: str = "Village workshop 2024"
    footer: str = "Hillside Society"
    logo: bool = False
    chinese: bool = False
    photo: bool = False
    letters: float = 0.07  # of the height

    def draw(self, lines: list[str], dim: int = 0) -> Picture:
        """Return (h, w, 3); the first `dim` lines are grey."""
        width, height = self.size
        image = Image.fromarray(_scenery(7, self.size, soft=True)) if self.photo else None
        image = image or Image.new("RGB", self.size, self.ground)
        pen = ImageDraw.Draw(image)
        grey = tuple((2 * g + i) // 3 for g, i in zip(self.ground, self.ink, strict=True))
        left = round(width * 0.07)
        self._write(pen, (left, height * 0.06), self.header, 0.08, self.ink)
        pen.line((left, height * 0.18, width - left, height * 0.18), (200, 60, 40), 3)
        self._write(pen, (left, height * 0.91), self.footer, 0.045, self.ink)
        if self.logo:
            pen.ellipse((width * 0.86, height * 0.03, width * 0.94, height * 0.15), (40, 110, 200))
        for row, line in enumerate(lines):
            ink = grey if row < dim else self.ink
            self._write(pen, (left, height * (0.28 + 0.15 * row)), line, self.letters, ink)
        return np.asarray(image)

    def _write(self, pen, at, words, share, ink) -> None:  # type: ignore[no-untyped-def]
        px = round(self.size[1] * share)
        font = ImageFont.truetype(CHINESE, px) if self.chinese else ImageFont.load_default(px)
        pen.text(at, words, ink, font=font)


def _scenery(seed: int, size: tuple[int, int], *, soft: bool = False) -> Picture:
    """A textured picture: smooth ground, boxes, fine grain."""
    rng = np.random.default_rng(seed)
    width, height = size
    coarse = rng.integers(60, 200, (6, 10, 3), dtype=np.uint8)
    image = Image.fromarray(coarse).resize(size, Image.Resampling.BICUBIC)
    if soft:
        return (np.asarray(image) * 0.3 + 170).clip(0, 255).astype(np.uint8)
    pen = ImageDraw.Draw(image)
    for _ in range(width // 12):
        x, y = rng.integers(0, width), rng.integers(0, height)
        w, h = rng.integers(6, 60), rng.integers(10, 90)
        pen.rectangle((x, y, x + w, y + h), tuple(int(c) for c in rng.integers(0, 256, 3)))
    return _grain(np.asarray(image), rng, 8.0)


def _grain(picture: Picture, rng: np.random.Generator, level: float) -> Picture:
    noise = rng.normal(0, level, (*picture.shape[:2], 1))
    return np.clip(picture + noise, 0, 255).astype(np.uint8)


def _steps(length_s: float, rate: float) -> list[float]:
    return [i / rate for i in range(round(length_s * rate))]


def _deck(
    name: str,
    template: Template,
    talks: list[list[str]],
    each_s: float = 4.0,
    rate: float = 25.0,
    fade_s: float = 0.0,
    crf: int = 23,
) -> Video:
    """Slides shown one after another; a fade lies around the second of the change."""
    pictures = [template.draw(lines) for lines in talks]
    frames = []
    for at_s in _steps(each_s * len(talks), rate):
        number = min(int(at_s / each_s + 1e-9), len(talks) - 1)
        picture = pictures[number]
        edge = round(at_s / each_s)
        share = (at_s - edge * each_s) / fade_s + 0.5 if fade_s else -1.0
        if 0 < edge < len(talks) and 0 <= share <= 1:
            before, after = pictures[edge - 1], pictures[edge]
            picture = (before * (1 - share) + after * share).astype(np.uint8)
        frames.append((at_s, picture))
    if rate < 1:
        frames.append((each_s * len(talks) - 0.1, pictures[-1]))  # says how long the last one is
    slides = tuple(Slide(tuple(t), i * each_s, (i + 1) * each_s) for i, t in enumerate(talks))
    return Video(name, frames, slides, crf=crf)


def _builds(name: str, template: Template, each_s: float, rate: float, *, dim: bool) -> Video:
    """Bullets that come one by one; the slide is one, from its first to its last state."""
    frames: list[tuple[float, Picture]] = []
    slides, at_s = [], 0.0
    for lines in TALKS[:4]:
        start_s = at_s
        for count in range(len(lines) + 1):
            picture = template.draw(lines[:count], dim=count - 1 if dim else 0)
            frames += [(at_s + t, picture) for t in _steps(each_s, rate)]
            at_s += each_s
        slides.append(Slide(tuple(lines), start_s, at_s))
    return Video(name, frames, tuple(slides))


def _over(deck: Video, name: str, paint) -> Video:  # type: ignore[no-untyped-def]
    """A deck with something drawn on every frame: `paint(pen, at_s, size)`."""
    frames = []
    for at_s, picture in deck.frames:
        image = Image.fromarray(picture)
        paint(ImageDraw.Draw(image), at_s, image.size)
        frames.append((at_s, np.asarray(image)))
    return Video(name, frames, deck.slides, crf=deck.crf)


def _head(pen: ImageDraw.ImageDraw, at_s: float, box: tuple[float, float, float, float]) -> None:
    """A head that turns, pauses and talks, in a box."""
    x0, y0, x1, y1 = box
    w, h = x1 - x0, y1 - y0
    pose = math.sin(0.9 * (3 * (at_s // 6) + min(at_s % 6, 3)))
    cx, cy = x0 + w * (0.5 + 0.1 * pose), y0 + h * (0.45 + 0.04 * math.sin(2.1 * at_s))
    pen.rectangle((cx - w * 0.3, cy + h * 0.25, cx + w * 0.3, y1), (60, 70, 120))
    for stripe in range(-5, 6):
        x = cx + stripe * w * 0.055
        pen.line((x, cy + h * 0.27, x, y1), (200, 200, 210), max(1, round(w * 0.012)))
    pen.ellipse((cx - w * 0.15, cy - h * 0.3, cx + w * 0.15, cy + h * 0.28), (220, 180, 150))
    pen.pieslice(
        (cx - w * 0.16, cy - h * 0.33, cx + w * 0.16, cy + h * 0.2), 180, 360, (50, 30, 20)
    )
    for eye in (-0.06, 0.06):
        x = cx + w * eye
        pen.ellipse((x - w * 0.02, cy, x + w * 0.02, cy + h * 0.04), (20, 20, 30))
    mouth = h * 0.03 * abs(math.sin(9 * at_s))
    pen.ellipse((cx - w * 0.05, cy + h * 0.14, cx + w * 0.05, cy + h * 0.16 + mouth), (120, 30, 40))


def _inset(pen: ImageDraw.ImageDraw, at_s: float, size: tuple[int, int]) -> None:
    width, height = size
    box = (width * 0.76, height * 0.64, width, height)
    pen.rectangle(box, (120, 130, 110))
    _head(pen, at_s, box)


def _clock(pen: ImageDraw.ImageDraw, at_s: float, size: tuple[int, int]) -> None:
    font = ImageFont.load_default(round(size[1] * 0.045))
    pen.text((size[0] * 0.8, size[1] * 0.91), f"10:42:{int(at_s):02}", (90, 90, 90), font=font)


def _pointer(pen: ImageDraw.ImageDraw, at_s: float, size: tuple[int, int]) -> None:
    """An arrow that jumps about and rests for a second or two."""
    rng = np.random.default_rng(int(at_s / 2))
    x, y = (float(v) for v in rng.uniform(0.1, 0.8, 2) * size)
    move = max(0.0, 0.6 - at_s % 2) * 80
    x, y, s = x + move, y + move, size[1] / 55
    arrow = [(x, y), (x, y + 1.6 * s), (x + 0.4 * s, y + 1.2 * s), (x + 1.1 * s, y + 1.1 * s)]
    pen.polygon(arrow, "black", "white")


def talking_head(
    seconds: float = 30.0, size: tuple[int, int] = (640, 360), rate: float = 25.0
) -> Video:
    """Somebody who speaks before shelves, with the noise of a camera."""
    shelves, rng = _scenery(3, size), np.random.default_rng(0)
    frames = []
    for at_s in _steps(seconds, rate):
        image = Image.fromarray(shelves)
        _head(ImageDraw.Draw(image), at_s, (0, 0, *size))
        frames.append((at_s, _grain(np.asarray(image), rng, 3.0)))
    return Video("talking head", frames)


def _panning(seconds: float) -> Video:
    wide = _scenery(5, (2400, 360))
    rng = np.random.default_rng(1)
    frames = []
    for at_s in _steps(seconds, 25):
        x = round(1700 * (0.5 - 0.5 * math.cos(math.pi * at_s / seconds)))
        frames.append((at_s, _grain(wide[:, x : x + 640], rng, 2.0)))
    return Video("pan", frames)


def _hand_held(seconds: float) -> Video:
    """A camera in the hand before a notice; it never stands quite still."""
    wide = np.asarray(Image.fromarray(Template().draw(TALKS[0])).resize((720, 405)))
    rng = np.random.default_rng(2)
    frames = []
    for at_s in _steps(seconds, 25):
        x = round(40 + 25 * math.sin(1.3 * at_s) + 6 * math.sin(7 * at_s))
        y = round(22 + 12 * math.sin(1.7 * at_s) + 4 * math.sin(8 * at_s))
        frames.append((at_s, _grain(wide[y : y + 360, x : x + 640], rng, 3.0)))
    return Video("hand held before a notice", frames)


def _drifting(seconds: float) -> Video:
    """A camera that moves a quarter of a pixel a frame before a notice."""
    wide = Image.fromarray(Template(size=(900, 400)).draw(TALKS[0]))
    rng = np.random.default_rng(7)
    frames = []
    for at_s in _steps(seconds, 25):
        view = (1, 0, 6.0 * at_s, 0, 1, 2.0 * at_s)
        small = wide.transform((640, 360), Image.Transform.AFFINE, view, Image.Resampling.BILINEAR)
        frames.append((at_s, _grain(np.asarray(small), rng, 2.0)))
    return Video("slow drift over a notice", frames)


def _flicker(seconds: float) -> Video:
    still, rng = _scenery(8, (640, 360)), np.random.default_rng(3)
    frames = []
    for at_s in _steps(seconds, 25):
        gain = 1.0 + 0.18 * math.sin(11 * at_s) * math.sin(0.7 * at_s)
        frames.append((at_s, _grain((still * gain).clip(0, 255).astype(np.uint8), rng, 4.0)))
    return Video("flicker", frames, crf=34)


def _dimmed(seconds: float) -> Video:
    """A scene that goes dark and comes back three times."""
    still, rng = _scenery(9, (640, 360)), np.random.default_rng(4)
    frames = []
    for at_s in _steps(seconds, 25):
        gain = min(1.0, abs((at_s % 8) - 4) / 1.5)
        frames.append((at_s, _grain((still * gain).astype(np.uint8), rng, 2.0)))
    return Video("fades of one scene", frames)


def _walker(seconds: float) -> Video:
    """A fixed camera; somebody in stripes crosses, stops and goes on."""
    still, rng = _scenery(10, (640, 360)), np.random.default_rng(5)
    frames = []
    for at_s in _steps(seconds, 25):
        image = Image.fromarray(still)
        x = 40 + 70 * (at_s - max(0.0, min(3.0, at_s - 3)))
        _head(ImageDraw.Draw(image), at_s, (x - 150, 60, x + 150, 360))
        frames.append((at_s, _grain(np.asarray(image), rng, 3.0)))
    return Video("walker", frames, most=3)


def _page(first: int, shown: str = "", caret: bool = False) -> Picture:
    """An editor window of 800 x 450 from line `first` on."""
    image = Image.new("RGB", (800, 450), (250, 250, 248))
    pen, font = ImageDraw.Draw(image), ImageFont.load_default(15)
    pen.rectangle((0, 0, 800, 24), (60, 60, 70))
    pen.text((10, 4), "notes.txt", "white", font=font)
    words = [word for talk in TALKS for line in talk for word in line.split()]
    for row in range(20):
        number = first + row
        text = f"{number:03} " + " ".join(words[(number * 5 + k) % len(words)] for k in range(7))
        text = shown.split("\n")[row] if shown and row < len(shown.split("\n")) else text
        if not shown or row < len(shown.split("\n")):
            pen.text((12, 34 + 20 * row), text, "black", font=font)
    if caret:
        pen.line((700, 40, 700, 54), "black", 2)
    return np.asarray(image)


def _screen(name: str, seconds: float) -> Video:
    """A page that is read with the pointer; the caret blinks."""
    deck = Video("", [(t, _page(0, caret=int(t * 2) % 2 == 0)) for t in _steps(seconds, 15)])
    return Video(name, _over(deck, name, _pointer).frames)


def _typing(seconds: float) -> Video:
    words = "\n".join(" ".join(line) for line in TALKS)
    frames = []
    for at_s in _steps(seconds, 15):
        frames.append((at_s, _page(0, words[: 1 + int(at_s * 12)], int(at_s * 2) % 2 == 0)))
    return Video("typing", frames)


def _scrolling(seconds: float) -> Video:
    """A log that moves up by a line a second."""
    return Video(
        "log that scrolls",
        [(t, _page(int(t))) for t in _steps(seconds, 15)],
        most=round(seconds / 5),
    )


def _cut() -> Video:
    scenes, rng = [_scenery(s, (640, 360)) for s in (11, 12)], np.random.default_rng(6)
    frames = [(t, _grain(scenes[int(t >= 6)], rng, 3.0)) for t in _steps(12, 25)]
    return Video("two camera scenes", frames, most=2)


def videos() -> Iterator[Video]:
    """Yield every video, decks first."""
    hd, sd = (1280, 720), (854, 480)
    dark = Template(ground=(24, 30, 60), ink=(240, 240, 240), header="Harbour news", logo=True)
    hall = Template(hd, ground=(20, 20, 20), ink=(250, 220, 120), logo=True)
    chinese = Template(chinese=True, header="县志工作会议", footer="二〇二四年")
    ink = Template(sd, (10, 40, 40), (240, 240, 240), "年度汇报", "第三组", chinese=True)
    yield _deck("white, cuts", Template(), TALKS[:5])
    yield _deck("dark 720p, cuts, 10 a second", hall, TALKS[:5], rate=10)
    yield _deck("1.2 s each", Template(logo=True), TALKS, each_s=1.2)
    yield _deck("1 s each, 15 a second", dark, TALKS[:6], each_s=1.0, rate=15)
    yield _deck("white, fade 0.6 s", Template(), TALKS[:5], fade_s=0.6)
    yield _deck("dark, fade 1.2 s", dark, TALKS[:4], each_s=5, fade_s=1.2)
    yield _deck("slow fade 2 s", Template(), TALKS[:3], each_s=8, fade_s=2.0)
    yield _deck("one line each", Template(), [talk[1:2] for talk in TALKS])
    small = Template(hd, letters=0.03)
    yield _deck("small letters 720p", small, TALKS[:4], rate=10)
    yield _deck("chinese, cuts", chinese, CHINESE_TALKS)
    yield _deck("chinese 480p, fade, crf 38", ink, CHINESE_TALKS, fade_s=0.5, rate=10, crf=38)
    yield _deck("480p, 2 a second, crf 40", Template(sd), TALKS[:5], rate=2, crf=40)
    yield _deck("480p, 5 a second, crf 40", Template(sd, logo=True), TALKS[:5], rate=5, crf=40)
    prices = [[f"Cabin {n} sleeps {n % 5 + 2}", f"It costs {31 * n} francs"] for n in range(4, 9)]
    yield _deck("only numbers change", Template(), prices)
    days = [[f"Meeting room {word}"] for word in ("Oak", "Elm", "Ash", "Fir")]
    yield _deck("one short word changes", Template(), days, each_s=3)
    yield _deck("soft picture behind", Template(photo=True), TALKS[:4])
    yield _deck("one frame a slide", Template(), TALKS[:4], each_s=6, rate=1 / 6)
    yield _builds("build", Template(), 2.0, 10, dim=False)
    yield _builds("build that dims", dark, 1.5, 25, dim=True)
    yield _over(_deck("", Template(), TALKS[:5]), "speaker in the corner", _inset)
    yield _over(_deck("", Template(footer=""), TALKS[:4]), "running clock", _clock)
    yield _over(_deck("", dark, TALKS[:4]), "pointer over slides", _pointer)
    yield talking_head()
    yield _panning(12)
    yield _hand_held(15)
    yield _drifting(15)
    yield _flicker(15)
    yield _dimmed(20)
    yield _walker(14)
    yield _screen("screen with pointer and caret", 20)
    yield _typing(20)
    yield _scrolling(30)
    yield _cut()
