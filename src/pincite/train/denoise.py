"""Noise that a generator learns to undo: text infilling, permuted sentences, corrupted spans.

    infilled     a b c d e f  ->  a <mask> e <mask> f       the target is the whole text (BART)
    corrupted    a b c d e f  ->  a <X> d e <Y>             target <X> b c <Y> f <Z>     (T5)

All of it follows from the generator of random numbers that is passed in; `chance_of` makes one
from the seed, the step and the example, so that a resumed run hides the same words.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pincite.errors import UsageError

Chance = np.random.Generator


def chance_of(seed: int, step: int, example: int) -> Chance:
    """Return the random numbers of one example at one step.

    Example:
        >>> bool(chance_of(0, 7, 3).random() == chance_of(0, 7, 3).random())
        True
    """
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, step, example])))


def permuted(sentences: Sequence[Sequence[int]], chance: Chance) -> list[int]:
    """Return the tokens of the sentences in random order (Lewis et al. 2020, section 2.2)."""
    order = chance.permutation(len(sentences))
    return [token for i in order for token in sentences[i]]


def infilled(
    tokens: Sequence[int], mask: int, chance: Chance, *, rate: float = 0.3, mean_span: float = 3.0
) -> list[int]:
    """Return the tokens with spans replaced by one mask each, however long they are.

    Text infilling of Lewis et al. 2020, "BART", section 2.2: lengths are drawn from a Poisson
    distribution until `rate` of the tokens is hidden, the last one cut to make it exactly that;
    a span of length 0 inserts a mask.

    Args:
        tokens: The text.
        mask: Stands for a span.
        chance: Draws lengths and places.
        rate: Share of the tokens that is hidden.
        mean_span: Mean of the Poisson distribution.
    """
    _check(rate, mean_span)
    lengths = poisson_lengths(round(rate * len(tokens)), mean_span, chance)
    out: list[int] = []
    at = 0
    for start, length in _placed(len(tokens), lengths, chance):
        out += [*tokens[at:start], mask]
        at = start + length
    return [*out, *tokens[at:]]


def corrupted(
    tokens: Sequence[int],
    sentinels: Sequence[int],
    chance: Chance,
    *,
    rate: float = 0.15,
    mean_span: float = 3.0,
) -> tuple[list[int], list[int]]:
    """Return source and target: spans go from the one to the other, a sentinel in their place.

    Span corruption of Raffel et al. 2020, "T5", section 3.1.4: `rate` of the tokens is hidden, in
    as many spans as make `mean_span` their mean; the target ends in one more sentinel. At least
    one token is hidden and one is not, if there are two.

    Args:
        tokens: The text.
        sentinels: In the order they are used; the spans are fewer than these.
        chance: Draws lengths and places.
        rate: Share of the tokens that is hidden.
        mean_span: Mean length of a span.

    Raises:
        UsageError: There are fewer than two sentinels.
    """
    _check(rate, mean_span)
    if len(sentinels) < 2:
        raise UsageError(f"span corruption needs 2 sentinels or more, got {len(sentinels)}")
    hidden = min(max(round(rate * len(tokens)), 1), max(len(tokens) - 1, 0))
    most = min(len(sentinels) - 1, len(tokens) - hidden + 1, hidden)
    lengths = _parts(hidden, min(max(round(hidden / mean_span), 1), most), chance)
    source: list[int] = []
    target: list[int] = []
    at = 0
    for sentinel, (start, length) in zip(
        sentinels, _placed(len(tokens), lengths, chance), strict=False
    ):
        source += [*tokens[at:start], sentinel]
        target += [sentinel, *tokens[start : start + length]]
        at = start + length
    return [*source, *tokens[at:]], [*target, sentinels[len(lengths)]]


def poisson_lengths(hidden: int, mean: float, chance: Chance) -> list[int]:
    """Return lengths of spans, drawn until they hide `hidden` tokens; the last is cut to fit.

    They are never more than the tokens hidden, so that a text does not grow by its noise: spans
    of length 0 beyond that are drawn again.
    """
    lengths: list[int] = []
    left = hidden
    while left > 0:
        length = min(int(chance.poisson(mean)), left)
        if length or hidden - len(lengths) > left:
            lengths.append(length)
        left -= length
    return lengths


def _placed(count: int, lengths: Sequence[int], chance: Chance) -> list[tuple[int, int]]:
    """Return (start, length) of spans in a text of `count` tokens; none overlap, order is random.

    Each lies in a gap of its own between the tokens that stay, as long as there are gaps enough;
    all gaps are alike, so that the few tokens at either end are hidden less often than the others.
    """
    gaps = count - sum(lengths) + 1
    chosen = np.sort(chance.choice(gaps, size=len(lengths), replace=len(lengths) > gaps))
    shuffled = [lengths[i] for i in chance.permutation(len(lengths))]
    spans = []
    before = 0
    for gap, length in zip(chosen.tolist(), shuffled, strict=True):
        spans.append((gap + before, length))
        before += length
    return spans


def _parts(total: int, count: int, chance: Chance) -> list[int]:
    """Return `count` positive whole numbers that add up to `total`, all such equally likely."""
    if not total:
        return []
    cuts = np.sort(chance.choice(total - 1, size=count - 1, replace=False)) + 1
    return np.diff([0, *cuts.tolist(), total]).tolist()


def _check(rate: float, mean_span: float) -> None:
    if not 0.0 < rate < 1.0:
        raise UsageError(f"the share of hidden tokens lies between 0 and 1, got {rate}")
    if not 1.0 <= mean_span < float("inf"):
        raise UsageError(f"spans are 1 token or more in the mean, got {mean_span}")
