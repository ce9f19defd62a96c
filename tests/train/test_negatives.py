"""Hard negatives from a real knowledge base that is searched by words."""

import json

import pytest

from pincite.config import load_config
from pincite.errors import UsageError
from pincite.pipeline import KnowledgeBase
from pincite.store.tables import Store
from pincite.train.data import QuestionRow
from pincite.train.negatives import (
    Candidate,
    hard_negatives,
    holds_answer,
    kb_passages,
    kb_search,
    mined,
)
from tests.store.making import ingested

POSITIVE = "The water pump runs at three bar."
HOLDS = "Every water pump was set to 3 bar, so three bar is normal."
HARD = "The water pump is painted green."
FAR = "A fox jumps over the river."
ROW = QuestionRow("1", "At what pressure does the water pump run?", ("three bar",), (POSITIVE,))


@pytest.fixture
def kb(tmp_path):
    config = load_config(
        {"data_dir": str(tmp_path / "data"), "encoder": "none"}, environ={}, folder=tmp_path
    )
    base = KnowledgeBase.open(str(tmp_path / "kb"), config=config)
    files = [ingested(f"/{i}.txt", t) for i, t in enumerate([POSITIVE, HOLDS, HARD, FAR])]
    Store.open(base.uri).commit(files)
    return base


def test_neither_the_positive_nor_what_holds_the_answer_is_a_negative(kb):
    assert hard_negatives([ROW], kb_search(kb), 5) == ((HARD,),)


def test_without_answers_only_the_positives_are_dropped(kb):
    row = QuestionRow("1", ROW.question, (), (POSITIVE,))
    assert set(hard_negatives([row], kb_search(kb), 5)[0]) == {HOLDS, HARD}
    assert len(hard_negatives([row], kb_search(kb), 1)[0]) == 1


def test_the_same_words_in_another_dress_are_the_positive():
    found = [Candidate("THE water pump  runs, at three bar", "x"), Candidate("b", "b")]
    row = QuestionRow("1", "q", (), (POSITIVE,))
    assert hard_negatives([row], lambda question, count: found, 2) == (("b",),)


@pytest.mark.parametrize(
    ("text", "answer", "held"),
    [
        ("Built in 1995.", "5", False),
        ("It is 5 km!", "5 KM", True),
        ("水泵的压力是三巴。", "三巴", True),
        ("水泵的压力是三巴。", "四巴", False),
        ("ﬁve pumps", "five", True),
        ("anything", "?!", False),
    ],
)
def test_an_answer_is_held_as_whole_words(text, answer, held):
    assert holds_answer(text, [answer]) is held


def test_mining_is_kept_until_the_knowledge_base_or_the_questions_change(kb, tmp_path):
    cache = tmp_path / "cache"
    assert mined(kb, [ROW], 2, cache) == ((HARD,),)
    [kept] = cache.iterdir()
    kept.write_text(json.dumps([["kept"]]))
    assert mined(kb, [ROW], 2, cache) == (("kept",),)
    assert mined(kb, [ROW], 1, cache) == ((HARD,),)
    other = QuestionRow("1", ROW.question, ("green",), (POSITIVE,))
    assert mined(kb, [other], 2, cache) == ((HOLDS,),)
    Store.open(kb.uri).commit([ingested("/new.txt", "A water pump does not run in winter.")])
    assert len(mined(kb, [ROW], 2, cache)[0]) == 2


def test_a_cut_off_file_of_kept_negatives_is_made_again(kb, tmp_path):
    mined(kb, [ROW], 2, tmp_path / "cache")
    [kept] = (tmp_path / "cache").iterdir()
    kept.write_text('[["cut')
    assert mined(kb, [ROW], 2, tmp_path / "cache") == ((HARD,),)


def test_every_segment_with_words_is_a_passage(kb):
    assert set(kb_passages(kb).values()) == {POSITIVE, HOLDS, HARD, FAR}


def test_what_cannot_be_asked_is_refused():
    with pytest.raises(UsageError, match="got -1 and 100"):
        hard_negatives([ROW], lambda question, count: [], -1)
