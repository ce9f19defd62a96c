"""Questions with their passages, read from JSON lines.

    {"question": "How far is the station?", "answers": ["12 km"],
     "positives": ["The station is 12 km from here."], "negatives": ["The pump runs at 3 bar."]}

`id` is optional and `"answer": "12 km"` stands for one answer. A passage is given by its text or,
over a knowledge base, by the id of a segment (32 hex digits).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pincite.errors import NotFound, UsageError, did_you_mean

_SEGMENT_ID = re.compile(r"[0-9a-f]{32}")
_KEYS = ("id", "question", "answers", "answer", "positives", "negatives")


@dataclass(frozen=True, slots=True)
class QuestionRow:
    """A question, what answers it, and what does not.

    Attributes:
        id: Its own, or the line it stands in.
        question: What is asked.
        answers: Texts any of which is right; may be empty.
        positives: Passages that answer it, by text or segment id; may be empty.
        negatives: Passages that do not, likewise.
        where: File and line, for messages.
    """

    id: str
    question: str
    answers: tuple[str, ...] = ()
    positives: tuple[str, ...] = ()
    negatives: tuple[str, ...] = ()
    where: str = ""


def read_questions(path: Path, *, need_positives: bool = True) -> tuple[QuestionRow, ...]:
    """Return the rows of a file of questions.

    Args:
        path: A file of JSON lines; empty lines are skipped.
        need_positives: Refuse a row that names no passage that answers it.

    Raises:
        NotFound: There is no such file.
        UsageError: A line is not what is expected; the message names file, line and remedy.
    """
    rows = []
    seen: dict[str, str] = {}
    for where, content in read_lines(path):
        row = _question(where, content)
        if need_positives and not row.positives:
            raise UsageError(
                f'{where}: expected "positives", a list of at least one passage (its text or '
                "the id of a segment) that answers the question, found none; add it"
            )
        if row.id in seen:
            raise UsageError(f"{where}: id {row.id!r} was given at {seen[row.id]}; change one")
        seen[row.id] = where
        rows.append(row)
    return tuple(rows)


def read_lines(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the objects of a file of JSON lines, each with "file:line" for messages.

    Raises:
        NotFound: There is no such file.
        UsageError: It is no UTF-8, a line is no JSON object, or there is no line at all.
    """
    try:
        lines = path.read_text("utf-8").split("\n")
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        raise NotFound(f"there is no training file {str(path)!r}; check the path") from None
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is not UTF-8 ({error}); convert it") from error
    found = False
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        found, where = True, f"{path}:{number}"
        try:
            content = json.loads(line)
        except json.JSONDecodeError as error:
            raise UsageError(f"{where}: expected a JSON object, found no JSON: {error}") from error
        if not isinstance(content, dict):
            raise UsageError(f"{where}: expected a JSON object, found {shown(content)}")
        yield where, content
    if not found:
        raise UsageError(f"{path} holds no line; expected one JSON object a line")


def _question(where: str, content: Mapping[str, Any]) -> QuestionRow:
    check_keys(where, content, _KEYS)
    if "answers" in content and "answer" in content:
        raise UsageError(f'{where}: "answers" and "answer" are both given; keep one')
    answers = content.get("answers", [content["answer"]] if "answer" in content else [])
    question = content.get("question")
    if not isinstance(question, str) or not question.strip():
        raise UsageError(f'{where}: expected "question", a text, found {shown(question)}')
    row = QuestionRow(
        id=identity(where, content),
        question=question,
        answers=_texts(where, "answers", answers),
        positives=_texts(where, "positives", content.get("positives", [])),
        negatives=_texts(where, "negatives", content.get("negatives", [])),
        where=where,
    )
    if both := set(row.positives) & set(row.negatives):
        raise UsageError(
            f"{where}: {shown(min(both))} is among the positives and the negatives; it is one of "
            "the two"
        )
    return row


def identity(where: str, content: Mapping[str, Any]) -> str:
    """Return the id of a row: its own, or the number of its line."""
    own = content.get("id", where.rpartition(":")[2])
    if not isinstance(own, str | int) or isinstance(own, bool):
        raise UsageError(f'{where}: expected "id", a text or a number, found {shown(own)}')
    return str(own)


def check_keys(where: str, content: Mapping[str, Any], known: Sequence[str]) -> None:
    """Refuse a row with a key that is none of `known`."""
    for key in content:
        if key not in known:
            raise UsageError(
                f"{where}: unknown key {key!r}; expected {', '.join(known)}."
                f"{did_you_mean(key, known)}"
            )


def _texts(where: str, key: str, values: Any) -> tuple[str, ...]:
    if not isinstance(values, list):
        raise UsageError(f'{where}: expected "{key}", a list of texts, found {shown(values)}')
    for value in values:
        if not isinstance(value, str) or not value.strip():
            raise UsageError(f'{where}: expected texts in "{key}", found {shown(value)}')
    return tuple(dict.fromkeys(values))


def shown(value: Any) -> str:
    """Return a value as a message shows it: its JSON, cut short."""
    text = "nothing" if value is None else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else text[:57] + "..."


def is_segment_id(passage: str) -> bool:
    """Return whether a passage is given by the id of a segment.

    Example:
        >>> is_segment_id("0123456789abcdef0123456789abcdef"), is_segment_id("A text.")
        (True, False)
    """
    return bool(_SEGMENT_ID.fullmatch(passage))


def with_texts(
    rows: Sequence[QuestionRow], segments: Mapping[str, str] | None
) -> tuple[QuestionRow, ...]:
    """Return the rows with every passage as its text.

    Args:
        rows: Questions.
        segments: Text by segment id, of the knowledge base; None if there is none.

    Raises:
        UsageError: A row names a segment, and there is no knowledge base.
        NotFound: A segment is not in the knowledge base.
    """

    def text(row: QuestionRow, passage: str) -> str:
        if not is_segment_id(passage):
            return passage
        if segments is None:
            raise UsageError(
                f"{row.where}: {passage} is the id of a segment, but no knowledge base is named; "
                'set kb = "…" in [data]'
            )
        if passage not in segments:
            raise NotFound(
                f"{row.where}: the knowledge base holds no segment {passage}; its source was "
                "changed or removed since: look it up again with pincite search"
            )
        return segments[passage]

    return tuple(
        replace(
            row,
            positives=tuple(dict.fromkeys(text(row, p) for p in row.positives)),
            negatives=tuple(dict.fromkeys(text(row, p) for p in row.negatives)),
        )
        for row in rows
    )
