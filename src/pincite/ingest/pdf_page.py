"""One PDF page to segments: which way it is read, its text, its figures, its comments."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from statistics import median

import pypdfium2 as pdfium

from pincite.config import Config
from pincite.errors import IngestError
from pincite.ingest.flow import CELL, Flow, flow
from pincite.ingest.frame import clamp
from pincite.ingest.headings import Headings
from pincite.ingest.layout import Piece, reading_rows
from pincite.ingest.ocr import Picture, read_lines
from pincite.ingest.page_segments import page_name, placed_segment, segments_of
from pincite.ingest.paragraphs import is_caption
from pincite.ingest.pdf_bars import Words
from pincite.ingest.pdf_charts import charts_among, maps, only_fills, with_charts
from pincite.ingest.pdf_figures import Figure, Graphics, figures, graphics
from pincite.ingest.pdf_labels import with_labels
from pincite.ingest.pdf_notes import notes
from pincite.ingest.pdf_render import draw
from pincite.ingest.pdf_text import PageText, fraction_map, page_text
from pincite.types import Asset, Box, Extracted, Locator, PageRegion, Problem, Segment

TEXT, SCAN, FIGURE = "pdf-2", "pdf-page-2", "pdf-figure-2"
_FEW = 40  # a page with fewer letters under a large picture is a scan
_GARBLED = 0.3  # share of unmapped letters from which OCR reads better
_OUTLINES = 300  # strokes on a page without letters: the letters are drawn
_FIGURES = 6  # pictures of one page that become segments
_FIGURE_SIDE_PX = 1200
_READABLE_PX = 120  # smaller pictures hold no legible words
_TITLE_SCALE = 1.2  # OCR measures letters roughly, so its titles must stand out more
_NEAR = 0.12  # of the page height: how far a caption may stand from its figure
_CONTEXT_CHARS = 400


class PageReader:
    """Reads the pages of one document; headings carry over from page to page."""

    def __init__(
        self,
        document: pdfium.PdfDocument,
        asset: Asset,
        config: Config,
        headings: Headings,
        body: float,
    ) -> None:
        self._document, self._asset = document, asset
        self._headings, self._body = headings, body
        self._ocr = PageOcr(config)
        self._force = config["ocr"] == "force"
        self._ordinal = self._letters = 0
        self._seen: set[bytes] = set()

    def read(self, number: int) -> Iterator[Extracted]:
        """Yield the segments of page `number`, counted from 1."""
        page = self._document[number - 1]
        try:
            for segment in self._segments(page, number):
                self._ordinal = segment.ordinal + 1
                self._letters += len(segment.text)
                yield Extracted(segment)
        finally:
            page.close()

    def problems(self) -> Iterator[Problem]:
        """Yield what was left out because pictures could not be read, and if there is no text."""
        left_out = list(self._ocr.problems())
        yield from left_out
        if not left_out and not self._letters:
            yield Problem(
                "NO_TEXT",
                "No words were found on its pages; its name and pictures can be searched.",
                "Nothing needs doing.",
            )

    def _segments(self, page: pdfium.PdfPage, number: int) -> Iterator[Segment]:
        to_fractions = fraction_map(page)
        text, drawn = page_text(page), graphics(page, to_fractions)
        locate = _locator(number)
        if self._force or _is_scan(text, drawn):
            scanned = self._scanned(page, number)
            if scanned.text:
                yield from segments_of(
                    scanned,
                    self._asset,
                    locate,
                    modality="image",
                    extractor=SCAN,
                    ordinal=self._ordinal,
                )
                return
        words = [
            Words(p.text, frame.fractions(p.box), p.bold or p.height > 1.15 * self._body)
            for frame, pieces in text.groups
            for p in pieces
        ]
        pictures = figures(drawn, words)[:_FIGURES]
        pictures, labels = _labelled(page, text, words, pictures)
        flowing, inside = self._flows(text, labels)
        for note, box in notes(page, self._document, to_fractions):
            flowing.add(note, _clamped(box), self._headings.path)
        yield from segments_of(
            flowing, self._asset, locate, modality="text", extractor=TEXT, ordinal=self._ordinal
        )
        for figure, words_inside in zip(pictures, inside, strict=True):
            segment = self._figure(page, figure, flowing, words_inside, locate)
            if segment is not None:
                yield segment

    def _scanned(self, page: pdfium.PdfPage, number: int) -> Flow:
        """Return what OCR reads of a whole page."""
        if not self._ocr.wanted(number):
            return Flow()
        picture = draw(page)
        lines = self._ocr.pieces(picture)
        height, width = picture.shape[:2]
        body = _TITLE_SCALE * median(p.height for p in lines) if lines else 0.0
        result = Flow()
        result.extend(
            flow(reading_rows(lines), body, self._headings),
            lambda box: _clamped(
                (box[0] / width, box[1] / height, box[2] / width, box[3] / height)
            ),
        )
        return result

    def _flows(self, text: PageText, labels: list[set[int]]) -> tuple[Flow, list[Flow]]:
        """Return the running text of a page, and the words of each drawn figure."""
        running, inside = Flow(), [Flow() for _ in labels]
        for frame, pieces in text.groups:
            homes = [[piece for piece in pieces if id(piece) in mine] for mine in labels]
            rest = [piece for piece in pieces if all(id(piece) not in mine for mine in labels)]
            running.extend(flow(reading_rows(rest), self._body, self._headings), frame.fractions)
            for words, held in zip(inside, homes, strict=True):
                for row in reading_rows(held):
                    for i, piece in enumerate(row.pieces):
                        box = frame.fractions(piece.box)
                        words.add(piece.text, box, gap=CELL if i else "\n")
        return running, inside

    def _figure(
        self,
        page: pdfium.PdfPage,
        figure: Figure,
        flowing: Flow,
        inside: Flow,
        locate: Callable[[Box], Locator],
    ) -> Segment | None:
        """Return the segment of a picture; None for one that is shown again, such as a logo."""
        if not figure.drawn:
            picture = draw(page, figure.box, dpi=150.0, max_side_px=_FIGURE_SIDE_PX)
            digest = hashlib.blake2b(picture.tobytes(), digest_size=16).digest()
            if digest in self._seen and flowing.text:
                return None
            self._seen.add(digest)
            inside = self._read_crop(picture, figure.box) if not inside.text else inside
        elif inside.text:
            inside = _charted(page, figure, inside)
        words = Flow()
        for block in _captions(figure.box, flowing):
            part = Flow(flowing.text[block[0] : block[1]], [], flowing.marks_in(block[0], block[1]))
            words.extend(part, lambda box: box)
        tabular = any(block.kind == "table" for block in inside.blocks)
        words.extend(inside, lambda box: box, gap="\n\n" if tabular else "\n")
        context, heading = _around(figure.box, flowing)
        name = page_name(locate(figure.box), words.text or context)
        return placed_segment(
            words.text,
            words.marks,
            self._asset,
            locate,
            "image",
            FIGURE,
            heading or self._headings.path,
            f"{context}\n{name}".strip(),
            self._ordinal,
            box=_clamped(figure.box),
        )

    def _read_crop(self, picture: Picture, box: Box) -> Flow:
        height, width = picture.shape[:2]
        if min(height, width) < _READABLE_PX:
            return Flow()
        to_page, _ = maps(box)
        charts, pieces = charts_among(self._ocr.pieces(picture), picture)
        result = Flow()
        result.extend(charts, lambda part: _clamped(to_page(part)))
        for i, piece in enumerate(pieces):
            x0, y0, x1, y1 = piece.box
            place = to_page((x0 / width, y0 / height, x1 / width, y1 / height))
            result.add(piece.text, _clamped(place), gap="\n" if i else "\n\n")
        return result


class PageOcr:
    """OCR for one document, remembering what it could not do."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._unread: list[int] = []
        self._broken: Problem | None = None

    def wanted(self, number: int) -> bool:
        """Return True when page `number` may be read; else it is kept for the report."""
        if self._config["ocr"] == "off":
            self._unread.append(number)
        return self._config["ocr"] != "off" and self._broken is None

    def pieces(self, picture: Picture) -> list[Piece]:
        """Return the lines of a picture, their boxes in its pixels."""
        if self._broken is not None:
            return []
        height, width = picture.shape[:2]
        try:
            lines = read_lines(picture, self._config)
        except IngestError as error:
            self._broken = Problem(error.code, error.message, error.next_step)
            return []
        return [
            Piece(line.text, (x0 * width, y0 * height, x1 * width, y1 * height))
            for line in lines
            for x0, y0, x1, y1 in [line.box]
        ]

    def problems(self) -> Iterator[Problem]:
        """Yield what was left out."""
        if self._broken is not None:
            yield self._broken
        if self._unread:
            shown = ", ".join(map(str, self._unread[:10])) + (", …" if self._unread[10:] else "")
            yield Problem(
                "OCR_OFF",
                f"Pages without a usable text layer were not read: {shown}.",
                "Run again with --ocr auto.",
            )


