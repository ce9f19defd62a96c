"""PDF files: the text layer with its places, scanned pages by OCR, figures with captions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import pypdfium2 as pdfium

from pincite.config import Config
from pincite.errors import IngestError
from pincite.ingest import Event
from pincite.ingest.headings import Headings
from pincite.ingest.pdf_page import PageReader
from pincite.ingest.pdf_render import open_pdf
from pincite.ingest.pdf_text import page_text
from pincite.types import Asset, Problem, Progress

_SAMPLE = 8  # pages looked at to learn the usual size of letters
_NO_TITLE = re.compile(
    r"untitled|microsoft|powerpoint|slide \d|document\d*$|.*\.(docx?|pptx?|xlsx?|indd|qxd|tex|pdf)$"
    r"|.*[\\/]|[\W\d_]*$",
    re.IGNORECASE,
)


class PdfParser:
    """Reads PDF files."""

    def parse(self, path: Path, asset: Asset, config: Config) -> Iterator[Event]:
        """Yield the segments of each page, then how far the file is read.

        Raises:
            IngestError: PASSWORD_REQUIRED, CORRUPT_FILE or UNREADABLE.
        """
        with open_pdf(path) as document:
            count = len(document)
            headings = Headings(_title(document))
            reader = PageReader(document, asset, config, headings, _body_size(document))
            failed = 0
            for number in range(1, count + 1):
                try:
                    yield from reader.read(number)
                except pdfium.PdfiumError as error:
                    failed += 1
                    yield _page_failed(number, error)
                yield Progress("page", number, count)
            if failed == count:
                raise IngestError(
                    "CORRUPT_FILE",
                    f"None of its {count} pages could be read.",
                    "Open it in a viewer; if that works, print it to a new PDF and add that.",
                )
            yield from reader.problems()


def _page_failed(number: int, error: Exception) -> Problem:
    return Problem(
        "PAGE_FAILED",
        f"Page {number} could not be read: {error}",
        "Open the page in a viewer; if it shows, print the file to a new PDF and add that.",
    )


def _title(document: pdfium.PdfDocument) -> str:
    """Return the title a PDF states, or "" when it states none that a person would use."""
    title = " ".join((document.get_metadata_value("Title") or "").replace("\x00", "").split())
    return "" if len(title) < 4 or len(title) > 200 or _NO_TITLE.match(title) else title


def _body_size(document: pdfium.PdfDocument) -> float:
    """Return the letter height of most running text, judged from a few pages; 0 without text."""
    count = len(document)
    sizes: list[float] = []
    for i in sorted({round(k * (count - 1) / max(1, _SAMPLE - 1)) for k in range(_SAMPLE)}):
        try:
            page = document[i]
        except pdfium.PdfiumError:
            continue  # reported when its turn comes
        try:
            for _, pieces in page_text(page).groups[:1]:
                sizes += [p.height for p in pieces for _ in range(max(1, len(p.text) // 8))]
        except pdfium.PdfiumError:
            continue
        finally:
            page.close()
    return median(sizes) if sizes else 0.0
