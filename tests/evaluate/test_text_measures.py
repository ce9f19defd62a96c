"""Texts: sacreBLEU, rouge-score, and CIDEr and METEOR against the libraries that define them."""

import math
import random

import numpy as np
import pytest
import sacrebleu
from nltk.translate.meteor_score import meteor_score
from pycocoevalcap.cider.cider_scorer import CiderScorer
from rouge_score.rouge_scorer import RougeScorer

from pincite.errors import UsageError
from pincite.evaluate import texts
from pincite.evaluate.measures import parse
from pincite.evaluate.tokens import tokens
from pincite.evaluate.types import Written
from tests.evaluate.samples import EN, ZH, pairs

SETS = [("13a", "en", EN), ("zh", "zh", ZH)]


def items_of(made, language=""):
    return [Written(h, r, language) for h, r in made]


def streams(made):
    return [h for h, _ in made], [list(s) for s in zip(*(r for _, r in made), strict=True)]


@pytest.mark.parametrize(("tok", "language", "words"), SETS)
@pytest.mark.parametrize("references", [1, 3])
@pytest.mark.parametrize("seed", range(3))
def test_bleu_is_that_of_sacrebleu(tok, language, words, references, seed):
    made = pairs(seed, words, references=references)
    theirs = sacrebleu.corpus_bleu(*streams(made), tokenize=tok).score
    assert parse("BLEU").value(items_of(made, language)) == pytest.approx(theirs, abs=1e-6)
    alone = sacrebleu.BLEU(tokenize=tok, effective_order=True)
    each = [alone.sentence_score(h, list(r)).score for h, r in made]
    assert parse("BLEU").each(items_of(made, language)) == pytest.approx(each, abs=1e-6)


@pytest.mark.parametrize("tok", ["intl", "char", "none"])
def test_bleu_takes_another_tokeniser(tok):
    made = pairs(5, EN)
    theirs = sacrebleu.corpus_bleu(*streams(made), tokenize=tok).score
    assert parse(f"BLEU(tok={tok})").value(items_of(made, "zh")) == pytest.approx(theirs, abs=1e-6)


@pytest.mark.parametrize("name", ["chrF", "chrF++"])
@pytest.mark.parametrize("words", [EN, ZH])
@pytest.mark.parametrize("references", [1, 3])
def test_chrf_is_that_of_sacrebleu(name, words, references):
    for seed in range(3):
        made = pairs(seed, words, references=references)
        metric = sacrebleu.CHRF(word_order=2 if name == "chrF++" else 0)
        theirs = metric.corpus_score(*streams(made)).score
        assert parse(name).value(items_of(made)) == pytest.approx(theirs, abs=1e-6)
        each = [metric.sentence_score(h, list(r)).score for h, r in made]
        assert parse(name).each(items_of(made)) == pytest.approx(each, abs=1e-6)


@pytest.mark.parametrize("name", ["BLEU", "chrF"])
def test_values_of_resamples_are_those_of_the_corpora_drawn(name):
    """Counts are summed, not scores averaged."""
    items = items_of(pairs(1, EN), "en")
    times = np.random.default_rng(0).multinomial(len(items), [1 / len(items)] * len(items), 5)
    for row, found in zip(times, parse(name).resampled(items, times), strict=True):
        drawn = [i for i, n in zip(items, row, strict=True) for _ in range(n)]
        assert found == pytest.approx(parse(name).value(drawn), abs=1e-9)


def test_items_of_one_corpus_may_be_of_several_languages():
    made = [*items_of(pairs(1, EN), "en"), *items_of(pairs(2, ZH), "zh")]
    found = parse("BLEU").resampled(
        made, np.repeat([[1] * 40 + [0] * 40, [0] * 40 + [1] * 40], 1, 0)
    )
    assert found[0] == pytest.approx(parse("BLEU").value(made[:40]))
    assert found[1] == pytest.approx(parse("BLEU").value(made[40:]))


def test_the_language_of_a_reference_chooses_the_tokeniser():
    """With the English one, a Chinese sentence is a single word."""
    item = Written("车站位于山口以北四公里处", ("车站位于山口以北五公里处",))
    assert parse("BLEU").each([item])[0] > 50
    assert parse("BLEU(tok=13a)").each([item])[0] == 0


def test_a_dictionary_that_is_missing_is_named(monkeypatch):
    def missing(**_):
        raise RuntimeError("no MeCab")

    monkeypatch.setattr("sacrebleu.metrics.bleu.BLEU", missing)
    texts._bleu.cache_clear()
    with pytest.raises(UsageError, match=r"pip install 'sacrebleu\[ja\]'"):
        parse("BLEU").each([Written("カメラ", ("カメラ",))])
    texts._bleu.cache_clear()


ROUGE = {"ROUGE1": "rouge1", "ROUGE2": "rouge2", "ROUGEL": "rougeL"}


