"""Markdown: sections with their path of headings, and offsets that are the file's own."""

from __future__ import annotations

from pincite.ingest.markdown import blocks
from tests.ingest.parsing import assert_exact, read, words

PAGE = """---
title: Station
---

# The **pump** [room](room.md) #

Intro.

## Start

- Open the valve.
- Wait.

```python
# not a heading
run()
```

Stop
----

| Part | Price |
|------|-------|
| Seal | 4     |

<!-- a secret
note -->
Closing words.
"""


def shown(text: str) -> list[tuple[str, str]]:
    return [(block.kind, text[block.start : block.end]) for block in blocks(text)]


def test_sections_carry_the_path_of_their_headings(tmp_path):
    segments, _ = read(tmp_path, "a.md", PAGE)
    assert_exact(segments, PAGE)
    assert [heading for heading, _ in words(segments)] == [
        "",
        "The pump room",
        "The pump room > Start",
        "The pump room > Stop",
    ]


def test_blocks_know_what_they_are():
    assert [kind for kind, _ in shown(PAGE)] == [
        *("code", "title", "prose", "title", "prose", "prose", "code", "title", "table", "prose")
    ]


def test_a_hash_in_code_is_no_heading():
    assert ("code", "# not a heading\nrun()") in shown(PAGE)


def test_a_comment_is_not_read():
    assert not any("secret" in text for _, text in shown(PAGE))


def test_an_open_fence_or_comment_ends_with_the_file():
    assert shown("```\nrun()") == [("code", "run()")]
    assert shown("<!-- never closed\nx") == []


def test_rows_cut_off_from_their_table_keep_the_names_of_its_columns(tmp_path):
    rows = "".join(f"| Seal number {i} | {i} |\n" for i in range(100))
    segments, _ = read(tmp_path, "a.md", "# Parts\n\n| Part | Price |\n|---|---|\n" + rows)
    assert len(segments) > 1
    assert all(segment.heading == "Parts > Part | Price" for segment in segments)
    assert all(segment.text.startswith(("Parts", "| Seal")) for segment in segments)


def test_a_picture_written_out_in_the_text_is_left_out(tmp_path):
    data = "![plan](data:image/png;base64," + "iVBORw0KGgo" * 500 + ")"
    segments, _ = read(tmp_path, "a.md", f"Before.\n\n{data}\n\nAfter.\n")
    assert not any("iVBOR" in segment.text for segment in segments)
    assert "Before." in segments[0].text
    assert "After." in segments[-1].text


def test_tags_alone_are_not_words_but_a_described_picture_is():
    assert shown('<p align="center">\n\n<img alt="A pump">\n\n</p>') == [
        ("prose", '<img alt="A pump">')
    ]
