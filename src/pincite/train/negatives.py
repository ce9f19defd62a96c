"""Hard negatives: passages that look like an answer to a question and are none.

They are searched for (Karpukhin et al. 2020, section 3.2: the best passages of a search that do
not hold the answer), at first in the knowledge base, later by the model in training itself
(Xiong et al. 2021, ANCE).
"""

from __future__ import annotations

import hashlib
import json
import tempfile
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pincite.errors import UsageError
from pincite.ingest.searchable import embed_text
from pincite.pipeline import KnowledgeBase
from pincite.store.tables import Store
from pincite.train.data import QuestionRow

DEPTH = 100
"""How many results of a search are looked through for negatives."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage that a search brought up.

    Attributes:
        passage: Its text as an encoder reads it.
        words: What it says itself, in which an answer is looked for.
    """

    passage: str
    words: str


Search = Callable[[str, int], Sequence[Candidate]]
"""A question and how many, to the passages that fit best, best first."""


def hard_negatives(
    rows: Sequence[QuestionRow], search: Search, count: int, *, depth: int = DEPTH
) -> tuple[tuple[str, ...], ...]:
    """Return for each question the best `count` passages that do not answer it, best first.

    Dropped are its positives, whatever says the same words as one of them, and whatever holds
    one of its answers; so a question may get fewer, or none.

    Args:
        rows: Questions, their passages as texts (`pincite.train.data.with_texts`).
        search: Where to look.
        count: How many each question gets.
        depth: Results that are looked through.
    """
    if count < 0 or depth < 1:
        raise UsageError(f"expected count >= 0 and depth >= 1, got {count} and {depth}")
    return tuple(
        tuple(_wrong(row, search(row.question, depth))[:count]) if count else () for row in rows
    )


def _wrong(row: QuestionRow, found: Sequence[Candidate]) -> list[str]:
    right = {normalised(passage) for passage in row.positives}
    kept = [
        candidate.passage
        for candidate in found
        if not {normalised(candidate.passage), normalised(candidate.words)} & right
        and not holds_answer(candidate.words, row.answers)
        and not holds_answer(candidate.passage, row.answers)
    ]
    return list(dict.fromkeys(kept))


def normalised(text: str) -> str:
    """Return the words of a text, folded and without punctuation, one space between them.

    Example:
        >>> normalised("The  Pump: runs!"), normalised("水泵。")
        ('the pump runs', '水 泵')
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    kept = [c if unicodedata.category(c)[0] in "LNM" else " " for c in folded]
    spaced = "".join(f" {c} " if _is_ideograph(c) else c for c in kept)
    return " ".join(spaced.split())


def _is_ideograph(character: str) -> bool:
    """Whether a character is a word by itself, in a script that sets no spaces."""
    return "\u2e80" <= character <= "\u9fff" or "\uf900" <= character <= "\ufaff"


def holds_answer(text: str, answers: Sequence[str]) -> bool:
    """Return whether a text holds one of the answers as whole words.

    Example:
        >>> holds_answer("Built in 1995.", ["5"]), holds_answer("It is 5 km!", ["5 KM"])
        (False, True)
    """
    words = f" {normalised(text)} "
    return any(f" {normalised(a)} " in words for a in answers if normalised(a))


def kb_search(kb: KnowledgeBase) -> Search:
    """Return the search of a knowledge base, by words and, if it has vectors, by meaning."""

    def search(question: str, count: int) -> Sequence[Candidate]:
        segments = [evidence.segment for evidence in kb.search(question, k=count).evidence]
        return [Candidate(embed_text(s), s.text) for s in segments if embed_text(s).strip()]

    return search


def kb_passages(kb: KnowledgeBase) -> dict[str, str]:
    """Return what an encoder reads of every segment that has words, by segment id."""
    store = Store.open(kb.uri, read_only=True)
    segments = store.lacking("", list(store.ledger()))  # none has a vector of the space ""
    return {s.id: text for s in segments if (text := embed_text(s)).strip()}


def mined(
    kb: KnowledgeBase, rows: Sequence[QuestionRow], count: int, cache: Path, *, depth: int = DEPTH
) -> tuple[tuple[str, ...], ...]:
    """Return `hard_negatives` from a knowledge base, kept on disk for the next run.

    They are searched for again when the knowledge base, its encoder, a question with its
    answers and positives, or what is asked for has changed.

    Args:
        kb: Where to look.
        rows: Questions, their passages as texts.
        count: How many each question gets.
        cache: Directory of the kept ones.
        depth: Results that are looked through.
    """
    file = cache / f"negatives-{_digest(kb, rows, count, depth)}.json"
    try:
        kept = json.loads(file.read_text("utf-8"))
        return tuple(tuple(row) for row in kept)
    except (FileNotFoundError, json.JSONDecodeError):
        found = hard_negatives(rows, kb_search(kb), count, depth=depth)
        _write(file, json.dumps(found, ensure_ascii=False))
        return found


def _digest(kb: KnowledgeBase, rows: Sequence[QuestionRow], count: int, depth: int) -> str:
    version = Store.open(kb.uri, read_only=True).version
    space = kb.encoder.space if kb.encoder else ""
    asked = [[row.question, row.answers, row.positives] for row in rows]
    content = json.dumps([1, kb.uri, version, space, count, depth, asked])
    return hashlib.sha256(content.encode()).hexdigest()[:32]


def _write(file: Path, text: str) -> None:
    """Write a file whole or not at all."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(
        "w", encoding="utf-8", dir=file.parent, suffix=".part", delete=False
    ) as part:
        part.write(text)
    Path(part.name).replace(file)
