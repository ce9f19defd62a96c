"""Frames between processes: what goes in comes out, and nothing that comes in is trusted."""

import io
import json
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pincite.codes import CODES
from pincite.content import MODALITIES
from pincite.errors import IngestError
from pincite.ingest.wire import (
    BLOB_LIMIT_BYTES,
    HEADER_LIMIT_BYTES,
    Begin,
    End,
    StreamEnded,
    WireError,
    asset_from_json,
    asset_to_json,
    read_event,
    read_frame,
    write_event,
    write_frame,
)
from pincite.types import (
    Anchor,
    Asset,
    Cells,
    Extracted,
    ImageRegion,
    Media,
    PageRegion,
    Problem,
    Progress,
    Segment,
    TextSpan,
    TimeSpan,
)

texts = st.text(max_size=20)
fractions = st.floats(0, 1)
boxes = st.tuples(fractions, fractions, fractions, fractions)
locators = st.one_of(
    st.builds(TextSpan, st.integers(0, 9), st.integers(0, 9)),
    st.builds(PageRegion, st.integers(1, 9), boxes),
    st.builds(ImageRegion, boxes),
    st.builds(TimeSpan, st.floats(0, 9), st.floats(0, 9), st.none() | boxes),
    st.builds(Cells, texts, texts),
)


@st.composite
def segments(draw):
    text = draw(texts)
    places = st.integers(0, len(text))
    anchors = draw(st.lists(st.tuples(places, places, locators), max_size=3))
    return Segment(
        id=draw(texts), asset_id=draw(texts), modality=draw(st.sampled_from(MODALITIES)),
        locator=draw(locators), text=text, heading=draw(texts), context=draw(texts),
        ordinal=draw(st.integers(0, 99)),
        anchors=tuple(Anchor(min(a, b), max(a, b), where) for a, b, where in anchors),
        language=draw(texts), draft=draw(st.booleans()),
    )  # fmt: skip


media = st.none() | st.builds(Media, st.sampled_from(["image/png", "audio/ogg"]), st.binary())
codes = st.sampled_from(sorted(CODES))
events = st.one_of(
    st.builds(Extracted, segments(), media, media),
    st.builds(Progress, texts, st.floats(0, 9), st.floats(0, 9)),
    st.builds(Problem, codes, texts, texts),
    st.builds(Begin, texts, texts),
    st.builds(End, st.floats(0, 9)),
)


def through(*written):
    stream = io.BytesIO()
    for event in written:
        write_event(stream, event)
    stream.seek(0)
    return stream


@given(st.lists(events, max_size=5))
def test_every_event_comes_out_as_it_went_in(written):
    stream = through(*written)
    assert [read_event(stream) for _ in written] == written
    assert read_event(stream) is None


@given(codes, texts, texts)
def test_an_error_keeps_its_code_its_sentence_and_its_advice(code, message, next_step):
    error = read_event(through(IngestError(code, message, next_step)))
    assert isinstance(error, IngestError)
    assert (error.code, error.message, error.next_step) == (code, message, next_step)


def test_half_a_character_becomes_a_mark_and_offsets_stay_true():
    """Lone surrogates cannot be stored; the text keeps its length, so anchors still fit."""
    segment = Segment("s", "a", "text", TextSpan(0, 3), "x\ud800y", anchors=(
        Anchor(2, 3, TextSpan(2, 3)),))  # fmt: skip
    event = read_event(through(Extracted(segment)))
    assert event.segment.text == "x\ufffdy"
    assert event.segment.anchors == segment.anchors


def test_file_names_that_are_no_utf_8_come_through():
    asset = Asset("a" * 64, "file:///caf%E9", "text/plain", 1, 2, "caf\udce9")
    stream = io.BytesIO()
    write_frame(stream, {"path": "/caf\udce9", "asset": asset_to_json(asset)})
    stream.seek(0)
    header, _ = read_frame(stream)
    assert header["path"] == "/caf\udce9"
    assert asset_from_json(header["asset"]) == asset


@given(st.binary(max_size=200))
def test_noise_is_refused_never_crashes(noise):
    stream = io.BytesIO(noise)
    try:
        read_event(stream)
    except WireError:
        return
    assert noise == b""


@pytest.mark.parametrize("kept", [1, 5, 20, -1])
def test_a_stream_cut_inside_a_frame_is_told(kept):
    whole = through(Problem("PAGE_FAILED", "m", "n")).getvalue()
    with pytest.raises(StreamEnded, match="the stream ended"):
        read_event(io.BytesIO(whole[:kept]))


@pytest.mark.parametrize(
    "sizes",
    [
        pytest.param(struct.pack(">II", HEADER_LIMIT_BYTES + 1, 0), id="header"),
        pytest.param(struct.pack(">II", 2, 1_000_000), id="number of blobs"),
        pytest.param(struct.pack(">IIQ", 2, 1, BLOB_LIMIT_BYTES + 1), id="blob"),
    ],
)
def test_a_frame_that_promises_too_much_is_refused_before_it_is_read(sizes):
    with pytest.raises(WireError, match="at most"):
        read_frame(io.BytesIO(sizes + b"{}"))


def lied(change):
    """An event frame of a segment, changed by someone who lies."""
    segment = Segment("s", "a", "text", TextSpan(0, 3), "abc", anchors=(
        Anchor(0, 3, TextSpan(0, 3)),))  # fmt: skip
    header, blobs = read_frame(through(Extracted(segment)))
    change(header["segment"])
    stream = io.BytesIO()
    write_frame(stream, header, blobs)
    stream.seek(0)
    return stream


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda s: s.update(modality="smell"), id="modality"),
        pytest.param(lambda s: s.update(text=7), id="text that is a number"),
        pytest.param(lambda s: s.update(anchors=[[0, 9, s["locator"]]]), id="anchor outside"),
        pytest.param(lambda s: s.update(locator={"kind": "nowhere"}), id="locator"),
        pytest.param(lambda s: s.pop("ordinal"), id="a field is missing"),
    ],
)
def test_a_segment_that_makes_no_sense_is_refused(change):
    with pytest.raises(WireError):
        read_event(lied(change))


def test_a_code_that_is_in_no_table_is_refused():
    stream = io.BytesIO()
    write_frame(stream, {"event": "problem", "code": "ALL_FINE", "message": "", "next_step": ""})
    stream.seek(0)
    with pytest.raises(WireError, match="no problem has the code 'ALL_FINE'"):
        read_event(stream)


def test_json_nested_without_end_is_refused():
    text = b"[" * 100_000
    with pytest.raises(WireError, match="expected a JSON header"):
        read_frame(io.BytesIO(struct.pack(">II", len(text), 0) + text))


def test_headers_are_ascii_json_that_other_programs_can_read():
    stream = io.BytesIO()
    write_frame(stream, {"text": "水泵"})
    assert json.loads(stream.getvalue()[8:]) == {"text": "水泵"}
    assert stream.getvalue()[8:].isascii()
