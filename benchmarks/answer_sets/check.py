"""Check the practice sets: every quote lies in its file and holds the answer, then count.

    python benchmarks/answer_sets/check.py [DOMAIN ...]

Prints a line for each fault and a line of counts for each domain; the exit status is 1 when a
fault was found.
"""

from __future__ import annotations

import json
import re
import sys
import unicodedata
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).resolve().parent
FIELDS = {
    "id",
    "question",
    "answer",
    "aliases",
    "asset",
    "quote",
    "also",
    "answerable",
    "language",
}


def fold(text: str) -> str:
    """Letters and digits of `text`, one width and case; `.:/-` stay between digits.

    >>> fold("At 08:30, ３.5 Kg。")
    'at08:303.5kg'
    """
    flat = unicodedata.normalize("NFKC", text).casefold()
    flat = re.sub(r"(?<=\d),(?=\d{3})", "", flat)
    return re.sub(r"(?<!\d)[.:/-]|[.:/-](?!\d)|[^\w.:/-]|_", "", flat)


def holds(quote: str, answer: str) -> bool:
    """Whether the folded answer lies in the folded quote and cuts no number in two."""
    wanted = fold(answer)
    if not wanted:
        return False
    before = r"(?<!\d)" if wanted[0].isdigit() else ""
    after = r"(?!\d)" if wanted[-1].isdigit() else ""
    return re.search(before + re.escape(wanted) + after, fold(quote)) is not None


def quote_faults(folder: Path, asset: str, quote: str) -> Iterator[str]:
    path = folder / asset
    if not path.is_file():
        yield f"no file {asset}"
        return
    times = path.read_text(encoding="utf-8").count(quote)
    if times != 1:
        yield f"the quote occurs {times} times in {asset}, not once: {quote}"
    if "\n" in quote or quote != quote.strip():
        yield f"the quote is not one trimmed line: {quote!r}"


def question_faults(folder: Path, item: dict) -> Iterator[str]:
    if item.keys() != FIELDS:
        yield f"fields differ: {sorted(item.keys() ^ FIELDS)}"
        return
    if not item["id"].startswith(f"{item['language']}-"):
        yield "the id does not begin with its language"
    if not item["answerable"]:
        if item["answer"] or item["asset"] or item["quote"] or item["also"] or item["aliases"]:
            yield "not answerable, yet it carries an answer"
        return
    for place in (item, *item["also"]):
        yield from quote_faults(folder, place["asset"], place["quote"])
        if not any(holds(place["quote"], answer) for answer in (item["answer"], *item["aliases"])):
            yield f"neither answer nor alias lies in the quote: {place['quote']}"


def check_domain(folder: Path, seen: set[str]) -> list[str]:
    """The faults of one domain, each with its question's id; prints the domain's counts."""
    lines = (folder / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    items = [json.loads(line) for line in lines]
    faults = [f"{item['id']}: {fault}" for item in items for fault in question_faults(folder, item)]
    for item in items:
        if item["id"] in seen:
            faults.append(f"{item['id']}: the id is used twice")
        seen.add(item["id"])
    files = sorted(path for path in (folder / "files").iterdir() if path.is_file())
    used = {item["asset"] for item in items}
    faults += [
        f"{folder.name}: nothing is asked of {path.name}"
        for path in files
        if f"files/{path.name}" not in used
    ]
    unanswerable = sum(not item["answerable"] for item in items)
    size = sum(len(path.read_text(encoding="utf-8")) for path in files)
    print(
        f"{folder.name}: {len(files)} files, {size} characters, {len(items)} questions, "
        f"{unanswerable} of them not answerable"
    )
    return faults


def main(names: list[str]) -> int:
    folders = [HERE / name for name in names] or sorted(
        path.parent for path in HERE.glob("*/questions.jsonl")
    )
    seen: set[str] = set()
    faults = [fault for folder in folders for fault in check_domain(folder, seen)]
    print("\n".join(faults) or f"{len(seen)} questions in {len(folders)} domains: no fault")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