def _locator(number: int) -> Callable[[Box], Locator]:
    return lambda box: PageRegion(number, box)


def _is_scan(text: PageText, drawn: Graphics) -> bool:
    """Return True when the words of a page are in its pictures rather than its text layer."""
    if text.letters and text.garbled >= _GARBLED * text.letters:
        return True
    covered = drawn.image_cover > 0.3 or len(drawn.strokes) > _OUTLINES
    return text.readable < _FEW and covered


def _charted(page: pdfium.PdfPage, figure: Figure, inside: Flow) -> Flow:
    """Return the words of a drawing, those of a chart in rows of a name and its value."""
    drawing = draw(page, figure.box, dpi=150.0, max_side_px=_FIGURE_SIDE_PX)
    if figure.bars:
        told = with_charts(inside, only_fills(drawing, figure.box, figure.fills), figure.box)
        if told is not inside:
            return told
    return with_charts(inside, drawing, figure.box)


def _labelled(
    page: pdfium.PdfPage, text: PageText, words: list[Words], pictures: list[Figure]
) -> tuple[list[Figure], list[set[int]]]:
    """Return the pictures grown around their labels, and the ids of the pieces these are."""
    width, height = page.get_size()
    pieces = [piece for _, held in text.groups for piece in held]
    taken: set[int] = set()
    grown, labels = [], []
    for figure in pictures:
        whole, mine = with_labels(figure, words, width / height)
        grown.append(whole)
        labels.append({id(pieces[i]) for i in mine - taken})
        taken |= mine
    return grown, labels


