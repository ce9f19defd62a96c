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
from dataclasses import dataclass, fields, replace
from operator import attrgetter, mul
from statistics import fmean, pstdev

from pincite.language import language_of
from pincite.retrieve.align import Alignment
from pincite.retrieve.channels import Usual
from pincite.retrieve.neighbourhood import belief_around
from pincite.types import Hit, Ranking, Vectors

LEAST_SPREAD = 0.05
"""Of cosines; among few or equal ones, or the best of very many, chance must not look certain."""
LEAST_LEXICAL_SPREAD = 0.3
"""The same of BM25."""


@dataclass(frozen=True, slots=True)
class Features:
    """What the channels say of one candidate.

    Attributes:
        lexical: BM25 of the index.
        lexical_share: The same as a share of the query's best.
        lexical_standing: The same in standard deviations above the mean of what the channel
            brought up. How high scores run differs from query to query; how far one stands
            out does so less.
        dense: Cosine of query and passage; 0 where there are no vectors.
        dense_standing: Likewise of the cosine.
        coverage, sentence, phrase: See `Alignment`.
        around: Log of the belief in and around it, see `belief_around`.
    """

    lexical: float
    lexical_share: float
    lexical_standing: float
    dense: float
    dense_standing: float
    coverage: float
    sentence: float
    phrase: float
    around: float = 0.0


@dataclass(frozen=True, slots=True)
class Weights:
    """One weight a feature, fitted."""

    lexical: float = 0.0
    lexical_share: float = 0.0
    lexical_standing: float = 0.0
    dense: float = 0.0
    dense_standing: float = 0.0
    coverage: float = 0.0
    sentence: float = 0.0
    phrase: float = 0.0
    around: float = 0.0

    def logit(self, features: Features) -> float:
        """Return w · x."""
        return math.fsum(map(mul, _values(self), _values(features)))


_values = attrgetter(*(field.name for field in fields(Weights)))
"""The values of `Weights` or `Features`, in one order."""


@dataclass(frozen=True, slots=True)
class Steps:
    """The weights of both steps.

    Attributes:
        alone: What a candidate is worth before its neighbours are looked at.
        full: What it is worth with the belief around it.
    """

    alone: Weights
    full: Weights


WITH_VECTORS = Steps(
    alone=Weights(0.169, 1.233, 0.0, 3.502, 1.065, 1.743, 2.100, 1.525),
    full=Weights(0.111, 0.620, 0.0, 2.573, 0.619, 1.212, 1.535, 1.255, around=0.476),
)
WORDS_ONLY = Steps(
    alone=Weights(lexical_standing=1.425, sentence=2.325, phrase=2.026),
    full=Weights(lexical_standing=0.813, sentence=1.864, phrase=1.669, around=0.424),
)
CHINESE_ONLY = Steps(
    alone=Weights(lexical_share=5.257, coverage=4.981, sentence=3.501, phrase=2.271),
    full=Weights(lexical_share=1.318, coverage=2.524, sentence=1.617, phrase=1.797, around=0.775),
)
"""Words alone, for a Chinese query: BM25 over pairs and characters has another scale."""


def weights_for(query: str, *, vectors: bool) -> Steps:
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
    *,
    cut: bool = True,
) -> dict[str, Features]:
    """Return the features of each aligned candidate, on its own.

    A candidate that a channel did not bring up gets the lowest score the channel gave: it can
    have no more than that.

    Args:
        lexical: BM25 by segment id.
        dense: Cosine by segment id.
        alignments: By segment id.
        cut: Whether `lexical` is the best part of a longer ranking; if it is all that holds any
            word of the query, the others have a BM25 of 0.
    """
    best = max(lexical.values(), default=0.0) or 1.0
    floor_lexical = min(lexical.values(), default=0.0) if cut else 0.0
    floor_dense = min(dense.values(), default=0.0)
    usual_lexical = _usual(lexical, LEAST_LEXICAL_SPREAD)
    usual_dense = _usual(dense, LEAST_SPREAD)
    found = {}
    for id, a in alignments.items():
        bm25, cosine = lexical.get(id, floor_lexical), dense.get(id, floor_dense)
        found[id] = Features(
            lexical=bm25,
            lexical_share=bm25 / best,
            lexical_standing=usual_lexical.standard(bm25),
            dense=cosine,
            dense_standing=usual_dense.standard(cosine),
            coverage=a.coverage,
            sentence=a.sentence,
            phrase=a.phrase,
        )
    return found


def surrounded(
    found: Mapping[str, Features],
    vectors: Mapping[str, Vectors],
    places: Mapping[str, tuple[str, int]],
    alone: Weights,
) -> dict[str, Features]:
    """Return features that know the belief around each candidate.

    Args:
        found: Features by segment id.
        vectors: Those of the dense channel by id, (d,), as far as there are any.
        places: Asset id and place in its reading order, by segment id.
        alone: The belief is that of these weights, which must not look at the surroundings.
    """
    near = belief_around(calibrated(found, alone), vectors, places)
    return {id: replace(x, around=near[id]) for id, x in found.items()}


def calibrated(candidates: Mapping[str, Features], weights: Weights) -> dict[str, float]:
    """Return P(d|q) of each candidate; the values sum to 1.

    Example:
        >>> strong = Features(9.0, 1.0, 2.0, 0.8, 2.0, 1.0, 1.0, 1.0, -0.1)
        >>> weak = Features(3.0, 0.3, -1.0, 0.2, -1.0, 0.2, 0.2, 0.0, -4.0)
        >>> shares = calibrated({"a": strong, "b": weak}, WITH_VECTORS.full)
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


def _usual(scores: Mapping[str, float], least: float) -> Usual:
    if not scores:
        return Usual()
    return Usual(fmean(scores.values()), max(pstdev(scores.values()), least))
