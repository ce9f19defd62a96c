"""Words in separate places of a picture: nodes and columns told from rows, through the real OCR."""

from functools import cache
from pathlib import Path

import numpy as np
import pytest

from pincite.config import load_config
from pincite.generate.sentences import statements
from pincite.ingest.image import ImageParser
from pincite.ingest.layout import Piece, reading_rows
from pincite.ingest.ocr import read_lines
from pincite.ingest.picture_blocks import picture_rows
from pincite.ingest.picture_flow import picture_flow
from pincite.types import Asset, Extracted
from tests.ingest.laid_out import CHINESE, Canvas, Sample, kept, samples
from tests.ingest.laid_out_more import more_samples

KNOWN_LIMIT = {"invoice, two addresses"}  # level names on both sides could be a table as well
SAMPLES = {sample.name: sample for sample in (*samples(), *more_samples())}


@cache
def read(name):
    """The lines, the picture and its text."""
    rgb = np.asarray(SAMPLES[name].picture)
    lines = read_lines(rgb, load_config({}, environ={}, folder=Path.cwd()))
    return lines, rgb, picture_flow(lines, rgb).text


def piece(x, y, text, height=20, width=None):
    return Piece(text, (x, y, x + (width or 10 * len(text)), y + height))


def blocks(pieces, rgb=None):
    found = {}
    for row in picture_rows(pieces, rgb):
        found.setdefault(row.column, []).append(" ".join(p.text for p in row.pieces))
    return list(found.values())


@pytest.mark.parametrize("name", [name for name in SAMPLES if name not in KNOWN_LIMIT])
def test_what_belongs_together_is_kept_together(name):
    sample = SAMPLES[name]
    text = read(name)[2]
    assert kept(sample, text) == [*sample.nodes, *sample.rows, *sample.columns], text


def test_no_line_of_a_picture_is_lost_or_said_twice():
    for name in SAMPLES:
        lines, rgb, _ = read(name)
        flow = picture_flow(lines, rgb)
        said = sorted(flow.text[mark.start : mark.end] for mark in flow.marks)
        assert said == sorted(line.text for line in lines), name
        assert all(mark.box for mark in flow.marks)


# -- statements and their boxes -----------------------------------------------------------------


def segment(tmp_path, picture):
    path = tmp_path / "plan.png"
    picture.save(path)
    config = load_config({}, environ={}, folder=tmp_path)
    events = ImageParser().parse(path, Asset("0" * 64, str(path), "image/png"), config)
    return next(event.segment for event in events if isinstance(event, Extracted))


@pytest.mark.parametrize("name", ["diagram, frames in a chain", "diagram, notes for values"])
def test_a_node_is_one_statement_whose_box_is_its_own(tmp_path, name):
    sample = SAMPLES[name]
    found = segment(tmp_path, sample.picture)
    said = {" ".join(found.text[s.start : s.end].split()): s for s in statements(found)}
    centres = []
    for node in sample.nodes:
        statement = said[" ".join(node)]
        x0, y0, x1, y1 = found.locate(statement.start, statement.end).box
        assert x1 - x0 < 0.26
        assert y1 - y0 < 0.3
        centres.append((x0 + x1) / 2)
    steps = np.diff(centres)
    assert (steps > 0.2).all()


def test_a_label_has_the_value_below_it_as_its_field(tmp_path):
    found = segment(tmp_path, SAMPLES["diagram, frames in a chain"].picture)
    named = {f.key: found.text[f.start : f.end] for s in statements(found) for f in s.fields}
    assert named["Pump A"] == "3.2 bar"
    assert named["Lamp"] == "36 W"


# -- rules of places, without a picture -----------------------------------------------------------


