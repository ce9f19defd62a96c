"""Checks `examples/fieldbook`: every question points at a place that exists in a file that exists.

Both sets are checked, the questions of the people who live there and the paraphrased ones.

    python examples/check_fieldbook.py

Prints what is wrong, one line each, and ends with exit code 1; or prints the counts.
"""

from __future__ import annotations

import csv
import email
import email.policy
import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import openpyxl
import pypdfium2
from PIL import Image
from pptx import Presentation

HERE = Path(__file__).resolve().parent / "fieldbook"
PLAIN = {".txt", ".md", ".json", ".py"}
PICTURES = {".jpg", ".png", ".webp"}
SOUNDS = {".wav", ".mp3", ".flac", ".ogg", ".mp4", ".webm"}
KINDS = {
    **dict.fromkeys([*PLAIN, ".html", ".docx", ".eml"], "text"),
    **dict.fromkeys([".pdf", ".tiff", ".pptx"], "page"),
    **dict.fromkeys(PICTURES, "region"),
    **dict.fromkeys(SOUNDS, "time"),
    **dict.fromkeys([".csv", ".xlsx"], "cells"),
}
FIELDS = [
    "id",
    "question",
    "language",
    "answer",
    "aliases",
    "modality",
    "asset",
    "locator",
    "quote",
    "also",
    "answerable",
    "note",
]
MEGABYTES = 12
SETS = ("questions.jsonl", "questions-paraphrased.jsonl")
# fewest questions of a set: (all, without an answer, Chinese with one, {modality: with one})
BARS = {
    SETS[0]: (96, 12, 18, {"text": 40, "image": 16, "audio": 10, "video": 8}),
    SETS[1]: (64, 8, 12, dict.fromkeys(("text", "image", "audio", "video"), 6)),
}

Json = dict[str, Any]


def questions(folder: Path = HERE, name: str = SETS[0]) -> list[Json]:
    """Return the questions of a set in the order of its file."""
    lines = (folder / name).read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def sample_files(folder: Path = HERE) -> list[Path]:
    """Return the files a user would ingest."""
    return sorted(path for path in (folder / "files").rglob("*") if path.is_file())


# -- is a locator inside its file? ----------------------------------------------------------


def page_count(path: Path) -> int:
    """Return the number of pages, pictures or slides."""
    if path.suffix == ".pdf":
        document = pypdfium2.PdfDocument(path)
        try:
            return len(document)
        finally:
            document.close()
    if path.suffix == ".pptx":
        return len(Presentation(str(path)).slides)
    with Image.open(path) as picture:
        return int(getattr(picture, "n_frames", 1))


def seconds(path: Path) -> float:
    """Return the length of a recording or video."""
    with av.open(str(path)) as media:
        assert media.duration is not None
        return media.duration / av.time_base


def table(path: Path, sheet: str) -> list[list[str]]:
    """Return the cells of a sheet, row by row."""
    if path.suffix == ".csv":
        with path.open(encoding="utf-8", newline="") as file:
            return list(csv.reader(file)) if sheet == path.stem else []
    book = openpyxl.load_workbook(path, read_only=True)
    try:
        rows = book[sheet].iter_rows(values_only=True) if sheet in book.sheetnames else ()
        return [["" if cell is None else str(cell) for cell in row] for row in rows]
    finally:
        book.close()


def cells(path: Path, sheet: str, range_: str) -> str | None:
    """Return the cells of a range in one row, joined by " | "; None where there are none."""
    first, _, last = range_.partition(":")
    row = int(first.lstrip("ABCDEFGHIJ")) - 1
    columns = [ord(name[0]) - ord("A") for name in (first, last or first)]
    rows = table(path, sheet)
    if row >= len(rows) or columns[1] >= len(rows[row]):
        return None
    return " | ".join(rows[row][columns[0] : columns[1] + 1])


def box_fits(box: list[float]) -> bool:
    x0, y0, x1, y1 = box
    return 0 <= x0 < x1 <= 1 and 0 <= y0 < y1 <= 1


def locator_problem(path: Path, locator: Json, quote: str) -> str | None:
    """Return what is wrong with a place, or None."""
    kind = locator["kind"]
    if kind != KINDS[path.suffix]:
        return f"a {path.suffix} file is located by {KINDS[path.suffix]}, not by {kind}"
    if "box" in locator and not box_fits(locator["box"]):
        return f"box {locator['box']} is empty or leaves the page"
    if kind == "page" and not 1 <= locator["page"] <= page_count(path):
        return f"page {locator['page']} of {page_count(path)}"
    if kind == "time" and not 0 <= locator["start_s"] < locator["end_s"] <= seconds(path) + 0.1:
        return f"{locator['start_s']}-{locator['end_s']} s of {seconds(path):.2f} s"
    if kind == "cells" and cells(path, locator["sheet"], locator["range"]) != quote:
        return f"cells {locator['sheet']}!{locator['range']} do not hold {quote!r}"
    return _text_problem(path, locator, quote) if kind == "text" else None


