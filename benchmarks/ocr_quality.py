"""What the settings of reading pictures do, on pages that are drawn here.

    python -m benchmarks.ocr_quality [PART...]

Pages, a receipt, a slide and a notice in several fonts and sizes, English and Chinese, each turned
by a degree, with noise and as JPEG. Character error rate (CER) is edits over characters, pooled
over pictures, after NFKC; spaces count in English only. "s" is processor seconds a picture, one
thread; "ratio" compares it with the shipped settings in the same run.

PART is kinds, size, turned or memory; all of them unless named. Fonts are taken from those that
Debian has (DejaVu, Liberation, Comic Neue, Noto CJK); a sheet whose font is absent is left out,
and said.
"""

from __future__ import annotations

import argparse
import io
import re
import resource
import subprocess
import sys
import time
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

import jiwer
import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from pincite.config import load_config
from pincite.ingest import ocr
from pincite.ingest.ocr import Picture, read_lines

FONTS = Path("/usr/share/fonts")
CONFIG = load_config({"ocr": "force", "workers": 1, "threads": 1}, environ={})
CJK = re.compile(r"[\u3400-\u9fff]")

REPORT = """
Report on the water works
The spring of this year was dry, and the upper reservoir fell to 61 per cent of its
capacity by the end of May. Supply to the eastern villages was kept up from the two
wells at Harrow Mill, which together give 38 litres a second. The older pump there,
installed in 1974, was replaced on 12 April after its bearings had failed twice.
Losses in the network were lower than in any year since measuring began: 11.4 per
cent, against 13.9 per cent in the year before. Most of the saving comes from the
new main under Station Road, where 640 metres of cast iron were exchanged.
The quality of the water was examined 212 times. Nitrate stayed between 9 and 17
milligrams a litre; the limit is 50. In August one sample from the lower tank held
more germs than allowed, so the tank was drained, cleaned and filled again.
Expenditure was 418,300 pounds, of which 96,000 went to energy. The price of water
remains at 1.84 pounds a cubic metre until the committee meets again in November.
"""
REPORT_ZH = """
水厂年度报告
今年春季干旱，上水库蓄水量在五月底降到百分之六十一。东部各村的供水
由哈罗磨坊的两口水井维持，两井每秒合计出水38升。其中较旧的一台水泵安装
于1974年，轴承两次损坏以后，已在4月12日更换。
管网的漏损率为11.4%，低于上一年的13.9%，是开始统计以来最低的一年。节约
主要来自车站路下面的新干管，那里更换了640米铸铁管道。
全年共化验水质212次。硝酸盐含量每升9至17毫克，限值是50毫克。八月份下水池
有一个样品细菌超标，水池随即放空、清洗并重新注水。
全年支出418300元，其中电费96000元。水价仍为每立方米1.84元，委员会将在
十一月再次开会讨论。
"""
RECEIPT = """
HARROW HARDWARE
14 Station Road
Date 12/04/2025 16:32
Lantern LED 2 x 24.50   49.00
Rope 10 mm 15 m   18.75
Screws M6 x 40   3.20
Paint RAL 5010   27.90
Brush 50 mm   6.45
SUBTOTAL   105.30
VAT 20 %   21.06
TOTAL   126.36
CASH   130.00
CHANGE   3.64
Thank you for your visit
"""
SLIDE = """
Pump station north 北泵站
Capacity 38 l/s 供水能力
Built in 1974, renewed in 2025
节能改造后电费下降百分之十八
Open questions: storage, price
"""
NOTICE = """
NOTICE TO RESIDENTS
The water will be turned off on Tuesday 3 June
between 8:30 and 14:00 for work on the main.
Please fill what you need the evening before.
Questions: 0171 555 0134, office hours 9 to 17
"""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of picture: words, font and sizes in pixels."""

    name: str
    words: str
    font: str
    letters_px: int
    size: tuple[int, int]
    margin_px: int


SERIF = "LiberationSerif-Regular.ttf"
KINDS = (
    Kind("page, serif 5 pt, 300 dpi", REPORT, SERIF, 21, (2480, 3508), 700),
    Kind("page, serif 11 pt, 200 dpi", REPORT, SERIF, 30, (1654, 1200), 200),
    Kind("page, sans 8 pt, 150 dpi", REPORT, "DejaVuSans.ttf", 17, (1240, 760), 150),
    Kind("page, 宋体 11 pt, 200 dpi", REPORT_ZH, "NotoSerifCJK-Regular.ttc", 30, (1654, 900), 200),
    Kind("page, 黑体 8 pt, 150 dpi", REPORT_ZH, "NotoSansCJK-Regular.ttc", 17, (1240, 600), 150),
    Kind("receipt, monospaced", RECEIPT, "LiberationMono-Bold.ttf", 26, (760, 900), 60),
    Kind("slide, both languages", SLIDE, "NotoSansCJK-Bold.ttc", 56, (1280, 720), 90),
    Kind("notice, photograph of 8 MP", NOTICE, "ComicNeue-Bold.otf", 48, (3264, 2448), 1000),
)


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """A picture with its words."""

    kind: Kind
    picture: Picture

    @property
    def words(self) -> str:
        """The words in it."""
        return self.kind.words


# -- drawing --------------------------------------------------------------------------------


@cache
def font(name: str, size_px: int) -> ImageFont.FreeTypeFont | None:
    """Return a font of this machine, of a Chinese collection the simplified one, or None."""
    found = next(iter(sorted(FONTS.rglob(name))), None)
    index = 2 if name.endswith(".ttc") else 0
    return ImageFont.truetype(str(found), size_px, index=index) if found else None


def drawn(kind: Kind) -> Image.Image:
    """Return the words of a kind on paper, columns apart by three spaces set at the right."""
    picture = Image.new("RGB", kind.size, (250, 248, 242))
    pen, letters = ImageDraw.Draw(picture), font(kind.font, kind.letters_px)
    y = kind.margin_px
    for line in kind.words.strip().splitlines():
        left, _, right = line.partition("   ")
        pen.text((kind.margin_px, y), left, (25, 25, 30), font=letters)
        if right:
            x = kind.size[0] - kind.margin_px - pen.textlength(right, font=letters)
            pen.text((x, y), right, (25, 25, 30), font=letters)
        y += round(1.6 * kind.letters_px)
    return picture


@dataclass(frozen=True, slots=True)
class Scan:
    """How a sheet came to be a file."""

    degrees: float = 0.0
    noise: float = 0.0
    blur_px: float = 0.0
    quality: int = 95


SCANS: Mapping[str, Scan] = {
    "clean": Scan(),
    "scanned": Scan(degrees=1.0, noise=8.0, quality=70),
    "poor": Scan(degrees=-2.0, noise=25.0, blur_px=1.0, quality=35),
}


def scanned(picture: Image.Image, scan: Scan, seed: int) -> Picture:
    """Return a picture turned, blurred, lit from one side, with noise, and as JPEG: (h, w, 3)."""
    turned = picture.rotate(scan.degrees, Image.Resampling.BICUBIC, fillcolor=(250, 248, 242))
    softened = turned.filter(ImageFilter.GaussianBlur(scan.blur_px)) if scan.blur_px else turned
    values = np.array(softened, np.float32)
    if scan.noise:
        light = np.linspace(1.0, 0.8, values.shape[1], dtype=np.float32)[None, :, None]
        draw = np.random.default_rng(seed)
        values *= light
        values += scan.noise * draw.standard_normal(values.shape, np.float32)
    buffer = io.BytesIO()
    whole = Image.fromarray(np.clip(values, 0, 255).astype(np.uint8))
    whole.save(buffer, "JPEG", quality=scan.quality)
    return np.asarray(Image.open(buffer).convert("RGB"))


@cache
def sheets(scan: str) -> tuple[Sheet, ...]:
    """Return a sheet of each kind whose font is here."""
    there = [kind for kind in KINDS if font(kind.font, kind.letters_px)]
    return tuple(
        Sheet(kind, scanned(drawn(kind), SCANS[scan], seed)) for seed, kind in enumerate(there)
    )


# -- reading --------------------------------------------------------------------------------


@dataclass(slots=True)
class Score:
    """What was read of some sheets so far."""

    said: list[str] = field(default_factory=list)
    read: list[str] = field(default_factory=list)
    cost_s: float = 0.0

    def take(self, sheet: Sheet) -> None:
        """Read a sheet."""
        began = time.process_time()
        lines = read_lines(sheet.picture, CONFIG)
        self.cost_s += time.process_time() - began
        self.said.append(plain(sheet.words))
        self.read.append(plain(" ".join(line.text for line in lines)))

    @property
    def cer(self) -> float:
        """Edits over characters."""
        return float(jiwer.cer(self.said, self.read))

    @property
    def each_s(self) -> float:
        """Processor seconds a sheet."""
        return self.cost_s / len(self.said)


def plain(text: str) -> str:
    """Return the characters of a text as they are compared."""
    between = "" if CJK.search(text) else " "
    return between.join(unicodedata.normalize("NFKC", text).split())


def warm_up() -> None:
    """Load the models, so that the first sheet does not pay for it."""
    read_lines(np.full((64, 256, 3), 255, np.uint8), CONFIG)


# -- parts ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Case:
    """A setting: constants of the module that reads, and what is done to the sheet before."""

    constants: Mapping[str, float]
    change: Callable[[Sheet], Sheet] = lambda sheet: sheet


def compare(cases: Mapping[str, Case], chosen: Sequence[Sheet]) -> None:
    """Print error rate and time of each setting; all read a sheet before any reads the next.

    So the load of the machine, which changes from minute to minute, is the same for all.
    """
    scores = {label: Score() for label in cases}
    for sheet in chosen:
        for label, case in cases.items():
            with ExitStack() as stack:
                for name, value in case.constants.items():
                    stack.enter_context(patch.object(ocr, name, value))
                scores[label].take(case.change(sheet))
    print("| setting | CER | s | ratio |\n|---|---|---|---|")
    shipped = next(iter(scores.values())).each_s
    for label, score in scores.items():
        ratio = score.each_s / shipped
        print(f"| {label} | {score.cer:.4f} | {score.each_s:.2f} | {ratio:.2f} |", flush=True)


def kinds() -> None:
    """Print how well each kind of sheet is read."""
    print("\nKinds of pictures: CER and seconds by how they came to be a file")
    print(f"| picture | {' | '.join(f'{scan} | s' for scan in SCANS)} |\n|---{'|---' * 6}|")
    for number, sheet in enumerate(sheets("clean")):
        cells = []
        for scan in SCANS:
            score = Score()
            score.take(sheets(scan)[number])
            cells.append(f"{score.cer:.4f} | {score.each_s:.2f}")
        print(f"| {sheet.kind.name} | {' | '.join(cells)} |", flush=True)


def size() -> None:
    """Print what the size of the detector's copy does, and reading from that copy."""
    large = [
        sheet for sheet in (*sheets("scanned"), *sheets("poor")) if max(sheet.kind.size) > 1600
    ]
    print(f"\nDetector's longest side, {len(large)} larger pictures, scanned and poor")
    cases = {
        "1600 (shipped)": Case({"_DETECT_LONG_SIDE": 1600}),
        "1280": Case({"_DETECT_LONG_SIDE": 1280}),
        "2048": Case({"_DETECT_LONG_SIDE": 2048}),
        "1600, lines read from that copy": Case({"_DETECT_LONG_SIDE": 1600}, shrunk),
    }
    compare(cases, large)