def test_a_value_is_a_line_of_its_own_below_its_label_and_a_note_is_not():
    pieces = [piece(100, 100, "Pump"), piece(100, 122, "3.2 bar")]
    pieces += [piece(400, 100, "Heater"), piece(400, 122, "set to 58 degrees")]
    pieces += [piece(750, 100, "Lamp"), piece(750, 122, "36 W")]
    pieces += [piece(1000, 100, "Tank"), piece(1000, 122, "1,000 gallons")]
    assert blocks(pieces) == [
        ["Pump", "3.2 bar"],
        ["Heater set to 58 degrees"],
        ["Lamp", "36 W"],
        ["Tank 1,000 gallons"],
    ]


def test_lines_of_a_node_that_name_their_values_stay_lines():
    pieces = []
    for x, name in ((100, "Pump A"), (500, "Pump B"), (900, "Pump C")):
        pieces += [piece(x, 100, name), piece(x, 122, "flow: 40 kg"), piece(x, 144, "lift: 3 m")]
    assert blocks(pieces)[0] == ["Pump A", "flow: 40 kg", "lift: 3 m"]


def test_names_beside_numbers_are_rows_however_tight():
    goods = [("Bread", "3.20"), ("Milk", "1.15"), ("TOTAL", "4.35")]
    pieces = [
        piece(x, 21 * i, w)
        for i, row in enumerate(goods)
        for x, w in zip((0, 300), row, strict=True)
    ]
    assert blocks(pieces) == [["Bread 3.20", "Milk 1.15", "TOTAL 4.35"]]


def test_a_table_with_names_at_the_left_is_not_read_down_its_columns():
    rows = [("Stop", "Mon", "Tue", "Wed", "Thu"), ("Mill", "7:05", "8:05", "9:35", "9:50"),
            ("Quay", "7:31", "8:31", "9:55", "10:10")]  # fmt: skip
    pieces = [piece(120 * j, 22 * i, w) for i, row in enumerate(rows) for j, w in enumerate(row)]
    assert blocks(pieces) == [[" ".join(row) for row in rows]]


def test_lines_that_are_not_level_are_columns_and_level_ones_are_rows():
    left = ["boat rented", "sail torn", "oars gone", "lamp lit"]
    right = ["no tea", "rice left", "six candles", "rope wet"]

    def board(offsets):
        pieces = [piece(0, 60 * i, w) for i, w in enumerate(left)]
        return pieces + [
            piece(500, 60 * i + dy, w) for i, (w, dy) in enumerate(zip(right, offsets, strict=True))
        ]

    def order(offsets):
        return [line for block in blocks(board(offsets)) for line in block]

    assert order((9, -9, 8, -7)) == left + right
    tilt = (5, 6, 7, 8)  # a tilted picture moves all lines of a column alike
    assert order(tilt) == [f"{a} {b}" for a, b in zip(left, right, strict=True)]


def test_a_list_with_values_is_a_list_of_rows_however_ragged():
    names = ["Bread", "Milk", "Rope", "TOTAL"]
    pieces = [piece(0, 60 * i, w) for i, w in enumerate(names)]
    pieces += [piece(500, 60 * i + dy, f"{i}.20") for i, dy in enumerate((9, -9, 8, -7))]
    assert [line for b in blocks(pieces) for line in b] == [
        f"{n} {i}.20" for i, n in enumerate(names)
    ]


def test_running_text_is_read_as_on_a_page():
    words = "a line of running text that is long"
    pieces = [
        piece(x, 24 * i + dy, f"{words} {i}", width=380)
        for x, dy in ((0, 0), (420, 7))
        for i in range(12)
    ]
    rows = [[p.text for p in row.pieces] for row in picture_rows(pieces)]
    assert rows == [[p.text for p in row.pieces] for row in reading_rows(pieces)]


def rows(table, dx=300, dy=60, x=0, y=0):
    """The cells of a table, given as rows of words."""
    return [
        piece(x + dx * j, y + dy * i, words)
        for i, row in enumerate(table)
        for j, words in enumerate(row)
    ]


def lines_of(pieces, rgb=None):
    return [line for block in blocks(pieces, rgb) for line in block]


