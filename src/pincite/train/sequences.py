"""What a generator learns to write, read from JSON lines.

    {"source": "Le train part.", "target": "The train leaves."}
    {"question": "How far is it?", "answers": ["12 km"], "positives": ["It is 12 km away."],
     "labels": {"sentiment": "neutral"}}

Contexts of a question are its `contexts`, what a search found, or else its `positives`; each is
a text or, over a knowledge base, the id of a segment. `labels` are for heads (`[task] heads`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pincite.errors import UsageError
from pincite.train.data import QuestionRow, check_keys, identity, read_lines, shown, with_texts

_KEYS = ("id", "source", "target", "question", "answers", "answer")
_MORE = ("contexts", "positives", "negatives", "labels")


@dataclass(frozen=True, slots=True)
class SequenceRow:
    """One thing to read and what is to be written.

    Attributes:
        id: Its own, or the line it stands in.
        source: What is read, a question or any text.
        targets: Texts any of which is right; the first is what is learned.
        contexts: Read with it, best first; may be empty.
        labels: Name of the class by task; may be empty.
        where: File and line, for messages.
    """

    id: str
    source: str
    targets: tuple[str, ...]
    contexts: tuple[str, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    where: str = ""


def read_sequences(
    path: Path, segments: Mapping[str, str] | None = None
) -> tuple[SequenceRow, ...]:
    """Return the rows of a file.

    Args:
        path: A file of JSON lines; empty lines are skipped.
        segments: Text by segment id, of the knowledge base; None if there is none.

    Raises:
        NotFound: There is no such file, or a segment is not in the knowledge base.
        UsageError: A line is not what is expected; the message names file, line and remedy.
    """
    rows = [_row(where, content) for where, content in read_lines(path)]
    asked = [
        QuestionRow(row.id, row.source, row.targets, row.contexts, where=row.where) for row in rows
    ]
    return tuple(
        replace(row, contexts=question.positives)
        for row, question in zip(rows, with_texts(asked, segments), strict=True)
    )


def _row(where: str, content: Mapping[str, Any]) -> SequenceRow:
    check_keys(where, content, (*_KEYS, *_MORE))
    if ("source" in content) == ("question" in content):
        raise UsageError(
            f'{where}: expected "source" with "target", or "question" with "answers"; give one '
            "of the two"
        )
    read, written = ("source", "target") if "source" in content else ("question", "answers")
    source = content[read]
    if not isinstance(source, str) or not source.strip():
        raise UsageError(f'{where}: expected "{read}", a text, found {shown(source)}')
    told = content.get(written, content.get("answer") if written == "answers" else None)
    targets = _texts(where, written, [told] if isinstance(told, str) else told)
    if not targets:
        raise UsageError(f'{where}: expected "{written}", what is to be written, found nothing')
    contexts = content.get("contexts", content.get("positives", []))
    labels = content.get("labels", {})
    if not isinstance(labels, dict) or not all(isinstance(v, str) for v in labels.values()):
        raise UsageError(
            f'{where}: expected "labels", such as {{"sentiment": "positive"}}, '
            f"found {shown(labels)}"
        )
    own = identity(where, content)
    return SequenceRow(own, source, targets, _texts(where, "contexts", contexts), labels, where)


def _texts(where: str, key: str, values: Any) -> tuple[str, ...]:
    texts = [] if values is None else values
    if not isinstance(texts, Sequence) or isinstance(texts, str):
        raise UsageError(f'{where}: expected "{key}", a list of texts, found {shown(values)}')
    for text in texts:
        if not isinstance(text, str) or not text.strip():
            raise UsageError(f'{where}: expected texts in "{key}", found {shown(text)}')
    return tuple(dict.fromkeys(texts))
