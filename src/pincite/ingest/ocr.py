"""Text in pictures, read with the models that come inside the `rapidocr` package.

The detector finds lines on a copy of the picture that is small enough to be quick; the
recogniser reads each line from the full picture. Nothing is ever downloaded: the model files
are named by path, so the library has no reason to look for them elsewhere.
"""

from __future__ import annotations

import itertools
import logging
import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import rapidocr
from rapidocr.ch_ppocr_det import TextDetector
from rapidocr.ch_ppocr_rec import TextRecInput, TextRecognizer
from rapidocr.utils.process_img import get_rotate_crop_image

from pincite.config import Config
from pincite.errors import IngestError
from pincite.ingest.frame import Frame, clamp
from pincite.ingest.layout import Piece, reading_rows
from pincite.types import Box

Picture = npt.NDArray[np.uint8]

_DETECT_LONG_SIDE = 1600  # pixels of the copy in which lines are looked for
_DETECT_SHORT_SIDE = 736  # small pictures are enlarged towards this, at most threefold
_TILE_ASPECT = 3.0  # taller pictures are read in tiles
_SEAM_PX = 64  # how far a tile looks beyond what it owns
_SURE = 0.5  # less certain lines are noise more often than text
_UPRIGHT = 0.92  # long lines read with less certainty are tried upside down as well
_PROBES = 6  # lines that decide which way up a picture is


@dataclass(frozen=True, slots=True)
class OcrLine:
    """A line of text in a picture.

    Attributes:
        text: The words.
        box: Where they lie, as fractions of the picture.
        confidence: How sure the recogniser is, 0..1.
    """

    text: str
    box: Box
    confidence: float


def read_lines(rgb: Picture, config: Config) -> list[OcrLine]:
    """Return the lines of text in a picture, in reading order; none when OCR is off.

    Args:
        rgb: (h, w, 3) uint8.
        config: `ocr` may be off; `workers` and `threads` say how many processors to use.

    Raises:
        IngestError: OCR_UNAVAILABLE, the engine cannot start.
    """
    height, width = rgb.shape[:2]
    if config["ocr"] == "off" or min(height, width) < 8:
        return []
    engine = _engine(_threads(config))
    found, turns = [], []
    for top, bottom in _tiles(height, width):
        lines, turn = engine.read(rgb, top, bottom)
        found += lines
        turns += [turn] * len(lines)
    turn = max(set(turns), key=turns.count) if turns else 0
    return _ordered(found, Frame(turn, width, height))


