"""Web pages: what a reader sees, nothing that is hidden, nothing loaded."""

from __future__ import annotations

import pytest

from pincite.ingest.html import html_text
from pincite.ingest.xmltext import xml_text
from tests.ingest.parsing import read, words


def shown(source: str) -> str:
    return html_text(source)[0]


def test_the_title_and_headings_are_the_path(tmp_path):
    page = "<title>Station</title><h1>Pump</h1><p>Red.<h2>Start</h2><p>Open.<h1>Valve</h1><p>Blue."
    segments, _ = read(tmp_path, "a.html", "<!doctype html>" + page)
    assert words(segments) == [
        ("Station > Pump", "Station\n\nPump\n\nRed."),
        ("Station > Pump > Start", "Start\n\nOpen."),
        ("Station > Valve", "Valve\n\nBlue."),
    ]
    for segment in segments:
        assert html_text(page)[0][segment.locator.start : segment.locator.end] == segment.text


@pytest.mark.parametrize(
    "hidden",
    [
        "<script>secret()</script>",
        "<style>.secret{}</style>",
        "<template>secret</template>",
        "<noscript>secret</noscript>",
        "<iframe src='http://x/'>secret</iframe>",
        "<!-- secret -->",
        "<p hidden>secret <b>x</b></p>",
        "<div style='color:red; DISPLAY : none'><p>secret</p></div>",
        "<span style='visibility:hidden'>secret</span>",
        "<span aria-hidden=true>secret</span>",
        "<meta http-equiv=refresh content='0;url=http://secret/'>",
        "<svg><title>secret</title></svg>",
        "<input type=hidden value=secret>",
    ],
)
def test_what_nobody_sees_is_not_read(hidden):
    assert shown(f"<body><p>before</p>{hidden}<p>after</p>") == "before\n\nafter"


def test_spaces_breaks_and_preformatted_lines():
    assert shown("<p>a\n  b<br>c&nbsp; d</p><pre>x\n  y</pre>") == "a b\nc d\n\nx\n  y"


def test_items_pictures_and_captions_are_paragraphs():
    page = (
        "<ul><li>one<li>two</ul><figure><img alt='A  pump'><figcaption>Fig. 1</figcaption></figure>"
    )
    assert shown(page) == "one\n\ntwo\n\nA pump\n\nFig. 1"


def test_rows_of_a_table_read_header_value():
    page = (
        "<table><caption>Pumps</caption><tr><th>Name<th>Bar</tr>"
        "<tr><td>North<td>5</tr><tr><td>South<td></tr></table><p>after"
    )
    assert shown(page) == "Pumps\n\nName: North; Bar: 5\n\nName: South\n\nafter"


@pytest.mark.parametrize(
    ("rows", "text"),
    [
        pytest.param(
            "<tr><th rowspan=2>Name<th colspan=2>Bar<tr><th>min<th>max<tr><td>North<td>1<td>5",
            "Name: North; Bar min: 1; Bar max: 5",
            id="two rows of headers",
        ),
        pytest.param(
            "<tr><th>Name<th>Bar<tr><td rowspan=2>North<td>1<tr><td>5",
            "Name: North; Bar: 1\n\nName: North; Bar: 5",
            id="a cell over two rows",
        ),
        pytest.param(
            "<tr><td><th>2023<th>2024<tr><th>Bars<td>5<td>7",
            "Bars; 2023: 5; 2024: 7",
            id="names of rows",
        ),
        pytest.param("<tr><td>Name<td>Bar<tr><td>North<td>5", "Name: North; Bar: 5", id="no th"),
    ],
)
def test_spans_and_headers(rows, text):
    if "<tr><td><th>" in rows:
        rows = rows.replace("<tr><td><th>", "<tr><th><th>")
    assert shown(f"<table>{rows}</table>") == text


def test_a_table_that_only_places_text_is_read_as_text():
    inner = "<table><tr><th>Name<th>Bar<tr><td>North<td>5</table>"
    assert shown(f"<table><tr><td><p>Menu</p><td>{inner}<p>Words</p></table>") == (
        "Menu\n\nName: North; Bar: 5\n\nWords"
    )


def test_a_table_around_a_table_only_places_it():
    inner = "<table><tr><td>Name<td>Bar<tr><td>North<td>5</table>"
    page = f"<table><tr><td>Menu<td>Words<tr><td>News<td>{inner}</table>"
    assert shown(page) == "Menu\n\nWords\n\nNews\n\nName: North; Bar: 5"


def test_a_long_table_keeps_the_names_of_its_columns():
    rows = "".join(f"<tr><td>pump {i}<td>{i}" for i in range(1200))
    text = shown(f"<table><tr><th>Name<th>Bar{rows}</table>")
    assert text.split("\n\n") == [f"Name: pump {i}; Bar: {i}" for i in range(1200)]


def test_depth_and_large_pictures_do_not_matter(tmp_path):
    page = "<div>" * 100_000 + "deep" + "</div>" * 100_000
    picture = "<img alt=plan src='data:image/png;base64," + "A" * 15_000_000 + "'>"
    segments, problems = read(tmp_path, "a.html", f"<!doctype html>{page}{picture}<p>after")
    assert words(segments) == [("", "deep\n\nplan\n\nafter")]
    assert [problem.code for problem in problems] == ["PART_UNSUPPORTED"]
    assert shown("<table><tr><td>x" * 20_000).count("x") == 20_000


def test_the_stated_encoding_holds(tmp_path):
    page = "<html><meta charset=gb2312><p>水泵坏了".encode("gb18030")
    segments, problems = read(tmp_path, "a.html", page)
    assert (words(segments), problems) == ([("", "水泵坏了")], [])


def test_xml_documents_keep_sentences_whole_and_data_gets_names():
    source = "<?xml version='1.0'?><book><title>Pumps</title><p>It <b>runs</b> well.</p></book>"
    assert xml_text(source)[0] == "title: Pumps\n\nIt runs well."


def test_no_entity_is_expanded_and_no_other_file_read(tmp_path):
    (tmp_path / "secret").write_text("SECRET")
    source = (
        f'<?xml version="1.0"?><!DOCTYPE d SYSTEM "http://127.0.0.1:9/x.dtd" ['
        f'<!ENTITY a "bomb"><!ENTITY b "&a;&a;"><!ENTITY f SYSTEM "file://{tmp_path}/secret">]>'
        "<d><p>before</p><p>&b;&f;</p><p>after</p></d>"
    )
    text = xml_text(source)[0]
    assert "bomb" not in text
    assert "SECRET" not in text
    assert "before" in text
    assert "after" in text


def test_xml_that_breaks_off_is_read_as_far_as_it_goes():
    text, _, problems = xml_text("<d><p>before</p><p>half")
    assert "before" in text
    assert "half" in text
    assert [problem.code for problem in problems] == ["TRUNCATED"]


def test_xml_depth_does_not_matter():
    assert "deep" in xml_text("<a>" * 100_000 + "deep" + "</a>" * 100_000)[0]


def test_a_drawing_gives_its_words(tmp_path):
    drawing = (
        "<svg xmlns='http://www.w3.org/2000/svg'><script>x()</script><text>Pump 7</text></svg>"
    )
    segments, _ = read(tmp_path, "a.svg", drawing)
    assert words(segments) == [("", "Pump 7")]
