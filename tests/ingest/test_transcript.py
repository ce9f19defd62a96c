"""Words to text: sentences, capitals, digits, and an anchor for every token."""

import pytest

from pincite.ingest.speech import Word
from pincite.ingest.transcript import PASSAGE_MOST_S, passage, passages_of, sentences_of
from pincite.types import Segment, TimeSpan


def words(text: str, *, start_s: float = 0.0, each_s: float = 0.5, gap_s: float = 0.0):
    return [
        Word(text, start_s + i * (each_s + gap_s), start_s + i * (each_s + gap_s) + each_s, 0.9)
        for i, text in enumerate(text.split())
    ]


def texts(sentences):
    return [" ".join(token.text for token in sentence.tokens) for sentence in sentences]


def test_a_pause_ends_a_sentence_which_gets_capital_and_stop():
    heard = words("the pump stopped on monday") + words("i closed the valve", start_s=4.0)
    assert texts(sentences_of(heard)) == ["The pump stopped on Monday.", "I closed the valve."]


def test_the_language_model_ends_sentences_where_there_is_no_pause():
    heard = words("the pump stopped last night call the crew")

    def odds(before, after):
        return 3.0 if after[0] == "call" else -9.0

    assert texts(sentences_of(heard, odds)) == ["The pump stopped last night.", "Call the crew."]


def test_the_language_model_keeps_a_sentence_whole_over_a_breath():
    heard = words("the pump that we") + words("bought last year failed", start_s=2.5)
    assert len(list(sentences_of(heard, lambda before, after: -9.0))) == 1
    assert len(list(sentences_of(heard))) == 2


def test_a_speaker_without_pauses_is_cut_all_the_same():
    heard = words(" ".join(["word"] * 400))
    sentences = list(sentences_of(heard, lambda before, after: -9.0))
    assert sum(len(s.tokens) for s in sentences) == 400
    assert max(len(s.tokens) for s in sentences) <= 60


def test_punctuated_words_are_left_as_they_are():
    heard = words("Dr. Li said: “No.” Then he left 42 rooms.")
    assert texts(sentences_of(heard))[-1].endswith("42 rooms.")
    assert "left 42" in passage(list(sentences_of(heard))).text


def test_chinese_words_are_joined_without_spaces():
    heard = [Word(c, i * 0.2, i * 0.2 + 0.2, 1.0) for i, c in enumerate(["水", "泵", "坏", "了。"])]
    assert passage(list(sentences_of(heard))).text == "水泵坏了。"


def test_a_number_is_anchored_at_the_time_of_all_its_words():
    heard = words("pressure is forty two point five bar today")
    found = passage(list(sentences_of(heard)))
    assert found.text == "Pressure is 42.5 bar today."
    segment = Segment("s", "a", "audio", TimeSpan(0, 4), found.text, anchors=found.anchors)
    at = found.text.index("42.5")
    assert segment.locate(at, at + 4) == TimeSpan(1.0, 3.0)
    assert found.spoken == "forty two point five"


def test_anchors_tile_the_text_word_by_word():
    found = passage(list(sentences_of(words("we met in may it was the third of may"))))
    pieces = [found.text[a.start : a.end] for a in found.anchors]
    assert " ".join(pieces) == found.text
    assert pieces[-1] == "May."


@pytest.mark.parametrize("gap_s", [0.0, 0.5, 2.0])
def test_passages_end_at_sentence_ends_and_stay_short(gap_s):
    heard = []
    for i in range(40):
        heard += words("this is one more sentence here", start_s=i * (3.0 + max(gap_s, 0.4)))
    found = list(passages_of(sentences_of(heard)))
    assert len(found) > 2
    assert all(p.end_s - p.start_s <= PASSAGE_MOST_S for p in found)
    assert all(p.text.endswith(".") for p in found)


def test_no_passage_reaches_over_a_long_silence():
    heard = words("the first part ends") + words("the second part begins", start_s=60.0)
    assert [round(p.start_s) for p in passages_of(sentences_of(heard))] == [0, 60]


def test_nothing_heard_gives_nothing():
    assert list(passages_of(sentences_of([]))) == []
