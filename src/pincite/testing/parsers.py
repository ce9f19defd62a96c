"""What it means to be a parser."""

from __future__ import annotations

import io
import itertools
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

from pincite.codes import CODES, FAILING
from pincite.config import Config, load_config
from pincite.errors import IngestError, PinciteError
from pincite.ingest import Event, Parser
from pincite.ingest.wire import read_event, write_event
from pincite.testing.checks import require, short
from pincite.testing.places import flaw, lies_in, touch
from pincite.testing.readings import (
    changes,
    check_media,
    damaged,
    difference,
    lasting,
    of_kind,
    snapshot,
    with_bytes,
)
from pincite.types import Asset, Extracted, Locator, Problem, Progress, Segment, TextSpan

UNITS = ("page", "second", "row", "slide")
"""What progress inside a file is counted in."""

_ID = re.compile(r"[0-9a-f]{32}")
_PHRASE = re.compile(r"[^\n]*\S[^\n]*")


class ParserContract:
    """The rules of a parser; a subclass says which, and gives it a file.

    Attributes:
        media_type: What the sample is, as `Asset.media_type` will say.
        settings: Settings that differ from their defaults, such as `{"ocr": "off"}`.
        longest_text: Most characters a segment may hold; a longer one is read by no encoder.
        longest_context: The same for the words around it.
        changed_copies: In how many copies of the sample bytes are changed at random.
    """

    media_type: ClassVar[str] = "application/octet-stream"
    settings: ClassVar[Mapping[str, object]] = {}
    longest_text: ClassVar[int] = 4_000
    longest_context: ClassVar[int] = 4_000
    changed_copies: ClassVar[int] = 12

    def parser(self) -> Parser:
        """Return the parser under test; it is called more than once."""
        raise NotImplementedError("say which parser is tested: def parser(self): return ...")

    def sample(self, tmp_path: Path) -> Path:
        """Write a sound file of the kind the parser reads into a folder and return its path.

        It should have at least two segments.
        """
        raise NotImplementedError("give the parser a file: def sample(self, tmp_path): ...")

    def quotes(self) -> Mapping[str, Locator]:
        """Return words that a person sees in the sample, each with the place where they stand.

        A place may be rough: what the parser finds must touch it, and a text span must be exact.
        """
        raise NotImplementedError("say what stands in the sample: def quotes(self): ...")

    def extent(self) -> Locator | None:
        """Return where the sample ends: its whole text, last page, length or sheet.

        None leaves unchecked that places lie inside.
        """
        return None

    # -- segments ----------------------------------------------------------------------------

    def test_ordinals_count_up_from_zero(self, tmp_path: Path) -> None:
        """Neighbours of a segment are those with the next ordinals."""
        found = [s.ordinal for s in self._segments(tmp_path)]
        require(
            found == list(range(len(found))),
            f"ordinals count up from 0 in reading order, got {short(found)}",
        )

    def test_ids_are_unique_and_belong_to_the_asset(self, tmp_path: Path) -> None:
        """A segment of another file has another id, even if the words are the same."""
        path = self.sample(tmp_path)
        asset = self._asset(path)
        segments = of_kind(Extracted, self._events(path, asset))
        ids = [extract.segment.id for extract in segments]
        for extract in segments:
            require(
                extract.segment.asset_id == asset.id,
                f"asset_id is the id of the asset, got {extract.segment.asset_id!r}",
            )
        wrong = [id_ for id_ in ids if not _ID.fullmatch(id_)]
        require(not wrong, f"an id is 32 hex digits (pincite.types.segment_id), got {wrong[:3]}")
        require(len(set(ids)) == len(ids), f"ids are unique, got {short(ids)}")
        other = self._events(path, replace(asset, id="b" * 64))
        shared = set(ids) & {e.segment.id for e in of_kind(Extracted, other)}
        require(not shared, f"files of other content share the ids {short(sorted(shared))}")

    def test_places_are_valid_and_lie_in_the_asset(self, tmp_path: Path) -> None:
        """Every locator, those of anchors included, can be pointed at."""
        whole = self.extent()
        for segment in self._segments(tmp_path):
            for locator in (segment.locator, *(a.locator for a in segment.anchors)):
                wrong = flaw(locator)
                require(not wrong, f"{locator} is no place: {wrong}")
                require(
                    whole is None or lies_in(locator, whole),
                    f"{locator} lies outside of the sample, which ends at {whole}",
                )

    def test_anchors_ascend_inside_their_text(self, tmp_path: Path) -> None:
        """Parts of a text are found by them, and joined, so those of a segment are of one kind."""
        for segment in self._segments(tmp_path):
            spans = [(a.start, a.end) for a in segment.anchors]
            inside = all(0 <= start < end <= len(segment.text) for start, end in spans)
            require(inside, f"anchors hold characters of the text, got {short(spans)}")
            require(spans == sorted(spans), f"anchors ascend by their start, got {short(spans)}")
            kinds = {type(a.locator).__name__ for a in segment.anchors}
            require(len(kinds) <= 1, f"anchors of a segment are of one kind, got {sorted(kinds)}")

    def test_a_text_span_is_exactly_its_text(self, tmp_path: Path) -> None:
        """Offsets count in one text of the asset, on which segments that overlap agree."""
        spans = [
            (segment.locator, segment.text)
            for segment in self._segments(tmp_path)
            if isinstance(segment.locator, TextSpan)
        ]
        for span, text in spans:
            require(
                span.end - span.start == len(text),
                f"{span} holds {span.end - span.start} characters, its text {len(text)}",
            )
        for (one, here), (other, there) in itertools.combinations(spans, 2):
            start, end = max(one.start, other.start), min(one.end, other.end)
            require(
                here[start - one.start : max(start, end) - one.start]
                == there[start - other.start : max(start, end) - other.start],
                f"{one} and {other} hold different characters where they overlap",
            )

    def test_every_quote_is_found_where_it_stands(self, tmp_path: Path) -> None:
        """A citation points at the words a person sees, not merely somewhere into the file."""
        segments = self._segments(tmp_path)
        for quote, place in self.quotes().items():
            held = [s for s in segments if quote in s.text]
            texts = short([s.text for s in segments], 400)
            require(held, f"{quote!r} stands in the sample, but in no segment: {texts}")
            found = [s.locate(s.text.index(quote), s.text.index(quote) + len(quote)) for s in held]
            exact = isinstance(place, TextSpan)
            right = any(at == place if exact else touch(at, place) for at in found)
            require(right, f"{quote!r} stands at {place}, it was located at {found}")

    def test_every_line_can_be_located(self, tmp_path: Path) -> None:
        """Whatever part of a segment is quoted has a place."""
        for segment in self._segments(tmp_path):
            for line in _PHRASE.finditer(segment.text):
                try:
                    place = segment.locate(*line.span())
                except (PinciteError, ValueError) as error:
                    raise AssertionError(f"{short(line[0])} has no place: {error}") from error
                require(not flaw(place), f"{short(line[0])} lies at {place}: {flaw(place)}")

    def test_texts_and_contexts_are_bounded(self, tmp_path: Path) -> None:
        """A segment is what a person reads at a glance; its context stays beside it."""
        for segment in self._segments(tmp_path):
            require(
                len(segment.text) <= self.longest_text,
                f"a segment holds at most {self.longest_text} characters, got {len(segment.text)}",
            )
            around = len(segment.context) + len(segment.heading)
            require(
                around <= self.longest_context,
                f"heading and context hold at most {self.longest_context} characters, got {around}",
            )

    def test_segments_survive_the_way_to_the_program(self, tmp_path: Path) -> None:
        """They leave the reading process as JSON: plain numbers, known words, whole letters."""
        for event in self._events(self.sample(tmp_path)):
            try:
                stream = io.BytesIO()
                write_event(stream, event)
                stream.seek(0)
                arrived = read_event(stream)
            except Exception as error:
                raise AssertionError(f"{short(event, 300)} cannot be sent: {error}") from error
            require(arrived == event, f"{short(event, 300)} arrives as {short(arrived, 300)}")

    def test_pictures_and_clips_are_what_they_say(self, tmp_path: Path) -> None:
        """They are shown when the file is gone, by their media type."""
        for extract in of_kind(Extracted, self._events(self.sample(tmp_path))):
            for media, kinds in ((extract.picture, ("image",)), (extract.clip, ("audio", "video"))):
                if media is not None:
                    check_media(media, kinds)

    # -- the reading -------------------------------------------------------------------------

    def test_a_second_reading_gives_the_same(self, tmp_path: Path) -> None:
        """Reading again changes nothing, by the same parser or by one made anew."""
        path = self.sample(tmp_path)
        made = self.parser()
        asset = self._asset(path)
        first, second = (lasting(made.parse(path, asset, self._config())) for _ in range(2))
        anew = lasting(self._events(path))
        require(first == second, f"a second reading differs: {difference(first, second)}")
        require(first == anew, f"a parser made anew differs: {difference(first, anew)}")

    def test_a_reading_that_is_left_midway_leaves_nothing_behind(self, tmp_path: Path) -> None:
        """One parser reads file after file, and any of them may end early."""
        path = self.sample(tmp_path)
        made, asset = self.parser(), self._asset(path)
        begun = made.parse(path, asset, self._config())
        next(iter(begun), None)
        if hasattr(begun, "close"):
            begun.close()
        after = lasting(made.parse(path, asset, self._config()))
        whole = lasting(self._events(path))
        require(after == whole, f"the next reading differs: {difference(whole, after)}")

    def test_the_file_is_left_as_it_is(self, tmp_path: Path) -> None:
        """A file that changes while it is read is not believed."""
        path = self.sample(tmp_path)
        before = snapshot(tmp_path)
        self._events(path)
        require(snapshot(tmp_path) == before, f"reading changed {changes(before, tmp_path)}")

    def test_a_sound_file_is_read(self, tmp_path: Path) -> None:
        """The sample gives segments, and nothing that would end it as failed."""
        events = self._events(self.sample(tmp_path))
        require(of_kind(Extracted, events), "the sample gives no segment")
        failing = [problem for problem in of_kind(Problem, events) if problem.code in FAILING]
        require(not failing, f"the sample is sound, but ends as failed: {failing}")

    def test_problems_have_a_known_code_a_sentence_and_a_next_step(self, tmp_path: Path) -> None:
        """An unknown code ends the reading process, and so the file."""
        path = self.sample(tmp_path)
        self._outcome(path)
        self._outcome(with_bytes(path, tmp_path / "the first half", _half(path)))

    def test_progress_counts_up_to_its_total(self, tmp_path: Path) -> None:
        """In pages, seconds, rows or slides; a total of 0 is one that is not known."""
        told = of_kind(Progress, self._events(self.sample(tmp_path)))
        for at in told:
            require(at.unit in UNITS, f"progress is counted in {', '.join(UNITS)}; got {at.unit!r}")
            require(
                math.isfinite(at.done)
                and math.isfinite(at.total)
                and at.done >= 0
                and (at.total == 0 or at.done <= at.total),
                f"progress goes from 0 to its total, got {at.done} of {at.total}",
            )
        for one, other in itertools.pairwise(told):
            back = one.unit == other.unit and other.done < one.done
            require(not back, f"progress never goes back, got {one.done} and then {other.done}")

    def test_an_empty_file_is_told(self, tmp_path: Path) -> None:
        """It ends in an `IngestError` or a `Problem`."""
        path = self.sample(tmp_path)
        events, error = self._outcome(with_bytes(path, tmp_path / "empty", b""))
        require(
            error or of_kind(Problem, events),
            "a file without bytes was read and nothing was said; yield a Problem such as NO_TEXT",
        )

    def test_a_damaged_file_ends_in_an_ingest_error_or_a_problem(self, tmp_path: Path) -> None:
        """Truncated, or with other bytes: never in another exception, and never in silence."""
        path = self.sample(tmp_path)
        for copy in damaged(path, tmp_path, self.changed_copies):
            events, error = self._outcome(copy)
            require(
                error or of_kind(Problem, events) or of_kind(Extracted, events),
                f"{copy.parent.name} of the sample gave nothing, and no reason why",
            )

    # -- what the rules share ----------------------------------------------------------------

    def _config(self) -> Config:
        return load_config(self.settings, environ={}, folder=Path("/nonexistent"))

    def _asset(self, path: Path) -> Asset:
        found = path.stat()
        return Asset(
            id="a" * 64,
            uri=str(path),
            media_type=self.media_type,
            size_bytes=found.st_size,
            modified_ns=found.st_mtime_ns,
            title=path.name,
        )

    def _events(self, path: Path, asset: Asset | None = None) -> list[Event]:
        return list(self.parser().parse(path, asset or self._asset(path), self._config()))

    def _segments(self, folder: Path) -> list[Segment]:
        found = of_kind(Extracted, self._events(self.sample(folder)))
        return [extract.segment for extract in found]

    def _outcome(self, path: Path) -> tuple[list[Event], IngestError | None]:
        """Return the events of a file that may be broken, and the error it ended in."""
        events: list[Event] = []
        ended: IngestError | None = None
        try:
            for event in self.parser().parse(path, self._asset(path), self._config()):
                events.append(event)
        except IngestError as error:
            ended = error
        except Exception as error:
            raise AssertionError(
                f"{path.parent.name} of the sample ended in {error!r}; raise IngestError, or "
                f"yield a Problem and go on"
            ) from error
        _check_told([*of_kind(Problem, events), *([ended] if ended else [])])
        return events, ended


def _check_told(told: Sequence[Problem | IngestError]) -> None:
    for one in told:
        require(one.code in CODES, f"{one.code!r} is no code of pincite.codes")
        require(
            one.message.strip() and one.next_step.strip(),
            f"{one.code} says what was found and what to do, got "
            f"{one.message!r} and {one.next_step!r}",
        )


def _half(path: Path) -> bytes:
    data = path.read_bytes()
    return data[: len(data) // 2]