@pytest.mark.parametrize("name", ROUGE)
@pytest.mark.parametrize("stem", [False, True])
def test_rouge_of_english_is_that_of_rouge_score(name, stem):
    scorer = RougeScorer([ROUGE[name]], use_stemmer=stem)
    for seed in range(3):
        made = pairs(seed, EN, references=2)
        each = [scorer.score_multi(r, h)[ROUGE[name]].fmeasure for h, r in made]
        found = parse(f"{name}(stem={stem})").each(items_of(made))
        assert found == pytest.approx(each, abs=1e-6)


def test_rouge_lsum_takes_lines_for_sentences():
    scorer = RougeScorer(["rougeLsum"])
    made = [
        ("\n".join(h for h, _ in pairs(seed, EN, 3)) + "\n.", "\n".join(pairs(seed, EN, 3)[0][1]))
        for seed in range(10)
    ]
    made = [(h, f"{r}\nthe pump runs\nat three bar") for h, r in made]
    each = [scorer.score(r, h)["rougeLsum"].fmeasure for h, r in made]
    found = parse("ROUGELsum").each([Written(h, (r,)) for h, r in made])
    assert found == pytest.approx(each, abs=1e-6)


def test_rouge_lsum_cuts_a_text_of_one_line_into_sentences():
    """The order of two sentences does not count then, in ROUGE-L it does."""
    item = Written("水泵坏了。车站在北边。", ("车站在北边。水泵坏了。",))
    assert parse("ROUGELsum").each([item])[0] == 1
    assert parse("ROUGEL").each([item])[0] == pytest.approx(5 / 9)


def test_rouge_sees_chinese():
    """4 of 5 characters each, in order; pairs 3 of 4."""
    item = Written("水泵的压力", ("水泵的压强",))
    assert parse("ROUGE1").each([item])[0] == pytest.approx(0.8)
    assert parse("ROUGE2").each([item])[0] == pytest.approx(0.75)
    assert parse("ROUGEL").each([item])[0] == pytest.approx(0.8)


class NoSynonyms:
    """WordNet without an entry."""

    def synsets(self, _):
        return []


@pytest.mark.parametrize("words", [EN, ZH])
def test_meteor_is_that_of_nltk_without_synonyms(words):
    for seed in range(5):
        made = [
            p for p in pairs(seed, words, references=2) if tokens(p[0]) and all(map(tokens, p[1]))
        ]
        each = [
            meteor_score([tokens(x) for x in r], tokens(h), wordnet=NoSynonyms()) for h, r in made
        ]
        assert parse("METEOR").each(items_of(made)) == pytest.approx(each, abs=1e-6)


def test_meteor_matches_stems_and_punishes_disorder():
    """Matched 3 of 3 in one chunk: 1 - 0.5 / 27. In three chunks: 1 - 0.5."""
    each = parse("METEOR").each(
        [Written("pumps leaking oil", ("pump leaks oil",)), Written("c b a", ("a b c",))]
    )
    assert each == pytest.approx([1 - 0.5 / 27, 0.5])


def test_meteor_of_nothing_is_zero():
    assert parse("METEOR").each([Written("", ("a",)), Written("a", ("",))]).tolist() == [0, 0]


@pytest.mark.parametrize("words", [EN, ZH])
@pytest.mark.parametrize("references", [1, 5])
def test_cider_is_that_of_the_coco_evaluation(words, references):
    for seed in range(3):
        made = pairs(seed, words, references=references)
        scorer = CiderScorer()
        for h, r in made:
            scorer += (" ".join(tokens(h)), [" ".join(tokens(x)) for x in r])
        mean, each = scorer.compute_score()
        assert parse("CIDEr").each(items_of(made)) == pytest.approx(each, abs=1e-6)
        assert parse("CIDEr").value(items_of(made)) == pytest.approx(mean, abs=1e-6)


def test_cider_depends_on_what_other_references_say():
    """A caption that fits every picture says nothing of any."""
    common = [Written("a red pump runs", ("a red pump runs",)) for _ in range(3)]
    other = [Written("two dogs at sea", ("two dogs at sea",))]
    assert parse("CIDEr").value(common) == 0
    assert parse("CIDEr").each([*common, *other])[3] == pytest.approx(10)


@pytest.mark.parametrize("name", ["BLEU", "chrF", "ROUGE1", "ROUGELsum", "METEOR", "CIDEr", "WER"])
def test_without_references_there_is_no_score_and_no_part_in_the_value(name):
    items = items_of(pairs(3, EN))
    each = parse(name).each([*items, Written("the pump", ())])
    assert math.isnan(each[-1])
    with_it = parse(name).value([*items, Written("the pump", ())])
    assert with_it == pytest.approx(parse(name).value(items), abs=1e-9)


@pytest.mark.parametrize("name", ["BLEU", "chrF", "ROUGEL", "METEOR", "CIDEr"])
def test_any_text_has_a_score(name):
    rng = random.Random(0)
    odd = ["", " ", "\x00", "\ud800", "🔧", "。", "é", "\u202e", "a" * 3000, "𠀀", "%", "\n"]
    items = [Written(rng.choice(odd), (rng.choice(odd), "")) for _ in range(80)]
    each = parse(name).each(items)
    assert np.isfinite(each).all()
    assert np.isfinite(parse(name).value(items))
