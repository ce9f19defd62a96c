"""Fusion of rankings: several channels of one query become one ranking.

(Fusion of features, inside a model, is another thing.)

The calibrated form is a listwise softmax regression (Cao et al., ICML 2007, with one relevant
passage a query): the share of belief in a passage is

    P(d|q) = exp(w · x_d) / Σ_j exp(w · x_j)

over the pool of candidates, so the fused score is the evidence prior that generation needs, and
no channel's scale has to be guessed. The weights are fitted by `benchmarks/fit_fusion.py`.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, replace
from statistics import fmean, pstdev

from pincite.language import language_of
from pincite.retrieve.align import Alignment
from pincite.retrieve.neighbourhood import belief_around
from pincite.types import Hit, Ranking, Vectors

LEAST_SPREAD = 0.01
"""Of cosines; among few or equal ones chance must not look certain."""


@dataclass(frozen=True, slots=True)
class Features:
    """What the channels say of one candidate.

    Attributes:
        lexical: BM25 of the index.
        lexical_share: The same as a share of the query's best.
        dense: Cosine of query and passage; 0 where there are no vectors.
        dense_standing: The same in standard deviations above the mean of what the channel
            brought up. How high cosines run differs from query to query; how far one stands
            out does so less.
        dense_around: Log of the belief in and around it, see `belief_around`.
        coverage, sentence, phrase: See `Alignment`.
    """

    lexical: float
    lexical_share: float
    dense: float
    dense_standing: float
    dense_around: float
    coverage: float
    sentence: float
    phrase: float


@dataclass(frozen=True, slots=True)
class Weights:
    """One weight a feature, fitted."""

    lexical: float
    lexical_share: float
    dense: float
    dense_standing: float
    dense_around: float
    coverage: float
    sentence: float
    phrase: float

    def logit(self, features: Features) -> float:
        """Return w · x."""
        pairs = zip(astuple(self), astuple(features), strict=True)
        return math.fsum(weight * value for weight, value in pairs)


ON_ITS_OWN = Weights(0.158, 1.195, 8.090, 0.631, 0.0, 1.729, 2.322, 1.469)
"""What a candidate is worth before its neighbours are looked at."""
WITH_VECTORS = Weights(0.105, 0.426, 5.034, 0.302, 0.538, 1.033, 1.578, 1.125)
WORDS_ONLY = Weights(0.261, 3.719, 0.0, 0.0, 0.0, 0.920, 1.963, 1.802)
CHINESE_ONLY = Weights(0.183, 1.623, 0.0, 0.0, 0.0, 2.182, 1.959, 0.994)
"""Words alone, for a Chinese query: BM25 over pairs and characters has another scale."""


def weights_for(query: str, *, vectors: bool) -> Weights:
    """Return the weights that were fitted for such a query.

    Args:
        query: Its words.
        vectors: Whether the dense channel brought anything up.

    Example:
        >>> weights_for("水泵在哪里？", vectors=False) is CHINESE_ONLY
        True
    """
    if vectors:
        return WITH_VECTORS
    return CHINESE_ONLY if language_of(query) == "zh" else WORDS_ONLY


def features(
    lexical: Mapping[str, float],
    dense: Mapping[str, float],
    alignments: Mapping[str, Alignment],
    vectors: Mapping[str, Vectors] | None = None,
    *,
    cut: bool = True,
) -> dict[str, Features]:
    """Return the features of each aligned candidate.

    A candidate that a channel did not bring up gets the lowest score the channel gave: it can
    have no more than that.

    Args:
        lexical: BM25 by segment id.
        dense: Cosine by segment id.
        alignments: By segment id.
        cut: Whether `lexical` is the best part of a longer ranking; if it is all that holds any
            word of the query, the others have a BM25 of 0.
        vectors: Those of the dense channel by id, (d,), as far as there are any.
    """
    best = max(lexical.values(), default=0.0) or 1.0
    floor_lexical = min(lexical.values(), default=0.0) if cut else 0.0
    floor_dense = min(dense.values(), default=0.0)
    mean = fmean(dense.values()) if dense else 0.0
    spread = max(pstdev(dense.values()) if dense else 0.0, LEAST_SPREAD)
    found = {
        id: Features(
            lexical=lexical.get(id, floor_lexical),
            lexical_share=lexical.get(id, floor_lexical) / best,
            dense=dense.get(id, floor_dense),
            dense_standing=(dense.get(id, floor_dense) - mean) / spread,
            dense_around=0.0,
            coverage=a.coverage,
            sentence=a.sentence,
            phrase=a.phrase,
        )
        for id, a in alignments.items()
    }
    return around(found, vectors or {}, ON_ITS_OWN) if dense else found


def around(
    found: Mapping[str, Features], vectors: Mapping[str, Vectors], weights: Weights
) -> dict[str, Features]:
    """Return features that know the belief around each candidate.

    The belief is that of `weights`, which must not look at the surroundings themselves.
    """
    near = belief_around(calibrated(found, weights), vectors)
    return {id: replace(x, dense_around=near[id]) for id, x in found.items()}


def calibrated(candidates: Mapping[str, Features], weights: Weights) -> dict[str, float]:
    """Return P(d|q) of each candidate; the values sum to 1.

    Example:
        >>> strong = Features(9.0, 1.0, 0.8, 2.0, -0.1, 1.0, 1.0, 1.0)
        >>> weak = Features(3.0, 0.3, 0.2, -1.0, -4.0, 0.2, 0.2, 0.0)
        >>> shares = calibrated({"a": strong, "b": weak}, WITH_VECTORS)
        >>> shares["a"] > 0.99, round(sum(shares.values()), 9)
        (True, 1.0)
    """
    logits = {id: weights.logit(x) for id, x in candidates.items()}
    top = max(logits.values(), default=0.0)
    powers = {id: math.exp(value - top) for id, value in logits.items()}
    total = sum(powers.values())
    return {id: power / total for id, power in powers.items()}


def reciprocal_rank(rankings: Sequence[Ranking], *, damping: float = 60.0) -> Ranking:
    """Merge rankings of one query by reciprocal rank fusion (Cormack et al., SIGIR 2009).

    A segment scores the sum of `1 / (damping + rank)` over the rankings that hold it, rank
    counted from 1; a ranking that lacks the segment adds nothing.

    Args:
        rankings: One a channel; an empty one adds nothing.
        damping: How little the top ranks stand out. 60 is the value of the paper.

    Example:
        >>> text = Ranking((Hit("a", 9.1), Hit("b", 7.0)))
        >>> image = Ranking((Hit("b", 0.31),))
        >>> [hit.segment_id for hit in reciprocal_rank([text, image]).hits]
        ['b', 'a']
    """
    scores: defaultdict[str, float] = defaultdict(float)
    for ranking in rankings:
        for rank, hit in enumerate(ranking.hits, start=1):
            scores[hit.segment_id] += 1.0 / (damping + rank)
    best = sorted(scores.items(), key=lambda item: (-item[1], item[0]))
    return Ranking(tuple(Hit(*item) for item in best))
