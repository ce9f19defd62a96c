"""Whether a file was cut off, where the demuxer does not notice."""

from __future__ import annotations

import os
import struct
from pathlib import Path
from typing import BinaryIO

_TAIL_BYTES = 1 << 17
_UNKNOWN_SIZES = (0, 0x7FFFFFFF, 0x80000000)  # what recorders write before they know
_NEARLY_4_GIB = 0xFFFF0000
_MOST_CHUNKS = 1000


def bytes_missing(path: Path) -> int:
    """Return how many bytes the end of a WAV, AVI or Ogg file lacks by its own account, else 0."""
    with path.open("rb") as file:
        head = file.read(12)
        if head[:4] == b"RIFF" and head[8:12] == b"WAVE":
            return _wav_missing(file)
        if head[:4] == b"RIFF" and head[8:12] == b"AVI ":
            length = int.from_bytes(head[4:8], "little")
            size = os.fstat(file.fileno()).st_size
            return 0 if _is_unknown(length) else max(0, 8 + length - size)
        if head[:4] == b"OggS":
            return _ogg_missing(file)
    return 0


def _is_unknown(length: int) -> bool:
    return length in _UNKNOWN_SIZES or length >= _NEARLY_4_GIB


def _wav_missing(file: BinaryIO) -> int:
    size = os.fstat(file.fileno()).st_size
    for _ in range(_MOST_CHUNKS):
        head = file.read(8)
        if len(head) < 8:
            return 0
        name, length = struct.unpack("<4sI", head)
        end = file.tell() + length
        if name == b"data":
            return 0 if _is_unknown(length) else max(0, end - size)
        file.seek(end + length % 2)
    return 0


def _ogg_missing(file: BinaryIO) -> int:
    """Return what the last page lacks: a whole file ends with a whole page."""
    size = file.seek(0, os.SEEK_END)
    start = file.seek(max(0, size - _TAIL_BYTES))
    tail = file.read()
    at = tail.rfind(b"OggS")
    if at < 0:
        return 0
    page = tail[at:]
    if len(page) < 27 or len(page) < 27 + page[26]:
        return 1
    whole = start + at + 27 + page[26] + sum(page[27 : 27 + page[26]])
    return max(0, whole - size)