def _captions(box: Box, flowing: Flow) -> list[tuple[int, int]]:
    """Return the stretch of the nearest caption above or below a figure, if there is one."""
    found = []
    for block in flowing.blocks:
        words = flowing.text[block.start : block.end]
        place = flowing.box_of(block.start, block.end)
        if place is not None and is_caption(words) and len(words) < 1000:
            distance = _distance(box, place)
            if distance < _NEAR:
                found.append((distance, (block.start, block.end)))
    return [min(found)[1]] if found else []


def _distance(box: Box, other: Box) -> float:
    """Return the white height between two boxes; 1 when they do not stand in one column."""
    if min(box[2], other[2]) <= max(box[0], other[0]):
        return 1.0
    return max(other[1] - box[3], box[1] - other[3], 0.0)


def _around(box: Box, flowing: Flow) -> tuple[str, str]:
    """Return the words of the blocks nearest to a figure, and the heading over the nearest."""
    near = []
    for block in flowing.blocks:
        place = flowing.box_of(block.start, block.end)
        if place is not None:
            near.append((_distance(box, place), block.start, block))
    near.sort(key=lambda item: item[:2])
    chosen = sorted(near[:2], key=lambda item: item[1])
    words = "\n".join(flowing.text[b.start : b.end][:_CONTEXT_CHARS] for _, _, b in chosen)
    return words, near[0][2].heading if near else ""


def _clamped(box: Box) -> Box:
    x0, y0, x1, y1 = box
    return (clamp(x0), clamp(y0), clamp(x1), clamp(y1))