def _threads(config: Config) -> int:
    """Return the processors one reading process may use, the others being busy with files."""
    processors = os.cpu_count() or 1
    share = max(1, processors // max(1, config["workers"] or processors))
    return min(share, config["threads"]) if config["threads"] else share


def _tiles(height: int, width: int) -> list[tuple[int, int]]:
    """Return (top, bottom) of the parts that are read one by one; together they fill the height.

    Example:
        >>> _tiles(300, 200), _tiles(1000, 200)
        ([(0, 300)], [(0, 500), (500, 1000)])
    """
    count = max(1, round(height / (2 * width))) if height > _TILE_ASPECT * width else 1
    count = min(count, max(1, height // (4 * _SEAM_PX)))
    edges = [round(i * height / count) for i in range(count + 1)]
    return list(itertools.pairwise(edges))


def _ordered(lines: list[_Found], frame: Frame) -> list[OcrLine]:
    """Return the lines in the order in which they are read once the text stands upright."""
    found: dict[int, OcrLine] = {}
    pieces = []
    for line in lines:
        x0, y0, x1, y1 = line.box
        w, h = frame.width, frame.height
        box = (clamp(x0 / w), clamp(y0 / h), clamp(x1 / w), clamp(y1 / h))
        piece = Piece(line.text, frame.upright(box))
        found[id(piece)] = OcrLine(line.text, box, line.confidence)
        pieces.append(piece)
    return [found[id(piece)] for row in reading_rows(pieces) for piece in row.pieces]


# -- the engine -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Found:
    text: str
    box: Box  # pixels of the whole picture
    confidence: float


def _is_on_end(quad: npt.NDArray[np.float32]) -> bool:
    width = np.linalg.norm(quad[0] - quad[1])
    return bool(np.linalg.norm(quad[0] - quad[3]) >= 1.5 * width)


class _Engine:
    """Detector and recogniser, loaded once."""

    def __init__(self, detector: TextDetector, recognizer: TextRecognizer) -> None:
        self.detector, self.recognizer = detector, recognizer

    def read(self, rgb: Picture, top: int, bottom: int) -> tuple[list[_Found], int]:
        """Return the lines whose middle lies in rows `top:bottom`, and how they are turned.

        The turn is counted in quarters clockwise.
        """
        start, end = max(0, top - _SEAM_PX), min(rgb.shape[0], bottom + _SEAM_PX)
        bgr = np.ascontiguousarray(rgb[start:end, :, ::-1])
        quads = [q for q in self._quads(bgr) if top <= start + float(q[:, 1].mean()) < bottom]
        crops = [get_rotate_crop_image(bgr, quad.copy()) for quad in quads]
        texts, upside_down = self._texts(crops)
        found = []
        for quad, (text, confidence) in zip(quads, texts, strict=True):
            if confidence >= _SURE and text.strip():
                x0, y0 = quad.min(axis=0)
                x1, y1 = quad.max(axis=0)
                box = (float(x0), float(y0) + start, float(x1), float(y1) + start)
                found.append(_Found(text.strip(), box, confidence))
        # Lines taller than wide are turned by the cropping, so that they too are read level.
        on_end = sum(_is_on_end(quad) for quad in quads) > len(quads) / 2
        return found, (1 if on_end else 0) + (2 if upside_down else 0)

    def _quads(self, bgr: Picture) -> list[npt.NDArray[np.float32]]:
        """Return the corners (4, 2) of each line, in pixels of the picture given."""
        height, width = bgr.shape[:2]
        scale = _DETECT_SHORT_SIDE / min(height, width)
        scale = min(max(1.0, min(scale, 3.0)), _DETECT_LONG_SIDE / max(height, width))
        size = (max(32, round(width * scale)), max(32, round(height * scale)))
        method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
        small = bgr if size == (width, height) else cv2.resize(bgr, size, interpolation=method)
        boxes = self.detector(small).boxes
        if boxes is None:
            return []
        back = np.array([width / size[0], height / size[1]], dtype=np.float32)
        return [(np.asarray(box, dtype=np.float32) * back) for box in boxes]

    def _texts(self, crops: list[Picture]) -> tuple[list[tuple[str, float]], bool]:
        """Return the words of each line with their certainty, and if they are upside down."""
        read = self._recognize(crops)
        longest = sorted(range(len(crops)), key=lambda i: -crops[i].shape[1])[:_PROBES]
        certainty = sum(read[i][1] for i in longest)
        if not crops or certainty >= _UPRIGHT * len(longest):
            return read, False
        probes = self._recognize([np.rot90(crops[i], 2) for i in longest])
        if sum(confidence for _, confidence in probes) <= certainty:
            return read, False
        return self._recognize([np.rot90(crop, 2) for crop in crops]), True

    def _recognize(self, crops: list[Picture]) -> list[tuple[str, float]]:
        if not crops:
            return []
        result = self.recognizer(TextRecInput(img=crops, return_word_box=False))
        return list(zip(result.txts, result.scores, strict=True))


@lru_cache(maxsize=1)
def _engine(threads: int) -> _Engine:
    logging.getLogger("RapidOCR").setLevel(logging.CRITICAL)
    models = Path(rapidocr.__file__).parent / "models"
    try:
        settings = rapidocr.RapidOCR(params=_parameters(models, threads)).cfg
        runtime = settings.EngineConfig.onnxruntime
        settings.Det.engine_cfg = settings.Rec.engine_cfg = runtime
        settings.Rec.font_path = None
        return _Engine(TextDetector(settings.Det), TextRecognizer(settings.Rec))
    except (OSError, RuntimeError, ValueError) as error:
        raise IngestError(
            "OCR_UNAVAILABLE",
            f"the OCR engine did not start from {models}: {error}",
            "Reinstall the package rapidocr, or run with --ocr off.",
        ) from error


def _parameters(models: Path, threads: int) -> dict[str, Any]:
    return {
        "Global.log_level": "critical",
        "Det.model_path": str(_one(models, "*_det_*.onnx")),
        "Det.limit_type": "max",
        "Det.limit_side_len": 1 << 16,
        "Rec.model_path": str(_one(models, "*_rec_*.onnx")),
        "Rec.rec_img_shape": [3, 48, 160],
        "EngineConfig.onnxruntime.intra_op_num_threads": threads,
        "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        "EngineConfig.onnxruntime.enable_cpu_mem_arena": False,  # +10 % time, −280 MB
    }


def _one(models: Path, pattern: str) -> Path:
    found = sorted(models.glob(pattern))
    if not found:
        raise FileNotFoundError(f"no {pattern} in {models}")
    return found[0]
