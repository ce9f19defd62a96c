"""A trained retriever keeps the rules of every text encoder."""

import numpy as np
import pytest
import torch

from pincite.models.dpr import DprModel
from pincite.models.dpr_text import DprTextEncoder
from pincite.testing import EncoderContract
from tests.models.retrievers import bert, letter_tokenizer, t5


class TestDprTextEncoder(EncoderContract):
    @pytest.fixture(autouse=True)
    def saved(self, tmp_path):
        model = DprModel(bert(initializer_range=0.5), bert(1, initializer_range=0.5))
        model.save_pretrained(tmp_path, letter_tokenizer())
        self.folder = tmp_path

    def encoder(self):
        return DprTextEncoder(self.folder)


def test_the_window_of_t5_is_bounded_too():
    encoder = DprTextEncoder.of(DprModel(t5(), shared=True), letter_tokenizer())
    long = "a " * 2000
    assert np.array_equal(encoder.encode([long]), encoder.encode([long + "b"]))


def test_a_model_trained_further_is_another_space():
    """Stored vectors of the former weights must not be compared with the new ones."""
    model = DprModel(bert(), bert(1))
    before = DprTextEncoder.of(model, letter_tokenizer()).space
    assert DprTextEncoder.of(model, letter_tokenizer()).space == before
    with torch.no_grad():
        next(model.passage.parameters())[0, 0] += 0.01
    assert DprTextEncoder.of(model, letter_tokenizer()).space != before


def test_the_space_is_that_of_the_saved_model(tmp_path):
    model = DprModel(bert(), bert(1), normalize=True)
    model.save_pretrained(tmp_path, letter_tokenizer())
    assert DprTextEncoder(tmp_path).space == DprTextEncoder.of(model, letter_tokenizer()).space


def test_a_normalised_model_is_served_as_it_was_trained():
    model = DprModel(bert(), bert(1), normalize=True)
    encoder = DprTextEncoder.of(model, letter_tokenizer())
    ids = torch.tensor([letter_tokenizer()("pump")["input_ids"]])
    with torch.no_grad():
        trained = model.encode_questions(ids, torch.ones_like(ids)).numpy()
    np.testing.assert_allclose(encoder.encode(["pump"], role="query"), trained, atol=1e-6)


def test_questions_and_passages_go_through_their_own_towers():
    encoder = DprTextEncoder.of(DprModel(bert(), bert(1)), letter_tokenizer())
    one, other = encoder.encode(["pump"], role="query"), encoder.encode(["pump"])
    assert float(np.abs(one - other).max()) > 0.01


def test_encoding_leaves_a_model_in_training_in_training():
    model = DprModel(bert(), bert(1)).train()
    DprTextEncoder.of(model, letter_tokenizer()).encode(["pump"])
    assert model.training