def _text_problem(path: Path, locator: Json, quote: str) -> str | None:
    start, end = locator["start"], locator["end"]
    if end - start != len(quote):
        return f"{start}:{end} is not as long as its quote"
    if path.suffix in PLAIN and path.read_text(encoding="utf-8")[start:end] != quote:
        return f"characters {start}:{end} are not {quote!r}"
    if path.suffix == ".eml":
        return None if _mail_holds(path, quote) else f"the mail does not say {quote!r}"
    return None


def _mail_holds(path: Path, quote: str) -> bool:
    """Tell whether the words of a quote stand in the mail; a table row names its columns."""
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    texts = [part.get_content() for part in message.walk() if not part.is_multipart()]
    whole = "\n".join(text for text in texts if isinstance(text, str)).replace("\r\n", "\n")
    pieces = [piece.rpartition(": ")[2] for piece in quote.split("; ")]
    return quote in whole or all(piece in whole for piece in pieces)


# -- the whole --------------------------------------------------------------------------------


def question_problems(record: Json, folder: Path) -> Iterator[str]:
    """Yield what is wrong with one question."""
    if list(record) != FIELDS:
        yield f"has fields {list(record)}"
        return
    if not record["answerable"]:
        if record["answer"] or record["asset"] or record["locator"] or not record["note"]:
            yield "cannot be answered, so it needs a note and neither answer nor place"
        return
    for place in [record, *record["also"]]:
        path = folder / place["asset"]
        if not path.is_file():
            yield f"{place['asset']} does not exist"
        elif problem := locator_problem(path, place["locator"], place["quote"]):
            yield f"{place['asset']}: {problem}"
    accepted = [record["answer"], *record["aliases"]]
    cited = [place["quote"].casefold() for place in [record, *record["also"]]]
    if not any(plain(form) in plain(quote) for form in accepted for quote in cited):
        yield f"no accepted answer stands in its quote {record['quote']!r}"


def plain(text: str) -> str:
    """Return a text without case, space and thousands commas, to compare answers with quotes."""
    return "".join(text.casefold().replace(",", "").split())


def count_problems(records: list[Json], name: str, files: list[Path]) -> Iterator[str]:
    """Yield every bar of a set as a whole that is not met."""
    answerable = [record for record in records if record["answerable"]]
    modalities = Counter(record["modality"] for record in answerable)
    chinese = sum(record["language"] == "zh" for record in answerable)
    missing = len(records) - len(answerable)
    used = {place["asset"] for record in answerable for place in [record, *record["also"]]}
    unused = [path for path in files if f"files/{path.relative_to(HERE / 'files')}" not in used]
    few, few_missing, few_chinese, few_of = BARS[name]
    bars = [
        (len(records) >= few, f"{len(records)} questions, fewer than {few}"),
        (missing >= few_missing, f"{missing} without an answer, fewer than {few_missing}"),
        (chinese >= few_chinese, f"{chinese} Chinese questions, fewer than {few_chinese}"),
        (len({record["id"] for record in records}) == len(records), "ids are not unique"),
        (not unused, f"no question asks about {', '.join(path.name for path in unused)}"),
    ]
    bars += [
        (modalities[kind] >= fewest, f"{modalities[kind]} questions on {kind}, fewer than {fewest}")
        for kind, fewest in few_of.items()
    ]
    yield from (message for met, message in bars if not met)


def file_problems(files: list[Path]) -> Iterator[str]:
    """Yield every bar of the files as a whole that is not met."""
    size = sum(path.stat().st_size for path in files)
    bars = [
        (len(files) >= 24, f"{len(files)} files, fewer than 24"),
        (len({path.suffix for path in files}) >= 14, "fewer than 14 types of files"),
        (size <= MEGABYTES * 2**20, f"{size / 2**20:.1f} MiB, more than {MEGABYTES}"),
    ]
    yield from (message for met, message in bars if not met)


def shared_problems(sets: dict[str, list[Json]]) -> Iterator[str]:
    """Yield every id that means one question in one set and another question in another."""
    first: dict[str, Json] = {}
    for records in sets.values():
        for record in records:
            if first.setdefault(record["id"], record) != record:
                yield f"{record['id']}: is not the same question in both sets"


def problems(folder: Path = HERE) -> list[str]:
    """Return all that is wrong, as sentences."""
    sets, files = {name: questions(folder, name) for name in SETS}, sample_files(folder)
    found = [*shared_problems(sets), *file_problems(files)]
    for name, records in sets.items():
        found += [
            f"{name}: {record.get('id')}: {problem}"
            for record in records
            for problem in question_problems(record, folder)
        ]
        found += [f"{name}: {problem}" for problem in count_problems(records, name, files)]
    return found


def main() -> None:
    found = problems()
    if found:
        print("\n".join(found))
        sys.exit(1)
    files = sample_files()
    size = sum(path.stat().st_size for path in files) / 2**20
    print(f"{len(files)} files of {len({path.suffix for path in files})} types, {size:.1f} MiB")
    for name in SETS:
        records = questions(name=name)
        answerable = [record for record in records if record["answerable"]]
        print(f"{name}: {len(records)} questions, {len(records) - len(answerable)} without answer")
        for field in ("modality", "language"):
            print(f"  {field}:", dict(Counter(record[field] for record in answerable)))


if __name__ == "__main__":
    main()
