"""What is said of the proposals: with a value in front or not, and what stands beside the best."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from pincite.generate.calibrate import Weights, statement_posterior, value_posterior
from pincite.generate.compose import Ground, Proposal
from pincite.generate.question import Question
from pincite.generate.score import Reading, ScoredStatement
from pincite.generate.value_fit import STRICT
from pincite.types import Evidence

SINGLE = frozenset({"number", "quantity", "money", "percent", "date", "clock", "duration"})
"""Kinds of value of which one question has one: two different ones are a disagreement."""


@dataclass(frozen=True, slots=True, eq=False)
class Told:
    """What an answer says.

    Attributes:
        said: The proposals in the order they are told, each with whether its value goes in front.
        relation: "disagree" where two sources contradict each other, "alike" where two statements
            fit about equally well and both are given, else "".
    """

    said: tuple[tuple[Proposal, bool], ...]
    relation: Literal["", "disagree", "alike"] = ""


def tell(
    question: Question,
    reading: Reading,
    found: Sequence[Proposal],
    evidence: Sequence[Evidence],
    weights: Weights,
) -> Told:
    """Return what is said of the proposals, of which there is one at least, likeliest first."""
    best = found[0]
    other = rival(question, reading, found, evidence)
    if other is not None:
        return Told(((best, True), (other, True)), "disagree")
    given: tuple[tuple[Proposal, bool], ...] = ((best, True),)
    if not shows_value(question, best, weights):
        given = tuple((p, False) for p in companions(question, reading, found, weights))
    second = equal_second(found, [p for p, _ in given])
    if second is None:
        return Told(given)
    return Told((*given, (second, shows_value(question, second, weights))), "alike")


NEARLY = 0.6
"""From this share of the best one's probability on another statement is about as good a guess."""


def equal_second(found: Sequence[Proposal], given: Sequence[Proposal]) -> Proposal | None:
    """Return the next proposal from another statement if it is nearly as likely as the best."""
    said = {_place(p.best.scored) for p in given}
    others = (p for p in found if _place(p.best.scored) not in said)
    second = next(others, None)
    if second is None or second.probability < NEARLY * found[0].probability:
        return None
    return second


def _place(scored: ScoredStatement) -> tuple[int, int]:
    return scored.source, scored.statement.start


def shows_value(question: Question, choice: Proposal, weights: Weights) -> bool:
    """True when the best value stands out enough to be put in front of its sentence.

    A question of two parts ("who, and when?") has no one value, why and how have none, and what
    is of another kind than the one that is asked for does not answer.
    """
    ground = choice.best
    if ground.value is None or ground.value.kind == "reason" or question.parts:
        return False
    if question.kind in _TOLD_NEXT or (question.kind in STRICT and not _fits(ground)):
        return False
    inner = value_posterior(ground.scored, weights)
    return float(inner.max()) >= SHOW_VALUE


def _fits(ground: Ground) -> bool:
    """True when the value of a ground is of the kind that is asked for."""
    rows = zip(ground.scored.values, ground.scored.value_features, strict=True)
    return any(value is ground.value and row[0] > POOR for value, row in rows)


POOR = 0.25
"""A value that fits no better than this is of another kind than the one that is asked for."""


SHOW_VALUE = 0.3
"""A value less likely than this, given its sentence, is left to the sentence to tell."""


def rival(
    question: Question,
    reading: Reading,
    found: Sequence[Proposal],
    evidence: Sequence[Evidence],
) -> Proposal | None:
    """Return the proposal that contradicts the best one, or None.

    Two values contradict when both are of a kind of which there is one, measure the same thing,
    stand in different files, and their statements meet the same words of the question about
    equally well.
    """
    best = found[0]
    mine = best.best.value
    if mine is None or mine.kind not in SINGLE or question.kind == "list":
        return None
    files = {evidence[g.scored.source].asset.id for g in best.grounds}
    for other in found[1:]:
        theirs = other.best.value
        if other.probability < 0.2 * best.probability:
            return None
        if theirs is None or (theirs.kind, theirs.dimension) != (mine.kind, mine.dimension):
            continue
        if evidence[other.best.scored.source].asset.id in files or _within(mine.norm, theirs.norm):
            continue
        if _same_claim(reading, best.best.scored, other.best.scored):
            return other
    return None


def _within(one: str, other: str) -> bool:
    """True when one date or range says the other one, only more exactly (2019, 2019-05)."""
    return one in other or other in one


def _same_claim(reading: Reading, one: ScoredStatement, other: ScoredStatement) -> bool:
    """True when two statements are met by nearly the same words of the question."""
    weights = reading.lens.weights
    a, b = one.covered >= 0.5, other.covered >= 0.5
    shared, either = float(weights[a & b].sum()), float(weights[a | b].sum())
    enough = shared >= 0.5 * float(weights.sum())
    return enough and either > 0.0 and shared / either >= 0.8


def companions(
    question: Question, reading: Reading, found: Sequence[Proposal], weights: Weights
) -> list[Proposal]:
    """Return the one to three statements of an answer in sentences, in reading order.

    The best statement leads; the ones beside it in the same source join when they meet the
    question nearly as well, more readily where a whole explanation is asked for.
    """
    shares = statement_posterior(reading, weights)
    best = found[0].best.scored
    index = next(i for i, s in enumerate(reading.statements) if s is best)
    whole = question.kind in _EXPLAINED or question.parts
    least = shares[index] * (0.25 if whole else 0.6)
    chosen = [index]
    unanswered = question.wants_value and not _fits(found[0].best)
    if (question.kind in _TOLD_NEXT or unanswered) and _goes_on(reading, index):
        chosen.append(index + 1)
    for i in sorted(range(len(shares)), key=lambda i: (-shares[i], i)):
        close = reading.statements[i].source == best.source and abs(i - index) <= 2
        if i not in chosen and close and shares[i] >= least and len(chosen) < 3:
            chosen.append(i)
    made: list[Proposal] = []
    for i in sorted(chosen):
        scored = reading.statements[i]
        if i == index:
            made.append(found[0])
        else:
            share = float(shares[i])
            made.append(Proposal(f"statement {i}", share, (Ground(scored, None, share),)))
    return made


_TOLD_NEXT = frozenset({"reason", "manner"})
"""Kinds of question whose answer often is the sentence after the one that names the matter."""


def _goes_on(reading: Reading, index: int) -> bool:
    """True when a sentence without a reason of its own is followed by another of its source."""
    if index + 1 >= len(reading.statements):
        return False
    best, following = reading.statements[index], reading.statements[index + 1]
    prose = all(s.statement.kind in ("sentence", "speech") for s in (best, following))
    gives = any(value.kind == "reason" for value in best.values)
    return prose and not gives and best.source == following.source


_EXPLAINED = frozenset({"reason", "manner", "definition", "list", "saying"})
