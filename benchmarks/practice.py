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

from benchmarks.fieldbook import answer_is_right
from pincite.config import load_config
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


def load_cases(encoder: str, names: Sequence[str]) -> tuple[list[Case], KnowledgeBase]:
    """Read the folders, ask every question; return cases and the last knowledge base."""
    cases = []
    for name in names:
        with tempfile.TemporaryDirectory() as scratch:
            config = load_config({"encoder": encoder})
            base = KnowledgeBase.open(scratch, config=config)
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
        at = flat_find(evidence.segment.text, place["quote"])
        if at is not None and at[0] < end and start < at[1]:
            return True
    return False


MISREAD = 75
"""Likeness (0..100) from which a stretch of recognised words is taken to be the quote."""


def flat_find(text: str, quote: str) -> tuple[int, int] | None:
    """Return where a quote lies in a text, white space and table marks aside.

    Words read from a picture or heard in a recording are seldom right to the letter: where the
    quote does not stand as it is, the stretch most like it is taken.
    """
    kept = [(i, c.lower()[:1]) for i, c in enumerate(text) if c.isalnum()]
    wanted = "".join(c.lower()[:1] for c in quote if c.isalnum())
    flat = "".join(c for _, c in kept)
    at, length = flat.find(wanted), len(wanted)
    if not wanted or not flat:
        return None
    if at < 0:
        like = fuzz.partial_ratio_alignment(wanted, flat, score_cutoff=MISREAD)
        if like is None or len(flat) < 0.6 * len(wanted) or len(wanted) < 5:
            return None
        at, length = like.dest_start, like.dest_end - like.dest_start
    return kept[at][0], kept[at + length - 1][0] + 1


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
