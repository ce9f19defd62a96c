"""Each rule of the parser contract goes red for a parser that breaks it, and for no right one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest

from pincite.errors import IngestError
from pincite.testing import ParserContract
from pincite.types import (
    Anchor,
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
    segment_id,
)
from tests.testing.rules import rules

LINES = ["The pump runs at three bar.", "水泵的压力是三巴。", "It is made of brass."]
TEXT = "\n".join(LINES)
NOTHING = Problem("NO_TEXT", "There are no words in the file.", "Nothing need be done.")


class LineParser:
    """A right parser: a segment a line, an anchor a line."""

    def parse(self, path, asset, config):
        at = count = 0
        lines = path.read_text("utf-8", "replace").split("\n")
        for number, line in enumerate(lines, start=1):
            if line.strip():
                place = TextSpan(at, at + len(line))
                id_ = segment_id(asset.id, place, "lines-1")
                anchor = Anchor(0, len(line), place)
                yield Extracted(
                    Segment(id_, asset.id, "text", place, line, ordinal=count, anchors=(anchor,))
                )
                count += 1
            at += len(line) + 1
            yield Progress("row", number, len(lines))
        if not count:
            yield NOTHING


class LineContract(ParserContract):
    made: ClassVar[Callable[[], object]] = LineParser

    def parser(self):
        return type(self).made()

    def sample(self, tmp_path: Path) -> Path:
        path = tmp_path / "sample.lines"
        path.write_text(TEXT, "utf-8", newline="\n")
        return path

    def quotes(self):
        return {line: TextSpan(TEXT.index(line), TEXT.index(line) + len(line)) for line in LINES}

    def extent(self):
        return TextSpan(0, len(TEXT))


class TestRight(LineContract):
    """The rules are no stricter than a plain parser can be."""


def changed(**fields: object) -> Callable[[Segment], Segment]:
    """Give every segment these fields."""
    return lambda segment: replace(segment, **fields)


def anchored(*anchors: Anchor) -> Callable[[Segment], Segment]:
    return lambda segment: replace(segment, anchors=anchors)


class Wrong(LineParser):
    """The right parser, its segments changed on the way."""

    def __init__(self, change=lambda segment: segment, **media: Media) -> None:
        self.change, self.media = change, media

    def parse(self, path, asset, config):
        for event in super().parse(path, asset, config):
            if isinstance(event, Extracted):
                event = Extracted(self.change(event.segment), **self.media)
            yield event


class Saying(LineParser):
    """The right parser, with something more to say."""

    def __init__(self, *events: object) -> None:
        self.events = events

    def parse(self, path, asset, config):
        yield from super().parse(path, asset, config)
        yield from self.events


class Silent(LineParser):
    def parse(self, path, asset, config):
        for event in super().parse(path, asset, config):
            if event is not NOTHING:
                yield event


class Deaf(LineParser):
    def parse(self, path, asset, config) -> Iterator[object]:
        raise IngestError("CORRUPT_FILE", "It cannot be read.", "Export it again.")
        yield


class Strict(LineParser):
    """Raises what Python raises."""

    def parse(self, path, asset, config):
        path.read_text("utf-8")
        yield from super().parse(path, asset, config)


class Reticent(LineParser):
    """Gives nothing of a file that is cut short, and does not say why."""

    def parse(self, path, asset, config):
        if path.read_bytes().endswith(b"brass."):
            yield from super().parse(path, asset, config)


class Counting(LineParser):
    """Numbers its readings."""

    readings = 0

    def parse(self, path, asset, config):
        Counting.readings += 1
        for event in super().parse(path, asset, config):
            if isinstance(event, Extracted):
                event = Extracted(replace(event.segment, heading=str(Counting.readings)))
            yield event


class Remembering(LineParser):
    """Still holds what it did not come to give of the file before."""

    def __init__(self) -> None:
        self.waiting = []

    def parse(self, path, asset, config):
        self.waiting += super().parse(path, asset, config)
        while self.waiting:
            yield self.waiting.pop(0)


class Writing(LineParser):
    def parse(self, path, asset, config):
        path.with_suffix(".cache").write_text("read")
        yield from super().parse(path, asset, config)


def place(at: object) -> Wrong:
    return Wrong(changed(locator=at, anchors=()))


def ends_late(segment: Segment) -> Segment:
    at = TextSpan(segment.locator.start, segment.locator.end + 1)
    return replace(segment, locator=at, anchors=())


def shifted(segment: Segment) -> Segment:
    at = TextSpan(segment.locator.start + 1, segment.locator.end + 1)
    return replace(segment, locator=at)


def same_place(segment: Segment) -> Segment:
    return replace(segment, locator=TextSpan(0, len(segment.text)))


def of_two_kinds(segment: Segment) -> Segment:
    anchors = (Anchor(0, 2, PageRegion(1)), Anchor(2, 9, TimeSpan(0, 1)))
    return replace(segment, locator=PageRegion(1), anchors=anchors)


BREAKS = [
    ("ordinals_count_up_from_zero", Wrong(changed(ordinal=0)), "count up from 0"),
    ("ids_are_unique_and", Wrong(changed(asset_id="mine")), "asset_id is the id of the asset"),
    ("ids_are_unique_and", Wrong(changed(id="line-1")), "32 hex digits"),
    ("ids_are_unique_and", Wrong(changed(id="0" * 32)), "ids are unique"),
    (
        "ids_are_unique_and",
        Wrong(lambda s: replace(s, id=segment_id("", s.locator, "lines-1"))),
        "files of other content share the ids",
    ),
    ("places_are_valid", place(TextSpan(5, 5)), "must hold characters"),
    ("places_are_valid", place(PageRegion(0)), "pages count from 1"),
    ("places_are_valid", place(PageRegion(1, (0.1, 0.9, 0.2, 0.3))), "fractions of the page"),
    ("places_are_valid", place(ImageRegion((0, 0, 640, 480))), "fractions of the page"),
    ("places_are_valid", place(ImageRegion((0, 0, float("nan"), 1))), "four numbers"),
    ("places_are_valid", place(TimeSpan(3.0, 2.0)), "a time must last"),
    ("places_are_valid", place(TimeSpan(0, 1, (0, 0, 9, 9))), "fractions of the page"),
    ("places_are_valid", place(Cells("", "A1")), "a sheet has a name"),
    ("places_are_valid", place(Cells("s", "row 7")), "a range looks like"),
    ("places_are_valid", place(Cells("s", "D7:B2")), "from its upper left cell"),
    ("places_are_valid", place(TextSpan(50, 500)), "lies outside of the sample"),
    ("places_are_valid", Wrong(anchored(Anchor(0, 2, PageRegion(0)))), "pages count from 1"),
    ("anchors_ascend", Wrong(anchored(Anchor(0, 999, PageRegion(1)))), "hold characters"),
    (
        "anchors_ascend",
        Wrong(anchored(Anchor(4, 6, PageRegion(1)), Anchor(0, 2, PageRegion(1)))),
        "ascend by their start",
    ),
    ("anchors_ascend", Wrong(of_two_kinds), "of one kind"),
    ("a_text_span_is_exactly", Wrong(ends_late), "characters, its text"),
    ("a_text_span_is_exactly", Wrong(same_place), "different characters where they overlap"),
    ("every_quote_is_found", Wrong(shifted), "it was located at"),
    ("every_quote_is_found", place(PageRegion(1)), "it was located at"),
    ("every_quote_is_found", Wrong(changed(text="words")), "but in no segment"),
    ("every_line_can_be_located", Wrong(of_two_kinds), "has no place"),
    ("every_line_can_be_located", place(TimeSpan(9.0, 9.0)), "a time must last"),
    ("texts_and_contexts", Wrong(changed(text="pump " * 1_000)), "at most 4000 characters"),
    ("texts_and_contexts", Wrong(changed(context="pump " * 1_000)), "heading and context"),
    ("segments_survive", Wrong(changed(ordinal=np.int64(0))), "cannot be sent"),
    ("segments_survive", place(TimeSpan(np.float32(0.1), 2.0)), "cannot be sent"),
    ("segments_survive", Wrong(changed(modality="sculpture")), "cannot be sent"),
    ("segments_survive", Wrong(changed(text="half a \ud83d", anchors=())), "arrives as"),
    ("segments_survive", Wrong(anchored(Anchor(0, 999, PageRegion(1)))), "cannot be sent"),
    ("segments_survive", Saying(Problem("NO_WORDS", "None.", "Nothing.")), "cannot be sent"),
    ("pictures_and_clips", Wrong(picture=Media("audio/ogg", b"OggS")), "media of type image"),
    ("pictures_and_clips", Wrong(picture=Media("image/png", b"GIF8")), "called image/png begin"),
    ("pictures_and_clips", Wrong(clip=Media("audio/ogg", b"")), "0 bytes called audio/ogg"),
    ("a_second_reading", Counting(), "a second reading differs"),
    ("a_reading_that_is_left_midway", Remembering(), "the next reading differs"),
    ("the_file_is_left_as_it_is", Writing(), r"reading changed \['sample.cache'\]"),
    ("a_sound_file_is_read", Saying(Problem("TOO_LARGE", "Big.", "Split.")), "ends as failed"),
    ("problems_have_a_known_code", Saying(Problem("NO_WORDS", "None.", "Go.")), "is no code"),
    ("problems_have_a_known_code", Saying(Problem("NO_TEXT", "None.", " ")), "what to do"),
    ("progress_counts_up", Saying(Progress("line", 1, 2)), "counted in page, second"),
    ("progress_counts_up", Saying(Progress("row", 9, 2)), "from 0 to its total"),
    ("progress_counts_up", Saying(Progress("row", float("nan"), 2)), "from 0 to its total"),
    ("progress_counts_up", Saying(Progress("row", 1, 9)), "never goes back"),
    ("an_empty_file_is_told", Silent(), "nothing was said"),
    ("a_damaged_file_ends_in", Strict(), "ended in UnicodeDecodeError"),
    ("a_damaged_file_ends_in", Reticent(), "gave nothing, and no reason why"),
]


@pytest.mark.parametrize(
    ("rule", "parser", "told"), BREAKS, ids=[f"{rule}: {told}" for rule, _, told in BREAKS]
)
def test_a_parser_that_breaks_a_rule_is_found_out(rule, parser, told, tmp_path):
    contract = LineContract()
    contract.parser = lambda: parser
    [check] = [getattr(contract, name) for name in rules(ParserContract) if rule in name]
    with pytest.raises(AssertionError, match=told):
        check(tmp_path)


def test_a_parser_that_refuses_a_sound_file_is_found_out(tmp_path):
    contract = LineContract()
    contract.parser = Deaf
    with pytest.raises(IngestError, match="CORRUPT_FILE"):
        contract.test_a_sound_file_is_read(tmp_path)


def test_a_parser_that_gives_nothing_is_found_out(tmp_path):
    contract = LineContract()
    contract.parser = lambda: Empty()
    with pytest.raises(AssertionError, match="gives no segment"):
        contract.test_a_sound_file_is_read(tmp_path)


class Empty:
    def parse(self, path, asset, config):
        yield NOTHING


def test_each_rule_has_a_parser_that_breaks_it():
    broken = {name for name in rules(ParserContract) for rule, _, _ in BREAKS if rule in name}
    assert broken == set(rules(ParserContract))
