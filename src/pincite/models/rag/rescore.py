"""Candidates scored under every document, each common beginning only once.

The candidates of a question, written as a tree of prefixes, are walked level by level: at level t
the decoder sees each distinct prefix of t tokens once, over every document. A candidate that can no
longer matter may be left on the way (`bound.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import torch

from pincite.models.rag.memory import Memory
from pincite.models.rag.steps import Steps

Tensor = Any
Candidate = tuple[int, ...]
GoesOn: TypeAlias = Callable[[Tensor], Sequence[Sequence[bool]]]
"""From log P(y_<t|x, d) of every candidate, (q, n, j), to which of each question are walked on."""


@dataclass(frozen=True, slots=True)
class Level:
    """The distinct prefixes of one length, of one question.

    Attributes:
        tokens: The last token of each prefix.
        parents: Place of its beginning in the level before.
        places: For each candidate the place of its prefix, or None when it is not walked on.
    """

    tokens: tuple[int, ...]
    parents: tuple[int, ...]
    places: tuple[int | None, ...]


def first_level(candidates: Sequence[Candidate], start: int) -> Level:
    """Return the root of the prefix tree: the start token.

    Example:
        >>> first_level([(5, 6), ()], start=2)
        Level(tokens=(2,), parents=(0,), places=(0, None))
    """
    return Level((start,), (0,), tuple(0 if candidate else None for candidate in candidates))


def next_level(
    candidates: Sequence[Candidate], before: Level, length: int, goes_on: Sequence[bool]
) -> Level:
    """Return the prefixes of `length` tokens of candidates that are longer and still walked.

    Example:
        >>> answers = [(5, 6), (5, 7), (8,)]
        >>> next_level(answers, first_level(answers, start=2), 1, [True] * 3)
        Level(tokens=(5,), parents=(0,), places=(0, 0, None))
    """
    nodes: dict[tuple[int, int], int] = {}
    places: list[int | None] = []
    for candidate, parent, walked in zip(candidates, before.places, goes_on, strict=True):
        if parent is None or not walked or len(candidate) <= length:
            places.append(None)
        else:
            places.append(nodes.setdefault((parent, candidate[length - 1]), len(nodes)))
    return Level(tuple(t for _, t in nodes), tuple(p for p, _ in nodes), tuple(places))


def score_candidates(
    steps: Steps,
    memory: Memory,
    candidates: Sequence[Sequence[Candidate]],
    start: int,
    goes_on: GoesOn | None = None,
) -> Tensor:
    """Return log P(y_t|x, d, y_<t) of every candidate under every document, (q, n, j, t).

    Args:
        steps: A decoder over `memory` that has taken no step yet.
        memory: q questions, n documents.
        candidates: For each question its candidates, without the start token; 0 fills the room
            of shorter ones and of questions with fewer.
        start: The start token.
        goes_on: Says before each level which candidates are still walked; of the others the
            tokens from there on are 0. Default: all.
    """
    device = memory.states.device
    most, longest = (max(1, *map(size, candidates)) for size in (len, _longest))
    row = [first_level(each, start) for each in candidates]
    columns: list[Tensor] = []
    total: Tensor = 0.0
    for t in range(longest):
        if t:
            walked = [[True] * len(each) for each in candidates]
            walked = walked if goes_on is None else [list(each) for each in goes_on(total)]
            row = [
                next_level(each, before, t, goes)
                for each, before, goes in zip(candidates, row, walked, strict=True)
            ]
        if not any(level.tokens for level in row):
            break
        width = max(len(level.tokens) for level in row)
        tokens = _filled([level.tokens or (start,) for level in row], width, device)
        parents = None if t == 0 else _filled([level.parents for level in row], width, device)
        logits = steps.advance(tokens, parents)
        logits = logits if logits.dtype == torch.float64 else logits.float()
        words = [[c[t] if t < len(c) else 0 for c in each] for each in candidates]
        where = [[place or 0 for place in level.places] for level in row]
        live = [[place is not None for place in level.places] for level in row]
        column = _gathered(logits, _filled(words, most, device), _filled(where, most, device))
        column = memory.document_log_probs(column)
        column = column.masked_fill(~_filled(live, most, device).bool().unsqueeze(1), 0.0)
        columns.append(column)
        total = total + column
    return torch.stack(columns, dim=-1)


def _longest(candidates: Sequence[Candidate]) -> int:
    return max(map(len, candidates), default=0)


def _gathered(logits: Tensor, words: Tensor, places: Tensor) -> Tensor:
    """Return log softmax(logits) of words (q, j) at places (q, j): (q, c, j) of (q, c, k, v)."""
    contexts = logits.shape[1]
    index = (places * logits.shape[-1] + words).unsqueeze(1).expand(-1, contexts, -1)
    total = logits.logsumexp(dim=-1)
    normaliser = total.gather(2, places.unsqueeze(1).expand(-1, contexts, -1))
    return logits.flatten(2).gather(2, index) - normaliser


def _filled(rows: Sequence[Sequence[Any]], width: int, device: Any) -> Tensor:
    """Return ragged rows as one tensor (q, width), 0 in the room that is left."""
    filled = [[int(x) for x in row] + [0] * (width - len(row)) for row in rows]
    return torch.tensor(filled, dtype=torch.long, device=device)
