"""PDF files opened, and their pages drawn, within limits."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pypdfium2 as pdfium
import pypdfium2.raw as raw

from pincite.errors import IngestError
from pincite.ingest.ocr import Picture
from pincite.types import WHOLE, Box

DPI = 200.0
MAX_SIDE_PX = 2400


@contextlib.contextmanager
def open_pdf(source: Path | bytes) -> Iterator[pdfium.PdfDocument]:
    """Open a PDF for as long as the context lasts.

    Raises:
        IngestError: PASSWORD_REQUIRED, CORRUPT_FILE, or UNREADABLE.
    """
    document = _opened(source)
    try:
        with contextlib.suppress(pdfium.PdfiumError):  # a broken form leaves the pages readable
            document.init_forms()
        yield document
    finally:
        document.close()


def _opened(source: Path | bytes) -> pdfium.PdfDocument:
    try:
        return pdfium.PdfDocument(source)
    except pdfium.PdfiumError as error:
        if error.err_code in (raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY):
            raise IngestError(
                "PASSWORD_REQUIRED",
                "The PDF is encrypted and does not open with an empty password.",
                "Save a copy without a password and add that.",
            ) from error
        if error.err_code == raw.FPDF_ERR_FILE and isinstance(source, Path):
            raise IngestError(
                "UNREADABLE",
                "The operating system refused to open the PDF.",
                "Check the permissions of the file.",
            ) from error
        raise IngestError(
            "CORRUPT_FILE",
            f"The file breaks the rules of PDF: {error}",
            "Open it in a viewer; if that works, print it to a new PDF and add that.",
        ) from error


def draw(
    page: pdfium.PdfPage, box: Box = WHOLE, *, dpi: float = DPI, max_side_px: int = MAX_SIDE_PX
) -> Picture:
    """Return a part of a page as displayed: (h, w, 3) uint8 RGB.

    The resolution falls below `dpi` where the part would be larger than `max_side_px`.
    """
    width, height = page.get_size()
    x0, y0, x1, y1 = box
    part = max((x1 - x0) * width, (y1 - y0) * height, 1e-3)
    scale = min(dpi / 72.0, max_side_px / part)
    scale = max(scale, 2.0 / max(min((x1 - x0) * width, (y1 - y0) * height), 1e-3))
    scale = min(scale, 2 * max_side_px / part)
    crop = (x0 * width, (1 - y1) * height, (1 - x1) * width, y0 * height)
    try:
        bitmap = page.render(
            scale=scale,
            crop=tuple(max(0.0, side - 0.01) for side in crop),
            force_bitmap_format=raw.FPDFBitmap_BGR,
            rev_byteorder=True,
            limit_image_cache=True,
        )
    except ValueError as error:
        raise pdfium.PdfiumError(f"the part {box} of the page cannot be drawn: {error}") from error
    try:
        return np.array(bitmap.to_numpy(), dtype=np.uint8)
    finally:
        bitmap.close()
