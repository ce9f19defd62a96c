"""Words that lie over a PDF page rather than in it: comments and filled form fields."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from pincite.ingest.pdf_text import FractionMap
from pincite.types import Box

_MAX_NOTES = 2_000  # of one page
_MAX_BYTES = 1 << 16  # of one note
_SPOKEN = frozenset(
    (
        raw.FPDF_ANNOT_TEXT,
        raw.FPDF_ANNOT_FREETEXT,
        raw.FPDF_ANNOT_HIGHLIGHT,
        raw.FPDF_ANNOT_UNDERLINE,
        raw.FPDF_ANNOT_SQUIGGLY,
        raw.FPDF_ANNOT_STRIKEOUT,
        raw.FPDF_ANNOT_STAMP,
        raw.FPDF_ANNOT_SQUARE,
        raw.FPDF_ANNOT_CIRCLE,
        raw.FPDF_ANNOT_INK,
    )
)


def notes(
    page: pdfium.PdfPage, document: pdfium.PdfDocument, to_fractions: FractionMap
) -> Iterator[tuple[str, Box]]:
    """Yield the words of each comment or filled field and its box in fractions of the page."""
    form = document.formenv.raw if document.formenv is not None else None
    for i in range(min(raw.FPDFPage_GetAnnotCount(page.raw), _MAX_NOTES)):
        note = raw.FPDFPage_GetAnnot(page.raw, i)
        if not note:
            continue
        try:
            words = _words(note, form)
            rect = raw.FS_RECTF()
            if words and raw.FPDFAnnot_GetRect(note, rect):
                sides = (rect.left, rect.right), (rect.bottom, rect.top)
                (left, right), (bottom, top) = (sorted(side) for side in sides)
                yield words, to_fractions.box(left, bottom, right, top)
        finally:
            raw.FPDFPage_CloseAnnot(note)


def _words(note: Any, form: Any) -> str:
    kind = raw.FPDFAnnot_GetSubtype(note)
    if kind in _SPOKEN:
        return _string(lambda b, n: raw.FPDFAnnot_GetStringValue(note, b"Contents", b, n))
    if kind != raw.FPDF_ANNOT_WIDGET or form is None:
        return ""
    value = _string(lambda b, n: raw.FPDFAnnot_GetFormFieldValue(form, note, b, n))
    if not value or value == "Off":
        return ""
    name = _string(
        lambda b, n: raw.FPDFAnnot_GetFormFieldAlternateName(form, note, b, n)
    ) or _string(lambda b, n: raw.FPDFAnnot_GetFormFieldName(form, note, b, n))
    return f"{name}: {value}" if name else value


def _string(read: Callable[[Any, int], int]) -> str:
    """Return the UTF-16 string that a PDFium getter writes, asked first for its length."""
    size = min(read(None, 0), _MAX_BYTES)
    if size <= 2:
        return ""
    buffer = ctypes.create_string_buffer(size)
    read(ctypes.cast(buffer, ctypes.POINTER(ctypes.c_ushort)), size)
    return buffer.raw[:size].decode("utf-16-le", "replace").rstrip("\x00").strip()
