"""Small PDF files written by hand, so that every position in them is known."""

from __future__ import annotations

import io
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

A4 = (0, 0, 600, 800)
"""Not quite A4: round numbers make expected fractions easy to work out."""


@dataclass(frozen=True)
class Page:
    """A page: PDF operators, and how it is shown."""

    content: str = ""
    rotate: int = 0
    media_box: tuple[float, float, float, float] = A4
    crop_box: tuple[float, float, float, float] | None = None
    picture: npt.NDArray[np.uint8] | None = None
    annotations: str = ""


def text(x: float, y: float, words: str, size: float = 12, font: str = "F1") -> str:
    """Words with the left end of their baseline at (x, y), y counted from the bottom."""
    escaped = words.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
    return f"BT /{font} {size} Tf {x} {y} Td ({escaped}) Tj ET\n"


def chinese(x: float, y: float, words: str, size: float = 12) -> str:
    """Words set as by `text`; Chinese characters are as wide as high, others half as wide."""
    return f"BT /F3 {size} Tf {x} {y} Td <{words.encode('utf-16-be').hex()}> Tj ET\n"


def column(x: float, top: float, lines: Sequence[str], size: float = 12, step: float = 15) -> str:
    """Lines one under another, the first baseline at `top`."""
    return "".join(text(x, top - i * step, line, size) for i, line in enumerate(lines))


def picture_at(x: float, y: float, width: float, height: float) -> str:
    """The page's picture drawn with its lower left corner at (x, y)."""
    return f"q {width} 0 0 {height} {x} {y} cm /Im1 Do Q\n"


_SONG = (
    b"<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H "
    b"/DescendantFonts [6 0 R] >>",
    b"<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /DW 1000 /W [1 95 500] "
    b"/CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 4 >> "
    b"/FontDescriptor 7 0 R >>",
    b"<< /Type /FontDescriptor /FontName /STSong-Light /Flags 6 /FontBBox [0 -120 1000 880] "
    b"/ItalicAngle 0 /Ascent 880 /Descent -120 /CapHeight 880 /StemV 93 >>",
)


def pdf(pages: Sequence[Page], title: str = "", extra: str = "") -> bytes:
    """Return the bytes of a PDF of `pages` in Helvetica (F1) and Helvetica bold (F2), Song (F3)."""
    objects: list[bytes] = [b"", b"", b"", b"", *_SONG]
    objects[2] = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
    objects[3] = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold >>"
    kids = []
    for page in pages:
        resources = "/Font << /F1 3 0 R /F2 4 0 R /F3 5 0 R >>"
        if page.picture is not None:
            objects.append(_image(page.picture))
            resources += f" /XObject << /Im1 {len(objects)} 0 R >>"
        objects.append(_stream("", page.content.encode("latin-1")))
        crop = f"/CropBox {_box(page.crop_box)}" if page.crop_box else ""
        notes = f"/Annots [{page.annotations}]" if page.annotations else ""
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox {_box(page.media_box)} {crop} {notes} "
            f"/Rotate {page.rotate} /Contents {len(objects)} 0 R "
            f"/Resources << {resources} >> >>".encode()
        )
        kids.append(f"{len(objects)} 0 R")
    objects[0] = f"<< /Type /Catalog /Pages 2 0 R {extra} >>".encode()
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>".encode()
    objects.append(f"<< /Title ({title}) >>".encode())
    return _file(objects)


def _box(box: tuple[float, float, float, float]) -> str:
    return f"[{' '.join(map(str, box))}]"


def _stream(entries: str, data: bytes) -> bytes:
    return f"<< {entries} /Length {len(data)} >>\nstream\n".encode() + data + b"\nendstream"


def _image(rgb: npt.NDArray[np.uint8]) -> bytes:
    height, width = rgb.shape[:2]
    return _stream(
        f"/Type /XObject /Subtype /Image /Width {width} /Height {height} "
        "/ColorSpace /DeviceRGB /BitsPerComponent 8 /Filter /FlateDecode",
        zlib.compress(rgb.tobytes()),
    )


def _file(objects: Sequence[bytes]) -> bytes:
    out, offsets = io.BytesIO(), []
    out.write(b"%PDF-1.7\n")
    for number, body in enumerate(objects, start=1):
        offsets.append(out.tell())
        out.write(f"{number} 0 obj\n".encode() + body + b"\nendobj\n")
    start = out.tell()
    out.write(f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode())
    for offset in offsets:
        out.write(f"{offset:010} 00000 n \n".encode())
    out.write(
        f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R /Info {len(objects)} 0 R >>\n"
        f"startxref\n{start}\n%%EOF\n".encode()
    )
    return out.getvalue()
