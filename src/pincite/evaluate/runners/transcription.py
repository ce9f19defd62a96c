"""Recordings and videos to what is said in them, and when."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from pincite.evaluate.datasets.model import Word
from pincite.evaluate.outcome import Outcome
from pincite.evaluate.runners.setup import Setup
from pincite.evaluate.tokens import spoken
from pincite.evaluate.types import Timed, Written
from pincite.types import Segment, TimeSpan


def run(setup: Setup) -> Iterator[Outcome]:
    """Yield what the reader heard in each recording."""
    for item in setup.items:
        segments = heard(setup.corpus.segments(item.source))
        text = " ".join(segment.text for segment in segments)
        report = setup.corpus.reports.get(item.source)
        timed = _timed(item.words, words_of(segments)) if item.words else []
        yield Outcome(
            item.id,
            setup.corpus.dataset.documents[item.source].modality,
            "text",
            query={"file": item.source},
            gold={"text": item.answers[0]},
            found={"text": text, "hits": [{"id": s.id} for s in segments[:1]]},
            observed=(Written(text, item.answers, item.language), *timed),
            latency_ms=1000 * report.seconds if report else 0.0,
            error=report.message if report else "",
        )


def heard(segments: Sequence[Segment]) -> list[Segment]:
    """Return the segments that hold speech; what is read on the frames of a video is none."""
    return [s for s in segments if s.text and s.modality == "audio"]


def words_of(segments: Sequence[Segment]) -> list[Word]:
    """Return the words of segments with their times, as far as the reader gave them."""
    return [
        Word(segment.text[anchor.start : anchor.end], where.start_s, where.end_s)
        for segment in segments
        for anchor in segment.anchors
        if isinstance(where := anchor.locator, TimeSpan)
    ]


def _timed(right: Sequence[Word], found: Sequence[Word]) -> list[Timed]:
    """Return for each right word when it was heard; None for words that were not.

    Words are aligned by what they say, in order; times play no part in it.
    """
    said = [" ".join(spoken(word.text)) for word in right]
    taken = [" ".join(spoken(word.text)) for word in found]
    spans: dict[int, tuple[float, float]] = {}
    for block in SequenceMatcher(None, said, taken, autojunk=False).get_matching_blocks():
        for offset in range(block.size):
            word = found[block.b + offset]
            spans[block.a + offset] = (word.start_s, word.end_s)
    return [Timed(spans.get(at), ((word.start_s, word.end_s),)) for at, word in enumerate(right)]
