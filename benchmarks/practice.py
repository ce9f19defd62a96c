"""Practice folders of many domains: fits the answer weights, each domain judged by the others.

    python -m benchmarks.practice [--encoder none|auto] [--fit] [--verbose DOMAIN]

Without `--fit`: how often the shipped weights answer right, cite the right line and refuse.
With it: the same with weights fitted on the other domains, then the weights fitted on all.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rapidfuzz import fuzz

from benchmarks.fieldbook import answer_is_right, normal
from pincite.config import load_config
from pincite.generate.terms import tokens
from pincite.pipeline import KnowledgeBase
from pincite.types import Answer, Evidence

SETS = Path(__file__).parent / "answer_sets"


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """One question with what retrieval brought up.

    Attributes:
        domain: The folder it belongs to.
        gold: The line of `questions.jsonl`.
        evidence: What the generator is given.
    """

    domain: str
    gold: dict[str, Any]
    evidence: tuple[Evidence, ...]


def domains() -> list[str]:
    return sorted(path.parent.name for path in SETS.glob("*/questions.jsonl"))


def load_cases(
    encoder: str, names: Sequence[str], keep: str = ""
) -> tuple[list[Case], KnowledgeBase]:
    """Read the folders, ask every question; return cases and the last knowledge base.

    Args:
        encoder: "none" or "auto".
        names: The folders.
        keep: Directory for the knowledge bases, so that another run need not read the files.
    """
    cases = []
    for name in names:
        with tempfile.TemporaryDirectory() as scratch:
            config = load_config({"encoder": encoder})
            place = Path(keep, encoder, name) if keep else Path(scratch)
            place.mkdir(parents=True, exist_ok=True)
            base = KnowledgeBase.open(place, config=config)
            base.sync(SETS / name / "files")
            for line in (SETS / name / "questions.jsonl").read_text("utf-8").splitlines():
                gold = json.loads(line)
                found = base.search(gold["question"], k=10)
                cases.append(Case(name, gold, found.evidence))
    return cases, base


def holds_quote(case: Case, evidence: Evidence, start: int, end: int) -> bool:
    """True when characters `start:end` of a segment overlap a gold quote of its file."""
    places = [case.gold, *case.gold.get("also", ())] if case.gold["answerable"] else []
    for place in places:
        if (SETS / case.domain / place["asset"]).resolve() != Path(evidence.asset.uri):
            continue
        at = find_quote(evidence.segment.text, place["quote"])
        if at is not None and at[0] < end and start < at[1]:
            return True
    return False


def find_quote(text: str, quote: str) -> tuple[int, int] | None:
    """Return where a quote lies in a text; the cells of a table row, with bars, on one line."""
    cells = [_letters(cell) for cell in quote.split(" | ") if _letters(cell)]
    if " | " in quote and len(cells) > 1:
        position = 0
        for line in text.split("\n"):
            held = _letters(line)
            if sum(cell in held for cell in cells) >= 0.8 * len(cells):
                return position, position + len(line)
            position += len(line) + 1
    return flat_find(text, quote)


def _letters(text: str) -> str:
    return "".join(c.lower()[:1] for c in text if c.isalnum())


MISREAD = 75
"""Likeness (0..100) from which a stretch of recognised words is taken to be the quote."""


def flat_find(text: str, quote: str) -> tuple[int, int] | None:
    """Return where a quote lies in a text, white space and table marks aside.

    Words read from a picture or heard in a recording are seldom right to the letter: where the
    quote does not stand as it is, the stretch most like it is taken, numbers in digits.
    """
    kept = [(i, i + 1, c.lower()[:1]) for i, c in enumerate(text) if c.isalnum()]
    found = _stretch(kept, _letters(quote), 100)
    if found is None and len(_letters(quote)) >= 5:
        kept = [(t.start, t.end, c) for t in tokens(text) for c in t.term]
        found = _stretch(kept, "".join(t.term for t in tokens(quote)), MISREAD)
    return found


def _stretch(
    kept: Sequence[tuple[int, int, str]], wanted: str, least: int
) -> tuple[int, int] | None:
    flat = "".join(c for *_, c in kept)
    at, length = flat.find(wanted), len(wanted)
    if not wanted or not flat or (at < 0 and least == 100):
        return None
    if at < 0:
        like = fuzz.partial_ratio_alignment(wanted, flat, score_cutoff=least)
        if like is None or len(flat) < 0.6 * len(wanted):
            return None
        at, length = like.dest_start, like.dest_end - like.dest_start
    return kept[at][0], kept[at + length - 1][1]


def says(text: str, forms: Sequence[str]) -> bool:
    """True when a text holds one of the accepted forms, numbers in words or digits alike."""
    flat = f" {normal(text)} "
    terms = f" {' '.join(t.term for t in tokens(text))} "
    for form in forms:
        wanted = " ".join(t.term for t in tokens(form))
        bare = normal(form)
        if bare and (bare in flat if not bare.isascii() else f" {bare} " in flat):
            return True
        if wanted and f" {wanted} " in terms:
            return True
    return False


def cited_right(case: Case, answer: Answer) -> bool:
    by_id = {item.segment.id: item for item in case.evidence}
    for citation in answer.citations:
        start, end = map(int, citation.id.split(".")[1].split("-"))
        if holds_quote(case, by_id[citation.segment_id], start, end):
            return True
    return False


def verdict(case: Case, answer: Answer) -> tuple[bool, bool]:
    """Return whether the answer is right and whether its citation is."""
    if answer.text is None:
        return False, False
    return answer_is_right(answer, case.gold), cited_right(case, answer)
