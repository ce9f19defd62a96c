"""How a text is cut: about one paragraph, whole sentences, Chinese and English alike."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pincite.ingest.segment import LIMIT, Block, Cut, cut, text_segments, weight
from pincite.language import sentences
from pincite.types import Asset, TextSpan

ASSET = Asset("a" * 64, "/x.txt", "text/plain")


def paragraphs(*texts: str, heading: str = "") -> tuple[str, list[Block]]:
    """A text of paragraphs under one heading, with their blocks."""
    whole, blocks = "", []
    for text in texts:
        blocks.append(Block(len(whole), len(whole) + len(text), heading))
        whole += text + "\n\n"
    return whole, blocks


def english(words: int, seed: int = 0) -> str:
    """Sentences of twelve words, `words` in all."""
    rng = random.Random(seed)
    sample = [
        rng.choice(["pump", "valve", "pressure", "water", "rises", "slowly", "the"])
        for _ in range(words)
    ]
    return " ".join(" ".join(sample[i : i + 12]).capitalize() + "." for i in range(0, words, 12))


def pieces(text: str, blocks: list[Block]) -> list[str]:
    return [text[c.start : c.end] for c in cut(text, blocks)]


def test_a_paragraph_of_150_words_stays_whole():
    text, blocks = paragraphs(english(150), english(150, 1))
    assert pieces(text, blocks) == [english(150), english(150, 1)]


def test_small_neighbours_under_one_heading_are_merged():
    text, blocks = paragraphs("Open the valve.", "Wait a minute.", "Close it.")
    assert pieces(text, blocks) == [text.strip()]


def test_neighbours_under_two_headings_stay_apart():
    text = "Open it.\n\nClose it."
    assert pieces(text, [Block(0, 8, "A"), Block(10, 19, "B")]) == ["Open it.", "Close it."]


def test_neighbours_with_something_left_out_between_them_stay_apart():
    text = "Before.\n" + "A" * 500 + "\nAfter."
    assert pieces(text, [Block(0, 7), Block(509, 515)]) == ["Before.", "After."]


def test_a_title_stays_with_what_follows_and_not_with_what_stands_before():
    text = "Before.\n\nPump\n\nIt runs."
    blocks = [Block(0, 7, ""), Block(9, 13, "", "title"), Block(15, 23, "Pump")]
    assert cut(text, blocks) == [Cut(0, 7, ""), Cut(9, 23, "Pump")]


def test_a_title_joins_a_full_paragraph():
    body = english(200)[:1190].rsplit(".", 1)[0] + "."
    text = "Pump\n\n" + body
    assert pieces(text, [Block(0, 4, "", "title"), Block(6, len(text), "Pump")]) == [text]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(english(900), id="English"),
        pytest.param("水泵的压力是五巴，温度保持在八十度以下。" * 80, id="Chinese"),
        pytest.param("水泵 pump 压力 5 bar。The valve is open. " * 60, id="mixed"),
    ],
)
def test_a_long_text_is_split_between_sentences_into_even_parts(text):
    text = text.strip()
    cuts = cut(text, [Block(0, len(text))])
    ends = {end for _, end in sentences(text)}
    assert len(cuts) > 1
    assert all(c.end in ends for c in cuts)
    sizes = [weight(text[c.start : c.end]) for c in cuts]
    assert max(sizes) <= LIMIT
    assert min(sizes) > LIMIT / 3


def test_chinese_fills_a_segment_with_about_450_characters():
    text = "水泵的压力是五巴，温度保持在八十度以下。" * 22  # 440 characters
    assert pieces(text, [Block(0, len(text))]) == [text]
    assert len(pieces(text + text[:160], [Block(0, 600)])) == 2


def test_a_table_is_split_between_rows():
    text = "\n".join(f"row {i}. It has two sentences. And cells" for i in range(100))
    cuts = cut(text, [Block(0, len(text), kind="table")])
    assert len(cuts) > 2
    assert all(text[c.start : c.end].startswith("row ") for c in cuts)
    assert all(text[c.start : c.end].endswith("cells") for c in cuts)


def test_a_sentence_too_long_for_a_segment_breaks_between_words():
    text = "pump " * 2000
    parts = pieces(text, [Block(0, len(text))])
    assert all(set(part.split()) == {"pump"} for part in parts)
    assert sum(part.count("pump") for part in parts) == 2000


def test_a_huge_word_is_cut_hard_and_nothing_is_lost():
    text = "x" * 100_000
    parts = pieces(text, [Block(0, len(text))])
    assert "".join(parts) == text
    assert max(map(len, parts)) <= LIMIT


def test_white_space_alone_makes_no_segment():
    assert cut(" \n" * 50_000, [Block(0, 100_000)]) == []


PROSE = st.text(st.sampled_from("ab cd.。！\n，水泵压é\u3000"), max_size=3000)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.tuples(
            PROSE,
            st.sampled_from(["prose", "table", "code", "title"]),
            st.sampled_from(["", "A", "A > B"]),
        ),
        max_size=12,
    )
)
def test_every_word_is_in_exactly_one_segment_and_none_is_over_the_limit(parts):
    text, blocks = "", []
    for body, kind, heading in parts:
        blocks.append(Block(len(text), len(text) + len(body), heading, kind))
        text += body + "\n\n"
    cuts = cut(text, blocks)
    for before, after in pairwise(cuts):
        assert before.end <= after.start
    inside = "".join("".join(text[c.start : c.end].split()) for c in cuts)
    assert inside == "".join(text.split())
    assert all(weight(text[c.start : c.end]) <= LIMIT * 1.16 for c in cuts)
    assert all(text[c.start : c.end].strip() == text[c.start : c.end] != "" for c in cuts)


def test_segments_carry_their_exact_characters_and_neighbouring_sentences():
    first, second = english(150), "水泵坏了。" * 60
    text, blocks = paragraphs(first, second, heading="Station")
    one, two = text_segments(ASSET, text, blocks, "text-1")
    assert (one.text, two.text) == (first, second)
    for segment in (one, two):
        assert isinstance(segment.locator, TextSpan)
        assert text[segment.locator.start : segment.locator.end] == segment.text
        assert segment.heading == "Station"
    assert one.context == "水泵坏了。"
    assert two.context == sentences_of(first)[-1]
    assert (one.language, two.language) == ("en", "zh")
    assert (one.ordinal, two.ordinal) == (0, 1)


def sentences_of(text: str) -> list[str]:
    return [text[a:b] for a, b in sentences(text)]


def test_the_same_text_gives_the_same_ids_and_another_extractor_others():
    text, blocks = paragraphs(english(300), english(300, 1))
    ids = [[s.id for s in text_segments(ASSET, text, blocks, name)] for name in "aab"]
    assert ids[0] == ids[1]
    assert not set(ids[0]) & set(ids[2])
    assert len(set(ids[0])) == len(ids[0])
