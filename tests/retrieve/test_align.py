"""How words line up: what a person sees and a bag of words does not."""

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
    assert (only.pooled, only.coverage, only.sentence, only.phrase) == (0, 0, 0, 0)


def test_pooled_weights_agree_with_bm25_written_out():
    """Against the formula itself: two passages of one term each, k1 = 1.2, b = 0.75."""
    import math

    first, second = alignments("pump", "pump pump x", "pump y z")
    idf = math.log(1 + 0.5 / 2.5)

    def bm25(tf):
        return idf * tf * 2.2 / (tf + 1.2)

    assert second.pooled / first.pooled == pytest.approx(bm25(1) / bm25(2))
