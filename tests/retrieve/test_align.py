"""How words line up: what a person sees and a bag of words does not."""

import math

import pytest

from pincite.retrieve.align import Passage, align


def alignments(query, *passages):
    return align(query, [p if isinstance(p, Passage) else Passage(p) for p in passages])


def test_words_in_one_sentence_beat_words_scattered():
    together, scattered = alignments(
        "pump pressure March",
        "The pump lost pressure in March. Nobody slept.",
        "The pump was new. Then came March. The pressure of work rose.",
    )
    assert together.coverage == scattered.coverage
    assert together.sentence > scattered.sentence


def test_neighbouring_words_count_as_a_phrase_only_when_neighbours_in_the_passage():
    phrase, apart = alignments(
        "wind turbine", "The wind turbine stood still.", "The wind broke the old turbine."
    )
    assert phrase.phrase > apart.phrase == 0


def test_a_heading_stands_over_every_sentence_below_it():
    [under] = alignments("Pump P2 replaced", Passage("It was replaced in May.", "Pump P2"))
    assert under.sentence == pytest.approx(1.0)


def test_a_word_all_passages_hold_tells_less_than_one_that_only_some_hold():
    common, rare = alignments(
        "station diesel", "The station is cold. The station.", "The station burns diesel."
    )
    assert rare.coverage > 2 * common.coverage


def test_chinese_words_match_across_the_edges_of_pairs():
    near, far = alignments("水泵压力", "水泵的压力下降了。", "食堂的水果很多。")
    assert near.coverage > far.coverage


def test_stop_words_alone_still_rank():
    first, second = alignments("who is it", "It is who we are.", "Nothing here.")
    assert first.coverage > second.coverage


@pytest.mark.parametrize("query", ["", "   ", "🙂🙂", "???"])
def test_a_query_without_words_scores_nothing(query):
    [only] = alignments(query, "The pump failed.")
    assert (only.coverage, only.sentence, only.phrase) == (0, 0, 0)


def test_a_word_weighs_by_how_few_passages_of_the_pool_hold_it():
    """ln(1 + (n - df + 0.5) / (df + 0.5)) with n = 2: ln 2 for df = 1, ln 1.2 for df = 2."""
    both, one = alignments("pump diesel", "A pump burns diesel.", "A pump.")
    assert both.coverage == pytest.approx(1.0)
    assert one.coverage == pytest.approx(math.log(1.2) / (math.log(1.2) + math.log(2)))


def test_a_chinese_word_weighs_no_more_for_having_more_characters():
    """运动员 is five units (two pairs, three characters), 手语 three; each is one word."""
    long, short = alignments("运动员的手语", "运动员。", "手语。")
    assert long.coverage == pytest.approx(short.coverage) == pytest.approx(0.5)


def test_the_units_of_a_word_share_its_weight():
    """手语, 手 and 语: df 1, 2 and 1 of 2 passages, so ln 2, ln 1.2 and ln 2, a third each."""
    whole, part = alignments("手语", "手语。", "手。")
    assert whole.coverage == pytest.approx(1.0)
    assert part.coverage == pytest.approx(math.log(1.2) / (math.log(1.2) + 2 * math.log(2)))


def test_pairs_that_straddle_two_words_count_for_nothing():
    """In 用|手语|演绎 the pair 语演 is no word."""
    [chance] = alignments("用手语演绎", Passage("口语演讲。"))
    [plain] = alignments("用手语演绎", Passage("口语，演讲。"))
    assert chance.coverage == pytest.approx(plain.coverage)
