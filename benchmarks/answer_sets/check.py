"""Check the practice questions: every quote stands in its file and holds its answer.

    python benchmarks/answer_sets/check.py [FOLDER]

Prints one line a domain (files, questions, questions without an answer) and one line a fault;
ends with status 1 if there is any fault.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from pincite.language import fold

KEYS = {
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
TEXTS = {".txt", ".md"}
"""Files whose characters are compared; tables and mails quote their cells joined by bars."""


def faults_of_quote(domain: Path, asset: str, quote: str, answers: list[str]) -> list[str]:
    """Return what is wrong with one quoted place; `answers` empty: any words will do."""
    path = domain / asset
    if not path.is_file():
        return [f"no such file: {asset}"]
    if path.suffix not in TEXTS:
        return []  # what is drawn or spoken stands in `make.py` of the domain
    count = path.read_bytes().decode("utf-8").count(quote)
    faults = [] if count == 1 else [f"quote occurs {count} times in {asset}: {quote!r}"]
    folded = fold(quote)
    if answers and not any(fold(answer) in folded for answer in answers):
        faults.append(f"none of {answers} in the quote {quote!r}")
    return faults


def faults_of_question(domain: Path, row: dict[str, Any]) -> list[str]:
    """Return what is wrong with one question."""
    if set(row) - {"modality"} != KEYS:
        return [f"keys differ: {sorted(set(row) ^ KEYS)}"]
    if not row["answerable"]:
        named = [key for key in ("answer", "asset", "quote") if row[key] is not None]
        return [f"not answerable, yet has {named}"] if named or row["also"] else []
    if not all(row[key] for key in ("answer", "asset", "quote")):
        return ["answerable, yet without answer, asset or quote"]
    answers = [row["answer"], *row["aliases"]]
    faults = faults_of_quote(domain, row["asset"], row["quote"], answers)
    for place in row["also"]:
        faults += faults_of_quote(domain, place["asset"], place["quote"], [])
    return faults


def check(domain: Path) -> tuple[str, list[str]]:
    """Return a line of counts and the faults of one domain."""
    lines = (domain / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    faults: list[str] = []
    seen: set[str] = set()
    for row in rows:
        name = row.get("id", "(no id)")
        if name in seen:
            faults.append(f"{name}: id used twice")
        seen.add(name)
        faults += [f"{name}: {fault}" for fault in faults_of_question(domain, row)]
    files = sum(path.is_file() for path in (domain / "files").rglob("*"))
    unanswerable = sum(not row["answerable"] for row in rows)
    counts = f"{domain.name}: {files} files, {len(rows)} questions, {unanswerable} unanswerable"
    return counts, faults


def main(arguments: list[str]) -> int:
    """Check every domain under the folder; return the exit status."""
    root = Path(arguments[0]) if arguments else Path(__file__).parent
    broken = False
    for questions in sorted(root.glob("*/questions.jsonl")):
        counts, faults = check(questions.parent)
        print(counts)
        for fault in faults:
            print(f"  {fault}")
        broken = broken or bool(faults)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
