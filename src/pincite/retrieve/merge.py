"""The ways to make one ranking of what the channels say; each gives shares that sum to 1.

(Fusion of features, inside a model, is another thing.)
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from pincite.errors import NotFound, UsageError, did_you_mean
from pincite.retrieve.channels import Said
from pincite.retrieve.fuse import WITH_VECTORS, WORDS_ONLY, reciprocal_rank
from pincite.retrieve.learned import FORMAT, inputs
from pincite.retrieve.pool import Pool
from pincite.types import Hit, Ranking

SEPARATION = 2.0
"""How far apart, in standard deviations, a channel is taken to put what is relevant and what is
not. Were both normal with one spread, it is also the weight of the standardised score in the
log odds: log N(z; s, 1) - log N(z; 0, 1) = s z - s² / 2."""
PUSH = 8.0
"""Log odds that a candidate loses for holding all of the unwanted words."""
NAMES = ("calibrated", "rrf", "weighted", "learned")


class Fusion(Protocol):
    """Makes one ranking of what the channels say."""

    def shares(self, pool: Pool) -> dict[str, float]:
        """Return the share of belief in each candidate; they sum to 1."""
        ...


@dataclass(frozen=True, slots=True)
class Calibrated:
    """Log odds added up, so the shares are P(d|q).

    Those of the words are fitted; those of other channels follow from what is usual there.
    """

    def shares(self, pool: Pool) -> dict[str, float]:
        """Return P(d|q) of each candidate."""
        words = WITH_VECTORS if pool.dense else WORDS_ONLY
        weight = max(pool.asked.query.weight("text"), 0.0) if pool.asked.query.text else 1.0
        others = pool.others()
        logits = {}
        for id, segment in pool.segments.items():
            parts = [weight * words.logit(pool.features[id])] if pool.features else []
            for said in others.values():
                usual = said.usual.get(segment.modality)
                if usual is not None and id in said.scores:
                    parts.append(SEPARATION * usual.standard(said.scores[id]))
            parts.append(-PUSH * pool.unwanted.get(id, 0.0))
            logits[id] = math.fsum(parts)
        return softmax(logits)


@dataclass(frozen=True, slots=True)
class ReciprocalRank:
    """Reciprocal rank fusion (Cormack et al., SIGIR 2009); see `fuse.reciprocal_rank`.

    Attributes:
        damping: How little the top ranks stand out.
    """

    damping: float = 60.0

    def shares(self, pool: Pool) -> dict[str, float]:
        """Return the fused scores as parts of their sum."""
        rankings = [_ranking(said.scores, pool) for said in pool.said.values()]
        fused = reciprocal_rank(rankings, damping=self.damping)
        scores = {hit.segment_id: hit.score for hit in fused.hits}
        return proportions({id: s * (1 - pool.unwanted.get(id, 0.0)) for id, s in scores.items()})


@dataclass(frozen=True, slots=True)
class Weighted:
    """A convex combination of scores, each channel's brought to 0..1 by its least and its best.

    Bruch et al., An Analysis of Fusion Functions for Hybrid Retrieval, TOIS 2023.

    Attributes:
        weights: By the name of the channel; 1 for those that are not named.
    """

    weights: Mapping[str, float] = field(default_factory=dict)

    def shares(self, pool: Pool) -> dict[str, float]:
        """Return the combined scores as parts of their sum."""
        scores = dict.fromkeys(pool.segments, 0.0)
        for name, said in pool.said.items():
            for id, value in _unit(said).items():
                if id in scores:
                    scores[id] += self.weights.get(name, 1.0) * value
        return proportions(
            {id: max(s, 0.0) * (1 - pool.unwanted.get(id, 0.0)) for id, s in scores.items()}
        )


@dataclass(frozen=True, slots=True)
class Learned:
    """A softmax regression whose weights were fitted on judged queries; see `learned.fit`.

    Attributes:
        weights: By the name of the input.
    """

    weights: Mapping[str, float]

    def shares(self, pool: Pool) -> dict[str, float]:
        """Return P(d|q) of each candidate."""
        logits = {
            id: math.fsum(self.weights.get(name, 0.0) * value for name, value in row.items())
            - PUSH * pool.unwanted.get(id, 0.0)
            for id, row in inputs(pool).items()
        }
        return softmax(logits)


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
