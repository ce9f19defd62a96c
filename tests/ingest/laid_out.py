"""Pictures whose words stand in several places, each with what belongs together in it.

Drawn with the typeface that comes inside Pillow; the Chinese ones with Noto Sans CJK, and left
out where that is not installed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from PIL import Image, ImageDraw, ImageFont

CHINESE = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")
Colour: TypeAlias = str | tuple[int, int, int]
Group: TypeAlias = tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """A picture and the groups that its text must keep.

    Attributes:
        name: Kind of picture.
        picture: It.
        nodes: Each must be a block of text of its own, with nothing else in it.
        rows: Each must be a line of text of its own, in this order.
        columns: The words of each must follow each other, with nothing in between.
    """

    name: str
    picture: Image.Image
    nodes: tuple[Group, ...] = ()
    rows: tuple[Group, ...] = ()
    columns: tuple[Group, ...] = ()


def kept(sample: Sample, text: str) -> list[Group]:
    """Return the groups of a picture that its text keeps; spaces and marks do not count."""
    whole = _letters(text)
    blocks = [_letters(block) for block in text.split("\n\n")]
    lines = [_letters(line) for line in text.split("\n")]
    return [
        group
        for groups, places in ((sample.nodes, blocks), (sample.rows, lines))
        for group in groups
        if _letters("".join(group)) in places
    ] + [group for group in sample.columns if _letters("".join(group)) in whole]


def _letters(text: str) -> str:
    return "".join(c for c in text.lower() if c.isalnum())


@dataclass(slots=True)
class Canvas:
    """A picture being drawn."""

    size: tuple[int, int] = (1000, 600)
    ground: Colour = "white"
    ink: Colour = "black"
    chinese: bool = False
    picture: Image.Image = field(init=False)
    pen: ImageDraw.ImageDraw = field(init=False)

    def __post_init__(self) -> None:
        self.picture = Image.new("RGB", self.size, self.ground)
        self.pen = ImageDraw.Draw(self.picture)

    def write(self, x: float, y: float, words: str, px: int = 24, anchor: str = "la") -> None:
        font: ImageFont.FreeTypeFont | ImageFont.ImageFont
        font = ImageFont.truetype(str(CHINESE), px) if self.chinese else ImageFont.load_default(px)
        self.pen.text((x, y), words, fill=self.ink, font=font, anchor=anchor)

    def stack(self, x: float, y: float, words: Group, px: int = 24, anchor: str = "la") -> None:
        """Write lines closely one under another."""
        for line in words:
            self.write(x, y, line, px, anchor)
            y += 1.35 * px

    def frame(
        self, x: float, y: float, w: float, h: float, fill: Colour | None = None, round_px: int = 0
    ) -> None:
        line = self.ink if fill is None else None
        self.pen.rounded_rectangle((x, y, x + w, y + h), round_px, fill, line, width=2)

    def arrow(self, x0: float, y0: float, x1: float, y1: float) -> None:
        self.pen.line((x0, y0, x1, y1), fill=self.ink, width=3)
        self.pen.ellipse((x1 - 5, y1 - 5, x1 + 5, y1 + 5), fill=self.ink)


def samples() -> Iterator[Sample]:
    """Yield all pictures of which the letters are at hand."""
    for make in [*_LATIN, *(_CHINESE if CHINESE.exists() else [])]:
        yield make()


# -- labelled diagrams ------------------------------------------------------------------------

_PLANT: tuple[Group, ...] = (
    ("Tank", "at 2 m"),
    ("Filter", "50 micron"),
    ("Pump A", "3.2 bar"),
    ("Lamp", "36 W"),
)


def _framed_chain() -> Sample:
    c = Canvas((1100, 420))
    c.write(550, 30, "Rain water plant of the north yard", 34, "ma")
    for i, node in enumerate(_PLANT):
        x = 40 + 265 * i
        c.frame(x, 160, 200, 110)
        c.stack(x + 100, 180, node, 28, "ma")
        if i:
            c.arrow(x - 65, 215, x, 215)
    return Sample("diagram, frames in a chain", c.picture, _PLANT)


def _filled_chain() -> Sample:
    c = Canvas((1100, 420), ground=(250, 248, 240))
    fills = [(200, 220, 255), (255, 220, 200), (210, 240, 210), (255, 245, 180)]
    for i, (node, fill) in enumerate(zip(_PLANT, fills, strict=True)):
        x = 40 + 265 * i
        c.frame(x, 160, 200, 110, fill, 14)
        c.stack(x + 100, 180, node, 28, "ma")
    return Sample("diagram, filled and rounded", c.picture, _PLANT)


def _frameless_centred() -> Sample:
    c = Canvas((1100, 420))
    for i, node in enumerate(_PLANT):
        x = 140 + 265 * i
        c.pen.ellipse((x - 40, 80, x + 40, 160), outline="black", width=3)
        c.stack(x, 180, node, 26, "ma")
        if i:
            c.arrow(x - 225, 120, x - 40, 120)
    return Sample("diagram, words under round marks", c.picture, _PLANT)


def _frameless_left() -> Sample:
    c = Canvas((1000, 500))
    nodes = (
        ("Inlet valve", "opens at 1.5 bar"),
        ("Settling basin", "holds 400 kg"),
        ("Sand filter", "washed on Mondays"),
        ("Heat pump", "set to 58 degrees"),
        ("Float gauge", "on the east wall"),
        ("Outlet", "to the garden"),
    )
    for i, node in enumerate(nodes):
        c.stack(60 + 330 * (i % 3), 90 + 210 * (i // 3), node, 26)
    return Sample("diagram, two rows without frames", c.picture, nodes)


def _notes_that_are_no_values() -> Sample:
    c = Canvas((1100, 400), ground=(245, 245, 245))
    nodes = (
        ("Heater", "set to 58 degrees"),
        ("Pump house", "intake at 2.4 m"),
        ("Gauge", "On the wall"),
    )
    for i, node in enumerate(nodes):
        x = 60 + 350 * i
        c.frame(x, 120, 280, 130, "white", 10)
        c.stack(x + 140, 145, node, 28, "ma")
    return Sample("diagram, notes for values", c.picture, nodes)


def _three_lines_a_node() -> Sample:
    c = Canvas((1000, 500))
    nodes = (
        ("Boiler 1", "72 C", "1.8 bar"),
        ("Boiler 2", "69 C", "1.6 bar"),
        ("Buffer", "300 kg", "61 C"),
    )
    for i, node in enumerate(nodes):
        x = 60 + 310 * i
        c.frame(x, 150, 240, 160)
        c.stack(x + 120, 170, node, 28, "ma")
    return Sample("diagram, three lines a node", c.picture, nodes)


def _arrows_with_labels() -> Sample:
    c = Canvas((1200, 420))
    nodes = (("Camera", "12 MP"), ("Recorder", "4 TB"), ("Screen", "27 inch"))
    for i, node in enumerate(nodes):
        x = 60 + 420 * i
        c.frame(x, 150, 220, 110)
        c.stack(x + 110, 168, node, 28, "ma")
    for i, label in enumerate(("coax", "HDMI")):
        x = 280 + 420 * i
        c.arrow(x, 205, x + 200, 205)
        c.write(x + 100, 165, label, 22, "ma")
    return Sample("diagram, labels on arrows", c.picture, (*nodes, ("coax",), ("HDMI",)))


def _loose_labels() -> Sample:
    c = Canvas((1000, 700))
    nodes = (
        ("Weather mast", "12 m high"),
        ("Solar panel", "180 W"),
        ("Battery box", "under the bench"),
        ("Rain gauge", "0.2 mm"),
    )
    places = ((420, 60), (90, 240), (690, 290), (330, 520))
    for node, (x, y) in zip(nodes, places, strict=True):
        c.stack(x, y, node, 26)
        c.arrow(500, 400, x + 60, y + (90 if y < 400 else -12))
    return Sample("diagram, labels anywhere", c.picture, nodes)


def _flow_chart() -> Sample:
    c = Canvas((700, 1000))
    steps = (("Start",), ("Fill the kettle", "95 C"), ("Boil", "4 min"), ("Pour and wait",))
    for i, step in enumerate(steps):
        y = 40 + 230 * i
        c.frame(210, y, 280, 110, round_px=50 if i == 0 else 0)
        c.stack(350, y + (36 if len(step) == 1 else 18), step, 28, "ma")
        if i:
            c.arrow(350, y - 120, 350, y)
    return Sample("flow chart, top down", c.picture, steps)


def _branching_chart() -> Sample:
    c = Canvas((1000, 800))
    nodes = (("Leak found?",), ("Close valve", "half a turn"), ("Call Mira", "ext. 214"), ("Done",))
    for node, (x, y) in zip(nodes, ((360, 40), (100, 300), (620, 300), (360, 600)), strict=True):
        c.frame(x, y, 280, 120)
        c.stack(x + 140, y + (40 if len(node) == 1 else 22), node, 28, "ma")
    c.arrow(400, 160, 240, 300)
    c.arrow(600, 160, 760, 300)
    c.write(250, 200, "no", 24)
    c.write(710, 200, "yes", 24)
    return Sample("flow chart, branching", c.picture, (*nodes, ("no",), ("yes",)))


def _single_line_boxes() -> Sample:
    c = Canvas((1200, 380), ground=(20, 40, 70), ink="white")
    nodes = (("Sensor",), ("Amplifier",), ("Converter",), ("Logger",))
    for i, node in enumerate(nodes):
        x = 40 + 295 * i
        c.frame(x, 140, 220, 80)
        c.write(x + 110, 160, node[0], 30, "ma")
        if i:
            c.arrow(x - 75, 180, x, 180)
    return Sample("diagram, one word a box, dark", c.picture, nodes)


def _sections_in_boxes() -> Sample:
    c = Canvas((900, 520))
    nodes = (("Well", "38 m"), ("Press tank", "24 kg"), ("House", "2 taps"))
    for i, node in enumerate(nodes):
        x = 50 + 290 * i
        c.frame(x, 140, 220, 150)
        c.pen.line((x, 205, x + 220, 205), fill="black", width=2)
        c.write(x + 110, 152, node[0], 28, "ma")
        c.write(x + 110, 228, node[1], 28, "ma")
    return Sample("diagram, boxes with a rule inside", c.picture, nodes)


# -- plates and forms ---------------------------------------------------------------------------


def _plate() -> Sample:
    c = Canvas((1000, 520), ground=(200, 200, 205))
    cells = (
        ("MODEL", "KX 40"),
        ("VOLTAGE", "230 V"),
        ("CURRENT", "4.1 A"),
        ("SERIAL NO", "88213"),
        ("SPEED", "1450 rpm"),
        ("WEIGHT", "17 kg"),
    )
    c.write(500, 40, "Hollmann Pumps", 44, "ma")
    for i, (label, value) in enumerate(cells):
        x, y = 80 + 300 * (i % 3), 180 + 160 * (i // 3)
        c.write(x, y, label, 20)
        c.write(x, y + 30, value, 36)
    return Sample("plate, label above value", c.picture, cells)


def _ruled_plate() -> Sample:
    c = Canvas((900, 420))
    cells = (
        ("Type", "B3 short"),
        ("Power", "2.2 kW"),
        ("Phases", "3"),
        ("Made", "May 2019"),
        ("Class", "F, tropical"),
        ("Noise", "61 dB"),
    )
    for i, (label, value) in enumerate(cells):
        x, y = 60 + 260 * (i % 3), 80 + 120 * (i // 3)
        c.frame(x, y, 260, 120)
        c.write(x + 16, y + 14, label, 20)
        c.write(x + 16, y + 50, value, 34)
    return Sample("plate, ruled cells", c.picture, cells)


def _stacked_form() -> Sample:
    c = Canvas((1000, 560))
    cells = (
        ("Given name", "Henrike"),
        ("Family name", "Olsen"),
        ("Town of birth", "Aarhus"),
        ("Occupation", "Boat builder"),
    )
    for i, (label, value) in enumerate(cells):
        x, y = 80 + 460 * (i % 2), 80 + 200 * (i // 2)
        c.write(x, y, label, 20)
        c.write(x, y + 32, value, 34)
    return Sample("form, label above value", c.picture, cells)


def _side_form() -> Sample:
    c = Canvas((900, 480))
    rows = (
        ("Name", "Anna Keller"),
        ("Street", "Elm Row 4"),
        ("Town", "Leeds"),
        ("Member since", "May 2017"),
        ("Guarantor", "Paul Winter"),
    )
    for i, (label, value) in enumerate(rows):
        c.write(60, 60 + 62 * i, label, 26)
        c.write(360, 60 + 62 * i, value, 26)
    return Sample("form, label beside value", c.picture, rows=rows)


def _boxed_form() -> Sample:
    c = Canvas((900, 480))
    rows = (("Name", "Anna Keller"), ("Town", "Leeds"), ("Boat", "Seagull"), ("Berth", "C 14"))
    for i, (label, value) in enumerate(rows):
        c.write(60, 72 + 90 * i, label, 26)
        c.frame(240, 60 + 90 * i, 520, 58)
        c.write(256, 72 + 90 * i, value, 26)
    return Sample("form, values in boxes", c.picture, rows=rows)


def _two_forms_side_by_side() -> Sample:
    c = Canvas((1100, 420))
    rows = (
        (("Depth", "4.5 m"), ("Volume", "900 kg")),
        (("Width", "2.1 m"), ("Lid", "steel")),
        (("Age", "12 years"), ("Owner", "parish")),
    )
    for i, pair in enumerate(rows):
        for j, (label, value) in enumerate(pair):
            c.write(60 + 540 * j, 80 + 60 * i, label, 26)
            c.write(240 + 540 * j, 80 + 60 * i, value, 26)
    return Sample(
        "form, two columns of pairs", c.picture, columns=tuple(p for pair in rows for p in pair)
    )


# -- boards and posters -------------------------------------------------------------------------


def _columns(
    name: str,
    columns: Sequence[tuple[float, Sequence[tuple[float, str]]]],
    size: tuple[int, int] = (1000, 600),
    title: str = "",
    px: int = 28,
) -> Sample:
    c = Canvas(size)
    if title:
        c.write(size[0] / 2, 24, title, px + 12, "ma")
    for x, lines in columns:
        for i, (y, words) in enumerate(lines):
            c.write(x + (i * 7) % 12, y, words, px)
    groups = tuple(tuple(words for _, words in lines) for _, lines in columns)
    return Sample(name, c.picture, columns=groups)


def _two_ragged_columns() -> Sample:
    left = [(110, "Monday"), (170, "boat rented out"), (228, "to the school"), (300, "sail torn")]
    right = [(122, "Store"), (168, "six candles left"), (240, "rice for a week"), (292, "no tea")]
    return _columns("whiteboard, two ragged columns", [(60, left), (560, right)], title="Log")


def _three_ragged_columns() -> Sample:
    one = [(90, "Boats"), (150, "Seagull leaks"), (205, "new oars ordered"), (270, "trailer lent")]
    two = [(100, "Jetty"), (146, "plank loose"), (214, "lamp repaired"), (262, "ladder gone")]
    three = [(84, "Shed"), (157, "key with Tom"), (200, "roof next week"), (281, "mice again")]
    return _columns(
        "whiteboard, three ragged columns", [(50, one), (420, two), (790, three)], (1150, 420)
    )


def _level_columns() -> Sample:
    left = ["Bring a warm jacket", "Meet at the old mill", "Ask for Joanna", "Leave dogs at home"]
    right = ["Soup will be served", "Singing after supper", "Return by lantern", "Children welcome"]
    return _columns(
        "poster, two level columns",
        [
            (60, [(130 + 60 * i, w) for i, w in enumerate(left)]),
            (540, [(130 + 60 * i, w) for i, w in enumerate(right)]),
        ],
        title="Winter walk of the village",
    )


def _bullets() -> Sample:
    left = ["- Fill slowly", "- Check seal", "- Bleed air", "- Close cap"]
    right = ["- Drain first", "- Wipe dry", "- Oil hinge", "- Store flat"]
    return _columns(
        "slide, bullets in two columns",
        [
            (60, [(150 + 70 * i, w) for i, w in enumerate(left)]),
            (540, [(150 + 70 * i, w) for i, w in enumerate(right)]),
        ],
        title="Spring and autumn",
    )


def _one_column() -> Sample:
    lines = [
        "Keys hang by the door", "Paul feeds the hens", "Gate stays shut", "Milk comes Friday",
    ]  # fmt: skip
    return _columns(
        "whiteboard, one column", [(80, [(80 + 75 * i, w) for i, w in enumerate(lines)])]
    )


def _clusters() -> Sample:
    c = Canvas((1000, 640))
    notes = (
        ("Wood", "stove lit at six", "two baskets left"),
        ("Water", "pipe frozen", "melt snow"),
        ("Radio", "battery weak", "call at noon"),
        ("Guests", "four from Bern", "one vegetarian"),
    )
    for i, note in enumerate(notes):
        c.stack(80 + 480 * (i % 2) + 15 * (i // 2), 70 + 280 * (i // 2) + 22 * (i % 2), note, 28)
    return Sample("notice board, four notes", c.picture, notes)


def _sticky_notes() -> Sample:
    c = Canvas((1100, 500), ground=(235, 235, 230))
    notes = (
        ("Order hinges", "from Brandt"),
        ("Paint the hull", "green below"),
        ("Anchor chain", "too short"),
    )
    fills: tuple[Colour, ...] = ((255, 240, 140), (190, 235, 190), (255, 205, 215))
    for i, (note, fill) in enumerate(zip(notes, fills, strict=True)):
        x, y = 60 + 350 * i, 110 + 26 * (i % 2)
        c.frame(x, y, 270, 230, fill)
        c.stack(x + 20, y + 60, note, 30)
    return Sample("notice board, paper notes", c.picture, notes)


def _two_panels() -> Sample:
    c = Canvas((1100, 560))
    panels = (
        ("Before the tour", "Charge the lamps", "Tell the warden", "Pack two ropes", "Eat well"),
        ("After the tour", "Dry the tent", "Sign the book", "Return the key", "Rinse boots"),
    )
    for i, (panel, fill) in enumerate(zip(panels, ((225, 238, 250), (250, 236, 222)), strict=True)):
        c.frame(40 + 540 * i, 60, 480, 420, fill)
        for j, line in enumerate(panel):
            c.write(70 + 540 * i, 90 + 72 * j, line, 30)
    return Sample("poster, two panels", c.picture, columns=panels)


# -- rows that must stay rows -------------------------------------------------------------------


def _rows(
    name: str,
    rows: Sequence[Group],
    xs: Sequence[float],
    *,
    size: tuple[int, int] = (900, 700),
    pitch: float = 46,
    right: bool = False,
    ruled: bool = False,
    px: int = 24,
    jitter: float = 0,
) -> Sample:
    c = Canvas(size)
    for i, row in enumerate(rows):
        for j, (x, words) in enumerate(zip(xs, row, strict=True)):
            y = 60 + pitch * i + jitter * ((i + j) % 2)
            c.write(x, y, words, px, "ra" if right and j else "la")
    if ruled:
        for x in [*(x - 14 for x in xs), size[0] - 30]:
            c.pen.line((x, 50, x, 50 + pitch * len(rows)), fill="black", width=2)
        for i in range(len(rows) + 1):
            c.pen.line((xs[0] - 14, 50 + pitch * i, size[0] - 30, 50 + pitch * i), fill="black")
    return Sample(name, c.picture, rows=tuple(rows))


_GOODS = [
    ("Bread rolls", "3.20"), ("Butter", "2.75"), ("Lamp oil", "11.40"), ("Rope 20 m", "26.00"),
    ("TOTAL", "43.35"), ("CASH", "50.00"), ("CHANGE", "6.65"),
]  # fmt: skip


def _receipt() -> Sample:
    return _rows("receipt, aligned", _GOODS, (60, 520), size=(580, 480), right=True)


def _tight_receipt() -> Sample:
    return _rows("receipt, short and tight", _GOODS[3:6], (60, 500), size=(600, 300), pitch=30)


def _ragged_receipt() -> Sample:
    c = Canvas((700, 520))
    for i, (name, price) in enumerate(_GOODS):
        c.write(60, 50 + 50 * i, name, 26)
        c.write(470 + 13 * (i % 3), 53 + 50 * i, price, 26)
    return Sample("receipt, ragged prices", c.picture, rows=tuple(_GOODS))


def _tilted_receipt() -> Sample:
    flat = _rows("", _GOODS, (80, 480), size=(640, 520), pitch=52)
    turned = flat.picture.rotate(1.2, fillcolor="white", resample=Image.Resampling.BICUBIC)
    return Sample("receipt, tilted", turned, rows=flat.rows)


def _menu() -> Sample:
    c = Canvas((800, 760))
    sections = (
        ("Soups", (("Pea soup", "4.50"), ("Fish broth", "6.20"))),
        ("Mains", (("Trout with almonds", "15.80"), ("Mushroom pie", "12.40"))),
        ("Sweets", (("Plum cake", "3.90"), ("Rice pudding", "3.40"))),
    )
    y = 50
    for title, dishes in sections:
        c.write(400, y, title, 36, "ma")
        for i, (dish, price) in enumerate(dishes):
            c.write(80, y + 64 + 44 * i, dish, 26)
            c.write(720, y + 64 + 44 * i, price, 26, "ra")
        y += 220
    return Sample("menu with prices", c.picture, rows=tuple(d for _, ds in sections for d in ds))


def _opening_hours() -> Sample:
    rows = [
        ("Monday", "closed"), ("Tuesday", "9:00 - 17:00"), ("Wednesday", "9:00 - 17:00"),
        ("Thursday", "9:00 - 20:00"), ("Friday", "9:00 - 14:00"),
    ]  # fmt: skip
    return _rows("opening hours", rows, (80, 420), size=(720, 420), pitch=56, px=30)


def _short_hours() -> Sample:
    rows = [("Mon - Fri", "8 - 18"), ("Saturday", "9 - 13"), ("Sunday", "closed")]
    return _rows("opening hours, three lines", rows, (60, 420), size=(640, 300), pitch=40, px=30)


def _bus_times() -> Sample:
    rows = [
        ("Mill Lane", "7:05", "8:05", "9:35"), ("Church", "7:12", "8:12", "9:42"),
        ("Harbour", "7:20", "8:20", "9:50"), ("Light house", "7:31", "8:31", "10:01"),
    ]  # fmt: skip
    return _rows("timetable, four columns", rows, (60, 340, 520, 700), pitch=52)


def _week() -> Sample:
    rows = [
        ("", "Mon", "Tue", "Wed", "Thu", "Fri"), ("8:00", "Maths", "Art", "Music", "Maths", "Gym"),
        ("9:00", "Latin", "Gym", "Maths", "Art", "Latin"),
        ("10:00", "Music", "Latin", "Gym", "Music", "Maths"),
        ("11:00", "Art", "Maths", "Latin", "Gym", "Music"),
    ]  # fmt: skip
    made = _rows(
        "timetable, a week, ruled", rows, (50, 180, 320, 460, 600, 740), ruled=True, pitch=60
    )
    return Sample(made.name, made.picture, rows=tuple(r for r in rows[1:]))


def _seven_columns() -> Sample:
    rows = [(f"Line {i}", *(f"{5 + h}:{(7 * i + 11 * h) % 60:02}" for h in range(6)))
            for i in range(1, 8)]  # fmt: skip
    return _rows("timetable, seven columns", rows, [50 + 140 * i for i in range(7)],
                 size=(1050, 460), pitch=48)  # fmt: skip


def _three_column_table() -> Sample:
    rows = [
        ("Bird", "Place", "Count"), ("Heron", "Mill pond", "4"), ("Bittern", "Reed bed", "11"),
        ("Kingfisher", "Weir", "2"), ("Grebe", "East bay", "37"),
    ]  # fmt: skip
    return _rows("table, three columns", rows, (60, 340, 640), pitch=44)


def _table_of_words() -> Sample:
    rows = [
        ("Tool", "Keeper", "Place"), ("Hammer", "Tom", "Shed"), ("Saw", "Irma", "Loft"),
        ("Chisel", "Bruno", "Cellar"), ("Plane", "Edda", "Shed"),
    ]  # fmt: skip
    return _rows("table, words only", rows, (60, 340, 620), pitch=44)


def _ruled_table() -> Sample:
    rows = [
        ("Part", "Size", "Stock"), ("Hinge", "40 mm", "12"), ("Bolt", "M8", "250"),
        ("Washer", "M8", "310"), ("Bracket", "90 mm", "7"),
    ]  # fmt: skip
    return _rows("table, ruled", rows, (60, 320, 600), size=(820, 420), ruled=True, pitch=56)


def _striped_table() -> Sample:
    c = Canvas((820, 460))
    rows = (("Harbour", "3.1 m"), ("Inner bay", "2.4 m"), ("Sound", "17 m"), ("Sill", "0.9 m"),
            ("Reef", "1.2 m"), ("Bar", "2.0 m"))  # fmt: skip
    for i, (name, value) in enumerate(rows):
        if i % 2 == 0:
            c.frame(40, 40 + 60 * i, 740, 60, (222, 230, 240))
        c.write(60, 54 + 60 * i, name, 26)
        c.write(560, 54 + 60 * i, value, 26)
    return Sample("table, striped", c.picture, rows=rows)


def _programme() -> Sample:
    rows = [
        ("8:30", "Arrival and coffee", "Main hall"), ("9:15", "Walk to the reed bed", "East gate"),
        ("12:00", "Lunch from the kettle", "Boat house"), ("14:30", "Ringing the young", "Hide 2"),
    ]  # fmt: skip
    return _rows("programme, times at the left", rows, (60, 200, 620), pitch=52)


# -- Chinese ------------------------------------------------------------------------------------


def _chinese_chain() -> Sample:
    c = Canvas((1100, 380), chinese=True)
    nodes = (("水箱", "2.5 m"), ("过滤器", "50 微米"), ("水泵", "3.2 bar"), ("加热器", "设定58度"))
    for i, node in enumerate(nodes):
        x = 40 + 265 * i
        c.frame(x, 120, 200, 130)
        c.stack(x + 100, 136, node, 32, "ma")
    return Sample("中文 diagram, frames", c.picture, nodes)


def _chinese_frameless() -> Sample:
    c = Canvas((1000, 420), chinese=True)
    nodes = (("进水阀", "常开"), ("沉淀池", "每周清洗"), ("压力表", "装在墙上"))
    for i, node in enumerate(nodes):
        c.stack(170 + 330 * i, 120, node, 34, "ma")
    return Sample("中文 diagram, no frames", c.picture, nodes)


def _chinese_plate() -> Sample:
    c = Canvas((900, 420), ground=(215, 218, 222), chinese=True)
    cells = (("型号", "KX40"), ("电压", "220V"), ("功率", "1.5kW"), ("重量", "17kg"))
    for i, (label, value) in enumerate(cells):
        x, y = 80 + 420 * (i % 2), 70 + 170 * (i // 2)
        c.write(x, y, label, 24)
        c.write(x, y + 40, value, 40)
    return Sample("中文 plate", c.picture, cells)


def _chinese_board() -> Sample:
    c = Canvas((1000, 460), chinese=True)
    columns = (
        ((70, "星期四"), (142, "雪橇已借出"), (205, "绳子还没干"), (281, "请随手关灯")),
        ((84, "厨房"), (136, "还剩九瓶水"), (218, "大米吃两天"), (272, "盐已经用完")),
    )
    for i, lines in enumerate(columns):
        for y, words in lines:
            c.write(70 + 480 * i, y, words, 34)
    groups = tuple(tuple(w for _, w in lines) for lines in columns)
    return Sample("中文 whiteboard", c.picture, columns=groups)


def _chinese_receipt() -> Sample:
    c = Canvas((640, 460), chinese=True)
    rows = (("面包", "8.50"), ("牛奶", "12.00"), ("苹果", "9.80"), ("合计", "30.30"))
    for i, (name, price) in enumerate(rows):
        c.write(60, 40 + 66 * i, name, 32)
        c.write(560, 40 + 66 * i, price, 32, "ra")
    return Sample("中文 receipt", c.picture, rows=rows)


def _chinese_hours() -> Sample:
    c = Canvas((760, 340), chinese=True)
    rows = (("周一至周五", "9:00-18:00"), ("周六", "9:00-12:00"), ("周日", "休息"))
    for i, (day, hours) in enumerate(rows):
        c.write(60, 50 + 66 * i, day, 34)
        c.write(420, 50 + 66 * i, hours, 34)
    return Sample("中文 opening hours", c.picture, rows=rows)


def _chinese_table() -> Sample:
    c = Canvas((900, 420), chinese=True)
    rows = (("工具", "保管人", "地点"), ("锤子", "王林", "仓库"), ("锯子", "李梅", "阁楼"),
            ("凿子", "赵刚", "地窖"))  # fmt: skip
    for i, row in enumerate(rows):
        for j, words in enumerate(row):
            c.write(60 + 280 * j, 50 + 66 * i, words, 32)
    return Sample("中文 table", c.picture, rows=rows)


_LATIN: tuple[Callable[[], Sample], ...] = (
    _framed_chain, _filled_chain, _frameless_centred, _frameless_left, _notes_that_are_no_values,
    _three_lines_a_node, _arrows_with_labels, _loose_labels, _flow_chart, _branching_chart,
    _single_line_boxes, _sections_in_boxes, _plate, _ruled_plate, _stacked_form, _side_form,
    _boxed_form, _two_forms_side_by_side, _two_ragged_columns, _three_ragged_columns,
    _level_columns, _bullets, _one_column, _clusters, _sticky_notes, _two_panels, _receipt,
    _tight_receipt, _ragged_receipt, _tilted_receipt, _menu, _opening_hours, _short_hours,
    _bus_times, _week, _seven_columns, _three_column_table, _table_of_words, _ruled_table,
    _striped_table, _programme,
)  # fmt: skip
_CHINESE: tuple[Callable[[], Sample], ...] = (
    _chinese_chain, _chinese_frameless, _chinese_plate, _chinese_board, _chinese_receipt,
    _chinese_hours, _chinese_table,
)  # fmt: skip
