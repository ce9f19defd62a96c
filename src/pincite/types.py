"""The values that flow through the system, in the order they appear.

    Asset -> Segment -> Embeddings -> Ranking -> Evidence -> Answer

All are frozen: a stage returns a new value and never edits the one it was given. Those that
hold arrays compare by identity (`eq=False`), because arrays have no single truth value.

Letters in shapes, here and everywhere in the package:
    n  items in a batch        d  embedding width        t  frames or tokens
    h, w  pixels               k  results asked for
Units are part of a name: `start_s` is seconds, `rate_hz` is samples per second. A box is
(x0, y0, x1, y1) as fractions of the page or frame, origin at the top left.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from pincite.content import Content, Footage, Modality, Picture, Sound
from pincite.errors import UsageError

if TYPE_CHECKING:  # these values are light, and so is importing them
    import numpy as np
    import numpy.typing as npt

Status = Literal["complete", "partial", "failed"]
Vectors: TypeAlias = "npt.NDArray[np.float32]"
Box: TypeAlias = tuple[float, float, float, float]
WHOLE: Box = (0.0, 0.0, 1.0, 1.0)


# -- where a thing lies ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TextSpan:
    """Characters `start:end` of a text, end excluded."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class PageRegion:
    """A box on a page; `page` counts from 1."""

    page: int
    box: Box = WHOLE


@dataclass(frozen=True, slots=True)
class ImageRegion:
    """A box in a picture."""

    box: Box = WHOLE


@dataclass(frozen=True, slots=True)
class TimeSpan:
    """Seconds `start_s:end_s` of a recording; in a video `box` may name a part of the frame."""

    start_s: float
    end_s: float
    box: Box | None = None


@dataclass(frozen=True, slots=True)
class Cells:
    """A range of a sheet such as `B2:D7`; a CSV file has one sheet, named by the file."""

    sheet: str
    range: str


Locator: TypeAlias = TextSpan | PageRegion | ImageRegion | TimeSpan | Cells


def locator_to_json(locator: Locator) -> dict[str, Any]:
    """Return the JSON form of a locator, as the command line and the server print it.

    Example:
        >>> locator_to_json(PageRegion(4, (0.1, 0.2, 0.9, 0.3)))
        {'kind': 'page', 'page': 4, 'box': [0.1, 0.2, 0.9, 0.3]}
    """
    match locator:
        case TextSpan(start, end):
            return {"kind": "text", "start": start, "end": end}
        case PageRegion(page, box):
            return {"kind": "page", "page": page, "box": list(box)}
        case ImageRegion(box):
            return {"kind": "region", "box": list(box)}
        case TimeSpan(start_s, end_s, box):
            place = {} if box is None else {"box": list(box)}
            return {"kind": "time", "start_s": start_s, "end_s": end_s} | place
        case Cells(sheet, range_):
            return {"kind": "cells", "sheet": sheet, "range": range_}


def locator_from_json(data: Mapping[str, Any]) -> Locator:
    """Return the locator that `locator_to_json` wrote.

    Raises:
        UsageError: `kind` is none of text, page, region, time, cells.
    """
    box = tuple(data["box"]) if data.get("box") is not None else None
    match data.get("kind"):
        case "text":
            return TextSpan(data["start"], data["end"])
        case "page":
            return PageRegion(data["page"], box or WHOLE)
        case "region":
            return ImageRegion(box or WHOLE)
        case "time":
            return TimeSpan(data["start_s"], data["end_s"], box)
        case "cells":
            return Cells(data["sheet"], data["range"])
    raise UsageError(
        f"expected a locator of kind text, page, region, time or cells, got {data.get('kind')!r}"
    )


# -- what was found in a folder -------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Asset:
    """A file as it was found; `id` is the SHA-256 of its bytes, so a moved file stays itself.

    Attributes:
        id: SHA-256 of the content, 64 hex digits.
        uri: Absolute path (or URI) where it was last seen.
        media_type: Found from the content, such as `application/pdf`.
        size_bytes: Length of the content.
        modified_ns: Modification time of the file, nanoseconds since 1970.
        title: What a person would call it: its own title, else the file name.
    """

    id: str
    uri: str
    media_type: str
    size_bytes: int = 0
    modified_ns: int = 0
    title: str = ""


