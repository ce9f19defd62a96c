"""JSON: whole records where they fit, the path to a part as heading, the file's own offsets."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pincite.ingest.decode import Decoded
from pincite.ingest.json import _Walk, resolved
from tests.ingest.parsing import assert_exact, read, words

LONG = "The pump runs at five bar. It must be opened slowly. " * 20


def test_small_records_stay_whole(tmp_path):
    record = {"pump": "North", "note": "x" * 300, "bars": [5, 7]}
    text = json.dumps([record] * 30, indent=1)
    segments, _ = read(tmp_path, "a.json", text)
    assert_exact(segments, text)
    assert len(segments) > 9
    assert all(segment.text.startswith("{") and segment.text.endswith("}") for segment in segments)


def test_a_large_record_is_taken_apart_under_its_path(tmp_path):
    text = json.dumps({"stations": [{"name": "North", "log": {"notes": LONG * 2}}]})
    segments, _ = read(tmp_path, "a.json", text)
    assert_exact(segments, text)
    assert words(segments)[0] == ("stations > [0] North", '"name": "North"')
    assert {segment.heading for segment in segments[1:]} == {"stations > [0] North > log > notes"}
    assert segments[1].text.startswith("The pump")


def test_lines_of_json_are_records(tmp_path):
    text = "".join(json.dumps({"id": i, "text": LONG[:500]}) + "\n" for i in range(4))
    segments, _ = read(tmp_path, "a.jsonl", text)
    assert_exact(segments, text)
    assert [segment.text for segment in segments] == text.splitlines()


def test_escaped_characters_are_read_as_what_they_stand_for(tmp_path):
    text = json.dumps({"泵": "水泵坏了😀", "quote": 'say "x"\n', "path": "C:\\users"})
    segments, _ = read(tmp_path, "a.json", text)
    expected = json.dumps(json.loads(text), ensure_ascii=False)
    assert [segment.text for segment in segments] == [expected]
    assert_exact(segments, resolved(Decoded(text, "utf-8")).text)
    assert 'say "x"\n' in segments[0].context


def test_a_lone_surrogate_becomes_the_replacement_character():
    assert resolved(Decoded(r'["\ud800", "\\u6c34"]', "utf-8")).text == '["\ufffd", "\\\\u6c34"]'


def test_a_file_that_breaks_off_is_read_as_far_as_it_goes(tmp_path):
    text = '{"pump": "North", "bars": [5, 7, {"note": "it ru'
    segments, problems = read(tmp_path, "a.json", text)
    assert_exact(segments, text)
    assert '"North"' in segments[0].text
    assert [problem.code for problem in problems] == ["TRUNCATED"]


def test_files_written_out_as_text_are_left_out_and_counted(tmp_path):
    segments, problems = read(tmp_path, "a.json", json.dumps({"a": "x", "png": "iVBORw0K" * 500}))
    assert words(segments) == [("", '"a": "x"')]
    assert [problem.code for problem in problems] == ["PART_UNSUPPORTED"]


@pytest.mark.parametrize("opening", ["[", '{"a":'])
def test_depth_does_not_matter(tmp_path, opening):
    closing = "]" if opening == "[" else "}"
    segments, problems = read(tmp_path, "a.json", opening * 50_000 + '"deep"' + closing * 50_000)
    assert any('"deep"' in segment.text for segment in segments)
    assert problems == []


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=400),
    lambda inner: (
        st.lists(inner, max_size=8) | st.dictionaries(st.text(max_size=9), inner, max_size=8)
    ),
    max_leaves=60,
)


def leaves(value: object) -> Iterator[str]:
    """Every value that is no list or record, as JSON writes it, strings without their quotes."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for inner in value:
            yield from leaves(inner)
    else:
        yield json.dumps(value, ensure_ascii=False).strip('"')


@settings(max_examples=100, deadline=None)
@given(VALUES, st.sampled_from([None, 2]))
def test_blocks_ascend_and_together_hold_every_value(value, indent):
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    blocks = list(_Walk(text).blocks())
    assert all(before.end <= after.start for before, after in pairwise(blocks))
    inside = "".join(text[block.start : block.end] for block in blocks)
    for leaf in leaves(value):
        assert leaf in inside
        inside = inside.replace(leaf, "", 1)
