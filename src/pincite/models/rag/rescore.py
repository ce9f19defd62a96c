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
MOST_AT_ONCE = 512
"""Rows and tokens the decoder takes at once: its logits are as many times the vocabulary."""
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


@dataclass(frozen=True, slots=True)
class Stretch:
    """Levels of one question in which no prefix branches: each is its one beginning gone on.

    Attributes:
        levels: From the first on.
        roots: For each level, for each of its places, which place of the first it goes back to.
    """

    levels: tuple[Level, ...]
    roots: tuple[tuple[int, ...], ...]

    @staticmethod
    def of(level: Level) -> Stretch:
        """Return the stretch of one level."""
        return Stretch((level,), (tuple(range(len(level.tokens))),))

    def longer(self, level: Level) -> Stretch | None:
        """Return the stretch with the next level, or None: it branches there."""
        if len(set(level.parents)) < len(level.parents):
            return None
        roots = tuple(self.roots[-1][parent] for parent in level.parents)
        return Stretch((*self.levels, level), (*self.roots, roots))

    def tokens(self, width: int, fill: int) -> list[list[int]]:
        """Return the tokens from each place of the first level on, `width` rows, filled up."""
        rows = [[fill] * len(self.levels) for _ in range(width)]
        for t, (level, roots) in enumerate(zip(self.levels, self.roots, strict=True)):
            for token, root in zip(level.tokens, roots, strict=True):
                rows[root][t] = token
        return rows

    def parents(self, level: Level) -> Level:
        """Return the level after this stretch with parents that are places of its first level."""
        back = tuple(self.roots[-1][parent] for parent in level.parents)
        return Level(level.tokens, back, level.places)

    def places(self, t: int) -> list[int | None]:
        """Return for each candidate its place in the first level, or None: it is not at level t."""
        return [None if p is None else self.roots[t][p] for p in self.levels[t].places]


def score_candidates(
    steps: Steps,
    memory: Memory,
    candidates: Sequence[Sequence[Candidate]],
    start: int,
    goes_on: GoesOn | None = None,
) -> Tensor:
    """Return log P(y_t|x, d, y_<t) of every candidate under every document, (q, n, j, t).

    As long as no prefix branches the decoder takes several levels at once.

    Args:
        steps: A decoder over `memory` that has taken no step yet.
        memory: q questions, n documents.
        candidates: For each question its candidates, without the start token; 0 fills the room
            of shorter ones and of questions with fewer.
        start: The start token.
        goes_on: Says before each stretch of levels which candidates are still walked; of the
            others the tokens from there on are 0. Default: all.
    """
    most = max(1, *map(len, candidates))
    row = [first_level(each, start) for each in candidates]
    columns: list[Tensor] = []
    while any(level.tokens and any(p is not None for p in level.places) for level in row):
        stretches = _stretches(candidates, row, len(columns), memory)
        columns += _scored(steps, memory, candidates, stretches, most, start, len(columns))
        total = torch.stack(columns).sum(dim=0)
        everything = [[True] * len(each) for each in candidates]
        walked = everything if goes_on is None else goes_on(total)
        row = [
            stretch.parents(next_level(each, stretch.levels[-1], len(columns), goes))
            for each, stretch, goes in zip(candidates, stretches, walked, strict=True)
        ]
    if not columns:
        return memory.states.new_zeros(memory.questions, memory.documents, most, 1)
    return torch.stack(columns, dim=-1)


def _stretches(
    candidates: Sequence[Sequence[Candidate]], row: Sequence[Level], done: int, memory: Memory
) -> list[Stretch]:
    """Return as many levels as can be taken at once, the same number for all questions."""
    found = [Stretch.of(level) for level in row]
    rows = memory.states.shape[0] * max(1, *(len(level.tokens) for level in row))
    while rows * (len(found[0].levels) + 1) <= MOST_AT_ONCE:
        length = done + len(found[0].levels)
        after = [
            next_level(each, stretch.levels[-1], length, [True] * len(each))
            for each, stretch in zip(candidates, found, strict=True)
        ]
        longer = [stretch.longer(level) for stretch, level in zip(found, after, strict=True)]
        if not any(level.tokens for level in after) or any(each is None for each in longer):
            break
        found = [each for each in longer if each is not None]
    return found


def _scored(
    steps: Steps,
    memory: Memory,
    candidates: Sequence[Sequence[Candidate]],
    stretches: Sequence[Stretch],
    most: int,
    start: int,
    done: int,
) -> list[Tensor]:
    """Return log P of the next token of each candidate at each level of a stretch, (q, n, j)."""
    device = memory.states.device
    first = [stretch.levels[0] for stretch in stretches]
    width = max(1, *(len(level.tokens) for level in first))
    tokens = torch.tensor([s.tokens(width, start) for s in stretches], device=device)
    parents = None
    if done:
        parents = _filled([level.parents for level in first], width, device)
    logits = steps.run(tokens, parents)
    logits = logits if logits.dtype == torch.float64 else logits.float()
    columns = []
    for i in range(tokens.shape[-1]):
        t = done + i
        words = [[c[t] if t < len(c) else 0 for c in each] for each in candidates]
        where = [stretch.places(i) for stretch in stretches]
        live = _filled([[p is not None for p in each] for each in where], most, device).bool()
        places = _filled([[p or 0 for p in each] for each in where], most, device)
        column = _gathered(logits[:, :, :, i], _filled(words, most, device), places)
        column = memory.document_log_probs(column)
        columns.append(column.masked_fill(~live.unsqueeze(1), 0.0))
    return columns


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
