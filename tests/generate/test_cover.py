"""How much of a question a text meets. Shares were worked out by hand for words of equal rarity."""

import pytest

from pincite.generate.cover import lens
from pincite.generate.question import read
from pincite.generate.terms import tokens


def over(question, *texts):
    said = [frozenset(t.term for t in tokens(text)) for text in texts]
    return lens(read(question), said, set()), said


def test_a_word_that_few_statements_hold_weighs_more():
    view, _ = over("boiler pump", "boiler a", "boiler b", "boiler c", "pump d")
    assert view.weights[1] > view.weights[0]


def test_a_word_that_no_statement_holds_weighs_most():
    view, _ = over("boiler yacht", "boiler a", "boiler b")
    assert view.weights[1] == max(view.weights)


def test_half_of_equal_words_is_half_of_the_question():
    view, said = over("boiler pump", "boiler here", "pump there")
    assert view.share(view.cover(said[0])) == pytest.approx(0.5)


def test_a_synonym_meets_a_word_in_part():
    view, said = over("purchase", "we buy bread")
    assert 0.0 < view.share(view.cover(said[0])) < 1.0


def test_a_pair_across_two_chinese_words_is_bridged_by_its_neighbours():
    """Of 中央银行 the source holds 中央 and 银行; the pair 央银 between them is no word."""
    view, said = over("中央银行", "中央的银行")
    met = view.cover(said[0])
    assert [k.term for k in view.question.keywords] == ["中央", "央银", "银行"]
    assert met[1] == pytest.approx(0.9)
