"""Transcripts: word and character error rates against jiwer and a plain edit distance."""

import math

import jiwer
import numpy as np
import pytest

from pincite.evaluate.measures import parse
from pincite.evaluate.tokens import joined, spoken
from pincite.evaluate.types import Written
from tests.evaluate.samples import EN, ZH, pairs


def distance(a, b):
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        row, last = [i], row
        for j, y in enumerate(b, 1):
            row.append(min(last[j] + 1, row[-1] + 1, last[j - 1] + (x != y)))
    return row[-1]


@pytest.mark.parametrize("words", [EN, ZH])
@pytest.mark.parametrize("seed", range(3))
def test_rates_are_those_of_jiwer(words, seed):
    made = [(h, r[0]) for h, r in pairs(seed, words) if spoken(r[0])]
    items = [Written(h, (r,)) for h, r in made]
    refs, hyps = [r for _, r in made], [h for h, _ in made]
    raw = parse("WER(normal=false)").value(items), parse("CER(normal=false)").value(items)
    assert raw == pytest.approx((jiwer.wer(refs, hyps), jiwer.cer(refs, hyps)), abs=1e-6)
    plain = [[" ".join(spoken(t)) for t in side] for side in (refs, hyps)]
    near = [[joined(spoken(t)) for t in side] for side in (refs, hyps)]
    found = parse("WER").value(items), parse("CER").value(items)
    assert found == pytest.approx((jiwer.wer(*plain), jiwer.cer(*near)), abs=1e-6)


@pytest.mark.parametrize("words", [EN, ZH])
def test_rates_are_edit_distances_over_lengths(words):
    made = [(h, r[0]) for h, r in pairs(9, words) if spoken(r[0])]
    errors = [distance(spoken(r), spoken(h)) for h, r in made]
    lengths = [len(spoken(r)) for _, r in made]
    items = [Written(h, (r,)) for h, r in made]
    each = [e / n for e, n in zip(errors, lengths, strict=True)]
    assert parse("WER").each(items) == pytest.approx(each, abs=1e-9)
    assert parse("WER").value(items) == pytest.approx(sum(errors) / sum(lengths), abs=1e-9)


def test_long_recordings_count_for_more():
    """1 error in 1 word and 0 in 9 are 1 in 10, not a half."""
    items = [Written("x", ("a",)), Written(" ".join("abcdefghi"), (" ".join("abcdefghi"),))]
    assert parse("WER").value(items) == pytest.approx(0.1)
    assert parse("WER").each(items).tolist() == [1, 0]


def test_case_and_marks_do_not_count_unless_asked():
    item = Written("Dont stop: three bar!", ("DON'T STOP THREE BAR",))
    assert parse("WER").each([item])[0] == 0
    assert parse("WER(normal=false)").each([item])[0] == 1


def test_chinese_words_are_characters():
    """One of four characters is wrong, however the text is spaced."""
    item = Written("水 泵压强", ("水泵 压力",))
    assert parse("WER").each([item])[0] == 0.25
    assert parse("CER").each([item])[0] == 0.25


def test_words_made_up_in_silence_count_as_errors():
    items = [Written("hello there", ("",)), Written("one two", ("one two",))]
    assert math.isnan(parse("WER").each(items)[0])
    assert parse("WER").value(items) == 1.0
    assert math.isnan(parse("WER").value(items[:1]))


def test_the_nearest_of_several_references_counts():
    item = Written("a b", ("a b c d", "a b x", "q"))
    assert parse("WER").each([item])[0] == pytest.approx(1 / 3)


def test_values_of_resamples_are_those_of_the_corpora_drawn():
    items = [Written(h, r) for h, r in pairs(4, EN)]
    times = np.random.default_rng(0).multinomial(len(items), [1 / len(items)] * len(items), 5)
    for row, found in zip(times, parse("WER").resampled(items, times), strict=True):
        drawn = [i for i, n in zip(items, row, strict=True) for _ in range(n)]
        assert found == pytest.approx(parse("WER").value(drawn), abs=1e-12)