def shrunk(sheet: Sheet) -> Sheet:
    """Return a sheet whose picture is no larger than the detector's copy."""
    picture = Image.fromarray(sheet.picture)
    picture.thumbnail((1600, 1600), Image.Resampling.LANCZOS)
    return Sheet(sheet.kind, np.asarray(picture))


def turned() -> None:
    """Print what trying six lines upside down is worth, and costs."""
    cases = {"six lines tried (shipped)": Case({}), "never tried": Case({"_UPRIGHT": 0.0})}
    chosen = [sheet for sheet in sheets("scanned") if max(sheet.kind.size) <= 1280]
    for quarters in range(4):
        print(f"\nTurned by {90 * quarters} degrees, {len(chosen)} pictures")
        compare(cases, [Sheet(s.kind, np.rot90(s.picture, quarters).copy()) for s in chosen])


def memory() -> None:
    """Print time and memory with ONNX Runtime's arena and without, each in a fresh process."""
    print("\nMemory arena of ONNX Runtime: four sheets, each setting twice, the quicker run counts")
    print("| arena | s | ratio | MB held afterwards |\n|---|---|---|---|")
    found: dict[str, list[tuple[float, float]]] = {"off": [], "on": []}
    for arena in ("off", "on") * 2:
        command = [sys.executable, "-m", "benchmarks.ocr_quality", "--arena", arena]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        cost_s, held_mb = map(float, done.stdout.split())
        found[arena].append((cost_s, held_mb))
    off_s = min(cost_s for cost_s, _ in found["off"])
    for arena, runs in found.items():
        cost_s, held_mb = min(runs)
        label = f"{arena} (shipped)" if arena == "off" else arena
        print(f"| {label} | {cost_s:.2f} | {cost_s / off_s:.2f} | {held_mb:.0f} |", flush=True)


