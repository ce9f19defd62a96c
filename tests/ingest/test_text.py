"""Plain text: paragraphs, underlined titles, and offsets that are the file's own."""

from __future__ import annotations

import pytest

from pincite.ingest.text import paragraphs
from tests.ingest.parsing import assert_exact, read, words

LONG = "The pump runs at five bar and must be opened slowly by hand. " * 10


def titles(text: str, **options: bool) -> list[str]:
    return [text[b.start : b.end] for b in paragraphs(text, **options) if b.kind == "title"]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_offsets_are_those_of_the_file_whatever_ends_its_lines(tmp_path, end):
    text = f"\ufeff{LONG}{end}{end}水泵坏了。{end}{LONG}{end} {end}Last words."
    segments, _ = read(tmp_path, "a.txt", text)
    assert_exact(segments, text[1:])
    assert [s.text[:4] for s in segments] == ["The ", "The "]
    assert [s.text[-5:] for s in segments] == ["水泵坏了。", "ords."]


def test_a_long_line_is_a_paragraph_and_wrapped_lines_are_one():
    lines = f"{LONG}\n{LONG}\nshort line\nand another\n"
    assert len(list(paragraphs(lines))) == 3


def test_underlined_and_overlined_titles_make_the_path(tmp_path):
    text = "====\nPump\n====\n\nStart\n-----\n\nOpen it.\n\nStop\n-----\n\nClose it.\n"
    segments, _ = read(tmp_path, "a.rst", text)
    assert words(segments) == [
        ("Pump > Start", "Pump\n====\n\nStart\n-----\n\nOpen it."),
        ("Pump > Stop", "Stop\n-----\n\nClose it."),
    ]
    assert_exact(segments, text)


def test_stars_are_titles_in_org_files_only():
    text = "* Pump\nIt runs.\n** TODO Start\nOpen it.\n"
    assert titles(text, org=True) == ["Pump", "Start"]
    assert titles(text) == []


def test_a_log_is_cut_between_its_lines(tmp_path):
    text = "".join(f"2026-11-21 10:{i:02}:00 pump. Start of. part {i}\n" for i in range(60))
    segments, _ = read(tmp_path, "a.log", text)
    assert len(segments) > 1
    assert all(s.text.startswith("2026-11-21") for s in segments)


def test_white_space_alone_is_complete_without_words(tmp_path):
    segments, problems = read(tmp_path, "a.txt", "\n \n")
    assert (segments, [p.code for p in problems]) == ([], ["NO_TEXT"])
