"""What a question is, the files it may ask about, and how it becomes a line of JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from .places import Finder, Json

IMAGE = {".jpg", ".png", ".webp", ".tiff"}
AUDIO = {".wav", ".mp3", ".flac", ".ogg"}
VIDEO = {".mp4", ".webm"}
SCAN = "reports/handover-letter-2019-scan.pdf"

PUMP = "notes/pump-p2-failure.md"
DIARY = "notes/station-diary-2025-03.txt"
BIRDS = "notes/seabird-notebook.md"
DIARY_ZH = "notes/气象值班日志-2025年4月.txt"
SAFETY_ZH = "notes/野外安全守则.md"
PAGE = "web/station-page.html"
VISIT_ZH = "web/访客须知.html"
WEATHER = "data/weather-2025-03.csv"
FUEL = "data/fuel-2025.csv"
GEAR = "data/instruments.json"
LOGGER = "data/tide_logger.py"
ANNUAL = "reports/annual-report-2024-25.pdf"
SEALS = "reports/fur-seal-pups-2025.pdf"
WATER_ZH = "reports/水质监测报告-2025.pdf"
PLAN = "office/plan-2025-26.xlsx"
SLIDES = "office/resupply-november.pptx"
MANUAL = "office/generator-manual.docx"
DRONE_ZH = "office/无人机使用规定.docx"
ORDER = "mail/spare-parts-quotation.eml"
LATE_ZH = "mail/灰鹭号推迟.eml"
CLASS = "mail/class-4b.eml"
FUEL_SIGN = "photos/fuel-store.jpg"
PATHS = "photos/footpaths.png"
JETTY_ZH = "photos/码头告示.webp"
COLD_ZH = "photos/冷库门.jpg"
RECEIPT = "photos/receipt-hobb.jpg"
PLATE = "photos/tide-gauge-plate.jpg"
BOARD = "photos/whiteboard-week-17.jpg"
DIAGRAM = "photos/pump-room-diagram.png"
GUSTS = "photos/gusts-2024-2025.png"
CARDS = "photos/field-cards.tiff"
RADIO = "recordings/radio-check.wav"
BEACH = "recordings/seal-count-south-beach.ogg"
TOM = "recordings/tom-generators.flac"
EVENING = "recordings/evening-briefing-2025-03-21.mp3"
JETTY = "videos/jetty-check.mp4"
TOUR = "videos/weather-tour.webm"


@dataclass(frozen=True)
class Ask:
    """One question.

    Attributes:
        question: As a person would put it.
        answer: The short answer, or None when the folder does not hold one.
        asset: The file that answers it.
        quote: The words in that file that do.
        aliases: Other forms of the answer to be accepted.
        also: Other places that answer it as well: (file, words).
        note: Why it is hard, or what is missing.
    """

    question: str
    answer: str | None
    asset: str = ""
    quote: str = ""
    aliases: tuple[str, ...] = ()
    also: tuple[tuple[str, str], ...] = ()
    note: str = ""


def numbered(groups: Mapping[str, Sequence[Ask]], first: int) -> dict[str, Ask]:
    """Return the questions of all groups by id: `GROUP-NUMBER`, each group from `first` on."""
    return {
        f"{group}-{number:02d}": ask
        for group, asks in groups.items()
        for number, ask in enumerate(asks, start=first)
    }


def modality(asset: str) -> str:
    """Return the channel through which a file speaks; a scan is a picture."""
    suffix = Path(asset).suffix
    if asset == SCAN or suffix in IMAGE:
        return "image"
    return "audio" if suffix in AUDIO else "video" if suffix in VIDEO else "text"


def language(question: str) -> str:
    return "zh" if any("\u4e00" <= letter <= "\u9fff" for letter in question) else "en"


def _words(asset: str, quote: str) -> str:
    """Return what the file itself shows; the row in front of a cell only tells cells apart."""
    return quote.rpartition(": ")[2] if Path(asset).suffix in {".csv", ".xlsx"} else quote


def _place(asset: str, quote: str, finders: Mapping[str, Finder]) -> Json:
    return {
        "asset": f"files/{asset}",
        "locator": finders[asset].find(quote),
        "quote": _words(asset, quote),
    }


def _record(name: str, ask: Ask, finders: Mapping[str, Finder]) -> Json:
    known = ask.answer is not None
    nowhere: Json = {"asset": None, "locator": None, "quote": None}
    return {
        "id": name,
        "question": ask.question,
        "language": language(ask.question),
        "answer": ask.answer,
        "aliases": list(ask.aliases),
        "modality": modality(ask.asset) if known else "text",
        **(_place(ask.asset, ask.quote, finders) if known else nowhere),
        "also": [_place(asset, quote, finders) for asset, quote in ask.also],
        "answerable": known,
        "note": ask.note,
    }


def write(path: Path, questions: Mapping[str, Ask], finders: Mapping[str, Finder]) -> int:
    """Write one JSON object a line and return how many there are."""
    records = [_record(name, ask, finders) for name, ask in questions.items()]
    lines = [json.dumps(record, ensure_ascii=False) for record in records]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")
    return len(lines)
