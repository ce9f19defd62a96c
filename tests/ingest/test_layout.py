"""Reading order from geometry alone; all positions are chosen by hand, y growing downwards."""

from hypothesis import given
from hypothesis import strategies as st

from pincite.ingest.layout import Piece, reading_rows

PROSE = "a line of running text here"


def line(x, y, text=PROSE, width=None):
    return Piece(text, (x, y, x + (width or 5 * len(text)), y + 10))


def words(pieces):
    return [[piece.text for piece in row.pieces] for row in reading_rows(pieces)]


def two_columns(top=20, count=5):
    left = [line(0, top + 14 * i, f"left column line number {i}") for i in range(count)]
    right = [line(160, top + 14 * i, f"right column line number {i}") for i in range(count)]
    return left, right


def test_columns_are_read_one_after_the_other_even_when_their_lines_are_level():
    left, right = two_columns()
    mixed = [piece for pair in zip(left, right, strict=True) for piece in pair]
    assert words(mixed) == [[piece.text] for piece in (*left, *right)]


def test_a_title_across_both_columns_comes_first():
    left, right = two_columns()
    title = line(40, 0, "A title that reaches across the gutter", 220)
    assert words([*right, *left, title])[0] == [title.text]


def test_a_line_across_the_page_parts_the_columns_above_from_those_below():
    left, right = two_columns()
    below = two_columns(top=140)
    across = line(10, 110, "A caption under both columns, wide as the page", 300)
    got = [row[0] for row in words([*right, *below[1], across, *below[0], *left])]
    assert got[:5] == [p.text for p in left]
    assert got[10] == across.text
    assert got[11:16] == [p.text for p in below[0]]


def test_short_cells_level_with_each_other_are_rows_of_a_table():
    names, numbers = ["Revenue", "Cost", "Profit", "Tax"], ["120", "80", "40", "9"]
    cells = [line(0, 14 * i, name) for i, name in enumerate(names)]
    cells += [line(150, 14 * i, number) for i, number in enumerate(numbers)]
    assert words(cells) == [list(pair) for pair in zip(names, numbers, strict=True)]


CHINESE = [
    "堤防巡查从三月开始，",
    "每天早晚各走一遍，遇",
    "到渗水要马上插旗。今",
    "年一共发现八处渗水点",
    "，其中五处在老闸北边",
]


def chinese_line(x, y, text):
    return Piece(text, (x, y, x + 10 * len(text), y + 10))


def test_narrow_columns_of_chinese_are_no_table_though_their_lines_are_level():
    left = [chinese_line(0, 14 * i, text) for i, text in enumerate(CHINESE)]
    right = [chinese_line(120, 14 * i, text) for i, text in enumerate(reversed(CHINESE))]
    assert words([*left, *right]) == [[piece.text] for piece in (*left, *right)]


def test_cells_of_chinese_stay_rows_also_when_all_are_equally_long():
    names, places = (
        ["苹果产量以吨计", "梨的产量以吨计", "桃的产量以吨计"],
        ["东坡第一块地", "西坡第二块地", "南坡第三块地"],
    )
    cells = [chinese_line(0, 14 * i, text) for i, text in enumerate(names)]
    cells += [chinese_line(120, 14 * i, text) for i, text in enumerate(places)]
    assert words(cells) == [list(pair) for pair in zip(names, places, strict=True)]


def test_a_slightly_tilted_row_is_still_one_row():
    assert words([line(0, 0, "TOTAL"), line(200, 4, "12.50")]) == [["TOTAL", "12.50"]]


def test_lines_one_under_another_are_never_one_row():
    assert words([line(0, 0, "first"), line(0, 9, "second")]) == [["first"], ["second"]]


def test_a_column_change_can_be_told():
    left, right = two_columns()
    columns = [row.column for row in reading_rows([*left, *right])]
    assert columns == [0] * 5 + [1] * 5


def test_nothing_in_nothing_out():
    assert reading_rows([]) == []


boxes = st.tuples(st.integers(0, 500), st.integers(0, 700), st.integers(1, 300), st.integers(1, 40))


@given(st.lists(boxes, max_size=40))
def test_no_piece_is_lost_or_doubled(places):
    pieces = [Piece(str(i), (x, y, x + w, y + h)) for i, (x, y, w, h) in enumerate(places)]
    got = [piece for row in reading_rows(pieces) for piece in row.pieces]
    assert sorted(map(id, got)) == sorted(map(id, pieces))


def test_a_table_of_thousands_of_cells_needs_no_comparison_of_all_with_all():
    cells = [line(60 * c, 12 * r, "1,234", 40) for r in range(150) for c in range(20)]
    assert [len(row.pieces) for row in reading_rows(cells)] == [20] * 150
