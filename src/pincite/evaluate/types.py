"""What is measured: one value for each item, holding what was said and what is right.

A measure reads one of these types (`measure.item`) and nothing else, so the same measures serve
a knowledge base, a model and files that another program wrote. Where a measure does not apply to
an item, `None` stands in its place and its score is NaN.

    Ranked     ids, best first              judged ids with grades        rankings
    Written    a text                       texts that would be right     answers, text, transcripts
    Labelled   a label                      the right label               labels
    Timed      a span of time or none       right spans                   time
    Boxed      a box or none                right boxes                   boxes
    Cited      places cited                 places that bear the answer   citations
    Abstained  whether it was answered      whether it can be             abstention
    Believed   how sure the system was      whether it was right          calibration
    Read       what became of a file                                      reading
    Spent      milliseconds, megabytes                                    cost

Units are part of a name: spans are seconds, boxes are (x0, y0, x1, y1) in any one unit.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from numbers import Integral

from pincite.errors import UsageError
from pincite.types import Box, Locator, Status

Span = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Ranked:
    """What a search returned for one query, and what is known of the right answers.

    Attributes:
        ids: Returned ids, best first. An id that stands twice is refused: it would count twice.
        judgements: Grade of each judged id; 0 is judged and not relevant. Empty: nothing is known,
            and the measures leave the query out.
    """

    ids: tuple[str, ...]
    judgements: Mapping[str, int]

    def __post_init__(self) -> None:
        _require_tuple("ids", self.ids)
        if len(set(self.ids)) != len(self.ids):
            twice = next(i for at, i in enumerate(self.ids) if i in self.ids[:at])
            raise UsageError(f"a ranking holds each id once, got {twice!r} twice; keep the first")
        grades = self.judgements.values()
        if wrong := [g for g in grades if not isinstance(g, Integral) or g < 0]:
            raise UsageError(f"grades are whole numbers from 0, got {wrong[0]!r}")
        own = {name: int(grade) for name, grade in self.judgements.items()}
        object.__setattr__(self, "judgements", own)


@dataclass(frozen=True, slots=True)
class Written:
    """A text, and the texts that would be right.

    Attributes:
        hypothesis: What was written; empty when nothing was (an abstention, silence).
        references: Texts that are right, any of them. Empty: no answer is right, which for `EM`
            and `F1` means that to say nothing is (SQuAD 2.0); other measures leave it out.
        language: ISO 639-1 code of the references, "" to find it from them.
    """

    hypothesis: str
    references: tuple[str, ...]
    language: str = ""

    def __post_init__(self) -> None:
        _require_tuple("references", self.references)


@dataclass(frozen=True, slots=True)
class Labelled:
    """The label that was given, and the right one; an empty prediction is a label of its own."""

    predicted: str
    gold: str


@dataclass(frozen=True, slots=True)
class Timed:
    """A span of time that was found, (start_s, end_s) or None, and the right ones, any of them."""

    predicted: Span | None
    gold: tuple[Span, ...]

    def __post_init__(self) -> None:
        for span in _spans("gold", self.gold, self.predicted):
            if len(span) != 2 or not -math.inf < span[0] <= span[1] < math.inf:
                raise UsageError(f"a span is (start_s, end_s), the end not before it, got {span}")


@dataclass(frozen=True, slots=True)
class Boxed:
    """A box that was found, (x0, y0, x1, y1) or None, and the right ones, any of them."""

    predicted: Box | None
    gold: tuple[Box, ...]

    def __post_init__(self) -> None:
        for box in _spans("gold", self.gold, self.predicted):
            fits = len(box) == 4 and all(map(math.isfinite, box))
            if not fits or box[0] > box[2] or box[1] > box[3]:
                raise UsageError(f"a box is (x0, y0, x1, y1) with x0 <= x1, y0 <= y1, got {box}")


@dataclass(frozen=True, slots=True)
class Place:
    """A place in an asset; `locator` None is the whole asset."""

    asset_id: str
    locator: Locator | None = None


@dataclass(frozen=True, slots=True)
class Cited:
    """The places an answer cites, and the places that bear it; no gold: nothing is to be cited."""

    cited: tuple[Place, ...]
    gold: tuple[Place, ...]

    def __post_init__(self) -> None:
        _require_tuple("cited", self.cited)
        _require_tuple("gold", self.gold)


@dataclass(frozen=True, slots=True)
class Abstained:
    """Whether a question was answered, and whether the sources can answer it."""

    answered: bool
    answerable: bool


@dataclass(frozen=True, slots=True)
class Believed:
    """How sure the system was, 0..1, and whether it was right."""

    confidence: float
    correct: bool

    def __post_init__(self) -> None:
        if not 0.0 <= self.confidence <= 1.0:
            raise UsageError(f"a confidence lies in 0..1, got {self.confidence}")


@dataclass(frozen=True, slots=True)
class Read:
    """What became of a file that was read."""

    status: Status


@dataclass(frozen=True, slots=True)
class Spent:
    """What an item cost: milliseconds, and the most memory in megabytes; None is not measured."""

    latency_ms: float | None = None
    memory_mb: float | None = None


def _require_tuple(name: str, value: object) -> None:
    if not isinstance(value, tuple):
        raise UsageError(f"{name} is a tuple, got {type(value).__name__}; write ({value!r},)")


def _spans(
    name: str, gold: tuple[Sequence[float], ...], predicted: Sequence[float] | None
) -> list[Sequence[float]]:
    _require_tuple(name, gold)
    return [*gold] if predicted is None else [predicted, *gold]