def test_lines_with_one_middle_are_read_down():
    pieces = [piece(125, 100, "Heater"), piece(100, 122, "On the wall")]
    pieces += [piece(415, 100, "Lamp"), piece(380, 122, "Next to it.")]
    assert blocks(pieces) == [["Heater On the wall"], ["Lamp Next to it."]]
    pieces = [
        piece(x, y, p.text)
        for p, x, y in zip(pieces, (100, 100, 380, 380), (100, 122) * 2, strict=True)
    ]
    assert blocks(pieces) == [["Heater Lamp", "On the wall Next to it."]]  # as in a form


def test_pairs_of_lines_that_are_not_level_are_read_down():
    pieces = [piece(100, 100, "Boat"), piece(100, 122, "Anna")]
    pieces += [piece(400, 111, "Shed"), piece(400, 133, "Tom")]
    assert blocks(pieces) == [["Boat Anna"], ["Shed Tom"]]


def test_cells_of_two_lines_beside_a_time_stay_with_it():
    pieces = [piece(0, 100, "9:00"), piece(200, 100, "Choir"), piece(200, 122, "old hall")]
    pieces += [piece(500, 100, "Judo"), piece(500, 122, "new gym")]
    assert blocks(pieces)[0][0] == "9:00 Choir Judo"


def test_phrases_are_rows_where_a_time_leads_them():
    table = [("8:30", "Walk to the reed bed", "Boat house by the mill"),
             ("9:15", "Lunch from the kettle", "Field behind the barn"),
             ("12:00", "Ringing of the young", "Hide at the north end")]  # fmt: skip
    assert lines_of(rows(table)) == [" ".join(row) for row in table]
    bare = [row[1:] for row in table]
    assert lines_of(rows(bare)) == [row[0] for row in bare] + [row[1] for row in bare]


def test_two_phrases_that_are_level_by_chance_are_two_lines():
    pieces = [piece(0, 0, "Week 17"), piece(0, 60, "Tom took the green sledge")]
    assert lines_of([*pieces, piece(400, 60, "nine bottles are left")])[1:] == [
        "Tom took the green sledge",
        "nine bottles are left",
    ]
    assert lines_of([*pieces, piece(400, 60, "3 bar")])[-1] == "Tom took the green sledge 3 bar"


def test_labels_with_notes_one_below_the_other_are_one_line_each():
    pieces = []
    for i, (label, note) in enumerate((("Heater", "Upper deck"), ("Lamp", "Aft"), ("Bell", "Bow"))):
        pieces += [piece(100, 120 * i, label), piece(100, 120 * i + 22, note)]
    assert blocks(pieces) == [["Heater Upper deck"], ["Lamp Aft"], ["Bell Bow"]]


