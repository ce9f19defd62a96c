"""Sums over sources, picks the answer, and writes it down.

    P(a | q) = sum over d of P(a | q, d) P(d | q)

where a is a value (equal values of different sources are one) or, when no value can answer, a
statement (identical statements are one). The model is an exact sum over the evidence at hand.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pincite.generate.calibrate import Weights, statement_posterior, value_posterior
from pincite.generate.cover import Floats, Lens
from pincite.generate.lexicon import STOP_EN
from pincite.generate.question import Question
from pincite.generate.score import STATEMENT_FEATURES, Reading, ScoredStatement
from pincite.generate.terms import tokens
from pincite.generate.value_fit import STRICT
from pincite.generate.values import Value
from pincite.language import fold
from pincite.types import Evidence


def _kept(question: Question) -> float:
    """Return the share a statement keeps that holds no value although one may be asked for."""
    if not question.wants_value:
        return 1.0
    return 0.1 if question.kind in STRICT else 0.4


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """One statement that bears out a proposal, with its share of P(a, d | q)."""

    scored: ScoredStatement
    value: Value | None
    share: float


@dataclass(frozen=True, slots=True, eq=False)
class Proposal:
    """One possible answer.

    Attributes:
        norm: What makes it equal to another.
        probability: P(a | q), relative to the evidence at hand.
        grounds: The statements that say it, best first, one a source at most.
    """

    norm: str
    probability: float
    grounds: tuple[Ground, ...]

    @property
    def best(self) -> Ground:
        """The statement that says it best."""
        return self.grounds[0]


def proposals(reading: Reading, evidence: Sequence[Evidence], weights: Weights) -> list[Proposal]:
    """Return the possible answers, likeliest first; ties fall to the earlier source and place."""
    shares = statement_posterior(reading, weights)
    grouped: dict[str, list[Ground]] = {}
    for share, scored in zip(shares, reading.statements, strict=True):
        text = evidence[scored.source].segment.text
        if not scored.values and not _says_more(reading.lens, scored, text):
            continue
        if not scored.values:
            said = text[scored.statement.start : scored.statement.end]
            whole = share * _kept(reading.lens.question)
            grouped.setdefault(f"says {flat(fold(said))}", []).append(Ground(scored, None, whole))
            continue
        for value, part in zip(scored.values, _votes(reading, scored, weights), strict=True):
            grouped.setdefault(value.norm, []).append(Ground(scored, value, float(share * part)))
    made = [_proposal(norm, grounds, evidence) for norm, grounds in grouped.items()]
    return sorted(made, key=lambda p: -p.probability)


SHARP = 3.0
"""Power to which the shares of rival values are raised before they are shared out again."""


def _votes(reading: Reading, scored: ScoredStatement, weights: Weights) -> Floats:
    """Return the share of a statement that each of its values gets: (m,), sums to 1.

    Amounts and dates are rivals and share it, most of it going to the best, or a row of many
    numbers would lose to a line with one. Chunks of words overlap, say nearly the same and
    are not: the best one gets all, lest a statement lose for having many.
    """
    inner = value_posterior(scored, weights)
    if reading.lens.question.kind in STRICT:
        sharp = inner**SHARP
        return np.asarray(sharp / sharp.sum(), dtype=np.float64)
    votes = np.zeros(len(inner))
    votes[int(inner.argmax())] = 1.0
    return votes


def _says_more(over: Lens, scored: ScoredStatement, text: str) -> bool:
    """True when a statement holds a content word that the question has not said itself."""
    shown = text[scored.statement.start : scored.statement.end]
    if fold(shown).strip(" :：.。") in fold(over.question.text):
        return False
    said = tokens(shown)
    return any(t.term not in over.links and t.term not in STOP_EN for t in said)


def _proposal(norm: str, grounds: list[Ground], evidence: Sequence[Evidence]) -> Proposal:
    total = _summed(grounds, evidence)
    first = max(grounds, key=lambda g: g.share)
    best: dict[int, Ground] = {}
    for ground in sorted(grounds, key=lambda g: -g.share):
        if ground is first or _as_good(ground, first):
            best.setdefault(ground.scored.source, ground)
    return Proposal(norm, total, tuple(best.values()))


def _summed(grounds: Sequence[Ground], evidence: Sequence[Evidence]) -> float:
    """Return the share of all grounds, of the rows of one table only that of the best.

    Rows of a table are about different things: a number that stands in four of them is not said
    four times.
    """
    rows: dict[str, float] = {}
    total = 0.0
    for ground in grounds:
        if ground.scored.statement.kind == "row":
            table = evidence[ground.scored.source].asset.id
            rows[table] = max(rows.get(table, 0.0), ground.share)
        else:
            total += ground.share
    return total + sum(rows.values())


def _as_good(ground: Ground, best: Ground) -> bool:
    """True when a ground meets the question nearly as well as the best one does.

    The number 4 stands in many sentences; only one that is about the question bears it out.
    """
    met, wanted = float(ground.scored.features[0]), float(best.scored.features[0])
    return ground.share >= 0.05 * best.share and met >= 0.75 * wanted


def flat(text: str) -> str:
    """Return text on one line: runs of white space become one blank."""
    return re.sub(r"\s+", " ", text).strip()


def belief_features(reading: Reading, choice: Proposal, weights: Weights) -> dict[str, float]:
    """Return what tells whether the chosen answer is one at all, by `BELIEF_FEATURES` name."""
    scored = choice.best.scored
    measured = dict(zip(STATEMENT_FEATURES, map(float, scored.features), strict=True))
    over, reached = reading.lens, scored.reached
    names = np.array([k.name for k in over.question.keywords], dtype=float) * over.weights
    total = float(names.sum())
    inner = value_posterior(scored, weights)
    strict = over.question.kind in STRICT
    fits = {id(v): row[0] for v, row in zip(scored.values, scored.value_features, strict=True)}
    return {
        "bias": 1.0,
        "cover": measured["cover"] + 0.8 * measured["carried"],
        "reached": over.share(reached),
        "names": float((reached * names).sum()) / total if total else 0.7,
        "gap": _gap(over.question, reached),
        "type": float(fits.get(id(choice.best.value), 0.0 if strict else 0.5)),
        "order": measured["order"],
        "density": measured["density"],
        "similarity": measured["similarity"],
        "value": float(inner.max()) if len(inner) else 0.5,
        "statement": float(sum(g.share for g in choice.grounds)),
        "agreement": math.log1p(len(choice.grounds) - 1),
        "key": measured["key"],
        "limits": _unmet_limits(over, scored),
        "beside": _beside_the_point(over, scored, measured),
        "dates": measured["dates"],
        "context": measured["context"],
        "passage": measured["passage"],
        "sought": measured["sought"],
        "subject": measured["subject"],
        "topic": measured["topic"],
        "missing": _largest(over, 1.0 - scored.near),
        "lacking": _largest(over, (1.0 - scored.near) * np.array(names > 0.0)),
    }


def _largest(over: Lens, missed: Floats) -> float:
    """Return the largest share of the question that one missed word has, 0..1."""
    total = float(over.weights.sum())
    return float((missed * over.weights).max()) / total if total else 0.0


_YEAR = re.compile(r"(?:1\d|20)\d\d")


def _unmet_limits(over: Lens, scored: ScoredStatement) -> float:
    """Return 1 when the question sets a limit that nothing near the statement meets, else 0.

    A limit is a year, and the number that tells one thing from others of its kind. For a row of
    a table it is also any name, and what the question says beyond the names of columns: the row
    beside it is about another thing.
    """
    if scored.another:
        return 1.0
    words, reached = over.question.keywords, scored.reached
    if any(_YEAR.fullmatch(k.term) and met < 0.5 for k, met in zip(words, reached, strict=True)):
        return 1.0
    fields = scored.statement.fields
    if len(fields) < 2:
        return 0.0
    if any(k.name and met < 0.5 for k, met in zip(words, reached, strict=True)):
        return 1.0
    columns = over.cover(t.term for field in fields for t in tokens(field.key))
    about = np.array([not k.asks for k in words]) & (columns < 0.5)
    wanted = float(over.weights[about].sum())
    met = float((over.weights * reached)[about].sum())
    return float(wanted > 0.0 and met < 0.5 * wanted)


def _beside_the_point(over: Lens, scored: ScoredStatement, measured: Mapping[str, float]) -> float:
    """Return 1 when most of what is asked is met nowhere around, nor by meaning, else 0."""
    meant = max(measured["similarity"], measured["context"]) >= LIKE
    return float(over.share(scored.reached) < 0.5 and not meant)


LIKE = 0.5
"""Cosine from which a statement and a question are taken to be about one thing."""


def _gap(question: Question, reached: npt.NDArray[np.float64]) -> float:
    """Return how much of one name or word of the question is met nowhere, 0..1.

    A missing Chinese name shows as a run of missing pairs of characters, a missing English one
    as a missing capitalised word or number.
    """
    longest = run = 0.0
    previous = -1
    for keyword, met in zip(question.keywords, reached, strict=True):
        joined = keyword.start < previous
        if met >= 0.5:
            run = 0.0
        elif keyword.name:
            run = max(run, 0.0) + 2.0 if not joined else run + 1.0
        else:
            run = run + 1.0 if joined else 1.0
        previous = keyword.end
        longest = max(longest, run)
    return min(longest, 4.0) / 4.0
