"""Noise: what is shown stays in order, what is hidden can be put back, shares are as asked for."""

import math
from collections import Counter
from itertools import pairwise

import numpy as np
import pytest

from pincite.errors import UsageError
from pincite.train.denoise import chance_of, corrupted, infilled, permuted, poisson_lengths

MASK = -1
SENTINELS = tuple(range(-10, -40, -1))


def restored(source, target):
    """The text, from what is shown and what is hidden, by the sentinels alone."""
    spans, name = {}, None
    for token in target:
        if token in SENTINELS:
            name = token
            spans[name] = []
        else:
            spans[name].append(token)
    return [t for token in source for t in spans.get(token, [token])]


@pytest.mark.parametrize("count", [0, 1, 2, 7, 50])
@pytest.mark.parametrize("rate", [0.15, 0.3, 0.9])
def test_infilling_hides_the_share_asked_for_and_keeps_the_rest_in_order(count, rate):
    for seed in range(30):
        shown = infilled(range(count), MASK, chance_of(seed, 0, 0), rate=rate)
        kept = [token for token in shown if token != MASK]
        assert kept == sorted(kept)
        assert count - len(kept) == round(rate * count)
        assert len(shown) <= count


def test_infilling_of_two_tokens_by_hand():
    """One of two is hidden, as a span of one; a longer span is cut to it."""
    shown = {tuple(infilled([5, 6], MASK, chance_of(s, 0, 0), rate=0.5)) for s in range(60)}
    assert shown == {(MASK, 6), (5, MASK)}


def test_a_span_is_one_mask_and_one_of_length_zero_is_put_in():
    chance = chance_of(3, 0, 0)
    shown = infilled(range(400), MASK, chance, rate=0.5)
    runs, inserted, last = 0, 0, -1
    for i, token in enumerate(shown):
        if token == MASK:
            following = shown[i + 1] if i + 1 < len(shown) else 400
            assert following != MASK, "two spans lie in one gap"
            inserted += following == last + 1
            runs += following > last + 1
        else:
            last = token
    assert runs > 40
    assert inserted > 0


def test_lengths_of_spans_are_poisson():
    lengths = []
    for seed in range(60):
        drawn = poisson_lengths(600, 3.0, chance_of(seed, 0, 0))
        assert sum(drawn) == 600
        lengths += drawn[:-1]  # the last is cut
    counts = Counter(lengths)
    for length in range(8):
        expected = math.exp(-3) * 3**length / math.factorial(length)
        error = 4 * math.sqrt(expected * (1 - expected) / len(lengths))
        assert counts[length] / len(lengths) == pytest.approx(expected, abs=error)
    assert np.mean(lengths) == pytest.approx(3.0, abs=4 * math.sqrt(3 / len(lengths)))


@pytest.mark.parametrize("count", [1, 2, 3, 10, 57, 200])
@pytest.mark.parametrize(("rate", "span"), [(0.15, 3.0), (0.5, 1.0), (0.9, 5.0)])
def test_corrupted_spans_can_be_put_back(count, rate, span):
    for seed in range(20):
        chance = chance_of(seed, 1, 2)
        source, target = corrupted(range(count), SENTINELS, chance, rate=rate, mean_span=span)
        assert restored(source, target) == list(range(count))
        used = [token for token in source if token in SENTINELS]
        assert used == list(SENTINELS[: len(used)])
        assert [t for t in target if t in SENTINELS] == list(SENTINELS[: len(used) + 1])
        assert target[-1] == SENTINELS[len(used)]
        hidden = len([t for t in target if t not in SENTINELS])
        assert hidden == (min(max(round(rate * count), 1), count - 1) if count > 1 else 0)
        pairs = pairwise(source)
        assert not any(a in SENTINELS and b in SENTINELS for a, b in pairs)


def test_number_and_mean_length_of_spans():
    """Of 200 tokens 15 % are 30, in 10 spans of 3 in the mean."""
    source, _ = corrupted(range(200), SENTINELS, chance_of(0, 0, 0))
    assert len(source) == 200 - 30 + 10
    few, target = corrupted(range(200), SENTINELS[:4], chance_of(0, 0, 0))
    assert len(few) == 200 - 30 + 3
    assert target[-1] == SENTINELS[3]


def test_one_hidden_of_three_by_hand():
    a, b = SENTINELS[:2]
    found = Counter(
        str(corrupted([7, 8, 9], (a, b), chance_of(seed, 0, 0), rate=0.3)) for seed in range(300)
    )
    expected = [([a, 8, 9], [a, 7, b]), ([7, a, 9], [a, 8, b]), ([7, 8, a], [a, 9, b])]
    assert set(found) == {str(each) for each in expected}
    assert min(found.values()) > 60


def test_both_halves_and_all_inner_places_are_hidden_alike():
    hidden = np.zeros(20)
    for seed in range(2000):
        _, target = corrupted(range(20), SENTINELS, chance_of(seed, 0, 0), rate=0.3)
        hidden[[t for t in target if t >= 0]] += 1
    assert hidden.sum() == 2000 * 6
    inner = hidden[4:-4]
    assert inner == pytest.approx(np.full(12, inner.mean()), rel=0.1)
    assert hidden[0] > 200
    assert hidden[:10].sum() == pytest.approx(hidden[10:].sum(), rel=0.05)


def test_sentences_are_permuted_whole():
    sentences = [(1, 2, 3), (4,), (5, 6)]
    found = {tuple(permuted(sentences, chance_of(seed, 0, 0))) for seed in range(60)}
    assert len(found) == 6
    assert (5, 6, 1, 2, 3, 4) in found


def test_noise_follows_from_seed_step_and_example():
    first = infilled(range(50), MASK, chance_of(1, 2, 3))
    assert first == infilled(range(50), MASK, chance_of(1, 2, 3))
    for other in ((0, 2, 3), (1, 0, 3), (1, 2, 0)):
        assert first != infilled(range(50), MASK, chance_of(*other))


def test_what_cannot_be_is_refused():
    chance = chance_of(0, 0, 0)
    for rate in (0.0, 1.0, math.nan):
        with pytest.raises(UsageError, match="share of hidden tokens lies between 0 and 1"):
            infilled([1, 2], MASK, chance, rate=rate)
    with pytest.raises(UsageError, match="spans are 1 token or more"):
        corrupted([1, 2], SENTINELS, chance, mean_span=0.5)
    with pytest.raises(UsageError, match="needs 2 sentinels or more, got 1"):
        corrupted([1, 2], SENTINELS[:1], chance)
