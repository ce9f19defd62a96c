"""Candidates scored under every document, each common beginning only once.

The candidates of a question, written as a tree of prefixes, are walked level by level: at level t
the decoder sees each distinct prefix of t tokens once, over every document.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch

from pincite.models.rag.memory import Memory
from pincite.models.rag.steps import Steps

Tensor = Any
Candidate = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Level:
    """The distinct prefixes of one length, of one question.

    Attributes:
        tokens: The last token of each prefix.
        parents: Place of its beginning in the level before.
        places: For each candidate the place of its prefix, or None when it has ended.
    """

    tokens: tuple[int, ...]
    parents: tuple[int, ...]
    places: tuple[int | None, ...]


def levels(candidates: Sequence[Candidate], start: int) -> list[Level]:
    """Return the prefix tree of some candidates, level by level, from the start token down.

    Example:
        >>> [level.tokens for level in levels([(5, 6), (5, 7), (8,)], start=2)]
        [(2,), (5,)]
        >>> [level.places for level in levels([(5, 6), (5, 7), (8,)], start=2)]
        [(0, 0, 0), (0, 0, None)]
    """
    found = [Level((start,), (0,), tuple(0 if c else None for c in candidates))]
    for length in range(1, max(map(len, candidates), default=0)):
        before = found[-1].places
        nodes: dict[Candidate, int] = {}
        tokens, parents = [], []
        places: list[int | None] = []
        for candidate, parent in zip(candidates, before, strict=True):
            if parent is None or len(candidate) <= length:
                places.append(None)
                continue
            prefix = candidate[:length]
            if prefix not in nodes:
                nodes[prefix] = len(nodes)
                tokens.append(prefix[-1])
                parents.append(parent)
            places.append(nodes[prefix])
        found.append(Level(tuple(tokens), tuple(parents), tuple(places)))
    return found


def score_candidates(
    steps: Steps, memory: Memory, candidates: Sequence[Sequence[Candidate]], start: int
) -> Tensor:
    """Return log P(y_t|x, d, y_<t) of every candidate under every document, (q, n, j, t).

    Args:
        steps: A decoder over `memory` that has taken no step yet.
        memory: q questions, n documents.
        candidates: For each question its candidates, without the start token; 0 fills the room
            of shorter ones and of questions with fewer.
        start: The start token.
    """
    trees = [levels(each, start) for each in candidates]
    device = memory.states.device
    most = max(len(each) for each in candidates)
    depth = max(len(tree) for tree in trees)
    nobody = Level((start,), (0,), ())
    columns = []
    for t in range(depth):
        row = [tree[t] if t < len(tree) and tree[t].tokens else nobody for tree in trees]
        width = max(len(level.tokens) for level in row)
        tokens = _filled([level.tokens for level in row], width, device)
        parents = None if t == 0 else _filled([level.parents for level in row], width, device)
        logits = steps.advance(tokens, parents)
        logits = logits if logits.dtype == torch.float64 else logits.float()
        next_ = [[c[t] if t < len(c) else 0 for c in each] for each in candidates]
        where = [[place or 0 for place in level.places] for level in row]
        live = [[place is not None for place in level.places] for level in row]
        column = _gathered(logits, _filled(next_, most, device), _filled(where, most, device))
        column = memory.document_log_probs(column)
        columns.append(column.masked_fill(~_filled(live, most, device).bool().unsqueeze(1), 0.0))
    return torch.stack(columns, dim=-1)


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