def test_a_page_full_of_pieces_is_read_as_a_page():
    pieces = []
    for i in range(160):
        x, y = 300 * (i % 8), 120 * (i // 8)
        pieces += [piece(x + 20, y, "Name"), piece(x, y + 22, f"{i} bar gas")]
    found = [[p.text for p in row.pieces] for row in picture_rows(pieces)]
    assert found == [[p.text for p in row.pieces] for row in reading_rows(pieces)]


# -- frames and fills ---------------------------------------------------------------------------


def framed(*boxes, size=(1000, 500), fill=None):
    canvas = Canvas(size)
    for x, y, w, h in boxes:
        canvas.frame(x, y, w, h, fill)
    return np.asarray(canvas.picture)


@pytest.mark.parametrize("fill", [None, (235, 240, 250)])
def test_words_in_a_box_of_their_own_are_a_block(fill):
    rgb = framed((80, 80, 240, 90), (480, 80, 240, 90), fill=fill)
    pieces = [piece(130, 110, "Sensor"), piece(530, 110, "Logger")]
    pieces += [piece(100, 300, "Bread"), piece(600, 300, "Milk")]
    assert blocks(pieces) == [["Sensor Logger"], ["Bread Milk"]]
    assert blocks(pieces, rgb)[:2] == [["Sensor"], ["Logger"]]


def test_cells_of_a_ruled_table_are_no_nodes():
    rgb = framed(*((80 + 200 * j, 80 + 60 * i, 200, 60) for i in range(3) for j in range(3)))
    words = [["Part", "Size", "Stock"], ["Hinge", "small", "none"], ["Bolt", "large", "some"]]
    pieces = [
        piece(100 + 200 * j, 100 + 60 * i, w)
        for i, row in enumerate(words)
        for j, w in enumerate(row)
    ]
    assert [line for b in blocks(pieces, rgb) for line in b] == [" ".join(row) for row in words]


def test_cells_with_gaps_between_them_are_a_table_where_they_fill_a_grid():
    rgb = framed(*((80 + 240 * j, 60 + 120 * i, 180, 60) for i in range(3) for j in range(3)))
    table = [["Part", "Size", "Stock"], ["Hinge", "small", "none"], ["Bolt", "large", "some"]]
    assert lines_of(rows(table, 240, 120, 100, 80), rgb) == [" ".join(row) for row in table]


def test_numbers_in_bars_are_no_nodes():
    rgb = framed((80, 80, 240, 90), (480, 80, 340, 90), fill=(200, 60, 60))
    assert blocks([piece(130, 110, "12"), piece(530, 110, "17"), piece(100, 300, "Mai")], rgb) == [
        ["12 17"],
        ["Mai"],
    ]


def test_an_area_that_noise_ends_is_no_frame():
    dice = np.random.default_rng(3)
    rgb = dice.normal(200, 6, (500, 1000, 3)).clip(0, 255).astype(np.uint8)
    rgb[80:170, 80:320] = rgb[80:170, 80:320].mean(axis=(0, 1))  # a smooth spot of the same colour
    pieces = [piece(130, 110, "Sensor"), piece(530, 110, "Logger"), piece(530, 300, "Fuse")]
    assert blocks(pieces, rgb)[0] == ["Sensor Logger"]
    rgb[80:170, 80:320] -= 60
    assert blocks(pieces, rgb)[0] == ["Sensor"]


def test_the_open_part_of_a_sign_with_a_banner_is_no_block():
    rgb = framed((100, 20, 500, 460), (150, 100, 400, 60), fill=None)
    pieces = [piece(200, 50, "FUEL STORE"), piece(200, 120, "NO SMOKING")]
    pieces += [piece(200, 200 + 50 * i, words) for i, words in enumerate(("Diesel", "Oil", "Gas"))]
    pieces += [piece(700, 50, "North gate")]
    assert lines_of(pieces, rgb)[:2] == ["FUEL STORE North gate", "NO SMOKING"]


def test_a_field_to_fill_in_stays_with_the_label_to_its_left():
    rgb = framed((300, 90, 400, 40), (300, 190, 400, 40))
    pieces = [
        piece(80, 100, "Name"),
        piece(320, 100, "Anna"),
        piece(80, 200, "Town"),
        piece(320, 200, "Leeds"),
    ]
    assert [line for b in blocks(pieces, rgb) for line in b] == ["Name Anna", "Town Leeds"]


def test_a_spot_on_a_receipt_does_not_tear_its_rows():
    rgb = framed((60, 80, 200, 120), fill=(246, 240, 238))
    pieces = [
        piece(80, 100, "Bread"),
        piece(600, 100, "3.20"),
        piece(80, 150, "Milk"),
        piece(600, 150, "1.15"),
    ]
    pieces += [piece(80, 250, "TOTAL"), piece(600, 250, "4.35")]
    assert [line for b in blocks(pieces, rgb) for line in b] == [
        "Bread 3.20",
        "Milk 1.15",
        "TOTAL 4.35",
    ]


def test_enough_pictures_of_each_kind_are_looked_at():
    assert sum(bool(s.nodes) for s in SAMPLES.values()) >= 12
    assert sum(bool(s.rows) for s in SAMPLES.values()) >= 12
    assert sum(bool(s.columns) for s in SAMPLES.values()) >= 8
    assert isinstance(SAMPLES["receipt, aligned"], Sample)
    assert not CHINESE.exists() or sum("中文" in name for name in SAMPLES) >= 8
