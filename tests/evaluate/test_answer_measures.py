"""Answers: exact match and F1 by SQuAD's formula, VQA by the paper's."""

import itertools
import math
import random
import re
import string
from collections import Counter

import pytest

from pincite.evaluate.measures import parse
from pincite.evaluate.tokens import answer_tokens, joined, spoken, tokens
from pincite.evaluate.types import Written
from tests.evaluate.samples import EN, pairs


def squad(text):
    """Lower case, no punctuation, no articles, single spaces: SQuAD's words for it."""
    text = "".join(c for c in text.lower() if c not in set(string.punctuation))
    return re.sub(r"\b(a|an|the)\b", " ", text).split()


def squad_f1(written, right):
    a, b = squad(written), squad(right)
    common = sum((Counter(a) & Counter(b)).values())
    if not a or not b:
        return float(a == b)
    if not common:
        return 0.0
    precision, recall = common / len(a), common / len(b)
    return 2 * precision * recall / (precision + recall)


@pytest.mark.parametrize("seed", range(5))
def test_english_answers_score_by_the_formula_of_squad(seed):
    made = pairs(seed, EN, count=80, references=3)
    items = [Written(h, r, "en") for h, r in made]
    em = [float(any(squad(h) == squad(x) for x in r)) for h, r in made]
    f1 = [max(squad_f1(h, x) for x in r) for h, r in made]
    assert parse("EM").each(items) == pytest.approx(em, abs=1e-9)
    assert parse("F1").each(items) == pytest.approx(f1, abs=1e-9)
    assert 0 < sum(em) < len(em)


def em(written, right, language=""):
    return parse("EM").each([Written(written, (right,), language)])[0]


def f1(written, right, language=""):
    return parse("F1").each([Written(written, (right,), language)])[0]


@pytest.mark.parametrize(
    ("written", "right"),
    [
        ("42公里", "42 公里。"),
        ("４２公里", "42公里"),
        ("“水泵”", "水泵"),
        ("《红楼梦》", "红楼梦"),
        ("CD－ROM 光盘", "cd-rom光盘"),
        ("约３．５米", "约3.5米"),
        ("The Pump", "pump"),
    ],
)
def test_marks_width_and_case_do_not_count(written, right):
    assert em(written, right) == 1
    assert f1(written, right) == 1


@pytest.mark.parametrize(
    ("written", "right"), [("車站", "车站"), ("水", "水泵"), ("42", "43"), ("", "水泵")]
)
def test_other_characters_count_traditional_ones_too(written, right):
    assert em(written, right) == 0


def test_chinese_is_counted_by_the_character():
    """车站 of 车站北 is 2 of 3: F1 = 2 * 2 / (2 + 3)."""
    assert f1("车站", "车站北") == pytest.approx(0.8)


def test_articles_are_those_of_the_language():
    assert em("der Bahnhof", "Bahnhof", "de") == 1
    assert em("der Bahnhof", "Bahnhof", "en") == 0
    assert em("A 型", "型", "zh") == 0
    assert em("the station", "station") == 1


def test_the_best_of_several_right_answers_counts():
    assert parse("F1").each([Written("42 km", ("the mile", "42 km north", "x"))])[0] == (
        pytest.approx(0.8)
    )


def test_where_no_answer_is_right_only_silence_is():
    items = [Written("", ()), Written("three bar", ()), Written("?", ())]
    assert parse("EM").each(items).tolist() == [1, 0, 1]
    assert parse("F1").each(items).tolist() == [1, 0, 1]


def test_silence_is_wrong_where_there_is_an_answer():
    assert em("", "pump") == 0
    assert f1("", "pump") == 0


# -- VQA ------------------------------------------------------------------------------------


def vqa_by_hand(count, people=10):
    """Mean over all subsets of people - 1 of min(matches / 3, 1)."""
    gave = [True] * count + [False] * (people - count)
    left = [min(sum(s) / 3, 1) for s in itertools.combinations(gave, people - 1)]
    return sum(left) / len(left)


@pytest.mark.parametrize("count", range(11))
def test_vqa_accuracy_is_the_mean_over_nine_of_ten_people(count):
    rng = random.Random(count)
    people = ["red"] * count + [f"other {i}" for i in range(10 - count)]
    rng.shuffle(people)
    found = parse("VQA").each([Written("Red.", tuple(people))])[0]
    assert found == pytest.approx(vqa_by_hand(count), abs=1e-9)
    table = {0: 0, 1: 0.3, 2: 0.6, 3: 0.9, 4: 1, 10: 1}  # as printed for the challenge
    assert found == pytest.approx(table.get(count, 1), abs=1e-9)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("the dog", "dog"),
        ("two", "2"),
        ("None", "0"),
        ("1,000", "1000"),
        ("isn't", "isnt"),
        ("red-white", "red white"),
        ("Yes!", "yes"),
        ("是。", "是"),
        ("两只 狗", "两只狗"),
        ("ten o'clock", "10 oclock"),
    ],
)
def test_vqa_answers_that_are_the_same(one, other):
    assert parse("VQA").each([Written(one, (other,) * 10)])[0] == 1
    assert parse("VQA").each([Written(other, (one,) * 10)])[0] == 1


@pytest.mark.parametrize(("one", "other"), [("3.5", "35"), ("10:30", "1030"), ("狗", "犬")])
def test_vqa_answers_that_differ(one, other):
    assert parse("VQA").each([Written(one, (other,) * 10)])[0] == 0


def test_vqa_needs_several_people():
    each = parse("VQA").each([Written("a", ("a",) * n) for n in range(6)])
    assert [math.isnan(x) for x in each] == [True] * 4 + [False] * 2
    assert each[4] == 1


# -- tokens ---------------------------------------------------------------------------------


def test_tokens_of_mixed_text():
    assert tokens("Das Ｓeil: 3.5 元/米（车站）") == "das seil 3 5 元 米 车 站".split()
    assert tokens("カメラはドア") == list("カメラはドア")
    assert tokens("naïve_Ärger हिन्दी") == ["naïve", "ärger", "हिन्दी"]
    assert tokens(" \n，。…") == []


def test_spoken_words_keep_their_apostrophes_together():
    assert spoken("Don’t 'quote' me") == ["dont", "quote", "me"]


def test_joined_tokens_have_spaces_between_words_only():
    assert joined(tokens("在 CD ROM 上 , 两 次")) == "在cd rom上两次"


def test_marks_that_are_not_ascii_part_words():
    assert answer_tokens("1990–2000") == ["1990", "2000"]
    assert answer_tokens("甲，乙Ａ，Ｂ") == ["甲", "乙", "a", "b"]