@dataclass(frozen=True, slots=True)
class Anchor:
    """Says that characters `start:end` of a segment's text lie at `locator` in the asset.

    A page segment has one anchor a line (or word), a transcript one a word, a table row one a
    cell. Text segments need none: their characters are the asset's characters, shifted.
    """

    start: int
    end: int
    locator: Locator


@dataclass(frozen=True, slots=True)
class Segment:
    """The unit of retrieval: a piece of one asset, and where in the asset it lies.

    Attributes:
        id: Stable across runs; `segment_id` of asset, locator and extractor version.
        asset_id: The asset the piece was cut from.
        modality: The channel it came through: a scanned page and a chart are "image", speech is
            "audio", a shot of a video is "video", a paragraph or table is "text".
        locator: What a citation of the whole segment points at. For a `TextSpan` the text of
            the segment is exactly characters `start:end` of the asset's extracted text.
        text: The words it holds: prose, OCR lines, transcript. Only these are quoted.
        heading: Path of headings above it, joined by " > "; helps to find it, is never quoted.
        context: Words around it (neighbouring sentences, caption, file name); kept for
            generation and search, never quoted.
        ordinal: Place in reading order within the asset, from 0.
        anchors: Finer locators for parts of `text`, ascending by `start`.
        language: "en", "zh", another ISO 639-1 code, or "" when unknown.
        draft: True when a rough recogniser wrote the text and it wants checking.
        tags: Words for what it shows, from a file beside it or from a model; they help to find
            it and are never quoted.
    """

    id: str
    asset_id: str
    modality: Modality
    locator: Locator
    text: str
    heading: str = ""
    context: str = ""
    ordinal: int = 0
    anchors: tuple[Anchor, ...] = ()
    language: str = ""
    draft: bool = False
    tags: tuple[str, ...] = ()

    def locate(self, start: int, end: int) -> Locator:
        """Return the smallest locator that covers characters `start:end` of `text`.

        Raises:
            UsageError: The span is empty or reaches outside the text.
        """
        if not 0 <= start < end <= len(self.text):
            raise UsageError(
                f"segment {self.id} has {len(self.text)} characters; "
                f"span {start}:{end} is not in it"
            )
        if isinstance(self.locator, TextSpan):
            return TextSpan(self.locator.start + start, self.locator.start + end)
        touched = [a.locator for a in self.anchors if a.start < end and start < a.end]
        return cover(touched) if touched else self.locator


