"""Texts become the ids that Transformers gives, padded where the model expects it."""

import numpy as np
import pytest
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import AutoTokenizer, BertTokenizer, PreTrainedTokenizerFast

from pincite.encode.tokens import (
    CHARACTERS_A_TOKEN,
    Padding,
    from_file,
    from_transformers,
    readable_text,
)
from pincite.errors import ModelMismatch, NotFound
from tests.encode import tiny_models

TEXTS = ["The pump runs.", "", "水泵", "pump \ud800", "a" * 300, "Ünïcode 🔧 x"]


def byte_pairs():
    """Byte-level BPE, as GPT-2 and CLIP have it."""
    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.ByteLevel()
    made.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=300,
        special_tokens=["<|endoftext|>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    made.train_from_iterator(["the pump runs at three bar"] * 9, trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=made, eos_token="<|endoftext|>", model_max_length=30
    )


def word_pieces():
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "the", "pump", "run", "##s", "."]
    return BertTokenizer(vocab={word: i for i, word in enumerate(vocabulary)}, model_max_length=12)


KINDS = {
    "letters": tiny_models.letter_tokenizer,
    "letters, padded on the left": lambda: tiny_models.letter_tokenizer(side="left"),
    "byte pairs without padding": byte_pairs,
    "word pieces": word_pieces,
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("full", [False, True])
def test_the_file_alone_gives_what_transformers_gives(tmp_path, kind, full):
    tiny_models.save(tmp_path, KINDS[kind]())
    one, other = (read(tmp_path, 20, full) for read in (from_file, from_transformers))
    assert (one.window, one.padding) == (other.window, other.padding)
    assert one.ids(TEXTS) == other.ids(TEXTS)
    batches = [made.batch(made.ids(TEXTS)) for made in (one, other)]
    for name, values in batches[0].items():
        np.testing.assert_array_equal(values, batches[1][name])


@pytest.mark.parametrize("kind", ["letters", "letters, padded on the left", "word pieces"])
def test_a_batch_is_padded_as_transformers_pads_it(tmp_path, kind):
    tiny_models.save(tmp_path, KINDS[kind]())
    ours = from_transformers(tmp_path, 10)
    texts = [text for text in TEXTS if "\ud800" not in text]
    theirs = AutoTokenizer.from_pretrained(tmp_path)(
        texts, padding=True, truncation=True, max_length=10, return_tensors="np"
    )
    found = ours.batch(ours.ids(texts))
    assert set(found) == {"input_ids", "attention_mask"}
    for name, values in found.items():
        np.testing.assert_array_equal(values, theirs[name])


def test_every_row_may_be_brought_to_the_window():
    made = Padding(9, to=4)([[1, 2], [3]])
    assert made["input_ids"].tolist() == [[1, 2, 9, 9], [3, 9, 9, 9]]
    assert made["attention_mask"].tolist() == [[1, 1, 0, 0], [1, 0, 0, 0]]


def test_a_text_without_any_token_has_one(tmp_path):
    tiny_models.save(tmp_path, byte_pairs())
    made = from_transformers(tmp_path, 20)
    assert made.ids([""]) == [[made.padding.id]]
    assert made.batch(made.ids([""]))["attention_mask"].tolist() == [[1]]


def test_no_texts_have_no_ids(tmp_path):
    tiny_models.save(tmp_path, tiny_models.letter_tokenizer())
    assert from_transformers(tmp_path, 20).ids([]) == from_file(tmp_path, 20).ids([]) == []


def test_small_letters_are_made_where_the_file_does_not_say_so(tmp_path):
    tiny_models.save(tmp_path, byte_pairs())
    made = from_file(tmp_path, 20, lowercase=True)
    assert made.ids(["THE PUMP"]) == made.ids(["the pump"])
    kept = from_file(tmp_path, 20)
    assert kept.ids(["THE PUMP"]) != kept.ids(["the pump"])


def test_the_window_is_that_of_the_model_or_of_the_tokenizer_if_smaller(tmp_path):
    tiny_models.save(tmp_path, tiny_models.letter_tokenizer(24))
    assert from_transformers(tmp_path, 20).window == 20
    assert from_transformers(tmp_path, 500).window == from_file(tmp_path, 500).window == 24


def test_what_no_tokenizer_takes_is_replaced_and_what_none_reads_is_left():
    assert readable_text("pump \ud800", 10) == "pump ?"
    assert len(readable_text("a" * 10_000, 10)) == 10 * CHARACTERS_A_TOKEN


def test_a_vocabulary_alone_is_enough_for_transformers(tmp_path):
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "the", "pump"]
    (tmp_path / "vocab.txt").write_text("\n".join(words))
    (tmp_path / "config.json").write_text('{"model_type": "bert"}')
    assert from_transformers(tmp_path, 20).ids(["The pump"]) == [[2, 5, 6, 3]]
    with pytest.raises(NotFound, match=r"no tokenizer\.json"):
        from_file(tmp_path, 20)


@pytest.mark.parametrize("read", [from_file, from_transformers])
def test_a_damaged_tokenizer_is_told(tmp_path, read):
    tiny_models.save(tmp_path, tiny_models.letter_tokenizer())
    (tmp_path / "tokenizer.json").write_text('{"version": "1.0"}')
    with pytest.raises(ModelMismatch, match=r"the tokenizer .* cannot be loaded"):
        read(tmp_path, 20)