def with_arena(on: bool) -> None:
    """Print seconds a sheet, and the memory this process holds once all are read, in MB."""
    shipped = ocr._parameters

    def parameters(models: Path, threads: int) -> dict[str, Any]:
        name = "EngineConfig.onnxruntime.enable_cpu_mem_arena"
        return {**shipped(models, threads), name: on}

    with patch.object(ocr, "_parameters", parameters):
        warm_up()
        score = Score()
        for sheet in sheets("scanned")[1:5]:
            score.take(sheet)
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    print(score.each_s, pages * resource.getpagesize() / 1e6)


PARTS: Mapping[str, Callable[[], None]] = {
    "kinds": kinds,
    "size": size,
    "turned": turned,
    "memory": memory,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--arena", choices=("on", "off"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.arena:
        with_arena(arguments.arena == "on")
        return
    if unknown := set(arguments.parts) - set(PARTS):
        parser.error(f"no part is called {', '.join(sorted(unknown))}; known: {', '.join(PARTS)}")
    absent = sorted({kind.font for kind in KINDS if not font(kind.font, kind.letters_px)})
    if absent:
        print(f"left out for want of fonts: {', '.join(absent)}")
    warm_up()
    for part in arguments.parts or PARTS:
        PARTS[part]()


if __name__ == "__main__":
    main()