def segment_id(asset_id: str, locator: Locator, extractor: str) -> str:
    """Return the id of a segment: 32 hex digits of a digest of what defines it.

    `extractor` names the parser and its version, and tells apart two segments of one place
    (a page as text and the same page as picture).
    """
    payload = json.dumps([asset_id, locator_to_json(locator), extractor], sort_keys=True)
    return hashlib.sha256(payload.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def union_box(boxes: Iterable[Box]) -> Box:
    """Return the smallest box that holds all of `boxes`."""
    x0, y0, x1, y1 = zip(*boxes, strict=True)
    return (min(x0), min(y0), max(x1), max(y1))


def cover(locators: Iterable[Locator]) -> Locator:
    """Return the smallest locator that covers all of `locators`, which are of one kind.

    Page regions on several pages give the region on the first of them: a citation points at
    one page. Cell ranges give the rectangle around them.

    Raises:
        UsageError: There is none, or the kinds differ.
    """
    items = list(locators)
    kinds = {type(item) for item in items}
    if len(kinds) != 1:
        raise UsageError(
            f"expected locators of one kind, got {sorted(k.__name__ for k in kinds) or 'none'}"
        )
    first = items[0]
    match first:
        case TextSpan():
            spans = [item for item in items if isinstance(item, TextSpan)]
            return TextSpan(min(s.start for s in spans), max(s.end for s in spans))
        case PageRegion():
            regions = [item for item in items if isinstance(item, PageRegion)]
            page = min(r.page for r in regions)
            return PageRegion(page, union_box(r.box for r in regions if r.page == page))
        case ImageRegion():
            return ImageRegion(union_box(i.box for i in items if isinstance(i, ImageRegion)))
        case TimeSpan():
            times = [item for item in items if isinstance(item, TimeSpan)]
            boxes = [t.box for t in times if t.box is not None]
            box = union_box(boxes) if len(boxes) == len(times) else None
            return TimeSpan(min(t.start_s for t in times), max(t.end_s for t in times), box)
        case Cells():
            return _cover_cells([item for item in items if isinstance(item, Cells)])


def _cover_cells(cells: list[Cells]) -> Cells:
    sheet = cells[0].sheet
    corners = [corner for c in cells if c.sheet == sheet for corner in cell_corners(c.range)]
    columns, rows = zip(*corners, strict=True)
    return Cells(sheet, cell_range(min(columns), min(rows), max(columns), max(rows)))


def cell_corners(range_: str) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return ((column, row), (column, row)) of a range, both from 1.

    Example:
        >>> cell_corners("B2:D7"), cell_corners("AA10")
        (((2, 2), (4, 7)), ((27, 10), (27, 10)))
    """
    first, _, last = range_.partition(":")
    return _corner(first), _corner(last or first)


def _corner(name: str) -> tuple[int, int]:
    letters = name.rstrip("0123456789")
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - 64
    return column, int(name[len(letters) :])


def cell_range(column: int, row: int, last_column: int, last_row: int) -> str:
    """Return the name of a rectangle of cells; columns and rows count from 1.

    Example:
        >>> cell_range(2, 2, 4, 7), cell_range(27, 10, 27, 10)
        ('B2:D7', 'AA10')
    """
    first, last = f"{_letters(column)}{row}", f"{_letters(last_column)}{last_row}"
    return first if first == last else f"{first}:{last}"


def _letters(column: int) -> str:
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


# -- what a parser hands over ---------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Media:
    """Bytes of a picture, sound or video with their type, such as `image/png`."""

    media_type: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Extracted:
    """One segment as a parser yields it, with the evidence kept for when the file is gone.

    Attributes:
        segment: The segment.
        picture: The page, the crop or the key frame, as PNG, JPEG or WebP.
        clip: The sound or the moving picture of its time span.
    """

    segment: Segment
    picture: Media | None = None
    clip: Media | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a parser is in its file; `unit` is "page", "second", "row" or "slide"."""

    unit: str
    done: float
    total: float


@dataclass(frozen=True, slots=True)
class Problem:
    """Something a parser could not do, although the file as a whole goes on.

    Attributes:
        code: Stable name from `pincite.codes`.
        message: What was found, one sentence, with the page or second.
        next_step: What the user can do about it, one sentence.
    """

    code: str
    message: str
    next_step: str


# -- vectors and rankings -------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Embeddings:
    """Vectors with the ids they stand for.

    Attributes:
        ids: n segment or query ids, unique.
        vectors: (n, d) float32, each row of unit length.
        space: Name of the vector space. Only equal spaces may be compared; the text and the
            image side of one CLIP model share a space, which is what makes them cross-modal.
        encoder: The setting that makes the encoder of these vectors again, "" when unknown.
    """

    ids: tuple[str, ...]
    vectors: Vectors
    space: str
    encoder: str = ""

    def __post_init__(self) -> None:
        if self.vectors.ndim != 2 or len(self.ids) != len(self.vectors):
            raise UsageError(
                f"expected vectors of shape ({len(self.ids)}, d) for {len(self.ids)} ids, "
                f"got {self.vectors.shape}"
            )


@dataclass(frozen=True, slots=True, eq=False)
class TokenVectors:
    """Several vectors an item, for late interaction; stored flat rather than padded.

    Attributes:
        vectors: (sum of t_i, d) float32, each row of unit length.
        offsets: (n + 1,) int64; item i has the rows `offsets[i]:offsets[i + 1]`.
    """

    vectors: Vectors
    offsets: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def __getitem__(self, i: int) -> Vectors:
        """Return the vectors of item `i`, (t_i, d)."""
        return self.vectors[self.offsets[i] : self.offsets[i + 1]]


@dataclass(frozen=True, slots=True)
class Filters:
    """What a search is confined to; empty fields do not confine.

    Attributes:
        modalities: Only segments of these.
        path: Glob over the asset's uri, or a folder prefix.
        modified_after_ns: Only assets modified at or after this time.
        modified_before_ns: Only assets modified before this time.
        where: An SQL expression over the columns of the segment table.
    """

    modalities: tuple[Modality, ...] = ()
    path: str = ""
    modified_after_ns: int | None = None
    modified_before_ns: int | None = None
    where: str = ""


@dataclass(frozen=True, slots=True)
class Query:
    """What is looked for: words, a picture, a sound, footage, or any mix of them.

    Attributes:
        text: Words; "" for none.
        filters: What the search is confined to.
        image, audio, video: What is to be alike.
        weights: How much each part counts, by modality; 1 where nothing is said. A negative
            weight pushes away what is alike.
        without: Words for what is not wanted; they push away like text of weight -1.
        heard: Words in the other parts: what is said in `audio` or `video`, what is written in
            `image`, as far as it was understood. They are looked up like words.
    """

    text: str = ""
    filters: Filters = field(default_factory=Filters)
    image: Picture | None = None
    audio: Sound | None = None
    video: Footage | None = None
    weights: Mapping[Modality, float] = field(default_factory=dict)
    without: str = ""
    heard: str = ""

    def parts(self) -> Iterator[tuple[Content, float]]:
        """Yield content and weight of each part that is there and counts."""
        given: tuple[tuple[Content | None, float], ...] = (
            (self.text, self.weight("text")),
            (self.image, self.weight("image")),
            (self.audio, self.weight("audio")),
            (self.video, self.weight("video")),
            (self.without, -1.0),
        )
        for content, weight in given:
            blank = content is None or (isinstance(content, str) and not content.strip())
            if content is not None and not blank and weight:
                yield content, weight

    def weight(self, modality: Modality) -> float:
        """Return how much the part of a modality counts."""
        return self.weights.get(modality, 1.0)


@dataclass(frozen=True, slots=True)
class Hit:
    """What one query said of one segment; a larger `score` is better.

    Attributes:
        segment_id: The segment.
        score: After fusion, in 0..1, comparable within a query.
        channels: Score of each ranking that held it, such as {"lexical": 7.1, "dense": 0.62}.
        parts: What each of them added in fusion.
    """

    segment_id: str
    score: float
    channels: Mapping[str, float] = field(default_factory=dict)
    parts: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ranking:
    """The hits of one query, best first; ties are broken by segment id."""

    hits: tuple[Hit, ...]

    def top(self, k: int) -> Ranking:
        """Return the best `k` hits."""
        return replace(self, hits=self.hits[:k])


# -- answers --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Evidence:
    """A retrieved segment with all that a generator needs to read and cite it.

    Attributes:
        hit: What the query said of the segment.
        segment: The segment.
        asset: The asset it was cut from.
        prior: P(d|question): softmax-like share of belief among the evidence; sums to 1.
    """

    hit: Hit
    segment: Segment
    asset: Asset
    prior: float = 0.0


@dataclass(frozen=True, slots=True)
class Citation:
    """Says that `span` of the answer rests on `locator` in the asset.

    Attributes:
        id: `SEGMENT.START-END`: resolves to the evidence, also in a later process.
        n: Number printed in the answer, from 1.
        span: Characters of the answer that rest on it.
        segment_id: The segment quoted.
        asset: The asset it was cut from.
        locator: The exact place of the quote.
        quote: The quoted characters, as stored.
        support: How well the quote bears out the span, 0..1.
        posterior: P(d|question, answer): the share of this source, 0..1.
    """

    id: str
    n: int
    span: TextSpan
    segment_id: str
    asset: Asset
    locator: Locator
    quote: str
    support: float
    posterior: float


@dataclass(frozen=True, slots=True)
class Answer:
    """Text with its grounds.

    Attributes:
        question: What was asked.
        text: The answer, or None when the sources do not hold one.
        citations: Its grounds, in the order of `n`.
        evidence: What was retrieved, best first.
        confidence: Calibrated support of the whole answer, 0..1.
        generator: Name of the generator that wrote it.
        warnings: Sentences the user should see.
        timings_ms: Milliseconds by stage.
    """

    question: str
    text: str | None
    citations: tuple[Citation, ...]
    evidence: tuple[Evidence, ...]
    confidence: float
    generator: str
    warnings: tuple[str, ...] = ()
    timings_ms: Mapping[str, float] = field(default_factory=dict)

    @property
    def abstained(self) -> bool:
        """True when there is no answer in the sources."""
        return self.text is None
