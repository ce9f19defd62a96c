"""Greedy search, sampling and beam search over any distribution of the next token.

Beam search follows Transformers step by step (same candidates, same length penalty, same stopping
rule), so that equal distributions give equal sequences. What is searched is a `Predict`: the
marginal of RAG-Token, one document of RAG-Sequence, or the joint reading of Fusion-in-Decoder.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import torch

from pincite.errors import UsageError

Tensor = Any
Processors: TypeAlias = Callable[[Tensor, Tensor], Tensor]
"""From ids (rows, t) and log probabilities (rows, v) to new log probabilities (rows, v)."""

_NEVER = -1.0e9


@dataclass(frozen=True, slots=True, eq=False)
class Prediction:
    """What comes next after each hypothesis.

    Attributes:
        log_probs: log P(v|...), (q, k, v).
        evidence: From chosen words (q, j) and the hypotheses they follow (q, j) to
            log P(v|x, d, ...) of each document, (q, n, j).
    """

    log_probs: Tensor
    evidence: Callable[[Tensor, Tensor], Tensor]


Predict: TypeAlias = Callable[[Tensor, Tensor | None], Prediction]
"""From last tokens (q, k) and parents (q, k) to what comes next; see `Steps.advance`."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What ends a sequence, and how sequences of unequal length compare.

    Attributes:
        start: First token, given and not predicted.
        ends: Tokens that end a sequence.
        pad: Fills the room after the end.
        max_new_tokens: Longest sequence, start excluded.
        length_penalty: Exponent of the length a beam's score is divided by.
        early_stopping: True stops when all beams of a question have ended; "never" only when no
            open beam can win; False is the rule between them.
    """

    start: int
    ends: tuple[int, ...]
    pad: int
    max_new_tokens: int = 20
    length_penalty: float = 1.0
    early_stopping: bool | str = False

    def __post_init__(self) -> None:
        if self.max_new_tokens < 1:
            raise UsageError(f"max_new_tokens must be at least 1, got {self.max_new_tokens}")


@dataclass(frozen=True, slots=True, eq=False)
class Searched:
    """Sequences found, best first.

    Attributes:
        ids: (q, r, 1 + t), the start token first, padding after the end.
        lengths: Tokens of each, start excluded, end included, (q, r).
        scores: (q, r): of beams, divided by the length to its penalty; else summed log P. -inf
            where there are fewer sequences than beams; such a one has length 0.
        evidence: log P(y_t|x, d, y_<t) of every document, (q, r, t, n), 0 at padding.
    """

    ids: Tensor
    lengths: Tensor
    scores: Tensor
    evidence: Tensor

    def best(self, count: int) -> Searched:
        """Return the first `count` of each question, cut to the longest of them."""
        lengths = self.lengths[:, :count]
        longest = max(1, int(lengths.max()))
        inside = torch.arange(longest, device=lengths.device) < lengths.unsqueeze(-1)
        evidence = self.evidence[:, :count, :longest]
        return Searched(
            self.ids[:, :count, : 1 + longest],
            lengths,
            self.scores[:, :count],
            evidence.masked_fill(~inside.unsqueeze(-1), 0.0),
        )


def sample(
    predict: Predict,
    questions: int,
    limits: Limits,
    processors: Processors,
    *,
    sequences: int = 1,
    generator: torch.Generator | None = None,
    greedy: bool = False,
) -> Searched:
    """Return `sequences` drawn for each question, independently; or, greedy, the likeliest steps.

    Args:
        predict: What comes next.
        questions: q.
        limits: Start, end and length.
        processors: Temperature, top-k and the like; they see log probabilities.
        sequences: r.
        generator: Source of chance; None takes torch's own.
        greedy: Take the likeliest word at each step.
    """
    tokens = _start(questions, sequences, limits)
    ids, open_ = tokens.unsqueeze(-1), torch.ones_like(tokens, dtype=torch.bool)
    lengths = torch.zeros_like(tokens)
    scores: Tensor = 0.0
    parts = []
    itself = torch.arange(sequences).expand(questions, -1)
    for _ in range(limits.max_new_tokens):
        found = predict(tokens, None)
        ids, open_, lengths = (x.to(found.log_probs.device) for x in (ids, open_, lengths))
        log_probs = _processed(processors, ids, found.log_probs)
        if greedy:
            drawn = log_probs.argmax(dim=-1)
        else:
            shares = log_probs.softmax(dim=-1).flatten(0, 1)
            drawn = torch.multinomial(shares, 1, generator=generator).view(questions, sequences)
        tokens = torch.where(open_, drawn, limits.pad)
        taken = log_probs.gather(-1, drawn.unsqueeze(-1)).squeeze(-1)
        scores = scores + taken.masked_fill(~open_, 0.0)
        evidence = found.evidence(drawn, itself.to(drawn.device)).transpose(1, 2)
        parts.append(evidence.masked_fill(~open_.unsqueeze(-1), 0.0))
        lengths = lengths + open_
        ids = torch.cat([ids, tokens.unsqueeze(-1)], dim=-1)
        open_ = open_ & ~_is_end(tokens, limits)
        if not open_.any():
            break
    return Searched(ids, lengths, scores, torch.stack(parts, dim=2))


def beam_search(
    predict: Predict,
    questions: int,
    limits: Limits,
    processors: Processors,
    *,
    beams: int,
) -> Searched:
    """Return the `beams` best sequences of each question by beam search.

    Each step looks at the 2 * beams likeliest continuations, so that `beams` are left open even
    if all of the best end. The start is run once a question: all beams are still the same there.

    Args:
        predict: What comes next.
        questions: q.
        limits: Start, end, length, and how lengths compare.
        processors: Applied to the log probabilities of each hypothesis.
        beams: k.
    """
    running = _Beams.empty(questions, beams, limits)
    done = _Beams.empty(questions, beams, limits)
    improvable: Tensor = None
    parents = None
    for step in range(1, limits.max_new_tokens + 1):
        first = step == 1
        tokens = running.ids[:, :1, -1] if first else running.ids[:, :, -1]
        found = predict(tokens, parents)
        if first:
            running, done, improvable = _begin(running, done, found.log_probs)
        log_probs = found.log_probs.expand(questions, beams, -1)
        log_probs = _processed(processors, running.ids, log_probs)
        total = (log_probs + running.scores.unsqueeze(-1)).flatten(1)
        scores, flat = total.topk(max(2, 1 + len(limits.ends)) * beams, dim=-1)
        parent, token = flat // log_probs.shape[-1], flat % log_probs.shape[-1]
        evidence = found.evidence(token, parent.clamp(max=tokens.shape[1] - 1))
        candidates = running.extend(parent, token, scores, evidence.transpose(1, 2))
        ended = _is_end(token, limits) | (step == limits.max_new_tokens)

        open_scores = scores.masked_fill(ended, -torch.inf)
        keep = open_scores.topk(beams, dim=-1).indices
        parents = parent.gather(1, keep)
        running = candidates.scored(open_scores, done=ended).select(keep)

        done = _finish(done, candidates, ended, improvable, step, limits)
        improvable = improvable & _can_improve(running, done, step, limits)
        all_ended = limits.early_stopping is True and bool(done.done.all())
        if not bool(improvable.any()) or all_ended or bool(ended.all()):
            break
    return done.found(limits)


@dataclass(frozen=True, slots=True, eq=False)
class _Beams:
    """Hypotheses: ids (q, k, 1 + t), lengths, scores and done (q, k), evidence (q, k, t, n)."""

    ids: Tensor
    lengths: Tensor
    scores: Tensor
    done: Tensor
    evidence: Tensor

    def found(self, limits: Limits) -> Searched:
        """Return the sequences that have ended; in the place of others nothing, scored -inf."""
        ids = self.ids.masked_fill(~self.done.unsqueeze(-1), limits.pad)
        ids[..., 0] = limits.start
        lengths = self.lengths.masked_fill(~self.done, 0)
        scores = self.scores.masked_fill(~self.done, -torch.inf)
        return Searched(ids, lengths, scores, self.evidence)

    @staticmethod
    def empty(questions: int, beams: int, limits: Limits) -> _Beams:
        ids = _start(questions, beams, limits).unsqueeze(-1)
        nothing = torch.zeros(questions, beams)
        evidence = torch.zeros(questions, beams, 0, 1)
        return _Beams(ids, nothing.long(), nothing, nothing.bool(), evidence)

    def select(self, keep: Tensor) -> _Beams:
        rows = torch.arange(keep.shape[0], device=keep.device).unsqueeze(-1)
        return _Beams(
            self.ids[rows, keep],
            self.lengths[rows, keep],
            self.scores[rows, keep],
            self.done[rows, keep],
            self.evidence[rows, keep],
        )

    def extend(self, parent: Tensor, token: Tensor, scores: Tensor, evidence: Tensor) -> _Beams:
        """Return the hypotheses `parent` with one more token; evidence (q, j, n)."""
        chosen = self.select(parent)
        before = chosen.evidence.expand(*chosen.evidence.shape[:-1], evidence.shape[-1])
        return _Beams(
            torch.cat([chosen.ids, token.unsqueeze(-1)], dim=-1),
            chosen.lengths + 1,
            scores,
            chosen.done,
            torch.cat([before.to(evidence), evidence.unsqueeze(2)], dim=2),
        )

    def scored(self, scores: Tensor, done: Tensor) -> _Beams:
        return _Beams(self.ids, self.lengths, scores, done, self.evidence)

    def padded(self, like: _Beams, pad: int) -> _Beams:
        """Return the same with the length and the documents of `like`."""
        more = like.ids.shape[-1] - self.ids.shape[-1]
        ids = torch.nn.functional.pad(self.ids.to(like.ids), (0, more), value=pad)
        evidence = self.evidence.to(like.evidence)
        evidence = evidence.expand(*evidence.shape[:-1], like.evidence.shape[-1])
        evidence = torch.nn.functional.pad(evidence, (0, 0, 0, more))
        return _Beams(ids, self.lengths, self.scores, self.done, evidence)


def _begin(running: _Beams, done: _Beams, log_probs: Tensor) -> tuple[_Beams, _Beams, Tensor]:
    """Return the two sets on the device of the model, only the first beam of each alive."""
    scores = torch.full(running.scores.shape, _NEVER, dtype=log_probs.dtype).to(log_probs.device)
    alive = torch.full_like(scores, -torch.inf)
    alive[:, 0] = 0.0
    nobody = torch.zeros_like(scores, dtype=torch.bool)
    zero = torch.zeros_like(scores, dtype=torch.long)
    device = log_probs.device
    return (
        _Beams(running.ids.to(device), zero, alive, nobody, running.evidence.to(device)),
        _Beams(done.ids.to(device), zero, scores, nobody, done.evidence.to(device)),
        torch.ones_like(nobody[:, :1]),
    )


def _finish(
    done: _Beams,
    candidates: _Beams,
    ended: Tensor,
    improvable: Tensor,
    step: int,
    limits: Limits,
) -> _Beams:
    """Return the best ended hypotheses after those that ended in this step have joined."""
    beams = done.scores.shape[-1]
    joins = ended.clone()
    joins[:, beams:] = False
    full = done.done.all(dim=-1, keepdim=True) & (limits.early_stopping is True)
    scores = candidates.scores / step**limits.length_penalty
    scores = scores + (full | ~improvable | ~joins) * _NEVER
    done = done.padded(candidates, limits.pad)
    both = _Beams(
        torch.cat([done.ids, candidates.ids], dim=1),
        torch.cat([done.lengths, candidates.lengths], dim=1),
        torch.cat([done.scores, scores], dim=1),
        torch.cat([done.done, joins], dim=1),
        torch.cat([done.evidence, candidates.evidence], dim=1),
    )
    return both.select(both.scores.topk(beams, dim=-1).indices)


def _can_improve(running: _Beams, done: _Beams, step: int, limits: Limits) -> Tensor:
    """Return whether an open beam may still beat the worst ended one, (q, 1)."""
    never = limits.early_stopping == "never" and limits.length_penalty > 0.0
    length = limits.max_new_tokens if never else step
    possible = running.scores[:, :1] / length**limits.length_penalty
    worst = torch.where(done.done, done.scores.min(dim=1, keepdim=True).values, _NEVER)
    return (possible > worst).any(dim=-1, keepdim=True)


def _start(questions: int, sequences: int, limits: Limits) -> Tensor:
    return torch.full((questions, sequences), limits.start)


def _is_end(tokens: Tensor, limits: Limits) -> Tensor:
    ended = torch.zeros_like(tokens, dtype=torch.bool)
    for end in limits.ends:
        ended = ended | (tokens == end)
    return ended


def _processed(processors: Processors, ids: Tensor, log_probs: Tensor) -> Tensor:
    """Return the log probabilities (q, k, v) after processors that see rows, (q * k, v)."""
    flat = log_probs.flatten(0, 1)
    return processors(ids.flatten(0, 1).to(flat.device), flat).view(log_probs.shape)
