"""Texts in pieces: nothing lost or doubled, whole sentences, held out by what they say."""

import pytest

from pincite.errors import NotFound, UsageError
from pincite.train.pieces import pieces, read_texts, split_off

TEXT = "One two three. Four five. Six seven eight nine ten. Eleven."


def words(text):
    return [int.from_bytes(word.encode()[:6]) for word in text.split()]


@pytest.mark.parametrize("room", [4, 6, 100])
def test_pieces_hold_every_token_once_and_fit(room):
    found = pieces([TEXT, TEXT], words, room)
    joined = [token for piece in found for sentence in piece for token in sentence]
    assert joined == words(TEXT) * 2
    assert all(2 <= sum(map(len, piece)) <= room for piece in found)


def test_a_sentence_is_cut_only_where_it_fits_no_piece():
    lengths = [[len(s) for s in piece] for piece in pieces([TEXT], words, 5)]
    assert lengths == [[3, 2], [5]]
    # Eleven is one token alone, in which nothing could be hidden.
    assert [[len(s) for s in p] for p in pieces([TEXT], words, 4)] == [[3], [2], [4], [1, 1]]
    assert pieces(["Alone."], words, 5) == ()
    assert [[len(s) for s in p] for p in pieces(["水泵坏了。我们走。"], list, 9)] == [[5, 4]]


def test_texts_of_both_kinds_of_file(tmp_path):
    (tmp_path / "a.txt").write_text("One.\nStill one.\n\n \n二。\n", "utf-8")
    assert read_texts(tmp_path / "a.txt") == ("One.\nStill one.", "二。")
    (tmp_path / "a.jsonl").write_text('{"text": "One."}\n{"id": "2", "features": "x.npy"}\n')
    assert read_texts(tmp_path / "a.jsonl") == ("One.",)
    (tmp_path / "b.jsonl").write_text('{"text": 1}')
    with pytest.raises(UsageError, match=r'b\.jsonl:1: expected "text", a text, found 1'):
        read_texts(tmp_path / "b.jsonl")
    (tmp_path / "c.txt").write_text(" \n")
    with pytest.raises(UsageError, match=r"c\.txt holds no text"):
        read_texts(tmp_path / "c.txt")
    with pytest.raises(NotFound, match="there is no training file"):
        read_texts(tmp_path / "d.txt")


def test_equal_texts_are_never_on_both_sides():
    texts = [f"text {i}" for i in range(20)] * 2
    train, out = split_off(texts, 0.2)
    assert len(out) == 8
    assert len(train) == 32
    assert not set(train) & set(out)
    assert set(split_off(texts[::-1], 0.2)[1]) == set(out)
    with pytest.raises(UsageError, match="of 1 different texts 1 would be held out"):
        split_off(["a", "a"], 0.1)
