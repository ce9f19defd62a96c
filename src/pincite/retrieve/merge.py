"""The ways to make one ranking of what the channels say; each gives shares that sum to 1.

(Fusion of features, inside a model, is another thing.)
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Protocol

from pincite.errors import NotFound, UsageError, did_you_mean
from pincite.retrieve.channels import SEPARATION, Said
from pincite.retrieve.fuse import Features, Weights, reciprocal_rank, weights_for
from pincite.retrieve.learned import FORMAT, inputs
from pincite.retrieve.pool import DENSE, LEXICAL, Pool, standard
from pincite.types import Hit, Ranking

PUSH = 8.0
"""Log odds that a candidate loses for holding all of the unwanted words."""
WORDING = "wording"
"""How closely the words of a candidate line up with those of the query."""
AROUND = "around"
"""What stands beside a candidate: passages that are alike, and the next ones of its asset."""
_SOURCES = {
    feature.name: next((s for s in (LEXICAL, DENSE, AROUND) if feature.name.startswith(s)), WORDING)
    for feature in fields(Features)
}
NAMES = ("calibrated", "rrf", "weighted", "learned")


@dataclass(frozen=True, slots=True, eq=False)
class Fused:
    """One ranking made of several.

    Attributes:
        shares: The share of belief in each candidate, by segment id; they sum to 1.
        parts: What each channel added to its score, by segment id and name; they sum to the
            score that the shares were made from.
    """

    shares: Mapping[str, float]
    parts: Mapping[str, Mapping[str, float]]

    @classmethod
    def of_log_odds(cls, parts: Mapping[str, Mapping[str, float]]) -> Fused:
        """Return shares in the proportions of the exponentials of the sums."""
        sums = {id: math.fsum(row.values()) for id, row in parts.items()}
        return cls(softmax(sums), parts)

    @classmethod
    def of_scores(cls, parts: Mapping[str, Mapping[str, float]], pool: Pool) -> Fused:
        """Return shares in the proportions of the sums, less what is unwanted in each."""
        kept = {
            id: {name: value * (1 - pool.unwanted.get(id, 0.0)) for name, value in row.items()}
            for id, row in parts.items()
        }
        sums = {id: max(0.0, math.fsum(row.values())) for id, row in kept.items()}
        return cls(proportions(sums), kept)


class Fusion(Protocol):
    """Makes one ranking of what the channels say."""

    def fuse(self, pool: Pool) -> Fused:
        """Return the shares of the candidates, and the part of each channel in them."""
        ...


@dataclass(frozen=True, slots=True)
class Calibrated:
    """Log odds added up, so the shares are P(d|q).

    Those of the words are fitted; those of other channels follow from what is usual there.
    """

    def fuse(self, pool: Pool) -> Fused:
        """Return P(d|q) of each candidate, and the log odds of each channel."""
        words = weights_for(pool.asked.words, vectors=bool(pool.dense)).full
        weight = max(pool.asked.query.weight("text"), 0.0) if pool.asked.query.text else 1.0
        parts: dict[str, dict[str, float]] = {}
        for id in pool.segments:
            row = {n: weight * v for n, v in _of_words(words, pool, id).items()}
            row |= {n: SEPARATION * z for n, z in standard(pool, id).items()}
            parts[id] = row | _pushed(pool, id)
        return Fused.of_log_odds(parts)


@dataclass(frozen=True, slots=True)
class ReciprocalRank:
    """Reciprocal rank fusion (Cormack et al., SIGIR 2009); see `fuse.reciprocal_rank`.

    Attributes:
        damping: How little the top ranks stand out.
    """

    damping: float = 60.0

    def fuse(self, pool: Pool) -> Fused:
        """Return the fused scores as parts of their sum, and what each rank added."""
        parts: dict[str, dict[str, float]] = {id: {} for id in pool.segments}
        for name, said in pool.said.items():
            alone = reciprocal_rank([_ranking(said.scores, pool)], damping=self.damping)
            for hit in alone.hits:
                parts[hit.segment_id][name] = hit.score
        return Fused.of_scores(parts, pool)


@dataclass(frozen=True, slots=True)
class Weighted:
    """A convex combination of scores, each channel's brought to 0..1 by its least and its best.

    Bruch et al., An Analysis of Fusion Functions for Hybrid Retrieval, TOIS 2023.

    Attributes:
        weights: By the name of the channel; 1 for those that are not named.
    """

    weights: Mapping[str, float] = field(default_factory=dict)

    def fuse(self, pool: Pool) -> Fused:
        """Return the combined scores as parts of their sum, and what each channel added."""
        parts: dict[str, dict[str, float]] = {id: {} for id in pool.segments}
        for name, said in pool.said.items():
            for id, value in _unit(said).items():
                if id in parts:
                    parts[id][name] = self.weights.get(name, 1.0) * value
        return Fused.of_scores(parts, pool)


@dataclass(frozen=True, slots=True)
class Learned:
    """A softmax regression whose weights were fitted on judged queries; see `learned.fit`.

    Attributes:
        weights: By the name of the input.
    """

    weights: Mapping[str, float]

    def fuse(self, pool: Pool) -> Fused:
        """Return P(d|q) of each candidate, and the log odds of each input."""
        return Fused.of_log_odds(
            {
                id: {n: self.weights.get(n, 0.0) * value for n, value in row.items()}
                | _pushed(pool, id)
                for id, row in inputs(pool).items()
            }
        )


def create(setting: str) -> Fusion:
    """Return the fusion that a setting means.

    Args:
        setting: "calibrated", "rrf", "rrf:DAMPING", "weighted", "weighted:lexical=1,dense=2" or
            "learned:FILE".

    Raises:
        UsageError: It is none of these, or what stands behind the colon cannot be used.
        NotFound: There is no such file.

    Example:
        >>> create("weighted:lexical=1,dense=0.5").weights["dense"]
        0.5
    """
    name, _, rest = setting.partition(":")
    if name == "calibrated" and not rest:
        return Calibrated()
    if name == "rrf":
        return ReciprocalRank(_number(rest, setting)) if rest else ReciprocalRank()
    if name == "weighted":
        return Weighted(named_numbers(rest, "fusion"))
    if name == "learned" and rest:
        return Learned(_read(Path(rest).expanduser()))
    raise UsageError(
        f"expected a fusion of {', '.join(NAMES)} (learned:FILE), got {setting!r}."
        f"{did_you_mean(name, NAMES)}"
    )


def named_numbers(text: str, what: str) -> dict[str, float]:
    """Return the numbers in "name=1,other=-0.5".

    Raises:
        UsageError: A part is no such pair.

    Example:
        >>> named_numbers("text=1,image=-0.5", "weights")
        {'text': 1.0, 'image': -0.5}
    """
    found = {}
    for part in filter(None, text.split(",")):
        name, sign, number = part.partition("=")
        if not sign or not name.strip():
            raise UsageError(f"{what}: expected NAME=NUMBER,..., got {part!r}")
        found[name.strip()] = _number(number, part)
    return found


def softmax(logits: Mapping[str, float]) -> dict[str, float]:
    """Return shares that sum to 1, larger where the logit is."""
    top = max(logits.values(), default=0.0)
    return proportions({id: math.exp(value - top) for id, value in logits.items()})


def proportions(scores: Mapping[str, float]) -> dict[str, float]:
    """Return scores, none below 0, as parts of their sum; equal parts if all are 0."""
    total = math.fsum(scores.values())
    if not total:
        return {id: 1 / len(scores) for id in scores}
    return {id: value / total for id, value in scores.items()}


def _of_words(weights: Weights, pool: Pool, id: str) -> dict[str, float]:
    """Return the log odds of the words by where they come from; {} for a query without words."""
    if id not in pool.features:
        return {}
    values, found = pool.features[id], dict.fromkeys((LEXICAL, DENSE, WORDING, AROUND), 0.0)
    for name, source in _SOURCES.items():
        found[source] += getattr(weights, name) * getattr(values, name)
    return {name: value for name, value in found.items() if name != DENSE or pool.dense}


def _pushed(pool: Pool, id: str) -> dict[str, float]:
    return {"without": -PUSH * pool.unwanted[id]} if pool.unwanted else {}


def _ranking(scores: Mapping[str, float], pool: Pool) -> Ranking:
    best = sorted(scores.items(), key=lambda item: (-item[1], item[0]))
    return Ranking(tuple(Hit(*item) for item in best if item[0] in pool.segments))


def _unit(said: Said) -> dict[str, float]:
    low = min(said.scores.values(), default=0.0)
    reach = max(said.scores.values(), default=0.0) - low
    return {id: (value - low) / reach if reach else 1.0 for id, value in said.scores.items()}


def _number(text: str, setting: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise UsageError(f"expected a number in {setting!r}, got {text!r}")
    return number


def _read(path: Path) -> dict[str, float]:
    try:
        data = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise NotFound(
            f"there is no fusion file {path}; make one with: "
            "pincite eval DATASET --learn-fusion FILE"
        ) from None
    except (OSError, ValueError) as error:
        raise UsageError(f"the fusion file {path} cannot be read: {error}") from error
    weights = data.get("weights") if isinstance(data, dict) else None
    if not isinstance(weights, dict) or data.get("format") != FORMAT:
        raise UsageError(f"{path} is no fusion file; pincite eval --learn-fusion writes them")
    return {str(name): float(value) for name, value in weights.items()}
