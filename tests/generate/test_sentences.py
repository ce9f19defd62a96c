"""What can be quoted as one piece, by the shape of the text."""

from pincite.generate.sentences import statements
from pincite.types import Anchor, ImageRegion, Segment, TextSpan, TimeSpan


def said(text):
    segment = Segment("s", "a", "text", TextSpan(0, len(text)), text)
    return [text[s.start : s.end] for s in statements(segment)]


def fields(text):
    segment = Segment("s", "a", "text", TextSpan(0, len(text)), text)
    return [
        (field.key, text[field.start : field.end])
        for s in statements(segment)
        for field in s.fields
    ]


def test_wrapped_lines_of_prose_are_one_sentence():
    text = "The hut was built in 1957 on the northern\nridge of the glacier. It has two\nbunks."
    assert said(text) == [
        "The hut was built in 1957 on the northern\nridge of the glacier.",
        "It has two\nbunks.",
    ]


def test_a_row_of_a_table_is_one_statement_with_named_fields():
    text = "Name: Rope; Stock: 14\nName: Lamp; Stock: 3"
    assert said(text) == ["Name: Rope; Stock: 14", "Name: Lamp; Stock: 3"]
    assert fields(text)[2:] == [("Name", "Lamp"), ("Stock", "3")]


def test_a_key_line_belongs_to_the_value_line_below_it():
    assert fields("SUBTOTAL\n10.00\nTOTAL\n12.50") == [("SUBTOTAL", "10.00"), ("TOTAL", "12.50")]


def test_chinese_pairs_are_read_like_english_ones():
    assert fields("合计：12.50\n日期：2018-03-12") == [("合计", "12.50"), ("日期", "2018-03-12")]


def test_bullets_are_statements_without_their_marks():
    assert said("- check the oil\n- Water: 40 l\n3) close the valve") == [
        "check the oil",
        "Water: 40 l",
        "close the valve",
    ]


def test_speech_without_marks_is_cut_at_pauses():
    words = [("we", 0.0), ("left", 0.3), ("the", 2.0), ("pump", 2.2)]
    text, anchors = "", []
    for word, start_s in words:
        text += (" " if text else "") + word
        place = TimeSpan(start_s, start_s + 0.2)
        anchors.append(Anchor(len(text) - len(word), len(text), place))
    segment = Segment("s", "a", "audio", TimeSpan(0, 3), text, anchors=tuple(anchors))
    assert [text[s.start : s.end] for s in statements(segment)] == ["we left", "the pump"]


def test_endless_text_is_cut_into_pieces_that_can_be_read():
    for text in ("word " * 2000, "字" * 5000):
        pieces = said(text)
        assert max(len(piece) for piece in pieces) <= 320
        assert "".join(pieces).replace(" ", "") == text.replace(" ", "")


def test_every_span_lies_in_the_text_and_none_is_blank():
    for text in ("", " \n\n ", "。。。\n？", ":\n:\n", "A: ; B: ;", "\t|\t"):
        assert all(piece.strip() for piece in said(text))


def test_the_few_words_of_a_sign_are_read_together():
    sign = "DANGER\nTHIN ICE"
    segment = Segment("s", "a", "image", ImageRegion(), sign)
    assert [(s.start, s.end) for s in statements(segment)] == [(0, len(sign))]
    assert said(sign) == ["DANGER", "THIN ICE"]


def test_the_fields_of_json_are_names_with_values():
    text = '{\n  "name": "Rain gauge",\n  "serial": "TB-6674",\n  "range_mm": 40\n}'
    segment = Segment("s", "a", "text", TextSpan(0, len(text)), text)
    found = [(f.key, text[f.start : f.end]) for s in statements(segment) for f in s.fields]
    assert found == [("name", "Rain gauge"), ("serial", "TB-6674"), ("range_mm", "40")]


def test_a_sentence_runs_on_over_an_empty_line_of_a_scan():
    text = "3. A power cable runs under the path, forty\n\ncentimetres deep. Do not dig there."
    assert said(text) == [
        "A power cable runs under the path, forty\n\ncentimetres deep.",
        "Do not dig there.",
    ]


def test_the_colon_of_an_hour_does_not_end_a_name():
    text = "Friday night until 21:00"
    segment = Segment("s", "a", "text", TextSpan(0, len(text)), text)
    assert [f.key for s in statements(segment) for f in s.fields] != ["Friday night until 21"]


def test_the_head_of_a_table_may_stand_below_its_caption():
    text = "Table 1 | 2024 by quarter\nQuarter | Visitors | Takings\nThird | 74900 | 803000"
    segment = Segment("s", "a", "text", TextSpan(0, len(text)), text)
    rows = [s for s in statements(segment) if s.kind == "row"]
    assert [[f.key for f in s.fields] for s in rows] == [["Quarter", "Visitors", "Takings"]]


def test_names_and_values_inside_braces_are_fields():
    text = "shed: {warmth: 17 C, keeper: Lian}"
    segment = Segment("s", "a", "text", TextSpan(0, len(text)), text)
    found = [(f.key, text[f.start : f.end]) for s in statements(segment) for f in s.fields]
    assert found == [("warmth", "17 C"), ("keeper", "Lian")]


def test_brackets_alone_say_nothing():
    assert said("{\n}\n") == []


def test_words_on_the_screen_are_read_as_on_a_page():
    text = "we look at the pump\nPump A\n3.2 bar"
    anchors = (
        Anchor(0, 19, TimeSpan(0, 2)),
        Anchor(20, 26, TimeSpan(0, 4, (0.1, 0.1, 0.2, 0.2))),
        Anchor(27, 34, TimeSpan(0, 4, (0.1, 0.2, 0.2, 0.3))),
    )
    segment = Segment("s", "a", "video", TimeSpan(0, 4), text, anchors=anchors)
    found = [(s.kind, [f.key for f in s.fields]) for s in statements(segment)]
    assert found == [("speech", []), ("pair", ["Pump A"])]
